"""How a rota is read: a week of it, its cover, whom it asks too much of, and who else could be put on.

A week takes the same few queries whatever the length of the placement's history and the number of its carers.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Min, Prefetch, Q, QuerySet

from core import clock
from core.access import Permission
from core.dates import in_words
from core.models import User
from placements.models import DolOrder, Placement, Provider
from staffing import policies
from staffing.models import (
    AgencyAgreement,
    Assignment,
    Carer,
    Check,
    CheckWaiver,
    Engagement,
    RotaRequest,
    Shift,
    StaffingPlan,
    StandDown,
    Swap,
)
from staffing.rest import ONE_WEEK, RotaWarning, warnings_for

__all__ = ["Candidate", "Day", "OnShift", "RotaWarning", "ShiftOfWeek", "Week", "carers_for", "warnings_for", "week_of"]

# --- what a week holds ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OnShift:
    """Somebody put on a shift."""

    assignment_id: int
    carer_id: int
    name: str
    agency_id: int
    agency: str
    own_staff: bool
    starts_at: dt.datetime
    ends_at: dt.datetime
    whole_shift: bool
    leads: bool
    unchecked: bool  # checks have lapsed since they were put on
    waived_until: dt.datetime | None = None  # checks are missing, and waived in an emergency until then
    asked_off: str = ""  # somebody asked that they be taken off: "asked", or "back" where they were put on after that


@dataclass(frozen=True)
class ShiftOfWeek:
    """A shift as it stands on the rota. `cover` is "short", "exact", "over" or "not known" (no ratio is on record)."""

    shift: Shift
    leader: str
    people: list[OnShift]
    required: int | None
    planned: int  # the fewest who are on it at any moment
    swaps_waiting: int

    @property
    def cover(self) -> str:
        return cover_word(self.required, self.planned)

    @property
    def missing(self) -> int:
        """How many more it needs."""
        return max(0, (self.required or 0) - self.planned)

    @property
    def published(self) -> bool:
        return self.shift.published_at is not None

    @property
    def said(self) -> str:
        return said(self.shift)


@dataclass(frozen=True)
class Day:
    date: dt.date
    shifts: list[ShiftOfWeek]


@dataclass(frozen=True)
class Week:
    placement: Placement
    monday: dt.date
    days: list[Day]
    warnings: list[RotaWarning]
    may_draft: bool
    may_decide: bool
    as_of: dt.datetime

    @property
    def shifts(self) -> list[ShiftOfWeek]:
        return [shift for day in self.days for shift in day.shifts]

    @property
    def planned(self) -> list[ShiftOfWeek]:
        """Without what is over and was on no published rota: nobody can plan it any more, nor publish it."""
        return [shift for shift in self.shifts if shift.published or shift.shift.ends_at > self.as_of]

    @property
    def drafts(self) -> list[ShiftOfWeek]:
        """What there is to publish."""
        return [shift for shift in self.planned if not shift.published]

    @property
    def without_leader(self) -> list[ShiftOfWeek]:
        return [shift for shift in self.planned if shift.shift.leader_id is None]

    def with_cover(self, word: str) -> list[ShiftOfWeek]:
        return [shift for shift in self.planned if shift.cover == word]

    @property
    def short(self) -> list[ShiftOfWeek]:
        return self.with_cover("short")

    @property
    def previous(self) -> dt.date:
        return self.monday - ONE_WEEK

    @property
    def following(self) -> dt.date:
        return self.monday + ONE_WEEK


def week_of(placement: Placement, monday: dt.date, user: User, as_of: dt.datetime) -> Week:
    """The week of a placement's rota that begins on a Monday, as this person may see it."""
    since, until = clock.start_of(monday), clock.start_of(monday + ONE_WEEK)
    of_week = Shift.objects.standing().between(since, until).filter(placement=placement)
    shifts = with_people(of_week.visible_to(user))
    rows = rows_of(placement, shifts)
    days = [monday + dt.timedelta(days=n) for n in range(7)]
    return Week(
        placement=placement,
        monday=monday,
        days=[Day(day, [row for row in rows if clock.local_date(row.shift.starts_at) == day]) for day in days],
        warnings=warnings_for(placement, monday),
        may_draft=user.can(Permission.PROPOSE_ROTA),
        may_decide=policies.may_decide_staffing(user, placement, as_of),
        as_of=as_of,
    )


