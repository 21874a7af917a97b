"""One of everything about one child of North's, for those who may not see it to look for."""

import datetime as dt

from children.models import CaseSupervision, Decision, Wish
from core import clock
from core.access import Role
from escalations.models import (
    CafcassReferral,
    ConflictOfInterest,
    Dispute,
    DisputeStep,
    Escalation,
    EscalationFlag,
    EscalationStep,
    IdentityRead,
    PolicyConsultation,
    WhistleIdentity,
    WhistleReport,
    WhistleStep,
)
from exchange.models import ImportProblem, ImportRun, ReturnEpisode
from governance.models import (
    Action,
    ActionRedating,
    Attendance,
    Concern,
    ConcernReview,
    ConcernStep,
    ConductSubject,
    Contingency,
    CourtTask,
    CrisisCheck,
    Discussed,
    Enquiry,
    Finding,
    Funding,
    Issue,
    LongTermPlan,
    Meeting,
    MeetingSeries,
    Member,
    Milestone,
    MinuteSaving,
    MinuteSection,
    NoticeReceived,
    PlacementAgreement,
    Plan,
    PoliceAttendance,
    QualityAddition,
    QualityScore,
    QualityValue,
    QualityVisit,
    QualityVisitor,
    ReferralProfile,
    RegisterEntry,
    RegisterReview,
    RoleTraining,
    SearchEntry,
    SeniorContact,
    SeriousHarmNotice,
    StrategyAttendee,
    StrategyConcern,
    StrategyDiscussion,
    TermsReview,
)
from lado.models import (
    Admission,
    ConductDecision,
    DecisionRead,
    Receipt,
    Referral,
    ReferralAction,
    ReferralRead,
    ReferralStep,
)
from oversight.models import Flag, FlagAnswer
from placements.models import Addition, DailyLog, Key, Registration, UnregisteredAuthorisation, Visit
from staffing.models import (
    AwakeCheck,
    CheckWaiver,
    Handover,
    Lift,
    LiftApproval,
    LogCause,
    Presence,
    ReflectiveSession,
    ReplacementPlan,
    RotaRequest,
    ShiftReview,
    StaffingPlan,
    StaffType,
    StandDown,
    StandDownCase,
    Supervision,
    SupervisionLine,
    Swap,
    Training,
)
from tests.cast import at

TODAY = clock.local_date(clock.now())  # the database decides who sees what today, so these tests live today
LONG_AGO = TODAY - dt.timedelta(days=200)
DAY = dt.timedelta(days=1)


