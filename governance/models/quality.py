"""Quality assurance: who went to look, by what right, what they scored and what must change.

In the review nobody looked at the first placement for nine months. No commissioner had the remit, the time or the skill,
no regulator came since nobody was registered, and health and education were never asked.
"""

from django.db import models
from django.db.models import F, Q

from core.fields import RecordedAt
from core.models import Protected, User
from governance.models.tasks import Action
from governance.querysets.quality import QualityQuerySet
from placements.models import Placement

PREMISES = {
    "kitchen": "A kitchen where meals are cooked",
    "bedroom": "A bedroom of the child’s own",
    "safety": "Safe from fire, and in good repair",
    "location": "The risks of where it is",
    "harm_self": "The risk that the child harms themselves",
    "harm_peers": "The risk of harm by other children",
    "harm_carers": "The risk of harm by those who work there",
    "harm_outsiders": "The risk of harm by people from outside",
}
# The risk factors of a closed culture (Child Safeguarding Practice Review Panel, 2023).
CULTURE = {
    "leadership": "Weak leadership and management",
    "care": "Poor quality of care, support and outcomes",
    "skills": "Poor skills, experience and training of staff",
    "speaking_up": "Staff not encouraged to raise concerns, or not supported when they do",
    "oversight": "Lack of external oversight",
}


class QualityVisit(Protected):
    """A visit to assure the quality of a placement, or a check of its premises. A finished note: it is never edited.

    Independent visits are like those of reg 44 of the Children’s Homes (England) Regulations 2015, and the manager’s
    review like that of reg 45; the regulations bind registered homes, and a setting nobody registered by local standard.
    Premises: Care Planning, Placement and Case Review (England) Regulations 2010 reg 27 and Schedule 6.
    """

    class Kind(models.TextChoices):
        INDEPENDENT = "independent", "Independent visit"
        REVIEW = "review", "Manager’s review of the quality of care"
        MULTI_AGENCY = "multi_agency", "Visit by social care, health and education together"
        PREMISES = "premises", "Check of the premises"

    insert_only = True
    placement = models.ForeignKey(
        Placement, on_delete=models.PROTECT, related_name="quality_visits", db_index=False
    )  # found by quality_visit_by_placement, newest first
    kind = models.CharField(max_length=15, choices=Kind.choices)
    occurred_at = models.DateTimeField("when")
    announced = models.BooleanField()
    summary = models.TextField("what was found, in a few sentences")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = QualityQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at"]
        indexes = [models.Index(F("placement"), F("kind"), F("occurred_at").desc(), name="quality_visit_by_placement")]


class QualityVisitor(Protected):
    """Who visited: a named person, their post, and what makes them able to judge it."""

    class Sector(models.TextChoices):
        SOCIAL_CARE = "social_care", "Social care"
        HEALTH = "health", "Health"
        EDUCATION = "education", "Education"

    insert_only = True
    visit = models.ForeignKey(QualityVisit, on_delete=models.PROTECT, related_name="visitors")
    name = models.CharField(max_length=150)
    post = models.CharField(max_length=150)
    qualification = models.CharField(max_length=200)
    sector = models.CharField("from", max_length=15, choices=Sector.choices)
    recorded_at = RecordedAt()
    objects = QualityQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(post="") & ~Q(qualification=""),
                name="visitor_is_named_and_qualified",
                violation_error_message="Say who visited, their post and what qualifies them.",
            )
        ]


