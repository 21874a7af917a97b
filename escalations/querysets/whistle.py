"""Who reads a protected report: the one person its maker chose, and its maker. Nobody of line management, and nobody else."""

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.access import ROLES, Permission, Role
from core.models import User

# Free of line management: they manage no team, no service and no budget, and answer for no decision about a child.
READERS = tuple(role for role in Role if Permission.HANDLE_WHISTLEBLOWING in ROLES[role].may)


def reads(user, report: str = "") -> Q:
    """The reports this person is the reader of. Where a reader's account is closed, whoever has the same post reads on."""
    if not user.is_authenticated or not user.can(Permission.HANDLE_WHISTLEBLOWING):
        return Q(pk__in=[])
    left = Q(**{f"{report}reader__is_active": False, f"{report}reader__role": user.role})
    theirs = Q(**{f"{report}reader": user}) | left
    return theirs & Q(**{f"{report}authority_id": user.authority_id}) & ~made(user, report)


def made(user, report: str = "") -> Q:
    """The reports this person made."""
    from escalations.models import WhistleIdentity

    if not user.is_authenticated or not user.can(Permission.BLOW_WHISTLE):
        return Q(pk__in=[])
    pk = f"{report[:-2]}_id" if report else "pk"
    return Q(Exists(WhistleIdentity.objects.filter(reporter=user, report=OuterRef(pk))))


class WhistleQuerySet(models.QuerySet):
    """Reports, and the steps taken about them."""

    def _to(self) -> str:
        from escalations.models import WhistleReport

        return "" if self.model is WhistleReport else "report__"

    def visible_to(self, user) -> "WhistleQuerySet":
        return self.filter(reads(user, self._to()) | made(user, self._to()))

    def to_read(self, user) -> "WhistleQuerySet":
        """Those this person is the reader of: never their own."""
        return self.filter(reads(user, self._to()))

    def made_by(self, user) -> "WhistleQuerySet":
        return self.filter(made(user, self._to()))

    def open(self) -> "WhistleQuerySet":
        return self.filter(closed_at__isnull=True)

    def waiting(self) -> "WhistleQuerySet":
        """Not acknowledged, or not answered since it was made or added to."""
        return self.open().filter(Q(acknowledged_at__isnull=True) | Q(answered_at__isnull=True))


class IdentityQuerySet(models.QuerySet):
    def visible_to(self, user) -> "IdentityQuerySet":
        """One’s own; and, for the reader of a report, whose maker allows it."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(Q(reporter=user) | reads(user, "report__") & Q(report__may_be_known=True))


class IdentityReadQuerySet(models.QuerySet):
    def visible_to(self, user) -> "IdentityReadQuerySet":
        return self.filter(reads(user, "report__") | made(user, "report__"))


def readers(user) -> QuerySet[User]:
    """Who may be chosen to read a report of this person's: those free of line management in the councils they work for."""
    from placements.models import Placement

    councils = (
        Placement.objects.visible_to(user).values("child__authority")
        if user.authority_id is None
        else [user.authority_id]
    )
    people = User.objects.filter(role__in=READERS, is_active=True, authority__in=councils).exclude(pk=user.pk)
    return people.select_related("authority").order_by("-role", "name")


def still_reads(reader: User) -> bool:
    """Whether a reader has the account and the post for which they were chosen."""
    return reader.is_active and reader.role in READERS
