"""The words for asking about the partnership's register, and who may see which child is in it."""

from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from children.querysets import live_on
from core.access import Permission, Scope
from placements.models import Placement, Registration
from placements.querysets import PlacementQuerySet


def assured_to(user: Any) -> PlacementQuerySet:
    """The placements whose figures this person answers for: those they see or, for a scrutineer, who reaches no child,
    the council's. To them a child has initials and a reference, and no name: see `called_for`."""
    permissions = (Permission.SEE_REGISTER, Permission.SEE_QUALITY)
    if user.is_authenticated and user.rights.scope == Scope.NONE and any(user.can(each) for each in permissions):
        return Placement.objects.filter(child__authority_id=user.authority_id)
    return Placement.objects.visible_to(user)


def called_for(user: Any, child: Any) -> str:
    """What a child is called in a list for this person."""
    return str(child) if user.rights.scope != Scope.NONE else in_initials(child)


def in_initials(child: Any) -> str:
    """A child’s initials and reference, for those who are told no name."""
    initials = "".join(f"{name[0].upper()}." for name in (child.forename, child.surname) if name)
    return f"{initials} {child.reference}".strip()


class RegisterQuerySet(models.QuerySet):
    """Entries, and minutes about them. What a minute says is not for a scrutineer, who is told when there was one."""

    def visible_to(self, user) -> "RegisterQuerySet":
        from governance.models import RegisterEntry

        if not user.is_authenticated or not user.can(Permission.SEE_REGISTER):
            return self.none()
        if self.model is RegisterEntry:
            return self.filter(placement__in=assured_to(user))
        return self.filter(entry__placement__in=Placement.objects.visible_to(user))

    def standing(self) -> "RegisterQuerySet":
        return self.filter(left_on__isnull=True)

    def with_last_minute(self) -> "RegisterQuerySet":
        """Each entry with `reviewed_on`: the day of its last monthly minute, if there was one."""
        from governance.models import RegisterReview

        minutes = RegisterReview.objects.filter(entry=OuterRef("pk")).order_by("-reviewed_on", "-pk")
        return self.annotate(reviewed_on=Subquery(minutes.values("reviewed_on")[:1]))


class RoleTrainingQuerySet(models.QuerySet):
    def visible_to(self, user) -> "RoleTrainingQuerySet":
        """The training of the people of this person's own council and its partners."""
        if not user.is_authenticated or not user.can(Permission.SEE_REGISTER) or user.authority_id is None:
            return self.none()
        return self.filter(person__authority_id=user.authority_id)


def in_unregistered_settings(placements: PlacementQuerySet, day) -> PlacementQuerySet:
    """Of these, the placements on `day` in a home recorded as not registered, with `unregistered_from`, the first day
    it was that. Not known is not taken to be not registered."""
    recorded = Registration.objects.filter(live_on(day), home=OuterRef("home"))
    since = Greatest("started_on", Subquery(recorded.values("started_on")[:1]))
    here = placements.live_on(day).with_setting(day).filter(registration=Registration.Status.NOT_REGISTERED)
    return here.annotate(unregistered_from=since)


def not_on_the_register(placements: PlacementQuerySet, day) -> PlacementQuerySet:
    """Children in unregistered settings who have no entry: the half of the reconciliation that hides a child."""
    from governance.models import RegisterEntry

    entered = RegisterEntry.objects.standing().values("placement_id")
    return in_unregistered_settings(placements, day).filter(~Q(pk__in=entered))
