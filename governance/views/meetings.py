"""Meetings: what each is for, who belongs, and when it is held. The meeting's own page is composed in dashboards."""

from collections.abc import Callable
from functools import partial

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from children.models import Child
from core import clock
from core.access import Permission, access
from core.history_panel import changes
from core.pages import record_form
from governance.actions import meetings as actions
from governance.forms import meetings as forms
from governance.models import Action, Meeting, MeetingSeries, Member, TermsReview
from governance.policies import meetings as policies

SHOWN = 12
LISTED = 100
INTRO = (
    "A meeting cannot exist without terms of reference, a purpose, a chair and those who must be asked to it. Its terms "
    "are reviewed once a year."
)


def series_page(series: MeetingSeries) -> str:
    return reverse("governance:series", args=[series.pk])


def meeting_page(meeting: Meeting) -> str:
    """The meeting's own page, which is composed upstairs: known here by its address alone."""
    return reverse("dashboards:meeting", args=[meeting.pk])


def of_child_page(child: Child) -> str:
    return reverse("governance:meetings_of", args=[child.reference])


def _series(request: HttpRequest, pk: int) -> MeetingSeries:
    found: MeetingSeries = get_object_or_404(
        MeetingSeries.for_user(request.user).select_related("child", "chair", "authority"), pk=pk
    )
    return found


@access(Permission.ATTEND_MEETINGS)
@require_GET
def meetings(request: HttpRequest) -> HttpResponse:
    """Every meeting this person may see, those that come first at the top."""
    user, as_of = request.user, clock.now()
    found = Meeting.for_user(user).filter(called_off_at__isnull=True).select_related("series__child", "series__chair")
    series = MeetingSeries.for_user(user).live().select_related("child", "chair").order_by("name", "pk")
    context = {
        "title": "Meetings",
        "coming": list(found.filter(held_at__gt=as_of).order_by("held_at")[:SHOWN]),
        "unsent": list(found.held(as_of).filter(sent_at__isnull=True).order_by("held_at")[:SHOWN]),
        "series": list(series[:LISTED]),
        "may_run": user.can(Permission.RUN_MEETINGS),
    }
    return render(request, "governance/meetings.html", context)


@access(Permission.ATTEND_MEETINGS)
@require_GET
def meetings_of(request: HttpRequest, reference: str) -> HttpResponse:
    """The meetings about one child, and the panels that have looked at where she lives."""
    user = request.user
    child = get_object_or_404(Child.for_user(user), reference=reference)
    held = (
        Meeting.for_user(user)
        .filter(discussed__child=child, called_off_at__isnull=True)
        .select_related("series__child")
        .order_by("-held_at", "-pk")
    )
    context = {
        "title": "Meetings",
        "child": child,
        "series": list(MeetingSeries.for_user(user).live().filter(child=child).select_related("chair")),
        "page": Paginator(held, SHOWN).get_page(request.GET.get("page")),
        "open": list(Action.for_user(user).filter(child=child).open().select_related("owner", "issue")[:LISTED]),
        "today": clock.local_date(clock.now()),
        "may_run": policies.may_run_any(user, of_child=True),
        "back_url": reverse("dashboards:child", args=[child.reference]),
    }
    return render(request, "governance/meetings_of.html", context)


@access(Permission.ATTEND_MEETINGS)
@require_GET
def series(request: HttpRequest, pk: int) -> HttpResponse:
    user, as_of = request.user, clock.now()
    record, today = _series(request, pk), clock.local_date(as_of)
    members = list(Member.for_user(user).filter(series=record).select_related("person", "agency"))
    now = [m for m in members if m.started_on <= today and (m.ended_on is None or m.ended_on > today)]
    filled, asked = {member.part for member in now}, policies.asked_on(record, as_of)
    held = Meeting.for_user(user).filter(series=record).select_related("series__child").order_by("-held_at", "-pk")
    born = Action.for_user(user).filter(meeting__series=record)
    context = {
        "title": record.name,
        "series": record,
        "members": now,
        "before": [m for m in members if m.ended_on is not None and m.ended_on <= today],
        "asked": policies.in_words(asked),
        "left_out": policies.in_words(record.left_out),
        "nobody": policies.in_words(part for part in asked if part not in filled),
        "page": Paginator(held, SHOWN).get_page(request.GET.get("page")),
        "reviews": list(TermsReview.for_user(user).filter(series=record).select_related("by")[:SHOWN]),
        "agreed": born.count(),
        "closed": born.filter(closed_at__isnull=False).count(),
        "put_off": born.filter(redatings__isnull=False).distinct().count(),
        "now": as_of,
        "may_run": policies.runs(user, record),
        "may_keep": policies.keeps(user, record),
        "history": changes(record, *members),
        "back_url": of_child_page(record.child) if record.child else reverse("governance:meetings"),
    }
    return render(request, "governance/series.html", context)


# --- setting it up ------------------------------------------------------------------------------------------------------


@access(Permission.RUN_MEETINGS)
def add_series(request: HttpRequest, reference: str) -> HttpResponse:
    return _set_up(request, get_object_or_404(Child.for_user(request.user), reference=reference))


