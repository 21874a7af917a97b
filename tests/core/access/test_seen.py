"""Every kind of protected record, asked for by every role: its own council's see what the table says, others nothing."""

from django.apps import apps
from django.contrib.auth.models import AnonymousUser

from children.models import Allocation, CareEpisode, CaseSupervision, Child, Decision, LegalStatus, Wish
from core.access import Role
from core.models import Protected, Team, User
from escalations import models as escalations
from exchange.models import ImportProblem, ImportRun, ReturnEpisode
from governance import models as governance
from lado import models as lado
from oversight.models import Flag, FlagAnswer
from placements.models import (
    Addition,
    DailyLog,
    DolOrder,
    Home,
    Key,
    ManagerAbsence,
    ManagerPost,
    Placement,
    Registration,
    UnregisteredAuthorisation,
    Visit,
)
from staffing import models as staffing
from tests.core.access.addresses import NORTHS, counterpart

PROTECTED = [m for m in apps.get_models() if issubclass(m, Protected) and m not in (User, Team)]
FILE = {CareEpisode, LegalStatus, Allocation, Decision}  # and who read it
NOTES = {Visit, DolOrder, Wish, governance.SeniorContact}
OF_PLACEMENT = {Placement, ManagerPost, ManagerAbsence, DailyLog, Addition, Key, governance.PoliceAttendance}
COUNCILS = {UnregisteredAuthorisation}  # its own reasons, not for a provider
FLAGS = {Flag, FlagAnswer}
HOMES = {Home, Registration}
RETURNS = {ImportRun, ImportProblem, ReturnEpisode}
EVERY_FILE = {Child} | FILE | NOTES | OF_PLACEMENT | COUNCILS
VALUE = {governance.QualityValue}  # what a placement costs beside what it gives: for the council alone
QUALITY = {
    governance.QualityAddition,
    governance.Finding,
    governance.QualityScore,
    governance.QualityVisit,
    governance.QualityVisitor,
}
LINE = {CaseSupervision}
AGREEMENT = {governance.PlacementAgreement}  # the provider's manager sees what was agreed with the provider
PLANS = AGREEMENT | {
    getattr(governance, name)
    for name in (
        "Plan", "ReferralProfile", "SearchEntry", "Funding", "LongTermPlan", "Milestone", "Contingency", "NoticeReceived",
        "CrisisCheck", "CourtTask",
    )
}  # fmt: skip
MEETINGS = {getattr(governance, name) for name in (
"MeetingSeries", "TermsReview", "Member", "Meeting", "Discussed", "Attendance", "MinuteSection", "MinuteSaving", "Issue", "Action", "ActionRedating",
)}  # fmt: skip

CONCERNS = {governance.Concern, governance.ConcernStep}
LEDGER = CONCERNS | {governance.ConcernReview}
CONDUCT = {governance.ConductSubject}  # whose conduct it is about
# Of a partner who asked for a strategy discussion: that one, whose page says that it was asked for, and the answer.
ASKED = {governance.StrategyDiscussion}
PROTECTION = ASKED | {
    governance.StrategyConcern,
    governance.StrategyAttendee,
    governance.Enquiry,
    governance.SeriousHarmNotice,
}

RECEIPT = {lado.Receipt}  # for whoever referred somebody, and all that they are told
LET_IN = {getattr(lado, name) for name in lado.__all__} - RECEIPT - {lado.ConductDecision, lado.DecisionRead}
DOOR = LET_IN | {lado.ConductDecision, lado.DecisionRead}  # the LADO's; those let in to a referral read all of that one

LADDER = {
    escalations.ConflictOfInterest,
    escalations.Escalation,
    escalations.EscalationFlag,
    escalations.EscalationStep,
}

CARERS = {
    staffing.Carer,
    staffing.Check,
    staffing.Engagement,
    staffing.StandDown,
    staffing.Supervision,
    staffing.SupervisionLine,
    staffing.Training,
}
EVIDENCE = {staffing.Evidence}
REASONS = {staffing.StandDownCase}
LIFTS = {staffing.Lift, staffing.LiftApproval}
ROTA = {getattr(staffing, name) for name in staffing.__all__} - CARERS - EVIDENCE - REASONS - LIFTS
SAFEGUARD = CARERS | EVIDENCE | REASONS | LIFTS

