"""How shifts as worked are read: a fixed number of queries, for one shift and for a month of them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Q

from core import clock
from core.models import LocalStandard
from placements.log_calendar import overlap
from placements.models import DailyLog
from staffing import reckoning
from staffing.cleared import in_words
from staffing.models import Assignment, AwakeCheck, Handover, LogCause, Presence, Shift, ShiftReview, StandDown
from staffing.querysets import ShiftQuerySet
from staffing.reckoning import Span
from staffing.rota import required_of
from staffing.shift_as_worked import Key, Look, Worked, who

TOLERANCE = "STF-07 tolerance"  # the local standard's key; in minutes
REVIEWED = 28  # days of shifts on the review page


def worked(shifts: ShiftQuerySet, *, as_of: dt.datetime) -> list[Worked]:
    """Each of these shifts as worked, in order. The same number of queries for one shift and for a thousand."""
    found = list(
        shifts.select_related(
            "placement__child", "placement__home__provider", "placement__provider", "leader"
        ).order_by("starts_at", "kind", "pk")
    )
    if not found:
        return []
    ids = [shift.pk for shift in found]
    needed, tolerances = required_of(found), _tolerances(found)
    planned = _by_shift(Assignment.objects.standing().filter(shift__in=ids).select_related("carer", "agency"))
    presences = _by_shift(Presence.objects.filter(shift__in=ids).select_related("carer", "shift"))
    beside = _beside(found)
    around = {*ids, *(row.shift_id for rows in beside.values() for row in rows)}
    checks = _by_shift(AwakeCheck.objects.filter(shift__in=around).select_related("carer", "shift"))
    looks = _looks(check for rows in checks.values() for check in rows)
    handovers = _by_shift(Handover.objects.filter(shift__in=ids).select_related("recorded_by"))
    reviews = _by_shift(ShiftReview.objects.filter(shift__in=ids).select_related("by"))
    causes = _causes(found)
    explained: dict[int, list[Span]] = defaultdict(list)
    for cause in causes.values():
        explained[cause.shift.placement_id].append((cause.shift.starts_at, cause.shift.ends_at))
    stand_downs = _stand_downs(
        {row.carer_id for rows in (planned, presences) for each in rows.values() for row in each}, found[0].starts_at
    )
    lacks, logs = _lacks(ids), _logs(found)
    return [
        Worked(
            shift=shift,
            as_of=as_of,
            needed=needed[shift.pk],
            tolerance=tolerances[shift.pk],
            planned=planned.get(shift.pk, []),
            presences=presences.get(shift.pk, []),
            beside=beside.get(shift.pk, []),
            checks=checks.get(shift.pk, []),
            looks=looks,
            handovers=handovers.get(shift.pk, []),
            reviews=reviews.get(shift.pk, []),
            cause=causes.get(shift.pk),
            logged=overlap(logs[shift.placement_id], shift.starts_at, shift.ends_at),
            told=overlap(
                reckoning.joined([*logs[shift.placement_id], *explained[shift.placement_id]]),
                shift.starts_at,
                shift.ends_at,
            ),
            stand_downs=stand_downs,
            lacks=lacks,
        )
        for shift in found
    ]


def _by_shift(records) -> dict[int, list]:
    found: dict[int, list] = {}
    for record in records:
        found.setdefault(record.shift_id, []).append(record)
    return found


def _beside(shifts: Sequence[Shift]) -> dict[int, list[Presence]]:
    """For each shift the carers of other shifts who were there during it: people are counted by placement (STF-07).

    Whoever never signed off was there until the end of their own shift. Whoever is there for a sleep-in is not there to
    be awake, and counts for a sleep-in alone.
    """
    rows = Presence.objects.filter(
        shift__placement__in={shift.placement_id for shift in shifts},
        shift__cancelled_at__isnull=True,
        kind=Presence.Kind.CARER,
        starts_at__lt=max(shift.ends_at for shift in shifts),
    ).filter(Q(ends_at__gt=shifts[0].starts_at) | Q(ends_at__isnull=True, shift__ends_at__gt=shifts[0].starts_at))
    at_placement: dict[int, list[Presence]] = {}
    for row in rows.select_related("shift", "carer"):
        at_placement.setdefault(row.shift.placement_id, []).append(row)
    return {
        shift.pk: [
            row
            for row in at_placement.get(shift.placement_id, [])
            if row.shift_id != shift.pk
            and row.starts_at < shift.ends_at
            and (row.ends_at or row.shift.ends_at) > shift.starts_at
            and (row.shift.kind != Shift.Kind.SLEEP_IN or shift.kind == Shift.Kind.SLEEP_IN)
        ]
        for shift in shifts
    }


def _looks(checks: Iterable[AwakeCheck]) -> dict[tuple[int, Key], list[Look]]:
    """Each look at somebody who was there to be awake, by shift and person."""
    found: dict[tuple[int, Key], list[Look]] = {}
    for check in checks:
        if check.shift.kind != Shift.Kind.SLEEP_IN:
            look = (check.checked_at, check.state == AwakeCheck.State.AWAKE)
            found.setdefault((check.shift_id, who(check)), []).append(look)
    return found


def _tolerances(shifts: Sequence[Shift]) -> dict[int, dt.timedelta]:
    """How long cover may be short on each shift: 15 minutes, or the council's own shorter time."""
    rows = LocalStandard.objects.filter(
        key=TOLERANCE, authority__in={shift.placement.child.authority_id for shift in shifts}
    )
    standards = list(rows.order_by("effective_from").values_list("authority_id", "effective_from", "value"))
    found = {}
    for shift in shifts:
        day = clock.local_date(shift.starts_at)
        own = [
            value
            for authority, since, value in standards
            if authority == shift.placement.child.authority_id and since <= day
        ]
        found[shift.pk] = min([reckoning.TOLERANCE, *(dt.timedelta(minutes=value) for value in own[-1:])])
    return found


