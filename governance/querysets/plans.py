"""Who sees plans and commissioning: those of the council who see the child; a provider sees its own agreement alone."""

from django.db import models
from django.db.models import DateField, ExpressionWrapper, F, Value
from django.db.models.functions import Coalesce

from children.models import Child
from core.access import Permission, Scope
from placements.models import Placement


class PlanQuerySet(models.QuerySet):
    """What the council plans, seeks, pays for and promised a court."""

    path = "child__"  # how a record leads to its child

    def visible_to(self, user) -> "PlanQuerySet":
        if not user.is_authenticated or not user.can(Permission.SEE_PLANS):
            return self.none()
        return self.filter(**{f"{self.path.removesuffix('__')}__in": Child.objects.visible_to(user)})


class OfLongTermPlanQuerySet(PlanQuerySet):
    path = "plan__child__"


class OfPlacementPlanQuerySet(PlanQuerySet):
    path = "placement__child__"


# The first day a block of funding does not pay for.
UNTIL = Coalesce("stopped_on", ExpressionWrapper(F("ends_on") + Value(1), output_field=DateField()))


class FundingQuerySet(OfPlacementPlanQuerySet):
    """Blocks of funding. One that was ended on its own first day pays for nothing, and stays on record."""

    def paid(self) -> "FundingQuerySet":
        return self.exclude(stopped_on=F("starts_on"))

    def on_days(self, first, last) -> "FundingQuerySet":
        """Those that pay for any day from the first to the last."""
        return self.paid().alias(until_day=UNTIL).filter(starts_on__lte=last, until_day__gt=first)


class CourtTaskQuerySet(PlanQuerySet):
    """What a court directed or was promised."""

    def open(self) -> "CourtTaskQuerySet":
        return self.filter(done_on__isnull=True)

    def owned_by(self, user) -> "CourtTaskQuerySet":
        return self.filter(owner=user)


class AgreementQuerySet(OfPlacementPlanQuerySet):
    """What a placement is to achieve for this child: also for the manager of the provider that agreed to it."""

    def visible_to(self, user) -> "PlanQuerySet":
        if user.is_authenticated and user.rights.scope == Scope.PROVIDER:
            if not user.can(Permission.SEE_AGREEMENT):
                return self.none()
            return self.filter(placement__in=Placement.objects.visible_to(user))
        return super().visible_to(user)
