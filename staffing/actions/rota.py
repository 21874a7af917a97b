"""The planned rota: its shifts, and who is put on them. See docs/adr/0019 for the order in which locks are taken.

Who is stood down, whose checks are not complete and who is on another shift then, the database refuses by itself; here
are the things it cannot know: who is asking, and whether they saw the shift as it is now.
"""

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse

from children import policies as for_child
from children.actions.deciding import decided
from core import clock
from core.access import Permission
from core.actions import SAME_MOMENT, action, because, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import User
from placements import policies as for_placement
from placements.models import Placement, Provider
from staffing import notices, policies
from staffing.models import Assignment, Carer, RotaRequest, Shift
from staffing.rota import cover_word, fewest, required_for

PLANNED_AHEAD = dt.timedelta(days=366)  # further off than this, a date is a slip of the finger
SHIFT_CHANGED = "The shift’s hours were changed"
SHIFT_CANCELLED = "The shift was cancelled"
SWAPPED = "Swapped for another carer"
TAKEN_OFF_A_DRAFT = "Taken off a draft"
ANALYSIS_MISSING = "Enter what the child’s wish tells us, and what it means for risk"


# --- locks ------------------------------------------------------------------------------------------------------------


def hold_carers(carers: Iterable[int]) -> None:
    """Keep others from putting these carers on a shift, or standing them down, until this transaction ends.

    Stronger than the FOR SHARE the database itself takes, so that two writers about one carer wait for each other and
    do not meet in a deadlock.
    """
    list(Carer.objects.select_for_update(no_key=True).filter(pk__in=set(carers)).order_by("pk").values_list("pk"))


def hold_shift(shift: Shift, version: int | None) -> None:
    """Read a shift anew and keep others from changing it. Raises Conflict if it is not as its writer saw it."""
    for_child.hold(shift)
    policies.same_version(shift, version)


def standing_on(shift: Shift) -> list[Assignment]:
    """Who is on a shift, each row kept from others, in the order in which rows are locked."""
    return list(
        Assignment.objects.select_for_update(of=("self",), no_key=True)
        .filter(shift=shift, removed_at__isnull=True)
        .order_by("pk")
    )


def changed(shift: Shift, *fields: str) -> Shift:
    """Save a shift that this transaction holds, as its next version."""
    shift.version += 1
    shift.save(update_fields=["version", *fields])
    touch(placement=shift.placement, child=shift.placement.child)
    return shift


def off(assignment: Assignment, why: str, moment: dt.datetime) -> None:
    """Take a carer off: from this moment on where they have begun, and altogether where they have not."""
    if assignment.starts_at < moment < assignment.ends_at:
        assignment.ends_at, assignment.removed_why = moment, why
        assignment.save(update_fields=["ends_at", "removed_why"])
    else:
        assignment.removed_at, assignment.removed_why = moment, why
        assignment.save(update_fields=["removed_at", "removed_why"])
    touch(carer=assignment.carer)


def still_led(shift: Shift) -> None:
    """A shift whose leader is no longer on it, to its end, has no leader: it does not keep the name."""
    on = Assignment.objects.filter(shift=shift, removed_at__isnull=True, carer=shift.leader_id, ends_at=shift.ends_at)
    if shift.leader_id is not None and not on.exists():
        shift.leader = None


def called(shift: Shift) -> str:
    """A shift inside a sentence: the waking night of 3 March 2022 from 20:00."""
    starts = shift.starts_at.astimezone(clock.LONDON)
    kind = {"day": "the day", "waking_night": "the waking night", "sleep_in": "the sleep-in"}[shift.kind]
    return f"{kind} of {in_words(starts.date())} from {starts:%H:%M}"