def _stand_downs(carers: set[int | None], since: dt.datetime) -> dict[int, list[StandDown]]:
    rows = StandDown.objects.filter(
        Q(lifted_at__isnull=True) | Q(lifted_at__gt=since - dt.timedelta(days=1)), carer__in=carers - {None}
    )
    found: dict[int, list[StandDown]] = {}
    for row in rows:
        found.setdefault(row.carer_id, []).append(row)
    return found


def _lacks(shifts: Sequence[int]) -> dict[int, list[str]]:
    """What was missing of carers' checks when they came, by presence: the database's own measure (STF-01), waivers apart.

    Papers recorded after it was written down that they came make nothing good."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, lacks
            FROM staffing_presence p
            JOIN staffing_shift s ON s.id = p.shift_id
            JOIN placements_placement place ON place.id = s.placement_id
            JOIN children_child c ON c.id = place.child_id
            CROSS JOIN LATERAL staffing_missing(
                p.carer_id, p.starts_at, c.authority_id, greatest(p.starts_at, p.recorded_at)) AS lacks
            WHERE p.shift_id = ANY(%s) AND p.carer_id IS NOT NULL AND p.kind = 'carer' AND lacks <> '{}'
              AND NOT EXISTS (SELECT FROM staffing_checkwaiver w
                              WHERE w.carer_id = p.carer_id AND w.placement_id = s.placement_id
                                AND tstzrange(w.starts_at, w.ends_at) @> p.starts_at)
            """,
            [list(shifts)],
        )
        return {pk: in_words(kinds) for pk, kinds in cursor.fetchall()}


def _causes(shifts: Sequence[Shift]) -> dict[int, LogCause]:
    """Why there is no log, by shift: of these, and of those beside them."""
    rows = LogCause.objects.filter(
        shift__placement__in={shift.placement_id for shift in shifts},
        shift__ends_at__gt=shifts[0].starts_at,
        shift__starts_at__lt=max(shift.ends_at for shift in shifts),
    )
    return {cause.shift_id: cause for cause in rows.select_related("recorded_by", "shift")}


def _logs(shifts: Sequence[Shift]) -> dict[int, list[Span]]:
    latest = max(shift.ends_at for shift in shifts)
    rows = DailyLog.objects.standing().filter(
        placement__in={shift.placement_id for shift in shifts},
        covers_until__gt=shifts[0].starts_at,
        covers_from__lt=latest,
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for placement, since, until in rows.values_list("placement_id", "covers_from", "covers_until"):
        found[placement].append((since, until))
    return found