class QualityScore(Protected):
    """One thing that was judged: a need of her plan, an outcome, a factor of a closed culture, an item of the premises.

    `met` is good and `not_met` is bad for each: a factor of a closed culture that is plainly there is `not_met`. A need or
    an outcome of an earlier visit is judged again, or `ended` with the reason as its evidence: none is dropped in silence.
    """

    class Part(models.TextChoices):
        NEED = "need", "Need in the plan"
        OUTCOME = "outcome", "Outcome"
        CULTURE = "culture", "Factor of a closed culture"
        PREMISES = "premises", "Premises"

    class Score(models.TextChoices):
        MET = "met", "Met"
        PART = "part", "Met in part"
        NOT_MET = "not_met", "Not met"
        ENDED = "ended", "Ended: no longer judged"

    insert_only = True
    visit = models.ForeignKey(QualityVisit, on_delete=models.PROTECT, related_name="scores")
    part = models.CharField(max_length=10, choices=Part.choices)
    about = models.CharField(
        max_length=300, help_text="The need or outcome in words; else the code of what was judged."
    )
    score = models.CharField(max_length=10, choices=Score.choices)
    evidence = models.TextField(blank=True)
    evidence_on = models.DateField("date of the evidence", null=True, blank=True)
    mitigation = models.TextField("what makes up for it; without a kitchen, the food plan", blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    until = models.DateField("the last day this may go on", null=True, blank=True)
    recorded_at = RecordedAt()
    objects = QualityQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "part", "about"], name="judged_once_a_visit"),
            models.CheckConstraint(
                condition=~Q(score="ended") | Q(part__in=("need", "outcome")) & ~Q(evidence=""),
                name="ended_need_or_outcome_says_why",
                violation_error_message="Only a need or an outcome ends, and with the reason.",
            ),
            models.CheckConstraint(
                condition=~Q(part="outcome") | (~Q(evidence="") & Q(evidence_on__isnull=False)),
                name="outcome_has_evidence_and_a_date",
                violation_error_message="Each outcome needs its evidence, and the date of the evidence.",
            ),
            models.CheckConstraint(
                condition=~Q(part="premises")
                | Q(score="met")
                | (~Q(mitigation="") & Q(owner__isnull=False) & Q(until__isnull=False)),
                name="unmet_premises_are_mitigated",
                violation_error_message="Say what makes up for each thing that is not suitable, who sees to it, and "
                "until when.",
            ),
        ]

    @property
    def about_words(self) -> str:
        return (CULTURE | PREMISES).get(self.about, self.about)

    @property
    def score_words(self) -> str:
        said = {"met": "No sign of it", "part": "Some signs of it", "not_met": "Plainly there"}
        return said[self.score] if self.part == self.Part.CULTURE else str(self.get_score_display())


class QualityValue(Protected):
    """What the placement costs in a week, beside what it gives: never shown to the provider."""

    insert_only = True
    visit = models.OneToOneField(QualityVisit, on_delete=models.PROTECT, related_name="value")
    weekly_cost = models.PositiveIntegerField("weekly cost, in pounds")
    staff_to_one = models.PositiveSmallIntegerField("staff to one child, as paid for")
    hours_paid = models.PositiveIntegerField("staff hours paid for in the week")
    hours_delivered = models.PositiveIntegerField("staff hours delivered in the week")
    outcome = models.TextField("what this buys for the child")
    recorded_at = RecordedAt()
    objects = QualityQuerySet.as_manager()

    @property
    def cost_words(self) -> str:
        return f"£{self.weekly_cost:,}"

    @property
    def percent_delivered(self) -> int | None:
        return self.hours_delivered * 100 // self.hours_paid if self.hours_paid else None


class Finding(Protected):
    """Something a visit found that must change. What, whose, by when and how it is known to be done are its action’s."""

    insert_only = True
    visit = models.ForeignKey(QualityVisit, on_delete=models.PROTECT, related_name="findings")
    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = QualityQuerySet.as_manager()

    class Meta:
        ordering = ["id"]


class QualityAddition(Protected):
    """Something added to a finished visit: more to say, a correction with its reason, or that it was recorded by mistake."""

    class Kind(models.TextChoices):
        ADDENDUM = "addendum", "Addendum"
        CORRECTION = "correction", "Correction"
        WITHDRAWAL = "withdrawal", "Recorded by mistake"

    insert_only = True
    visit = models.ForeignKey(QualityVisit, on_delete=models.PROTECT, related_name="additions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    reason = models.TextField("why it is corrected", blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = QualityQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="addendum") | ~Q(reason=""),
                name="quality_correction_has_a_reason",
                violation_error_message="Say why it is corrected.",
            )
        ]
