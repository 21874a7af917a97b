"""A week of the rota: published, by those who decide; copied, with every gate asked again."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from django.db import DatabaseError, transaction

from children.actions.deciding import decided
from core import clock, gates
from core.access import Permission
from core.actions import DEADLOCK, SERIALIZATION_FAILURE, action, answer_to, touch
from core.dates import in_words
from core.errors import Conflict, Invalid, Refused
from core.models import Refusal, User
from placements import policies as for_placement
from placements.models import Placement
from staffing import policies
from staffing.actions.rota import PLANNED_AHEAD, asked_off, called, hold_carers, put_on
from staffing.models import Assignment, Carer, Shift
from staffing.rota import ONE_WEEK, moment_of, not_checked

WEEK_CHANGED = (
    "Somebody changed a draft of this week after you opened it, so nothing was published. These are the drafts as they are "
    "now: look at them, then publish them."
)
ASKED_OFF = "Somebody asked that they be taken off this rota."


def days_of(week: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The first instant of a week in England, and the first after it. Raises Invalid unless given its Monday."""
    if week.weekday() != 0:
        raise Invalid({"week": "Give a week by its Monday"})
    return clock.start_of(week), clock.start_of(week + ONE_WEEK)


# --- publishing -------------------------------------------------------------------------------------------------------


