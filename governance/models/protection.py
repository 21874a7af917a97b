"""Child protection: strategy discussions, section 47 enquiries, and serious harm of which others must be told.

A strategy discussion may be asked for by anybody who works with the child. Whoever asked is told the answer, and reads
nothing else of it.
"""

from django.db import models
from django.db.models import F, Q

from children.models import Child
from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User
from governance.models.concerns import Concern
from governance.querysets.protection import ProtectionQuerySet
from placements.models import Placement


class StrategyDiscussion(Protected):
    """Asked for, and then held or declined, with reasons, and an answer to whoever asked (Children Act 1989 s47).

    `placement` is where the child lived when it was asked for. `reasons` are the council's own; `answer` is what whoever
    asked for it reads.
    """

    class Outcome(models.TextChoices):
        ENQUIRY = "enquiry", "Section 47 enquiry"
        SINGLE = "single", "Assessment by children’s services alone"
        NONE = "none", "Nothing further"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="strategy_discussions", db_index=False)
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    why = models.TextField("why it is asked for")
    held_at = models.DateTimeField(null=True, blank=True)
    chair = models.CharField(max_length=150, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    reasons = models.TextField(blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField("what whoever asked is told", blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = ProtectionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(F("child"), F("asked_at").desc(), name="strategy_by_child")]
        constraints = [
            models.CheckConstraint(
                condition=Q(held_at__isnull=True)
                | ~Q(chair="") & ~Q(outcome="") & ~Q(reasons="") & Q(answered_by__isnull=False),
                name="strategy_held_has_an_outcome",
                violation_error_message="Enter who chaired it, what was decided, and why.",
            ),
            models.CheckConstraint(
                condition=Q(declined_at__isnull=True)
                | Q(held_at__isnull=True, answered_by__isnull=False) & ~Q(reasons="") & ~Q(answer=""),
                name="strategy_declined_for_a_reason",
                violation_error_message="Enter why it is not held, and what whoever asked is told.",
            ),
        ]

    def __str__(self) -> str:
        return f"Strategy discussion {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.held_at is None and self.declined_at is None


class StrategyConcern(Protected):
    """A concern that a strategy discussion was asked for, or held, about."""

    insert_only = True
    discussion = models.ForeignKey(StrategyDiscussion, on_delete=models.PROTECT, related_name="about")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = ProtectionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["discussion", "concern"], name="strategy_about_a_concern_once")]


class StrategyAttendee(Protected):
    """Who was at a strategy discussion, and for whom. Without social care, police and health there is none."""

    class Agency(models.TextChoices):
        SOCIAL_CARE = "social_care", "Children’s services"
        POLICE = "police", "Police"
        HEALTH = "health", "Health"
        OTHER = "other", "Others"

    NEEDED = (Agency.SOCIAL_CARE, Agency.POLICE, Agency.HEALTH)

    insert_only = True
    discussion = models.ForeignKey(StrategyDiscussion, on_delete=models.PROTECT, related_name="attendees")
    agency = models.CharField(max_length=15, choices=Agency.choices)
    who = models.CharField("their names and posts", max_length=300)
    recorded_at = RecordedAt()
    objects = ProtectionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["discussion", "agency"], name="strategy_agency_once")]


class Enquiry(Protected):
    """A section 47 enquiry, which began with a strategy discussion: its assessment, and whether there is a conference."""

    discussion = models.OneToOneField(StrategyDiscussion, on_delete=models.PROTECT, related_name="enquiry")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="enquiries")
    started_on = models.DateField()
    assessed_on = models.DateField("day the assessment was finished", null=True, blank=True)
    found = models.TextField("what the assessment found", blank=True)
    conference_on = models.DateField("day of the child protection conference", null=True, blank=True)
    no_conference_on = models.DateField("day it was decided that none is needed", null=True, blank=True)
    no_conference_because = models.TextField("why no conference is needed", blank=True)
    no_conference_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = ProtectionQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on", "-id"]
        verbose_name_plural = "enquiries"
        constraints = [
            models.CheckConstraint(
                condition=(Q(assessed_on__isnull=True) | Q(assessed_on__gte=F("started_on")) & ~Q(found=""))
                & (Q(conference_on__isnull=True) | Q(conference_on__gte=F("started_on"))),
                name="enquiry_begins_first",
                violation_error_message="The end cannot be before the start.",
            ),
            models.CheckConstraint(
                condition=Q(no_conference_on__isnull=True)
                | Q(no_conference_by__isnull=False) & ~Q(no_conference_because=""),
                name="no_conference_has_a_reason",
                violation_error_message="Enter why no conference is needed.",
            ),
        ]

    @property
    def conference_settled(self) -> bool:
        return self.conference_on is not None or self.no_conference_on is not None


class SeriousHarmNotice(Protected):
    """Serious harm with abuse or neglect known or suspected: whether others must be told, and when each was.

    Children Act 2004 s16C. `aware_at` is when the council became aware; `concern` the one it came with, where it did.
    """

    TOLD = {"panel_told_at": "the Panel", "ofsted_told_at": "Ofsted", "partners_told_at": "the safeguarding partners"}

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="serious_harm_notices")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    aware_at = models.DateTimeField()
    what = models.TextField("what happened")
    criteria_met = models.BooleanField("whether it must be notified", null=True, blank=True)
    why = models.TextField("why it was so decided", blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    panel_told_at = models.DateTimeField("when the Panel was told", null=True, blank=True)
    ofsted_told_at = models.DateTimeField("when Ofsted was told", null=True, blank=True)
    partners_told_at = models.DateTimeField("when the safeguarding partners were told", null=True, blank=True)
    rapid_review_on = models.DateField("day of the rapid review", null=True, blank=True)
    review_found = models.TextField("what the rapid review decided", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = ProtectionQuerySet.as_manager()

    class Meta:
        ordering = ["-aware_at", "-id"]
        indexes = [models.Index(fields=["concern"], name="serious_harm_by_concern")]
        constraints = [
            models.CheckConstraint(
                condition=Q(criteria_met__isnull=True, decided_at__isnull=True)
                | Q(criteria_met__isnull=False, decided_at__isnull=False, decided_by__isnull=False) & ~Q(why=""),
                name="serious_harm_decided_by_somebody",
                violation_error_message="Enter who decided whether it must be notified, and why.",
            ),
            models.CheckConstraint(
                condition=Q(rapid_review_on__isnull=True) | ~Q(review_found=""),
                name="rapid_review_decided_something",
                violation_error_message="Enter what the rapid review decided.",
            ),
        ]

    def __str__(self) -> str:
        return f"Serious harm {self.pk}"

    @property
    def still_to_tell(self) -> list[str]:
        """Whom nobody has told yet; nobody, where it was decided that it need not be notified."""
        if self.criteria_met is False:
            return []
        return [who for field, who in self.TOLD.items() if getattr(self, field) is None]
