"""The lists behind the numbers of the first page that are about gaps in the records."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import clock
from core.access import Permission, access
from dashboards import worklist
from dashboards.flags import SOON_DAYS
from dashboards.state import states, with_what_states_need
from oversight.quality import registration_not_known

PAGE = 50


@access(Permission.SEE_FLAGS)
def due_soon(request: HttpRequest) -> HttpResponse:
    """What falls due within a fortnight, the soonest first."""
    found = worklist.due_soon(request.user, as_of=clock.now(), back="my-work")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"title": f"Due in the next {SOON_DAYS} days", "page": page, "lines": list(page)}
    return render(request, "dashboards/due_soon.html", context)


@access(Permission.ALLOCATE)
def without_worker(request: HttpRequest) -> HttpResponse:
    """Looked-after children who have no social worker today."""
    children = worklist.unallocated(request.user, as_of=clock.now()).order_by(
        "surname", "forename", "external_id", "pk"
    )
    page = Paginator(children, PAGE).get_page(request.GET.get("page"))
    context = {"title": "Children without a social worker", "page": page, "children": list(page)}
    return render(request, "dashboards/without_worker.html", context)


@access(Permission.SEE_FLAGS)
def not_known(request: HttpRequest) -> HttpResponse:
    """Placements where nobody has recorded whether the home is registered."""
    as_of = clock.now()
    found = with_what_states_need(registration_not_known(request.user, as_of=as_of), as_of=as_of)
    page = Paginator(found.order_by("started_on", "pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "Registration not known",
        "page": page,
        "states": states(list(page), user=request.user, as_of=as_of),
    }
    return render(request, "dashboards/not_known.html", context)
