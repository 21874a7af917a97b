"""Which quality-assurance visits are due, made and overdue: a placement's own, and everybody's in one schedule.

The schedule is what the rules' clocks say, so it begins with the placement and always agrees with the flags.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core import clock
from core.access import Permission, Scope
from core.models import User
from dashboards.flags import last_day, over_words, soon_words
from dashboards.links import Link, link, offered
from governance.models import Finding, QualityVisit
from governance.querysets.register import assured_to, called_for
from oversight.clocks import Clock, running
from placements.models import Placement

KINDS = {
    "QA-01": QualityVisit.Kind.INDEPENDENT,
    "QA-02": QualityVisit.Kind.REVIEW,
    "QA-03": QualityVisit.Kind.MULTI_AGENCY,
    "QA-04": QualityVisit.Kind.PREMISES,
}
FAR_OVERDUE = 7  # days: none may be (R1.1)


@dataclass(frozen=True)
class Due:
    """The next visit of a kind to a placement."""

    placement: Placement
    called: str
    clock: Clock
    as_of: dt.datetime

    @property
    def what(self) -> str:
        return str(KINDS[self.clock.rule.source_id].label)

    @property
    def overdue(self) -> bool:
        return self.clock.stage == "overdue"

    @property
    def far_overdue(self) -> bool:
        late = clock.local_date(self.as_of) - last_day(self.clock.due_at)
        return self.overdue and late > dt.timedelta(days=FAR_OVERDUE)

    @property
    def words(self) -> str:
        return (over_words if self.overdue else soon_words)(self.clock.due_at, self.as_of)


def schedule(user: User, *, as_of: dt.datetime) -> list[Due]:
    """The next visit of each kind to each placement this person answers for that is asked for any, the longest overdue
    first."""
    today = clock.local_date(as_of)
    here = assured_to(user).live_on(today).filter(followed_from__lte=today).looked_into(today)
    return _next(here.select_related("child", "home"), user, as_of)


def _next(placements: Iterable[Placement], user: User, as_of: dt.datetime) -> list[Due]:
    of = {placement.pk: placement for placement in placements}
    first: dict[tuple[int, str], Clock] = {}
    for found in running(KINDS, of, as_of=as_of):  # soonest first
        first.setdefault((found.placement_id, found.rule.source_id), found)
    return [
        Due(of[row.placement_id], called_for(user, of[row.placement_id].child), row, as_of) for row in first.values()
    ]


def panel(placement: Placement, user: User, *, as_of: dt.datetime) -> dict[str, Any] | None:
    """What a placement's page says of it: what was last made, what is due, what is still to be put right."""
    if user.rights.scope == Scope.PROVIDER and not user.can(Permission.SEE_FLAGS):
        return None
    last: dict[str, QualityVisit] = {}
    for visit in QualityVisit.for_user(user).filter(placement=placement).standing().order_by("occurred_at"):
        last[visit.kind] = visit
    due = {row.what: row for row in _next([placement], user, as_of)} if user.can(Permission.SEE_QUALITY) else {}
    rows = [
        (kind.label, last.get(kind.value), due.get(str(kind.label)))
        for kind in QualityVisit.Kind
        if kind.value in last or kind.label in due
    ]
    findings = Finding.for_user(user).filter(visit__placement=placement).unfinished()
    if not rows and not user.can(Permission.SEE_QUALITY):
        return None
    links: list[Link] = offered(
        link(user, "Quality assurance", "governance:quality", placement.pk),
        link(user, "Check the premises", "governance:premises_check", placement.pk),
    )
    return {"rows": rows, "open": findings.count() if last else 0, "links": links}
