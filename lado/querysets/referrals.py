"""Who may read a referral: the LADO of its council and those admitted to it, and never whoever it is about."""

import datetime as dt

from django.db import models
from django.db.models import Case, Exists, Func, OuterRef, Q, Value, When
from django.db.models.functions import TruncDate

from core import clock
from core.access import Permission
from core.names import holding
from staffing.models import Carer

# How long a referral took to reach its outcome: what each is called, and within how many months.
LENGTHS = {
    "one": ("Within 1 month", 1),
    "three": ("Within 3 months", 3),
    "twelve": ("Within 12 months", 12),
    "longer": ("Longer", None),
    "open": ("Still open", None),
}


class MonthsAfter(Func):
    """The day so many calendar months after the English day of an instant, as the rules count them."""

    template = "((%(expressions)s AT TIME ZONE 'Europe/London')::date + interval '%(months)s months')::date"
    output_field = models.DateField()


def about(user) -> Q:
    """Referrals whose subject this person is: by their account, by their record as a carer or, while neither is known, with
    their whole name in what was said."""
    said = holding("named", user.name) & Q(carer__isnull=True, account__isnull=True)
    return Q(account=user) | Q(Exists(Carer.objects.filter(pk=OuterRef("carer"), account=user))) | said


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

    def known_as_noise(self, user) -> "ReferralQuerySet":
        """Those of which others may know that they reached the LADO, and on which day: as SAF-11 reads them. Not of the
        council's own people, who read that; and never what this person is the subject of."""
        councils = ("social_worker", "council")
        return self.filter(account__isnull=True).exclude(post__in=councils).exclude(about(user))

    def open(self) -> "ReferralQuerySet":
        return self.filter(closed_at__isnull=True)

    def owing(self) -> "ReferralQuerySet":
        """Those that are open, or closed with something left to do: what somebody was asked for, or the word of the DBS."""
        from lado.models import ReferralAction

        asked = ReferralAction.objects.filter(referral=OuterRef("pk"))
        told = Exists(asked.filter(kind=ReferralAction.Kind.DBS, done_on__isnull=False))
        left = Exists(asked.filter(done_on__isnull=True)) | Q(removed_on__isnull=False) & ~told
        return self.filter(Q(closed_at__isnull=True) | left)

    def received_in(self, year: int) -> "ReferralQuerySet":
        """Those that reached the LADO in the year from 1 April."""
        first, last = clock.start_of(dt.date(year, 4, 1)), clock.start_of(dt.date(year + 1, 4, 1))
        return self.filter(received_at__gte=first, received_at__lt=last)

    def with_length(self) -> "ReferralQuerySet":
        """Each with `length`: how long it took to reach its outcome, by the months of LENGTHS, or “open”."""
        ended = TruncDate("closed_at", tzinfo=clock.LONDON)
        within = [
            When(closed_at__isnull=False, ends__lte=MonthsAfter("received_at", months=months), then=Value(code))
            for code, (_, months) in LENGTHS.items()
            if months
        ]
        length = Case(When(closed_at__isnull=True, then=Value("open")), *within, default=Value("longer"))
        return self.alias(ends=ended).annotate(length=length)

    def filtered(
        self, *, show: str = "", source: str = "", post: str = "", category: str = "", outcome: str = "", length: str = "",
        year: str = "",
    ) -> "ReferralQuerySet":  # fmt: skip
        """By the caseload's filters, as they stand in its address. Nonsense finds nothing."""
        shown = {"": self.owing(), "late": self.owing(), "closed": self.filter(closed_at__isnull=False), "all": self}
        found = shown.get(show, self.none())
        for field, value in (("source", source), ("post", post), ("category", category)):
            if value:
                found = found.filter(**{field: value})
        if outcome:
            found = found.filter(outcome="" if outcome == "open" else outcome)
        if length:
            found = found.with_length().filter(length=length)
        if year:
            is_year = year.isascii() and year.isdigit() and 1900 < int(year) < 2200 if len(year) == 4 else False
            found = found.received_in(int(year)) if is_year else found.none()
        return found

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