# Of the one child of `world`, what each role of North's sees. Greta, Ava, Ines and Lola are allocated to her, and Paul
# is the manager of the placement. Hana, Carl and Paul belong to her meeting; the others see it because they see her.
SEES = {
    Role.SOCIAL_WORKER: EVERY_FILE | LINE | PLANS | FLAGS | HOMES | ROTA | SAFEGUARD | MEETINGS | LEDGER,
    Role.TEAM_MANAGER: EVERY_FILE | LINE | PLANS | FLAGS | HOMES | ROTA | SAFEGUARD | MEETINGS | LEDGER | CONDUCT,
    Role.HEAD_OF_SERVICE: EVERY_FILE
    | LINE
    | PLANS
    | FLAGS
    | HOMES
    | ROTA
    | SAFEGUARD
    | RETURNS
    | MEETINGS
    | LEDGER
    | CONDUCT,
    Role.COMMISSIONER: {Child} | FILE | OF_PLACEMENT | COUNCILS | FLAGS | HOMES | ROTA | CARERS | PLANS | MEETINGS,
    Role.IRO: EVERY_FILE | LINE | PLANS | FLAGS | ROTA | CARERS | MEETINGS | LEDGER,
    Role.LADO: SAFEGUARD | CONCERNS | CONDUCT | DOOR,
    Role.SAFEGUARDING_LEAD: EVERY_FILE
    | LINE
    | PLANS
    | FLAGS
    | HOMES
    | ROTA
    | SAFEGUARD
    | MEETINGS
    | LEDGER
    | CONDUCT
    | LET_IN,
    Role.DIRECTOR: EVERY_FILE | LINE | PLANS | FLAGS | HOMES | ROTA | CARERS | RETURNS | MEETINGS,
    Role.DCS: EVERY_FILE | LINE | PLANS | FLAGS | HOMES | ROTA | CARERS | RETURNS | MEETINGS | LEDGER | CONDUCT,
    Role.LEGAL: EVERY_FILE | FLAGS | PLANS | MEETINGS,
    Role.PROVIDER_MANAGER: {Child, Flag} | OF_PLACEMENT | AGREEMENT | ROTA | CARERS | EVIDENCE | LIFTS | MEETINGS,
    Role.SHIFT_LEADER: {Child} | OF_PLACEMENT | ROTA | CARERS,
    Role.PARTNER: EVERY_FILE | MEETINGS | RECEIPT,
    Role.ADVOCATE: EVERY_FILE | MEETINGS,
    Role.SCRUTINEER: set(),
    Role.SYSTEM_ADMINISTRATOR: set(),
}
# What was found by those who looked: for whoever sees the placement, but for shift leaders, who are among those seen.
SEES |= {
    role: seen | QUALITY | (set() if role in (Role.PROVIDER_MANAGER, Role.PARTNER, Role.ADVOCATE) else VALUE)
    for role, seen in SEES.items()
    if Placement in seen and role != Role.SHIFT_LEADER
}
LINE_AND_WATCH = (
    Role.SOCIAL_WORKER,
    Role.TEAM_MANAGER,
    Role.HEAD_OF_SERVICE,
    Role.SAFEGUARDING_LEAD,
    Role.DCS,
    Role.IRO,
)
SEES |= {role: SEES[role] | PROTECTION for role in LINE_AND_WATCH} | {Role.PARTNER: SEES[Role.PARTNER] | ASKED}
KEEPERS = (Role.HEAD_OF_SERVICE, Role.SAFEGUARDING_LEAD, Role.DIRECTOR, Role.DCS)
SEES |= {
    role: SEES[role] | {governance.RegisterEntry, governance.RegisterReview, governance.RoleTraining}
    for role in KEEPERS
}
WATCH = (
    *(Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.SAFEGUARDING_LEAD, Role.DIRECTOR, Role.DCS),
    Role.IRO,
)  # over the ladder; what went outside, the scrutineer
SEES |= {role: SEES[role] | LADDER for role in WATCH}
# Disputes are for the child's line, those over it and her reviewing officer; a protected report for its maker and reader.
DISPUTES = {escalations.Dispute, escalations.DisputeStep, escalations.CafcassReferral}
REPORT = {escalations.WhistleReport, escalations.WhistleStep, escalations.IdentityRead}
POLICY = {escalations.PolicyConsultation}
OVER_HER = (
    Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.IRO, Role.SAFEGUARDING_LEAD, Role.DIRECTOR, Role.DCS,
)  # fmt: skip
SEES[Role.SCRUTINEER] = {governance.RegisterEntry, governance.RoleTraining}  # that there was a minute; not what it says

SEES |= {role: SEES[role] | DISPUTES for role in OVER_HER}
SEES |= {role: SEES[role] | REPORT for role in (Role.SOCIAL_WORKER, Role.SCRUTINEER)}
SEES[Role.SOCIAL_WORKER] |= {escalations.WhistleIdentity}  # her own
SEES |= {role: SEES[role] | POLICY for role in Role}


def names(models):
    return sorted(model.__name__ for model in models)


def seen_by(user):
    return {model for model in PROTECTED if model.for_user(user).exists()}


def test_what_each_role_sees_of_a_child_within_its_reach(world):
    of_hers = {m for m in PROTECTED if m.objects.exists()}
    seen = {role: seen_by(getattr(world, NORTHS[role])) & of_hers for role in Role}
    assert {role: names(seen[role] - SEES[role]) for role in Role if seen[role] - SEES[role]} == {}
    assert {role: names(SEES[role] - seen[role]) for role in Role if SEES[role] - seen[role]} == {}


def test_the_lado_sees_carers_and_concerns_about_their_conduct_and_nothing_else_of_any_child():
    assert SEES[Role.LADO] <= CARERS | EVIDENCE | REASONS | LIFTS | CONCERNS | CONDUCT | DOOR | POLICY


def test_providers_and_commissioners_see_no_addition_to_a_visit(world):
    for key in ("paul", "priya", "carl"):
        assert [a.pk for a in Addition.for_user(getattr(world, key))] == [world.log_addition.pk]


def test_souths_people_see_nothing_of_norths(world):
    seen = {role: names(seen_by(counterpart(world, role))) for role in Role}
    assert seen == {role: [] for role in Role}


def test_a_deactivated_account_and_a_stranger_see_nothing(world):
    assert seen_by(AnonymousUser()) == set()
    for role in Role:
        user = getattr(world, NORTHS[role])
        user.is_active = False
        assert seen_by(user) == set(), role


def test_every_protected_record_was_tried(world):
    untried = {m.__name__ for m in PROTECTED if not m.objects.exists()}
    assert untried <= {"FileRead", "ImportFile", "ReturnChild"}, untried
