"""Who may read whether a matter was referred: the LADO of the council, unless it is about them."""

from django.db import models
from django.db.models import Exists, OuterRef

from core.access import Permission
from governance.models import ConcernStep
from governance.querysets.concerns import not_about
from staffing.models import Carer


class ConductDecisionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ConductDecisionQuerySet":
        from lado.models import Referral
        from lado.querysets.referrals import about

        if not user.is_authenticated or not user.can(Permission.HANDLE_ALLEGATIONS) or user.authority_id is None:
            return self.none()
        theirs = Referral.objects.filter(about(user), pk=OuterRef("referral"))
        as_carer = Carer.objects.filter(pk=OuterRef("carer"), account=user)
        free = ~Exists(theirs) & ~Exists(as_carer) & not_about(user, "concern__")
        return self.filter(free, authority_id=user.authority_id)

    def not_referred(self, user) -> "ConductDecisionQuerySet":
        """Each with `taken_up`: whether this person reads a referral of its concern."""
        from lado.models import Referral

        taken_up = Referral.objects.visible_to(user).filter(
            concern=OuterRef("concern"), authority=OuterRef("authority")
        )
        return self.filter(answer="not_referred").annotate(taken_up=Exists(taken_up))

    def unseen(self) -> "ConductDecisionQuerySet":
        """Decisions not to refer a concern of which it does not say yet that the LADO has seen them."""
        seen = ConcernStep.objects.filter(concern=OuterRef("concern"), kind="seen")
        return self.filter(~Exists(seen), answer="not_referred", concern__isnull=False)


class DecisionReadQuerySet(models.QuerySet):
    """Who opened a decision: seen by those who see it as the LADO."""

    def visible_to(self, user) -> "DecisionReadQuerySet":
        from lado.models import ConductDecision

        return self.filter(decision__in=ConductDecision.objects.visible_to(user))
