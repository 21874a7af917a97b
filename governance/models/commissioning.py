"""What a placement costs and for how long, the checks of a crisis, notices received, and what a court was promised."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from children.models import Child
from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User, dated
from governance.querysets.plans import UNTIL, CourtTaskQuerySet, FundingQuerySet, OfPlacementPlanQuerySet
from placements.models import Placement


class Funding(Protected):
    """A block for which a placement is paid: from a day to a last day, what a week costs, who approved it and why.

    Health and education are asked before it is approved, or the reason why not is kept (R1.17). Of what was approved
    nothing changes, in the database too. It may be ended early, from `stopped_on` on, so that another block begins that
    day: on the block's own first day, where it is never to begin.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="funding")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The last day that is paid for.")
    weekly_cost = models.DecimalField("cost a week, in pounds", max_digits=9, decimal_places=2)
    approved_on = models.DateField()
    approved_by = models.CharField("who approved it, and by what authority", max_length=200)
    why = models.TextField("why it was approved")
    health_said = models.TextField("what health said", blank=True)
    education_said = models.TextField("what education said", blank=True)
    why_not_asked = models.TextField("why they were not asked", blank=True)
    stopped_on = models.DateField("ended early on", null=True, blank=True, help_text="The first day not paid for.")
    stop_approved_on = models.DateField("its early end approved on", null=True, blank=True)
    stop_approved_by = models.CharField("who approved its early end", max_length=200, blank=True)
    stop_why = models.TextField("why it ended early", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = FundingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        verbose_name_plural = "funding"
        indexes = [models.Index(fields=["placement", "-starts_on"], name="funding_by_placement")]
        constraints = [
            dated("starts_on", "ends_on", "funding_dated"),
            ExclusionConstraint(
                name="funding_once",
                expressions=[
                    ("placement", RangeOperators.EQUAL),
                    (Func("starts_on", UNTIL, Value("[)"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Some of these days are paid for already. Begin the day after the last of them.",
            ),
            models.CheckConstraint(
                condition=(~Q(health_said="") & ~Q(education_said="")) | ~Q(why_not_asked=""),
                name="funding_asks_health_and_education",
                violation_error_message="Enter what health and education said, or why they were not asked.",
            ),
            models.CheckConstraint(
                condition=Q(weekly_cost__gte=0),
                name="funding_costs_something",
                violation_error_message="The cost a week must be 0 or more.",
            ),
            models.CheckConstraint(
                condition=Q(stopped_on__isnull=True)
                | Q(stopped_on__gte=F("starts_on"), stopped_on__lte=F("ends_on"), stop_approved_on__isnull=False)
                & ~Q(stop_approved_by="")
                & ~Q(stop_why=""),
                name="funding_stopped_within",
                violation_error_message="A block ends early on one of its own days, with who approved that and why.",
            ),
        ]

    @property
    def until(self) -> dt.date:
        """The first day it does not pay for."""
        return self.stopped_on or self.ends_on + dt.timedelta(days=1)


class CrisisCheck(Protected):
    """A step of the crisis clock: what is in place for the child by now, signed at a rank that rises (CPL-07).

    Grace of 48 hours; then at 48 hours, working day 5, and days 14, 28, 56 and 84, and every 28 days after that. What was
    set up for a night drifted for nine months: each step asks whether the crisis has become a placement, or ends.
    """

    class Step(models.TextChoices):
        HOURS_48 = "hours_48", "48 hours"
        DAY_5 = "day_5", "Working day 5"
        DAY_14 = "day_14", "Day 14"
        DAY_28 = "day_28", "Day 28"
        DAY_56 = "day_56", "Day 56"
        DAY_84 = "day_84", "Day 84"
        AGAIN = "again", "Every 28 days after day 84"

    insert_only = True
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="crisis_checks")
    step = models.CharField(max_length=10, choices=Step.choices)
    safeguarding = models.TextField()
    care = models.TextField()
    education = models.TextField()
    health = models.TextField()
    structure = models.TextField("daily structure: routine, boundaries, who is in charge", blank=True)
    way_out = models.TextField("registration, or the way out", blank=True)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfPlacementPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at", "-id"]
        indexes = [models.Index(fields=["placement", "-signed_at"], name="crisis_check_by_placement")]


class NoticeReceived(Protected):
    """A provider, or an agency that supplies carers, says that it will stop, and when (NOT-08).

    It opens the search, the contingency and word to the director of children's services the same day. Giving notice is
    no failing of whoever gives it.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="notices_received")
    from_whom = models.CharField("who gave notice", max_length=150)
    received_at = models.DateTimeField()
    ends_at = models.DateTimeField("when they stop")
    reasons = models.TextField("the reasons they gave")
    response = models.TextField("what the council answered", blank=True)
    responded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField("taken back at", null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfPlacementPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        verbose_name_plural = "notices received"
        indexes = [models.Index(fields=["placement", "-received_at"], name="notice_by_placement")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("received_at")),
                name="notice_ends_after_it_came",
                violation_error_message="They stop after the notice came, not before.",
            )
        ]

    @property
    def hours(self) -> int:
        """How many hours of notice were given."""
        return int((self.ends_at - self.received_at).total_seconds() // 3600)


class CourtTask(Protected):
    """What a court directed, or was promised in a statement: a task with an owner and a day (LEG-07).

    Where the court has somebody else visit the child every so many days, the authority visits at least as often. What will
    not be done in time is told to the court, and how it was told is kept here.
    """

    class Kind(models.TextChoices):
        DIRECTION = "direction", "The court directed it"
        PROMISE = "promise", "The authority promised it to the court"
        VISITING = "visiting", "The court asked somebody else to visit the child"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="court_tasks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    what = models.TextField("what is to be done, as the order or statement says it")
    source = models.CharField("which order or statement", max_length=200)
    made_on = models.DateField("date of the order or statement")
    due_on = models.DateField()
    every_days = models.PositiveSmallIntegerField("how often, in days", null=True, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField(null=True, blank=True)
    evidence = models.TextField("what shows that it is done", blank=True)
    told_on = models.DateField("the court was told on", null=True, blank=True)
    told_how = models.TextField("how the court was told, and what it said", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = CourtTaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["child"], name="court_task_open", condition=Q(done_on__isnull=True))]
        constraints = [
            dated("made_on", "due_on", "court_task_dated"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | ~Q(evidence=""),
                name="court_task_done_with_evidence",
                violation_error_message="Enter what shows that it is done.",
            ),
            models.CheckConstraint(
                condition=Q(told_on__isnull=True) | ~Q(told_how=""),
                name="court_told_says_how",
                violation_error_message="Enter how the court was told.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="visiting") | Q(every_days__gte=1),
                name="court_visiting_says_how_often",
                violation_error_message="Enter how often the court asked for.",
            ),
        ]
