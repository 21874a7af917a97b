"""The words for asking about disputes and referrals to Cafcass, and who may see which."""

from django.db import models
from django.db.models import Count, F, Q

from children.models import Child
from core import clock
from core.access import Permission


def seen(user, dispute: str = "") -> Q:
    """Those about the children this person sees, for the child's own line, those over it and her reviewing officer."""
    if not user.is_authenticated or not user.can(Permission.SEE_ESCALATIONS) or user.authority_id is None:
        return Q(pk__in=[])
    return Q(**{f"{dispute}child__in": Child.objects.visible_to(user), f"{dispute}authority_id": user.authority_id})


class DisputeQuerySet(models.QuerySet):
    def visible_to(self, user) -> "DisputeQuerySet":
        return self.filter(seen(user))

    def open(self) -> "DisputeQuerySet":
        return self.filter(resolved_at__isnull=True)

    def formal(self) -> "DisputeQuerySet":
        return self.filter(formal_at__isnull=False)

    def owed(self) -> "DisputeQuerySet":
        """Formal, and an answer is owed."""
        return self.open().formal().filter(answered_at__isnull=True)

    def owed_by(self, user) -> "DisputeQuerySet":
        """What this person must answer, the informal ones that were put to them among it."""
        return self.open().filter(answerer=user, answered_at__isnull=True)

    def with_raiser(self) -> "DisputeQuerySet":
        """An answer waits for the reviewing officer to say whether it is enough."""
        return self.open().formal().filter(answered_at__isnull=False)

    def of_quarter(self, first, last) -> "DisputeQuerySet":
        """Begun on one of these days."""
        return self.filter(informal_at__gte=clock.start_of(first), informal_at__lt=clock.end_of(last))

    def in_numbers(self, today) -> dict[str, int]:
        """How many, how far they went, and what was in time. What is not yet due is neither in time nor late."""
        answered = Q(alert_answered_at__isnull=False)
        alert_end, end = F("alert_due_on"), F("ends_on")
        in_time = Q(alert_answered_at__date__lte=alert_end)
        return self.aggregate(
            raised=Count("pk"),
            formal=Count("pk", filter=Q(formal_at__isnull=False)),
            answered_in_time=Count("pk", filter=answered & in_time),
            answered_late=Count(
                "pk", filter=(answered & ~in_time) | Q(alert_answered_at__isnull=True, alert_due_on__lt=today)
            ),
            over_in_time=Count("pk", filter=Q(formal_at__isnull=False, resolved_at__date__lte=end)),
            over_late=Count("pk", filter=Q(resolved_at__date__gt=end) | Q(resolved_at__isnull=True, ends_on__lt=today)),
            open=Count("pk", filter=Q(resolved_at__isnull=True)),
        )


class OfDisputesQuerySet(models.QuerySet):
    """Steps of disputes, and referrals to Cafcass."""

    def visible_to(self, user) -> "OfDisputesQuerySet":
        from escalations.models import DisputeStep

        return self.filter(seen(user, "dispute__" if self.model is DisputeStep else ""))

    def answered(self) -> "OfDisputesQuerySet":
        return self.filter(answered_on__isnull=False)

    def of_quarter(self, first, last) -> "OfDisputesQuerySet":
        return self.filter(referred_at__gte=clock.start_of(first), referred_at__lt=clock.end_of(last))
