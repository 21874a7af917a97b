"""What the rota's pages show, in their words: the week as a grid, a shift as it stands, the carers beside it."""

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from core import clock
from core.access import Permission
from core.models import User
from placements.models import Placement
from staffing import policies
from staffing.actions.rota import SHIFT_CANCELLED, SWAPPED, TAKEN_OFF_A_DRAFT
from staffing.models import Assignment, CheckWaiver, RotaRequest, Shift, StaffingPlan, Swap
from staffing.rest import ONE_WEEK, RotaWarning, in_hours
from staffing.rota import Candidate, OnShift, ShiftOfWeek, Week, carers_for, rows_of, warnings_for, week_of, with_people

KINDS = list(Shift.Kind)
SHORT_WARNING = {"rest": "Rest under 11 hours", "hours": "Over 48 hours this week"}
UNCHECKED = "Checks not complete and in date"
ASKED_OFF = "Somebody asked that they be taken off this rota"
MARKS = {  # of whoever was to be taken off: on the grid, and whole
    "asked": ("Asked to be taken off", ASKED_OFF),
    "back": ("Was to be taken off, put back", "Put on this shift after somebody asked that they be taken off"),
}
FROM_THE_ORDER = "As many as the deprivation of liberty order states."
EARLIEST, LATEST = dt.date(2000, 1, 3), dt.date(2199, 12, 2)


def monday_of(text: str, as_of: dt.datetime) -> dt.date:
    """The Monday of the week a day is in; of this week where the address names no day."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = clock.local_date(as_of)
    if not EARLIEST <= day <= LATEST:
        day = clock.local_date(as_of)
    return day - dt.timedelta(days=day.weekday())


def count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


# --- a shift ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cover:
    state: str  # short, exact, over, unknown
    words: str


def cover_of(row: ShiftOfWeek) -> Cover:
    """How a shift stands against what it needs, in words that need no colour."""
    if row.required is None:
        return Cover("unknown", f"{row.planned} on, number needed not known")
    if row.cover == "short":
        return Cover("short", f"Short by {row.missing} of {row.required}")
    if row.cover == "over":
        return Cover("over", f"Over by {row.planned - row.required}")
    return Cover("exact", f"Exact, {row.required} of {row.required}" if row.required else "Nobody needed")


@dataclass(frozen=True)
class Person:
    on: OnShift
    part: str  # the hours, where not the whole shift
    warnings: list[str]  # a few words each, for the grid
    sentences: list[str]  # the same, whole
    marks: list[str]  # those that whoever publishes the week should see


class Card:
    """A shift as the pages show it."""

    def __init__(
        self, row: ShiftOfWeek, warnings: list[RotaWarning], *, may_put: bool, column: int = 0, said: str = ""
    ) -> None:
        self.row, self.shift, self.may_put, self.column, self.said = row, row.shift, may_put, column, said
        self.cover = cover_of(row)
        self.kind_row = KINDS.index(Shift.Kind(row.shift.kind))
        self._warnings = [warning for warning in warnings if warning.shift_id == row.shift.pk]

    @cached_property
    def people(self) -> list[Person]:
        """Who is on it: the leader first, then by agency and name, the placement's own staff before agency staff."""
        people = sorted(self.row.people, key=lambda each: (not each.own_staff, each.agency, not each.leads, each.name))
        return [self._person(each) for each in people]

    @cached_property
    def groups(self) -> list[tuple[str, list[Person]]]:
        """The same by agency, the leader's agency first."""
        found: dict[str, list[Person]] = {}
        for person in self.people:
            found.setdefault(person.on.agency, []).append(person)
        return sorted(found.items(), key=lambda group: not any(person.on.leads for person in group[1]))

    def _person(self, on: OnShift) -> Person:
        local = [moment.astimezone(clock.LONDON) for moment in (on.starts_at, on.ends_at)]
        said = [warning for warning in self._warnings if warning.carer_id == on.carer_id]
        unchecked = [UNCHECKED] if on.unchecked else [waived(on.waived_until)] if on.waived_until else []
        short, whole = MARKS.get(on.asked_off, ("", ""))
        return Person(
            on,
            "" if on.whole_shift else f"{local[0]:%H:%M} to {local[1]:%H:%M}",
            [*filter(None, [short]), *unchecked, *(SHORT_WARNING[warning.kind] for warning in said)],
            [*filter(None, [whole]), *unchecked, *(warning.sentence for warning in said)],
            [*filter(None, [short]), *unchecked],
        )


