"""A plan that takes months: its dated milestones, and what is done instead if it slips."""

from django.db import models
from django.db.models import Q

from children.models import Child
from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User, dated
from governance.querysets.plans import OfLongTermPlanQuerySet, PlanQuerySet


class LongTermPlan(Protected):
    """A plan for where the child will live, or for a home to be built or found for her (CPL-06).

    It has dated milestones, a costed contingency, and what health, education and social care said of it. In the review a
    house was to be refurbished on a timescale nobody outside commissioning had looked at; the work never began.
    """

    class Kind(models.TextChoices):
        MOVE = "move", "A move to a home that is agreed but not ready"
        HOME = "home", "A home to be found, built or registered"
        PERMANENCE = "permanence", "Where the child is to grow up"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="long_term_plans")
    kind = models.CharField("what it is a plan for", max_length=12, choices=Kind.choices)
    aim = models.TextField("what it is to bring about")
    started_on = models.DateField()
    ended_on = models.DateField("ended or done on", null=True, blank=True)
    end_note = models.TextField("how it ended", blank=True)
    health_said = models.TextField("what health said of it", blank=True)
    education_said = models.TextField("what education said of it", blank=True)
    care_said = models.TextField("what the child’s social worker said of it", blank=True)
    interim_safety = models.TextField("how the child is kept safe meanwhile", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on", "-id"]
        indexes = [models.Index(fields=["child"], name="long_term_plan_by_child")]
        constraints = [dated("started_on", "ended_on", "long_term_plan_dated")]


class Milestone(Protected):
    """A step of a long-term plan, due on a day and met with evidence. It is never re-dated: a missed one stays missed."""

    plan = models.ForeignKey(LongTermPlan, on_delete=models.PROTECT, related_name="milestones")
    what = models.CharField("what will be done", max_length=200)
    due_on = models.DateField()
    met_on = models.DateField(null=True, blank=True)
    evidence = models.TextField("what shows it", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfLongTermPlanQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["plan", "due_on"], name="milestone_by_plan")]
        constraints = [
            models.CheckConstraint(
                condition=Q(met_on__isnull=True) | ~Q(evidence=""),
                name="met_milestone_has_evidence",
                violation_error_message="Enter what shows that it is done.",
            )
        ]


class Contingency(Protected):
    """What will be done for the child if a plan slips, a notice comes or carers stay away: costed, and decided about."""

    class State(models.TextChoices):
        STANDING = "standing", "Ready"
        ACTIVATED = "activated", "Activated"
        REFUSED = "refused", "Not to be used"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="contingencies")
    plan = models.ForeignKey(
        LongTermPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="contingencies"
    )
    made_on = models.DateField()
    what = models.TextField("what will be done instead")
    weekly_cost = models.DecimalField("cost a week, in pounds", max_digits=9, decimal_places=2)
    trigger = models.TextField("when it is used")
    state = models.CharField(max_length=10, choices=State.choices, default=State.STANDING)
    decided_on = models.DateField(null=True, blank=True)
    reasons = models.TextField("why it is used, or is not", blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-made_on", "-id"]
        verbose_name_plural = "contingencies"
        indexes = [models.Index(fields=["child"], name="contingency_by_child")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="standing")
                | (Q(decided_on__isnull=False) & Q(decided_by__isnull=False) & ~Q(reasons="")),
                name="contingency_decided_with_reasons",
                violation_error_message="Enter the reasons.",
            ),
            models.CheckConstraint(
                condition=Q(weekly_cost__gte=0),
                name="contingency_costs_something",
                violation_error_message="The cost a week must be 0 or more.",
            ),
        ]
