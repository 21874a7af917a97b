"""Flags, the answers people give to them, and the runs of the sweep that raises and clears them."""

import datetime as dt

from django.db import models
from django.db.models import F, Q

from children.models import Child
from core import clock
from core.access import Role
from core.fields import RecordedAt
from core.history import tracked
from core.models import Authority, Protected, User
from oversight import rulebook, words
from oversight.querysets import FlagQuerySet
from oversight.rulebook import Rule
from placements.models import Placement, Provider
from staffing.models import Carer, Shift


class Flag(Protected):
    """A rule is breached, and stands breached until a record clears it.

    Nobody can dismiss a flag: people answer it, records clear it, and cleared flags are kept. At every instant it has
    one owner, a person. `rule` and `limb` name the entry in the rulebook, `due_at` is the instant from which it was
    overdue; a standing flag is unique on rule, limb, subject and due. Its subject is a child's placement and, where the
    rule is about one of those who care for her there, also the carer, the agency or the shift.
    """

    class Severity(models.TextChoices):
        RED = "red", "Red"
        AMBER = "amber", "Amber"

    rule = models.CharField(max_length=20)
    limb = models.CharField(max_length=30, blank=True, help_text="Which part of a rule with several clocks.")
    severity = models.CharField(max_length=5, choices=Severity.choices)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="flags")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, null=True, related_name="flags")
    carer = models.ForeignKey(Carer, on_delete=models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, related_name="+")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, null=True, related_name="+")
    clock_started_at = models.DateTimeField(null=True, help_text="What the clock counts from.")
    due_at = models.DateTimeField()
    raised_at = models.DateTimeField(help_text="The instant of the sweep that saw it.")
    cleared_at = models.DateTimeField(null=True)
    owner_role = models.CharField(max_length=30, choices=Role.choices, help_text="Whose duty it is.")
    owner = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="flags",
        help_text="Who holds it: the next person up where that post is empty.",
    )
    recorded_at = RecordedAt()
    history = tracked()
    objects = FlagQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(
                fields=["owner", "due_at"], name="flag_standing_by_owner", condition=Q(cleared_at__isnull=True)
            ),
            models.Index(fields=["child", "due_at"], name="flag_by_child"),
            models.Index(
                fields=["placement", "rule"], name="flag_standing_by_placement", condition=Q(cleared_at__isnull=True)
            ),
            models.Index(
                fields=["authority", "rule"], name="flag_standing_by_authority", condition=Q(cleared_at__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "rule",
                "limb",
                "child",
                "placement",
                "carer",
                "agency",
                "shift",
                "due_at",
                condition=Q(cleared_at__isnull=True),
                nulls_distinct=False,
                name="flag_stands_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.limb}".strip()

    @property
    def rulebook(self) -> "Rule | None":
        """Its rule; none where the book no longer has it."""
        return rulebook.get(self.rule)

    @property
    def title(self) -> str:
        return self.rulebook.title_of(self.limb) if self.rulebook else self.rule

    @property
    def about(self) -> str:
        """Which carer, agency or shift it is about, in words; empty where it is about the placement as a whole."""
        return words.about(self.carer, self.agency, self.shift.starts_at if self.shift else None)

    @property
    def child_reference(self) -> str:
        return self.child.reference

    @property
    def mend_url(self) -> str | None:
        """The page where the record that clears it is made."""
        mend = self.rulebook.mend_of(self.limb) if self.rulebook else None
        return mend.address(self) if mend else None

    @property
    def standing(self) -> bool:
        return self.cleared_at is None

    @property
    def urgent(self) -> bool:
        return (self.rule, self.limb) in rulebook.URGENT

    @property
    def due_on(self) -> dt.date:
        """The last day on which it was not overdue; for a clock of hours, the day it ran out."""
        return clock.local_date(self.due_at - dt.timedelta(microseconds=1))

    def days_over(self, *, as_of: dt.datetime) -> int:
        """Whole English days since the day it was due: the day after is 1."""
        until = as_of if self.cleared_at is None else self.cleared_at
        return max((clock.local_date(until) - self.due_on).days, 0)


class FlagAnswer(Protected):
    """What a person says is being done about a flag, and by when. It answers the flag; it does not clear it."""

    insert_only = True
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="answers")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    doing = models.TextField("what is being done")
    by_when = models.DateField()
    answered_at = models.DateTimeField()
    recorded_at = RecordedAt()
    objects = FlagQuerySet.as_manager()

    class Meta:
        ordering = ["-answered_at"]


class SweepRun(models.Model):
    """One sweep over all rules: proof that the rules were checked, and what catch-up starts from."""

    untracked = "each row is itself the record of one sweep, and the sweep alone writes it"
    as_of = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    raised = models.PositiveIntegerField(default=0)
    cleared = models.PositiveIntegerField(default=0)
    standing = models.PositiveIntegerField(default=0)
    failed_rules = models.JSONField(
        default=list, help_text="Codes of rules that could not be evaluated; the others were."
    )
    only = models.JSONField(
        default=list,
        help_text="Codes of the rules it looked back for, once they were mended; empty: it asked every rule.",
    )

    class Meta:
        ordering = ["-as_of"]
        indexes = [models.Index(F("as_of").desc(), name="sweep_reached", condition=Q(finished_at__isnull=False))]

    def __str__(self) -> str:
        return f"sweep of {self.as_of:%Y-%m-%d %H:%M}"

    @classmethod
    def last_finished(cls, *, as_of: dt.datetime) -> "SweepRun | None":
        """The run that has checked the rules latest up to an instant, of those that came to their end."""
        return cls._finished(as_of).first()

    @classmethod
    def last_checked(cls, *, as_of: dt.datetime) -> "tuple[dt.datetime | None, list[str]]":
        """Up to when every rule has been checked, and the codes of those the latest run could not check.

        A run that failed is no check, and a look back at an earlier day makes what is known now no older.
        """
        latest = cls.last_finished(as_of=as_of)
        if latest is None or not latest.failed_rules:
            return latest.as_of if latest else None, []
        whole = cls._finished(as_of).filter(failed_rules=[]).first()
        return whole.as_of if whole else None, latest.failed_rules

    @classmethod
    def behind(cls, *, as_of: dt.datetime) -> dict[str, dt.datetime]:
        """Of each rule the latest run could not check: until when it has been checked, by itself or with the others.

        A rule that never has been is behind from the first run that should have asked it.
        """
        latest = cls.last_finished(as_of=as_of)
        finished = cls.objects.filter(finished_at__isnull=False, as_of__lte=as_of)
        found = {}
        for code in latest.failed_rules if latest else []:
            without = Q(failed_rules__contains=[code])
            asked = Q(only=[]) | Q(only__contains=[code])
            checked = finished.filter(asked).exclude(without).order_by("-as_of").first()
            first = checked or finished.filter(without).order_by("as_of").first()
            if first:
                found[code] = first.as_of
        return found

    @classmethod
    def _finished(cls, as_of: dt.datetime) -> "models.QuerySet[SweepRun]":
        """The runs that asked every rule, newest first."""
        finished = cls.objects.filter(finished_at__isnull=False, as_of__lte=as_of, only=[])
        return finished.order_by("-as_of", "-finished_at")