def with_people(shifts: QuerySet) -> list[Shift]:
    """Shifts with those who are on them (`on`), their leaders and the number of swaps that wait, in two queries."""
    on = (
        Assignment.objects.filter(removed_at__isnull=True).select_related("carer", "agency").order_by("starts_at", "pk")
    )
    waiting = Count("swaps", filter=Q(swaps__state=Swap.State.ASKED))
    return list(
        shifts.select_related("leader", "published_by", "drafted_by")
        .prefetch_related(Prefetch("assignments", on, to_attr="on"))
        .annotate(swaps_waiting=waiting)
        .order_by("starts_at", "kind")
    )


def rows_of(placement: Placement, shifts: Sequence[Shift]) -> list[ShiftOfWeek]:
    """Shifts read with `with_people`, each with what it needs and has."""
    own = policies.own_provider_id(placement)
    required = required_for(placement, shifts)
    on = [each for shift in shifts for each in shift.on]  # type: ignore[attr-defined]
    unchecked, asked = lacking_checks(placement, on), asked_off(placement, on)
    rows = []
    for shift in shifts:
        people = [
            OnShift(
                assignment_id=each.pk,
                carer_id=each.carer_id,
                name=str(each.carer),
                agency_id=each.agency_id,
                agency=each.agency.name,
                own_staff=each.agency_id == own,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                whole_shift=(each.starts_at, each.ends_at) == (shift.starts_at, shift.ends_at),
                leads=each.carer_id == shift.leader_id,
                unchecked=each.pk in unchecked and unchecked[each.pk] is None,
                waived_until=unchecked.get(each.pk),
                asked_off=_since_when(each, asked),
            )
            for each in shift.on  # type: ignore[attr-defined]
        ]
        planned = fewest([(each.starts_at, each.ends_at) for each in people], shift.starts_at, shift.ends_at)
        waiting = shift.swaps_waiting  # type: ignore[attr-defined]
        leader = str(shift.leader) if shift.leader else ""
        rows.append(ShiftOfWeek(shift, leader, people, required[shift.pk], planned, waiting))
    return rows


# --- cover ------------------------------------------------------------------------------------------------------------


def cover_word(required: int | None, planned: int) -> str:
    if required is None:
        return "not known"
    return "short" if planned < required else "over" if planned > required else "exact"


def fewest(spans: Iterable[tuple[dt.datetime, dt.datetime]], since: dt.datetime, until: dt.datetime) -> int:
    """The smallest number of spans that cover any one moment from `since` up to `until`."""
    spans = list(spans)
    edges = sorted({since, *(edge for span in spans for edge in span if since <= edge < until)})
    return min(sum(begins <= edge < ends for begins, ends in spans) for edge in edges)


def required_for(placement: Placement, shifts: Iterable[Shift]) -> dict[int, int | None]:
    """How many staff each shift needs, by its id: the staffing plan in effect when it starts, else the staff that a
    deprivation of liberty order in effect that day states, else None: it is not known."""
    shifts = list(shifts)
    if not shifts:
        return {}
    first, last = min(shift.starts_at for shift in shifts), max(shift.starts_at for shift in shifts)
    plans = list(StaffingPlan.objects.filter(placement=placement, effective_from__gt=first, effective_from__lte=last))
    before = StaffingPlan.objects.filter(placement=placement, effective_from__lte=first).first()
    plans += [before] if before else []  # newest first, as the others
    orders = list(
        DolOrder.objects.filter(
            child_id=placement.child_id,
            starts_on__lte=clock.local_date(last),
            expires_on__gte=clock.local_date(first),
            staffing_ratio__isnull=False,
        )
    )
    return {shift.pk: _required(shift, plans, orders) for shift in shifts}


def required_of(shifts: Iterable[Shift]) -> dict[int, int | None]:
    """As `required_for`, for shifts of many placements, read with their placements: two queries."""
    shifts = list(shifts)
    if not shifts:
        return {}
    children = {shift.placement_id: shift.placement.child_id for shift in shifts}
    last = max(shift.starts_at for shift in shifts)
    plans: dict[int, list[StaffingPlan]] = {}
    for plan in StaffingPlan.objects.filter(placement__in=children, effective_from__lte=last):  # newest first
        plans.setdefault(plan.placement_id, []).append(plan)
    orders: dict[int, list[DolOrder]] = {}
    for order in DolOrder.objects.filter(child__in=children.values(), staffing_ratio__isnull=False):
        orders.setdefault(order.child_id, []).append(order)
    return {
        shift.pk: _required(shift, plans.get(shift.placement_id, []), orders.get(children[shift.placement_id], []))
        for shift in shifts
    }


