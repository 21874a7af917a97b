"""The concern ledger: what anybody is worried about, who must answer it, and every step taken since.

A concern is open until a manager closes it for a reason that counts. Passing it on, by email or otherwise, is a step
like any other and closes nothing.
"""

from django.db import models
from django.db.models import F, Q

from children.models import Child
from core.fields import RecordedAt
from core.history import tracked
from core.models import Authority, Protected, User
from governance import codes
from governance.models.meetings import Meeting
from governance.querysets.concerns import (
    ConcernQuerySet,
    ConcernReviewQuerySet,
    ConcernStepQuerySet,
    ConductSubjectQuerySet,
)
from placements.models import Placement
from staffing.models import Carer


class Concern(Protected):
    """One worry about a child, her placement or those who work with her, numbered in the ledger of her council.

    `raised_by` is the account it came from; without one it came from somebody outside, of whom `raiser` says who they
    are. `triaged_at`, `answered_at` and `closed_at` are when the first such step was taken, written with that step; an answer
    that was not enough is taken out of `answered_at` again, and only the steps say that there was one.
    `conduct_from` is from when one of another category is about the conduct of staff too: a drug found, or suspected
    sexual harm, by somebody who was to look after the child.
    """

    class Category(models.TextChoices):
        CARE = "care", "How the child is cared for"
        STAFF_CONDUCT = "staff_conduct", "Conduct of somebody who works with the child"
        SEXUAL_HARM = "sexual_harm", "Suspected sexual abuse or exploitation, or pregnancy"
        SAFETY = "safety", "Safety: the place, or the people around the child"
        SUBSTANCES = "substances", "Drugs, alcohol or tobacco"
        HEALTH = "health", "Health needs, or health information not given"
        PLACEMENT = "placement", "Whether this is the right place for the child"
        OTHER = "other", "Something else"

    class Raiser(models.TextChoices):
        CHILD = "child", "The child"
        MOTHER = "mother", "Mother"
        FATHER = "father", "Father"
        FAMILY = "family", "Somebody else in the family"
        NEIGHBOUR = "neighbour", "A neighbour or member of the public"
        CARER = "carer", "A carer, or somebody else at the placement"
        POLICE = "police", "Police"
        HEALTH = "health", "Health"
        EDUCATION = "education", "School or college"
        VIRTUAL_SCHOOL = "virtual_school", "Virtual school"
        GUARDIAN = "guardian", "Children’s guardian"
        ADVOCATE = "advocate", "Advocate"
        SOCIAL_CARE = "social_care", "Children’s services"

    class Risk(models.TextChoices):
        """As the police grade a notice about a vulnerable person (VIST or PPN)."""

        HIGH = "high", "High"
        MEDIUM = "medium", "Medium"
        STANDARD = "standard", "Standard"

    # Those who count as one source when it is asked how many different ones have raised concerns.
    ONE_SOURCE = {Raiser.MOTHER: "family", Raiser.FATHER: "family", Raiser.FAMILY: "family"}

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="concerns")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="concerns")
    category = models.CharField("what it is about", max_length=20, choices=Category.choices)
    what = models.TextField("what the concern is")
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    raiser = models.CharField("who raised it", max_length=20, choices=Raiser.choices)
    raiser_name = models.CharField("their name", max_length=150, blank=True)
    source = models.CharField(max_length=20, help_text="The agency, or the family as one: what “two agencies” counts.")
    police_reference = models.CharField(max_length=50, blank=True)
    risk = models.CharField(
        "risk as the police grade it",
        max_length=10,
        choices=Risk.choices,
        blank=True,
        help_text="Given for a police notice (VIST or PPN), and only there.",
    )
    received_at = models.DateTimeField()
    conduct_from = models.DateTimeField(
        "known to be about the conduct of staff, too, from", null=True, blank=True, editable=False
    )
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who must act. Never nobody.")
    read_at = models.DateTimeField(null=True, editable=False)
    triaged_at = models.DateTimeField(null=True, editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)
    unsettled_at = models.DateTimeField(
        null=True, editable=False, help_text="When whoever raised it last said that the answer is not enough."
    )
    closed_at = models.DateTimeField(null=True, editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(F("child"), F("received_at").desc(), name="concern_by_child"),
            models.Index(fields=["authority", "received_at"], name="concern_open", condition=Q(closed_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["authority", "number"], name="concern_number_once"),
            models.CheckConstraint(
                condition=Q(police_reference="") | ~Q(risk=""),
                name="concern_police_notice_has_a_risk",
                violation_error_message="A police notice has the risk the police gave it.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(triaged_at__isnull=False, answered_at__isnull=False),
                name="concern_closed_last",
                violation_error_message="A concern is closed once a manager has decided and whoever raised it is told.",
            ),
        ]

    def __str__(self) -> str:
        return f"Concern {self.number}"

    @property
    def is_police_notice(self) -> bool:
        return bool(self.risk)

    @property
    def is_conduct(self) -> bool:
        return self.category == self.Category.STAFF_CONDUCT or self.conduct_from is not None

    @property
    def is_sexual_harm(self) -> bool:
        return self.category == self.Category.SEXUAL_HARM

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def told(self) -> User:
        """Whose account is told what came of it: whoever raised it or, for somebody outside, wrote it down for them."""
        return self.raised_by or self.recorded_by


class ConcernStep(Protected):
    """One thing done about a concern. Only the last kind closes it."""

    class Kind(models.TextChoices):
        READ = "read", "Opened"
        TRIAGED = "triaged", "Decided by a manager"
        NOTE = "note", "Note"
        FORWARDED = "forwarded", "Passed on"
        MITIGATION = "mitigation", "Made safer meanwhile"
        HANDED_OVER = "handed_over", "Given to somebody else to act on"
        LADO = "lado", "LADO consulted"
        TOLD_POLICE = "told_police", "Police told"
        TOLD_HEALTH = "told_health", "Health told"
        PASSED = "passed", "Passed to safeguarding"
        SEEN = "seen", "Seen by the LADO, or whoever stands in"
        ESCALATED = "escalated", "Formally escalated"
        REPLIED = "replied", "Escalation answered"
        ANSWERED = "answered", "Answer to whoever raised it"
        ADDED = "added", "Added by whoever raised it"
        UNSETTLED = "unsettled", "Not answered by that, says whoever raised it"
        CLOSED = "closed", "Closed"

    class Triage(models.TextChoices):
        ACT = "act", "Act on it"
        STRATEGY = "strategy", "Call a strategy discussion"
        ENQUIRE = "enquire", "Find out more first"
        NO_FURTHER = "no_further", "Nothing more to be done, for the reasons given"

    class Closing(models.TextChoices):
        RESOLVED = "resolved", "What it was about has stopped, and we know how we know"
        MOVED = "moved", "The child no longer lives there, and nobody else is left at risk"
        FORMAL = "formal", "A formal process has taken it over: allegation, enquiry or complaint"
        NOT_SO = "not_so", "It was looked into, and found not to be so"

    class NoReason(models.TextChoices):
        """What was said instead of acting. None of these closes a concern."""

        KNOWN = "known", "It is already known about"
        BEST = "best", "It is the best that can be provided"
        SHORT = "short", "It is only for a short time"

    insert_only = True
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    text = models.TextField(blank=True)
    decision = models.CharField(
        max_length=20, choices=[*Triage.choices, *Closing.choices], blank=True, help_text="Of a triage or a closing."
    )
    to = models.CharField("to whom", max_length=200, blank=True)
    recipient = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Who must answer it."
    )
    due_on = models.DateField(null=True, blank=True, help_text="The last day for the recipient’s answer.")
    in_reply_to = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reply")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = RecordedAt()
    objects = ConcernStepQuerySet.as_manager()

    class Meta:
        ordering = ["happened_at", "id"]
        indexes = [
            models.Index(fields=["concern", "kind"], name="concern_step_by_kind"),
            models.Index(fields=["recipient"], name="concern_escalated_to", condition=Q(kind="escalated")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="escalated", recipient__isnull=False, due_on__isnull=False)
                | ~Q(kind="escalated") & Q(due_on__isnull=True),
                name="concern_escalated_to_a_person",
            ),
            models.CheckConstraint(
                condition=Q(kind="replied", in_reply_to__isnull=False)
                | ~Q(kind="replied") & Q(in_reply_to__isnull=True),
                name="concern_reply_is_to_an_escalation",
            ),
        ]


