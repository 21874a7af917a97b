"""Whether a matter of conduct is referred to the LADO: each of them ends in one of two words, by a named person."""

from django.db import models
from django.db.models import F, Q

from core.fields import RecordedAt
from core.models import Authority, Protected, User
from governance.models import Concern
from lado.models.referral import Referral
from lado.querysets import ConductDecisionQuerySet, DecisionReadQuerySet
from staffing.models import AwakeCheck, Carer, StandDownCase


class ConductDecision(Protected):
    """A concern about the conduct of staff, a stand-down or a carer found asleep: referred, or not referred because …

    Kept behind the door. What everybody else reads is the same whichever it was.
    """

    class Answer(models.TextChoices):
        REFERRED = "referred", "Referred to the LADO"
        NOT_REFERRED = "not_referred", "Not referred, because …"

    insert_only = True
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    case = models.OneToOneField(StandDownCase, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    look = models.OneToOneField(AwakeCheck, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(max_length=20, choices=Answer.choices)
    because = models.TextField(blank=True)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    recorded_at = RecordedAt()
    objects = ConductDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-id"]
        indexes = [models.Index(fields=["authority", "-decided_at"], name="conduct_decided")]
        constraints = [
            models.CheckConstraint(
                condition=Q(concern__isnull=False, case__isnull=True, look__isnull=True)
                | Q(concern__isnull=True, case__isnull=False, look__isnull=True)
                | Q(concern__isnull=True, case__isnull=True, look__isnull=False),
                name="conduct_decided_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(answer="referred", referral__isnull=False)
                | Q(answer="not_referred", referral__isnull=True) & ~Q(because=""),
                name="conduct_referred_or_not_because",
                violation_error_message="Say why it is not referred.",
            ),
        ]


class DecisionRead(Protected):
    """A person opened a decision not to refer. Written in the transaction of the reading: no event, no page.

    Kept behind the door and not with the child's file: there it would tell that nobody was referred.
    """

    insert_only = True
    decision = models.ForeignKey(ConductDecision, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = DecisionReadQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]
        indexes = [models.Index(F("decision"), F("recorded_at").desc(), name="decision_read_by_decision")]
