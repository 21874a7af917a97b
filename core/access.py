"""Who may do what: permissions, roles, and how a view declares its own.

Written to be read by someone who does not program; `docs/access.md` is printed from it. A role says what a person may
do; *which* children she may do it for is said by each record's `visible_to` (see `scope`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.db import models


class Permission(StrEnum):
    """One thing a person may be allowed to do. The value is the sentence a reader sees."""

    SEE_CHILDREN = "see the files of the children in their scope"
    SEE_FLAGS = "see the flags standing on those children"
    ANSWER_FLAGS = "answer a flag: what is being done, and by when"
    RECORD_VISIT = "record a visit to a child"
    WRITE_LOG = "write the daily log of a placement"
    MANAGE_CHILDREN = "add a child and record legal statuses"
    ALLOCATE = "allocate workers to a child and end an allocation"
    MANAGE_PLACEMENTS = "start, move and end placements, and take a placement on"
    APPOINT_MANAGER = "appoint a placement manager and end the appointment"
    RECORD_ORDER = "record a deprivation of liberty order"
    RECORD_REGISTRATION = "record whether a home is registered, with whom and for what"
    AUTHORISE_UNREGISTERED = "authorise an unregistered placement, with reasons and an expiry"
    RECORD_DECISION = "record a decision on a child's record, whoever took it, and see who read the file"
    TAKE_DECISION = "take the decisions about a child that the decision-rights matrix gives them"
    RECORD_WISH = "record what a child asks for"
    REPORT_SENIOR_CONTACT = "report that a senior manager or commissioner was in touch with a child"
    RECORD_SENIOR_CONTACT = "record their own contact with a child, as a senior manager or commissioner"
    SEE_OVERSIGHT = "see every deprivation of liberty and unregistered placement of the authority"
    IMPORT_RETURNS = "import statutory returns and mend quarantined rows"
    MANAGE_ACCOUNTS = "invite, deactivate and reset accounts"
    SEE_ROTA = "see the rota of a placement they see, and who was really there"
    SEE_CARERS = "see the carers of the placements they see, and whether their checks are complete"
    SEE_CHECKS = "open the evidence behind a carer’s checks"
    MANAGE_CARERS = "record carers, what was checked of them, their training and supervision"
    MANAGE_AGREEMENTS = "record what is agreed with a staffing agency"
    PROPOSE_ROTA = "draft a rota and propose changes to it"
    PUBLISH_ROTA = "publish the rota of a placement they manage or hold the case of, and decide who works it"
    SET_STAFFING = "set how many staff a child is to have, and of what kind"
    RECORD_SHIFT = "record who was on a shift, where they were, who was awake, and hand it over"
    REVIEW_SHIFT = "look into what went wrong on a shift and record what was done"
    WAIVE_CHECKS = "let a carer work before checks are complete, in an emergency, for 48 hours at most"
    STAND_DOWN = "stand a carer down at once"
    SEE_STAND_DOWN_REASONS = "see why a carer was stood down, in their own council"
    LIFT_STAND_DOWN = "take one of the three seats that together may lift a stand-down"
    HOLD_STAND_DOWN = "hold a stand-down, so that it cannot be lifted"
    SEE_PLANS = "see the plans, searches, funding, notices and court tasks of the children in their scope"
    SEE_AGREEMENT = "see what a placement agreed to achieve for a child"
    RECORD_PLANS = "record a child’s plans, referral profile, milestones and contingencies"
    RECORD_COMMISSIONING = "record a search, a placement agreement, funding and notices received"
    RECORD_COURT_TASKS = "record what a court directed or was promised, and that it was done"
    SIGN_CRISIS_CHECK = "sign a step of the crisis clock at their own rank"
    RUN_MEETINGS = "set up a meeting or a panel, minute it and send its minutes"
    ATTEND_MEETINGS = "see the meetings and actions they belong to, and close their own actions"
    RAISE_CONCERN = "raise a concern about a child they see, and read what came of it"
    SEE_CONCERNS = "see every concern raised about the children in their scope"
    TRIAGE_CONCERNS = "decide what is done about a concern, and close it"
    SEE_CONDUCT = "see whose conduct a concern is about, and all such concerns about one worker"
    SEE_QUALITY = "see which quality-assurance visits are due, overdue and made"
    QUALITY_ASSURE = "record a quality-assurance visit: needs, outcomes, culture and value for money"
    CHECK_PREMISES = "check that premises are suitable for a child"
    SEE_REGISTER = "see the partnership’s register of children in unregistered settings, and what assures it"
    KEEP_REGISTER = "keep the partnership’s register, its monthly minutes and its training records"
    REFER_TO_LADO = "refer an adult who works with children to the LADO"
    DECIDE_CONDUCT = "decide whether a concern about staff is referred to the LADO"
    HANDLE_ALLEGATIONS = "handle allegations, behind the LADO’s door"
    ASK_FOR_STRATEGY = "ask for a strategy discussion about a child they see"
    SEE_PROTECTION = "see the strategy discussions, enquiries and serious-harm notices of the children in their scope"
    RECORD_PROTECTION = "record strategy discussions, section 47 enquiries and serious-harm notices"
    ESCALATE = "make anything they know of a formal escalation, and ask for outside scrutiny"
    SEE_ESCALATIONS = "see every escalation about the children in their scope"
    ANSWER_ESCALATIONS = "answer an escalation that has come to them"
    RAISE_DISPUTE = "open the IRO’s dispute resolution, and refer to Cafcass at any point"
    ANSWER_DISPUTE = "answer a dispute the IRO has raised"
    BLOW_WHISTLE = "report wrongdoing by the protected route, which line management does not see"
    HANDLE_WHISTLEBLOWING = "receive and answer reports made by the protected route"
    SEE_OPENNESS = "see how openly escalations are answered, by whom and in what time"
    KEEP_POLICY = "record who was consulted on the escalation policy and what changed"


class Scope(StrEnum):
    """Which children a role reaches. The value is the sentence a reader sees."""

    TEAM = "children allocated to them, and children of their team"
    SERVICE = "children of every team in the service they head, and children no team has taken yet"
    AUTHORITY = "every child of their authority"
    PLACEMENTS = "children of their authority who are in a placement now"
    ALLOCATED = "children they are allocated to, while the allocation lasts"
    PROVIDER = "children placed with their provider now by a council that appointed them, while the placement lasts"
    NONE = "no child"


class Role(models.TextChoices):
    """What a person is, in the field's own words. The stored value is a stable code."""

    SOCIAL_WORKER = "social_worker", "Social worker"
    TEAM_MANAGER = "team_manager", "Team manager"
    HEAD_OF_SERVICE = "head_of_service", "Head of service"
    COMMISSIONER = "commissioner", "Commissioner"
    IRO = "iro", "Independent reviewing officer"
    LADO = "lado", "Local authority designated officer"
    SAFEGUARDING_LEAD = "safeguarding_lead", "Safeguarding lead"
    DIRECTOR = "director", "Director"
    DCS = "dcs", "Director of children’s services"
    LEGAL = "legal", "Legal adviser"
    PROVIDER_MANAGER = "provider_manager", "Provider manager"
    SHIFT_LEADER = "shift_leader", "Provider shift leader"
    PARTNER = "partner", "Partner professional"
    ADVOCATE = "advocate", "Advocate"
    SCRUTINEER = "scrutineer", "Partnership scrutineer"
    SYSTEM_ADMINISTRATOR = "system_administrator", "System administrator"