def world(cast, *, allegations=True):
    """One of everything about one child of North's, in a placement of the provider's that lasts today."""
    child = cast.child(since=LONG_AGO)
    home = cast.home(status=Registration.Status.NOT_REGISTERED)
    placement = cast.placement(child, LONG_AGO, home=home)
    allocation = child.allocations.get()
    for part, key in (("iro", "ines"), ("legal", "lola"), ("advocate", "ava"), ("partner", "greta")):
        cast.allocate(child, getattr(cast, key), part=part, since=LONG_AGO)
    manager = cast.manager(placement, at(LONG_AGO), account=cast.paul)
    absence = cast.absence(manager, LONG_AGO + 30 * DAY, planned=False)
    order = cast.dol_order(child, LONG_AGO)
    visit = Visit.objects.create(
        placement=placement,
        occurred_at=at(LONG_AGO + DAY),
        outcome="seen_alone",
        announced=True,
        visitor="Amy Sparrow",
        capacity="social_worker",
        place="The home",
        recorded_by=cast.amy,
    )
    log = DailyLog.objects.create(
        placement=placement,
        covers_from=clock.start_of(LONG_AGO),
        covers_until=clock.end_of(LONG_AGO),
        occurred_at=at(LONG_AGO, 20),
        how_she_was="Quiet",
        day="Drew",
        author=cast.priya,
        late=False,
    )
    Addition.objects.create(visit=visit, kind="addendum", text="More", by=cast.amy)
    log_addition = Addition.objects.create(log=log, kind="addendum", text="More", by=cast.priya)
    decision = Decision.objects.create(
        child=child, decided_on=LONG_AGO, what="W", why="Y", decided_by="T", by_what_authority="P", recorded_by=cast.amy
    )
    Wish.objects.create(child=child, asked_on=LONG_AGO, words="W", analysis="A", what_happens="H", recorded_by=cast.amy)
    contact = SeniorContact.objects.create(
        child=child, who=cast.dee, occurred_at=at(LONG_AGO), how="call", said="S", reported_by=cast.amy,
        written_at=at(LONG_AGO),
    )  # fmt: skip
    UnregisteredAuthorisation.objects.create(
        placement=placement,
        authorised_by=cast.dora,
        authorised_at=at(LONG_AGO),
        expires_at=at(LONG_AGO + 5 * DAY),
        reasons="R",
        alternatives="A",
        steps="S",
    )
    standing = {"authority": cast.north, "child": child, "placement": placement, "severity": "red"}
    standing |= dict.fromkeys(("due_at", "raised_at"), at(LONG_AGO + 60 * DAY))
    flag = Flag.objects.create(rule="VIS-02", owner_role=Role.SOCIAL_WORKER, owner=cast.amy, **standing)
    Flag.objects.create(rule="STF-05L", owner_role=Role.TEAM_MANAGER, owner=cast.tom, **standing)  # the provider's too
    FlagAnswer.objects.create(flag=flag, by=cast.amy, doing="D", by_when=TODAY, answered_at=at(LONG_AGO + 61 * DAY))
    run = ImportRun.objects.create(authority=cast.north, by=cast.dee, requested_at=at(LONG_AGO), state="done")
    ImportProblem.objects.create(import_run=run, code="X", message="M")
    row = ReturnEpisode.objects.create(
        authority=cast.north, child_number="7", decom=LONG_AGO, year=2020, given={}, state="quarantined", reason="R"
    )
    CaseSupervision.objects.create(
        child=child, worker=cast.amy, supervisor=cast.tom, held_on=LONG_AGO, reflection="R", agreed="A"
    )
    cast.child_, cast.placement_ = child, placement
    cast.log_addition = log_addition
    cast.records = (
        {
            "reference": child.reference,
            "placement": placement.pk,
            "allocation": allocation.pk,
            "manager": manager.pk,
            "absence": absence.pk,
            "order": order.pk,
            "home": home.pk,
            "visit": visit.pk,
            "log": log.pk,
            "flag": flag.pk,
            "import": run.pk,
            "row": row.pk,
            "account": cast.amy.pk,
            "provider's person": cast.priya.pk,
            "senior contact": contact.pk,
            "decision": decision.pk,
        }
        | of_her_staff(cast, placement)
        | of_her_plans(cast, placement)
        | of_her_meetings(cast, child)
    )
    cast.records |= of_concerns(cast, placement, cast.records["carer"])
    cast.records |= of_quality(cast, placement)
    cast.records |= of_protection(cast, placement, cast.records["concern"])
    if allegations:
        cast.records |= of_allegations(cast, placement, cast.records)
    cast.records |= of_escalations(cast, placement, flag)
    cast.records |= of_routes(cast, child)
    return cast


def of_routes(cast, child) -> dict[str, int]:
    """A dispute of Ines's that Hana has answered, Cafcass asked beside it, and a protected report of Amy's to Nina."""
    about = {"authority": cast.north, "child": child}
    dispute = Dispute.objects.create(
        number=1, about="A", wanted="W", raised_by=cast.ines, informal_at=at(LONG_AGO), formal_at=at(LONG_AGO), level=2,
        answerer=cast.hana, alert_due_on=TODAY, ends_on=TODAY + DAY, alert_answered_at=at(TODAY - DAY),
        answered_at=at(TODAY - DAY), **about,
    )  # fmt: skip
    DisputeStep.objects.create(
        dispute=dispute, kind="formal", text="T", level=2, answerer=cast.hana, by=cast.ines, happened_at=at(LONG_AGO)
    )
    referral = CafcassReferral.objects.create(
        why="W", sent="S", referred_by=cast.ines, referred_at=at(LONG_AGO), dispute=dispute, **about
    )
    report = WhistleReport.objects.create(
        authority=cast.north, reader=cast.nina, what="W", about="A", raised_at=at(TODAY - DAY), acknowledge_by=TODAY
    )
    WhistleIdentity.objects.create(report=report, reporter=cast.amy)
    IdentityRead.objects.create(report=report, by=cast.nina)
    WhistleStep.objects.create(report=report, kind="done", text="T", by=cast.nina, happened_at=at(TODAY - DAY))
    PolicyConsultation.objects.create(
        authority=cast.north, policy="escalation", version="3", held_on=LONG_AGO, who="W", said="S", changed="C",
        recorded_by=cast.sal,
    )  # fmt: skip
    return {"dispute": dispute.pk, "referral to Cafcass": referral.pk, "protected report": report.pk}


