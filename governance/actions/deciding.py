"""Contact by senior managers and commissioners with a child: reported, written, and seen by the social worker."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from children import policies as for_child
from children.models import Allocation, Child
from children.querysets import live_on
from core import clock
from core.access import Permission, Role, Scope
from core.actions import action, touch
from core.errors import Conflict, Invalid
from core.models import User
from governance.models import SeniorContact
from staffing import notices

WHEN = "The time of the contact"


@action
def record_contact(
    *,
    child: Child,
    occurred_at: dt.datetime,
    how: str,
    said: str,
    promised: str = "",
    who_agreed: str = "",
    by: User,
    as_of: dt.datetime,
) -> SeniorContact:
    """Record `by`'s own contact with a child, the same day: what was said, what was promised, and who agreed to that.

    Recording late is possible, and is flagged until the social worker has seen it (DEC-03).
    """
    touch(child=child)
    for_child.may(by, Permission.RECORD_SENIOR_CONTACT, authority_id=child.authority_id)
    _possible(child, occurred_at, how, as_of)
    contact = SeniorContact(child=child, who=by, occurred_at=occurred_at, how=how, reported_by=by)
    return _write(contact, said, promised, who_agreed, by, as_of)


@action
def report_contact(
    *, child: Child, who: User, occurred_at: dt.datetime, how: str, by: User, as_of: dt.datetime
) -> SeniorContact:
    """Put on record that a senior manager or commissioner was in touch with a child, for them to write what was said."""
    touch(child=child)
    for_child.may_about(by, Permission.REPORT_SENIOR_CONTACT, child)
    if by.rights.scope == Scope.ALLOCATED and not Child.objects.visible_to(by).filter(pk=child.pk).exists():
        raise PermissionDenied("this person is not allocated to the child")
    _possible(child, occurred_at, how, as_of)
    if who.role not in SeniorContact.SENIOR or who.authority_id != child.authority_id:
        raise Invalid({"who": "Select a commissioner, head of service or director of the child’s council"})
    contact = SeniorContact.objects.create(child=child, who=who, occurred_at=occurred_at, how=how, reported_by=by)
    if who != by:
        _tell([who], contact, "reported", "A contact of yours with a child was reported. Write what was said.")
    return contact


@action
def write_contact(
    *, contact: SeniorContact, said: str, promised: str = "", who_agreed: str = "", by: User, as_of: dt.datetime
) -> SeniorContact:
    """Write what was said and promised in a contact somebody else reported. Only whoever had it may."""
    touch(child=contact.child)
    for_child.may(by, Permission.RECORD_SENIOR_CONTACT, authority_id=contact.child.authority_id)
    for_child.hold(contact)
    if contact.who_id != by.pk:
        raise PermissionDenied("a contact is written by whoever had it")
    if contact.written_at is not None:
        raise Conflict("You have written this already, and it stays as it is.")
    return _write(contact, said, promised, who_agreed, by, as_of)


@action
def say_unwritten(*, contact: SeniorContact, why: str, by: User, as_of: dt.datetime) -> SeniorContact:
    """The head of service, or somebody above, says why a contact cannot be written: whoever had it has no account to write
    it with. As long as they have one, it stays theirs to write."""
    touch(child=contact.child)
    for_child.may(by, Permission.RECORD_SENIOR_CONTACT, authority_id=contact.child.authority_id)
    if not says_why_unwritten(by):
        raise PermissionDenied("a head of service or a director says why it cannot be written")
    for_child.hold(contact)
    if contact.is_settled:
        raise Conflict("What was said, or why it cannot be written, is on record already.")
    if can_write(contact):
        raise Invalid({"": f"{contact.who} has an account, and is the one to write what was said"})
    for_child.required(why=(why, "Enter why it cannot be written"))
    contact.unwritten_why, contact.unwritten_by, contact.unwritten_at = why.strip(), by, as_of
    contact.save(update_fields=["unwritten_why", "unwritten_by", "unwritten_at"])
    _tell_workers(contact, by, as_of)
    return contact


def says_why_unwritten(user: Any) -> bool:
    """Whether this person may say why somebody's contact cannot be written."""
    return user.role in (Role.HEAD_OF_SERVICE, Role.DIRECTOR, Role.DCS)


def can_write(contact: SeniorContact) -> bool:
    """Whether whoever had the contact still has the account and the post to write it with."""
    who, council = contact.who, contact.child.authority_id
    return who.is_active and who.role in SeniorContact.SENIOR and who.authority_id == council


@action
def see_contact(*, contact: SeniorContact, answer: str = "", by: User, as_of: dt.datetime) -> SeniorContact:
    """The child's social worker, or their team manager, has seen it, and says what happens about what was promised."""
    touch(child=contact.child)
    for_child.may(by, Permission.MANAGE_CHILDREN, authority_id=contact.child.authority_id)
    if not is_to_see(by):
        raise PermissionDenied("it is the social worker who is to see it")
    for_child.hold(contact)
    if not contact.is_settled:
        raise Invalid({"": f"{contact.who} has not written what was said yet"})
    if contact.seen_at is not None:
        raise Conflict(f"{contact.seen_by} has seen this already.")
    if contact.promised:
        for_child.required(answer=(answer, "Enter what happens about what was promised, and who tells the child"))
    contact.seen_by, contact.seen_at, contact.answer = by, as_of, answer.strip()
    contact.save(update_fields=["seen_by", "seen_at", "answer"])
    return contact


def is_to_see(user: Any) -> bool:
    """Whether such contacts are this person's to see and answer: the child's social worker's, or their manager's."""
    return user.role in (Role.SOCIAL_WORKER, Role.TEAM_MANAGER)


def _possible(child: Child, occurred_at: dt.datetime, how: str, as_of: dt.datetime) -> None:
    for_child.one_of(how, SeniorContact.How.choices, "how", "Select how they were in touch")
    if occurred_at > as_of:
        raise Invalid({"occurred_at": f"{WHEN} must be now or in the past"})
    for_child.not_before(clock.local_date(occurred_at), child.date_of_birth, "occurred_at", WHEN, "the child was born")


def _write(
    contact: SeniorContact, said: str, promised: str, who_agreed: str, by: User, as_of: dt.datetime
) -> SeniorContact:
    for_child.required(said=(said, "Enter what was said"))
    if promised.strip():
        for_child.required(who_agreed=(who_agreed, "Enter who agreed to what was promised. If nobody did, say so"))
    contact.said, contact.promised = said.strip(), promised.strip()
    contact.who_agreed = who_agreed.strip() if contact.promised else ""
    contact.written_at = as_of
    contact.save()
    _tell_workers(contact, by, as_of)
    return contact


def _tell_workers(contact: SeniorContact, by: User, as_of: dt.datetime) -> None:
    held = Allocation.objects.filter(
        live_on(clock.local_date(as_of)), child=contact.child, part=Allocation.Part.SOCIAL_WORKER
    ).select_related("worker")
    text = "A senior manager was in touch with a child of yours. See what was said."
    what = "written" if contact.written_at else "unwritten"
    _tell([each.worker for each in held if each.worker != by], contact, what, text)


def _tell(people: list[User], contact: SeniorContact, what: str, text: str) -> None:
    notices.tell(
        people,
        key=f"senior-contact-{what}-{contact.pk}",
        subject="a senior manager was in touch with a child",
        text=text,
        path=contacts_page(contact.child),
    )


def contacts_page(child: Child) -> str:
    return reverse("governance:contacts", args=[child.reference])
