"""What is seen only together: everything about one worker, and a year of referrals."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count
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
    """Who was referred more than once, or about whom there is more than one concern, across children and agencies."""
    user = request.user
    referred = dict(
        Referral.for_user(user).filter(carer__isnull=False).order_by().values_list("carer").annotate(n=Count("pk"))
    )
    raised = dict(
        ConductSubject.for_user(user)
        .filter(carer__isnull=False)
        .order_by()
        .values_list("carer")
        .annotate(n=Count("pk"))
    )
    several = {
        pk for pk in {*referred, *raised} if referred.get(pk, 0) + raised.get(pk, 0) >= SEVERAL
    } - policies.own_records(user)
    carers = Carer.for_user(user).filter(pk__in=several).with_stand_down(clock.now())
    rows = [(carer, referred.get(carer.pk, 0), raised.get(carer.pk, 0)) for carer in carers[:LISTED]]
    context = {
        "title": "Workers with more than one",
        "rows": sorted(rows, key=lambda row: (-row[1] - row[2], str(row[0]))),
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
    decided = {each.concern_id: each for each in ConductDecision.for_user(user).filter(carer=carer)}
    subjects = ConductSubject.for_user(user).filter(carer=carer)
    for row in subjects.select_related("concern__child", "concern__placement__home")[:LISTED]:
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
    return int(asked) if asked.isascii() and asked.isdigit() and 2000 <= int(asked[:6]) <= this else this


@access(Permission.HANDLE_ALLEGATIONS)
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """How many, from whom, about whom, of what kind, how they ended and in what time."""
    which = _asked_year(request)
    rows = report.rows_of(Referral.for_user(request.user), which)
    this = report.year_of(clock.local_date(clock.now()))
    context = {
        "title": "Allegations in a year",
        "caption": report.called(which),
        "rows": rows,
        "charts": report.drawn(rows, lambda **by: caseload(show="all", year=str(which), **by)),
        "days": report.average_days(rows),
        "years": [(each, report.called(each)) for each in range(this, this - 4, -1)],
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