def of_her_plans(cast, placement) -> dict[str, int]:
    """One of everything about what is planned, sought and paid for."""
    child, recorded = placement.child, {"recorded_by": cast.amy}
    Plan.objects.create(child=child, kind="care", version=2, made_on=LONG_AGO, sections=["health"], **recorded)
    texts = dict.fromkeys(("needs", "identity", "risks", "outcomes", "wishes"), "T")
    profile = ReferralProfile.objects.create(child=child, confirmed_on=LONG_AGO, **texts, **recorded)
    search = SearchEntry.objects.create(
        child=child, asked="Fernbank", asked_on=LONG_AGO, meets_wish="in_part", **recorded
    )
    PlacementAgreement.objects.create(
        placement=placement, profile=profile, outcomes="O", health_said="H", education_said="E", template="T", text="T\nU",
        own_lines=1, signed_on=LONG_AGO, signed_for_provider="Paul", **recorded,
    )  # fmt: skip
    block = Funding.objects.create(
        placement=placement, starts_on=LONG_AGO, ends_on=TODAY + 90 * DAY, weekly_cost=5000, approved_on=LONG_AGO,
        approved_by="Panel", why="W", why_not_asked="N", **recorded,
    )  # fmt: skip
    plan = LongTermPlan.objects.create(child=child, kind="home", aim="A", started_on=LONG_AGO, **recorded)
    milestone = Milestone.objects.create(plan=plan, what="W", due_on=TODAY + DAY, **recorded)
    contingency = Contingency.objects.create(
        child=child, plan=plan, made_on=LONG_AGO, what="W", weekly_cost=9000, trigger="T", **recorded
    )
    notice = NoticeReceived.objects.create(
        placement=placement, from_whom="Tideway", received_at=at(TODAY - DAY), ends_at=at(TODAY + 27 * DAY), reasons="R",
        **recorded,
    )  # fmt: skip
    parts = dict.fromkeys(("safeguarding", "care", "education", "health", "way_out"), "P")
    CrisisCheck.objects.create(
        placement=placement, step="hours_48", signed_at=at(LONG_AGO + 2 * DAY), signed_by=cast.tom, **parts
    )
    task = CourtTask.objects.create(
        child=child,
        kind="direction",
        what="W",
        source="S",
        made_on=LONG_AGO,
        due_on=TODAY + 5 * DAY,
        owner=cast.amy,
        **recorded,
    )
    return {
        "search": search.pk,
        "long-term plan": plan.pk,
        "milestone": milestone.pk,
        "contingency": contingency.pk,
        "notice": notice.pk,
        "block of funding": block.pk,
        "court task": task.pk,
    }


def of_concerns(cast, placement, carer) -> dict[str, int]:
    """A concern about a carer’s conduct, escalated to the team’s manager; the police came; and a meeting was held."""
    child, moment = placement.child, clock.now() - DAY
    concern = Concern.objects.create(
        authority=child.authority, number=1, child=child, placement=placement, category="staff_conduct", what="W",
        raised_by=cast.amy, raiser="social_care", source="social_care", received_at=moment, owner=cast.tom,
        recorded_by=cast.amy,
    )  # fmt: skip
    ConductSubject.objects.create(concern=concern, carer_id=carer, recorded_by=cast.amy)
    ConcernStep.objects.create(
        concern=concern, kind="escalated", recipient=cast.tom, due_on=TODAY, by=cast.amy, happened_at=moment
    )
    PoliceAttendance.objects.create(
        placement=placement, attended_at=moment, called_by="staff", why="W", recorded_by=cast.priya
    )
    ConcernReview.objects.create(
        child=child, held_at=moment, there=["health", "police"], agencies="A", outcome="O", decision="stay", why="W", decided_by=cast.hana,
        recorded_by=cast.tom,
    )  # fmt: skip
    return {"concern": concern.pk}