PROVIDER_ROLES = (Role.PROVIDER_MANAGER, Role.SHIFT_LEADER)  # a provider's own staff belong to no authority


class PartnerKind(models.TextChoices):
    POLICE = "police", "Police"
    HEALTH = "health", "Health"
    EDUCATION = "education", "Education"
    GUARDIAN = "guardian", "Children’s guardian"
    VIRTUAL_SCHOOL = "virtual_school", "Virtual school"


@dataclass(frozen=True)
class Rights:
    description: str
    scope: Scope
    may: frozenset[Permission]


P = Permission
# Whoever they are: nobody needs leave to speak up.
_SPEAK_UP = frozenset({P.REFER_TO_LADO, P.ESCALATE, P.BLOW_WHISTLE})
_READ = _SPEAK_UP | {P.SEE_CHILDREN, P.SEE_FLAGS, P.RAISE_CONCERN}
_MEET = frozenset({P.RUN_MEETINGS, P.ATTEND_MEETINGS})
_STAFF = frozenset({P.SEE_ROTA, P.SEE_CARERS})
_PLANS = frozenset({P.SEE_PLANS, P.SEE_AGREEMENT})
_SAFEGUARD = frozenset({P.SEE_CARERS, P.SEE_CHECKS, P.STAND_DOWN, P.SEE_STAND_DOWN_REASONS, P.LIFT_STAND_DOWN})
_QUALITY = frozenset({P.SEE_QUALITY, P.QUALITY_ASSURE})
_CARE_DECISIONS = (
    _STAFF
    | _SAFEGUARD
    | {P.MANAGE_CARERS, P.MANAGE_AGREEMENTS, P.PROPOSE_ROTA, P.PUBLISH_ROTA}
    | {P.SET_STAFFING, P.RECORD_SHIFT, P.REVIEW_SHIFT}
)
_HEARS = frozenset({P.RECORD_WISH, P.REPORT_SENIOR_CONTACT})
_DECIDES = _HEARS | {P.TAKE_DECISION}
_ABOVE = _DECIDES | {P.RECORD_SENIOR_CONTACT}
_LEDGER = frozenset({P.SEE_CONCERNS, P.TRIAGE_CONCERNS, P.SEE_CONDUCT, P.DECIDE_CONDUCT})
_PROTECT = frozenset({P.ASK_FOR_STRATEGY, P.SEE_PROTECTION, P.RECORD_PROTECTION})
_LADDER = frozenset({P.SEE_ESCALATIONS, P.ANSWER_ESCALATIONS})
_PRACTICE = _READ | _MEET | _DECIDES | {P.ANSWER_FLAGS, P.RECORD_VISIT, P.RECORD_DECISION, P.SEE_CONCERNS}
_CASE = (
    _PRACTICE
    | {P.MANAGE_CHILDREN, P.MANAGE_PLACEMENTS, P.RECORD_ORDER, P.RECORD_REGISTRATION, P.APPOINT_MANAGER}
    | {P.SEE_QUALITY, P.CHECK_PREMISES}
    | _CARE_DECISIONS
    | _PLANS
    | _PROTECT
    | _LADDER
    | {P.RECORD_PLANS, P.RECORD_COURT_TASKS}
)
_MANAGER = _CASE | _LEDGER | {P.ALLOCATE, P.WAIVE_CHECKS, P.RECORD_COMMISSIONING, P.SIGN_CRISIS_CHECK, P.ANSWER_DISPUTE}
_SENIOR = (
    _MANAGER | _QUALITY | {P.SEE_OVERSIGHT, P.IMPORT_RETURNS, P.RECORD_SENIOR_CONTACT, P.SEE_REGISTER, P.SEE_OPENNESS}
)