@access(Permission.RUN_MEETINGS)
def add_panel(request: HttpRequest) -> HttpResponse:
    return _set_up(request, None)


def _set_up(request: HttpRequest, child: Child | None) -> HttpResponse:
    policies.may_set_up(request.user, child)
    as_of = clock.now()
    return record_form(
        request,
        form_class=forms.SetUp,
        form_kwargs={"authority_id": request.user.authority_id, "of_child": child is not None},
        initial={
            "required": policies.always_asked(child, as_of),
            "every_days": 7 if child else 28,
            "chair": request.user.pk,
            "started_on": clock.local_date(as_of),
        },
        act=partial(actions.create_series, child=child),
        done=series_page,
        title="Set up a meeting" if child else "Set up a panel",
        caption=str(child) if child else "",
        back_url=of_child_page(child) if child else reverse("governance:meetings"),
        submit_label="Set it up",
        success="The meeting is set up. Add who belongs to it, then plan the first one",
        context={"intro": INTRO},
    )


@access(Permission.RUN_MEETINGS)
def change_series(request: HttpRequest, pk: int) -> HttpResponse:
    record = _series(request, pk)
    policies.may_keep(request.user, record)
    kept = ("name", "purpose", "terms", "every_days", "left_out_why")
    asked = policies.asked_on(record, clock.now())
    return record_form(
        request,
        form_class=forms.Describe,
        form_kwargs={"authority_id": record.authority_id, "of_child": record.child_id is not None},
        initial={name: getattr(record, name) for name in kept} | {"chair": record.chair_id, "required": asked},
        act=partial(actions.change_series, series=record),
        done=series_page,
        title="Change what the meeting is",
        caption=record.name,
        back_url=series_page(record),
        success="Changed",
    )


def _an_act(
    request: HttpRequest, record: MeetingSeries, *, may: Callable[..., None] = policies.may_run, **how
) -> HttpResponse:
    may(request.user, record)
    page = series_page(record)
    return record_form(request, caption=record.name, back_url=page, done=lambda _record: page, **how)


@access(Permission.RUN_MEETINGS)
def end_series(request: HttpRequest, pk: int) -> HttpResponse:
    record = _series(request, pk)
    return _an_act(
        request,
        record,
        may=policies.may_keep,
        form_class=forms.EndSeries,
        act=partial(actions.end_series, series=record),
        title="The meeting is no longer held",
        submit_label="Record the end",
        success="Recorded",
    )


@access(Permission.RUN_MEETINGS)
def review_terms(request: HttpRequest, pk: int) -> HttpResponse:
    record = _series(request, pk)
    return _an_act(
        request,
        record,
        form_class=forms.ReviewTerms,
        act=partial(actions.review_terms, series=record),
        title="Review the terms of reference",
        submit_label="Record the review",
        success="Review recorded",
    )


@access(Permission.RUN_MEETINGS)
def add_member(request: HttpRequest, pk: int) -> HttpResponse:
    record, today = _series(request, pk), clock.local_date(clock.now())
    return _an_act(
        request,
        record,
        may=policies.may_keep,
        form_class=forms.AddMember,
        form_kwargs={"series": record, "day": today},
        initial={"started_on": today},
        act=partial(actions.add_member, series=record),
        title="Add a member",
        submit_label="Add member",
        success="Member added",
        context={
            "intro": "A member sees the whole of the meeting, its minutes and its actions, while they belong to it."
        },
    )


@access(Permission.RUN_MEETINGS)
def end_member(request: HttpRequest, pk: int) -> HttpResponse:
    members = Member.for_user(request.user).select_related("series", "person")
    member = get_object_or_404(members, pk=pk)
    return _an_act(
        request,
        member.series,
        may=policies.may_keep,
        form_class=forms.Why,
        act=partial(actions.end_member, member=member),
        title=f"{member.person} no longer belongs to the meeting",
        submit_label="End the membership",
        success="Recorded",
        context={"intro": "From then on they see nothing of it, unless they see the child by their own work."},
    )


# --- one meeting --------------------------------------------------------------------------------------------------------


@access(Permission.RUN_MEETINGS)
def plan_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    record = _series(request, pk)
    policies.may_run(request.user, record)
    children = Child.for_user(request.user).filter(authority_id=record.authority_id)
    return record_form(
        request,
        form_class=forms.PlanMeeting,
        form_kwargs={"series": record, "children": children},
        act=partial(actions.plan_meeting, series=record),
        done=meeting_page,
        title="Plan a meeting",
        caption=record.name,
        back_url=series_page(record),
        submit_label="Plan it",
        success="Planned. Its agenda writes itself, from the records, up to the moment you open it",
    )


@access(Permission.RUN_MEETINGS)
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.for_user(request.user).select_related("series"), pk=pk)
    return _an_act(
        request,
        meeting.series,
        form_class=forms.Why,
        act=partial(actions.call_off, meeting=meeting),
        title="Call the meeting off",
        submit_label="Call it off",
        success="Called off",
    )