def of_escalations(cast, placement, flag) -> dict[str, int]:
    """Something Amy escalated to the team’s manager, about a flag of her own."""
    moment = clock.now() - DAY
    escalation = Escalation.objects.create(
        authority=cast.north, number=1, child=placement.child, placement=placement, source="flags", what="W",
        raised_by=cast.amy, raised_at=moment, level=2, owner=cast.tom, came_at=moment, next_at=moment + 5 * DAY,
    )  # fmt: skip
    EscalationFlag.objects.create(escalation=escalation, flag=flag, joined_at=moment)
    ConflictOfInterest.objects.create(escalation=escalation, user=cast.dee, why="decided", by=cast.amy)
    EscalationStep.objects.create(
        escalation=escalation, kind="raised", level=2, owner=cast.tom, by=cast.amy, happened_at=moment
    )
    return {"escalation": escalation.pk, "flag": flag.pk}


def of_protection(cast, placement, concern) -> dict[str, int]:
    """Two strategy discussions, one asked for by a guardian, and an enquiry; and serious harm that must be notified."""
    child, moment = placement.child, clock.now() - DAY
    asked = StrategyDiscussion.objects.create(
        child=child, placement=placement, asked_by=cast.greta, asked_at=moment, why="W"
    )
    held = StrategyDiscussion.objects.create(
        child=child, placement=placement, asked_by=cast.amy, asked_at=moment, why="W", held_at=moment, chair="C",
        outcome="enquiry", reasons="R", answered_by=cast.tom,
    )  # fmt: skip
    StrategyConcern.objects.create(discussion=held, concern_id=concern)
    StrategyAttendee.objects.create(discussion=held, agency="police", who="W")
    enquiry = Enquiry.objects.create(
        discussion=held, child=child, started_on=clock.local_date(moment), recorded_by=cast.tom
    )
    notice = SeriousHarmNotice.objects.create(
        child=child, placement=placement, aware_at=moment, what="W", recorded_by=cast.tom, criteria_met=True, why="W",
        decided_by=cast.hana, decided_at=moment,
    )  # fmt: skip
    return {
        "strategy discussion": asked.pk,
        "strategy held": held.pk,
        "enquiry": enquiry.pk,
        "serious harm": notice.pk,
    }


def of_allegations(cast, placement, records) -> dict[str, int | str]:
    """A referral of the guardian's about the carer, to which the safeguarding lead was let in; and what was decided."""
    moment = clock.now() - DAY
    referral = Referral.objects.create(
        authority=cast.north, number=1, carer_id=records["carer"], post="carer", child=placement.child, placement=placement,
        neglect=True, category="neglect", what="W", source="guardian", referred_by=cast.greta, received_at=moment,
        owner=cast.lee,
    )  # fmt: skip
    receipt = Receipt.objects.create(referral=referral, to=cast.greta, given_at=moment)
    let_in = {"referral": referral, "why": "W", "started_at": moment, "admitted_by": cast.lee}
    admission = Admission.objects.create(person=cast.sal, **let_in)
    ReferralRead.objects.create(referral=referral, by=cast.lee, page="case")
    ReferralStep.objects.create(referral=referral, kind="note", text="T", by=cast.lee, happened_at=moment)
    task = ReferralAction.objects.create(
        referral=referral, kind="employer", what="W", who="W", due_on=TODAY, recorded_by=cast.lee
    )
    ConductDecision.objects.create(
        authority=cast.north, concern_id=records["concern"], carer_id=records["carer"], answer="referred", referral=referral,
        decided_by=cast.lee, decided_at=moment,
    )  # fmt: skip
    another = Concern.objects.create(
        authority=cast.north, number=2, child=placement.child, placement=placement, category="staff_conduct", what="W",
        raised_by=cast.amy, raiser="social_care", source="social_care", received_at=moment, owner=cast.tom,
        recorded_by=cast.amy,
    )  # fmt: skip
    not_referred = ConductDecision.objects.create(
        authority=cast.north,
        concern=another,
        answer="not_referred",
        because="B",
        decided_by=cast.tom,
        decided_at=moment,
    )
    DecisionRead.objects.create(decision=not_referred, by=cast.lee)
    ConcernStep.objects.create(concern=another, kind="passed", by=cast.tom, happened_at=moment)
    return {
        "referral": referral.pk,
        "receipt": receipt.reference,
        "admission": admission.pk,
        "referral action": task.pk,
        "not referred": another.pk,
    }


