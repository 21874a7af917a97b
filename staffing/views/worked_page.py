"""What the pages of shifts as worked show, made ready for their templates."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from core import clock
from core.access import Permission
from core.models import User
from placements.models import Placement
from staffing.forms.worked import called
from staffing.models import Assignment, AwakeCheck, Presence, Shift
from staffing.shift_as_worked import Worked


@dataclass(frozen=True)
class Tag:
    words: str
    colour: str


@dataclass(frozen=True)
class Row:
    """Somebody at the shift, or who was to be."""

    name: str
    tags: list[Tag]
    presence: Presence | None = None
    planned: Assignment | None = None
    counts: bool = False


@dataclass(frozen=True)
class MustFollow:
    """Somebody seen asleep, and what must follow the same day."""

    check: AwakeCheck
    stood_down: bool


@dataclass(frozen=True)
class PlacementToday:
    placement: Placement
    shifts: list["ShiftAsWorked"]

    @classmethod
    def of(cls, placement: Placement, rows: Sequence[Worked]) -> "PlacementToday":
        return cls(placement, [ShiftAsWorked(each) for each in rows if each.shift.placement_id == placement.pk])


class ShiftAsWorked:
    """One shift as its pages show it; without a user, as its row in a list does."""

    def __init__(self, worked: Worked, user: User | None = None) -> None:
        self.worked, self.user = worked, user

    @property
    def shift(self) -> Shift:
        return self.worked.shift

    def _can(self, permission: Permission) -> bool:
        return self.user is not None and self.user.can(permission)

    @property
    def may_record(self) -> bool:
        return self._can(Permission.RECORD_SHIFT)

    @property
    def may_review(self) -> bool:
        return self._can(Permission.REVIEW_SHIFT)

    @property
    def may_stand_down(self) -> bool:
        return self._can(Permission.STAND_DOWN)

    @property
    def title(self) -> str:
        return f"{self.shift.get_kind_display()} as worked"

    @property
    def called(self) -> str:
        return called(self.shift)

    # --- cover --------------------------------------------------------------------------------------------------------

    @property
    def cover(self) -> str:
        """short, exact, over, or nothing where there is nothing to compare."""
        needed = self.worked.needed
        if not self.worked.goes_on or needed is None:
            return ""
        return "short" if self.worked.inside < needed else "over" if self.worked.inside > needed else "exact"

    @property
    def missing(self) -> int:
        return max(0, (self.worked.needed or 0) - self.worked.inside)

    # --- people -------------------------------------------------------------------------------------------------------

    def _tags(self, presence: Presence) -> list[Tag]:
        tags = []
        if presence.carer_id is None:
            tags.append(Tag("Not on record", "red"))
        if self.worked.is_stood_down(presence):
            tags.append(Tag("Must not be deployed", "red"))
        if presence.pk in self.worked.lacks:
            tags.append(Tag("Checks not complete", "red"))
        if presence.carer_id is not None and presence.carer_id == self.shift.leader_id:
            tags.append(Tag("Shift leader", "teal"))
        if not self.worked.is_planned(presence) and self.worked.is_expected:
            tags.append(Tag("Not on the rota", "orange"))
        return tags

    def _row(self, presence: Presence) -> Row:
        asleep = presence.ends_at is None and self.worked.goes_on and self.worked.is_asleep(presence)
        name, counts = str(presence.carer or presence.name), presence.where in Presence.COUNTS and not asleep
        tags = [*([Tag("Asleep when last seen", "red")] if asleep else []), *self._tags(presence)]
        return Row(name, tags, presence=presence, counts=counts)

    @cached_property
    def here(self) -> list[Row]:
        return [self._row(each) for each in self.worked.here]

    @cached_property
    def earlier(self) -> list[Row]:
        """What has ended: those who left, and where those who are still here were before."""
        return [self._row(each) for each in self.worked.gone]

    @cached_property
    def not_here(self) -> list[Row]:
        return [
            Row(
                str(each.carer),
                [Tag("Must not be deployed", "red")] if self.worked.must_not_work(each.carer_id) else [],
                planned=each,
            )
            for each in self.worked.not_here
        ]

    @property
    def visitors(self) -> list[Presence]:
        return self.worked.visitors

    # --- awake --------------------------------------------------------------------------------------------------------

    @property
    def has_awake_checks(self) -> bool:
        return self.shift.kind == Shift.Kind.WAKING_NIGHT

    @cached_property
    def asleep(self) -> list[MustFollow]:
        return [MustFollow(check, self.worked.must_not_work(check.carer_id or 0)) for check in self.worked.asleep]

    @cached_property
    def missed(self) -> list[tuple[str, int]]:
        return [(self.worked.names[key], number) for key, number in self.worked.missed_checks.items()]

    @property
    def newest_checks(self) -> list[AwakeCheck]:
        return self.worked.checks[::-1]

    # --- the log ------------------------------------------------------------------------------------------------------

    @property
    def write_log(self) -> str:
        """Where to write its log, for those who may."""
        if not self._can(Permission.WRITE_LOG):
            return ""
        ends = min(self.shift.ends_at, self.worked.as_of).astimezone(clock.LONDON)
        day = clock.local_date(ends - dt.timedelta(microseconds=1))  # the day a log that ends then is named after
        address = reverse("placements:log", args=[self.shift.placement_id])
        return f"{address}?{urlencode({'day': day.isoformat(), 'to': f'{ends:%H:%M}'})}"

    @property
    def log(self) -> str:
        """written, missing, due (over, and within the time to write it), later, or nothing where none is expected."""
        if self.worked.log_written:
            return "written"
        if not self.worked.is_expected:
            return ""
        if self.worked.log_missing:
            return "missing"
        return "due" if self.worked.is_over else "later"
