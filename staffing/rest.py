"""What a rota asks of its carers that is too much: said beside the shift, and not refused.

Working Time Regulations 1998: 11 hours of rest between two shifts (reg 10(1)), 48 hours in a week as an average (reg 4(1)).
"""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from core import clock
from placements.models import Placement
from staffing.models import Assignment

ONE_WEEK = dt.timedelta(days=7)
REST = dt.timedelta(hours=11)
WEEKLY = dt.timedelta(hours=48)


@dataclass(frozen=True)
class RotaWarning:
    """A shift that asks too much of a carer. It is said, and not refused. `kind` is "rest" or "hours"."""

    kind: str
    carer_id: int
    carer: str
    shift_id: int
    sentence: str
    law: str


def warnings_for(placement: Placement, week: dt.date) -> list[RotaWarning]:
    """Carers of this week's shifts who have too little rest before one, or too many hours in the week.

    Their shifts elsewhere count too, and it is not said where they are.
    """
    since, until = clock.start_of(week), clock.start_of(week + ONE_WEEK)
    here = Assignment.objects.standing().filter(
        shift__placement=placement, shift__starts_at__gte=since, shift__starts_at__lt=until
    )
    everywhere = (
        Assignment.objects.standing()
        .filter(carer__in=here.values("carer"), ends_at__gt=since - REST, starts_at__lt=until + REST)
        .select_related("carer", "shift")
        .order_by("carer", "starts_at")
    )
    of_carer: dict[int, list[Assignment]] = {}
    for assignment in everywhere:
        of_carer.setdefault(assignment.carer_id, []).append(assignment)
    found = []
    for assignments in of_carer.values():
        found += _too_little_rest(assignments, placement, since, until)
        found += _too_many_hours(assignments, placement, since, until)
    return found


def _is_here(assignment: Assignment, placement: Placement, since: dt.datetime, until: dt.datetime) -> bool:
    return assignment.shift.placement_id == placement.pk and since <= assignment.shift.starts_at < until


def _too_little_rest(
    assignments: list[Assignment], placement: Placement, since: dt.datetime, until: dt.datetime
) -> list[RotaWarning]:
    """Of two shifts with less than 11 hours between, the one in this week here; two that touch are one stretch of work."""
    found = []
    for earlier, later in pairwise(assignments):
        rest = later.starts_at - earlier.ends_at
        if rest >= REST or (rest == dt.timedelta(0) and earlier.shift_id == later.shift_id):
            continue
        shown = later if _is_here(later, placement, since, until) else earlier
        if _is_here(shown, placement, since, until):
            when = "before" if shown is later else "after"
            sentence = f"{shown.carer} has {in_hours(rest)} of rest {when} this shift, less than 11 hours."
            found.append(
                RotaWarning(
                    "rest",
                    shown.carer_id,
                    str(shown.carer),
                    shown.shift_id,
                    sentence,
                    "Working Time Regulations 1998, regulation 10",
                )
            )
    return found


def _too_many_hours(
    assignments: list[Assignment], placement: Placement, since: dt.datetime, until: dt.datetime
) -> list[RotaWarning]:
    spans = [(max(each.starts_at, since), min(each.ends_at, until)) for each in assignments]
    total = sum((ends - begins for begins, ends in spans if ends > begins), dt.timedelta(0))
    here = [each for each in assignments if _is_here(each, placement, since, until)]
    if total <= WEEKLY or not here:
        return []
    last = here[-1]
    sentence = f"{last.carer} is on shifts for {in_hours(total)} this week, more than 48 hours."
    law = "Working Time Regulations 1998, regulation 4, as an average over 17 weeks"
    return [RotaWarning("hours", last.carer_id, str(last.carer), last.shift_id, sentence, law)]


def in_hours(length: dt.timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    said = f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{said} {minutes} minutes" if minutes else said