def _required(shift: Shift, plans: list[StaffingPlan], orders: list[DolOrder]) -> int | None:
    for plan in plans:
        if plan.effective_from <= shift.starts_at:
            return {"day": plan.by_day, "waking_night": plan.by_night, "sleep_in": plan.sleeping_in}[shift.kind]
    day = clock.local_date(shift.starts_at)
    for order in orders:
        if order.starts_on <= day <= order.expires_on and (order.discharged_on is None or order.discharged_on > day):
            return 0 if shift.kind == Shift.Kind.SLEEP_IN else order.staffing_ratio
    return None


def not_checked(placement: Placement, assignments: Iterable[Assignment]) -> list[Assignment]:
    """Those whose carer's checks will not be complete and in date, and are not waived: by the database's own measure."""
    on = {assignment.pk: assignment for assignment in assignments}
    return [on[pk] for pk, waived_until in lacking_checks(placement, on.values()).items() if waived_until is None]


def lacking_checks(placement: Placement, assignments: Iterable[Assignment]) -> dict[int, dt.datetime | None]:
    """The places on shifts whose carer's checks will not be complete and in date: until when they are waived for all of it,
    or None. By the database's own measure."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, (SELECT max(w.ends_at) FROM staffing_checkwaiver w
                          WHERE w.carer_id = a.carer_id AND w.placement_id = %s
                            AND tstzrange(w.starts_at, w.ends_at) @> tstzrange(a.starts_at, a.ends_at))
            FROM staffing_assignment a
            WHERE a.id = ANY(%s) AND staffing_missing(a.carer_id, a.ends_at, %s) <> '{}'
            """,
            [placement.pk, [assignment.pk for assignment in assignments], placement.child.authority_id],
        )
        return dict(cursor.fetchall())


def asked_off(placement: Placement, assignments: Iterable[Assignment]) -> dict[int, dt.datetime]:
    """Of these carers, those whom somebody asked to have taken off, wherever the child lived then, and when it was asked
    first: whoever was put on after that was put back."""
    asked = RotaRequest.objects.binding().about(placement.child_id)
    asked = asked.filter(carer__in={assignment.carer_id for assignment in assignments})
    return dict(asked.values_list("carer").annotate(Min("asked_at")).order_by())


def _since_when(assignment: Assignment, asked: dict[int, dt.datetime]) -> str:
    moment = asked.get(assignment.carer_id)
    if moment is None:
        return ""
    return "back" if (assignment.put_on_at or assignment.recorded_at) > moment else "asked"


# --- who else could be put on -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """Somebody who works for an organisation that supplies the placement, and what stands in the way of each shift."""

    carer: Carer
    agencies: list[Provider]  # the placement's own provider first
    own_staff: bool
    stood_down: list[tuple[dt.datetime, dt.datetime | None]] = field(default_factory=list)
    missing: dict[dt.date, list[str]] = field(default_factory=dict)  # by day: the checks that are not complete
    waived: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)
    busy: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)
    asked_off: bool = False  # somebody has asked that they be taken off, and nobody has withdrawn it

    def why_not(self, starts_at: dt.datetime, ends_at: dt.datetime) -> str:
        """Why this carer cannot be put on a shift of these hours, or "" where they can."""
        if any(begins < ends_at and (ends is None or ends > starts_at) for begins, ends in self.stood_down):
            return "Must not be deployed until further notice"
        if any(begins < ends_at and ends > starts_at for begins, ends in self.busy):
            return "Already on a shift then"
        missing = self.missing.get(clock.local_date(ends_at))
        if missing and not any(begins <= starts_at and ends >= ends_at for begins, ends in self.waived):
            return f"Checks not complete: {', '.join(missing)}"
        return ""


