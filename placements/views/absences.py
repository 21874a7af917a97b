"""A manager's absences, and the notices the regulator is owed of them."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, access
from core.pages import record_form
from placements.actions import absences as actions
from placements.forms import absences as forms
from placements.models import ManagerAbsence, ManagerPost, Placement
from placements.views.placing import placement_page, theirs


def register(placement: Placement) -> str:
    return reverse("placements:absences", args=[placement.pk])


@access(Permission.APPOINT_MANAGER)
@require_safe
def absences(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    posts = ManagerPost.for_user(request.user).filter(placement=placement).prefetch_related("absences")
    page = {
        "title": "When the manager is away",
        "caption": str(placement.child),
        "back_url": placement_page(placement),
        "posts": posts,
        "today": clock.local_date(clock.now()),
    }
    return render(request, "placements/absences.html", page)


@access(Permission.APPOINT_MANAGER)
def record(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(ManagerPost.for_user(request.user).select_related("placement__child"), pk=pk)
    return record_form(
        request,
        form_class=forms.Record,
        act=partial(actions.record_absence, post=post),
        done=lambda _absence: register(post.placement),
        title=f"{post.name} is away",
        caption=str(post.placement.child),
        back_url=register(post.placement),
        submit_label="Record absence",
        success="Absence recorded",
        context={
            "intro": "A registered children’s home tells Ofsted of an absence of 28 days or more: a month before it, or "
            "within a week where nobody could foresee it."
        },
    )


@access(Permission.APPOINT_MANAGER)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    return _about(
        request,
        pk,
        forms.Notice,
        actions.notify_absence,
        title="Notice of {}’s absence",
        submit_label="Record notice",
        success="Notice recorded",
        intro="Written notice to the regulator: how long, why, and who runs the home meanwhile.",
    )


@access(Permission.APPOINT_MANAGER)
def back(request: HttpRequest, pk: int) -> HttpResponse:
    return _about(
        request,
        pk,
        forms.Back,
        actions.end_absence,
        title="{} is back",
        submit_label="Record return",
        success="Return recorded",
        intro="After a long absence the regulator is told of the return within 7 days.",
    )


@access(Permission.APPOINT_MANAGER)
def notice_of_return(request: HttpRequest, pk: int) -> HttpResponse:
    return _about(
        request,
        pk,
        forms.NoticeOfReturn,
        actions.notify_return,
        title="Notice of {}’s return",
        submit_label="Record notice",
        success="Notice recorded",
        intro="",
    )


@access(Permission.APPOINT_MANAGER)
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    return _about(
        request,
        pk,
        forms.CallOff,
        actions.call_off_absence,
        title="Call off {}’s absence",
        submit_label="Call it off",
        success="Absence called off",
        intro="For leave that was not taken, or an absence entered with the wrong days. It stays on the record.",
    )


def _about(
    request: HttpRequest, pk: int, form_class: type, act: Any, *, title: str, intro: str, **said: str
) -> HttpResponse:
    """One form about one absence."""
    found = ManagerAbsence.for_user(request.user).select_related("post__placement__child")
    absence = get_object_or_404(found, pk=pk)
    placement = absence.post.placement
    return record_form(
        request,
        form_class=form_class,
        act=partial(act, absence=absence),
        done=lambda _absence: register(placement),
        title=title.format(absence.post.name),
        caption=str(placement.child),
        back_url=register(placement),
        context={"intro": intro},
        **said,
    )
