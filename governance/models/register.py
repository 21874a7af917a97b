"""The partnership's register of children in settings nobody registered, its monthly minutes, and who is trained for it."""

from django.db import models
from django.db.models import Q

from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User, dated
from governance.querysets.register import RegisterQuerySet, RoleTrainingQuerySet
from placements.models import Placement


class RegisterEntry(Protected):
    """A child in an unregistered setting, known to the partnership's executive while it lasts (NOT-10).

    No regulator watches such a setting. In the review nobody above the team could have said how many there were.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="register_entries")
    entered_on = models.DateField()
    why = models.TextField("why the child is there, and what is being done to end it")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    left_on = models.DateField("taken off on", null=True, blank=True)
    left_why = models.TextField("why it was taken off", blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = RegisterQuerySet.as_manager()

    class Meta:
        ordering = ["entered_on", "id"]
        verbose_name_plural = "register entries"
        constraints = [
            dated("entered_on", "left_on", "register_entry_dated"),
            models.UniqueConstraint(
                fields=["placement"],
                condition=Q(left_on__isnull=True),
                name="on_the_register_once",
                violation_error_message="This placement is on the register already.",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | ~Q(left_why=""),
                name="register_entry_left_for_a_reason",
                violation_error_message="Enter why it is taken off the register.",
            ),
        ]


class RegisterReview(Protected):
    """The executive's monthly minute about one child on the register: what it asked, and what it was told (R2.2)."""

    insert_only = True
    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="reviews")
    reviewed_on = models.DateField()
    minute = models.TextField()
    asked = models.TextField("what the partnership asks for", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = RegisterQuerySet.as_manager()

    class Meta:
        ordering = ["-reviewed_on", "-id"]


class RoleTraining(Protected):
    """Yearly training: of commissioners and partners in children's social care and in what each agency does (R1.12, R1.13);
    of them and of those who work with the child in how to speak up, and in the LADO's role (R9.3, R10.1)."""

    class Subject(models.TextChoices):
        SOCIAL_CARE = "social_care", "Children’s social care"
        PARTNERS = "partners", "What each partner agency does"
        SPEAKING_UP = "speaking_up", "Escalation and whistleblowing: the policies, and how they differ"
        LADO = "lado", "The LADO’s role, and when to refer"

    insert_only = True
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_training")
    subject = models.CharField(max_length=15, choices=Subject.choices)
    given_on = models.DateField()
    trainer = models.CharField("who gave it", max_length=150)
    evidence = models.TextField("what shows that they were there")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = RoleTrainingQuerySet.as_manager()

    class Meta:
        ordering = ["-given_on", "-id"]