def carers_for(placement: Placement, week: dt.date) -> list[Candidate]:
    """Whom a placement's shifts of a week can be filled with: its own staff and the carers of each agency that supplies
    it, by name. Those who cannot be put on are there too, with the reason (see `Candidate.why_not`)."""
    since, until = clock.start_of(week), clock.start_of(week + ONE_WEEK + dt.timedelta(days=1))
    days = [week + dt.timedelta(days=n) for n in range(8)]
    own = policies.own_provider_id(placement)
    supplying = AgencyAgreement.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=days[0]), placement=placement, started_on__lte=days[6]
    )
    agencies: dict[int, list[Provider]] = {}
    engaged = Engagement.objects.filter(
        Q(agency=own) | Q(agency__in=supplying.values("agency")),
        Q(ended_on__isnull=True) | Q(ended_on__gt=days[0]),
        started_on__lte=days[6],
    )
    for engagement in engaged.select_related("agency").order_by("agency__name"):
        agencies.setdefault(engagement.carer_id, []).append(engagement.agency)
    carers = list(Carer.objects.filter(pk__in=agencies))
    asked = RotaRequest.objects.binding().about(placement.child_id).filter(carer__in=carers)
    to_be_off = set(asked.values_list("carer_id", flat=True))
    stood_down = _spans(StandDown.objects.filter(_overlaps("lifted_at", since, until), carer__in=carers), "lifted_at")
    busy = _spans(
        Assignment.objects.standing().filter(carer__in=carers, starts_at__lt=until, ends_at__gt=since), "ends_at"
    )
    waived = _spans(CheckWaiver.objects.filter(carer__in=carers, placement=placement, ends_at__gt=since), "ends_at")
    missing = missing_checks([carer.pk for carer in carers], days, placement.child.authority_id)
    return [
        Candidate(
            carer=carer,
            agencies=sorted(agencies[carer.pk], key=lambda agency: agency.pk != own),
            own_staff=any(agency.pk == own for agency in agencies[carer.pk]),
            stood_down=stood_down.get(carer.pk, []),
            missing=missing.get(carer.pk, {}),
            waived=waived.get(carer.pk, []),
            busy=busy.get(carer.pk, []),
            asked_off=carer.pk in to_be_off,
        )
        for carer in carers
    ]


def _overlaps(end: str, since: dt.datetime, until: dt.datetime) -> Q:
    return Q(starts_at__lt=until) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": since}))


def _spans(records, end: str) -> dict[int, list]:
    spans: dict[int, list] = {}
    for carer_id, begins, ends in records.values_list("carer_id", "starts_at", end):
        spans.setdefault(carer_id, []).append((begins, ends))
    return spans


def missing_checks(carers: list[int], days: list[dt.date], authority_id: int) -> dict[int, dict[dt.date, list[str]]]:
    """Which checks each carer lacks on each day, by their names on the page; by the database's own measure."""
    names = dict(Check.Kind.choices)
    found: dict[int, dict[dt.date, list[str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT carer, moment, lacks
            FROM unnest(%s::bigint[]) AS carer, unnest(%s::timestamptz[]) AS moment,
                 LATERAL staffing_missing(carer, moment, %s) AS lacks
            WHERE lacks <> '{}'
            """,
            [carers, [clock.start_of(day) for day in days], authority_id],
        )
        for carer_id, moment, lacks in cursor.fetchall():
            found.setdefault(carer_id, {})[clock.local_date(moment)] = [str(names[kind]) for kind in lacks]
    return found


def monday_of(day: dt.date) -> dt.date:
    """The Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


def said(shift: Shift) -> str:
    """A shift in a few words: Day, 3 March 2022, 08:00 to 20:00."""
    starts, ends = (moment.astimezone(clock.LONDON) for moment in (shift.starts_at, shift.ends_at))
    return f"{shift.get_kind_display()}, {in_words(starts.date())}, {starts:%H:%M} to {ends:%H:%M}"


def moment_of(moment: dt.datetime, later: dt.timedelta) -> dt.datetime:
    """The same time by English clocks, whole days later."""
    local = moment.astimezone(clock.LONDON)
    return clock.at_local(local.date() + later, local.time())


def missing_kinds(carer: Carer, moment: dt.datetime, authority_id: int) -> list[str]:
    """The kinds of check a carer lacks at an instant, as they are stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT staffing_missing(%s, %s, %s)", [carer.pk, moment, authority_id])
        return list(cursor.fetchone()[0])
