"""Which stretches of a placement have a log, and which are still to be written (ADR 0012).

A log covers time that has passed and begins where the one before it ended, so that nothing falls between two. It is the
log of the day on which it ends; a day is counted as logged when logs cover more than half of the time she was there.
Once a rota is published, a log is a shift's: the time that has no log is cut where one shift takes over from another.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from core import charts, clock
from placements.models import DailyLog, Placement

SHOWN = 28  # days on a calendar
WRITTEN_WITHIN = dt.timedelta(hours=2)
GRACE = dt.timedelta(hours=48)  # of an emergency move, in which no log is asked for
ONE_SITTING = dt.timedelta(hours=25)  # what is written as one log without being cut at midnight
SMALL_HOURS = dt.timedelta(hours=12)  # what is left of an evening goes with the day after it
TOO_SHORT = dt.timedelta(hours=1)  # to be worth a log of its own while it is still going on

WORDS = charts.WORDS | {charts.MISSING: "No log, or for less than half the day"}

Covered = tuple[dt.datetime, dt.datetime, bool]  # from, until, written late
Span = tuple[dt.datetime, dt.datetime]


class Turn(NamedTuple):
    """A stretch of care by the rota: one shift, or a waking night and the sleep-in beside it. No two overlap."""

    starts: dt.datetime
    ends: dt.datetime
    words: str  # "day shift"


# What the floor above knows of rotas: called with placements' ids and two instants, it gives each one's turns in order
# (see staffing/apps.py). Placements without a published rota are not in the answer.
TURNS_FROM_ABOVE: list[Callable[[Collection[int], dt.datetime, dt.datetime], dict[int, list[Turn]]]] = []


class Stretch(NamedTuple):
    """Time that has passed and has no log."""

    starts: dt.datetime
    ends: dt.datetime
    goes_on: bool  # it ends now, not where another log begins
    turn: str = ""  # the shift it is of, in words, once there is a rota

    @property
    def day(self) -> dt.date:
        """The day whose log it would be: the one on which it ends."""
        return clock.local_date(self.ends - dt.timedelta(microseconds=1))

    @property
    def ends_locally(self) -> dt.datetime:
        """When it ends by English clocks."""
        return self.ends.astimezone(clock.LONDON)


def log_days(placement: Placement, *, as_of: dt.datetime, days: int = SHOWN) -> list[tuple[dt.date, str]]:
    """The last `days` days, today last, each with `charts.DONE`, `LATE`, `MISSING` or `NOT_DUE`. One query."""
    return days_of(placement, covered_by_logs(placement, as_of=as_of, days=days), as_of=as_of, days=days)


def log_chart(placement: Placement, *, as_of: dt.datetime, days: int = SHOWN) -> charts.StripChart:
    """The same as a strip for `<c-strip-chart>`."""
    return charts.strip_chart("Daily logs", log_days(placement, as_of=as_of, days=days), WORDS)


def covered_by_logs(placement: Placement, *, as_of: dt.datetime, days: int = SHOWN) -> list[Covered]:
    """What the logs of the last `days` days cover, in order."""
    logs = DailyLog.objects.standing().filter(
        placement=placement, covers_until__gt=_first(as_of, days), covers_from__lt=as_of
    )
    return list(logs.order_by("covers_from").values_list("covers_from", "covers_until", "late"))


def turns_of(placements: Collection[int], *, as_of: dt.datetime, days: int = SHOWN) -> dict[int, list[Turn]]:
    """The shifts of the last `days` days at placements that have a published rota, by their ids, in order."""
    found: dict[int, list[Turn]] = {}
    for turns_from_above in TURNS_FROM_ABOVE:
        found |= turns_from_above(placements, _first(as_of, days), as_of)
    return found


def covered_between(placement: Placement, since: dt.datetime, until: dt.datetime) -> dt.timedelta:
    """How much of the time between two instants logs cover. One query."""
    logs = DailyLog.objects.standing().filter(placement=placement, covers_from__lt=until, covers_until__gt=since)
    return overlap(logs.values_list("covers_from", "covers_until"), since, until)


def overlap(spans: Iterable[Sequence], since: dt.datetime, until: dt.datetime) -> dt.timedelta:
    """How much of the time between two instants spans (from, until, …) that do not overlap cover."""
    since, until = since.astimezone(dt.UTC), until.astimezone(dt.UTC)
    parts = ((max(span[0], since), min(span[1], until)) for span in spans)
    return sum((ends - starts for starts, ends in parts if ends > starts), dt.timedelta())


def days_of(
    placement: Placement,
    logs: Iterable[Covered],
    *,
    as_of: dt.datetime,
    days: int = SHOWN,
    turns: Iterable[Turn] = (),
) -> list[tuple[dt.date, str]]:
    """As `log_days`, for logs already read. With `turns`, the log of a shift that ends the day after is not yet missing."""
    logs, turns = list(logs), list(turns)
    today = clock.local_date(as_of)
    wanted = (today - dt.timedelta(days=back) for back in range(days - 1, -1, -1))
    return [(day, _state(placement, logs, turns, day, as_of=as_of)) for day in wanted]


def unwritten(
    placement: Placement,
    logs: Iterable[Covered],
    *,
    as_of: dt.datetime,
    days: int = SHOWN,
    turns: Sequence[Turn] = (),
) -> list[Stretch]:
    """What a log can be written for now, the latest first: the time since the last log, and days or shifts left out."""
    now = as_of.replace(second=0, microsecond=0)
    starts = max(_known_from(placement), _first(as_of, days)).astimezone(dt.UTC)
    ends = min(now, clock.end_of(placement.ended_on)) if placement.ended_on else now
    stretches = [
        Stretch(*piece, goes_on=piece[1] == now, turn=_turn_of(piece, turns))
        for gap in _gaps(starts, ends.astimezone(dt.UTC), logs)
        for part in _shifts(*gap, turns)
        for piece in _pieces(*part)
    ]
    if stretches and stretches[-1].goes_on and stretches[-1].ends - stretches[-1].starts < TOO_SHORT:
        stretches.pop()
    return stretches[::-1]


def _state(placement: Placement, logs: list[Covered], turns: list[Turn], day: dt.date, *, as_of: dt.datetime) -> str:
    starts = max(clock.start_of(day), _known_from(placement)).astimezone(dt.UTC)
    ends = min(clock.end_of(day), as_of).astimezone(dt.UTC)
    half = (ends - starts) / 2
    covered = [
        (min(ends, until) - max(starts, since), late) for since, until, late in logs if until > starts and since < ends
    ]
    in_time = sum((length for length, late in covered if not late), dt.timedelta())
    altogether = sum((length for length, _ in covered), dt.timedelta())
    if in_time and in_time >= half:
        return charts.DONE
    if altogether and altogether >= half:
        return charts.LATE
    if altogether + _not_yet_due(starts, ends, logs, turns, as_of=as_of) >= half and turns:
        return charts.NOT_DUE
    return charts.MISSING if _due(placement, day, as_of=as_of) else charts.NOT_DUE


def _not_yet_due(
    starts: dt.datetime, ends: dt.datetime, logs: list[Covered], turns: list[Turn], *, as_of: dt.datetime
) -> dt.timedelta:
    """How much of a day has no log because the shift it belongs to is not over, or has only just ended."""
    waiting = [turn for turn in turns if turn.ends + WRITTEN_WITHIN >= as_of]
    return sum((overlap(waiting, *gap) for gap in _gaps(starts, ends, logs)), dt.timedelta())


def _due(placement: Placement, day: dt.date, *, as_of: dt.datetime) -> bool:
    """Whether this day should have a log by now. On the day she left, its home wrote none."""
    if placement.followed_from is None or as_of <= clock.end_of(day).astimezone(dt.UTC) + WRITTEN_WITHIN:
        return False
    if placement.ended_on and day >= placement.ended_on:
        return False
    known_from = _known_from(placement)
    if placement.basis == Placement.Basis.EMERGENCY and placement.started_at:
        known_from = max(known_from, placement.started_at + GRACE)
    return clock.start_of(day) >= known_from


def _known_from(placement: Placement) -> dt.datetime:
    """The instant from which its records are kept here: she was there, and a team followed it."""
    begun = placement.started_at or clock.start_of(placement.started_on)
    return max(begun, clock.start_of(placement.followed_from)) if placement.followed_from else begun


def _first(as_of: dt.datetime, days: int) -> dt.datetime:
    return clock.start_of(clock.local_date(as_of) - dt.timedelta(days=days - 1))


def _gaps(starts: dt.datetime, ends: dt.datetime, logs: Iterable[Covered]) -> Iterator[Span]:
    """The stretches between two instants that no log covers, in order."""
    reached = starts
    for since, until, _ in sorted(logs):
        if min(since, ends) > reached:
            yield reached, min(since, ends)
        reached = max(reached, until)
    if ends > reached:
        yield reached, ends


def _shifts(starts: dt.datetime, ends: dt.datetime, turns: Iterable[Turn]) -> Iterator[Span]:
    """A gap cut where one shift takes over from another. What is too short for a log of its own goes with what follows."""
    changes = sorted({edge.astimezone(dt.UTC) for turn in turns for edge in turn[:2]})
    cuts = [starts]
    for change in changes:
        if cuts[-1] + TOO_SHORT <= change < ends:
            cuts.append(change)
    yield from itertools.pairwise([*cuts, ends])


def _turn_of(piece: Span, turns: Iterable[Turn]) -> str:
    """The shift that most of a piece belongs to, or nothing where no shift has half of it."""
    length, words = max(((overlap([turn], *piece), turn.words) for turn in turns), default=(dt.timedelta(), ""))
    return words if length * 2 > piece[1] - piece[0] else ""


def _pieces(starts: dt.datetime, ends: dt.datetime) -> Iterator[Span]:
    """A gap as logs are written of it: at once if short, else a day at a time, an evening's rest with the day after."""
    if ends - starts <= ONE_SITTING:
        yield starts, ends
        return
    cuts = [starts, *_midnights(starts, ends), ends]
    if cuts[1] - cuts[0] < SMALL_HOURS:
        del cuts[1]
    yield from itertools.pairwise(cuts)


def _midnights(after: dt.datetime, before: dt.datetime) -> Iterator[dt.datetime]:
    day = clock.local_date(after)
    while (midnight := clock.end_of(day).astimezone(dt.UTC)) < before:
        yield midnight
        day += dt.timedelta(days=1)
