"""Who was asked about the policies on speaking up before they were made, and what changed because of it (R9.3)."""

from django.db import models

from core.fields import RecordedAt
from core.models import Authority, Protected, User
from escalations.querysets.policy import PolicyConsultationQuerySet


class PolicyConsultation(Protected):
    """Staff were asked about one version of a policy."""

    class Policy(models.TextChoices):
        ESCALATION = "escalation", "Escalation of professional concerns"
        WHISTLEBLOWING = "whistleblowing", "Whistleblowing"
        DISPUTE = "dispute", "The reviewing officer’s dispute resolution"
        ALLEGATIONS = "allegations", "Allegations against adults who work with children"

    insert_only = True
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    policy = models.CharField(max_length=15, choices=Policy.choices)
    version = models.CharField(max_length=50)
    held_on = models.DateField("when they were asked")
    who = models.TextField("who was asked, and how many")
    said = models.TextField("what they said")
    changed = models.TextField("what changed because of it, and what did not and why")
    in_force_on = models.DateField("when this version is in force from", null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = PolicyConsultationQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-id"]
