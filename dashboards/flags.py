"""Flags, and clocks about to become flags, as rows a person can act on: what, whose, how long, and what clears it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from children.models import Child
from core import clock
from core.access import Role, Scope
from core.dates import in_words
from core.models import User
from dashboards.links import Link, link
from dashboards.words import count
from oversight import mending, rulebook
from oversight.clocks import Clock, due_soon
from oversight.models import Flag, FlagAnswer
from oversight.querysets import CLEARED, FlagQuerySet
from oversight.rulebook import Rule
from placements.models import Placement

SOON_DAYS = 14
NAMED = 3  # carers or shifts said by name where one line is about several
SHOWN = 40  # flags of one list on a page; its number links to all of them
SHOWN_TOGETHER = 20  # lines of such a list
UNFOLDED = 8  # of them, shown at once
MOST = 200  # flags read to be put together on one page: the gravest


@dataclass(frozen=True)
class Line:
    """One flag, or one clock not yet run out."""

    title: str
    basis: str
    child: Child
    placement: Placement | None
    when_words: str  # "9 days over", "due in 3 days"
    due_words: str  # "due 3 March 2026"
    tone: str  # red, amber or soon
    about: str = ""  # the carer, agency or shift, where it is about one
    owner: str = ""
    owner_role: str = ""
    href: str = ""
    remedy: Link | None = None
    answer: FlagAnswer | None = None
    answer_late: bool = False
    rule: str = ""

    @property
    def is_first(self) -> bool:
        """Whether it is of what no page folds away."""
        return self.rule in rulebook.FIRST


def unfolded(lines: Sequence[Line], at_least: int) -> int:
    """How many of these lines, in the order of `for_list`, a page shows at once: so many, and whatever stands first."""
    return max(at_least, sum(line.is_first for line in lines))


@dataclass(frozen=True)
class Flags:
    """Some flags and the number of all of them, which is a link to exactly that list."""

    lines: Sequence[Line]
    total: int
    href: str
    cleared: str = ""  # the address of those like them that were cleared

    @property
    def more(self) -> int:
        return self.total - len(self.lines)

    @property
    def first(self) -> list[Line]:
        """What a page of one child or placement shows at once."""
        return list(self.lines[: unfolded(self.lines, UNFOLDED)])

    @property
    def folded(self) -> list[Line]:
        """And what is a click away."""
        return list(self.lines[unfolded(self.lines, UNFOLDED) :])


def list_url(**filters) -> str:
    """The flags page showing exactly the flags `flags_of(user, **filters)` counts."""
    return f"{reverse('oversight:flags')}?{urlencode(filters)}"


def flags_of(user: User, *, as_of: dt.datetime, **filters) -> FlagQuerySet:
    """The flags the page at `list_url(**filters)` lists: one function behind the number and the list."""
    return Flag.for_user(user).filtered(user, as_of=as_of, **{name: str(value) for name, value in filters.items()})


def counted(user: User, *, as_of: dt.datetime, shown: int = SHOWN, back: str = "", **filters) -> Flags:
    """The first `shown` flags of a list, with the number of all. `back`: where a record made from here returns."""
    found = flags_of(user, as_of=as_of, **filters)
    rows = lines(found.for_list()[:shown], user=user, as_of=as_of, back=back)
    return Flags(rows, found.count(), list_url(**filters))


def counted_together(
    user: User, *, as_of: dt.datetime, shown: int = SHOWN_TOGETHER, back: str = "", **filters
) -> Flags:
    """The same with what asks the same of several carers or shifts as one line, which leads to the list of those flags."""
    found = flags_of(user, as_of=as_of, **filters)
    rows = gathered(lines(found.for_list()[:MOST], user=user, as_of=as_of, back=back), **filters)
    cleared = list_url(**filters | {"state": CLEARED})
    return Flags(rows[: unfolded(rows, shown)], found.count(), list_url(**filters), cleared)


def lines(flags: Iterable[Flag], *, user: User, as_of: dt.datetime, back: str = "") -> list[Line]:
    """Flags (from `for_list`) as rows. One query more, whatever their number: the latest answer to each."""
    flags = list(flags)
    answers = (
        FlagAnswer.for_user(user)
        .filter(flag__in=[flag.pk for flag in flags])
        .select_related("by")
        .order_by("flag_id", "-answered_at")
        .distinct("flag_id")
    )
    answer_to = {answer.flag_id: answer for answer in answers} if flags else {}
    return [_line(flag, answer_to.get(flag.pk), user, as_of, back) for flag in flags]


def _line(flag: Flag, answer: FlagAnswer | None, user: User, as_of: dt.datetime, back: str) -> Line:
    rule, today, role = flag.rulebook, clock.local_date(as_of), flag.get_owner_role_display()
    return Line(
        title=rule.title_of(flag.limb) if rule else flag.rule,
        basis=rule.basis.value if rule else "",
        child=flag.child,
        placement=flag.placement,
        when_words=over_words(flag.due_at, as_of),
        due_words=f"due {in_words(last_day(flag.due_at))}",
        tone=flag.severity,
        about=flag.about,
        owner=str(flag.owner),
        owner_role=role if flag.owner.role == flag.owner_role else f"for the {role.lower()}",
        href=reverse("oversight:flag", args=[flag.pk]),
        remedy=_remedy(user, flag, rule, back),
        answer=answer,
        answer_late=answer is not None and answer.by_when < today,
        rule=flag.rule,
    )


def _remedy(user: User, flag: Flag, rule: Rule | None, back: str) -> Link | None:
    """What this person can do about a flag: the record that clears it, else an answer if she holds it."""
    found = remedy(user, rule, flag, back) if rule else None
    if found is None and flag.owner_id == user.pk and not getattr(flag, "is_answered", False):
        return link(user, "Answer", "oversight:flag", flag.pk)
    return found


def remedy(user: User, rule: Rule, about: Flag | Clock, back: str = "") -> Link | None:
    """The page that makes the record which clears it, for somebody whose record does."""
    found = mending.way(user, rule, about)
    if found is None:
        return None
    mend, href = found
    return Link(mend.label, f"{href}?{urlencode({'from': back})}" if back else href)


def last_day(due_at: dt.datetime) -> dt.date:
    """The last day on which it was on time: a thing is due on a day until that day ends."""
    return clock.local_date(due_at - dt.timedelta(microseconds=1))


def over_words(due_at: dt.datetime, as_of: dt.datetime) -> str:
    """How long overdue. The day after the day it was due on is one day over; an hour overdue is counted in hours."""
    by_day = clock.start_of(clock.local_date(due_at)) == due_at
    hours = int((as_of - due_at).total_seconds() // 3600)
    if not by_day and hours < 48:
        return f"{count(hours, 'hour')} over" if hours else "Just now"
    return f"{count((clock.local_date(as_of) - last_day(due_at)).days, 'day')} over"


def soon_words(due_at: dt.datetime, as_of: dt.datetime) -> str:
    left = (last_day(due_at) - clock.local_date(as_of)).days
    return {0: "Due today", 1: "Due tomorrow"}.get(left, f"Due in {left} days")


def soon(placements: Iterable[Placement], *, user: User, as_of: dt.datetime, back: str = "") -> list[Line]:
    """What falls due for these placements within a fortnight, the soonest first. One query."""
    of = {placement.pk: placement for placement in placements}
    clocks: Sequence[Clock] = due_soon(list(of), as_of=as_of, within_days=SOON_DAYS) if of else []
    if user.rights.scope == Scope.PROVIDER:
        clocks = [found for found in clocks if found.rule.is_for_provider(found.limb)]
    return [
        Line(
            title=found.title,
            basis=found.rule.basis.value,
            child=of[found.placement_id].child,
            placement=of[found.placement_id],
            when_words=soon_words(found.due_at, as_of),
            due_words=in_words(found.last_day),
            tone="soon",
            about=found.about,
            owner_role=Role(found.owner_role).label if found.owner_role else "",
            remedy=remedy(user, found.rule, found, back),
        )
        for found in sorted(clocks, key=lambda found: (found.due_at, found.placement_id))
    ]


def gathered(lines: Iterable[Line], **filters) -> list[Line]:
    """Lines that ask the same of several carers or shifts of a placement, as one line each: the first, with them all.

    A placement of five to one has twenty carers, each with a dozen dates: a page of them hides the one that matters.
    `filters` are of the list the lines are of; a line for several flags leads to that list, of its rule alone.
    """
    alike: dict[tuple[str, int | None], list[Line]] = {}
    for line in lines:
        alike.setdefault((line.title, line.placement.pk if line.placement else None), []).append(line)
    return [_one_of(rows, filters) for rows in alike.values()]


def _one_of(rows: Sequence[Line], filters: dict[str, Any]) -> Line:
    first, about = rows[0], list(dict.fromkeys(row.about for row in rows))
    if len(rows) == 1:
        return first
    more = len(about) - NAMED
    named = ", ".join(about[:NAMED]) + (f" and {more} more" if more > 0 else "")
    remedy = (
        first.remedy if all(row.remedy == first.remedy for row in rows) else None
    )  # each carer's is a page of theirs
    return replace(
        first,
        when_words=f"{first.when_words}, the first of {len(rows)}",
        about=named,
        remedy=remedy,
        href=list_url(**filters | {"child": first.child.reference, "rule": first.rule}) if first.href else "",
        answer=None,
    )
