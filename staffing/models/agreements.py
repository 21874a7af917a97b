"""What was agreed for a placement: with each agency, how many staff, of what kind; and the team's own reflection."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from children.models import days_covered
from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User, dated
from placements.models import Placement, Provider
from staffing.querysets import OfRotaQuerySet

# Twelve weeks: enough to recruit, check and induct staff of the home's own. Whoever has worked longer in one role through
# an agency is by law to be paid as if employed there (Agency Workers Regulations 2010 regs 5 and 7): that is no stopgap.
REPLACED_WITHIN = dt.timedelta(days=84)


class AgencyAgreement(Protected):
    """An agency supplies carers to a placement, and what was agreed: who supervises, trains, disciplines and reports.

    The row exists from the day the agency supplies; it is signed later, or is overdue (STF-10, CPL-05). In the review
    two agencies supplied staff for nine months and each thought that somebody else was in charge of them.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="agreements")
    agency = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="agreements")
    started_on = models.DateField("supplies carers from")
    ended_on = models.DateField("until", null=True, blank=True)
    supervises = models.CharField("who supervises its carers", max_length=200, blank=True)
    trains = models.CharField("who trains them", max_length=200, blank=True)
    disciplines = models.CharField("who disciplines them", max_length=200, blank=True)
    reports_to_lado = models.CharField("who reports a concern to the LADO", max_length=200, blank=True)
    hands_over = models.CharField("who receives the daily handover", max_length=200, blank=True)
    outcomes = models.TextField("what its carers are to achieve for this child", blank=True)
    signed_on = models.DateField(null=True, blank=True)
    signed_for_agency = models.CharField("signed for the agency by", max_length=150, blank=True)
    signed_for_council = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    expires_on = models.DateField("runs until", null=True, blank=True, help_text="The last day it has effect.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfRotaQuerySet.as_manager()

    class Meta:
        ordering = ["agency", "-started_on"]
        constraints = [
            dated("started_on", "ended_on", "agreement_dated"),
            dated("signed_on", "expires_on", "agreement_signed_before_it_expires"),
            ExclusionConstraint(
                name="one_agreement_with_an_agency",
                expressions=[
                    ("placement", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    (days_covered(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This agency already supplies this placement on some of these days.",
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True)
                | (
                    ~Q(signed_for_agency="")
                    & Q(signed_for_council__isnull=False)
                    & Q(expires_on__isnull=False)
                    & ~Q(supervises="")
                    & ~Q(trains="")
                    & ~Q(disciplines="")
                    & ~Q(reports_to_lado="")
                    & ~Q(hands_over="")
                ),
                name="signed_agreement_says_who",
                violation_error_message="A signed agreement says who supervises, trains, disciplines, reports to the LADO "
                "and receives the handover, who signed it, and until when it runs.",
            ),
        ]


class StaffingPlan(Protected):
    """How many staff the child is to have with them, from an instant on, as the order or the plan says.

    A later row with lower numbers is a step-down, and never a breach. Without any row the order's own ratio stands.
    """

    insert_only = True
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="staffing_plans")
    effective_from = models.DateTimeField()
    by_day = models.PositiveSmallIntegerField("staff by day")
    by_night = models.PositiveSmallIntegerField("waking staff by night")
    sleeping_in = models.PositiveSmallIntegerField("staff sleeping in", default=0)
    source = models.CharField("what it rests on", max_length=200, help_text="The order, the plan, the meeting.")
    why = models.TextField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfRotaQuerySet.as_manager()

    class Meta:
        ordering = ["-effective_from", "-id"]
        indexes = [models.Index(fields=["placement", "-effective_from"], name="staffing_plan_by_placement")]


class StaffType(Protected):
    """What kind of staff a child needs, and why these: looked at again every four weeks (STF-13)."""

    insert_only = True
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="staff_types")
    reviewed_on = models.DateField()
    staff_type = models.CharField("the kind of staff", max_length=200)
    need = models.TextField("the assessed need they are to meet")
    why = models.TextField("why this kind of staff")
    advice = models.TextField("what CAMHS or another clinician advised")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfRotaQuerySet.as_manager()

    class Meta:
        ordering = ["-reviewed_on", "-id"]


class ReplacementPlan(Protected):
    """An agency's carers stay with a child for now: why, who takes their place, and the last day on which any of them works.

    The review's child would move only if the same staff came with her. They did, and nobody had said until when. A further
    plan takes the place of the one before, which stays on record: how often the day was put off can be counted.
    """

    insert_only = True
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="replacement_plans")
    agency = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField()
    why = models.TextField("why they stay for now")
    replaced_by = models.TextField("who takes their place, and how")
    last_day = models.DateField("the last day any of them works here")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfRotaQuerySet.as_manager()

    class Meta:
        ordering = ["-made_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gt=F("made_on"), last_day__lte=F("made_on") + REPLACED_WITHIN),
                name="replaced_within_weeks",
                violation_error_message="The last day must be after the plan is made, and within 84 days of it.",
            )
        ]


class ReflectiveSession(Protected):
    """The people round a child think together about what her life is like there, with more than one agency present."""

    insert_only = True
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="reflective_sessions")
    held_on = models.DateField()
    led_by = models.CharField("who led it", max_length=150)
    agencies = models.TextField("who was there, and from which agencies")
    reflection = models.TextField("what was thought, with the child at the centre")
    agreed = models.TextField("what will change")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfRotaQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-id"]