class ConductSubject(Protected):
    """Whose conduct a concern is about: for those who may know, and for others “a member of staff”.

    `named` is what whoever raised it could say; `carer` the record it was found to be, by which concerns about one
    person are gathered across children and agencies, within a council; `account` a colleague’s own sign-in. Whoever it
    is, by any of the three, reads nothing of the concern and does nothing about it: see accounts_it_is_about in
    governance/policies/concerns.py.
    """

    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, related_name="conduct")
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    account = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="A colleague’s own sign-in."
    )
    named = models.CharField("who, as far as it was said", max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = ConductSubjectQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]

    ANON = "A member of staff"


class ConcernReview(Protected):
    """The meeting of several agencies that a run of concerns or police attendances calls, and what it decided.

    Whether the child stays or moves is part of it, and so is who decided it. It is a meeting whose minutes were sent here,
    or one held elsewhere with who was there said. Without two agencies or more it answers no run of concerns (SAF-09).
    """

    class Decision(models.TextChoices):
        STAY = "stay", "The child stays"
        MOVE = "move", "The child moves"

    insert_only = True
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="concern_reviews")
    held_at = models.DateTimeField()
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Where its minutes are here.",
    )
    there = models.JSONField("which agencies were there", default=list, help_text="Codes of governance.codes.AGENCIES.")
    agencies = models.TextField("who was there, and for whom", blank=True)
    outcome = models.TextField("what was agreed")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    why = models.TextField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = ConcernReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-held_at", "-id"]
        indexes = [models.Index(fields=["child", "-held_at"], name="concern_review_by_child")]

    @property
    def there_words(self) -> list[str]:
        return [
            label.partition(":")[0].removesuffix(", named below")
            for code, label in codes.AGENCIES
            if code in self.there
        ]
