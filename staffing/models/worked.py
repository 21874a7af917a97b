"""The shift as it was worked: who was really there and where, awake or not, what was handed over, and who looked into it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q

from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User
from placements.models import Hours
from staffing.models.carers import Carer
from staffing.models.rota import Shift
from staffing.querysets import OfShiftQuerySet


class Presence(Protected):
    """Somebody was at a placement during a shift, in one place, from an instant until an instant.

    Anyone can be recorded: on the rota or not, stood down, unknown, or a visitor. What has happened is always
    recordable. Moving (out to a car, back in) ends one row and begins another. Only `inside` counts towards the ratio.
    Children's Homes (England) Regulations 2015 Schedule 4 paras 2 to 5, by analogy elsewhere.
    """

    class Kind(models.TextChoices):
        CARER = "carer", "Carer"
        VISITOR = "visitor", "Visitor"

    class Where(models.TextChoices):
        INSIDE = "inside", "Inside, and able to see the child"
        OUT_WITH_CHILD = "out_with_child", "Out, with the child"
        ELSEWHERE_INSIDE = "elsewhere_inside", "Inside, but not able to see the child"
        OUTSIDE = "outside", "Outside the house"
        CAR = "car", "In a car"

    COUNTS = (Where.INSIDE, Where.OUT_WITH_CHILD)

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="presences")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CARER)
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, null=True, blank=True, related_name="presences")
    name = models.CharField("name, if they are not on record", max_length=150, blank=True)
    organisation = models.CharField("from which organisation", max_length=150, blank=True)
    where = models.CharField("where they were", max_length=20, choices=Where.choices, default=Where.INSIDE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    put_right_at = models.DateTimeField(
        "last corrected", null=True, blank=True, help_text="A review made before that did not look at it as it is now."
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfShiftQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["carer", "-starts_at"], name="presence_by_carer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="presence_of_some_time",
                violation_error_message="The time they left must be after the time they came.",
            ),
            models.CheckConstraint(
                condition=Q(carer__isnull=True) ^ Q(name=""),
                name="presence_of_somebody",
                violation_error_message="Select a carer, or enter the name of somebody who is not on record.",
            ),
            models.CheckConstraint(
                condition=Q(kind="carer") | Q(carer__isnull=True),
                name="visitor_by_name",
            ),
            ExclusionConstraint(
                name="in_one_place_at_once",
                expressions=[
                    ("shift", RangeOperators.EQUAL),
                    ("carer", RangeOperators.EQUAL),
                    (Hours("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(carer__isnull=False),
                violation_error_message="This carer is already recorded as being there at some of that time.",
            ),
        ]


class AwakeCheck(Protected):
    """On a waking night: somebody was looked at, at an instant, and was awake or asleep. Signed by who looked.

    Anyone who is there can be looked at: as for a presence, a carer on record or the name of somebody who is not.
    """

    class State(models.TextChoices):
        AWAKE = "awake", "Awake"
        ASLEEP = "asleep", "Asleep"

    insert_only = True
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="awake_checks")
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, null=True, blank=True, related_name="awake_checks")
    name = models.CharField("name, if they are not on record", max_length=150, blank=True)
    checked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    witnessed_by = models.CharField("seen by", max_length=150)
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfShiftQuerySet.as_manager()

    class Meta:
        ordering = ["checked_at", "id"]
        indexes = [
            models.Index(fields=["shift", "carer", "checked_at"], name="awake_check_by_shift"),
            models.Index(fields=["shift"], name="awake_check_asleep", condition=Q(state="asleep")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(carer__isnull=True) ^ Q(name=""),
                name="awake_check_of_somebody",
                violation_error_message="Select a carer, or enter the name of somebody who is not on record.",
            )
        ]

    @property
    def called(self) -> str:
        return str(self.carer) if self.carer else self.name


class Handover(Protected):
    """What one shift told the next, and who received it. Never edited."""

    insert_only = True
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="handovers")
    to = models.CharField("handed over to", max_length=150)
    text = models.TextField("what they need to know")
    occurred_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfShiftQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at"]


class LogCause(Protected):
    """Why a shift has no daily log. The log stays owed: this says what happened, and does not replace it."""

    class Cause(models.TextChoices):
        FORGOTTEN = "forgotten", "It was not written"
        NOBODY = "nobody", "Nobody who writes logs was on the shift"
        NO_ACCESS = "no_access", "The system or a device could not be used"
        AWAY = "away", "The child was not at the placement"
        ON_PAPER = "on_paper", "It was written on paper and not yet entered"
        OTHER = "other", "Something else"

    insert_only = True
    shift = models.OneToOneField(Shift, on_delete=models.PROTECT, related_name="log_cause")
    cause = models.CharField(max_length=12, choices=Cause.choices)
    explanation = models.TextField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfShiftQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]


class ShiftReview(Protected):
    """Somebody who answers for the child looked into what went wrong on a shift: what was found, and what was done.

    What happened cannot be undone; this is the record that ends its flags (STF-01, 06, 07, 08, 09 as worked).
    """

    insert_only = True
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="reviews")
    found = models.TextField("what you found")
    done = models.TextField("what was done about it")
    reviewed_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfShiftQuerySet.as_manager()

    class Meta:
        ordering = ["-reviewed_at"]
        indexes = [models.Index(fields=["shift", "-reviewed_at"], name="review_by_shift")]
