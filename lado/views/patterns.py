"""What is seen only together: everything about one worker, and a year of referrals."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, access
from core.models import User
from core.sheets import as_csv
from governance.models import ConductSubject
from lado import actions, report
from lado.models import ConductDecision, Referral
from lado.policies import conduct as policies
from lado.views.cases import caseload
from staffing.models import Carer, StandDownCase

SEVERAL, LISTED = 2, 100


@access(Permission.HANDLE_ALLEGATIONS)
@require_safe
def workers(request: HttpRequest) -> HttpResponse:
    """About whom more than one thing is on record, across children and agencies: referrals, concerns about their conduct,
    and times they were found asleep. Whoever has the most comes first."""
    user = request.user
    kinds = [
        Counter(Referral.for_user(user).order_by().values_list("carer", flat=True)),
        Counter(ConductSubject.for_user(user).order_by().values_list("carer", flat=True)),
        Counter(policies.all_looks(user.authority_id).values_list("carer", flat=True)),
    ]
    of_all: Counter[int | None] = sum(kinds, Counter())
    own = policies.own_records(user)
    several = [pk for pk, number in of_all.most_common() if pk and number >= SEVERAL and pk not in own]
    carers = Carer.for_user(user).with_stand_down(clock.now()).in_bulk(several)
    shown = [carers[pk] for pk in several if pk in carers]
    context = {
        "title": "Workers with more than one",
        "rows": [(carer, *(kind[carer.pk] for kind in kinds)) for carer in shown[:LISTED]],
        "more": len(shown) - LISTED,
        "back_url": reverse("lado:cases"),
    }
    return render(request, "lado/workers.html", context)


@access(Permission.HANDLE_ALLEGATIONS)
@require_safe
def worker(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything on record about one worker, across children, agencies and placements, in the order in which it came (F120)."""
    user, as_of = request.user, clock.now()
    carers = Carer.for_user(user).exclude(pk__in=policies.own_records(user))
    with transaction.atomic():
        carer = get_object_or_404(carers, pk=pk)
        referrals = list(Referral.for_user(user).about_carer(carer).select_related("placement__home", "child"))
        actions.open_cases(referrals=[each.pk for each in referrals], page="worker", by=user, as_of=as_of)
        context = {
            "title": "Everything about this worker",
            "caption": str(carer),
            "carer": carer,
            "agencies": [str(each.agency) for each in carer.engagements.select_related("agency")],
            "lines": _lines(user, carer, referrals),
            "back_url": reverse("lado:workers"),
        }
    return render(request, "lado/worker.html", context)


class Line(NamedTuple):
    """One thing on record about a worker."""

    at: dt.datetime
    what: str
    href: str
    text: str
    state: str
    child: Any = None
    where: Any = None


def _lines(user: User, carer: Carer, referrals: list[Referral]) -> list[Line]:
    """Everything, the oldest first."""
    found = [*_referred(referrals), *_raised(user, carer), *_asleep(user, carer), *_stood_down(user, carer)]
    return sorted(found, key=lambda line: line.at)


def _referred(referrals: list[Referral]) -> Iterator[Line]:
    for each in referrals:
        href, ended = reverse("lado:case", args=[each.pk]), each.get_outcome_display() or "Open"
        yield Line(each.received_at, str(each), href, each.what, ended, each.child, each.placement)


def _raised(user: User, carer: Carer) -> Iterator[Line]:
    rows = (
        ConductSubject.for_user(user).filter(carer=carer).select_related("concern__child", "concern__placement__home")
    )
    subjects = list(rows.order_by("-concern__received_at", "-pk")[:LISTED])
    # By the concern: it may have been decided before anybody said which carer it is about.
    decisions = ConductDecision.for_user(user).filter(concern__in=[row.concern_id for row in subjects])
    decided = {each.concern_id: each for each in decisions}
    for row in subjects:
        concern, decision = row.concern, decided.get(row.concern_id)
        href = reverse("governance:concern", args=[concern.pk]) if user.can(Permission.RAISE_CONCERN) else ""
        state = decision.get_answer_display() if decision else "Not decided"
        yield Line(concern.received_at, str(concern), href, concern.what, state, concern.child, concern.placement)


def _asleep(user: User, carer: Carer) -> Iterator[Line]:
    for look in policies.looks_of(carer, user.authority_id)[:LISTED]:
        where = look.shift.placement
        yield Line(look.checked_at, "Found asleep", "", look.note, "", where.child, where)


def _stood_down(user: User, carer: Carer) -> Iterator[Line]:
    cases = StandDownCase.for_user(user).filter(stand_down__carer=carer)
    for each in cases.select_related("stand_down", "placement__child", "placement__home")[:LISTED]:
        standing, where = each.stand_down, each.placement
        href, state = reverse("staffing:stand_down", args=[standing.pk]), "Lifted" if standing.lifted_at else "Stands"
        yield Line(standing.starts_at, "Stood down", href, each.reason, state, where.child if where else None, where)


# --- the year ---------------------------------------------------------------------------------------------------------


def _asked_year(request: HttpRequest) -> int:
    this = report.year_of(clock.local_date(clock.now()))
    asked = request.GET.get("year", "")
    return int(asked) if re.fullmatch(r"20\d\d", asked, re.ASCII) and int(asked) <= this else this


@access(Permission.HANDLE_ALLEGATIONS)
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """How many, from whom, about whom, of what kind, how they ended and in what time."""
    which = _asked_year(request)
    rows = report.rows_of(Referral.for_user(request.user), which)
    today = clock.local_date(clock.now())
    context = {
        "title": "Allegations in a year",
        "caption": report.called(which),
        "rows": rows,
        "charts": report.drawn(rows, lambda **by: caseload(show="all", year=str(which), **by)),
        "days": report.average_days(rows),
        "learning": report.learning(Referral.for_user(request.user), which),
        "years": [(report.called_short(each), f"?year={each}", each == which) for each in report.years(today)],
        "which": which,
        "all_url": caseload(show="all", year=str(which)),
        "back_url": reverse("lado:cases"),
    }
    return render(request, "lado/year.html", context)


@access(Permission.HANDLE_ALLEGATIONS)
@require_safe
def year_sheet(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet, a line a referral: no name is in it."""
    which = _asked_year(request)
    rows = report.rows_of(Referral.for_user(request.user), which)
    return as_csv(f"allegations-{which}", report.HEAD, report.sheet(rows))