def waived(until: dt.datetime) -> str:
    local = until.astimezone(clock.LONDON)
    return f"Checks waived until {local.day} {local:%B}, {local:%H:%M}"


def may_change(shift: Shift, *, may_draft: bool, may_decide: bool, as_of: dt.datetime) -> bool:
    """Whether this person may change who works a shift, as it stands: the page offers nothing that would be refused."""
    open_still = shift.cancelled_at is None and shift.ends_at > as_of
    return open_still and (may_decide or (may_draft and shift.published_at is None))


def cards_of(week: Week, as_of: dt.datetime, said: dict[int, str] | None = None) -> list[Card]:
    return [
        Card(
            row,
            week.warnings,
            may_put=may_change(row.shift, may_draft=week.may_draft, may_decide=week.may_decide, as_of=as_of),
            column=column,
            said=(said or {}).get(row.shift.pk, ""),
        )
        for column, day in enumerate(week.days)
        for row in day.shifts
    ]


# --- a week -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A day of the grid: for each kind of shift the week has, the shifts of that day, or the words for none."""

    date: dt.date
    is_today: bool
    kinds: list[tuple[Shift.Kind, list[Card]]]


class Grid:
    """A week as the grid shows it."""

    def __init__(self, placement: Placement, monday: dt.date, user: User, as_of: dt.datetime, said: Any = None) -> None:
        self.placement, self.monday, self.user, self.as_of = placement, monday, user, as_of
        self.week = week_of(placement, monday, user, as_of)
        self.cards = cards_of(self.week, as_of, said)

    @property
    def sunday(self) -> dt.date:
        return self.monday + dt.timedelta(days=6)

    @property
    def is_this_week(self) -> bool:
        return self.monday <= clock.local_date(self.as_of) <= self.sunday

    @cached_property
    def kinds(self) -> list[Shift.Kind]:
        used = {card.shift.kind for card in self.cards}
        return [kind for kind in KINDS if kind in used]

    @cached_property
    def columns(self) -> list[Column]:
        today = clock.local_date(self.as_of)
        return [
            Column(
                day.date,
                day.date == today,
                [(kind, [c for c in self.cards if c.column == column and c.shift.kind == kind]) for kind in self.kinds],
            )
            for column, day in enumerate(self.week.days)
        ]

    @property
    def may_put(self) -> list[Card]:
        return [card for card in self.cards if card.may_put]

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """The week in a line: how many of each, with the state of cover each is about, or none."""
        week = self.week
        short, over, drafts = len(week.short), len(week.with_cover("over")), len(week.drafts)
        missing = count(sum(row.missing for row in week.short), "person", "people")
        leaderless, waiting = len(week.without_leader), sum(row.swaps_waiting for row in week.shifts)
        facts = [
            ("", count(len(self.cards), "shift"), True),
            ("short", f"{short} short, by {missing} in all", short),
            ("over", f"{over} over", over),
            ("", f"{leaderless} without a leader", leaderless),
            ("", count(waiting, "swap waiting", "swaps waiting"), waiting),
            ("", count(drafts, "draft") if drafts else self._all_published, True),
        ]
        return [(state, words) for state, words, there in facts if there and self.cards]

    @property
    def _all_published(self) -> str:
        return "all published" if all(row.published for row in self.week.shifts) else "nothing to publish"

    @cached_property
    def needs(self) -> list[str]:
        """Where the numbers needed come from."""
        since, until = clock.start_of(self.monday), clock.end_of(self.sunday)
        return needs_of(self.placement, self.user, since, until - dt.timedelta(microseconds=1)) or (
            [FROM_THE_ORDER] if any(row.required for row in self.week.shifts) else []
        )

    @property
    def who_decides(self) -> str:
        return who_decides(self.placement, self.as_of)

    @cached_property
    def to_be_off(self) -> list[tuple[RotaRequest, bool]]:
        """The requests to take a carer off that are not done, and whether each is late."""
        asked = RotaRequest.for_user(self.user).open().about(self.placement.child_id).select_related("carer")
        return [(request, request.due_at <= self.as_of) for request in asked.order_by("due_at", "pk")]

    @cached_property
    def waivers(self) -> list[CheckWaiver]:
        """The waivers of checks at this placement that run, or begin soon."""
        running = CheckWaiver.for_user(self.user).filter(placement=self.placement, ends_at__gt=self.as_of)
        return list(running.select_related("carer", "given_by").order_by("ends_at", "pk"))


