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
from oversight import standards
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
        "chart": rules_chart(user, as_of=as_of),
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


def rules_chart(user: User, *, as_of: dt.datetime) -> charts.BarChart:
    """Flags standing by rule and by how long they have been overdue. Every number is a link to its list."""
    rows = flags_of(user, as_of=as_of, whose="all").by_rule_and_age(as_of=as_of)
    ages = ("week", "month", "older")

    def number(count: int, **filters: str) -> charts.Number:
        return charts.Number(count, list_url(whose="all", **filters))

    return charts.bar_chart(
        "Flags standing, by rule and by how long overdue",
        series=["Under 7 days", "7 to 27 days", "28 days or more"],
        rows=[
            (
                f"{row['rule']}: {row['title']}",
                [number(row[age], rule=row["rule"], age=age) for age in ages],
                list_url(whose="all", rule=row["rule"]),
            )
            for row in rows
        ],
        totals=[number(sum(row[age] for row in rows), age=age) for age in ages],
        total=number(sum(row["total"] for row in rows)),
        row_heading="Rule",
    )
