"""Police attendances at a placement: each is counted, so that many are seen as a pattern and not one by one."""

from django.db import models

from core.fields import RecordedAt
from core.models import Protected, User
from placements.models import Placement
from placements.querysets import OfPlacementQuerySet


class PoliceAttendance(Protected):
    """The police came to where the child lives: why, who called them, and what came of it. A finished note."""

    class CalledBy(models.TextChoices):
        STAFF = "staff", "Staff at the placement"
        CHILD = "child", "The child"
        COUNCIL = "council", "Children’s services"
        NEIGHBOUR = "neighbour", "A neighbour or member of the public"
        POLICE = "police", "The police came of their own accord"
        OTHER = "other", "Somebody else"

    insert_only = True
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="police_attendances")
    attended_at = models.DateTimeField()
    called_by = models.CharField("who called them", max_length=10, choices=CalledBy.choices)
    why = models.TextField("why they were called")
    outcome = models.TextField("what came of it", blank=True)
    reference = models.CharField("police reference", max_length=50, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfPlacementQuerySet.as_manager()

    class Meta:
        ordering = ["-attended_at", "-id"]
        indexes = [models.Index(fields=["placement", "-attended_at"], name="police_by_placement")]
