"""Escalations: what somebody must answer in writing, and to whom it goes next where they do not (ESC-01, ESC-02, ESC-05).

While one is open, exactly one person has it, who is free to answer it, and there is an instant at which it moves on by
itself. Everything that happened to it is in its steps.
"""

import datetime as dt

from django.db import models
from django.db.models import F, Q

from children.models import Child, Decision
from core import clock, reasons
from core.fields import RecordedAt
from core.history import tracked
from core.models import Authority, Protected, User
from escalations import ladder
from escalations.querysets.escalation import (
    ConflictQuerySet,
    EscalationFlagQuerySet,
    EscalationQuerySet,
    EscalationStepQuerySet,
)
from governance.models import Action, Concern
from oversight.models import Flag
from placements.models import Placement


class Escalation(Protected):
    """One thing that must be answered, numbered within its council.

    `raised_by` nobody: the sweep raised it, for the flags of one placement. `automatic` also where a guardian’s concern
    became one by itself. `owner` has it since `came_at` and owes the next act by `next_at`.
    """

    class Source(models.TextChoices):
        FLAGS = "flags", "Something overdue"
        CONCERN = "concern", "A concern"
        ACTION = "action", "An action"
        DECISION = "decision", "A decision"
        TEXT = "text", "What somebody wrote"

    class State(models.TextChoices):
        OPEN = "open", "Not answered"
        ANSWERED = "answered", "Answered"
        CLOSED = "closed", "Closed"

    class Closing(models.TextChoices):
        ACCEPTED = "accepted", "Whoever raised it accepted the answer"
        DONE = "done", "What was asked for has been done"
        AGREED = "agreed", "Something else was agreed with whoever raised it"
        FORMAL = "formal", "A formal process has taken it over"
        NOT_SO = "not_so", "It was looked into, and found not to be so"
        CLEARED = "cleared", "Records have cleared every flag it was made of"

    class NoReason(models.TextChoices):
        """What was said instead of acting. None of these answers or closes an escalation."""

        KNOWN = reasons.KNOWN, reasons.LABELS[reasons.KNOWN]
        ALTERNATIVE = reasons.ALTERNATIVE, reasons.LABELS[reasons.ALTERNATIVE]
        SHORT = reasons.SHORT, reasons.LABELS[reasons.SHORT]
        BEST = reasons.BEST, reasons.LABELS[reasons.BEST]

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations")
    placement = models.ForeignKey(
        Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations"
    )
    source = models.CharField("what it began with", max_length=10, choices=Source.choices)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations")
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations")
    what = models.TextField("what is escalated")
    wanted = models.TextField("what is asked for", blank=True)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    automatic = models.BooleanField(default=False)
    raised_at = models.DateTimeField()
    danger = models.BooleanField("somebody is in immediate danger", default=False)
    level = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who has it. Never nobody.")
    came_at = models.DateTimeField(help_text="Since when they have it.")
    next_at = models.DateTimeField(null=True, help_text="When it moves on by itself. Empty only once it is closed.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answered_at = models.DateTimeField(null=True, editable=False)
    shown_at = models.DateTimeField(null=True, editable=False, help_text="When whoever raised it saw the last answer.")
    rejected_at = models.DateTimeField(null=True, editable=False, help_text="Whoever raised it may reject one answer.")
    loops = models.PositiveSmallIntegerField(default=0, help_text="How often it was passed back.")
    moves = models.PositiveIntegerField(default=0, help_text="How often it came to somebody.")
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_because = models.CharField(max_length=10, choices=Closing.choices, blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-id"]
        indexes = [
            models.Index(fields=["next_at"], name="escalation_due", condition=Q(closed_at__isnull=True)),
            models.Index(fields=["owner"], name="escalation_open_by_owner", condition=Q(closed_at__isnull=True)),
            models.Index(F("child"), F("raised_at").desc(), name="escalation_by_child"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["authority", "number"], name="escalation_number_once"),
            models.UniqueConstraint(
                fields=["placement"],
                condition=Q(automatic=True, source="flags", closed_at__isnull=True),
                name="escalation_of_flags_once_a_placement",
            ),
            models.UniqueConstraint(
                fields=["concern"], condition=Q(automatic=True), name="escalation_of_a_guardians_concern_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, next_at__isnull=False, state__in=["open", "answered"], closed_because="")
                | Q(closed_at__isnull=False, next_at__isnull=True, state="closed") & ~Q(closed_because=""),
                name="escalation_moves_on_until_it_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(raised_by__isnull=True, automatic=True, source="flags")
                | Q(raised_by__isnull=False) & ~Q(owner=F("raised_by")),
                name="escalation_is_not_answered_by_whoever_raised_it",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_because="cleared") | Q(answered_at__isnull=False),
                name="escalation_is_answered_before_it_is_closed",
                violation_error_message="An escalation is closed once it was answered in writing.",
            ),
            models.CheckConstraint(
                condition=Q(source="concern", concern__isnull=False)
                | Q(source="action", action__isnull=False)
                | Q(source="decision", decision__isnull=False)
                | Q(source__in=["flags", "text"]),
                name="escalation_has_its_source",
            ),
            models.CheckConstraint(
                condition=~Q(closed_because="cleared") | Q(automatic=True, source="flags"),
                name="escalation_of_flags_alone_is_closed_by_records",
            ),
            models.CheckConstraint(condition=Q(level__range=(1, ladder.TOP)), name="escalation_is_at_a_level"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Escalation {self.number}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_answered(self) -> bool:
        return self.state == self.State.ANSWERED

    @property
    def is_outside(self) -> bool:
        return self.level == ladder.TOP

    @property
    def of_flags(self) -> bool:
        """Whether the sweep made it of flags: then records close it, and answers do not."""
        return self.automatic and self.source == self.Source.FLAGS

    @property
    def is_for_another(self) -> bool:
        """Whether `raised_by` only wrote down what somebody without an account had said."""
        return self.automatic and self.concern is not None and self.concern.raised_by_id is None

    @property
    def at(self) -> ladder.Level:
        return ladder.LEVELS[self.level - 1]

    @property
    def post(self) -> str:
        """As what whoever has it has it, and whether that is for want of anybody of the level."""
        stands_in = self.owner.role not in self.at.roles
        return self.owner.get_role_display() + (", since nobody of this level is free" if stands_in else "")

    @property
    def and_then(self) -> str:
        """What happens to it where it is not settled in time, in words."""
        if self.is_outside:
            return "is asked again, of somebody else at the top where there is one"
        return "goes to the next person up"

    @property
    def last_day(self) -> dt.date | None:
        """The last day on which the next act is on time."""
        return None if self.next_at is None else clock.local_date(self.next_at - dt.timedelta(microseconds=1))

    def is_late(self, *, as_of: dt.datetime) -> bool:
        return self.next_at is not None and self.next_at <= as_of


class EscalationFlag(Protected):
    """A flag an escalation is about. The sweep takes none that is in an open one already; a person may escalate any."""

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="flags")
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    recorded_at = RecordedAt()
    history = tracked()
    objects = EscalationFlagQuerySet.as_manager()

    @classmethod
    def told_of(cls, user: User) -> EscalationFlagQuerySet:
        """Of the escalations this person sees, for a page that says of a flag nothing that tells whose it is."""
        return cls.objects.told_of(user)

    class Meta:
        ordering = ["joined_at", "id"]
        constraints = [models.UniqueConstraint(fields=["escalation", "flag"], name="escalation_has_a_flag_once")]


class ConflictOfInterest(Protected):
    """Somebody to whom an escalation never goes, and why. Never taken back."""

    class Why(models.TextChoices):
        SUBJECT = "subject", "It is about what they did or did not do"
        DECIDED = "decided", "They took the decision it questions"

    insert_only = True
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="conflicts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=10, choices=Why.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = RecordedAt()
    objects = ConflictQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["escalation", "user"], name="escalation_conflict_once")]


