"""How openly escalations are answered: by whom, whether in time, and by whom they were closed (R9.1, R9.2).

The escalations raised in a quarter are read as turns: each time one came to somebody, by when they owed an answer, and
what they did. Every number is of escalations, and leads to the list of just those.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse

from core import charts, clock, gates
from core.access import PROVIDER_ROLES, PartnerKind, Permission, Role, Scope
from core.models import Refusal, User
from escalations import ladder, notices
from escalations.models import ConflictOfInterest, Escalation, EscalationStep
from escalations.quarters import Quarter
from governance.querysets.register import called_for

Kind = EscalationStep.Kind
TURNS = (Kind.RAISED, Kind.CLIMBED, Kind.RANG, Kind.OUTSIDE, Kind.REASSIGNED, Kind.PASSED_BACK)
SENIOR = (Role.DIRECTOR, Role.DCS)
IN_TIME, LATE, PASSED, WAITING = "in-time", "late", "passed", "waiting"
OUTCOMES = {
    IN_TIME: "In time",
    WAITING: "Not due yet",
    PASSED: "Passed back",
    LATE: "Not in time",
}  # the last is drawn red

# What is counted of all, by a word that stands in the address of the list of just those.
COUNTED = {
    "raised": "Escalations raised",
    "in-time": "Answered in time by everybody they came to",
    "late": "Not answered in time by somebody they came to",
    "waiting": "Not answered, and not due yet",
    "outside": "Gone to the partnership’s scrutineer",
    "accepted": "Closed: whoever raised it accepted the answer",
    "closed": "Closed by whoever answered, once the answer was read",
    "cleared": "Closed by records that cleared every flag",
    "self": "Closed by somebody it is about, or who took the decision: must be none",
    "open": "Still open",
}
BY_AGENCY = {"raised": "Raised", IN_TIME: "Answered in time", LATE: "Not answered in time", "outside": "Gone outside"}


@dataclass
class Turn:
    """One person had one escalation, and owed its answer by an instant."""

    owner: User
    level: int
    due_at: dt.datetime | None
    answered_at: dt.datetime | None = None
    left_by: str = ""  # the kind of step that took it from them

    def outcome(self, *, as_of: dt.datetime) -> str:
        """What came of it; empty where it was taken from them before it was due."""
        if self.answered_at is not None:
            return IN_TIME if self.due_at is None or self.answered_at <= self.due_at else LATE
        if self.left_by == Kind.PASSED_BACK:
            return PASSED
        if self.left_by in (Kind.CLIMBED, Kind.RANG) or (self.due_at is not None and self.due_at <= as_of):
            return LATE
        return "" if self.left_by else WAITING


@dataclass(frozen=True)
class Row:
    """An escalation, as far as a reader may know whose it is, and as what it is counted."""

    escalation: Escalation
    called: str
    agency: str
    closed_by: str
    counts_as: frozenset[str]
    href: str

    @property
    def raised_on(self) -> dt.date:
        return clock.local_date(self.escalation.raised_at)

    @property
    def now(self) -> str:
        """Who has it, or who closed it."""
        return (
            f"Closed by {self.closed_by}"
            if self.closed_by
            else f"{self.escalation.get_state_display()}, with {self.escalation.owner}"
        )


@dataclass(frozen=True)
class Line:
    """A row of a table of numbers, each with the address of the list it counts."""

    label: str
    numbers: Sequence[charts.Number]
    in_time: int | None = None  # per cent, of those that are due

    @property
    def share(self) -> str:
        return "none due yet" if self.in_time is None else f"{self.in_time}% in time"


@dataclass(frozen=True)
class Openness:
    quarter: Quarter
    figures: list[tuple[str, charts.Number]]
    people: list[Line]
    agencies: list[Line]
    chart: charts.BarChart
    refused: list[tuple[str, int]]  # by whom, and how often
    rows: list[Row] = field(default_factory=list)


def openness_page(quarter: Quarter, show: str = "") -> str:
    return f"{reverse('escalations:openness')}?quarter={quarter.key}" + (f"&show={show}" if show else "")


def answered_for(user: User) -> QuerySet[Escalation]:
    """The escalations whose figures this person answers for: of the whole council, or of the children of their service."""
    if not user.is_authenticated or not user.can(Permission.SEE_OPENNESS) or user.authority_id is None:
        return Escalation.objects.none()
    if user.rights.scope in (Scope.NONE, Scope.AUTHORITY):
        return Escalation.objects.filter(authority_id=user.authority_id)
    return Escalation.objects.visible_to(user)


def openness(user: User, quarter: Quarter, *, show: str = "", as_of: dt.datetime) -> Openness:
    """What was raised in a quarter and what came of it. Five queries, whatever their number."""
    found = answered_for(user).filter(
        raised_at__gte=clock.start_of(quarter.first), raised_at__lt=clock.end_of(quarter.last), raised_at__lte=as_of
    )
    escalations = list(found.select_related("child", "raised_by", "closed_by", "owner").order_by("raised_at", "pk"))
    seen = set(Escalation.for_user(user).filter(pk__in=[e.pk for e in escalations]).values_list("pk", flat=True))
    turns, conflicts = _turns(escalations), _conflicts(escalations)
    rows = [
        _row(escalation, user, turns[escalation.pk], conflicts[escalation.pk], escalation.pk in seen, as_of)
        for escalation in escalations
    ]
    people = _people(rows, turns, quarter)
    return Openness(
        quarter,
        figures=[(label, _number(rows, code, quarter)) for code, label in COUNTED.items()],
        people=people,
        agencies=[
            Line(agency, [_number(rows, f"{_slug(agency)}:{code}", quarter) for code in BY_AGENCY])
            for agency in sorted({row.agency for row in rows})
        ],
        chart=charts.bar_chart(
            "Answers, by who owed them",
            series=list(OUTCOMES.values()),
            rows=[(f"{line.label}: {line.share}", line.numbers, "") for line in people],
            row_heading="Who",
        ),
        refused=_refused(user, quarter),
        rows=[row for row in rows if not show or show in row.counts_as],
    )


def _number(rows: Iterable[Row], code: str, quarter: Quarter) -> charts.Number:
    return charts.Number(sum(code in row.counts_as for row in rows), openness_page(quarter, code))


# --- one escalation ---------------------------------------------------------------------------------------------------


def _turns(escalations: Sequence[Escalation]) -> dict[int, list[Turn]]:
    """Each time one came to somebody, in order."""
    steps = EscalationStep.objects.filter(escalation__in=escalations, kind__in=[*TURNS, Kind.ANSWERED])
    found: dict[int, list[Turn]] = defaultdict(list)
    for step in steps.select_related("owner").order_by("happened_at", "pk"):
        turns = found[step.escalation_id]
        last = turns[-1] if turns else None
        if step.kind == Kind.ANSWERED:
            if last is not None and last.answered_at is None:
                last.answered_at = step.happened_at
            continue
        if last is not None and last.answered_at is not None and step.kind == Kind.REASSIGNED:
            continue  # theirs to close, and answered already
        if last is not None and not last.left_by:
            last.left_by = step.kind
        if last is None or last.owner != step.owner or step.kind == Kind.RANG:
            turns.append(Turn(step.owner, step.level, step.due_at))
    return found


def _conflicts(escalations: Sequence[Escalation]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = ConflictOfInterest.objects.filter(escalation__in=escalations)
    for escalation_id, user_id in rows.values_list("escalation_id", "user_id"):
        found[escalation_id].add(user_id)
    return found


def _row(
    escalation: Escalation, user: User, turns: list[Turn], conflicts: set[int], seen: bool, as_of: dt.datetime
) -> Row:
    outcomes = [(turn, turn.outcome(as_of=as_of)) for turn in turns]
    said = {outcome for _, outcome in outcomes}
    counts = {"raised"} | ({"open"} if escalation.is_open else set())
    if LATE in said:
        counts.add("late")
    elif IN_TIME in said:
        counts.add("in-time")
    elif WAITING in said:
        counts.add("waiting")
    if any(turn.level == ladder.TOP for turn in turns):
        counts.add("outside")
    counts |= _closing(escalation, conflicts)
    agency = agency_of(escalation.raised_by)
    counts |= {f"{_slug(agency)}:{code}" for code in BY_AGENCY if code in counts}
    counts |= {f"{_who(turn)}:{outcome}" for turn, outcome in outcomes if outcome}
    called = called_for(user, escalation.child) if escalation.child else "No child"
    href = notices.page(escalation) if seen else ""
    return Row(escalation, called, agency, _closed_by(escalation), frozenset(counts), href)


def _closing(escalation: Escalation, conflicts: set[int]) -> set[str]:
    if escalation.is_open:
        return set()
    by = escalation.closed_by_id
    if by is not None and by in conflicts and by != escalation.raised_by_id:
        return {"self"}
    kinds = {"accepted": "accepted", "cleared": "cleared"}
    return {kinds.get(escalation.closed_because, "closed")}


def _closed_by(escalation: Escalation) -> str:
    if escalation.is_open:
        return ""
    person = escalation.closed_by
    return f"{person.name}, {person.get_role_display().lower()}" if person else "records"


def agency_of(person: User | None) -> str:
    """For whom somebody speaks who raised an escalation."""
    if person is None:
        return "By itself, from what is overdue"
    if person.partner_kind:
        return PartnerKind(person.partner_kind).label
    if person.role in PROVIDER_ROLES:
        return "Care provider"
    return "Advocate" if person.role == Role.ADVOCATE else "The council"


def _slug(agency: str) -> str:
    return "".join(letter if letter.isalpha() else "-" for letter in agency.lower())


# --- who owed an answer -----------------------------------------------------------------------------------------------


def _who(turn: Turn) -> str:
    """A director by name; everybody else by their level."""
    return f"person-{turn.owner.pk}" if turn.owner.role in SENIOR else f"level-{turn.level}"


def _people(rows: Sequence[Row], turns: dict[int, list[Turn]], quarter: Quarter) -> list[Line]:
    labels: dict[str, tuple[int, str]] = {}
    for turn in (turn for of_one in turns.values() for turn in of_one):
        senior = turn.owner.role in SENIOR
        label = f"{turn.owner.name}, {turn.owner.get_role_display().lower()}" if senior else _title(turn.level)
        labels[_who(turn)] = (turn.level, label)
    lines = []
    for who, (_, label) in sorted(labels.items(), key=lambda item: item[1]):
        numbers = [_number(rows, f"{who}:{outcome}", quarter) for outcome in OUTCOMES]
        count = {outcome: number.count for outcome, number in zip(OUTCOMES, numbers, strict=True)}
        due = sum(count.values()) - count[WAITING]
        lines.append(Line(label, numbers, round(100 * count[IN_TIME] / due) if due else None))
    return lines


def _title(level: int) -> str:
    return ladder.LEVELS[level - 1].title


def _refused(user: User, quarter: Quarter) -> list[tuple[str, int]]:
    """Whose answering or closing was refused, and how often: by its subject, or for a reason that is none."""
    codes = (gates.ESCALATION_SELF, gates.ESCALATION_REASON)
    tried = Refusal.objects.filter(code__in=codes, by__authority=user.authority)
    tried = tried.filter(recorded_at__gte=clock.start_of(quarter.first), recorded_at__lt=clock.end_of(quarter.last))
    return list(tried.order_by().values_list("by__name").annotate(n=Count("pk")).order_by("-n", "by__name"))


# --- for a spreadsheet ------------------------------------------------------------------------------------------------

HEAD = ("escalation", "raised on", "raised by", "began with", "level reached", "answers in time", "state", "closed by")


def sheet(rows: Iterable[Row]) -> Iterable[Sequence[Any]]:
    """A line an escalation: no child, and nothing of what was written."""
    for row in rows:
        escalation = row.escalation
        in_time = next((words for code, words in (("late", "no"), ("in-time", "yes")) if code in row.counts_as), "")
        yield (
            escalation.number, clock.local_date(escalation.raised_at).isoformat(), row.agency,
            escalation.get_source_display(), _title(escalation.level), in_time, escalation.get_state_display(),
            row.closed_by,
        )  # fmt: skip
