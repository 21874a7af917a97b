"""Concerns seen together: about one child, at one address, and about one worker; and the meeting a run of them calls."""

import datetime as dt
from collections import Counter
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from children.actions import open_file, open_files
from children.models import Child
from core import clock
from core.access import Permission, access
from core.pages import record_form
from governance.actions import concerns as acts
from governance.forms import concerns as forms
from governance.models import Concern, ConcernReview, ConductSubject, PoliceAttendance
from governance.policies import concerns as policies
from governance.views.concerns import ledger
from placements.models import Home, Placement
from staffing.models import Carer, RotaRequest, StandDown

WINDOW = dt.timedelta(days=28)
SHOWN = 100


def _pattern(found: Any, attended: Any, as_of: dt.datetime) -> dict[str, Any]:
    """What there is to see in some concerns and attendances: how many, from whom, about what, and lately."""
    rows = list(found.select_related("child", "owner", "placement__home").order_by("-received_at", "-pk")[:SHOWN])
    attendances = list(attended.select_related("placement__child").order_by("-attended_at")[:SHOWN])
    lately = [row for row in rows if row.received_at > as_of - WINDOW]
    sources, categories = Counter(row.source for row in lately), Counter(row.get_category_display() for row in lately)
    labels = dict(Concern.Raiser.choices) | {"family": "The family"}
    return {
        "rows": rows,
        "open_count": sum(row.is_open for row in rows),
        "lately_count": len(lately),
        "notices_count": sum(row.is_police_notice for row in lately),
        "attended_lately": sum(row.attended_at > as_of - WINDOW for row in attendances),
        "sources": [(labels.get(source, source), number) for source, number in sources.most_common()],
        "categories": categories.most_common(),
        "attendances": attendances,
        "days": WINDOW.days,
    }


@access(Permission.SEE_CONCERNS)
@require_safe
def of_child(request: HttpRequest, reference: str) -> HttpResponse:
    """Every concern about one child, whoever raised it: many from different sides are one pattern."""
    as_of = clock.now()
    with transaction.atomic():
        child = get_object_or_404(Child.for_user(request.user), reference=reference)
        open_file(child=child, page="concerns", by=request.user, as_of=as_of)
        context = _pattern(
            Concern.for_user(request.user).filter(child=child),
            PoliceAttendance.for_user(request.user).filter(placement__child=child),
            as_of,
        )
        reviews = (
            ConcernReview.for_user(request.user).filter(child=child).select_related("decided_by", "meeting__series")
        )
        context |= {
            "title": "Concerns",
            "caption": str(child),
            "child": child,
            "reviews": list(reviews),
            "may_review": request.user.can(Permission.TRIAGE_CONCERNS),
            "newest": next(iter(context["rows"]), None),
            "all_url": ledger(child=child.reference, show="all"),
            "open_url": ledger(child=child.reference),
            "back_url": reverse("dashboards:child", args=[child.reference]),
        }
        return render(request, "governance/concern_pattern.html", context)


@access(Permission.SEE_CONCERNS)
@require_safe
def of_home(request: HttpRequest, pk: int) -> HttpResponse:
    """Every concern that arose at one address, about whichever child this person may see."""
    as_of = clock.now()
    with transaction.atomic():
        found = Concern.for_user(request.user).filter(placement__home_id=pk)
        attended = PoliceAttendance.for_user(request.user).filter(placement__home_id=pk)
        # An IRO has no list of homes, and sees where her child lives.
        lived = Placement.for_user(request.user).filter(home_id=pk).select_related("home").first()
        home = lived.home if lived else get_object_or_404(Home.for_user(request.user), pk=pk)
        context = _pattern(found, attended, as_of)
        children = {row.child_id for row in context["rows"]} | {a.placement.child_id for a in context["attendances"]}
        open_files(children=children, page="concerns", by=request.user, as_of=as_of)
        context |= {
            "title": "Concerns at this address",
            "caption": str(home),
            "all_url": ledger(home=str(pk), show="all"),
            "open_url": ledger(home=str(pk)),
            "back_url": reverse("governance:concerns"),
        }
        return render(request, "governance/concern_pattern.html", context)


@access(Permission.SEE_CONDUCT)
@require_safe
def of_worker(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything on record about one worker’s conduct in this council, across children and agencies (F120).

    The LADO reaches no child: to them, as to anybody who does not see her, a child is her reference.
    """
    as_of = clock.now()
    with transaction.atomic():
        carer = get_object_or_404(Carer.for_user(request.user), pk=pk)
        subjects = ConductSubject.for_user(request.user).filter(carer=carer)
        rows = list(
            subjects.select_related("concern__child", "concern__owner").order_by("concern__received_at")[:SHOWN]
        )
        children = {row.concern.child_id for row in rows}
        seen = set(Child.for_user(request.user).filter(pk__in=children).values_list("pk", flat=True))
        if seen:
            open_files(children=seen, page="conduct", by=request.user, as_of=as_of)
        context = {
            "title": "Concerns about this worker",
            "caption": str(carer),
            "carer": carer,
            "rows": [(row.concern, row.concern.child_id in seen) for row in rows],
            "may_open": request.user.can(Permission.RAISE_CONCERN),
            "stand_downs": list(StandDown.for_user(request.user).filter(carer=carer)),
            "requests": list(RotaRequest.for_user(request.user).filter(carer=carer).select_related("asked_by")),
            "back_url": reverse("staffing:carer", args=[carer.pk]),
        }
        return render(request, "governance/worker_concerns.html", context)


@access(Permission.TRIAGE_CONCERNS)
def review(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    page = reverse("governance:child_concerns", args=[child.reference])
    return record_form(
        request,
        form_class=forms.Review,
        form_kwargs={
            "people": policies.who_may_decide_where_she_lives(child),
            "meetings": policies.meetings_about(child, request.user),
        },
        act=partial(acts.record_review, child=child),
        done=lambda _review: page,
        title="Record the meeting about these concerns",
        caption=str(child),
        back_url=page,
        submit_label="Record it",
        success="Recorded",
        context={
            "intro": "Whether the child stays or moves is decided by a person, with reasons, and that is part of it."
        },
    )
