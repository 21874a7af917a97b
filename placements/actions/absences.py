"""A manager's absences, and what the regulator was told of them (reg 48 of the Children's Homes Regulations 2015)."""

import datetime as dt

from children import policies as for_child
from core import clock
from core.access import Permission
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import User
from placements import policies
from placements.models import ManagerAbsence, ManagerPost


@action
def record_absence(
    *,
    post: ManagerPost,
    planned: bool,
    began_on: dt.date,
    expected_back_on: dt.date | None = None,
    reason: str,
    in_charge: str,
    by: User,
    as_of: dt.datetime,
) -> ManagerAbsence:
    """Record that a manager is away, or will be: from the first day away until the first day back."""
    _of_theirs(post, by)
    if post.ended_at is not None:
        raise Invalid({"": f"{post.name} has left this post"})
    for_child.required(
        reason=(reason, "Enter why the manager is away"),
        expected_back_on=(expected_back_on or not planned or None, "Enter the day they are expected back"),
    )
    policies.somebody_in_charge(in_charge)
    what = "The first day away"
    for_child.not_before(began_on, clock.local_date(post.started_at), "began_on", what, "the post started")
    if not planned:
        for_child.not_future(began_on, as_of, "began_on", what)
    _within_a_year(began_on, clock.local_date(as_of), "began_on", what)
    if expected_back_on is not None:
        if expected_back_on <= began_on:
            raise Invalid({"expected_back_on": "The day they are expected back must be after the first day away"})
        _within_a_year(expected_back_on, began_on, "expected_back_on", "The day they are expected back")
    return ManagerAbsence.objects.create(
        post=post,
        planned=planned,
        began_on=began_on,
        expected_back_on=expected_back_on,
        reason=reason.strip(),
        in_charge=in_charge.strip(),
        recorded_by=by,
    )


@action
def notify_absence(*, absence: ManagerAbsence, notified_on: dt.date, by: User, as_of: dt.datetime) -> ManagerAbsence:
    """Record the day on which written notice of an absence was given to the regulator."""
    _hold(absence, by)
    if absence.notified_on is not None:
        raise Conflict(f"Notice was given on {in_words(absence.notified_on)} already")
    if absence.called_off:
        raise Conflict("This absence was called off")
    what = "The day notice was given"
    for_child.not_future(notified_on, as_of, "notified_on", what)
    earliest = absence.began_on - policies.AWAY_AT_MOST
    for_child.not_before(notified_on, earliest, "notified_on", what, "the absence was a year off")
    absence.notified_on = notified_on
    absence.save(update_fields=["notified_on"])
    return absence


@action
def end_absence(*, absence: ManagerAbsence, returned_on: dt.date, by: User, as_of: dt.datetime) -> ManagerAbsence:
    """Record that the manager is back: `returned_on` is the first day on duty again."""
    _hold(absence, by)
    _still_away(absence)
    what = "The first day back"
    for_child.not_future(returned_on, as_of, "returned_on", what)
    if returned_on <= absence.began_on:
        raise Invalid(
            {"returned_on": f"{what} must be after {in_words(absence.began_on)}, the first day away. Or call it off"}
        )
    absence.returned_on = returned_on
    absence.save(update_fields=["returned_on"])
    return absence


@action
def notify_return(*, absence: ManagerAbsence, notified_on: dt.date, by: User, as_of: dt.datetime) -> ManagerAbsence:
    """Record the day on which the regulator was told that the manager is back."""
    _hold(absence, by)
    if absence.return_notified_on is not None:
        raise Conflict(f"The regulator was told of the return on {in_words(absence.return_notified_on)} already")
    if absence.returned_on is None:
        raise Invalid({"": "Record the return first"})
    what = "The day the regulator was told"
    for_child.not_future(notified_on, as_of, "notified_on", what)
    for_child.not_before(notified_on, absence.returned_on, "notified_on", what, "the manager came back")
    absence.return_notified_on = notified_on
    absence.save(update_fields=["return_notified_on"])
    return absence


@action
def call_off_absence(*, absence: ManagerAbsence, why: str, by: User, as_of: dt.datetime) -> ManagerAbsence:
    """Record that an absence never came about, or was entered with the wrong days: it is kept, as one of no days."""
    _hold(absence, by)
    for_child.required(why=(why, "Enter why it is called off"))
    _still_away(absence)
    because(why.strip())
    absence.returned_on, absence.called_off = absence.began_on, why.strip()
    absence.save(update_fields=["returned_on", "called_off"])
    return absence


def _of_theirs(post: ManagerPost, by: User) -> None:
    for_child.may(by, Permission.APPOINT_MANAGER, authority_id=post.placement.child.authority_id)
    for_child.hold(post)
    touch(child=post.placement.child, placement=post.placement)


def _hold(absence: ManagerAbsence, by: User) -> None:
    _of_theirs(absence.post, by)
    for_child.hold(absence)


def _still_away(absence: ManagerAbsence) -> None:
    if absence.called_off:
        raise Conflict("This absence was called off already")
    if absence.returned_on is not None:
        raise Conflict(f"The manager came back on {in_words(absence.returned_on)}: that is recorded already")


def _within_a_year(day: dt.date, since: dt.date, field: str, what: str) -> None:
    last = since + policies.AWAY_AT_MOST
    if day > last:
        raise Invalid({field: f"{what} must be on or before {in_words(last)}, no more than a year ahead"})
