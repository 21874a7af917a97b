"""The director's page: each deprivation of liberty or unregistered placement a row that tells its state."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import charts, clock
from core.access import Permission, access
from core.models import User
from dashboards.flags import flags_of, list_url
from dashboards.state import State, states, with_what_states_need
from oversight import rulebook, standards
from placements.models import Placement

PAGE = 50

Show = tuple[str, Callable[[State], bool], str]


def shows(seen_within: int) -> dict[str, Show]:
    """The numbers at the top, by their name in the address: what each is called, what it counts, how grave it is."""
    return {
        "": ("high-risk placements", lambda state: True, ""),
        "unregistered": ("not registered", lambda state: state.registration == "not_registered", "red"),
        "order": ("under a deprivation of liberty order", lambda state: state.placement.dol, ""),
        "unmanaged": ("with nobody managing", lambda state: state.is_unmanaged, "red"),
        "unseen": (f"not seen alone for over {seen_within} days", lambda s: s.seen_alone.days > seen_within, "amber"),
        "unlogged": ("with days without a log", lambda state: bool(state.missing_days), "amber"),
    }


@access(Permission.SEE_OVERSIGHT)
def director(request: HttpRequest) -> HttpResponse:
    user, as_of = request.user, clock.now()
    show = request.GET.get("show", "")
    seen_within = standards.value(user.authority, standards.WORKER, on=clock.local_date(as_of))
    offered = shows(seen_within)
    show = show if show in offered else ""
    everything = high_risk_states(user, as_of=as_of)
    page = Paginator([state for state in everything if offered[show][1](state)], PAGE).get_page(request.GET.get("page"))
    counts = flag_counts([state.placement for state in page], user, as_of=as_of)
    chart, rules = flag_charts(user, as_of=as_of)
    context: dict[str, Any] = {
        "title": "Oversight",
        "stats": [
            (sum(1 for state in everything if counts_it(state)), label, show_url(name), tone, name == show)
            for name, (label, counts_it, tone) in offered.items()
        ],
        "show": show,
        "show_label": offered[show][0],
        "page": page,
        "query": f"show={show}" if show else "",
        "rows": [(state, counts[state.placement.pk]) for state in page],
        "chart": chart,
        "rules": rules,
        "authority": user.authority,
        "seen_within": seen_within,
    }
    return render(request, "dashboards/director.html", context)


def show_url(name: str) -> str:
    return reverse("dashboards:director") + (f"?show={name}" if name else "")


def high_risk_states(user: User, *, as_of: dt.datetime) -> list[State]:
    """Every unregistered or deprivation of liberty placement this person oversees, the longest standing first."""
    today = clock.local_date(as_of)
    found = with_what_states_need(Placement.for_user(user).live_on(today), as_of=as_of).high_risk(today)
    return states(list(found.order_by("started_on", "pk")), user=user, as_of=as_of)


def flag_counts(placements: list[Placement], user: User, *, as_of: dt.datetime) -> dict[int, charts.Number]:
    """The flags standing on each placement, each number with the address of its list."""
    standing = flags_of(user, as_of=as_of, whose="all").filter(placement__in=placements).order_by()
    counts = dict(standing.values_list("placement_id").annotate(n=Count("pk")))
    return {p.pk: charts.Number(counts.get(p.pk, 0), list_url(placement=p.pk, whose="all")) for p in placements}


AGE_WORDS = {"week": "Under 7 days", "month": "7 to 27 days", "older": "28 days or more"}


def flag_charts(user: User, *, as_of: dt.datetime) -> tuple[charts.BarChart, charts.BarChart]:
    """Flags standing by how long they have been overdue: by what they are about, and rule by rule. Every number is a link
    to its list."""
    rules = flags_of(user, as_of=as_of, whose="all").by_rule_and_age(as_of=as_of)
    families = [
        {"family": family, "title": title} | {age: sum(row[age] for row in within) for age in AGE_WORDS}
        for family, title in rulebook.FAMILIES.items()
        if (within := [row for row in rules if row["family"] == family])
    ]
    return (
        _chart("Flags standing, by what they are about and how long overdue", "About", "family", families),
        _chart("Flags standing, rule by rule", "Rule", "rule", rules),
    )


def _chart(title: str, heading: str, by: str, rows: list[dict[str, Any]]) -> charts.BarChart:
    def number(count: int, **filters: str) -> charts.Number:
        return charts.Number(count, list_url(whose="all", **filters))

    return charts.bar_chart(
        title,
        series=list(AGE_WORDS.values()),
        rows=[
            (
                row["title"] if by == "family" else f"{row['rule']}: {row['title']}",
                [number(row[age], **{by: row[by]}, age=age) for age in AGE_WORDS],
                list_url(whose="all", **{by: row[by]}),
            )
            for row in rows
        ],
        totals=[number(sum(row[age] for row in rows), age=age) for age in AGE_WORDS],
        total=number(sum(row[age] for row in rows for age in AGE_WORDS)),
        row_heading=heading,
    )
