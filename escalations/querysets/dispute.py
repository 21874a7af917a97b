"""The words for asking about disputes and referrals to Cafcass, and who may see which."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate

from children.models import Child
from core import clock
from core.access import Permission, Scope


def seen(user, dispute: str = "") -> Q:
    """Those about the children this person sees, for the child's own line, those over it and her reviewing officer."""
    if not user.is_authenticated or not user.can(Permission.SEE_ESCALATIONS) or user.authority_id is None:
        return Q(pk__in=[])
    return Q(**{f"{dispute}child__in": Child.objects.visible_to(user), f"{dispute}authority_id": user.authority_id})


def counted_for(user, model):
    """The disputes, or the referrals, whose figures this person answers for: those they see or, for a scrutineer, who
    reaches no child, the council's. To them a child has initials and a reference, and no name."""
    if not user.is_authenticated or not user.can(Permission.SEE_OPENNESS) or user.authority_id is None:
        return model.objects.none()
    if user.rights.scope == Scope.NONE:
        return model.objects.filter(authority_id=user.authority_id)
    return model.objects.visible_to(user)


class DisputeQuerySet(models.QuerySet):
    def visible_to(self, user) -> "DisputeQuerySet":
        return self.filter(seen(user))

    def open(self) -> "DisputeQuerySet":
        return self.filter(resolved_at__isnull=True)

    def formal(self) -> "DisputeQuerySet":
        return self.filter(formal_at__isnull=False)

    def over_its_time(self, today) -> "DisputeQuerySet":
        """Formal, and not over though the last day for all of it is past."""
        return self.open().formal().filter(ends_on__lt=today)

    def owed(self) -> "DisputeQuerySet":
        """Formal, and an answer is owed."""
        return self.open().formal().filter(answered_at__isnull=True)

    def owed_by(self, user) -> "DisputeQuerySet":
        """What this person must answer, the informal ones that were put to them and that they have not answered among it."""
        from escalations.models import DisputeStep

        said = DisputeStep.objects.filter(dispute=OuterRef("pk"), kind="answered", dispute__formal_at__isnull=True)
        return self.open().filter(answerer=user, answered_at__isnull=True).exclude(Exists(said))

    def with_raiser(self) -> "DisputeQuerySet":
        """An answer waits for the reviewing officer to say whether it is enough."""
        return self.open().formal().filter(answered_at__isnull=False)

    def of_quarter(self, first, last) -> "DisputeQuerySet":
        """Begun on one of these days."""
        return self.filter(informal_at__gte=clock.start_of(first), informal_at__lt=clock.end_of(last))

    def begun(self) -> "DisputeQuerySet":
        """Each with `day`, the day it began on."""
        return self.annotate(day=TruncDate("informal_at", tzinfo=clock.LONDON))


class OfDisputesQuerySet(models.QuerySet):
    """Steps of disputes, and referrals to Cafcass."""

    def visible_to(self, user) -> "OfDisputesQuerySet":
        from escalations.models import DisputeStep

        return self.filter(seen(user, "dispute__" if self.model is DisputeStep else ""))

    def asked(self) -> "OfDisputesQuerySet":
        """Referrals, each with `day`, the day Cafcass was asked."""
        return self.annotate(day=TruncDate("referred_at", tzinfo=clock.LONDON))

    def of_quarter(self, first, last) -> "OfDisputesQuerySet":
        return self.filter(referred_at__gte=clock.start_of(first), referred_at__lt=clock.end_of(last))