def of_quality(cast, placement) -> dict[str, int]:
    """A visit that judged one thing of each part, what it found, and something added to it."""
    visit = QualityVisit.objects.create(
        placement=placement, kind="multi_agency", occurred_at=at(LONG_AGO + DAY), announced=False, summary="S",
        recorded_by=cast.sal,
    )  # fmt: skip
    QualityVisitor.objects.create(visit=visit, name="N", post="P", qualification="Q", sector="health")
    judged = {"visit": visit, "score": "not_met", "evidence": "E", "evidence_on": LONG_AGO}
    for part, about in (("need", "N"), ("outcome", "O"), ("culture", "leadership"), ("premises", "kitchen")):
        QualityScore.objects.create(
            part=part, about=about, mitigation="A food plan", owner=cast.tom, until=TODAY, **judged
        )
    QualityValue.objects.create(
        visit=visit, weekly_cost=9000, staff_to_one=5, hours_paid=840, hours_delivered=500, outcome="O"
    )
    issue = Issue.objects.create(child=placement.child, section="care", what="W", raised_at=at(LONG_AGO + DAY))
    action = Action.objects.create(
        child=placement.child, issue=issue, what="W", owner=cast.tom, due_on=TODAY, measure="M",
        agreed_at=at(LONG_AGO + DAY), recorded_by=cast.sal,
    )  # fmt: skip
    Finding.objects.create(visit=visit, action=action)
    QualityAddition.objects.create(visit=visit, kind="addendum", text="T", by=cast.sal)
    entry = RegisterEntry.objects.create(placement=placement, entered_on=LONG_AGO, why="W", entered_by=cast.sal)
    RegisterReview.objects.create(entry=entry, reviewed_on=LONG_AGO, minute="M", recorded_by=cast.sal)
    RoleTraining.objects.create(
        person=cast.carl, subject="partners", given_on=LONG_AGO, trainer="T", evidence="E", recorded_by=cast.sal
    )
    return {"quality visit": visit.pk, "register entry": entry.pk}


