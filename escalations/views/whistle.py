"""Speaking up: the ways and how they differ; a report by the protected route, for whoever made it and for who reads it."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.access import Permission, Scope, access
from core.pages import record_form
from escalations.actions import whistle as acts
from escalations.forms import whistle as forms
from escalations.initials import without_names
from escalations.models import IdentityRead, WhistleReport, WhistleStep
from escalations.policies import whistle as policies
from escalations.querysets.whistle import readers, still_reads
from governance.querysets.register import called_for

RELATED = ("reader", "then_reader", "child", "authority")


@access(Permission.BLOW_WHISTLE)
@require_safe
def speaking_up(request: HttpRequest) -> HttpResponse:
    """The ways there are, side by side: what each is for, who sees it, who answers and by when (R9.4)."""
    page = {
        "title": "Speaking up",
        "outside": policies.OUTSIDE,
        "readers": list(readers(request.user)),
        "disputes": request.user.can(Permission.RAISE_DISPUTE),
    }
    return render(request, "escalations/routes/speaking_up.html", page)


# --- by whoever makes it ----------------------------------------------------------------------------------------------


@access(Permission.BLOW_WHISTLE)
def blow_whistle(request: HttpRequest) -> HttpResponse:
    return record_form(
        request,
        form_class=forms.Report,
        form_kwargs={"user": request.user},
        act=acts.blow_whistle,
        done=_mine,  # without a number: nothing that is kept of the sending leads to the report
        title="Report wrongdoing by the protected route",
        back_url=reverse("escalations:speaking_up"),
        submit_label="Send the report",
        success="Your report is sent. Come back to this page for the answer: no email is sent to you",
        template="escalations/routes/blow_whistle.html",
        draft_key=None,
        context={"outside": policies.OUTSIDE, "readers": list(readers(request.user))},
    )


def _mine(_made: Any = None) -> str:
    return reverse("escalations:my_reports")


def _my_report(request: HttpRequest, pk: int) -> WhistleReport:
    reports = WhistleReport.for_user(request.user).made_by(request.user).select_related(*RELATED)
    found: WhistleReport = get_object_or_404(reports, pk=pk)
    return found


@access(Permission.BLOW_WHISTLE)
@require_safe
def my_reports(request: HttpRequest) -> HttpResponse:
    """One’s own reports, each with what was said. Nobody else’s page shows that there are any."""
    user, today = request.user, clock.local_date(clock.now())
    reports = list(WhistleReport.for_user(user).made_by(user).select_related(*RELATED))
    steps, reads = _of(WhistleStep.for_user(user), reports), _of(IdentityRead.for_user(user), reports)
    page = {
        "title": "Your protected reports",
        "back_url": reverse("escalations:speaking_up"),
        "rows": [
            {
                "report": report,
                "steps": steps.get(report.pk, []),
                "reads": reads.get(report.pk, []),
                "late": report.acknowledged_at is None and report.acknowledge_by < today,
                "reader_left": report.is_open and not still_reads(report.reader),
            }
            for report in reports
        ],
        "outside": policies.OUTSIDE,
    }
    return render(request, "escalations/routes/my_reports.html", page)


def _of(found: Any, reports: list[WhistleReport]) -> dict[int, list[Any]]:
    by_report: dict[int, list[Any]] = {}
    for row in found.filter(report__in=[report.pk for report in reports]).select_related("by"):
        by_report.setdefault(row.report_id, []).append(row)
    return by_report


def _mine_form(
    request: HttpRequest, form_class: type, act: partial, title: str, label: str, **how: Any
) -> HttpResponse:
    return record_form(
        request, form_class=form_class, act=act, done=_mine, title=title, back_url=_mine(), submit_label=label,
        success="Done", draft_key=None, **how,
    )  # fmt: skip


@access(Permission.BLOW_WHISTLE)
def add_to_report(request: HttpRequest, pk: int) -> HttpResponse:
    act = partial(acts.add_to_report, report=_my_report(request, pk))
    return _mine_form(request, forms.Add, act, "Add to your report", "Send it")


@access(Permission.BLOW_WHISTLE)
def let_be_known(request: HttpRequest, pk: int) -> HttpResponse:
    report = _my_report(request, pk)
    initial = {"may_be_known": "yes" if report.may_be_known else "no"}
    act = partial(acts.let_be_known, report=report)
    return _mine_form(request, forms.Known, act, "Who may know that it is from you", "Save", initial=initial)


@access(Permission.BLOW_WHISTLE)
def choose_reader(request: HttpRequest, pk: int) -> HttpResponse:
    act = partial(acts.choose_reader, report=_my_report(request, pk))
    how = {"form_kwargs": {"user": request.user}}
    return _mine_form(request, forms.ChooseReader, act, "Give it to another reader", "Give it to them", **how)


# --- by its reader ----------------------------------------------------------------------------------------------------


def _report(request: HttpRequest, pk: int) -> WhistleReport:
    reports = WhistleReport.for_user(request.user).to_read(request.user).select_related(*RELATED)
    found: WhistleReport = get_object_or_404(reports, pk=pk)
    return found


@access(Permission.HANDLE_WHISTLEBLOWING)
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    found = WhistleReport.for_user(request.user).to_read(request.user)
    page = {
        "title": "Protected reports",
        "back_url": reverse("dashboards:my_work"),
        "reports": list(found.order_by("closed_at", "acknowledge_by", "pk")),
        "waiting": found.waiting().count(),
        "today": clock.local_date(clock.now()),
    }
    return render(request, "escalations/routes/reports.html", page)


@access(Permission.HANDLE_WHISTLEBLOWING)
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    found = _report(request, pk)
    initials = request.user.rights.scope == Scope.NONE
    said = without_names(found.child) if initials else str
    steps = list(WhistleStep.for_user(request.user).filter(report=found).select_related("by"))
    for step in steps:
        step.said = said(step.text)
    names = [
        (not found.acknowledged_at, "Say that you have it", "acknowledge_report"),
        (True, "Tell them something", "answer_report"),
        (found.answered_at is not None, "Close it", "close_report"),
    ]
    page = {
        "title": str(found),
        "back_url": reverse("escalations:reports"),
        "report": found,
        "called": called_for(request.user, found.child) if found.child else "",
        "what": said(found.what),
        "about": said(found.about),
        "steps": steps,
        "late": found.acknowledged_at is None and found.acknowledge_by < clock.local_date(clock.now()),
        "acts": [
            (label, reverse(f"escalations:{name}", args=[pk])) for may, label, name in names if may and found.is_open
        ],
        "initials": initials,
    }
    return render(request, "escalations/routes/report.html", page)


def _read_form(
    request: HttpRequest, pk: int, form_class: type, act: Any, title: str, label: str, intro: str = ""
) -> HttpResponse:
    page = reverse("escalations:report", args=[pk])
    return record_form(
        request, form_class=form_class, act=partial(act, report=_report(request, pk)), done=lambda _made: page, title=title,
        back_url=page, submit_label=label, success="Done", draft_key=None, context={"intro": intro},
    )  # fmt: skip


@access(Permission.HANDLE_WHISTLEBLOWING)
def acknowledge_report(request: HttpRequest, pk: int) -> HttpResponse:
    intro = "Whoever made it sees on their own page that you have it. No email is sent to them."
    return _read_form(request, pk, forms.Acknowledge, acts.acknowledge, "Say that you have it", "I have it", intro)


@access(Permission.HANDLE_WHISTLEBLOWING)
def answer_report(request: HttpRequest, pk: int) -> HttpResponse:
    return _read_form(request, pk, forms.Tell, acts.answer_report, "Tell whoever made it", "Tell them")


@access(Permission.HANDLE_WHISTLEBLOWING)
def close_report(request: HttpRequest, pk: int) -> HttpResponse:
    intro = "They see it, and can open it again by adding to it."
    return _read_form(request, pk, forms.Close, acts.close_report, "Close this report", "Close it", intro)


@access(Permission.HANDLE_WHISTLEBLOWING)
@require_POST
def open_seal(request: HttpRequest, pk: int) -> HttpResponse:
    """Who made it, shown once, where they allow it: that it was read stays on record, and they see it."""
    found = _report(request, pk)
    if not found.may_be_known:
        return redirect("escalations:report", pk=pk)
    person = acts.open_seal(report=found, by=request.user, as_of=clock.now())
    page = {"title": "Who made this report", "back_url": reverse("escalations:report", args=[pk]), "person": person}
    return render(request, "escalations/routes/seal.html", page)
