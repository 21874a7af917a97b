"""The rota as planned: shifts, who is put on them, and what was asked for and answered."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q

from children.models import Decision
from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User, together
from placements.models import Hours, Placement, Provider
from staffing.models.carers import Carer
from staffing.querysets import AssignmentQuerySet, OfShiftQuerySet, RotaRequestQuerySet, ShiftQuerySet

LONGEST_SHIFT = dt.timedelta(hours=25)


class Shift(Protected):
    """A stretch of care at a placement that some carers are to work together. A draft until it is published.

    One carer leads it and answers for everybody on it, whichever agency they come from. `version` goes up with every
    change to the shift or to who is on it, so that two people changing it at once do not undo each other's work.
    """

    class Kind(models.TextChoices):
        DAY = "day", "Day"
        WAKING_NIGHT = "waking_night", "Waking night"
        SLEEP_IN = "sleep_in", "Sleep-in"

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="shifts")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    leader = models.ForeignKey(Carer, on_delete=models.PROTECT, null=True, blank=True, related_name="led_shifts")
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_why = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    recorded_at = RecordedAt()
    history = tracked()
    objects = ShiftQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "kind"]
        indexes = [models.Index(F("placement"), F("starts_at").desc(), name="shift_by_placement")]
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "kind", "starts_at"],
                condition=Q(cancelled_at__isnull=True),
                name="shift_once",
                violation_error_message="There is already a shift of that kind starting at that time.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST_SHIFT),
                name="shift_of_some_hours",
                violation_error_message="A shift must end after it starts, and within a day.",
            ),
            models.CheckConstraint(
                condition=together("published_at", "published_by"),
                name="published_by_somebody",
            ),
        ]


class Assignment(Protected):
    """A carer put on a shift, through an agency, for all of it or part. Taken off, the row stays and says why.

    The database refuses two at once for one carer, anyone stood down, and anyone whose checks are not complete and in
    date, whoever asks and however (see staffing/migrations/0002_gates.py).
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="assignments")
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="assignments")
    agency = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    put_on_at = models.DateTimeField(null=True, help_text="When they were put on it; none where no action did it.")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_why = models.CharField(max_length=200, blank=True)
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["carer", "-starts_at"], name="assignment_by_carer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="assignment_of_some_time",
                violation_error_message="It must end after it starts.",
            ),
            ExclusionConstraint(
                name="one_shift_at_once",
                expressions=[
                    ("carer", RangeOperators.EQUAL),
                    (Hours("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(removed_at__isnull=True),
                violation_error_message="This carer is already on another shift at some of that time.",
            ),
        ]


class Swap(Protected):
    """One carer for another on a published shift: asked for with a reason, and decided by somebody entitled to.

    Where the child asked, an adult says what that means for her safety, and the decision goes on her own record.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waiting for a decision"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="swaps")
    outgoing = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="+")
    incoming = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    agency = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reason = models.TextField()
    child_asked = models.BooleanField("the child asked for it")
    analysis = models.TextField("what the child’s wish tells us, and what it means for risk", blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_why = models.TextField(blank=True)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfShiftQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(child_asked=False) | ~Q(analysis=""),
                name="childs_wish_is_analysed",
                violation_error_message="Say what the child’s wish tells us, and what it means for risk.",
            ),
            models.CheckConstraint(
                condition=Q(state="asked") | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False)),
                name="swap_decided_by_somebody",
            ),
        ]


class RotaRequest(Protected):
    """“Take this carer off the rota”: asked in the system, to be confirmed as done within 24 hours, and seen by the asker.

    It is done when the carer is on no shift to come with the child, and not when somebody says so. It goes with the child
    to the next placement, and binds until it is withdrawn: whoever is put on a shift after it was put back.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="rota_requests")
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="rota_requests")
    reason = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_note = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = models.TextField(blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = RotaRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "carer"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_request_a_carer",
                violation_error_message="There is already an open request to take this carer off this rota.",
            ),
            models.CheckConstraint(condition=together("done_at", "done_by"), name="request_done_by_somebody"),
            models.CheckConstraint(
                condition=together("withdrawn_at", "withdrawn_by"), name="request_withdrawn_by_somebody"
            ),
        ]