@action
def publish(
    *, placement: Placement, week: dt.date, seen: Mapping[int, int] | None = None, by: User, as_of: dt.datetime
) -> list[Shift]:
    """Publish the drafts of a week that are not over. `week` is its Monday.

    `seen` has the version of each draft its publisher saw, by the shift's id (None: they do not say). Raises Conflict
    where that is not what would be published, Refused for whoever does not decide about staff (DEC-01), for an agency
    that has signed no agreement in time (STF-10) and for a carer whose checks have lapsed since (STF-01); Invalid where a
    shift has no leader (STF-06).
    """
    policies.may_any(by, (Permission.PUBLISH_ROTA, Permission.PROPOSE_ROTA), placement)
    touch(placement=placement, child=placement.child)
    policies.decide_staffing_gate(by, placement, as_of)
    since, until = days_of(week)
    shifts = list(
        Shift.objects.standing()
        .between(since, until)
        .filter(placement=placement, published_at__isnull=True, ends_at__gt=as_of)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    shifts.sort(key=attrgetter("starts_at", "kind"))
    if not shifts:
        raise Invalid({"": "There is no draft to publish in this week"})
    if seen is not None and seen != {shift.pk: shift.version for shift in shifts}:
        raise Conflict(WEEK_CHANGED)
    if leaderless := [shift for shift in shifts if shift.leader_id is None]:
        named = "; ".join(called(shift) for shift in leaderless)
        raise Invalid({"": f"Each shift needs one leader who answers for it. Name a leader for: {named}"})
    _gate_agreements(placement, since, until, as_of)
    _gate_checks(placement, shifts)
    for shift in shifts:
        shift.published_at, shift.published_by = as_of, by
        shift.version += 1
        shift.save(update_fields=["published_at", "published_by", "version"])
    number = "1 shift" if len(shifts) == 1 else f"{len(shifts)} shifts"
    on = Assignment.objects.filter(shift__in=shifts, removed_at__isnull=True).values_list("carer", flat=True)
    named = ", ".join(sorted({str(request.carer) for request in asked_off(placement, on)}))
    decided(
        "publish",
        child=placement.child,
        what=f"The rota of the week of {in_words(week)}: {number} published."
        + (f" On it, though somebody asked that they be taken off: {named}." if named else ""),
        why="The week as drafted: each shift led, and each carer’s checks complete.",
        by=by,
        as_of=as_of,
    )
    return shifts


def _gate_agreements(placement: Placement, since: dt.datetime, until: dt.datetime, as_of: dt.datetime) -> None:
    on = Assignment.objects.standing().filter(
        shift__placement=placement, shift__starts_at__gte=since, shift__starts_at__lt=until
    )
    days: dict[int, set[dt.date]] = {}
    for agency_id, starts_at in on.values_list("agency", "shift__starts_at"):
        days.setdefault(agency_id, set()).add(clock.local_date(starts_at))
    remedy = "Record the signed agreement, or take that agency’s carers off the week’s shifts. The drafts are kept."
    policies.agreement_gate(placement, days, as_of, remedy)


def _gate_checks(placement: Placement, shifts: list[Shift]) -> None:
    """Refuse to publish a carer whose checks have lapsed, or were withdrawn, since they were put on."""
    on = Assignment.objects.filter(shift__in=shifts, removed_at__isnull=True).select_related("shift", "carer")
    lapsed = not_checked(placement, on)
    if lapsed:
        named = "; ".join(sorted({f"{each.carer} on {called(each.shift)}" for each in lapsed}))
        raise Refused(
            gates.UNCHECKED_CARER,
            f"This was refused. Checks are no longer complete and in date: {named}.",
            "Complete the checks, with their evidence, or take the carer off.",
        )


# --- copying ----------------------------------------------------------------------------------------------------------


@dataclass
class Copied:
    """What came of copying a week: shifts made, carers put on, and each carer who was not, with the sentence why."""

    shifts: list[Shift] = field(default_factory=list)
    assigned: list[Assignment] = field(default_factory=list)
    refused: list[tuple[Shift, Carer, str]] = field(default_factory=list)
    kept: int = 0  # shifts that were in the week already, and were left as they are


@action
def copy_week(*, placement: Placement, from_week: dt.date, to_week: dt.date, by: User, as_of: dt.datetime) -> Copied:
    """Draft a week like another, at the same times by English clocks. Every carer passes every gate again, or is left off.

    So is whoever somebody asked to have taken off: a copy asks nobody, and is how they came back.
    A shift that is there already stays as it is. Both weeks are given by their Mondays.
    """
    policies.may(by, Permission.PROPOSE_ROTA, placement)
    touch(placement=placement, child=placement.child)
    if from_week == to_week:
        raise Invalid({"to_week": "Select another week to copy to"})
    since, until = days_of(from_week)
    first, last = days_of(to_week)
    if first > as_of + PLANNED_AHEAD:
        raise Invalid({"to_week": "The week must be within a year"})
    source = list(
        Shift.objects.standing().between(since, until).filter(placement=placement).order_by("starts_at", "pk")
    )
    on = (
        Assignment.objects.standing()
        .filter(shift__in=source)
        .select_related("carer", "agency")
        .order_by("carer_id", "pk")
    )
    hold_carers({assignment.carer_id for assignment in on})
    there = {
        (shift.kind, shift.starts_at)
        for shift in Shift.objects.standing().filter(placement=placement, starts_at__gte=first, starts_at__lt=last)
    }
    later = to_week - from_week
    bound = {request.carer_id for request in asked_off(placement, {assignment.carer_id for assignment in on})}
    copied, drafts = Copied(), {}
    for shift in source:
        starts_at, ends_at = moment_of(shift.starts_at, later), moment_of(shift.ends_at, later)
        if (shift.kind, starts_at) in there:
            copied.kept += 1
        elif ends_at > as_of and _while_it_lasts(placement, clock.local_date(starts_at)):
            drafts[shift.pk] = Shift(
                placement=placement, kind=shift.kind, starts_at=starts_at, ends_at=ends_at, drafted_by=by
            )
    if not drafts:
        raise Invalid({"": "There is nothing to copy: that week has no shifts, or this one has them all already"})
    copied.shifts = Shift.objects.bulk_create(drafts.values())
    leaders = {shift.pk: shift.leader_id for shift in source}
    for assignment in on:  # in order of carers, as every writer goes
        if (draft := drafts.get(assignment.shift_id)) is None:
            continue
        if assignment.carer_id in bound:
            copied.refused.append((draft, assignment.carer, ASKED_OFF))
            continue
        hours = (moment_of(assignment.starts_at, later), moment_of(assignment.ends_at, later))
        try:
            with transaction.atomic():
                copied.assigned.append(put_on(draft, assignment.carer, assignment.agency, *hours, by=by, as_of=as_of))
        except (Invalid, DatabaseError) as error:
            answer = answer_to(error) if isinstance(error, DatabaseError) else error
            if answer is None:
                raise
            if getattr(error.__cause__, "pgcode", "") in (DEADLOCK, SERIALIZATION_FAILURE):  # ends the whole act
                raise
            copied.refused.append((draft, assignment.carer, _sentence(answer)))
            if isinstance(answer, Refused):
                _remember(answer, placement, assignment.carer, by)
        else:
            touch(carer=assignment.carer)
            if leaders[assignment.shift_id] == assignment.carer_id and hours[1] == draft.ends_at:
                draft.leader = assignment.carer
    Shift.objects.bulk_update([draft for draft in drafts.values() if draft.leader_id], ["leader"])
    return copied


def _while_it_lasts(placement: Placement, day: dt.date) -> bool:
    try:
        for_placement.covers(placement, day, "", "")
    except Invalid:
        return False
    return True


def _sentence(answer: Invalid | Refused | Conflict) -> str:
    return "; ".join(answer.errors.values()) if isinstance(answer, Invalid) else answer.sentence


def _remember(refused: Refused, placement: Placement, carer: Carer, by: User) -> None:
    """A gate said no to one row of many: the refusal is recorded as any other is, and the rest goes on."""
    Refusal.objects.create(
        code=refused.code,
        sentence=refused.sentence,
        action="copy_week",
        by=by,
        subjects=[f"carer {carer.pk}", f"placement {placement.pk}"],
    )
