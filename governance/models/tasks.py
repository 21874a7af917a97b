"""What is to be done: an action has a person, a day and a measure, or it is not an action (MTG-02)."""

from django.db import models
from django.db.models import Q

from children.models import Child
from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User
from governance import codes
from governance.models.meetings import WORDS, Meeting, MeetingSeries
from governance.querysets.meetings import ActionQuerySet, OfActionQuerySet


class Issue(Protected):
    """What several actions, of one meeting after another, are about: so that what comes back again and again is seen."""

    insert_only = True
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="issues")
    series = models.ForeignKey(MeetingSeries, on_delete=models.PROTECT, null=True, related_name="issues")
    section = models.CharField(max_length=20, choices=codes.SECTIONS)
    what = models.CharField(max_length=200)
    raised_at = models.DateTimeField()
    recorded_at = RecordedAt()
    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["what", "id"]

    def __str__(self) -> str:
        return self.what


class Action(Protected):
    """One thing one person is to do for a child by a day, and how everybody will know that it is done.

    Closed with evidence. A new day is a re-dating, kept with its reason and counted: two are drift (MTG-04).
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="actions")
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="actions", help_text="Where it was born."
    )
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="actions")
    what = models.TextField("what is to be done")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="actions")
    due_on = models.DateField("by when")
    measure = models.TextField("how we shall know that it is done")
    agreed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    evidence = models.TextField("what shows that it is done", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["child", "due_on"], name="action_open", condition=Q(closed_at__isnull=True)),
            models.Index(fields=["owner", "due_on"], name="action_open_by_owner", condition=Q(closed_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__regex=WORDS) & Q(measure__regex=WORDS),
                name="action_says_what_and_how",
                violation_error_message="An action says what is to be done, and how we shall know that it is.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | (Q(evidence__regex=WORDS) & Q(closed_by__isnull=False)),
                name="action_closed_with_evidence",
                violation_error_message="An action is closed with what shows that it is done.",
            ),
        ]

    def __str__(self) -> str:
        return self.what


class ActionRedating(Protected):
    """An action was given another day, and why. Never taken back, and counted."""

    insert_only = True
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="redatings")
    from_on = models.DateField("from")
    to_on = models.DateField("to")
    why = models.TextField()
    redated_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfActionQuerySet.as_manager()

    class Meta:
        ordering = ["redated_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(why__regex=WORDS),
                name="redating_says_why",
                violation_error_message="Say why it is given another day.",
            )
        ]
