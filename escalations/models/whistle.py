"""Reports of wrongdoing by the protected route (ESC-06): who reads them, and who made them, kept apart.

Nothing here leads from a report to whoever made it but one table, which is never read for anybody else unless they
allow it. A report has no author, neither have the steps its maker takes, and its history names nobody for them.
"""

from django.db import models
from django.db.models import F, Q

from children.models import Child
from core.fields import RecordedAt
from core.history import tracked
from core.models import Authority, Protected, User
from escalations.querysets.whistle import IdentityQuerySet, IdentityReadQuerySet, WhistleQuerySet


class WhistleReport(Protected):
    """Something wrong, told to one person outside line management, whom its maker chose."""

    class Outcome(models.TextChoices):
        PUT_RIGHT = "put_right", "It was so, and has been put right"
        PARTLY = "partly", "Part of it was so, and that has been put right"
        NOT_FOUND = "not_found", "It was looked into independently, and not found"
        OUTSIDE = "outside", "A body outside has taken it over"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who alone reads it.")
    then_reader = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whom its maker chose to have it where the reader does not say in time that they have it.",
    )
    what = models.TextField("what is wrong")
    about = models.TextField("whom or what it is about, and where")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    may_be_known = models.BooleanField("its reader may know who made it", default=False)
    raised_at = models.DateTimeField()
    acknowledge_by = models.DateField(help_text="The last day for its reader to say that they have it.")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = WhistleQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-id"]
        verbose_name = "protected report"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | Q(closed_at__isnull=False, answered_at__isnull=False) & ~Q(outcome=""),
                name="whistle_closed_after_an_answer",
                violation_error_message="A report is closed with an outcome, once whoever made it was answered.",
            ),
            models.CheckConstraint(
                condition=Q(then_reader__isnull=True) | ~Q(then_reader=F("reader")), name="whistle_goes_on_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"Protected report {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class WhistleIdentity(Protected):
    """Who made a report: sealed. Read for its maker to follow it, and for its reader where its maker allows it."""

    insert_only = True
    report = models.OneToOneField(WhistleReport, on_delete=models.PROTECT, related_name="+")
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = IdentityQuerySet.as_manager()


class IdentityRead(Protected):
    """That the seal was opened, by whom and when. Whoever made the report sees it."""

    insert_only = True
    report = models.ForeignKey(WhistleReport, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = IdentityReadQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "id"]


class WhistleStep(Protected):
    """One thing said about a report. `by` nobody: whoever made it."""

    class Kind(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", "Received"
        DONE = "done", "What is being done"
        ANSWERED = "answered", "Answer to whoever made it"
        ADDED = "added", "Added by whoever made it"
        ALLOWED = "allowed", "Whoever made it may be known"
        SEALED = "sealed", "Whoever made it is not to be known"
        PASSED = "passed", "Given to another reader by whoever made it"
        WENT_ON = "went_on", "Not received in time: gone to the next reader whoever made it had chosen"
        CLOSED = "closed", "Closed"

    insert_only = True
    report = models.ForeignKey(WhistleReport, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = RecordedAt()
    objects = WhistleQuerySet.as_manager()

    class Meta:
        ordering = ["happened_at", "id"]
