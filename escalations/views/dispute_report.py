"""How disputes and referrals to Cafcass went, for those who answer for openness (R8.4)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, Scope, access
from escalations import quarters, reports


@access(Permission.SEE_OPENNESS)
@require_safe
def dispute_report(request: HttpRequest) -> HttpResponse:
    """A scrutineer reads figures and initials. Each number of the chart leads to its quarter."""
    today = clock.local_date(clock.now())
    quarter = quarters.read(request.GET.get("quarter", ""), today=today)
    show = request.GET.get("show", "")
    show = show if show in reports.COUNTED else ""
    page = {
        "title": "Disputes and Cafcass",
        "authority": request.user.authority,
        "back_url": reverse("dashboards:my_work"),
        "report": reports.dispute_report(request.user, quarter, show=show, today=today),
        "show_label": reports.COUNTED.get(show, ""),
        "quarters": [(each, reports.report_page(each)) for each in quarters.latest(today, reports.SHOWN)],
        "names": request.user.rights.scope != Scope.NONE,
    }
    return render(request, "escalations/routes/dispute_report.html", page)
