"""What a shift as worked adds up to, in plain arithmetic: time below the ratio, awake checks missed, nights alone.

Nothing here reads the database or the clock. The rulebook counts the same things in SQL, written apart, and a test holds
the two equal. Spans run from an instant up to, and not counting, another; all are in UTC, where hours are real ones.
"""

import datetime as dt
import itertools
import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

Span = tuple[dt.datetime, dt.datetime]
Who = TypeVar("Who", bound=Hashable)

TOLERANCE = dt.timedelta(minutes=15)  # STF-07: how long cover may be short while people come, go and change over
EVERY = dt.timedelta(hours=1)  # STF-08: how often a waking carer is looked at
GRACE = dt.timedelta(minutes=15)  # and how late a look may be


def utc(starts: dt.datetime, ends: dt.datetime) -> Span:
    """A span where hours are real ones: on the nights the clocks change, English hours do not add up."""
    return starts.astimezone(dt.UTC), ends.astimezone(dt.UTC)


def clip(span: Span, over: Span) -> Span | None:
    """The part of a span that lies within another, or None."""
    starts, ends = max(span[0], over[0]), min(span[1], over[1])
    return (starts, ends) if starts < ends else None


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch or overlap made one, in order."""
    found: list[Span] = []
    for starts, ends in sorted(spans):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of spans outside the holes, in order."""
    left = joined(spans)
    for hole in joined(holes):
        left = [
            part
            for span in left
            for part in ((span[0], min(span[1], hole[0])), (max(span[0], hole[1]), span[1]))
            if part[0] < part[1]
        ]
    return left


def levels(people: Iterable[tuple[Who, Span]], over: Span) -> Iterator[tuple[Span, frozenset[Who]]]:
    """`over` cut wherever somebody comes or goes: each part, and who is there for all of it. One person counts once."""
    inside = [(who, part) for who, span in people if (part := clip(span, over))]
    edges = sorted({*over, *(edge for _, part in inside for edge in part)})
    for starts, ends in itertools.pairwise(edges):
        yield (starts, ends), frozenset(who for who, part in inside if part[0] <= starts and part[1] >= ends)


def below(needed: int | None, people: Iterable[tuple[Who, Span]], over: Span) -> list[Span]:
    """The stretches of `over` in which fewer than `needed` different people were there. Not known: none."""
    if not needed or over[0] >= over[1]:
        return []
    return joined(part for part, who in levels(people, over) if len(who) < needed)


def longer_than(spans: Iterable[Span], tolerance: dt.timedelta = TOLERANCE) -> list[Span]:
    return [(starts, ends) for starts, ends in spans if ends - starts > tolerance]


def minutes(spans: Iterable[Span]) -> int:
    """How long spans are altogether, in whole minutes."""
    return int(sum((ends - starts for starts, ends in spans), dt.timedelta()).total_seconds() // 60)


def missed_checks(spans: Iterable[Span], checks: Iterable[dt.datetime], over: Span) -> int:
    """How many awake checks of one carer were missed while they were there.

    One is due an hour after they came and an hour after each check. The first that is missed counts when it is 15
    minutes late, and each further one an hour after that: a night of 12 hours without any misses 11.
    """
    checks = sorted(moment.astimezone(dt.UTC) for moment in checks)
    there = [part for span in joined(spans) if (part := clip(span, over))]
    return sum(
        max(0, math.ceil((later - earlier - GRACE) / EVERY) - 1)
        for starts, ends in there
        for earlier, later in itertools.pairwise([starts, *(c for c in checks if starts <= c <= ends), ends])
    )


def asleep_spans(checks: Sequence[tuple[dt.datetime, bool]], until: dt.datetime) -> list[Span]:
    """When one carer is taken to have slept: from each look that found them asleep until the next look.

    `checks` are (when, awake).
    """
    looks = sorted((moment.astimezone(dt.UTC), awake) for moment, awake in checks)
    ends = [moment for moment, _ in looks[1:]] + [until.astimezone(dt.UTC)]
    return [(moment, end) for (moment, awake), end in zip(looks, ends, strict=False) if not awake and moment < end]


def alone(people: Iterable[tuple[Who, Span]], over: Span, tolerance: dt.timedelta = TOLERANCE) -> dict[Who, list[Span]]:
    """Who was the only one there, and when, for stretches longer than the tolerance."""
    by_one: dict[Who, list[Span]] = {}
    for part, who in levels(people, over):
        if len(who) == 1:
            by_one.setdefault(next(iter(who)), []).append(part)
    found = {who: longer_than(joined(parts), tolerance) for who, parts in by_one.items()}
    return {who: spans for who, spans in found.items() if spans}


def nearest(
    candidates: Iterable[dt.datetime], over: Span, *, not_after: dt.datetime, first: bool
) -> dt.datetime | None:
    """Which of several instants that a clock showed the same time at belongs to a shift: the one least far outside it,
    and of two the first or the last. None: all are still to come."""

    def outside(moment: dt.datetime) -> float:
        return max(over[0] - moment, moment - over[1], dt.timedelta()).total_seconds()

    past = [moment.astimezone(dt.UTC) for moment in candidates if moment <= not_after]
    order = sorted(past, reverse=not first)
    return min(order, key=outside, default=None)
