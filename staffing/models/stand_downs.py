"""Stand-downs: a carer who may not be deployed, anywhere, until three people lift it.

What binds everybody (`StandDown`) is kept apart from why (`StandDownCase`): the first reads the same whatever the
reason, and crosses councils; the second never does.
"""

from django.db import models
from django.db.models import Q

from core.fields import RecordedAt
from core.history import tracked
from core.models import Authority, Protected, User
from placements.models import Placement
from staffing.models.carers import Carer
from staffing.querysets import CaseQuerySet, OfCarerQuerySet, OfCaseQuerySet


class StandDown(Protected):
    """A carer may be put on no shift from an instant until it is lifted: at every placement, through every agency.

    The database refuses an overlapping planned shift, and a lift that three people have not approved. Several may stand
    at once, and each is lifted by itself.
    """

    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="stand_downs")
    starts_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfCarerQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        indexes = [
            models.Index(fields=["carer"], name="stand_down_by_carer", condition=Q(lifted_at__isnull=True)),
        ]

    # What everybody else is told, word for word the same for every reason.
    NOTICE = (
        "This carer must not be deployed until further notice. This is a neutral act and says nothing about the reason."
    )
    ACTOR = "Safeguarding"


class StandDownCase(Protected):
    """Why, where it arose and who may lift it: for the council it arose in, and there for few."""

    stand_down = models.OneToOneField(StandDown, on_delete=models.PROTECT, related_name="case")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField()
    stood_down_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    held = models.BooleanField(default=False, help_text="While held, lifting is refused.")
    held_why = models.TextField(blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]


class Lift(Protected):
    """A proposal to lift one stand-down, with its reason. It takes effect with the third seat's approval."""

    case = models.ForeignKey(StandDownCase, on_delete=models.PROTECT, related_name="lifts")
    reason = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_lift_at_a_time",
                violation_error_message="Lifting is already proposed. Approve that proposal, or withdraw it first.",
            )
        ]


class LiftApproval(Protected):
    """One of the three approvals a lift needs: three seats, three accounts."""

    class Seat(models.TextChoices):
        SAFEGUARDING = "safeguarding", "LADO or safeguarding lead"
        SOCIAL_WORKER = "social_worker", "Social worker"
        PLACEMENT_MANAGER = "placement_manager", "Placement manager"

    insert_only = True
    lift = models.ForeignKey(Lift, on_delete=models.PROTECT, related_name="approvals")
    seat = models.CharField(max_length=20, choices=Seat.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    approved_at = models.DateTimeField()
    recorded_at = RecordedAt()
    objects = OfCaseQuerySet.as_manager()

    class Meta:
        ordering = ["approved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lift", "seat"],
                name="one_approval_a_seat",
                violation_error_message="Somebody has already approved in that seat.",
            ),
            models.UniqueConstraint(
                fields=["lift", "by"],
                name="three_different_people",
                violation_error_message="You have already approved this in another seat. Each takes a different person.",
            ),
        ]