def hours(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """From when until when, inside a sentence: 3 March 2022 20:00 to 4 March 2022 08:00."""
    first, last = starts_at.astimezone(clock.LONDON), ends_at.astimezone(clock.LONDON)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{in_words(last.date())} {last:%H:%M}"
    return f"{in_words(first.date())} {first:%H:%M} to {until}"


def _names(carers: Iterable[Carer]) -> str:
    return ", ".join(sorted({str(carer) for carer in carers})) or "nobody"


def _on(shift: Shift) -> str:
    """Who is on a shift, by name: what a change of it changed."""
    on = Assignment.objects.filter(shift=shift, removed_at__isnull=True).select_related("carer")
    return _names(assignment.carer for assignment in on)


def _decided(act: str, shift: Shift, what: str, why: str, *, by: User, as_of: dt.datetime) -> None:
    """A published shift is changed by a decision on the child's own record; a draft by anybody who drafts."""
    if shift.published_at is not None:
        decided(act, child=shift.placement.child, what=what, why=why, by=by, as_of=as_of)


# --- shifts -----------------------------------------------------------------------------------------------------------


@action
def add_shift(
    *, placement: Placement, kind: str, starts_at: dt.datetime, ends_at: dt.datetime, by: User, as_of: dt.datetime
) -> Shift:
    """Draft a shift. One that is over can be added too, so that who was really there can be recorded."""
    policies.may(by, Permission.PROPOSE_ROTA, placement)
    touch(placement=placement, child=placement.child)
    for_child.one_of(kind, Shift.Kind.choices, "kind", "Select the kind of shift")
    _possible(placement, starts_at, ends_at, as_of)
    return Shift.objects.create(placement=placement, kind=kind, starts_at=starts_at, ends_at=ends_at, drafted_by=by)


def _possible(placement: Placement, starts_at: dt.datetime, ends_at: dt.datetime, as_of: dt.datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid({"ends_at": "The shift must end after it starts"})
    if ends_at > starts_at + dt.timedelta(hours=25):
        raise Invalid({"ends_at": "A shift must end within a day of its start"})
    if starts_at > as_of + PLANNED_AHEAD:
        raise Invalid({"starts_at": "The shift must start within a year"})
    for_placement.covers(placement, clock.local_date(starts_at), "starts_at", "The date the shift starts")


@action
def change_shift(
    *,
    shift: Shift,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    version: int | None = None,
    by: User,
    as_of: dt.datetime,
) -> Shift:
    """Change a shift's hours. Whoever was on all of it is on all of it still, and every gate is asked again."""
    carers = set(Assignment.objects.filter(shift=shift, removed_at__isnull=True).values_list("carer_id", flat=True))
    hold_carers(carers)
    hold_shift(shift, version)
    touch(placement=shift.placement, child=shift.placement.child)
    policies.rota_gate(by, shift, as_of)
    policies.still_planned(shift, as_of)
    _possible(shift.placement, starts_at, ends_at, as_of)
    if starts_at != shift.starts_at and min(starts_at, shift.starts_at) <= as_of:
        raise Invalid({"starts_at": "The start of a shift can be changed only before it starts, and to a time to come"})
    if ends_at <= as_of:
        raise Invalid({"ends_at": "The end of the shift must be in the future"})
    assignments = standing_on(shift)
    if {assignment.carer_id for assignment in assignments} - carers:  # put on since, and so not held
        raise Conflict(SAME_MOMENT)
    before, name, left = (shift.starts_at, shift.ends_at), called(shift), []
    shift.starts_at, shift.ends_at = starts_at, ends_at
    shift.save(update_fields=["starts_at", "ends_at"])  # first: the database holds those on it within its hours
    for assignment in assignments:
        begins = starts_at if assignment.starts_at == before[0] else max(assignment.starts_at, starts_at)
        ends = ends_at if assignment.ends_at == before[1] else min(assignment.ends_at, ends_at)
        if begins >= ends:
            off(assignment, SHIFT_CHANGED, as_of)
            left.append(assignment.carer)
        elif (begins, ends) != (assignment.starts_at, assignment.ends_at):
            assignment.starts_at, assignment.ends_at = begins, ends
            assignment.save(update_fields=["starts_at", "ends_at"])
            touch(carer=assignment.carer)
    still_led(shift)
    what = f"The hours of {name}: {hours(*before)} before, {hours(starts_at, ends_at)} now."
    _decided("change_shift", shift, what + (f" Off it: {_names(left)}." if left else ""), "", by=by, as_of=as_of)
    return changed(shift, "leader")


@action
def cancel_shift(*, shift: Shift, why: str, version: int | None = None, by: User, as_of: dt.datetime) -> Shift:
    """Cancel a shift that has not begun, and take everybody off it."""
    hold_shift(shift, version)
    touch(placement=shift.placement, child=shift.placement.child)
    policies.rota_gate(by, shift, as_of)
    policies.still_planned(shift, as_of)
    if shift.starts_at <= as_of:
        raise Invalid({"": "This shift has begun, so it cannot be cancelled. Record who was there"})
    for_child.required(why=(why, "Enter why the shift is cancelled"))
    because(why.strip())
    what = f"To cancel {called(shift)}. On it: {_on(shift)}."
    for assignment in standing_on(shift):
        off(assignment, SHIFT_CANCELLED, as_of)
    shift.cancelled_at, shift.cancelled_why, shift.leader = as_of, why.strip(), None
    _decided("cancel_shift", shift, what, why, by=by, as_of=as_of)
    return changed(shift, "cancelled_at", "cancelled_why", "leader")


# --- who is on them ---------------------------------------------------------------------------------------------------


@action
def assign(
    *,
    shift: Shift,
    carer: Carer,
    agency: Provider | None = None,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
    version: int | None = None,
    by: User,
    as_of: dt.datetime,
) -> Assignment:
    """Put a carer on a shift, for all of it unless hours within it are given.

    Raises Refused where the carer is stood down or their checks are not complete and in date, Conflict where they are
    on another shift then, or where the shift is no longer at `version`.
    """
    hold_carers([carer.pk])
    hold_shift(shift, version)
    touch(placement=shift.placement, child=shift.placement.child, carer=carer)
    policies.rota_gate(by, shift, as_of)
    policies.still_planned(shift, as_of)
    changed(shift)
    span = (starts_at or shift.starts_at, ends_at or shift.ends_at)
    part = "" if span == (shift.starts_at, shift.ends_at) else f" for part of it, {hours(*span)}"
    though = ", though somebody asked that they be taken off" if asked_off(shift.placement, [carer.pk]) else ""
    what = f"{carer} to work {called(shift)}{part}{though}. On it before: {_on(shift)}."
    _decided("assign", shift, what, "", by=by, as_of=as_of)
    return put_on(shift, carer, agency, *span, by=by, as_of=as_of)


def put_on(
    shift: Shift,
    carer: Carer,
    agency: Provider | None,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    *,
    by: User,
    as_of: dt.datetime,
) -> Assignment:
    """Write the row, with everything asked that is asked of each. The caller holds the carer and the shift.

    A published shift asks of the carer's agency what publishing asked of the others. Whoever was to be taken off is put
    back in nobody's silence: those who asked hear of it, and the social worker.
    """
    day = clock.local_date(shift.starts_at)
    agency = policies.agency_for(carer, shift.placement, day, agency)
    if shift.published_at is not None:
        remedy = "Record the signed agreement, or choose a carer of another agency."
        policies.agreement_gate(shift.placement, {agency.pk: [day]}, as_of, remedy)
    if ends_at <= starts_at:
        raise Invalid({"ends_at": "The time they finish must be after the time they start"})
    if starts_at < shift.starts_at or ends_at > shift.ends_at:
        raise Invalid({"starts_at": "Enter hours within those of the shift"})
    assignment = Assignment.objects.create(
        shift=shift,
        carer=carer,
        agency=agency,
        starts_at=starts_at,
        ends_at=ends_at,
        put_on_at=as_of,
        assigned_by=by,
    )
    if asked := asked_off(shift.placement, [carer.pk]):
        people = askers(asked)
        people += notices.social_workers([shift.placement], as_of)
        notices.tell(
            [person for person in people if person.pk != by.pk],
            key=f"put-back-{assignment.pk}",
            subject="a carer who was to be taken off is put back on a rota",
            text="A carer who was to be taken off a rota was put on a shift with the child after that.",
            path=reverse("staffing:rota_request", args=[asked[0].pk]),
        )
    return assignment


def asked_off(placement: Placement, carers: Iterable[int]) -> list[RotaRequest]:
    """The requests to take any of these carers off that nobody has withdrawn, the newest first: at whichever placement of
    the child they were made."""
    asked = RotaRequest.objects.binding().about(placement.child_id).filter(carer__in=list(carers))
    return list(asked.select_related("carer", "asked_by").order_by("-asked_at", "-pk"))


def askers(requests: Iterable[RotaRequest]) -> list[User]:
    """Whoever asked, as long as the child is theirs to know of."""
    return [each.asked_by for each in requests if RotaRequest.for_user(each.asked_by).filter(pk=each.pk).exists()]


@action
def take_off(
    *,
    assignment: Assignment,
    why: str,
    child_asked: bool = False,
    analysis: str = "",
    version: int | None = None,
    by: User,
    as_of: dt.datetime,
) -> Assignment:
    """Take a carer off a shift: if it has begun, from now on.

    Off a published shift it is a swap for nobody, and asks what a swap asks: where the child asked, `analysis` is an adult's
    (F23).
    """
    shift = assignment.shift
    hold_shift(shift, version)
    for_child.hold(assignment)
    touch(placement=shift.placement, child=shift.placement.child, carer=assignment.carer)
    policies.rota_gate(by, shift, as_of)
    for_child.required(why=(why, "Enter why they are taken off"))
    if child_asked and not analysis.strip():
        raise Invalid({"analysis": ANALYSIS_MISSING})
    if assignment.removed_at is not None:
        raise Conflict("Somebody has taken this carer off the shift already.")
    if assignment.ends_at <= as_of:
        raise Invalid({"": "This is over. Record who was there on the shift’s own page"})
    because(why.strip())
    before, were_on = cover_of(shift), _on(shift)
    off(assignment, why.strip()[:200], as_of)
    still_led(shift)
    changed(shift, "leader")
    asked = "A change of staff the child asked for: " if child_asked else ""
    effect = effect_on_cover(before, cover_of(shift))
    what = f"{asked}{assignment.carer} off {called(shift)}. On it before: {were_on}. {effect}"
    # Why somebody was taken off stays with the shift: her record is read by many who may not know that of a carer.
    reason = f"It is with the shift, under what was changed.{the_wish(analysis) if child_asked else ''}"
    _decided("take_off", shift, what, reason, by=by, as_of=as_of)
    return assignment


def cover_of(shift: Shift) -> tuple[int | None, int]:
    """How many the shift needs, and how many are on it."""
    on = Assignment.objects.filter(shift=shift, removed_at__isnull=True).values_list("starts_at", "ends_at")
    return required_for(shift.placement, [shift])[shift.pk], fewest(on, shift.starts_at, shift.ends_at)


def effect_on_cover(before: tuple[int | None, int], after: tuple[int | None, int]) -> str:
    """What a change of staff did to how a shift is covered, in a sentence."""
    needed = f"{before[0]} are needed" if before[0] is not None else "how many are needed is not on record"
    effect = f"{before[1]} carers planned before and {after[1]} after; {needed}"
    return f"Effect on cover: {effect}{f', so cover is {cover_word(*after)}' if before[0] is not None else ''}."


def the_wish(analysis: str) -> str:
    return f"\n\nWhat the wish tells us, and what it means for risk: {analysis.strip()}"


@action
def name_leader(*, shift: Shift, carer: Carer, version: int | None = None, by: User, as_of: dt.datetime) -> Shift:
    """Name the one carer who leads a shift and answers for everybody on it, whichever agency they come from (STF-06)."""
    hold_shift(shift, version)
    touch(placement=shift.placement, child=shift.placement.child, carer=carer)
    policies.rota_gate(by, shift, as_of)
    policies.still_planned(shift, as_of)
    on = Assignment.objects.filter(shift=shift, carer=carer, removed_at__isnull=True, ends_at=shift.ends_at)
    if not on.exists():
        raise Invalid({"carer": "Select somebody who is on this shift until its end"})
    if shift.leader_id != carer.pk:
        before = f", and no longer {shift.leader}" if shift.leader else ""
        _decided("name_leader", shift, f"{carer} to lead {called(shift)}{before}.", "", by=by, as_of=as_of)
    shift.leader = carer
    return changed(shift, "leader")
