"""The child's plans, the profile a home is sought by, the search, and what her placement agreed to achieve for her."""

from django.db import models
from django.db.models import Q

from children.models import Child
from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User, dated
from governance.querysets.plans import AgreementQuerySet, PlanQuerySet
from placements.models import Placement


class Plan(Protected):
    """A version of the care plan or of the placement plan, and which parts of it are written.

    Care Planning, Placement and Case Review (England) Regulations 2010 reg 4(2) (the care plan, within 10 working days of
    the first placement), reg 5 and Schedule 1 (what it must cover), reg 9 (the placement plan, within 5 working days of
    the start). The text itself stays in the case system: here is that it exists, when, and what is missing of it.
    """

    class Kind(models.TextChoices):
        CARE = "care", "Care plan"
        PLACEMENT = "placement", "Placement plan"

    # What a care plan must cover. Identity is four things: one of them written is not the others.
    SECTIONS = [
        ("health", "Health plan"),
        ("education", "Personal education plan"),
        ("emotional", "Emotional and behavioural development"),
        ("religion", "Identity: religion or belief"),
        ("origin", "Identity: racial origin"),
        ("culture", "Identity: culture"),
        ("language", "Identity: language"),
        ("family", "Family and social relationships"),
        ("permanence", "Plan for permanence"),
        ("iro", "Name of the independent reviewing officer"),
        ("wishes", "The child’s wishes and feelings"),
    ]

    insert_only = True
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="plans")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="plans")
    kind = models.CharField("which plan", max_length=10, choices=Kind.choices)
    version = models.PositiveSmallIntegerField(help_text="Counted from 1, for each plan by itself.")
    made_on = models.DateField("made or changed on")
    sections = models.JSONField("what it covers", default=list, blank=True)
    signed_on = models.DateField("agreed and signed on", null=True, blank=True)
    signed_by = models.CharField("signed by the carer or manager", max_length=150, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-version"]
        indexes = [models.Index(fields=["child", "kind", "-made_on"], name="plan_by_child")]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "kind", "version"],
                name="plan_version_once",
                violation_error_message="Somebody else recorded a version of this plan at the same moment. Look at it first.",
            ),
            models.CheckConstraint(
                condition=Q(kind="care") ^ Q(placement__isnull=False),
                name="placement_plan_is_of_a_placement",
                violation_error_message="A placement plan is of a placement; a care plan is of the child.",
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True) | ~Q(signed_by=""),
                name="signed_plan_says_by_whom",
                violation_error_message="Say who signed it.",
            ),
        ]

    @property
    def missing(self) -> list[str]:
        """The sections a care plan lacks, in words; a placement plan is not asked for any."""
        if self.kind != self.Kind.CARE:
            return []
        return [label for code, label in self.SECTIONS if code not in self.sections]


class ReferralProfile(Protected):
    """What is true of the child now and what a home must achieve for her: the form a search is made with ("P2").

    Confirmed again every 28 days and after whatever changes things (CPL-04): "still true" is a row of its own. In the
    review it was out of date and said nothing of what was wanted from the placement.
    """

    insert_only = True
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="profiles")
    confirmed_on = models.DateField()
    needs = models.TextField("what the child needs")
    identity = models.TextField("who the child is: religion, racial origin, culture, language")
    risks = models.TextField("what the risks are, and what helps")
    outcomes = models.TextField("what a placement is to achieve for the child")
    wishes = models.TextField("where and with whom the child wishes to live, in the child’s words")
    answers = models.JSONField("the standard’s fields", default=dict, blank=True)
    same_as = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-confirmed_on", "-id"]
        indexes = [models.Index(fields=["child", "-confirmed_on"], name="profile_by_child")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcomes=""),
                name="profile_says_outcomes",
                violation_error_message="Enter what a placement is to achieve for the child.",
            )
        ]


class SearchEntry(Protected):
    """A home or provider that was asked to take the child, what it answered, and why not."""

    class Answer(models.TextChoices):
        WAITING = "waiting", "No answer yet"
        OFFER = "offer", "Offered a place"
        NO = "no", "Said no"

    class Wish(models.TextChoices):
        MEETS = "meets", "Yes, it is what the child asked for"
        IN_PART = "in_part", "In part"
        AGAINST = "against", "No"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="searches")
    asked = models.CharField("which home or provider", max_length=200)
    asked_on = models.DateField()
    meets_wish = models.CharField("as the child wishes", max_length=10, choices=Wish.choices)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.WAITING)
    answered_on = models.DateField(null=True, blank=True)
    why_not = models.TextField("why not", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-id"]
        verbose_name_plural = "search entries"
        indexes = [models.Index(fields=["child", "-asked_on"], name="search_by_child")]
        constraints = [
            dated("asked_on", "answered_on", "search_answered_after_asking"),
            models.CheckConstraint(
                condition=~Q(answer="no") | ~Q(why_not=""),
                name="a_no_has_a_reason",
                violation_error_message="Enter why not.",
            ),
        ]


class PlacementAgreement(Protected):
    """What this placement is to achieve for this child, signed by the provider and the council (CPL-05).

    The general text it grew from is kept with it, so that what is of this child can be told from what is of every child.
    """

    insert_only = True
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="placement_agreements")
    profile = models.ForeignKey(ReferralProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcomes = models.TextField("what this placement is to achieve for this child")
    health_said = models.TextField("what health said")
    education_said = models.TextField("what education said")
    template = models.TextField("the general text")
    text = models.TextField("the agreement")
    own_lines = models.PositiveIntegerField(
        "lines that are this child’s", help_text="Of the text, not in the general one."
    )
    signed_on = models.DateField()
    signed_for_provider = models.CharField("signed for the provider by", max_length=150)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_on", "-id"]
        indexes = [models.Index(fields=["placement", "-signed_on"], name="agreement_by_placement")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcomes=""),
                name="agreement_says_outcomes",
                violation_error_message="Enter what this placement is to achieve for this child.",
            )
        ]