class EscalationStep(Protected):
    """One thing that happened to an escalation, and who had it after that. `by` nobody: it happened by itself."""

    class Kind(models.TextChoices):
        RAISED = "raised", "Raised"
        SENT = "sent", "Sent"
        SEEN = "seen", "Opened by whoever has it"
        JOINED = "joined", "Something else overdue was added"
        ANSWERED = "answered", "Answered"
        SHOWN = "shown", "The answer was read by whoever raised it"
        REJECTED = "rejected", "Answer rejected"
        PASSED_BACK = "passed_back", "Passed back"
        CLIMBED = "climbed", "Not settled in time: gone up"
        RANG = "rang", "Not settled in time: asked again"
        OUTSIDE = "outside", "Gone outside"
        REASSIGNED = "reassigned", "Gone to somebody else"
        CONFLICT = "conflict", "Not theirs to answer"
        CLOSED = "closed", "Closed"

    insert_only = True
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField(blank=True)
    level = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    to = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Of a message: to whom."
    )
    message = models.CharField(max_length=200, blank=True, help_text="Of a message: its key in the outbox.")
    rings_at = models.DateTimeField(null=True, blank=True, help_text="Of a message by itself: when it interrupts.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = RecordedAt()
    objects = EscalationStepQuerySet.as_manager()

    @property
    def last_day(self) -> dt.date | None:
        """Of one that came to somebody: the last day for their answer."""
        return None if self.due_at is None else clock.local_date(self.due_at - dt.timedelta(microseconds=1))

    class Meta:
        ordering = ["happened_at", "id"]
        indexes = [
            models.Index(fields=["escalation", "happened_at"], name="escalation_steps"),
            models.Index(fields=["to", "rings_at"], name="escalation_rings", condition=Q(rings_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["escalation", "happened_at"],
                condition=Q(by__isnull=True, kind__in=["climbed", "rang"]),
                name="escalation_climbs_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["message"], condition=Q(rings_at__isnull=False), name="escalation_message_once"
            ),
        ]
