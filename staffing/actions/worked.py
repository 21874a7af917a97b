"""The shift as worked: who was really there and where, who was awake, what was handed over, and who looked into it.

What has happened can always be recorded, of anyone: on the rota or not, stood down, unchecked, unknown. Only what cannot
be so is sent back. The rules look at it when the record is made, and raise what there is to raise.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from children.policies import hold, one_of, required
from core import clock
from core.access import Permission
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import User
from placements.actions.notes import starts_at as began
from placements.log_calendar import covered_between
from placements.models import Placement
from staffing import policies
from staffing.models import AwakeCheck, Carer, Handover, LogCause, Presence, Shift, ShiftReview

A_FEW_MINUTES = dt.timedelta(minutes=5)  # by which clocks differ: later than this is the future
NEAR = dt.timedelta(hours=12)  # further from a shift's hours than this, it was another shift
NAME = 150


# --- who was there ----------------------------------------------------------------------------------------------------


@action
def sign_on(
    *,
    shift: Shift,
    starts_at: dt.datetime,
    carer: Carer | None = None,
    name: str = "",
    organisation: str = "",
    kind: str = Presence.Kind.CARER,
    where: str = Presence.Where.INSIDE,
    note: str = "",
    by: User,
    as_of: dt.datetime,
) -> Presence:
    """Record that somebody is there: a carer on record, somebody by name, or a visitor.

    A name that is a carer's who is stood down, and known at this placement, is recorded as that carer's: under another
    word they were there all the same (STF-09). Raises Conflict where the same carer is signed on to this shift already, or
    the shift was cancelled.
    """
    _held(shift, Permission.RECORD_SHIFT, by)
    if shift.cancelled_at is not None:  # no rule looks at one, so whoever came all the same would be seen by nobody
        raise Conflict(
            "This shift was cancelled. Record who came as a shift that nobody planned: that is looked at like any other"
        )
    name, organisation = name.strip(), organisation.strip()
    one_of(kind, Presence.Kind.choices, "kind", "Select whether it is a carer or a visitor")
    one_of(where, Presence.Where.choices, "where", "Select where they are")
    if (carer is None) == (not name):
        raise Invalid({"carer": "Select a carer, or enter the name of somebody who is not in the list"})
    if kind == Presence.Kind.VISITOR and carer is not None:
        raise Invalid({"name": "Enter the visitor’s name"})
    _short_enough(name=name, organisation=organisation)
    _can_be(shift, starts_at, as_of, "starts_at", "The time they came")
    if carer is None and (stood_down := policies.stood_down_by_name(name, shift.placement, starts_at)):
        note = f"Signed on by name, as a {Presence.Kind(kind).label.lower()}. {note}"
        carer, name, organisation, kind = stood_down, "", "", Presence.Kind.CARER
    here = Presence.objects.filter(shift=shift, ends_at__isnull=True, kind=kind)
    again = here.filter(carer=carer) if carer else here.filter(carer=None, name__iexact=name)
    if already := again.first():
        raise Conflict(
            f"{carer or name} is signed on to this shift already, since {_hour(already.starts_at)}. "
            "If they have moved, record where they are now"
        )
    return Presence.objects.create(
        shift=shift,
        kind=kind,
        carer=carer,
        name=name,
        organisation=organisation,
        where=where,
        starts_at=starts_at,
        note=note.strip(),
        recorded_by=by,
    )


@action
def move(
    *, presence: Presence, where: str, moved_at: dt.datetime, note: str = "", by: User, as_of: dt.datetime
) -> Presence:
    """Record that somebody went from one place to another: out to a car, back in. One row ends as the next begins."""
    _held(presence.shift, Permission.RECORD_SHIFT, by)
    hold(presence)
    one_of(where, Presence.Where.choices, "where", "Select where they are now")
    _still_there(presence)
    if where == presence.where:
        raise Invalid({"where": "They are there already. Select where they went"})
    _after_they_came(presence, moved_at, as_of, "moved_at", "The time they moved")
    presence.ends_at = moved_at
    presence.save(update_fields=["ends_at"])
    return Presence.objects.create(
        shift=presence.shift,
        kind=presence.kind,
        carer=presence.carer,
        name=presence.name,
        organisation=presence.organisation,
        where=where,
        starts_at=moved_at,
        note=note.strip(),
        recorded_by=by,
    )


@action
def sign_off(*, presence: Presence, ends_at: dt.datetime, by: User, as_of: dt.datetime) -> Presence:
    """Record that somebody has left."""
    _held(presence.shift, Permission.RECORD_SHIFT, by)
    hold(presence)
    _still_there(presence)
    _after_they_came(presence, ends_at, as_of, "ends_at", "The time they left")
    presence.ends_at = ends_at
    presence.save(update_fields=["ends_at"])
    return presence


@action
def put_right(
    *,
    presence: Presence,
    where: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime | None,
    why: str,
    by: User,
    as_of: dt.datetime,
) -> Presence:
    """Correct a time or a place that was recorded wrongly. What stood before stays in the history, with the reason."""
    _held(presence.shift, Permission.RECORD_SHIFT, by)
    hold(presence)
    required(why=(why, "Enter what was wrong"))
    one_of(where, Presence.Where.choices, "where", "Select where they were")
    _can_be(presence.shift, starts_at, as_of, "starts_at", "The time they came")
    if ends_at is not None:
        presence.starts_at = starts_at
        _after_they_came(presence, ends_at, as_of, "ends_at", "The time they left")
    because(why.strip())
    presence.where, presence.starts_at, presence.ends_at, presence.put_right_at = where, starts_at, ends_at, as_of
    presence.save(update_fields=["where", "starts_at", "ends_at", "put_right_at"])
    return presence


@action
def record_unplanned_shift(
    *, placement: Placement, kind: str, starts_at: dt.datetime, ends_at: dt.datetime, by: User, as_of: dt.datetime
) -> Shift:
    """Begin a shift that is on no rota, so that who is there can be recorded. It stays a draft: nobody planned it."""
    policies.may(by, Permission.RECORD_SHIFT, placement)
    hold(placement)
    touch(placement=placement)
    one_of(kind, Shift.Kind.choices, "kind", "Select the kind of shift")
    if ends_at <= starts_at:
        raise Invalid({"ends_at": "The time it ends must be after it starts"})
    _within(placement, starts_at, as_of, "starts_at", "The time it started")
    return Shift.objects.create(placement=placement, kind=kind, starts_at=starts_at, ends_at=ends_at, drafted_by=by)


# --- what was seen and said -------------------------------------------------------------------------------------------


@action
def record_awake(
    *,
    shift: Shift,
    checked_at: dt.datetime,
    awake: Sequence[Carer | str] = (),
    asleep: Sequence[Carer | str] = (),
    witnessed_by: str,
    note: str = "",
    by: User,
    as_of: dt.datetime,
) -> list[AwakeCheck]:
    """Record that carers were looked at and found awake or asleep, and who looked. Asleep is recorded as plainly.

    Each is a carer on record, or the name of somebody who is there and is not: nobody sleeps because nobody knows them.
    """
    _held(shift, Permission.RECORD_SHIFT, by)
    required(witnessed_by=(witnessed_by, "Enter who looked"))
    _short_enough(witnessed_by=witnessed_by)
    if shift.kind == Shift.Kind.SLEEP_IN:
        raise Invalid({"": "Nobody is checked for being awake on a sleep-in: they are there to sleep"})
    if not awake and not asleep:
        raise Invalid({"": "Say of one carer at least whether they were awake"})
    if both := next((each for each in awake if each in asleep), None):
        raise Invalid({"": f"{both} cannot have been both awake and asleep. Select one"})
    _can_be(shift, checked_at, as_of, "checked_at", "The time of the check")
    found = [(each, AwakeCheck.State.AWAKE) for each in awake] + [(each, AwakeCheck.State.ASLEEP) for each in asleep]
    return [
        AwakeCheck.objects.create(
            shift=shift,
            carer=each if isinstance(each, Carer) else None,
            name=each.strip() if isinstance(each, str) else "",
            checked_at=checked_at,
            state=state,
            witnessed_by=witnessed_by.strip(),
            note=note.strip(),
            recorded_by=by,
        )
        for each, state in found
    ]


@action
def hand_over(*, shift: Shift, to: str, text: str, occurred_at: dt.datetime, by: User, as_of: dt.datetime) -> Handover:
    """Record what one shift told the next, and who received it."""
    _held(shift, Permission.RECORD_SHIFT, by)
    required(to=(to, "Enter who received the handover"), text=(text, "Enter what they need to know"))
    _short_enough(to=to)
    _can_be(shift, occurred_at, as_of, "occurred_at", "The time of the handover")
    return Handover.objects.create(
        shift=shift, to=to.strip(), text=text.strip(), occurred_at=occurred_at, recorded_by=by
    )


@action
def give_log_cause(*, shift: Shift, cause: str, explanation: str, by: User, as_of: dt.datetime) -> LogCause:
    """Say why a shift has no daily log. The log stays owed: this is the record of what happened to it."""
    _held(shift, Permission.RECORD_SHIFT, by)
    one_of(cause, LogCause.Cause.choices, "cause", "Select why there is no log")
    required(explanation=(explanation, "Enter what happened"))
    if shift.ends_at > as_of:
        raise Invalid({"": "This shift is not over, so its log is not missing"})
    if covered_between(shift.placement, shift.starts_at, shift.ends_at) * 2 >= shift.ends_at - shift.starts_at:
        raise Invalid({"": "The log of this shift is written, so there is nothing to explain"})
    if LogCause.objects.filter(shift=shift).exists():
        raise Conflict("Somebody has already said why this shift has no log. Nothing was changed")
    return LogCause.objects.create(shift=shift, cause=cause, explanation=explanation.strip(), recorded_by=by)


# --- who looked into it -----------------------------------------------------------------------------------------------


@action
def review_shifts(*, shifts: Iterable[Shift], found: str, done: str, by: User, as_of: dt.datetime) -> list[ShiftReview]:
    """Record that somebody who answers for the child looked into shifts that went wrong: never one they were on."""
    shifts = sorted(shifts, key=lambda shift: shift.pk)
    if not shifts:
        raise Invalid({"shifts": "Select one shift at least"})
    required(found=(found, "Enter what you found"), done=(done, "Enter what was done about it"))
    for shift in shifts:
        _held(shift, Permission.REVIEW_SHIFT, by)
        if shift.starts_at > as_of:
            raise Invalid({"shifts": f"The shift of {_hour(shift.starts_at)} has not begun"})
        if _was_on(shift, by):
            raise Invalid(
                {"shifts": f"You were on the shift of {_hour(shift.starts_at)}. Somebody who was not looks into it"}
            )
    return [
        ShiftReview.objects.create(shift=shift, found=found.strip(), done=done.strip(), reviewed_at=as_of, by=by)
        for shift in shifts
    ]


def _was_on(shift: Shift, user: User) -> bool:
    there = Presence.objects.filter(shift=shift, kind=Presence.Kind.CARER)
    return (
        there.filter(carer__account=user).exists()
        or there.filter(carer=None, name__iexact=user.name).exists()
        or shift.assignments.filter(removed_at__isnull=True, carer__account=user).exists()
    )


# --- what cannot be so ------------------------------------------------------------------------------------------------


def _held(shift: Shift, permission: Permission, by: User) -> None:
    """Check the right to it, and keep others from changing the shift until this is done."""
    policies.may(by, permission, shift.placement)
    hold(shift)
    touch(placement=shift.placement)


def _can_be(shift: Shift, moment: dt.datetime, as_of: dt.datetime, field: str, what: str) -> None:
    _within(shift.placement, moment, as_of, field, what)
    if not shift.starts_at - NEAR <= moment < shift.ends_at + NEAR:
        raise Invalid({field: f"Check the date: this shift is from {_hour(shift.starts_at)} to {_hour(shift.ends_at)}"})


def _within(placement: Placement, moment: dt.datetime, as_of: dt.datetime, field: str, what: str) -> None:
    """Raise Invalid for an instant to come, before the placement began or after the day it ended."""
    if moment > as_of + A_FEW_MINUTES:
        raise Invalid({field: f"{what} cannot be in the future"})
    if moment < began(placement):
        raise Invalid({field: f"{what} cannot be before {_hour(began(placement))}, when this placement started"})
    if placement.ended_on and moment >= clock.end_of(placement.ended_on):
        raise Invalid({field: f"{what} cannot be after {in_words(placement.ended_on)}, when this placement ended"})


def _still_there(presence: Presence) -> None:
    if presence.ends_at is not None:
        raise Conflict(
            f"Somebody else saved first: it is recorded that this ended at {_hour(presence.ends_at)}. "
            "Look at the shift as it is now"
        )


def _after_they_came(presence: Presence, moment: dt.datetime, as_of: dt.datetime, field: str, what: str) -> None:
    if moment <= presence.starts_at:
        raise Invalid({field: f"{what} must be after {_hour(presence.starts_at)}, when they came"})
    _can_be(presence.shift, moment, as_of, field, what)


def _short_enough(**names: Any) -> None:
    if long := {name: f"Use {NAME} characters or fewer" for name, text in names.items() if len(text) > NAME}:
        raise Invalid(long)


def _hour(moment: dt.datetime) -> str:
    local = moment.astimezone(clock.LONDON)
    return f"{local:%H:%M} on {in_words(local.date())}"
