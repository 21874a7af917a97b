"""Who may read a referral: the LADO of its council and those admitted to it, and never whoever it is about."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.access import Permission
from staffing.models import Carer


def about(user) -> Q:
    """Referrals whose subject this person is, by their account or by their record as a carer."""
    return Q(account=user) | Q(Exists(Carer.objects.filter(pk=OuterRef("carer"), account=user)))


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ReferralQuerySet":
        """The door. To be the subject beats every grant: the LADO's own role, and every admission."""
        from lado.models import Admission

        if not user.is_authenticated or not user.is_active:
            return self.none()
        admitted = Admission.objects.filter(referral=OuterRef("pk"), person=user, ended_at__isnull=True)
        let_in = Q(Exists(admitted))
        if user.can(Permission.HANDLE_ALLEGATIONS) and user.authority_id is not None:
            let_in |= Q(authority_id=user.authority_id)
        return self.filter(let_in & ~about(user))

    def handled_by(self, user) -> "ReferralQuerySet":
        """Those this person may act on, and not only read."""
        from lado.models import Admission

        seen = self.visible_to(user)
        if user.is_authenticated and user.can(Permission.HANDLE_ALLEGATIONS):
            return seen.filter(authority_id=user.authority_id)
        acting = Admission.objects.filter(
            referral=OuterRef("pk"), person_id=user.pk, ended_at__isnull=True, handles=True
        )
        return seen.filter(Exists(acting))

    def open(self) -> "ReferralQuerySet":
        return self.filter(closed_at__isnull=True)

    def about_carer(self, carer) -> "ReferralQuerySet":
        """About one worker, by their record as a carer or by the account that is theirs."""
        found = Q(carer=carer)
        return self.filter(found | Q(account_id=carer.account_id) if carer.account_id else found)


class OfReferralQuerySet(models.QuerySet):
    """Records of a referral: seen by those who see it."""

    def visible_to(self, user) -> "OfReferralQuerySet":
        from lado.models import Referral

        return self.filter(referral__in=Referral.objects.visible_to(user))


class ReceiptQuerySet(models.QuerySet):
    """What a referrer is told: theirs alone."""

    def visible_to(self, user) -> "ReceiptQuerySet":
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(to=user)