def needs_of(placement: Placement, user: User, since: dt.datetime, until: dt.datetime) -> list[str]:
    """The staffing plans in effect from one instant to another, a sentence each, the first first."""
    plans = list(StaffingPlan.for_user(user).filter(placement=placement, effective_from__lte=until)[:10])
    begun = [n for n, plan in enumerate(plans) if plan.effective_from <= since]
    return [_need(plan) for plan in reversed(plans[: begun[0] + 1] if begun else plans)]


def _need(plan: StaffingPlan) -> str:
    local = plan.effective_from.astimezone(clock.LONDON)
    sleeping = f", {plan.sleeping_in} sleeping in" if plan.sleeping_in else ""
    source = plan.source.rstrip(". ")
    return f"{plan.by_day} by day, {plan.by_night} by night{sleeping}, from {local.day} {local:%B %Y}: {source}."


def who_decides(placement: Placement, as_of: dt.datetime) -> str:
    post = policies.manager_of(placement, as_of)
    manager = f"{post.name}, the placement manager," if post else "the placement manager, once there is one,"
    return f"{manager} or the child’s social worker or their team manager"


# --- who can be put on ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A carer through one agency, as a list offers them. `reason` says why they cannot be chosen, where they cannot."""

    candidate: Candidate
    agency: Any
    hours: str  # planned this week, wherever
    reason: str

    @property
    def value(self) -> str:
        return f"{self.candidate.carer.pk}-{self.agency.pk}"

    @property
    def carer(self) -> Any:
        return self.candidate.carer

    @property
    def asked_off(self) -> str:
        return ASKED_OFF if self.candidate.asked_off else ""

    @property
    def about(self) -> str:
        """What stands beside the name in a list."""
        return self.reason or ", ".join(filter(None, [f"{self.hours} this week", self.asked_off]))


def choices_for(placement: Placement, monday: dt.date, as_of: dt.datetime, shift: Shift | None = None) -> list[Choice]:
    """The carers of a week, own staff first, each with why they cannot be put on this shift or, where none is given,
    why they can be put on no shift of the week at all."""
    since, until = clock.start_of(monday), clock.start_of(monday + ONE_WEEK)
    found = []
    for candidate in carers_for(placement, monday):
        reason = candidate.why_not(shift.starts_at, shift.ends_at) if shift else _never(candidate, monday, as_of)
        hours = sum((max(min(b, until) - max(a, since), dt.timedelta()) for a, b in candidate.busy), dt.timedelta())
        found += [Choice(candidate, agency, in_hours(hours), reason) for agency in candidate.agencies]
    own = policies.own_provider_id(placement)
    return sorted(found, key=lambda choice: (choice.agency.pk != own, choice.agency.name))


def _never(candidate: Candidate, monday: dt.date, as_of: dt.datetime) -> str:
    """Why somebody can be put on no day that is left of a week, whatever shifts they have already."""
    idle = replace(candidate, busy=[])
    days = [day for day in (monday + dt.timedelta(days=n) for n in range(7)) if clock.end_of(day) > as_of]
    reasons = [idle.why_not(clock.start_of(day), clock.end_of(day)) for day in days]
    return reasons[0] if reasons and all(reasons) else ""


