"""What assures the partnership: its schedule of quality visits, and how complete everything is that it relies on."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, Scope, access
from dashboards.assurance import SHOWN, figures, listed
from dashboards.quality import Due, schedule

SHOWS: dict[str, tuple[str, Callable[[Due], bool], str]] = {
    "": ("visits scheduled", lambda row: True, ""),
    "overdue": ("overdue", lambda row: row.overdue, "amber"),
    "far": ("more than 7 days overdue", lambda row: row.far_overdue, "red"),
}


@access(Permission.SEE_QUALITY)
@require_safe
def quality_schedule(request: HttpRequest) -> HttpResponse:
    """Every visit that is due, each number at the top a link to just those. A scrutineer reads initials."""
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    rows = schedule(request.user, as_of=clock.now())
    page = {
        "title": "Quality visits",
        "authority": request.user.authority,
        "rows": [row for row in rows if SHOWS[show][1](row)],
        "show": show,
        "show_label": SHOWS[show][0],
        "stats": [
            (sum(map(counts, rows)), label, schedule_url(name), tone) for name, (label, counts, tone) in SHOWS.items()
        ],
        "names": request.user.rights.scope != Scope.NONE,
    }
    return render(request, "dashboards/quality_schedule.html", page)


def schedule_url(show: str) -> str:
    return reverse("dashboards:quality_schedule") + (f"?show={show}" if show else "")


@access(Permission.SEE_REGISTER)
@require_safe
def assurance(request: HttpRequest) -> HttpResponse:
    """Figures without a name, for a director and for the partnership alike. Each leads to the list it counts."""
    show = request.GET.get("show", "")
    show, as_of = show if show in SHOWN else "", clock.now()
    page = {
        "title": "Assurance",
        "authority": request.user.authority,
        "rows": listed(request.user, show, as_of=as_of) if show else [],
        "show_label": SHOWN[show][0] if show else "",
        "figures": figures(request.user, as_of=as_of),
    }
    return render(request, "dashboards/assurance.html", page)
