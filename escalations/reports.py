"""How the officers’ disputes and referrals to Cafcass went, quarter by quarter (R8.4)."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from core import charts, clock
from core.access import Scope
from core.models import User
from escalations.models import CafcassReferral, Dispute
from escalations.quarters import Quarter, latest, of
from escalations.querysets.dispute import counted_for
from governance.querysets.register import called_for

SHOWN = 8  # quarters of the chart

# What is counted, by a word that stands in the address of the list of just those.
COUNTED = {
    "disputes": "Disputes begun",
    "informal": "of which informal so far",
    "formal": "of which made formal",
    "in-time": "Formal, answered in time",
    "late": "Formal, not answered in time",
    "over-in-time": "Formal, over in time",
    "over-late": "Formal, not over in time",
    "open": "Still open",
    "cafcass": "Referrals to Cafcass",
    "without": "of which without a dispute",
    "answered": "of which Cafcass has answered",
}
CHARTED = {"informal": "Informal", "formal": "Formal", "cafcass": "Cafcass"}


@dataclass(frozen=True)
class Row:
    """A dispute or a referral, as far as a reader may know whose it is, and as what it is counted."""

    what: str
    called: str
    day: dt.datetime
    state: str
    href: str
    counts_as: frozenset[str] = field(default_factory=frozenset)

    @property
    def begun_on(self) -> dt.date:
        return clock.local_date(self.day)


@dataclass(frozen=True)
class DisputeReport:
    quarter: Quarter
    figures: list[tuple[str, charts.Number]]
    rows: list[Row]
    chart: charts.BarChart


def report_page(quarter: Quarter, show: str = "") -> str:
    return f"{reverse('escalations:dispute_report')}?quarter={quarter.key}" + (f"&show={show}" if show else "")


def dispute_report(user: User, quarter: Quarter, *, show: str = "", today: dt.date) -> DisputeReport:
    """What began in a quarter, how far it went and whether in time. Every number is of the list it leads to."""
    disputes, referrals = counted_for(user, Dispute), counted_for(user, CafcassReferral)
    names = user.rights.scope != Scope.NONE
    rows = [
        _of_dispute(dispute, user, names, today)
        for dispute in disputes.of_quarter(quarter.first, quarter.last).select_related("child")
    ]
    rows += [
        _of_referral(referral, user, names)
        for referral in referrals.of_quarter(quarter.first, quarter.last).select_related("child")
    ]
    rows.sort(key=lambda row: row.day)
    figures = [
        (label, charts.Number(sum(code in row.counts_as for row in rows), report_page(quarter, code)))
        for code, label in COUNTED.items()
    ]
    shown = [row for row in rows if not show or show in row.counts_as]
    return DisputeReport(quarter, figures, shown, _chart(disputes, referrals, today))


def _of_dispute(dispute: Dispute, user: User, names: bool, today: dt.date) -> Row:
    counts = {"disputes", "formal" if dispute.is_formal else "informal"} | ({"open"} if dispute.is_open else set())
    if dispute.alert_due_on and dispute.ends_on:
        counts |= _in_time("in-time", "late", dispute.alert_answered_at, dispute.alert_due_on, today)
        counts |= _in_time("over-in-time", "over-late", dispute.resolved_at, dispute.ends_on, today)
    href = reverse("escalations:dispute", args=[dispute.pk]) if names else ""
    called = called_for(user, dispute.child)
    return Row(str(dispute), called, dispute.informal_at, _state(dispute), href, frozenset(counts))


def _in_time(yes: str, no: str, done_at: dt.datetime | None, due_on: dt.date, today: dt.date) -> set[str]:
    """In time, late, or neither while it is not yet due."""
    if done_at is not None:
        return {yes if clock.local_date(done_at) <= due_on else no}
    return {no} if due_on < today else set()


def _state(dispute: Dispute) -> str:
    if not dispute.is_open:
        return f"Over. {dispute.get_resolution_display()}"
    if not dispute.is_formal:
        return "Informal"
    return "Formal, answered" if dispute.answered_at else "Formal, not answered"


def _of_referral(referral: CafcassReferral, user: User, names: bool) -> Row:
    counts = {"cafcass"} | ({"without"} if referral.dispute_id is None else set())
    counts |= {"answered"} if referral.answered_on else set()
    state = "Answered" if referral.answered_on else "Not answered yet"
    href = reverse("escalations:disputes_of", args=[referral.child.reference]) if names else ""
    called = called_for(user, referral.child)
    return Row("Referral to Cafcass", called, referral.referred_at, state, href, frozenset(counts))


def _chart(disputes: Any, referrals: Any, today: dt.date) -> charts.BarChart:
    counted: dict[tuple[Quarter, str], int] = {}
    shown = list(reversed(latest(today, SHOWN)))
    disputes, referrals = (found.of_quarter(shown[0].first, shown[-1].last) for found in (disputes, referrals))
    began = [
        (day, "formal" if formal else "informal") for day, formal in disputes.begun().values_list("day", "formal_at")
    ]
    for day, code in [*began, *((day, "cafcass") for day in referrals.asked().values_list("day", flat=True))]:
        key = (of(day), code)
        counted[key] = counted.get(key, 0) + 1
    rows = [
        (
            str(quarter),
            [charts.Number(counted.get((quarter, code), 0), report_page(quarter, code)) for code in CHARTED],
            report_page(quarter),
        )
        for quarter in shown
    ]
    return charts.bar_chart(
        "Disputes and referrals, by quarter", series=list(CHARTED.values()), rows=rows, row_heading="Quarter"
    )
