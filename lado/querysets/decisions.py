"""Who may read whether a matter was referred: the LADO of the council, unless it is about them."""

from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from core.access import Permission
from governance.models import ConductSubject
from staffing.models import Carer


class ConductDecisionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ConductDecisionQuerySet":
        from lado.models import Referral
        from lado.querysets.referrals import about

        if not user.is_authenticated or not user.can(Permission.HANDLE_ALLEGATIONS) or user.authority_id is None:
            return self.none()
        theirs = Referral.objects.filter(about(user), pk=OuterRef("referral"))
        as_carer = Carer.objects.filter(pk=OuterRef("carer"), account=user)
        named = ConductSubject.objects.filter(concern=OuterRef("concern"), carer__account=user)
        return self.filter(~Exists(theirs) & ~Exists(as_carer) & ~Exists(named), authority_id=user.authority_id)

    def not_referred(self) -> "ConductDecisionQuerySet":
        """Each with `taken_up`: whether its concern or, where there is none, the carer was referred once that was decided."""
        from lado.models import Referral

        since = Referral.objects.filter(received_at__gte=OuterRef("decided_at"))
        of_concern = Exists(since.filter(concern=OuterRef("concern")))
        of_carer = Q(concern=None) & Exists(since.filter(concern=None, carer=OuterRef("carer")))
        return self.filter(answer="not_referred").annotate(
            taken_up=ExpressionWrapper(of_concern | of_carer, BooleanField())
        )
