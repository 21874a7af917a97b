"""The same shifts on several days of a rota, drafted in one act."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core import clock
from core.access import Permission
from core.actions import action
from core.errors import Invalid
from core.models import User
from placements.models import Placement
from staffing import policies
from staffing.actions.rota import add_shift
from staffing.models import Shift

MOST_DAYS = 31


@dataclass
class Added:
    """The shifts that were drafted, and how many were there already."""

    shifts: list[Shift] = field(default_factory=list)
    kept: int = 0


@action
def add_pattern(
    *,
    placement: Placement,
    days: Sequence[dt.date],
    hours: Mapping[str, tuple[dt.time, dt.time]],
    by: User,
    as_of: dt.datetime,
) -> Added:
    """Draft a shift of each kind in `hours` on each of the days, all or none of them.

    Hours are by English clocks; an end at or before the start is the next day's. A shift of that kind that starts at
    that time already stays as it is.
    """
    policies.may(by, Permission.PROPOSE_ROTA, placement)
    if not days:
        raise Invalid({"days": "Select at least one day"})
    if len(set(days)) > MOST_DAYS:
        raise Invalid({"days": f"Select {MOST_DAYS} days at most"})
    if not hours:
        raise Invalid({"": "Enter when at least one kind of shift starts and ends"})
    wanted = [(kind, *_instants(day, *times)) for day in sorted(set(days)) for kind, times in hours.items()]
    there = set(
        Shift.objects.standing()
        .filter(placement=placement, starts_at__in=[starts_at for _, starts_at, _ in wanted])
        .values_list("kind", "starts_at")
    )
    added = Added()
    for kind, starts_at, ends_at in wanted:
        if (kind, starts_at) in there:
            added.kept += 1
        else:
            added.shifts.append(
                add_shift(placement=placement, kind=kind, starts_at=starts_at, ends_at=ends_at, by=by, as_of=as_of)
            )
    if not added.shifts:
        raise Invalid({"": "There is nothing to add: those shifts are on the rota already"})
    return added


def _instants(day: dt.date, starts: dt.time, ends: dt.time) -> tuple[dt.datetime, dt.datetime]:
    last = day if ends > starts else day + dt.timedelta(days=1)
    return clock.at_local(day, starts), clock.at_local(last, ends)
