"""The meeting's page: its agenda, who is there, what is said, what is to be done, and the sending. All on one page.

And its pack, to print or to keep.
"""

import datetime as dt
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from children.actions import open_files
from children.models import Child
from core import clock
from core.access import Permission, access
from core.models import User
from core.pages import record_form
from dashboards.agenda import agenda
from governance import codes
from governance.actions.minutes import SOON, Outcome, conduct
from governance.forms.meetings import Conduct
from governance.models import Action, Attendance, Discussed, Meeting, MinuteSaving, MinuteSection
from governance.policies import meetings as policies
from governance.seats import seats_of


def meeting_page(meeting: Meeting, child: Child | None = None) -> str:
    page = reverse("dashboards:meeting", args=[meeting.pk])
    return page if child is None else f"{page}?child={child.reference}"


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    found: Meeting = get_object_or_404(
        Meeting.for_user(request.user).select_related("series__child", "series__chair", "sent_by"), pk=pk
    )
    return found


def _children(user: User, meeting: Meeting) -> list[Child]:
    """The children a meeting is about, as far as this person sees what it says of them."""
    rows = Discussed.for_user(user).filter(meeting=meeting).select_related("child").order_by("pk")
    return [row.child for row in rows]


def _open_files(user: User, children: list[Child], page: str, as_of: dt.datetime) -> None:
    """Minutes are part of each child's file: whoever reads them is written down there."""
    if user.can(Permission.SEE_CHILDREN):
        open_files(children=[child.pk for child in children], page=page, by=user, as_of=as_of)


@access(Permission.ATTEND_MEETINGS)
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """A panel looks at one child at a time: `?child=` says which; without it, the first."""
    user, as_of = request.user, clock.now()
    with transaction.atomic():
        record = _meeting(request, pk)
        children = _children(user, record)
        chosen = next(
            (c for c in children if c.reference == request.GET.get("child")), children[0] if children else None
        )
        if request.method != "POST" and chosen is not None:
            _open_files(user, [chosen], "meeting", as_of)
        open_to_write = (
            chosen is not None
            and record.called_off_at is None
            and record.sent_at is None
            and as_of >= record.held_at - SOON
            and policies.runs(user, record.series)
        )
        context = _context(user, record, children, chosen, as_of)
        if request.method != "POST" and not open_to_write:
            return render(request, "dashboards/meeting.html", context)
    if chosen is None:
        return render(request, "dashboards/meeting.html", context, status=422)
    return _conducted(request, record, chosen, context, as_of)


def _conducted(
    request: HttpRequest, record: Meeting, child: Child, context: dict[str, Any], as_of: dt.datetime
) -> HttpResponse:
    policies.may_run(request.user, record.series)
    seats = seats_of(record)
    texts = {row["code"]: (row["text"], row["version"]) for row in context["sections"]}
    saved = {row["code"]: row["saved"] for row in context["sections"]}

    def done(outcome: Outcome) -> str:
        for sentence in outcome.together:
            messages.warning(request, sentence)
        return meeting_page(record, child if len(context["children"]) > 1 else None)

    sending = bool(request.POST.get("send"))
    return record_form(
        request,
        form_class=Conduct,
        form_kwargs={
            "meeting": record,
            "child": child,
            "seats": seats,
            "saved": saved,
            "before": context["before"],
            "day": clock.local_date(as_of),
        },
        initial=Conduct.begun(seats, texts),
        act=partial(conduct, meeting=record, child=child),
        done=done,
        title=context["title"],
        caption=context["caption"],
        back_url=context["back_url"],
        draft_key=f"meeting-{record.pk}-{child.pk}",
        success="The minutes are sent" if sending else "Saved",
        template="dashboards/meeting.html",
        context=context,
    )


def _context(
    user: User, record: Meeting, children: list[Child], child: Child | None, as_of: dt.datetime
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "title": record.series.name,
        "caption": str(child) if child else "",
        "meeting": record,
        "series": record.series,
        "children": children,
        "child": child,
        "now": as_of,
        "today": clock.local_date(as_of),
        "may_run": policies.runs(user, record.series),
        "back_url": reverse("governance:series", args=[record.series_id]),
        "attendances": list(
            Attendance.for_user(user).filter(meeting=record).select_related("agency", "person").order_by("pk")
        ),
    }
    if child is not None:
        born = Action.for_user(user).filter(meeting=record, child=child).select_related("owner", "issue")
        context |= {
            "agenda": agenda(record, child, user, as_of=as_of) if record.sent_at is None else None,
            "sections": _sections(user, record, child),
            "born": list(born.order_by("pk")),
        }
        last = context["agenda"].last if context["agenda"] else None
        said = MinuteSection.for_user(user).filter(meeting=last, child=child) if last else ()
        context |= {"last": last, "before": {row.section: row.text for row in said}}
    return context


def _sections(user: User, record: Meeting, child: Child) -> list[dict[str, Any]]:
    """What is on record under each heading, who saved it last, and whether two had written at once."""
    texts = {row.section: row for row in MinuteSection.for_user(user).filter(meeting=record, child=child)}
    savings = MinuteSaving.for_user(user).filter(section__meeting=record, section__child=child)
    last = {
        s.section_id: s for s in savings.select_related("by").order_by("section_id", "-version").distinct("section_id")
    }
    found = []
    for code, label in codes.SECTIONS:
        row = texts.get(code)
        saved = last.get(row.pk) if row else None
        text, version = (row.text, row.version) if row else ("", 0)
        found.append({"code": code, "label": label, "text": text, "version": version, "saved": saved})
    return found


# --- the pack -----------------------------------------------------------------------------------------------------------


@access(Permission.ATTEND_MEETINGS)
@require_GET
def pack(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything for the meeting on paper: the agenda or the minutes, of each child this person may read about."""
    return render(request, "dashboards/meeting_pack.html", _pack(request, pk))


@access(Permission.ATTEND_MEETINGS)
@require_GET
def pack_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a file of plain text, named by the meeting's number and nobody's name."""
    text = render_to_string("dashboards/meeting_pack.txt", _pack(request, pk))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="meeting-{pk}.txt"'
    return response


def _pack(request: HttpRequest, pk: int) -> dict[str, Any]:
    user, as_of = request.user, clock.now()
    with transaction.atomic():
        record = _meeting(request, pk)
        children = _children(user, record)
        _open_files(user, children, "meeting pack", as_of)
        whole = _context(user, record, children, None, as_of)
        parts = [_context(user, record, children, child, as_of) for child in children]
    return whole | {"title": f"Pack: {record.series.name}", "parts": parts, "back_url": meeting_page(record)}
