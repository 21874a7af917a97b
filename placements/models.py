"""Where a child lives, who runs it and manages it, under what order, and who has seen her there."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce

from children.models import Child, Days, days_covered
from core.fields import RecordedAt
from core.history import tracked
from core.models import Authority, Protected, User, dated
from placements import codes
from placements.querysets import (
    AuthorisationQuerySet,
    HomeQuerySet,
    LogQuerySet,
    ManagerPostQuerySet,
    NoteQuerySet,
    OfPlacementQuerySet,
    OfPostQuerySet,
    PlacementQuerySet,
)


class Hours(Func):
    """The instants a record covers, from its first up to, and not counting, its last."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class Provider(models.Model):
    """An organisation that runs homes or finds carers. One provider may serve several councils."""

    name = models.CharField(max_length=150, unique=True)
    kind = models.CharField(max_length=3, choices=codes.PROVIDER_KIND, default="PR4")
    recorded_at = RecordedAt()
    history = tracked()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ProviderPost(models.Model):
    """A person's post with a provider, from a date until a date, and the council that appointed her to it.

    It lets her see the children of that council who are placed with the provider. Another council's children there are
    not its to show: each council appoints for itself, and a person holds a post for each.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="posts")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="provider_posts")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    recorded_at = RecordedAt()
    history = tracked()

    class Meta:
        constraints = [
            dated("started_on", "ended_on", "provider_post_dated"),
            ExclusionConstraint(
                name="one_provider_at_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("provider", RangeOperators.NOT_EQUAL),
                    (days_covered(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This person has a post with another provider on some of these days.",
            ),
            ExclusionConstraint(
                name="one_post_for_a_council_at_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("authority", RangeOperators.EQUAL),
                    (days_covered(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This person already has a post with a provider on some of these days.",
            ),
        ]


class Home(Protected):
    """A building where children may be placed. Its address is a secret: it is shown only to those who see a child there."""

    authority = models.ForeignKey(
        Authority,
        on_delete=models.PROTECT,
        related_name="homes",
        help_text="The council that recorded it, whose people see it.",
    )
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="homes")
    name = models.CharField(max_length=150)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    urn = models.CharField("unique reference number in the return", max_length=8, blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = HomeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "provider", "name"],
                name="home_once",
                violation_error_message="This provider already has a home of that name.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Registration(Protected):
    """Whether a home is registered, with whom and for what, from a date. Nothing on record means *not known*.

    Care Standards Act 2000 ss1, 11. "Not known" is for somebody to settle; it is never read as "not registered".
    """

    class Status(models.TextChoices):
        REGISTERED = "registered", "Registered"
        NOT_REGISTERED = "not_registered", "Not registered"
        NOT_KNOWN = "not_known", "Not known"

    class Regulator(models.TextChoices):
        OFSTED = "ofsted", "Ofsted"
        CQC = "cqc", "Care Quality Commission"
        CIW = "ciw", "Care Inspectorate Wales"
        CIS = "cis", "Care Inspectorate (Scotland)"
        ISI = "isi", "Independent Schools Inspectorate"

    class For(models.TextChoices):
        CHILDRENS_HOME = "childrens_home", "Children’s home"
        SECURE_HOME = "secure_home", "Secure children’s home"
        SUPPORTED_ACCOMMODATION = "supported_accommodation", "Supported accommodation"
        FAMILY_CENTRE = "family_centre", "Residential family centre"
        SCHOOL = "school", "Residential school"
        HOLIDAY_SCHEME = "holiday_scheme", "Holiday scheme for disabled children"
        CARE_HOME = "care_home", "Care home"
        HOSPITAL = "hospital", "Hospital"
        SUPPORTED_LIVING = "supported_living", "Supported living (personal care)"

    # Settings regulation 27A of the Care Planning Regulations 2010 allows under 16 (fostering is not a home's registration).
    ALLOWED_UNDER_16 = (
        For.CHILDRENS_HOME,
        For.SECURE_HOME,
        For.FAMILY_CENTRE,
        For.SCHOOL,
        For.HOLIDAY_SCHEME,
        For.CARE_HOME,
        For.HOSPITAL,
    )

    home = models.ForeignKey(Home, on_delete=models.PROTECT, related_name="registrations")
    status = models.CharField(max_length=20, choices=Status.choices)
    regulator = models.CharField(max_length=10, choices=Regulator.choices, blank=True)
    number = models.CharField("registration number", max_length=20, blank=True)
    registered_for = models.CharField(max_length=30, choices=For.choices, blank=True)
    started_on = models.DateField("from")
    ended_on = models.DateField("until", null=True, blank=True)
    evidence = models.TextField("how this was checked")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = HomeQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on"]
        constraints = [
            dated("started_on", "ended_on", "registration_dated"),
            ExclusionConstraint(
                name="one_registration_at_once",
                expressions=[("home", RangeOperators.EQUAL), (days_covered(), RangeOperators.OVERLAPS)],
                violation_error_message="There is already a registration on record for some of these days.",
            ),
            models.CheckConstraint(
                condition=~Q(status="registered") | (~Q(regulator="") & ~Q(registered_for="")),
                name="registered_says_with_whom",
                violation_error_message="Say which regulator registered it, and for what.",
            ),
        ]


class Placement(Protected):
    """One child living in one place, from a day until a day (Children Act 1989 s22C).

    A placement known only from a return has no `followed_from`: no team of ours has kept its records, so the daily rules
    leave it alone until one takes it on.
    """

    class Basis(models.TextChoices):
        PLANNED = "planned", "Planned"
        EMERGENCY = "emergency", "Emergency"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="placements")
    home = models.ForeignKey(Home, on_delete=models.PROTECT, null=True, blank=True, related_name="placements")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="placements")
    type = models.CharField("type of placement", max_length=3, choices=codes.CHOICES)
    provider_kind = models.CharField(max_length=3, choices=codes.PROVIDER_KIND, blank=True)
    basis = models.CharField(max_length=10, choices=Basis.choices, default=Basis.PLANNED)
    until_18 = models.BooleanField("meant to last until 18", default=False)
    started_on = models.DateField()
    started_at = models.DateTimeField(
        null=True, blank=True, help_text="The hour the child arrived; needed for an emergency."
    )
    ended_on = models.DateField(null=True, blank=True)
    why = models.TextField("why this placement", blank=True)
    end_reason = models.CharField("reason for change", max_length=6, choices=codes.REASON_FOR_CHANGE, blank=True)
    end_note = models.TextField(blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    followed_from = models.DateField(null=True, blank=True, help_text="The day a team here began to keep its records.")
    from_return = models.BooleanField(default=False, editable=False)
    urn = models.CharField(max_length=8, blank=True, help_text="The home's number as a return gave it.")
    recorded_at = RecordedAt()
    history = tracked()
    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on"]
        indexes = [
            models.Index(fields=["child", "-started_on"], name="placement_by_child"),
            models.Index(fields=["followed_from"], name="placement_followed", condition=Q(followed_from__isnull=False)),
        ]
        constraints = [
            dated("started_on", "ended_on", "placement_dated"),
            ExclusionConstraint(
                name="one_placement_at_once",
                expressions=[("child", RangeOperators.EQUAL), (days_covered(), RangeOperators.OVERLAPS)],
                violation_error_message="The child already has a placement on some of these days. End or move it first.",
            ),
            models.CheckConstraint(
                condition=Q(basis="planned") | Q(started_at__isnull=False),
                name="emergency_has_an_hour",
                violation_error_message="Enter the time the child arrived: the first 48 hours are counted from it.",
            ),
            models.CheckConstraint(
                condition=Q(followed_from__isnull=True) | Q(followed_from__gte=F("started_on")),
                name="followed_from_its_start",
                violation_error_message="A placement cannot be followed from before it started.",
            ),
            models.CheckConstraint(
                condition=Q(from_return=True) | Q(followed_from__isnull=False),
                name="own_placements_are_followed",
            ),
        ]

    @classmethod
    def ended_for(cls, user: User) -> PlacementQuerySet:
        return cls.objects.ended_for(user)


class ManagerPost(Protected):
    """The named person who manages a placement, with authority on site, from an instant until an instant.

    In a registered home the registered manager (Children's Homes (England) Regulations 2015 regs 27, 28); in an
    unregistered one a local standard. The post can be empty; it can never be waived, and never held by two. One recorded
    in error is of no time, and never counts.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="managers")
    name = models.CharField("manager’s name", max_length=150)
    account = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="manager_posts")
    contact = models.CharField("how to reach them", max_length=200, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = ManagerPostQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            dated("started_at", "ended_at", "manager_post_dated"),
            ExclusionConstraint(
                name="one_manager_at_once",
                expressions=[
                    ("placement", RangeOperators.EQUAL),
                    (Hours("started_at", "ended_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This placement already has a manager at some of that time. End that post first.",
            ),
        ]

    @property
    def counts(self) -> bool:
        """Whether somebody held it at all, as `held()` has it."""
        return self.ended_at != self.started_at


class ManagerAbsence(Protected):
    """A manager is away from the home: the first day away, the first day back, and what the regulator was told.

    Children's Homes (England) Regulations 2015 reg 48: an absence of 28 days or more needs notice to Ofsted, a month
    ahead where it is planned and within a week where it is not; the return is told within 7 days. Somebody named is in
    charge meanwhile: where nobody is, it is the post that has ended. One called off was of no days.
    """

    post = models.ForeignKey(ManagerPost, on_delete=models.PROTECT, related_name="absences")
    planned = models.BooleanField()
    began_on = models.DateField("first day away")
    expected_back_on = models.DateField("expected first day back", null=True, blank=True)
    returned_on = models.DateField("first day back", null=True, blank=True)
    reason = models.TextField("why")
    in_charge = models.CharField("who is in charge meanwhile", max_length=150)
    notified_on = models.DateField("notice given to the regulator on", null=True, blank=True)
    return_notified_on = models.DateField("regulator told of the return on", null=True, blank=True)
    called_off = models.TextField("why it was called off", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfPostQuerySet.as_manager()

    class Meta:
        ordering = ["-began_on", "-id"]
        constraints = [
            dated("began_on", "returned_on", "absence_dated"),
            ExclusionConstraint(
                name="one_absence_at_once",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    (
                        Days("began_on", Coalesce("returned_on", "expected_back_on"), RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="This manager is already recorded as away on some of these days.",
            ),
            models.CheckConstraint(
                condition=Q(expected_back_on__isnull=True, planned=False)
                | Q(expected_back_on__isnull=False, expected_back_on__gt=F("began_on")),
                name="absence_planned_until_a_day",
                violation_error_message="Say when the manager is expected back: a day after the first day away.",
            ),
            models.CheckConstraint(
                condition=Q(return_notified_on__isnull=True)
                | Q(returned_on__isnull=False, return_notified_on__gte=F("returned_on")),
                name="absence_return_told_after_it",
                violation_error_message="The regulator cannot be told of a return before it.",
            ),
            models.CheckConstraint(
                condition=Q(called_off="") | Q(returned_on__isnull=False, returned_on=F("began_on")),
                name="absence_called_off_is_of_no_days",
            ),
        ]

    def covers(self, day: dt.date) -> bool:
        """Whether the manager is away on a day."""
        return self.began_on <= day and (self.returned_on is None or day < self.returned_on)


class DolOrder(Protected):
    """A deprivation of liberty order: the High Court's permission for stated restrictions, until a stated day.

    It is a ceiling, and it makes the restriction lawful, not the setting. Every order states its own end; by Re A-F
    [2018] EWHC 138 (Fam) no more than 12 months. Held beside the legal status, never as one.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="dol_orders")
    made_on = models.DateField()
    starts_on = models.DateField()
    expires_on = models.DateField(help_text="The last day it has effect.")
    case_number = models.CharField(max_length=40, blank=True)
    restrictions = models.TextField("what it authorises")
    staffing_ratio = models.PositiveSmallIntegerField("staff to one child, at most", null=True, blank=True)
    discharged_on = models.DateField(null=True, blank=True)
    discharge_reason = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            dated("starts_on", "expires_on", "dol_order_dated"),
            models.CheckConstraint(
                condition=Q(made_on__lte=F("starts_on")),
                name="dol_order_made_before_it_starts",
                violation_error_message="An order cannot take effect before the day it was made.",
            ),
        ]


class UnregisteredAuthorisation(Protected):
    """The director of children's services' decision that a child may live in an unregistered setting, for a few days.

    Children Act 1989 s22C(6)(c); Care Standards Act 2000 s11 makes running the setting an offence, and no court order
    excuses it. So the decision is short, reasoned, and made again or ended.
    """

    insert_only = True
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="authorisations")
    authorised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    authorised_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reasons = models.TextField()
    alternatives = models.TextField("what else was sought, and why it could not be used")
    steps = models.TextField("what is being done to end or register it")
    recorded_at = RecordedAt()
    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        ordering = ["-authorised_at"]
        constraints = [dated("authorised_at", "expires_at", "authorisation_dated")]


class Visit(Protected):
    """A visit, made or attempted. A finished note: it is never edited, only added to, corrected with a reason, or said to
    have been recorded in error.

    Care Planning, Placement and Case Review (England) Regulations 2010 regs 28, 29. Seen, seen alone, refused and not
    home are different outcomes and are never merged.
    """

    class Outcome(models.TextChoices):
        SEEN_ALONE = "seen_alone", "Seen, and spoken to alone"
        SEEN = "seen", "Seen, but not alone"
        REFUSED = "refused", "Refused, face to face"
        NOT_HOME = "not_home", "Not there, or not met"

    class Manner(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        PHONE = "phone", "By telephone"
        VIDEO = "video", "By video"

    class Capacity(models.TextChoices):
        SOCIAL_WORKER = "social_worker", "Social worker"
        TEAM_MANAGER = "team_manager", "Team manager"
        HEAD_OF_SERVICE = "head_of_service", "Head of service"
        OTHER_REPRESENTATIVE = "other_representative", "Another representative of the authority"
        IRO = "iro", "Independent reviewing officer"
        GUARDIAN = "guardian", "Children’s guardian"
        ADVOCATE = "advocate", "Advocate or independent visitor"
        PROVIDER = "provider", "The provider’s own staff"
        PARTNER = "partner", "Another agency"

    # Those who visit as the authority's representative (reg 28(1)): only their visits can satisfy VIS-01 to VIS-03.
    REPRESENTATIVES = (
        Capacity.SOCIAL_WORKER,
        Capacity.TEAM_MANAGER,
        Capacity.HEAD_OF_SERVICE,
        Capacity.OTHER_REPRESENTATIVE,
    )

    insert_only = True
    marked_once = "in_error_at"
    addition_to = "visit"
    placement = models.ForeignKey(
        Placement, on_delete=models.PROTECT, related_name="visits", db_index=False
    )  # found by visit_by_placement, newest first
    occurred_at = models.DateTimeField("when")
    manner = models.CharField(max_length=10, choices=Manner.choices, default=Manner.IN_PERSON)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    announced = models.BooleanField()
    visitor = models.CharField("who visited", max_length=150)
    capacity = models.CharField("visiting as", max_length=25, choices=Capacity.choices)
    place = models.CharField("where", max_length=200)
    childs_words = models.TextField("what the child said, in the child’s own words", blank=True)
    seen_there = models.TextField("what you saw and heard", blank=True)
    checked = models.JSONField("what was inspected", default=list, blank=True)
    why_not_seen = models.TextField("why the child was not seen, or not alone", blank=True)
    submission = models.UUIDField(
        null=True, unique=True, editable=False, help_text="The form it came from: sent twice, it is one note."
    )
    in_error_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it was said to have been recorded in error."
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at"]
        indexes = [models.Index(F("placement"), F("occurred_at").desc(), name="visit_by_placement")]

    INSPECTED = [
        ("premises", "Premises and the child’s room"),
        ("rota", "Staff rota"),
        ("logs", "Daily logs"),
        ("medicines", "Medicines"),
    ]


class DailyLog(Protected):
    """What happened to her in one stretch of care: a day until a rota exists, then the shift. Never edited once closed.

    One recorded in error (the wrong day, the wrong child) leaves its time free for the right one.

    Children's Homes (England) Regulations 2015 reg 36 and Schedule 3 in a registered home; a local standard elsewhere.
    """

    insert_only = True
    marked_once = "in_error_at"
    addition_to = "log"
    placement = models.ForeignKey(
        Placement, on_delete=models.PROTECT, related_name="logs", db_index=False
    )  # found by log_by_placement, newest first
    covers_from = models.DateTimeField()
    covers_until = models.DateTimeField()
    occurred_at = models.DateTimeField("when it was written up", help_text="As claimed by its author.")
    how_she_was = models.TextField("how the child was")
    day = models.TextField("what the child did, ate and asked for")
    incidents = models.TextField("anything that worried you", blank=True)
    on_duty = models.TextField("who was on duty", blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    late = models.BooleanField(help_text="Written more than two hours after the stretch it covers had ended.")
    submission = models.UUIDField(
        null=True, unique=True, editable=False, help_text="The form it came from: sent twice, it is one note."
    )
    in_error_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it was said to have been recorded in error."
    )
    recorded_at = RecordedAt()
    objects = LogQuerySet.as_manager()

    class Meta:
        ordering = ["-covers_from"]
        indexes = [models.Index(F("placement"), F("covers_from").desc(), name="log_by_placement")]
        constraints = [
            models.CheckConstraint(
                condition=Q(covers_until__gt=F("covers_from")),
                name="log_covers_some_time",
                violation_error_message="A log must cover some time.",
            ),
            ExclusionConstraint(
                name="one_log_of_a_time",
                expressions=[
                    ("placement", RangeOperators.EQUAL),
                    (Hours("covers_from", "covers_until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(in_error_at__isnull=True),
                violation_error_message="That day already has a log. Add to it instead.",
            ),
        ]


class Addition(Protected):
    """Something added to a finished note: more to say, a correction with its reason, or that it was recorded in error. The
    note itself stays as it was."""

    class Kind(models.TextChoices):
        ADDENDUM = "addendum", "Addendum"
        CORRECTION = "correction", "Correction"
        WITHDRAWAL = "withdrawal", "Recorded in error"

    insert_only = True
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, related_name="additions")
    log = models.ForeignKey(DailyLog, on_delete=models.PROTECT, null=True, related_name="additions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    reason = models.TextField("why it is corrected", blank=True)
    outcome = models.CharField("corrected outcome", max_length=12, choices=Visit.Outcome.choices, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(visit__isnull=False) ^ Q(log__isnull=False), name="addition_to_one_note"
            ),
            models.CheckConstraint(
                condition=Q(kind="addendum") | ~Q(reason=""),
                name="correction_has_a_reason",
                violation_error_message="Say why it is corrected.",
            ),
        ]


class Key(Protected):
    """A key, fob or device that opens a placement or was given for it: who holds it, and when it was given back.

    All are revoked on the day a placement ends (LOG-06). In the review the child kept a fob to a placement she had left.
    """

    class Kind(models.TextChoices):
        KEY = "key", "Key"
        FOB = "fob", "Key fob or card"
        CODE = "code", "Door code"
        DEVICE = "device", "Telephone, tablet or other device"

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="keys")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    what = models.CharField("which one", max_length=150)
    held_by = models.CharField("who holds it", max_length=150)
    issued_on = models.DateField()
    revoked_on = models.DateField("given back or switched off on", null=True, blank=True)
    revoked_how = models.CharField("how", max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfPlacementQuerySet.as_manager()

    class Meta:
        ordering = ["issued_on", "id"]
        indexes = [models.Index(fields=["placement"], name="key_not_revoked", condition=Q(revoked_on__isnull=True))]
        constraints = [dated("issued_on", "revoked_on", "key_dated")]
