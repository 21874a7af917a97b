"""Meetings about children: what each is for, who belongs, who came, and what was said of every part of a child's life."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from children.models import Child, days_covered
from core.fields import RecordedAt
from core.history import tracked
from core.models import Authority, Protected, User, dated
from governance import codes
from governance.querysets.meetings import OfMeetingQuerySet, OfSeriesQuerySet, SaidQuerySet, SeriesQuerySet
from placements.models import Provider

WORDS = r"\S"  # something other than blanks


class MeetingSeries(Protected):
    """A meeting that is held again and again: the agencies round one child, or a panel over many.

    It does not exist without terms of reference, a purpose, a chair and those who must be asked (MTG-01). In the review
    the weekly meeting was a talking shop, and the panel that paid for the placement had no terms of reference at all.
    """

    class Kind(models.TextChoices):
        CHILD = "child", "Multi-agency meeting about one child"
        PANEL = "panel", "Panel over many children"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="meeting_series")
    name = models.CharField(max_length=150)
    purpose = models.TextField()
    terms = models.TextField("terms of reference")
    chair = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    required = models.JSONField("who must be asked", help_text="Codes of governance.codes.PARTS.")
    left_out = models.JSONField("who is always asked and is not", default=list, blank=True)
    left_out_why = models.TextField("why somebody who is always asked is not", blank=True)
    every_days = models.PositiveSmallIntegerField("held every so many days")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "meeting series"
        constraints = [
            dated("started_on", "ended_on", "meeting_series_dated"),
            models.CheckConstraint(
                condition=Q(kind="child", child__isnull=False) | Q(kind="panel", child__isnull=True),
                name="meeting_about_a_child_or_a_panel",
            ),
            models.CheckConstraint(
                condition=Q(terms__regex=WORDS),
                name="meeting_has_terms",
                violation_error_message="A meeting cannot exist without terms of reference.",
            ),
            models.CheckConstraint(
                condition=Q(purpose__regex=WORDS),
                name="meeting_has_a_purpose",
                violation_error_message="A meeting cannot exist without a purpose.",
            ),
            models.CheckConstraint(
                condition=~Q(required=[]),
                name="meeting_asks_somebody",
                violation_error_message="A meeting cannot exist without those who must be asked to it.",
            ),
            models.CheckConstraint(
                condition=Q(every_days__gte=1),
                name="meeting_is_held_again",
                violation_error_message="Say how often it is held: at least once in so many days.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TermsReview(Protected):
    """Once a year somebody asks whether a meeting still does what it is for, and what has to change."""

    insert_only = True
    series = models.ForeignKey(MeetingSeries, on_delete=models.PROTECT, related_name="reviews")
    reviewed_on = models.DateField()
    found = models.TextField("what was found, and what changes")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    objects = OfSeriesQuerySet.as_manager()

    class Meta:
        ordering = ["-reviewed_on", "-id"]


class Member(Protected):
    """A person belongs to a meeting, from a day until a day, and fills a part in it. What they see of it ends with it."""

    series = models.ForeignKey(MeetingSeries, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    part = models.CharField(max_length=20, choices=codes.PARTS)
    agency = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfSeriesQuerySet.as_manager()

    class Meta:
        ordering = ["part", "started_on", "id"]
        indexes = [models.Index(fields=["person", "ended_on"], name="member_by_person")]
        constraints = [
            dated("started_on", "ended_on", "member_dated"),
            ExclusionConstraint(
                name="member_once",
                expressions=[
                    ("series", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (days_covered(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This person already belongs to the meeting on some of these days.",
            ),
        ]

    @property
    def part_words(self) -> str:
        return f"{self.get_part_display()}, {self.agency}" if self.agency_id else self.get_part_display()


class Meeting(Protected):
    """One meeting: planned for an instant, held from it on unless it was called off, its minutes sent once (MTG-02)."""

    series = models.ForeignKey(MeetingSeries, on_delete=models.PROTECT, related_name="meetings")
    held_at = models.DateTimeField("when")
    place = models.CharField("where", max_length=200, blank=True)
    required = models.JSONField(
        "who must be asked", help_text="As it stood when it was planned, and when it was minuted."
    )
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_why = models.TextField("why it was called off", blank=True)
    sent_at = models.DateTimeField("minutes sent", null=True, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfSeriesQuerySet.as_manager()

    class Meta:
        ordering = ["-held_at", "-id"]
        indexes = [models.Index(fields=["series", "-held_at"], name="meeting_by_series")]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "held_at"],
                condition=Q(called_off_at__isnull=True),
                name="one_meeting_at_a_time",
                violation_error_message="This meeting is already planned for that time.",
            ),
            models.CheckConstraint(
                condition=Q(called_off_at__isnull=True) | Q(called_off_why__regex=WORDS),
                name="meeting_called_off_why",
                violation_error_message="Say why the meeting is called off.",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(sent_by__isnull=False, called_off_at__isnull=True),
                name="minutes_sent_by_somebody",
            ),
        ]


class Discussed(Protected):
    """A child a meeting is about: the one child of a meeting about one child, each child a panel looks at."""

    insert_only = True
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="discussed")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="discussed")
    recorded_at = RecordedAt()
    objects = SaidQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "child"],
                name="discussed_once",
                violation_error_message="This child is on the meeting’s list already.",
            )
        ]


class Attendance(Protected):
    """Whether a part was filled at a meeting, and by whom: who came, who sent apologies, who was not asked and why."""

    class State(models.TextChoices):
        PRESENT = "present", "Here"
        APOLOGIES = "apologies", "Sent apologies"
        ABSENT = "absent", "Asked, and did not come"
        NOT_INVITED = "not_invited", "Not asked"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendances")
    part = models.CharField(max_length=20, choices=codes.PARTS)
    agency = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=15, choices=State.choices)
    note = models.CharField("who came, or why not", max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "part", "agency", "person"], nulls_distinct=False, name="attendance_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="not_invited") | Q(note__regex=WORDS),
                name="not_invited_why",
                violation_error_message="Say why they were not asked.",
            ),
        ]


class MinuteSection(Protected):
    """What was said of one part of a child's life. Its number goes up with each saving, so that two can write at once."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="sections")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    section = models.CharField(max_length=20, choices=codes.SECTIONS)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    recorded_at = RecordedAt()
    history = tracked()
    objects = SaidQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "child", "section"], name="one_section_a_child"),
        ]


class MinuteSaving(Protected):
    """One saving of a section: what it was then, who saved it, and what they had typed where others' words were kept too."""

    class How(models.TextChoices):
        ALONE = "alone", "Nobody else had written meanwhile"
        MERGED = "merged", "Put together: they had written in different places"
        BOTH = "both", "They had written in the same place, and both texts are kept"

    insert_only = True
    section = models.ForeignKey(MinuteSection, on_delete=models.PROTECT, related_name="savings")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    typed = models.TextField(blank=True)
    how = models.CharField(max_length=10, choices=How.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    recorded_at = RecordedAt()
    objects = SaidQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["section", "version"], name="one_saving_a_version")]
