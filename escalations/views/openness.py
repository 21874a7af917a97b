"""Scrutiny from outside, for whoever asks for it; and how openly escalations are answered, for those who answer for it."""

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, Scope, access
from core.pages import record_form
from core.sheets import as_csv
from escalations import notices, openness, quarters
from escalations.actions.raising import raise_escalation
from escalations.forms import openness as forms
from escalations.ladder import Posts
from escalations.policies import ladder as policies
from escalations.policies.whistle import OUTSIDE

SHOWN, A_PAGE = 8, 50  # quarters to choose among; escalations of a list


@access(Permission.ESCALATE)
def outside_scrutiny(request: HttpRequest) -> HttpResponse:
    """For every role, from the foot of every page: straight to the partnership’s scrutineer (R9.5)."""
    councils = policies.councils_for(request.user)
    return record_form(
        request,
        form_class=forms.OutsideScrutiny,
        form_kwargs={"user": request.user},
        act=partial(raise_escalation, outside=True),
        done=notices.page,
        title="Ask for outside scrutiny",
        back_url=reverse("escalations:speaking_up"),
        submit_label="Ask for it",
        success="It is on record. Below is who must answer you, and by when",
        template="escalations/routes/outside_scrutiny.html",
        context={
            "outside": OUTSIDE,
            "nobody": not any(Posts.of(each.pk).has_outside(never={request.user.pk}) for each in councils),
        },
    )


@access(Permission.SEE_OPENNESS)
@require_safe
def openness_report(request: HttpRequest) -> HttpResponse:
    """Each number leads to its list. A scrutineer reads initials and references, and no child’s name."""
    as_of, show = clock.now(), request.GET.get("show", "")
    today = clock.local_date(as_of)
    quarter = quarters.read(request.GET.get("quarter", ""), today=today)
    report = openness.openness(request.user, quarter, show=show, as_of=as_of)
    page = {
        "title": "Openness to challenge",
        "authority": request.user.authority,
        "back_url": reverse("dashboards:my_work"),
        "report": report,
        "page": Paginator(report.rows, A_PAGE).get_page(request.GET.get("page")),
        "query": f"quarter={quarter.key}" + (f"&show={show}" if show else ""),
        "show_label": openness.COUNTED.get(show, "What this number counts" if show else ""),
        "agencies_head": ["For whom it was raised", *[(label, "numeric") for label in openness.BY_AGENCY.values()]],
        "quarters": [(each, openness.openness_page(each)) for each in quarters.latest(today, SHOWN)],
        "csv_url": f"{reverse('escalations:openness_sheet')}?quarter={quarter.key}",
        "names": request.user.rights.scope != Scope.NONE,
    }  # fmt: skip
    return render(request, "escalations/routes/openness.html", page)


@access(Permission.SEE_OPENNESS)
@require_safe
def openness_sheet(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet, a line an escalation: no child is in it."""
    as_of = clock.now()
    quarter = quarters.read(request.GET.get("quarter", ""), today=clock.local_date(as_of))
    report = openness.openness(request.user, quarter, as_of=as_of)
    return as_csv(f"openness-{quarter.key}", openness.HEAD, openness.sheet(report.rows))
