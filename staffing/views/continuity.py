"""How steady the people round a child are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, access
from placements.views.placing import placement_page, theirs
from staffing.continuity import chart, continuity


@access(Permission.SEE_ROTA)
@require_safe
def months(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    found = continuity(placement, as_of=clock.now())
    page = {
        "title": "Staff continuity",
        "caption": str(placement.child),
        "back_url": placement_page(placement),
        "months": found,
        "chart": chart(found) if any(month.worked for month in found) else None,
    }
    return render(request, "staffing/continuity.html", page)
