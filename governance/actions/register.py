"""The partnership's register: who is entered, what the executive minuted, who is taken off; and who was trained."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from children import policies as for_child
from core import clock
from core.access import Permission
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import User
from governance.models.register import RegisterEntry, RegisterReview, RoleTraining
from governance.policies import register as policies
from placements.models import Placement


@action
def enter_in_register(*, placement: Placement, why: str, by: User, as_of: dt.datetime) -> RegisterEntry:
    """Enter a child who lives in a setting nobody registered: due within a working day of the start (NOT-10)."""
    policies.may_keep(by, placement)
    for_child.hold(placement)
    touch(placement=placement, child=placement.child)
    for_child.required(why=(why, "Enter why the child is there, and what is being done to end it"))
    today = clock.local_date(as_of)
    if not policies.is_unregistered(placement, today):
        raise Invalid({"": "The register is of children who live in a home recorded as not registered"})
    if RegisterEntry.objects.standing().filter(placement=placement).exists():
        raise Conflict("This placement is on the register already")
    return RegisterEntry.objects.create(placement=placement, entered_on=today, why=why.strip(), entered_by=by)


@action
def record_register_review(
    *, entry: RegisterEntry, reviewed_on: dt.date, minute: str, asked: str = "", by: User, as_of: dt.datetime
) -> RegisterReview:
    """Record the executive's minute about one child: due every month from the day she was entered."""
    policies.may_keep(by, entry.placement)
    for_child.hold(entry)
    touch(placement=entry.placement, child=entry.placement.child)
    _still_on(entry)
    for_child.required(minute=(minute, "Enter what was minuted about this child"))
    for_child.not_future(reviewed_on, as_of, "reviewed_on", "The day of the minute")
    for_child.not_before(reviewed_on, entry.entered_on, "reviewed_on", "The day of the minute", "the child was entered")
    return RegisterReview.objects.create(
        entry=entry, reviewed_on=reviewed_on, minute=minute.strip(), asked=asked.strip(), recorded_by=by
    )


@action
def take_off_register(
    *, entry: RegisterEntry, left_on: dt.date, why: str, by: User, as_of: dt.datetime
) -> RegisterEntry:
    """Take off a child who has moved, or whose home is registered now. While it is still true, it stays."""
    policies.may_keep(by, entry.placement)
    for_child.hold(entry)
    touch(placement=entry.placement, child=entry.placement.child)
    _still_on(entry)
    for_child.required(why=(why, "Enter why the child is taken off the register"))
    for_child.not_future(left_on, as_of, "left_on", "The day")
    for_child.not_before(left_on, entry.entered_on, "left_on", "The day", "the child was entered")
    if policies.is_unregistered(entry.placement, clock.local_date(as_of)):
        raise Invalid({"": "The child still lives there, and the home is still recorded as not registered"})
    because(why.strip())
    entry.left_on, entry.left_why = left_on, why.strip()
    entry.save(update_fields=["left_on", "left_why"])
    return entry


def _still_on(entry: RegisterEntry) -> None:
    if entry.left_on is not None:
        raise Conflict(f"The child was taken off the register on {in_words(entry.left_on)}")


@action
def record_role_training(
    *, person: User, subject: str, given_on: dt.date, trainer: str, evidence: str, by: User, as_of: dt.datetime
) -> RoleTraining:
    """Record somebody's training: due every year (R1.12, R1.13, R9.3, R10.1)."""
    if not by.can(Permission.KEEP_REGISTER):
        raise PermissionDenied(f"this role may not {Permission.KEEP_REGISTER}")
    if not policies.to_be_trained(by).filter(pk=person.pk).exists():
        raise Invalid({"person": "Select somebody from the list"})
    for_child.one_of(subject, RoleTraining.Subject.choices, "subject", "Select what the training was about")
    if person.role not in policies.TRAINED_IN[subject]:
        raise Invalid({"subject": "This training is for commissioners and partners"})
    for_child.required(
        trainer=(trainer, "Enter who gave the training"),
        evidence=(evidence, "Enter what shows that they were there"),
    )
    for_child.not_future(given_on, as_of, "given_on", "The day of the training")
    return RoleTraining.objects.create(
        person=person,
        subject=subject,
        given_on=given_on,
        trainer=trainer.strip(),
        evidence=evidence.strip(),
        recorded_by=by,
    )