def of_her_staff(cast, placement) -> dict[str, int]:
    """One of everything about who cares for her: a carer of an agency's who worked yesterday and is stood down since."""
    recorded = {"recorded_by": cast.amy}
    carer, yesterday = cast.carer(checked=TODAY - 30 * DAY), TODAY - DAY
    agreement = cast.supplies(placement)
    StaffingPlan.objects.create(
        placement=placement, effective_from=at(LONG_AGO), by_day=5, by_night=3, source="S", why="W", **recorded
    )
    StaffType.objects.create(
        placement=placement, reviewed_on=LONG_AGO, staff_type="T", need="N", why="W", advice="A", **recorded
    )
    ReplacementPlan.objects.create(
        placement=placement, agency=cast.agency, made_on=LONG_AGO, why="W", replaced_by="R",
        last_day=LONG_AGO + 84 * DAY, **recorded,
    )  # fmt: skip
    ReflectiveSession.objects.create(
        placement=placement, held_on=LONG_AGO, led_by="L", agencies="A", reflection="R", agreed="A", **recorded
    )
    CheckWaiver.objects.create(
        placement=placement, carer=carer, starts_at=at(LONG_AGO), ends_at=at(LONG_AGO + DAY), missing=["dbs"],
        reason="R", given_by=cast.tom,
    )  # fmt: skip
    training = Training.objects.create(carer=carer, subject="trauma", given_on=LONG_AGO, trainer="T", **recorded)
    line = SupervisionLine.objects.create(
        carer=carer, agency=cast.agency, supervisor="S", started_on=LONG_AGO, **recorded
    )
    Supervision.objects.create(carer=carer, held_on=LONG_AGO, supervisor="S", reflection="R", **recorded)
    key = Key.objects.create(placement=placement, kind="fob", what="Front", held_by="H", issued_on=LONG_AGO, **recorded)
    shift = cast.shift(placement, yesterday)
    assignment = cast.puts(carer, shift)
    presence = Presence.objects.create(shift=shift, carer=carer, starts_at=shift.starts_at, **recorded)
    swap = Swap.objects.create(
        shift=shift, outgoing=carer, reason="R", child_asked=False, asked_by=cast.amy, asked_at=at(yesterday, 9)
    )
    AwakeCheck.objects.create(
        shift=shift, carer=carer, checked_at=at(yesterday, 9), state="awake", witnessed_by="W", **recorded
    )
    Handover.objects.create(shift=shift, to="T", text="T", occurred_at=shift.ends_at, **recorded)
    LogCause.objects.create(shift=shift, cause="other", explanation="E", **recorded)
    ShiftReview.objects.create(shift=shift, found="F", done="D", reviewed_at=clock.now(), by=cast.amy)
    request = RotaRequest.objects.create(
        placement=placement, carer=carer, reason="R", asked_by=cast.amy, asked_at=shift.ends_at,
        due_at=shift.ends_at + DAY,
    )  # fmt: skip
    down = StandDown.objects.create(carer=carer, starts_at=shift.ends_at)
    case = StandDownCase.objects.create(
        stand_down=down, authority=cast.north, placement=placement, reason="R", stood_down_by=cast.amy
    )
    lift = Lift.objects.create(case=case, reason="R", asked_by=cast.amy, asked_at=clock.now())
    LiftApproval.objects.create(lift=lift, seat="safeguarding", by=cast.sal, reason="R", approved_at=clock.now())
    return {
        "agreement": agreement.pk,
        "assignment": assignment.pk,
        "carer": carer.pk,
        "check": carer.checks.first().pk,
        "engagement": carer.engagements.get().pk,
        "evidence": carer.evidence.get().pk,
        "key": key.pk,
        "lift": lift.pk,
        "presence": presence.pk,
        "rota request": request.pk,
        "shift": shift.pk,
        "stand-down": down.pk,
        "supervisor": line.pk,
        "swap": swap.pk,
        "training": training.pk,
    }


def of_her_meetings(cast, child) -> dict[str, int]:
    """One of everything about a meeting of hers, to which Carl and Paul belong, and Hana, who chairs it."""
    recorded = {"recorded_by": cast.hana}
    series = MeetingSeries.objects.create(
        kind="child", authority=cast.north, child=child, name="Weekly meeting", purpose="P", terms="T", chair=cast.hana,
        required=["social_worker", "health"], every_days=7, started_on=LONG_AGO, **recorded,
    )  # fmt: skip
    TermsReview.objects.create(series=series, reviewed_on=LONG_AGO, found="F", by=cast.hana)
    parts = ((cast.hana, "chair", None), (cast.carl, "commissioner", None), (cast.paul, "agency", cast.provider))
    for person, part, agency in parts:
        member = Member.objects.create(
            series=series, person=person, part=part, agency=agency, started_on=LONG_AGO, **recorded
        )
    meeting = Meeting.objects.create(series=series, held_at=at(LONG_AGO), required=series.required, **recorded)
    Discussed.objects.create(meeting=meeting, child=child)
    Attendance.objects.create(meeting=meeting, part="health", state="present", **recorded)
    section = MinuteSection.objects.create(meeting=meeting, child=child, section="care", text="T", version=1)
    MinuteSaving.objects.create(section=section, version=1, text="T", how="alone", by=cast.hana, saved_at=at(LONG_AGO))
    issue = Issue.objects.create(child=child, series=series, section="care", what="I", raised_at=at(LONG_AGO))
    action = Action.objects.create(
        child=child, meeting=meeting, issue=issue, what="W", owner=cast.hana, due_on=TODAY, measure="M",
        agreed_at=at(LONG_AGO), **recorded,
    )  # fmt: skip
    ActionRedating.objects.create(
        action=action, from_on=LONG_AGO, to_on=TODAY, why="W", redated_at=at(LONG_AGO + DAY), by=cast.hana
    )
    return {"meeting series": series.pk, "member": member.pk, "meeting": meeting.pk, "action": action.pk}
