"""A referral to the LADO: about whom, what, who handles it, who may read it, and what its sender is told."""

from django.db import models
from django.db.models import F, Q

from children.models import Child
from core.fields import RecordedAt, new_reference
from core.history import tracked
from core.models import Authority, Protected, User
from governance.models import Concern
from lado import codes
from lado.querysets import OfReferralQuerySet, ReceiptQuerySet, ReferralQuerySet
from placements.models import Placement, Provider
from staffing.models import Carer, StandDown


class Referral(Protected):
    """An allegation about an adult who works with children, from when it reached the LADO until its outcome.

    `carer` or `account` is who it is about, where they are on record; until then `named` says what was said of them. To be
    that person ends every right to read it. `number` counts a council's referrals, and is known behind the door only.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    account = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Their own sign-in, where they have one.",
    )
    named = models.CharField("who, as far as it was said", max_length=200, blank=True)
    post = models.CharField("what they do", max_length=20, choices=codes.Post.choices)
    employer = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    employer_named = models.CharField("who they work for, as far as it was said", max_length=200, blank=True)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    harmed = models.BooleanField("harmed a child, or may have", default=False)
    offence = models.BooleanField("may have committed an offence", default=False)
    risk = models.BooleanField("may be a risk to children", default=False)
    unsuitable = models.BooleanField("may not be suitable to work with children", default=False)
    neglect = models.BooleanField("professional neglect", default=False)
    category = models.CharField("kind of harm", max_length=20, choices=codes.Category.choices)
    what = models.TextField("what happened, or was said to have")
    happened_at = models.DateTimeField("when it happened", null=True, blank=True)
    source = models.CharField("where it came from", max_length=20, choices=Concern.Raiser.choices)
    referred_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField("when it reached the LADO")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stand_down = models.ForeignKey(StandDown, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    police_involved = models.BooleanField("the police are involved", default=False)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", help_text="Who handles it. Never nobody."
    )
    evaluated_at = models.DateTimeField(null=True, blank=True)
    removed_on = models.DateField(
        "removed from the work because of harm, or risk of harm, on",
        null=True,
        blank=True,
        help_text="The employer then has a legal duty to refer to the Disclosure and Barring Service.",
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=codes.Outcome.choices, blank=True)
    retention = models.CharField(
        "how long the record is kept", max_length=10, choices=codes.Retention.choices, blank=True
    )
    recorded_at = RecordedAt()
    history = tracked()
    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["authority", "-received_at"], name="referral_by_authority"),
            models.Index(fields=["placement"], name="referral_open", condition=Q(closed_at__isnull=True)),
            models.Index(fields=["carer"], name="referral_by_carer"),
            models.Index(fields=["account"], name="referral_by_account"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["authority", "number"], name="referral_number_once"),
            models.CheckConstraint(
                condition=Q(carer__isnull=False) | Q(account__isnull=False) | ~Q(named=""),
                name="referral_about_somebody",
                violation_error_message="Enter who it is about, as far as you know.",
            ),
            models.CheckConstraint(
                condition=Q(harmed=True) | Q(offence=True) | Q(risk=True) | Q(unsuitable=True) | Q(neglect=True),
                name="referral_meets_a_criterion",
                violation_error_message="Select at least one thing that makes it a matter for the LADO.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="", retention="")
                | Q(closed_at__isnull=False, evaluated_at__isnull=False, outcome__in=codes.Outcome.values)
                & ~Q(retention=""),
                name="referral_closed_with_an_outcome",
                violation_error_message="An allegation is closed with one of the five outcomes, once it was evaluated.",
            ),
        ]

    def __str__(self) -> str:
        return f"Referral {self.number}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_stood_down(self) -> bool:
        """Whether the stand-down made from here stands, and is of whom it is now said to be about."""
        made = self.stand_down
        return made is not None and made.lifted_at is None and made.carer_id == self.carer_id

    @property
    def about(self) -> str:
        """Who it is about, in words."""
        return str(self.carer or self.account or self.named)

    @property
    def works_for(self) -> str:
        return str(self.employer) if self.employer_id else self.employer_named

    @property
    def criteria(self) -> list[str]:
        return [asked for name, asked, _ in codes.CRITERIA if getattr(self, name)]


class Receipt(Protected):
    """What whoever referred somebody is told: that it reached safeguarding, when, and in the end what the law lets be said.

    A table of its own, so that its reader touches nothing behind the door. Its reference is drawn by lot and counts
    nothing: two of them say nothing of how many lie between.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    answer = models.TextField("what they may be told", blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-id"]
        indexes = [models.Index(F("to"), F("given_at").desc(), name="receipt_by_reader")]

    SAYS = "Passed to safeguarding"

    def __str__(self) -> str:
        return self.reference


class Admission(Protected):
    """Somebody let in to one referral, by whom and why, until it ends. One who is its subject stays outside all the same."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    handles = models.BooleanField("may act on it", default=False, help_text="Else they may read it, and no more.")
    why = models.TextField("why they need it")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    admitted_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty where the next person up was let in by itself: nobody could handle it, or it was left too long.",
    )
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "person"],
                condition=Q(ended_at__isnull=True),
                name="admitted_once_at_a_time",
                violation_error_message="They are admitted already.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="admission_dated",
                violation_error_message="The end cannot be before the start.",
            ),
        ]


class ReferralRead(Protected):
    """A person opened a page about a referral. Written in the transaction of the reading: no event, no page."""

    insert_only = True
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=40)
    recorded_at = RecordedAt()
    objects = OfReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]
        indexes = [models.Index(F("referral"), F("recorded_at").desc(), name="referral_read_by_referral")]
