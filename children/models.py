"""The child: who she is, whose care she is in, who is responsible for her, and what was decided about her."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from children import codes
from children.querysets import ChildQuerySet, DecisionQuerySet, LineQuerySet, OfChildQuerySet, WishQuerySet
from core.fields import RecordedAt, new_reference
from core.history import tracked
from core.models import Authority, Protected, Team, User, dated


class Days(Func):
    """The days a dated record covers, from its first up to, and not counting, its last."""

    function = "daterange"
    output_field = DateRangeField()


def days_covered() -> Days:
    return Days("started_on", "ended_on", RangeBoundary())


class Child(Protected):
    """A child known to an authority. Fields follow the SSDA903 header and the Standard Safeguarding Dataset's person.

    A child known only from a return has no name here: she is shown by the number the return gives her.
    """

    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="children")
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        help_text="The responsible team.",
    )
    external_id = models.CharField("identifier in the return", max_length=30, blank=True)
    forename = models.CharField(max_length=100, blank=True)
    surname = models.CharField(max_length=100, blank=True)
    known_as = models.CharField(max_length=100, blank=True, help_text="What the child likes to be called.")
    sex = models.CharField(max_length=1, choices=codes.SEX)
    gender = models.CharField("gender identity", max_length=50, blank=True)
    date_of_birth = models.DateField()
    ethnicity = models.CharField(max_length=4, choices=codes.ETHNICITY, blank=True)
    language = models.CharField("first language", max_length=60, blank=True)
    religion = models.CharField(max_length=60, blank=True)
    nationality = models.CharField(max_length=60, blank=True)
    upn = models.CharField("unique pupil number", max_length=13, blank=True)
    nhs_number = models.CharField("NHS number", max_length=10, blank=True)
    disabled = models.BooleanField(null=True, blank=True)
    has_ehcp = models.BooleanField("has an education, health and care plan", null=True, blank=True)
    unaccompanied = models.BooleanField("unaccompanied asylum-seeking child", default=False)
    is_mother = models.BooleanField(null=True, blank=True)
    own_childs_birth = models.DateField("their own child’s date of birth", null=True, blank=True)
    about = models.TextField(
        "who the child is", blank=True, help_text="What the child likes, what matters most, in a few lines."
    )
    recorded_at = RecordedAt()
    history = tracked()
    objects = ChildQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "children"
        ordering = ["surname", "forename", "external_id"]
        indexes = [models.Index(fields=["authority", "surname", "forename"], name="child_by_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "external_id"],
                condition=~Q(external_id=""),
                name="child_external_id_once",
                violation_error_message="A child with this identifier is already recorded.",
            )
        ]

    def __str__(self) -> str:
        return self.full_name or f"Child {self.external_id or self.reference}"

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.forename, self.surname) if part)

    @property
    def called(self) -> str:
        """The name to use with her and about her on a page."""
        return self.known_as or self.forename or str(self)


class CareEpisode(Protected):
    """One unbroken period of being looked after (the return's finer episodes are read into placements and statuses).

    Children Act 1989 s22. Child clocks stop when it ends.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="care_episodes")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    need = models.CharField("category of need", max_length=2, choices=codes.NEED)
    end_reason = models.CharField("reason ceased", max_length=4, choices=codes.REASON_CEASED, blank=True)
    from_return = models.BooleanField(default=False, editable=False)
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfChildQuerySet.as_manager()

    class Meta:
        ordering = ["started_on"]
        constraints = [
            dated("started_on", "ended_on", "care_episode_dated"),
            ExclusionConstraint(
                name="one_care_episode_at_once",
                expressions=[("child", RangeOperators.EQUAL), (days_covered(), RangeOperators.OVERLAPS)],
                violation_error_message="The child is already looked after on some of these days.",
            ),
        ]