@dataclass(frozen=True)
class Change:
    """One change of who works a shift, and why. `swap` is its page, where it was one."""

    at: dt.datetime
    what: str
    why: str
    by: str = ""
    swap: int | None = None


def _swapped(swap: Swap) -> Change:
    instead = f"{swap.incoming} in place of {swap.outgoing}" if swap.incoming else f"{swap.outgoing} off"
    by = str(swap.decided_by) if swap.decided_by else ""
    return Change(
        swap.decided_at or swap.asked_at,
        f"Swap {swap.get_state_display().lower()}: {instead}",
        swap.decided_why,
        by,
        swap.pk,
    )


class ShiftPage:
    """One shift as it stands now: read when the page is written, so that after a conflict it is the present state."""

    def __init__(self, shift: Shift, user: User, as_of: dt.datetime) -> None:
        self.user, self.as_of = user, as_of
        self.placement = shift.placement
        self.monday = monday_of(clock.local_date(shift.starts_at).isoformat(), as_of)
        fresh = with_people(Shift.for_user(user).filter(pk=shift.pk))
        self.row = rows_of(self.placement, fresh)[0]
        self.shift = self.row.shift
        self.may_draft = user.can(Permission.PROPOSE_ROTA)
        self.may_decide = policies.may_decide_staffing(user, self.placement, as_of)
        self.may_change = may_change(self.shift, may_draft=self.may_draft, may_decide=self.may_decide, as_of=as_of)
        self.card = Card(self.row, warnings_for(self.placement, self.monday), may_put=self.may_change)

        swaps = Permission.PROPOSE_ROTA, Permission.RECORD_SHIFT
        published = self.shift.published_at is not None and self.shift.cancelled_at is None
        self.may_swap = published and not self.over and any(user.can(each) for each in swaps)

    @property
    def begun(self) -> bool:
        return self.shift.starts_at <= self.as_of

    @property
    def over(self) -> bool:
        return self.shift.ends_at <= self.as_of

    @property
    def who_decides(self) -> str:
        return who_decides(self.placement, self.as_of)

    @cached_property
    def needs(self) -> str:
        found = needs_of(self.placement, self.user, self.shift.starts_at, self.shift.starts_at)
        return found[-1] if found else FROM_THE_ORDER if self.row.required else ""

    @cached_property
    def swaps(self) -> list[Swap]:
        """Those that wait for a decision."""
        waiting = Swap.for_user(self.user).filter(shift=self.shift, state=Swap.State.ASKED)
        return list(waiting.select_related("outgoing", "incoming", "asked_by"))

    @cached_property
    def changes(self) -> list[Change]:
        """What was changed of who works it, the newest first, and why: what a decision on the child's record leaves to it."""
        gone = Assignment.for_user(self.user).filter(shift=self.shift).exclude(removed_why="")
        gone = gone.exclude(removed_why__in=(SWAPPED, SHIFT_CANCELLED, TAKEN_OFF_A_DRAFT)).select_related("carer")
        decided = Swap.for_user(self.user).filter(shift=self.shift).exclude(state=Swap.State.ASKED)
        found = [self._taken_off(each) for each in gone]
        found += [_swapped(swap) for swap in decided.select_related("outgoing", "incoming", "decided_by")]
        return sorted(found, key=lambda change: change.at, reverse=True)

    @staticmethod
    def _taken_off(assignment: Assignment) -> Change:
        if assignment.removed_at is None:  # they had begun
            left = assignment.ends_at.astimezone(clock.LONDON)
            return Change(assignment.ends_at, f"{assignment.carer} off from {left:%H:%M}", assignment.removed_why)
        return Change(assignment.removed_at, f"{assignment.carer} off", assignment.removed_why)

    @cached_property
    def choices(self) -> list[Choice]:
        on = {person.carer_id for person in self.row.people}
        offered = choices_for(self.placement, self.monday, self.as_of, self.shift)
        return [choice for choice in offered if choice.carer.pk not in on]
