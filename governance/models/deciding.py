"""Contact by senior managers and commissioners with a child."""

from django.db import models
from django.db.models import Q

from children.models import Child
from core.access import Role
from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User
from governance.querysets.deciding import SeniorContactQuerySet


class SeniorContact(Protected):
    """A call, visit or message between a child and a senior manager or commissioner (rule DEC-03).

    Whoever knows of it may report it; whoever had it writes what was said and promised, the same day; the child's social
    worker sees it, and answers for what was promised. It is on record once `written_at`, and shared once `seen_at`. Where
    whoever had it has no account any more, the head of service says why it cannot be written.
    """

    SENIOR = (Role.COMMISSIONER, Role.HEAD_OF_SERVICE, Role.DIRECTOR, Role.DCS)

    class How(models.TextChoices):
        CALL = "call", "Call"
        VISIT = "visit", "Visit"
        MESSAGE = "message", "Text or message"
        VIDEO = "video", "Video call"
        OTHER = "other", "Another way"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="senior_contacts")
    who = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    how = models.CharField(max_length=10, choices=How.choices)
    said = models.TextField("what was said", blank=True)
    promised = models.TextField("what was promised", blank=True)
    who_agreed = models.TextField("who agreed to it", blank=True)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(null=True, blank=True)
    unwritten_at = models.DateTimeField("said at that it cannot be written", null=True, blank=True)
    unwritten_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unwritten_why = models.TextField("why it cannot be written", blank=True)
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField("what the social worker does about it", blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = SeniorContactQuerySet.as_manager()

    @property
    def is_settled(self) -> bool:
        """Whether there is something for the social worker to see: what was said, or why it cannot be written."""
        return bool(self.written_at or self.unwritten_at)

    class Meta:
        ordering = ["-occurred_at", "-id"]
        indexes = [models.Index(fields=["child", "-occurred_at"], name="senior_contact_by_child")]
        constraints = [
            models.CheckConstraint(
                condition=Q(written_at__isnull=True) | ~Q(said=""),
                name="senior_contact_says_what_was_said",
                violation_error_message="Enter what was said.",
            ),
            models.CheckConstraint(
                condition=Q(promised="") | ~Q(who_agreed=""),
                name="senior_contact_says_who_agreed",
                violation_error_message="Enter who agreed to what was promised.",
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True)
                | Q(seen_by__isnull=False) & (Q(written_at__isnull=False) | Q(unwritten_at__isnull=False)),
                name="senior_contact_seen_once_written",
                violation_error_message="It can be seen once it is written.",
            ),
            models.CheckConstraint(
                condition=Q(unwritten_at__isnull=True) | Q(unwritten_by__isnull=False) & ~Q(unwritten_why=""),
                name="senior_contact_unwritten_says_why",
                violation_error_message="Enter why it cannot be written.",
            ),
        ]
