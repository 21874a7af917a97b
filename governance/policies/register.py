"""Who keeps the partnership's register, and what may be entered in it."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from core.access import Permission, Role
from core.dates import months_after
from core.models import User
from core.working_days import add_working_days
from governance.models.register import RoleTraining
from governance.querysets.register import in_unregistered_settings
from placements.models import Placement

ENTERED_WITHIN, REVIEWED_EVERY = 1, 1  # working days, and months: NOT-10
TRAINED_EVERY = 12  # months, R1.12
BUYERS_AND_PARTNERS = (Role.COMMISSIONER, Role.PARTNER)
WORK_WITH_HER = (Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.IRO, Role.ADVOCATE)
Subject = RoleTraining.Subject
TRAINED_IN: dict[str, tuple[Role, ...]] = {
    Subject.SOCIAL_CARE: BUYERS_AND_PARTNERS,
    Subject.PARTNERS: BUYERS_AND_PARTNERS,
    Subject.SPEAKING_UP: BUYERS_AND_PARTNERS + WORK_WITH_HER,
    Subject.LADO: BUYERS_AND_PARTNERS + WORK_WITH_HER,
}


def may_keep(by: User, placement: Placement) -> None:
    """Raise PermissionDenied unless `by` keeps the register of this child's council."""
    if not by.can(Permission.KEEP_REGISTER):
        raise PermissionDenied(f"this role may not {Permission.KEEP_REGISTER}")
    if not Placement.for_user(by).filter(pk=placement.pk).exists():
        raise PermissionDenied("this placement is another's")


def is_unregistered(placement: Placement, day: dt.date) -> bool:
    """Whether she lives there on `day`, in a home recorded as not registered."""
    return in_unregistered_settings(Placement.objects.filter(pk=placement.pk), day).exists()


def entry_due(placement: Any) -> dt.date:
    """The last day on which she is entered in time; `placement` is from `in_unregistered_settings`."""
    return add_working_days(placement.unregistered_from, ENTERED_WITHIN)


def next_review(entered_on: dt.date, reviewed_on: dt.date | None) -> dt.date:
    """The last day of the next monthly minute."""
    return months_after(reviewed_on or entered_on, REVIEWED_EVERY)


def to_be_trained(user: User) -> QuerySet[User]:
    """The people of this person's council, and its partners, whom any of the yearly training is for."""
    roles = {role for roles in TRAINED_IN.values() for role in roles}
    return User.objects.filter(authority_id=user.authority_id, role__in=roles, is_active=True).order_by("name")
