"""The rota as stretches of care, one after another: what a daily log is written of, once there is a rota."""

import datetime as dt
from collections.abc import Collection, Iterable

from placements.log_calendar import Turn
from staffing.models import Shift

NIGHTS = (Shift.Kind.WAKING_NIGHT, Shift.Kind.SLEEP_IN)
WORDS: dict[str, str] = {"day": "day shift", "waking_night": "waking night", "sleep_in": "sleep-in"}


def published_turns(placements: Collection[int], since: dt.datetime, until: dt.datetime) -> dict[int, list[Turn]]:
    """The turns of placements that touch the time between two instants, in order. One query; for log_calendar."""
    shifts = Shift.objects.published().filter(placement__in=placements, starts_at__lt=until, ends_at__gt=since)
    found: dict[int, list[Turn]] = {}
    for placement, kind, starts, ends in shifts.values_list("placement_id", "kind", "starts_at", "ends_at"):
        found.setdefault(placement, []).append(Turn(starts, ends, kind))
    return {placement: in_turn(shifts) for placement, shifts in found.items()}


def in_turn(shifts: Iterable[Turn]) -> list[Turn]:
    """Shifts (from, until, kind) as stretches of which no two overlap, and which cover all that the shifts cover.

    A waking night and the sleep-in beside it are one; a shift within a longer one is part of it; and where two overlap
    to change over, the second begins when its people come.
    """
    rows = sorted((starts.astimezone(dt.UTC), ends.astimezone(dt.UTC), kind) for starts, ends, kind in shifts)
    whole = _nights([row for row in rows if row[2] in NIGHTS]) + [row for row in rows if row[2] not in NIGHTS]
    turns: list[Turn] = []
    for starts, ends, kind in sorted(whole, key=lambda shift: (shift[0], -shift[1].timestamp())):
        if turns and ends <= turns[-1].ends:
            continue
        if turns and starts < turns[-1].ends:
            turns[-1] = turns[-1]._replace(ends=starts)
        turns.append(Turn(starts, ends, WORDS[kind]))
    return turns


def _nights(nights: Iterable[tuple[dt.datetime, dt.datetime, str]]) -> list[tuple[dt.datetime, dt.datetime, str]]:
    """Nights that overlap made one: a waking night if anybody is to be awake."""
    found: list[tuple[dt.datetime, dt.datetime, str]] = []
    for starts, ends, kind in nights:
        if found and starts < found[-1][1]:
            first, last, before = found[-1]
            waking = kind if kind == Shift.Kind.WAKING_NIGHT else before
            found[-1] = (first, max(last, ends), waking)
        else:
            found.append((starts, ends, kind))
    return found
