"""The reviewing officer's dispute resolution, and referrals to Cafcass (ESC-03).

A dispute is informal first. Made formal, it must be answered by a day, goes up by itself where it is not, and is over when
the reviewing officer says so and nobody else. Cafcass can be asked at any point, with a dispute or without one.
"""

import datetime as dt

from django.db import models
from django.db.models import F, Q

from children.models import Child
from core import clock
from core.fields import RecordedAt
from core.history import tracked
from core.models import Authority, Protected, User, together
from escalations.querysets.dispute import DisputeQuerySet, OfDisputesQuerySet
from governance.models import Concern


class Dispute(Protected):
    """What an independent reviewing officer disputes about a child's care plan, and who owes an answer.

    `answerer` owes it, never nobody; `due_on` is the last day of the answer owed now. While the officer has an answer to
    look at, `answered_at` says since when. Everything that was said is in its steps.
    """

    class Resolution(models.TextChoices):
        DONE = "done", "What was asked for has been done, and I know how I know"
        AGREED = "agreed", "Something else was agreed that is as good for the child"
        COURT = "court", "Cafcass or the court has taken it over"
        DROPPED = "dropped", "I no longer ask for it, for the reasons given"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    concern = models.ForeignKey(
        Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The officer’s own concern that nothing came of, where it began with one.",
    )  # fmt: skip
    about = models.TextField("what is disputed")
    wanted = models.TextField("what is asked for")
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    informal_at = models.DateTimeField()
    formal_at = models.DateTimeField(null=True, blank=True)
    level = models.PositiveSmallIntegerField(help_text="How far up it is: 1 the team’s manager to 4 the director.")
    answerer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who owes the answer.")
    due_on = models.DateField(null=True, blank=True, help_text="The last day for the answer owed now.")
    alert_due_on = models.DateField(null=True, blank=True, help_text="The last day for the first answer.")
    ends_on = models.DateField(null=True, blank=True, help_text="The last day for all of it.")
    alert_answered_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=10, choices=Resolution.choices, blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-informal_at", "-id"]
        indexes = [
            models.Index(F("child"), F("informal_at").desc(), name="dispute_by_child"),
            models.Index(fields=["due_on"], name="dispute_owed", condition=Q(resolved_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["authority", "number"], name="dispute_number_once"),
            models.CheckConstraint(condition=together("formal_at", "ends_on"), name="dispute_formal_has_an_end"),
            models.CheckConstraint(condition=together("formal_at", "alert_due_on"), name="dispute_formal_has_a_clock"),
            models.CheckConstraint(
                condition=Q(formal_at__isnull=True)
                | Q(due_on__isnull=False)
                | Q(answered_at__isnull=False)
                | Q(resolved_at__isnull=False),
                name="dispute_is_always_owed_something",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolution="") | Q(resolved_at__isnull=False) & ~Q(resolution=""),
                name="dispute_is_over_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | Q(formal_at__isnull=True) | Q(alert_answered_at__isnull=False),
                name="dispute_is_answered_before_it_is_over",
                violation_error_message="A formal dispute is over once it was answered in writing.",
            ),
        ]

    def __str__(self) -> str:
        return f"Dispute {self.number}"

    @property
    def begun_on(self) -> dt.date:
        return clock.local_date(self.informal_at)

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def is_formal(self) -> bool:
        return self.formal_at is not None

    @property
    def owes_answer(self) -> bool:
        """Whether an answer is owed now; else the reviewing officer is next, or nobody."""
        return self.is_open and self.is_formal and self.answered_at is None


class DisputeStep(Protected):
    """One thing said or done about a dispute, and to whom it was then. `by` nobody: it happened by itself."""

    class Kind(models.TextChoices):
        INFORMAL = "informal", "Raised informally"
        NOTE = "note", "What was said"
        FORMAL = "formal", "Made formal"
        ANSWERED = "answered", "Answered"
        NOT_ENOUGH = "not_enough", "Not enough for the reviewing officer"
        WENT_UP = "went_up", "Not answered in time, and gone up"
        RAN_OUT = "ran_out", "The time for all of it has run out"
        PASSED = "passed", "Passed to whoever holds the post now"
        RESOLVED = "resolved", "Over"

    insert_only = True
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField(blank=True)
    level = models.PositiveSmallIntegerField()
    answerer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = RecordedAt()
    objects = OfDisputesQuerySet.as_manager()

    class Meta:
        ordering = ["happened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "kind", "level", "happened_at"],
                condition=Q(by__isnull=True),
                name="dispute_moves_by_itself_once",
            )
        ]


class CafcassReferral(Protected):
    """A reviewing officer asked Cafcass to look at a child's case: at any point, and with nobody's leave."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    why = models.TextField()
    sent = models.TextField("how it reached Cafcass, and what was sent")
    referred_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    referred_at = models.DateTimeField()
    answer = models.TextField("what Cafcass answered", blank=True)
    answered_on = models.DateField(null=True, blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfDisputesQuerySet.as_manager()

    class Meta:
        ordering = ["-referred_at", "-id"]
        verbose_name = "referral to Cafcass"
        verbose_name_plural = "referrals to Cafcass"
        indexes = [models.Index(F("child"), F("referred_at").desc(), name="cafcass_by_child")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, answer="") | Q(answered_on__isnull=False) & ~Q(answer=""),
                name="cafcass_answer_has_a_day",
                violation_error_message="Enter what Cafcass answered, and when.",
            )
        ]