class LegalStatus(Protected):
    """The legal status she is looked after under, by the return's code. A DoL order is never one of these."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="legal_statuses")
    code = models.CharField(max_length=2, choices=codes.LEGAL_STATUS)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    from_return = models.BooleanField(default=False, editable=False)
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfChildQuerySet.as_manager()

    class Meta:
        ordering = ["started_on"]
        verbose_name_plural = "legal statuses"
        constraints = [
            dated("started_on", "ended_on", "legal_status_dated"),
            ExclusionConstraint(
                name="one_legal_status_at_once",
                expressions=[("child", RangeOperators.EQUAL), (days_covered(), RangeOperators.OVERLAPS)],
                violation_error_message="The child already has a legal status on some of these days.",
            ),
        ]


class Allocation(Protected):
    """A named person's responsibility to a child, from a date until a date. Access comes with it and ends with it."""

    class Part(models.TextChoices):
        SOCIAL_WORKER = "social_worker", "Social worker"
        SECOND_WORKER = "second_worker", "Second worker"
        LEAD_DAY_TO_DAY = "lead_day_to_day", "Lead, day to day"
        LEAD_LONG_TERM = "lead_long_term", "Lead for the long-term plan"
        IRO = "iro", "Independent reviewing officer"
        LEGAL = "legal", "Legal adviser"
        COMMISSIONER = "commissioner", "Commissioning lead"
        ADVOCATE = "advocate", "Advocate"
        PARTNER = "partner", "Partner professional"

    # One named person each, at every moment (rule DEC-04): two in the child's line, and one in commissioning.
    LEADS = (Part.LEAD_DAY_TO_DAY, Part.LEAD_LONG_TERM, Part.COMMISSIONER)

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="allocations")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="allocations")
    part = models.CharField("role with the child", max_length=20, choices=Part.choices)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=6, choices=codes.WORKER_CHANGE, blank=True)
    why_this_worker = models.TextField(
        blank=True, help_text="The manager’s reasons, needed where a newly qualified worker is given a high-risk case."
    )
    handover = models.TextField(
        "handover note", blank=True, help_text="What whoever comes next must know: written before the worker leaves."
    )
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfChildQuerySet.as_manager()

    class Meta:
        ordering = ["part", "-started_on"]
        indexes = [models.Index(fields=["worker", "ended_on"], name="allocation_by_worker")]
        constraints = [
            dated("started_on", "ended_on", "allocation_dated"),
            ExclusionConstraint(
                name="one_holder_of_a_part",
                expressions=[
                    ("child", RangeOperators.EQUAL),
                    ("part", RangeOperators.EQUAL),
                    (days_covered(), RangeOperators.OVERLAPS),
                ],
                condition=Q(part__in=["social_worker", "iro", "commissioner", "lead_day_to_day", "lead_long_term"]),
                violation_error_message="Somebody else already has this role with the child on some of these days. End theirs first.",
            ),
            ExclusionConstraint(
                name="not_allocated_twice",
                expressions=[
                    ("child", RangeOperators.EQUAL),
                    ("worker", RangeOperators.EQUAL),
                    ("part", RangeOperators.EQUAL),
                    (days_covered(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This person already has this role with the child on some of these days.",
            ),
        ]


class Wish(Protected):
    """What a child asked for, in the child's own words, with an adult's reading of it. Never a decision.

    A refusal, a demand or a "choice" says something about risk (rule VOI-06): an adult writes what. A wish changes no
    duty: what is asked of a placement is asked whatever the child wishes.
    """

    insert_only = True
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="wishes")
    asked_on = models.DateField()
    words = models.TextField("what the child asked for, in the child’s own words")
    analysis = models.TextField("what it tells us, and what it means for risk")
    what_happens = models.TextField("what will happen")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = WishQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-id"]
        verbose_name_plural = "wishes"
        indexes = [models.Index(fields=["child", "-asked_on"], name="wish_by_child")]


class Decision(Protected):
    """A decision on the child's own record: what, why, by whom and by what authority, and what else was considered.

    `kind` is a row of the decision-rights matrix (children/rights.py). `decider` is the person who decided, where that
    person has an account; `decided_by` names them as they were then. `entered_at` is when it was put here.
    """

    insert_only = True
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField("what it is about", max_length=20, default="other")
    decided_on = models.DateField()
    what = models.TextField("what was decided")
    why = models.TextField()
    alternatives = models.TextField("what else was considered", blank=True)
    decider = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_by = models.CharField("who decided", max_length=200)
    by_what_authority = models.CharField(
        "by what authority", max_length=200, help_text="Post, panel, order or delegation."
    )
    consulted = models.TextField("who was consulted", blank=True)
    not_consulted = models.TextField("who was not consulted", blank=True)
    why_not_consulted = models.TextField("why they were not", blank=True)
    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    demanded_by = models.CharField(
        max_length=30, blank=True, editable=False, help_text="The act of the house that it is the decision of."
    )
    entered_at = models.DateTimeField(null=True, editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-id"]
        indexes = [models.Index(fields=["child", "kind", "-decided_on"], name="decision_by_kind")]


class FileRead(Protected):
    """A person opened a child's file. Written in the transaction of the reading: no event, no page."""

    insert_only = True
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="reads")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=40)
    recorded_at = RecordedAt()
    objects = OfChildQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]
        indexes = [models.Index(F("child"), F("recorded_at").desc(), name="file_read_by_child")]


class CaseSupervision(Protected):
    """A social worker's supervision about one child, with its reflective part. A finished note.

    The child's line reflects on what her life is like and on what they may not be seeing: by local standard every four
    weeks in a high-risk placement, every week where the worker is newly qualified.
    """

    insert_only = True
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="case_supervisions")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    supervisor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField()
    reflection = models.TextField("reflection")
    agreed = models.TextField("what was agreed")
    recorded_at = RecordedAt()
    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-id"]
        indexes = [models.Index(fields=["child", "-held_on"], name="case_supervision_by_child")]
