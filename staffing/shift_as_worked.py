"""A shift beside what happened on it: who was there and where, how long cover was short, what there is to look into.

What stands here in plain Python stands in the rulebook too, in SQL written apart; a test holds the two equal.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from core import clock
from placements.log_calendar import WRITTEN_WITHIN
from staffing import reckoning
from staffing.models import Assignment, AwakeCheck, Handover, LogCause, Presence, Shift, ShiftReview, StandDown
from staffing.reckoning import Span

LEADER_BY = dt.timedelta(minutes=15)  # into the shift, its leader is there
MISSED_AT = 2  # awake checks of one carer on one night, before it is something to look into (STF-08)

Key = tuple[str, int | str]
Look = tuple[dt.datetime, bool]  # when, and whether they were awake


@dataclass(frozen=True)
class Wrong:
    """One thing that went wrong on a shift. `grave`: somebody who must not have been there, or asleep. `reviewed`: a
    review answers it."""

    what: str
    words: str
    grave: bool = False
    reviewed: bool = True


@dataclass
class Worked:
    """A shift beside what happened on it, as it stands at `as_of`."""

    shift: Shift
    as_of: dt.datetime
    needed: int | None = None
    tolerance: dt.timedelta = reckoning.TOLERANCE
    planned: list[Assignment] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)
    beside: list[Presence] = field(default_factory=list)  # carers of the placement's other shifts who were there too
    checks: list[AwakeCheck] = field(default_factory=list)
    looks: dict[tuple[int, Key], list[Look]] = field(default_factory=dict)  # of whoever is on this shift or beside it
    handovers: list[Handover] = field(default_factory=list)
    reviews: list[ShiftReview] = field(default_factory=list)
    cause: LogCause | None = None
    logged: dt.timedelta = dt.timedelta()  # how much of it daily logs cover
    told: dt.timedelta = dt.timedelta()  # and how much of it they do or the record of why there is none
    stand_downs: dict[int, list[StandDown]] = field(default_factory=dict)  # by carer
    lacks: dict[int, list[str]] = field(default_factory=dict)  # by presence: what was missing of the carer's checks

    # --- who ----------------------------------------------------------------------------------------------------------

    @cached_property
    def over(self) -> Span:
        """The part of the shift that has passed."""
        return reckoning.utc(self.shift.starts_at, max(self.shift.starts_at, min(self.shift.ends_at, self.as_of)))

    @property
    def has_begun(self) -> bool:
        return self.shift.starts_at <= self.as_of

    @property
    def is_over(self) -> bool:
        return self.shift.ends_at <= self.as_of

    @property
    def goes_on(self) -> bool:
        return self.has_begun and not self.is_over

    @cached_property
    def carers(self) -> list[Presence]:
        return [each for each in self.presences if each.kind == Presence.Kind.CARER]

    @cached_property
    def here(self) -> list[Presence]:
        """Carers who have not signed off."""
        return [each for each in self.carers if each.ends_at is None]

    @cached_property
    def gone(self) -> list[Presence]:
        return [each for each in self.carers if each.ends_at is not None]

    @property
    def visitors(self) -> list[Presence]:
        return [each for each in self.presences if each.kind == Presence.Kind.VISITOR]

    @property
    def inside(self) -> int:
        """How many count towards the ratio now: inside and able to see the child, or out with the child."""
        staying = [each for each in self.beside if each.starts_at <= self.as_of < (each.ends_at or each.shift.ends_at)]
        seeing = [each for each in [*self.here, *staying] if each.where in Presence.COUNTS]
        return len({who(each) for each in seeing if not self.is_asleep(each)})

    @property
    def not_here(self) -> list[Assignment]:
        """Planned, and not signed on."""
        there = {each.carer_id for each in self.carers}
        return [each for each in self.planned if each.carer_id not in there]

    def is_planned(self, presence: Presence) -> bool:
        return presence.carer_id is not None and presence.carer_id in {each.carer_id for each in self.planned}

    def is_stood_down(self, presence: Presence) -> bool:
        return any(
            each.starts_at < (presence.ends_at or min(self.as_of, self.shift.ends_at))
            and (each.lifted_at is None or each.lifted_at > presence.starts_at)
            for each in self.stand_downs.get(presence.carer_id or 0, [])
        )

    def must_not_work(self, carer_id: int) -> bool:
        """Stood down now."""
        return any(
            each.starts_at <= self.as_of and (each.lifted_at is None or each.lifted_at > self.as_of)
            for each in self.stand_downs.get(carer_id, [])
        )

    def slept(self, presence: Presence) -> list[Span]:
        """When somebody is taken to have slept: from a look that found them asleep until the next."""
        looks = self.looks.get((presence.shift_id, who(presence)), [])
        return reckoning.asleep_spans([look for look in looks if look[0] <= self.as_of], self.as_of)

    def is_asleep(self, presence: Presence) -> bool:
        """When last looked at, and not looked at since."""
        looks = [look for look in self.looks.get((presence.shift_id, who(presence)), []) if look[0] <= self.as_of]
        return bool(looks) and not max(looks)[1]

    # --- cover and awake checks ---------------------------------------------------------------------------------------

    def spans(self, presences: Iterable[Presence]) -> list[tuple[Key, Span]]:
        return [
            (
                who(each),
                reckoning.utc(each.starts_at, max(each.starts_at, each.ends_at or min(self.as_of, each.shift.ends_at))),
            )
            for each in presences
        ]

    @cached_property
    def below(self) -> list[Span]:
        """Stretches with fewer inside and awake than the ratio, each longer than the tolerance: whoever stays on from another
        shift counts, once signed off. Where nobody signed on there is nothing to count, and that is said instead."""
        if not self.carers:
            return []
        counting = [
            (person, part)
            for each in [*self.carers, *self.beside]
            if each.where in Presence.COUNTS
            for person, span in self.spans([each])
            for part in reckoning.without([span], self.slept(each))
        ]
        return reckoning.longer_than(reckoning.below(self.needed, counting, self.over), self.tolerance)

    @property
    def minutes_below(self) -> int:
        return reckoning.minutes(self.below)

    @cached_property
    def missed_checks(self) -> dict[Key, int]:
        """Hourly awake checks missed on a waking night, by person, on record or not. Those with none are left out."""
        if self.shift.kind != Shift.Kind.WAKING_NIGHT:
            return {}
        there, looked = defaultdict(list), defaultdict(list)
        for person, span in self.spans(self.carers):
            there[person].append(span)
        for check in self.checks:
            looked[who(check)].append(check.checked_at)
        missed = {key: reckoning.missed_checks(spans, looked[key], self.over) for key, spans in there.items()}
        return {key: number for key, number in missed.items() if number}

    @property
    def names(self) -> dict[Key, str]:
        return {who(each): str(each.carer or each.name) for each in self.carers}

    @property
    def asleep(self) -> list[AwakeCheck]:
        return [check for check in self.checks if check.state == AwakeCheck.State.ASLEEP]

    # --- the log and the review ---------------------------------------------------------------------------------------

    @property
    def log_written(self) -> bool:
        return self.logged * 2 >= self.shift.ends_at - self.shift.starts_at

    @property
    def log_due_at(self) -> dt.datetime:
        return self.shift.ends_at + WRITTEN_WITHIN

    @property
    def log_missing(self) -> bool:
        return self.is_expected and not self.log_written and self.as_of > self.log_due_at

    @property
    def log_unexplained(self) -> bool:
        """No log, and nobody has said why (LOG-01)."""
        return self.log_missing and self.told * 2 < self.shift.ends_at - self.shift.starts_at

    @property
    def is_expected(self) -> bool:
        return self.shift.published_at is not None and self.shift.cancelled_at is None

    @property
    def is_reviewed(self) -> bool:
        """Whether somebody has looked into all that is on record of it. What is recorded or corrected later is not yet looked into;
        and a review made while the shift still went on says nothing of the rest of it, once it is over."""
        moments = [each.recorded_at for each in self.presences] + [each.recorded_at for each in self.checks]
        recorded = max(moments, default=None)
        corrected = max((each.put_right_at for each in self.presences if each.put_right_at), default=None)
        return any(
            (recorded is None or each.recorded_at >= recorded)
            and (corrected is None or each.reviewed_at >= corrected)
            and (self.goes_on or each.reviewed_at >= self.shift.ends_at)
            for each in self.reviews
        )

    @cached_property
    def wrongs(self) -> list[Wrong]:
        """What there is to look into, the gravest first."""
        return [*self._people_wrong(), *self._watch_wrong(), *self._leader_wrong(), *self._log_wrong()]

    @property
    def to_review(self) -> list[Wrong]:
        """What a review of the shift answers; a log is written, or its absence explained."""
        return [wrong for wrong in self.wrongs if wrong.reviewed]

    def _people_wrong(self) -> Iterator[Wrong]:
        for name in _names(each for each in self.carers if self.is_stood_down(each)):
            yield Wrong("stood_down", f"{name} was there and must not be deployed", grave=True)
        for name in _names(each for each in self.carers if each.carer_id is None):
            yield Wrong(
                "unknown", f"{name} was there and is not on record: nothing is known of their checks", grave=True
            )
        for name in _names(each for each in self.carers if each.pk in self.lacks):
            yield Wrong("unchecked", f"{name} was there and their checks are not complete", grave=True)

    def _watch_wrong(self) -> Iterator[Wrong]:
        for check in self.asleep:
            yield Wrong("asleep", f"{check.called} was seen asleep at {_time(check.checked_at)}", grave=True)
        for key, missed in self.missed_checks.items():
            if missed >= MISSED_AT:
                yield Wrong("awake", f"{missed} awake checks of {self.names[key]} were missed")
        if self.below:
            yield Wrong("below", f"Fewer than {self.needed} were inside for {self.minutes_below} minutes")

    def _leader_wrong(self) -> Iterator[Wrong]:
        by = self.shift.starts_at + LEADER_BY
        if self.has_begun and self.shift.leader_id is None and (self.carers or self.is_expected):
            yield Wrong("leader", "No shift leader was named")
        if self.as_of <= by:
            return
        if not self.carers and self.is_expected:
            yield Wrong("nobody", "Nobody was signed on, so it is not known who was there")
        leading = any(each.carer_id == self.shift.leader_id and each.starts_at <= by for each in self.carers)
        if self.carers and self.shift.leader_id is not None and not leading:
            yield Wrong("leader", f"The shift leader, {self.shift.leader}, was not signed on by {_time(by)}")

    def _log_wrong(self) -> Iterator[Wrong]:
        if self.log_unexplained:
            yield Wrong("log", "No log was written, and nobody has said why", reviewed=False)


def who(there: Presence | AwakeCheck) -> Key:
    """One person, however many rows: a carer on record, or a name."""
    return ("carer", there.carer_id) if there.carer_id else ("name", there.name.lower())


def _names(presences: Iterable[Presence]) -> list[str]:
    """Each person once, in the order in which they came."""
    return list({who(each): str(each.carer or each.name) for each in presences}.values())


def _time(moment: dt.datetime) -> str:
    return f"{moment.astimezone(clock.LONDON):%H:%M}"
