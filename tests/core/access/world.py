"""One of everything about one child of North's, for those who may not see it to look for."""

import datetime as dt

from children.models import CaseSupervision, Decision, Wish
from core import clock
from core.access import Role
from exchange.models import ImportProblem, ImportRun, ReturnEpisode
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


def world(cast):
    """One of everything about one child of North's, in a placement of the provider's that lasts today."""
    child = cast.child(since=LONG_AGO)
    home = cast.home(status=Registration.Status.NOT_REGISTERED)
    placement = cast.placement(child, LONG_AGO, home=home)
    allocation = child.allocations.get()
    for part, key in (("iro", "ines"), ("legal", "lola"), ("advocate", "ava"), ("partner", "greta")):
        cast.allocate(child, getattr(cast, key), part=part, since=LONG_AGO)
    manager = cast.manager(placement, at(LONG_AGO), account=cast.paul)
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
    Decision.objects.create(
        child=child, decided_on=LONG_AGO, what="W", why="Y", decided_by="T", by_what_authority="P", recorded_by=cast.amy
    )
    Wish.objects.create(child=child, asked_on=LONG_AGO, words="W", analysis="A", what_happens="H", recorded_by=cast.amy)
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
    cast.records = {
        "reference": child.reference,
        "placement": placement.pk,
        "allocation": allocation.pk,
        "manager": manager.pk,
        "order": order.pk,
        "home": home.pk,
        "visit": visit.pk,
        "log": log.pk,
        "flag": flag.pk,
        "import": run.pk,
        "row": row.pk,
        "account": cast.amy.pk,
        "provider's person": cast.priya.pk,
    } | of_her_staff(cast, placement)
    return cast


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
