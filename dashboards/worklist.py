"""What the first page of each role is made of: whose work it is, and what the work is."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, QuerySet

from children.models import Child
from core import charts, clock
from core.access import Permission, Role
from core.models import User
from dashboards.flags import Line, list_url, over_words, soon, unfolded
from dashboards.links import link
from dashboards.state import State, states, with_what_states_need
from oversight.models import Flag
from placements.log_calendar import Stretch, unwritten
from placements.models import Placement

CHILDREN = 60
FIRST = 4  # lines about each child shown at once; the others are a click away
BUTTONS = 5  # days without a log offered at once; the form has the others


@dataclass
class ChildLines:
    """A child with the rows about her."""

    child: Child
    lines: list[Line] = field(default_factory=list)

    @property
    def first(self) -> list[Line]:
        """What the page shows at once: the gravest."""
        return self.lines[: unfolded(self.lines, FIRST)]

    @property
    def folded(self) -> list[Line]:
        """And what is a click away."""
        return self.lines[unfolded(self.lines, FIRST) :]

    @property
    def tone(self) -> str:
        return "red" if any(line.tone == "red" for line in self.lines) else self.lines[0].tone


def by_child(lines: Iterable[Line]) -> list[ChildLines]:
    """Rows gathered under their child, in the order in which each child first appears."""
    found: dict[int, ChildLines] = {}
    for line in lines:
        found.setdefault(line.child.pk, ChildLines(line.child)).lines.append(line)
    return list(found.values())


def allocated_to(user: User, *, as_of: dt.datetime) -> QuerySet:
    """The children this person is allocated to now."""
    return Child.for_user(user).allocated_to(user, clock.local_date(as_of))


def unallocated(user: User, *, as_of: dt.datetime) -> QuerySet:
    """Looked-after children this person may see who have no social worker today."""
    return Child.for_user(user).without_worker(clock.local_date(as_of)).select_related("team")


def due_soon(user: User, *, as_of: dt.datetime, back: str = "") -> list[Line]:
    """What falls due within a fortnight for this person's children: a head of service's own visits, else everybody's.

    A head of service answers for hundreds of children; what others owe them is on their own lists.
    """
    today = clock.local_date(as_of)
    here = Placement.for_user(user).live_on(today).filter(followed_from__isnull=False).select_related("child")
    if user.role == Role.HEAD_OF_SERVICE:
        mine = soon(here.high_risk(today), user=user, as_of=as_of, back=back)
        return [line for line in mine if line.owner_role == Role.HEAD_OF_SERVICE.label]
    return soon(here, user=user, as_of=as_of, back=back)


def left_out(records: QuerySet, *, shown: int) -> int:
    """How many of these a list cut at CHILDREN does not show: a list never ends in silence."""
    return records.count() - shown if shown >= CHILDREN else 0


@dataclass(frozen=True)
class Row:
    """A child of one's caseload: where she is, when she was last seen, what stands."""

    child: Child
    state: State | None
    flags: charts.Number | None


def caseload(children: QuerySet, user: User, *, as_of: dt.datetime) -> list[Row]:
    """The children one is allocated to, in a few queries whatever their number."""
    found = list(children[:CHILDREN])
    today = clock.local_date(as_of)
    here = with_what_states_need(Placement.for_user(user).live_on(today).filter(child__in=found), as_of=as_of)
    state_of = {state.placement.child_id: state for state in states(list(here), user=user, as_of=as_of)}
    flags_of = {}
    if user.can(Permission.SEE_FLAGS):
        standing = Flag.for_user(user).standing().filter(child__in=found).order_by().values("child_id")
        counts = {row["child_id"]: row["n"] for row in standing.annotate(n=Count("pk"))}
        flags_of = {
            child.pk: charts.Number(counts.get(child.pk, 0), list_url(child=child.reference, whose="all"))
            for child in found
        }
    return [Row(child, state_of.get(child.pk), flags_of.get(child.pk)) for child in found]


@dataclass(frozen=True)
class Holder:
    """A person, and the flags she holds."""

    name: str
    role: str
    flags: charts.Number
    unanswered: charts.Number
    oldest_words: str


def holders(flags: QuerySet, *, whose: str, as_of: dt.datetime) -> list[Holder]:
    """Who holds how many of these flags, the most first. One query."""
    rows = (
        flags.order_by()
        .values("owner_id", "owner__name", "owner__role")
        .annotate(
            n=Count("pk", distinct=True),
            unanswered=Count("pk", filter=Q(answers__isnull=True), distinct=True),
            oldest=Min("due_at"),
        )
        .order_by("-n", "owner__name")
    )
    return [
        Holder(
            name=row["owner__name"],
            role=Role(row["owner__role"]).label,
            flags=charts.Number(row["n"], list_url(whose=whose, owner=row["owner_id"])),
            unanswered=charts.Number(row["unanswered"], list_url(whose=whose, owner=row["owner_id"], answered="no")),
            oldest_words=over_words(row["oldest"], as_of),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Unwritten:
    """A stretch of care without its log, as a button."""

    label: str
    hint: str
    href: str
    goes_on: bool


@dataclass(frozen=True)
class LogsDue:
    """A placement as the person who writes its log meets it: today's, and the days without one."""

    state: State
    may_write: bool
    stretches: list[Unwritten]
    more: int = 0  # days without a log that have no button here

    @property
    def placement(self) -> Placement:
        return self.state.placement

    @property
    def missing(self) -> list[dt.date]:
        return self.state.missing_days


def logs_due(user: User, *, as_of: dt.datetime) -> list[LogsDue]:
    """Every placement this person's provider has, with what is still to be written."""
    today = clock.local_date(as_of)
    here = with_what_states_need(Placement.for_user(user).live_on(today), as_of=as_of).order_by("started_on", "pk")
    found = []
    for state in states(list(here[:CHILDREN]), user=user, as_of=as_of):
        write = link(user, "Write the log", "placements:log", state.placement.pk) if state.expects_logs else None
        gaps = unwritten(state.placement, state.covered, as_of=as_of, turns=state.turns) if write else []
        shown = [_unwritten(gap, write.href, state) for gap in gaps[:BUTTONS] if write]
        found.append(LogsDue(state, write is not None, shown, len(gaps) - len(shown)))
    return sorted(found, key=lambda due: -len(due.missing))


def _unwritten(gap: Stretch, href: str, state: State) -> Unwritten:
    """A whole day is named by its day; a part of one says which."""
    ago = (state.today - gap.day).days
    label = {0: "Today", 1: "Yesterday"}.get(ago, f"{gap.day:%A} {gap.day.day} {gap.day:%B}")
    starts, ends = gap.starts.astimezone(clock.LONDON), gap.ends.astimezone(clock.LONDON)
    if gap.turn:
        label = f"{label}: {gap.turn}"
    whole = starts == clock.start_of(gap.day) and ends == clock.end_of(gap.day)
    since = f"{starts:%H:%M}" if starts.date() == gap.day else f"{starts:%H:%M} on {starts.day} {starts:%B}"
    if gap.goes_on:
        hint = f"From {since} until now"
    elif whole:
        hint = "No log" if gap.day in state.missing_days else "To write"
    else:
        hint = f"No log from {since} to {ends:%H:%M}"
    which = {"day": gap.day.isoformat()} | ({"to": f"{ends:%H:%M}"} if gap.turn and not gap.goes_on else {})
    address = f"{href}?{urlencode(which | {'from': 'my-work'})}"
    return Unwritten(label, hint, address, gap.goes_on)
