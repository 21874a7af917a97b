"""A carer, whoever employs them, and what is known of them: the checks belong to the person and are never inherited."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Concat

from children.models import days_covered
from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User, dated
from placements.models import Placement, Provider
from staffing.querysets import CarerQuerySet, EvidenceQuerySet, OfCarerQuerySet, OfRotaQuerySet

WAIVED_AT_MOST = dt.timedelta(hours=48)


class NameKey(Func):
    """A name by its letters and digits alone, in small letters and without accents: however it is spaced or hyphenated.

    What counts for nothing is listed, and not what counts, so that it reads the same whatever the database's locale. To
    change it takes a migration that makes `carer_once` anew.
    """

    COUNTS_FOR_NOTHING = r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u02b0-\u036f\u2000-\u206f]"
    template = f"lower(regexp_replace(normalize(%(expressions)s, NFKD), '{COUNTS_FOR_NOTHING}', '', 'g'))"
    output_field = models.TextField()


class Carer(Protected):
    """A person paid to care for children. One record a person, whichever agencies they work through.

    No council owns it: a stand-down binds in all of them. Name and date of birth, or National Insurance number, tell
    whether somebody is on record already, so that nobody starts again under a second record.
    """

    forename = models.CharField("first name", max_length=100)
    surname = models.CharField("last name", max_length=100)
    date_of_birth = models.DateField()
    ni_number = models.CharField("National Insurance number", max_length=9, blank=True)
    care_role_since = models.DateField(
        "in a care role since", null=True, blank=True, help_text="The Level 3 Diploma is due two years after."
    )
    account = models.OneToOneField(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="carer",
        help_text="Their own sign-in, for those who have one.",
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = CarerQuerySet.as_manager()

    class Meta:
        ordering = ["surname", "forename"]
        constraints = [
            models.UniqueConstraint(
                NameKey(Concat("forename", "surname")),
                "date_of_birth",
                name="carer_once",
                violation_error_message="A carer of this name and date of birth is already on record.",
            ),
            models.UniqueConstraint(
                fields=["ni_number"],
                condition=~Q(ni_number=""),
                name="carer_ni_number_once",
                violation_error_message="A carer with this National Insurance number is already on record.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forename} {self.surname}"


class Engagement(Protected):
    """A carer works through an agency, or for a provider itself, from a day until a day. They may work through several.

    `agency` is a Provider: an organisation that runs homes, or that only supplies carers to others' homes.
    """

    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="engagements")
    agency = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="engagements")
    post = models.CharField("job title", max_length=100, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfCarerQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on"]
        constraints = [
            dated("started_on", "ended_on", "engagement_dated"),
            ExclusionConstraint(
                name="one_engagement_with_an_agency",
                expressions=[
                    ("carer", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    (days_covered(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="The carer already works through this agency on some of these days.",
            ),
        ]


class Evidence(Protected):
    """A document about one carer: a certificate, a letter, a page of a passport. Never changed, only ever downloaded."""

    insert_only = True
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="evidence")
    name = models.CharField("file name", max_length=150)
    media_type = models.CharField(max_length=50)
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]
        verbose_name_plural = "evidence"


class Check(Protected):
    """One thing that was checked of a carer, by whom, and the evidence of it.

    Children's Homes (England) Regulations 2015 reg 32 and Schedule 2, which covers agency staff too (reg 32(2)(b)); by
    analogy in a setting that is not registered. "Somebody else checked" is no check: the evidence is attached here.
    """

    class Kind(models.TextChoices):
        IDENTITY = "identity", "Identity, with a photograph"
        RIGHT_TO_WORK = "right_to_work", "Right to work in the UK"
        DBS = "dbs", "Enhanced DBS certificate with barred list"
        UPDATE_SERVICE = "update_service", "DBS update service looked up"
        REFERENCE_LAST = "reference_last", "Reference from the last employer"
        REFERENCE_OTHER = "reference_other", "A second reference"
        LEAVING = "leaving", "Why they left work with children or adults at risk, verified"
        HISTORY = "history", "Full employment history, with gaps explained"
        QUALIFICATIONS = "qualifications", "Qualifications"
        DIPLOMA = "diploma", "Level 3 Diploma for Residential Childcare, or equivalent"

    class Fact(models.TextChoices):
        PHOTO_SEEN = "photo_seen", "photograph seen"
        PROOF_SEEN = "proof_seen", "proof seen"
        ENHANCED = "enhanced", "enhanced"
        BARRED_LIST = "barred_list", "barred list checked"
        LAST_EMPLOYER = "last_employer", "from the last employer"
        VERIFIED = "verified", "verified"
        FULL = "full", "complete"
        GAPS_EXPLAINED = "gaps_explained", "gaps explained"

    # Without each of these, in date, nobody is put on a shift (STF-01): see staffing_missing() in the database.
    REQUIRED = (
        Kind.IDENTITY,
        Kind.RIGHT_TO_WORK,
        Kind.DBS,
        Kind.REFERENCE_LAST,
        Kind.REFERENCE_OTHER,
        Kind.LEAVING,
        Kind.HISTORY,
        Kind.QUALIFICATIONS,
    )

    # What is confirmed of each, by whoever checks, and without which it is no check: in the database too.
    FACTS: dict[str, tuple[str, ...]] = {
        Kind.IDENTITY: (Fact.PHOTO_SEEN,),
        Kind.RIGHT_TO_WORK: (Fact.PROOF_SEEN,),
        Kind.DBS: (Fact.ENHANCED, Fact.BARRED_LIST),
        Kind.REFERENCE_LAST: (Fact.LAST_EMPLOYER,),
        Kind.LEAVING: (Fact.VERIFIED,),
        Kind.HISTORY: (Fact.FULL, Fact.GAPS_EXPLAINED),
    }

    # What one document may be the evidence of; any other kind has a document of its own.
    ONE_DOCUMENT = (
        {Kind.IDENTITY, Kind.RIGHT_TO_WORK},  # a passport
        {Kind.DBS, Kind.UPDATE_SERVICE},  # the certificate, looked up again
        {Kind.QUALIFICATIONS, Kind.DIPLOMA},  # the diploma is one of them
    )

    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField("what was checked", max_length=20, choices=Kind.choices)
    checked_on = models.DateField("date of the certificate, letter or check")
    valid_until = models.DateField("valid until", null=True, blank=True)
    detail = models.TextField("what was seen, and how it was verified")
    confirmed = models.JSONField(
        default=list, blank=True, help_text="What the law asks of this kind of check, each said to be so."
    )
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="checks")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.TextField(blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfCarerQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-checked_on"]
        indexes = [models.Index(fields=["carer", "kind"], name="check_by_carer")]
        constraints = [dated("checked_on", "valid_until", "check_dated")]

    @property
    def unconfirmed(self) -> list[str]:
        """The facts without which a check of this kind counts for nothing, in words."""
        return [str(self.Fact(fact).label) for fact in self.FACTS.get(self.kind, ()) if fact not in self.confirmed]

    @property
    def confirmed_in_words(self) -> list[str]:
        return [str(self.Fact(fact).label) for fact in self.FACTS.get(self.kind, ()) if fact in self.confirmed]


class CheckWaiver(Protected):
    """In a true emergency: a carer may work at one placement before their checks are complete, for 48 hours at most.

    Those are 48 hours in all, at whatever placements, until the checks are complete: see staffing/migrations/0011. Given
    by a named person who is not in commissioning, once for a carer and a placement. Whoever answers for the child is told
    at once.
    """

    insert_only = True
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="waivers")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="waivers")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    missing = models.JSONField("what was missing", help_text="Kinds of check, as they stood when it was given.")
    reason = models.TextField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfRotaQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["carer", "placement"],
                name="waived_once",
                violation_error_message="This carer’s checks were already waived once at this placement.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + WAIVED_AT_MOST),
                name="waived_48_hours_at_most",
                violation_error_message="Checks can be waived for 48 hours at most.",
            ),
        ]


class Training(Protected):
    """What a carer was taught. It counts once there is a certificate, or the trainer has signed the attendance.

    Children's Homes (England) Regulations 2015 reg 33(1), by analogy where a setting is not registered.
    """

    class Subject(models.TextChoices):
        INDUCTION = "induction", "Induction to this work"
        TRAUMA = "trauma", "Trauma-informed care"
        DE_ESCALATION = "de_escalation", "De-escalation and restraint"
        MEDICINES = "medicines", "Medicines"
        SAFEGUARDING = "safeguarding", "Safeguarding, the LADO and whistleblowing"
        DOL = "dol", "Deprivation of liberty: what an order allows"
        CHILDS_PLAN = "childs_plan", "This child’s plan"

    # Taught for one child's placement; the others go with the carer wherever they work.
    OF_A_PLACEMENT = (Subject.CHILDS_PLAN,)

    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="trainings")
    subject = models.CharField(max_length=20, choices=Subject.choices)
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="trainings")
    given_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    trainer = models.CharField("who taught it", max_length=150)
    organisation = models.CharField("for which organisation", max_length=150, blank=True)
    signed_on = models.DateField("attendance signed by the trainer on", null=True, blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="trainings")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfCarerQuerySet.as_manager()

    class Meta:
        ordering = ["-given_on"]
        indexes = [models.Index(fields=["carer", "subject"], name="training_by_carer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(subject="childs_plan") ^ Q(placement__isnull=True),
                name="childs_plan_is_of_a_placement",
                violation_error_message="Say which placement’s plan was taught; other training is for any placement.",
            ),
            dated("given_on", "valid_until", "training_dated"),
        ]

    @property
    def counts(self) -> bool:
        """Whether there is proof of it: what is only said to have happened trains nobody."""
        return self.signed_on is not None or self.evidence_id is not None


class SupervisionLine(Protected):
    """Who supervises a carer for an agency, and until when. When it ends, somebody else must begin."""

    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="supervisors")
    agency = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="supervision_lines")
    supervisor = models.CharField("who supervises", max_length=150)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfCarerQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on"]
        constraints = [
            dated("started_on", "ended_on", "supervision_line_dated"),
            ExclusionConstraint(
                name="one_supervisor_for_an_agency",
                expressions=[
                    ("carer", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    (days_covered(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Somebody already supervises this carer for that agency on some of these days.",
            ),
        ]


class Supervision(Protected):
    """A supervision session, or a year's appraisal, that took place (reg 33(4)(b)-(c); by analogy elsewhere).

    A practice supervision has a reflective part: what the carer thinks is going on, and how they answer to it.
    """

    class Kind(models.TextChoices):
        PRACTICE = "practice", "Practice supervision"
        APPRAISAL = "appraisal", "Appraisal"

    insert_only = True
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, related_name="supervisions")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PRACTICE)
    held_on = models.DateField()
    supervisor = models.CharField("who supervised", max_length=150)
    reflection = models.TextField("reflection", blank=True)
    agreed = models.TextField("what was agreed", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfCarerQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on"]
        indexes = [models.Index(fields=["carer", "kind", "-held_on"], name="supervision_by_carer")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="practice") | ~Q(reflection=""),
                name="practice_supervision_reflects",
                violation_error_message="A practice supervision has a reflective part. Enter it.",
            )
        ]