ROLES: dict[str, Rights] = {
    Role.SOCIAL_WORKER: Rights("Holds the case: visits the child and keeps her record.", Scope.TEAM, _CASE),
    Role.TEAM_MANAGER: Rights("Answers for a team of social workers and allocates its cases.", Scope.TEAM, _MANAGER),
    Role.HEAD_OF_SERVICE: Rights("Answers for several teams; visits high-risk placements.", Scope.SERVICE, _SENIOR),
    Role.COMMISSIONER: Rights(
        "Finds and pays for placements. Records homes and registrations; takes no care decision, and runs no meeting about "
        "one child.",
        Scope.PLACEMENTS,
        _READ
        | _MEET
        | _STAFF
        | _PLANS
        | _ABOVE
        | _QUALITY
        | {P.ANSWER_FLAGS, P.RECORD_REGISTRATION, P.MANAGE_CARERS, P.MANAGE_AGREEMENTS, P.PROPOSE_ROTA}
        | {P.RECORD_COMMISSIONING, P.CHECK_PREMISES},
    ),
    Role.IRO: Rights(
        "Reviews the care plan independently of the line that made it.",
        Scope.ALLOCATED,
        _READ
        | _MEET
        | _STAFF
        | _PLANS
        | _DECIDES
        | _QUALITY
        | {P.ANSWER_FLAGS, P.RECORD_VISIT, P.RECORD_DECISION, P.SEE_CONCERNS}
        | {P.ASK_FOR_STRATEGY, P.SEE_PROTECTION, P.SEE_ESCALATIONS, P.RAISE_DISPUTE},
    ),
    Role.LADO: Rights(
        "Handles allegations against adults who work with children. Sees carers, and no child’s file.",
        Scope.NONE,
        _SAFEGUARD
        | _SPEAK_UP
        | {P.HOLD_STAND_DOWN, P.ATTEND_MEETINGS, P.SEE_CONDUCT, P.DECIDE_CONDUCT, P.HANDLE_ALLEGATIONS}
        | {P.HANDLE_WHISTLEBLOWING},  # free of line management, where a council has no scrutineer
    ),
    Role.SAFEGUARDING_LEAD: Rights(
        "Oversees safeguarding across the authority.",
        Scope.AUTHORITY,
        _PRACTICE
        | _STAFF
        | _PLANS
        | _SAFEGUARD
        | _LEDGER
        | _PROTECT
        | _LADDER
        | {P.SEE_OPENNESS, P.KEEP_POLICY}
        | _QUALITY
        | {P.SEE_OVERSIGHT, P.REVIEW_SHIFT, P.HOLD_STAND_DOWN, P.CHECK_PREMISES, P.SEE_REGISTER, P.KEEP_REGISTER},
    ),
    Role.DIRECTOR: Rights(
        "Answers for services across the authority and sees every high-risk placement.",
        Scope.AUTHORITY,
        _READ
        | _MEET
        | _STAFF
        | _PLANS
        | _ABOVE
        | {P.ANSWER_FLAGS, P.RECORD_DECISION, P.SEE_OVERSIGHT, P.IMPORT_RETURNS, P.SIGN_CRISIS_CHECK}
        | _LADDER
        | {P.SEE_QUALITY, P.SEE_REGISTER, P.ANSWER_DISPUTE, P.SEE_OPENNESS},
    ),
    Role.DCS: Rights(
        "The statutory director (Children Act 2004 s18); alone may authorise an unregistered placement.",
        Scope.AUTHORITY,
        _READ
        | _MEET
        | _STAFF
        | _PLANS
        | _ABOVE
        | {P.ANSWER_FLAGS, P.RECORD_DECISION, P.SEE_OVERSIGHT, P.AUTHORISE_UNREGISTERED, P.ALLOCATE, P.IMPORT_RETURNS}
        | {P.WAIVE_CHECKS, P.SIGN_CRISIS_CHECK, P.SEE_CONCERNS, P.SEE_CONDUCT, P.DECIDE_CONDUCT}
        | _LADDER
        | {P.SEE_PROTECTION, P.ANSWER_DISPUTE, P.SEE_OPENNESS, P.KEEP_POLICY}
        | {P.SEE_QUALITY, P.SEE_REGISTER, P.KEEP_REGISTER},
    ),
    Role.LEGAL: Rights(
        "Advises on orders and court directions.",
        Scope.ALLOCATED,
        _READ | _PLANS | {P.ANSWER_FLAGS, P.RECORD_ORDER, P.RECORD_COURT_TASKS, P.ATTEND_MEETINGS},
    ),
    Role.PROVIDER_MANAGER: Rights(
        "Manages care for a provider. Publishes the rota of a placement whose manager they are.",
        Scope.PROVIDER,
        _STAFF
        | {P.SEE_CHILDREN, P.SEE_FLAGS, P.WRITE_LOG, P.SEE_CHECKS, P.MANAGE_CARERS, P.PROPOSE_ROTA, P.PUBLISH_ROTA}
        | {P.RECORD_SHIFT, P.STAND_DOWN, P.LIFT_STAND_DOWN, P.SEE_AGREEMENT, P.ATTEND_MEETINGS, P.RAISE_CONCERN}
        | _DECIDES
        | _SPEAK_UP
        | {P.ASK_FOR_STRATEGY},
    ),
    Role.SHIFT_LEADER: Rights(
        "Leads a shift and writes its log.",
        Scope.PROVIDER,
        _STAFF
        | _HEARS
        | _SPEAK_UP
        | {P.SEE_CHILDREN, P.WRITE_LOG, P.RECORD_SHIFT, P.STAND_DOWN, P.RAISE_CONCERN, P.ASK_FOR_STRATEGY},
    ),
    Role.PARTNER: Rights(
        "Works with the child for another agency: police, health, education, the guardian, the virtual school.",
        Scope.ALLOCATED,
        _SPEAK_UP | {P.SEE_CHILDREN, P.ATTEND_MEETINGS, P.RAISE_CONCERN, P.ASK_FOR_STRATEGY, P.REPORT_SENIOR_CONTACT},
    ),
    Role.ADVOCATE: Rights(
        "Speaks for the child, on her instruction.",
        Scope.ALLOCATED,
        _HEARS | _SPEAK_UP | {P.SEE_CHILDREN, P.ATTEND_MEETINGS, P.RAISE_CONCERN, P.ASK_FOR_STRATEGY},
    ),
    Role.SCRUTINEER: Rights(
        "Holds the services to account for the partnership. Sees figures and initials, and no child’s name or file.",
        Scope.NONE,
        _SPEAK_UP
        | {P.SEE_REGISTER, P.SEE_QUALITY, P.ANSWER_ESCALATIONS, P.HANDLE_WHISTLEBLOWING, P.SEE_OPENNESS, P.KEEP_POLICY},
    ),
    Role.SYSTEM_ADMINISTRATOR: Rights(
        "Runs the accounts. Has no access to any case.",
        Scope.NONE,
        _SPEAK_UP | {P.MANAGE_ACCOUNTS, P.ANSWER_ESCALATIONS},
    ),
}

PUBLIC, SIGNED_IN = "public", "signed in"


def access(permission: Permission) -> Callable:
    """Declare what a view needs. The middleware refuses any view that declares nothing."""

    def declare(view):
        view.access = permission
        return view

    return declare


def public(view):
    """Declare that a view needs no sign-in."""
    view.access = PUBLIC
    return view


def signed_in(view):
    """Declare that a view needs a signed-in person and no particular permission."""
    view.access = SIGNED_IN
    return view
