"""The words for asking about escalations, and who may see which."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from children.models import Child
from children.querysets import child_being_read
from core.access import Permission, Role, Scope
from governance.querysets.concerns import about_staff, not_about


def mine(user, escalation: str = "") -> Q:
    """Those this person raised: they follow them for as long as they have an account."""
    return Q(**{f"{escalation}raised_by": user})


def held_by(user, escalation: str = "") -> Q:
    """Those this person must answer or close now."""
    return Q(**{f"{escalation}owner": user, f"{escalation}closed_at__isnull": True})


def in_scope(user, escalation: str = "") -> Q:
    """Those this person watches over: about the children they see; those about no child, for who sees the whole council.
    The scrutineer has what went outside, and a name of no child."""
    own = Q(**{f"{escalation}authority_id": user.authority_id})
    if user.role == Role.SCRUTINEER:
        from escalations.ladder import TOP

        return own & Q(**{f"{escalation}level": TOP})
    if not user.can(Permission.SEE_ESCALATIONS):
        return Q(pk__in=[])
    seen = Q(**{f"{escalation}child__in": Child.objects.visible_to(user)})
    if user.rights.scope == Scope.AUTHORITY:
        seen |= Q(**{f"{escalation}child__isnull": True})
    return own & seen


def theirs(user, escalation: str = "") -> Q:
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    # Whom a concern is about reads no more of its escalation than of the concern.
    free = not_about(user, f"{escalation}concern__")
    return mine(user, escalation) | held_by(user, escalation) | in_scope(user, escalation) & free


class EscalationQuerySet(models.QuerySet):
    def visible_to(self, user) -> "EscalationQuerySet":
        """What they raised, what they must answer, and what their role watches over."""
        found = self.filter(theirs(user))
        read = child_being_read(user) if user.is_authenticated else None
        return found if read is None else found.filter(child_id=read)

    def open(self) -> "EscalationQuerySet":
        return self.filter(closed_at__isnull=True)

    def due(self, as_of: dt.datetime) -> "EscalationQuerySet":
        """Whose time has run out: they move on."""
        return self.open().filter(next_at__lte=as_of).order_by("next_at", "pk")

    def of_flags(self) -> "EscalationQuerySet":
        return self.filter(automatic=True, source="flags")

    def to_answer(self, user) -> "EscalationQuerySet":
        return self.open().filter(owner=user, state="open")

    def raised_by(self, user) -> "EscalationQuerySet":
        return self.filter(mine(user))

    def answers_to_read(self, user) -> "EscalationQuerySet":
        """Those this person raised that have an answer they have not settled yet."""
        return self.open().filter(mine(user), state="answered")

    def misplaced(self) -> "EscalationQuerySet":
        """Open, and with somebody who cannot or may not answer it: their account is closed, their role is another, or it is
        about them."""
        from escalations.ladder import ANSWERING
        from escalations.models import ConflictOfInterest

        conflicted = Exists(ConflictOfInterest.objects.filter(escalation=OuterRef("pk"), user=OuterRef("owner")))
        elsewhere = ~Q(owner__authority=models.F("authority")) & ~Q(owner__role=Role.SYSTEM_ADMINISTRATOR)
        lost = Q(owner__is_active=False) | ~Q(owner__role__in=ANSWERING)
        return self.open().filter(lost | elsewhere | conflicted)

    def numbers_for(self, user) -> dict[str, int]:
        """How many wait for this person, by the list's own filters. One query."""
        return self.open().aggregate(
            answer=models.Count("pk", filter=Q(owner=user, state="open")),
            close=models.Count("pk", filter=Q(owner=user, state="answered")),
            read=models.Count("pk", filter=mine(user) & Q(state="answered")),
            raised=models.Count("pk", filter=mine(user)),
        )

    def in_order(self) -> "EscalationQuerySet":
        """Open ones first, whose time runs out soonest; then the closed, the latest first."""
        return self.order_by(models.F("next_at").asc(nulls_last=True), "-closed_at", "-pk")

    def filtered(self, user, *, show: str = "", child: str = "", concern: str = "") -> "EscalationQuerySet":
        """By the list's filters, as they stand in its address. Nonsense finds nothing."""
        ways: dict[str, Any] = {
            "": lambda: self.open(),
            "all": lambda: self,
            "closed": lambda: self.filter(closed_at__isnull=False),
            "answer": lambda: self.to_answer(user),
            "close": lambda: self.open().filter(owner=user, state="answered"),
            "read": lambda: self.answers_to_read(user),
            "raised": lambda: self.open().raised_by(user),
            "outside": lambda: self.open().filter(level=5),
        }
        found = ways[show]() if show in ways else self.none()
        if concern:
            is_id = concern.isascii() and concern.isdigit() and len(concern) < 19
            found = found.filter(concern_id=int(concern)) if is_id else found.none()
        return found.filter(child__reference=child) if child else found


class OfEscalationQuerySet(models.QuerySet):
    """What belongs to an escalation, for whoever sees that."""

    def visible_to(self, user) -> Any:
        return self.filter(theirs(user, "escalation__"))


class EscalationStepQuerySet(OfEscalationQuerySet):
    pass


class ConflictQuerySet(OfEscalationQuerySet):
    """To whom it never goes. Whose conduct a concern is about is told to those who may know it, and never to themselves."""

    def visible_to(self, user) -> Any:
        found = super().visible_to(user)
        of_conduct = about_staff("escalation__concern__") & Q(why="subject")
        hidden = of_conduct & Q(user_id=user.pk)
        if not user.is_authenticated or not user.can(Permission.SEE_CONDUCT):
            hidden |= of_conduct & ~Q(by_id=user.pk)
        return found.exclude(hidden)


class EscalationFlagQuerySet(OfEscalationQuerySet):
    """The flags of one, for whoever sees those flags too."""

    def told_of(self, user) -> Any:
        return super().visible_to(user)

    def visible_to(self, user) -> Any:
        from oversight.models import Flag

        return super().visible_to(user).filter(flag__in=Flag.objects.visible_to(user))


def concerns_to_answer(user) -> Any:
    """The concerns whose escalation this person must answer now: they read all of such a concern."""
    from escalations.models import Escalation

    return Escalation.objects.open().filter(owner=user, concern__isnull=False).values("concern")
