"""What whoever raised a concern does about it afterwards: adds to it, or says that the answer is not enough."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied

from children import policies as for_child
from core.access import Permission
from core.actions import action, touch
from core.errors import Conflict
from core.models import User
from governance.actions.concerns import concern_page
from governance.models import Concern, ConcernStep
from governance.policies import concerns as policies
from staffing import notices


def is_raisers(concern: Concern, user: Any) -> bool:
    """Whether this person raised it, or wrote it down for somebody who has no account."""
    return user.can(Permission.RAISE_CONCERN) and concern.told.pk == user.pk


def _begin(concern: Concern, by: User) -> None:
    if not is_raisers(concern, by) or not Concern.objects.visible_to(by).filter(pk=concern.pk).exists():
        raise PermissionDenied("whoever raised it says more of it")
    for_child.hold(concern)
    touch(child=concern.child)
    policies.still_open(concern)


def _said(concern: Concern, kind: str, text: str, by: User, as_of: dt.datetime) -> ConcernStep:
    step = ConcernStep.objects.create(concern=concern, kind=kind, text=text.strip(), by=by, happened_at=as_of)
    if concern.owner != by:
        notices.tell(
            [concern.owner], key=f"concern-{concern.pk}-raiser-{step.pk}", subject=f"concern {concern.number}",
            text="Whoever raised a concern that is yours to act on has said more.", path=concern_page(concern),
        )  # fmt: skip
    return step


@action
def add(*, concern: Concern, text: str, by: User, as_of: dt.datetime) -> ConcernStep:
    """Add to a concern one raised. What was first written stays as it is."""
    _begin(concern, by)
    for_child.required(text=(text, "Enter what you want to add"))
    return _said(concern, ConcernStep.Kind.ADDED, text, by, as_of)


@action
def not_enough(*, concern: Concern, text: str, by: User, as_of: dt.datetime) -> ConcernStep:
    """Say that the answer does not answer it: another is due, as many days from now as the first was (SAF-08, SAF-09)."""
    _begin(concern, by)
    if concern.answered_at is None:
        raise Conflict("There is no answer yet. You can add to what you raised.")
    for_child.required(text=(text, "Enter what the answer leaves out"))
    concern.answered_at, concern.unsettled_at = None, as_of
    concern.save(update_fields=["answered_at", "unsettled_at"])
    return _said(concern, ConcernStep.Kind.UNSETTLED, text, by, as_of)
