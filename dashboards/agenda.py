"""A meeting's agenda, which writes itself from the records: what was to be done, what stands, what is new since last time.

Each reader's agenda is made of what that reader may see, so a provider's manager reads no flag that is the council's alone.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from children.models import Child, Decision
from core import clock
from core.access import Permission
from core.dates import in_words
from core.models import User
from dashboards.flags import Flags, counted
from dashboards.words import count
from governance.models import Action, Meeting
from placements.models import DailyLog, Visit

SHOWN = 12
FIRST_LOOKS_BACK = dt.timedelta(days=28)  # the first meeting of a series has no last time
DRIFTS_AT = 2  # re-datings


@dataclass(frozen=True)
class News:
    """One kind of thing that is new since last time: how many, and the newest of them."""

    heading: str
    lines: Sequence[str]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


@dataclass(frozen=True)
class Agenda:
    since: dt.datetime
    is_first: bool
    overdue: Sequence[Action]
    open: Sequence[Action]  # and not overdue
    closed: Sequence[Action]  # since last time
    flags: Flags | None
    news: Sequence[News] = field(default_factory=tuple)


# What is new since last time, each of (user, child, since, until): a noun that lands later adds its own here.
NewsOf = Callable[[User, Child, dt.datetime, dt.datetime], News | None]


def agenda(meeting: Meeting, child: Child, user: User, *, as_of: dt.datetime) -> Agenda:
    """The agenda of a meeting about one child, as it stands at an instant."""
    last = (
        Meeting.for_user(user)
        .filter(series=meeting.series_id, discussed__child=child, called_off_at=None, held_at__lt=meeting.held_at)
        .order_by("-held_at")
        .first()
    )
    since = last.held_at if last else meeting.held_at - FIRST_LOOKS_BACK
    today = clock.local_date(as_of)
    of_hers = Action.for_user(user).filter(child=child).select_related("owner", "issue").order_by("due_on", "pk")
    open_now = list(of_hers.open().annotate(times_redated=Count("redatings", distinct=True)))
    flags = counted(user, as_of=as_of, child=child.reference, whose="all", shown=SHOWN)
    return Agenda(
        since=since,
        is_first=last is None,
        overdue=[action for action in open_now if action.due_on < today],
        open=[action for action in open_now if action.due_on >= today],
        closed=list(of_hers.filter(closed_at__gt=since)[:SHOWN]),
        flags=flags if user.can(Permission.SEE_FLAGS) else None,
        news=[told for make in NEWS if (told := make(user, child, since, as_of))],
    )


def _news(heading: str, found: QuerySet, line: Callable[..., str]) -> News | None:
    total = found.count()
    return News(heading, [line(record) for record in found[:SHOWN]], total) if total else None


def _visits(user: User, child: Child, since: dt.datetime, until: dt.datetime) -> News | None:
    found = Visit.for_user(user).filter(placement__child=child, occurred_at__gt=since, occurred_at__lte=until)
    outcomes = dict(Visit.Outcome.choices)
    return _news(
        "Visits",
        found.with_outcome().order_by("-occurred_at"),
        lambda v: f"{_day(v.occurred_at)}: {v.visitor}, {outcomes[v.outcome_now].lower()}",
    )


def _logs(user: User, child: Child, since: dt.datetime, until: dt.datetime) -> News | None:
    found = DailyLog.for_user(user).filter(placement__child=child, covers_from__gt=since, covers_from__lte=until)
    worried = found.exclude(incidents="").order_by("-covers_from")
    total = found.count()
    if not total:
        return None
    lines = [f"{count(total, 'daily log')} written"]
    lines += [f"{_day(log.covers_from)}: {log.incidents[:200]}" for log in worried[: SHOWN - 1]]
    return News("Daily logs", lines, len(lines))


def _decisions(user: User, child: Child, since: dt.datetime, until: dt.datetime) -> News | None:
    found = Decision.for_user(user).filter(child=child, recorded_at__gt=since, recorded_at__lte=until)
    return _news(
        "Decisions",
        found.order_by("-decided_on", "-pk"),
        lambda d: f"{in_words(d.decided_on)}: {d.what[:200]} ({d.decided_by})",
    )


def _day(moment: dt.datetime) -> str:
    return in_words(clock.local_date(moment))


NEWS: tuple[NewsOf, ...] = (_visits, _logs, _decisions)
