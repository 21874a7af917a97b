"""One action: what, whose, by when, how everybody will know; closed, given another day, given to somebody else."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from children.actions import open_file
from children.models import Child
from core import clock
from core.access import Permission, access
from core.pages import record_form
from governance.actions import tasks as actions
from governance.forms import meetings as forms
from governance.models import Action, ActionRedating, Meeting
from governance.policies import meetings as policies


def action_page(action: Action) -> str:
    return reverse("governance:action", args=[action.pk])


def _action(request: HttpRequest, pk: int) -> Action:
    actions_ = Action.for_user(request.user).select_related(
        "owner", "issue", "child", "meeting__series", "closed_by", "recorded_by"
    )
    found: Action = get_object_or_404(actions_, pk=pk)
    return found


@access(Permission.ATTEND_MEETINGS)
@require_GET
@transaction.atomic
def action(request: HttpRequest, pk: int) -> HttpResponse:
    record, user = _action(request, pk), request.user
    if user.can(Permission.SEE_CHILDREN):
        open_file(child=record.child, page="action", by=user, as_of=clock.now())
    sees_meeting = record.meeting_id and Meeting.for_user(user).filter(pk=record.meeting_id).exists()
    context = {
        "title": "Action",
        "action": record,
        "today": clock.local_date(clock.now()),
        "redatings": list(ActionRedating.for_user(user).filter(action=record).select_related("by")),
        "others": list(
            Action.for_user(user).filter(issue=record.issue_id).exclude(pk=record.pk).select_related("owner")
        ),
        "sees_child": Child.for_user(user).filter(pk=record.child_id).exists(),
        "sees_meeting": sees_meeting,
        "may_finish": record.closed_at is None and policies.finishes(user, record),
        "may_hand_over": record.closed_at is None
        and user.can(Permission.RUN_MEETINGS)
        and policies.finishes(user, record),
        "back_url": reverse("dashboards:meeting", args=[record.meeting_id]) if sees_meeting else "/",
    }
    return render(request, "governance/action.html", context)


def _an_act(request: HttpRequest, record: Action, act: Callable[..., Any], **how) -> HttpResponse:
    page = action_page(record)
    return record_form(request, act=act, caption=record.what[:150], back_url=page, done=lambda _record: page, **how)


@access(Permission.ATTEND_MEETINGS)
def close_action(request: HttpRequest, pk: int) -> HttpResponse:
    record = _action(request, pk)
    policies.may_finish(request.user, record)
    return _an_act(
        request,
        record,
        partial(actions.close_action, action=record),
        form_class=forms.CloseAction,
        title="Close the action",
        submit_label="Close it",
        success="Closed",
        context={"intro": f"Agreed as its measure: {record.measure}"},
    )


@access(Permission.ATTEND_MEETINGS)
def redate_action(request: HttpRequest, pk: int) -> HttpResponse:
    record = _action(request, pk)
    policies.may_finish(request.user, record)
    return _an_act(
        request,
        record,
        partial(actions.redate_action, action=record),
        form_class=forms.RedateAction,
        title="Give the action another day",
        submit_label="Give it another day",
        success="Recorded",
        context={"intro": "The day it had stays on record and is counted. An action given another day twice is drift."},
    )


@access(Permission.RUN_MEETINGS)
def hand_over_action(request: HttpRequest, pk: int) -> HttpResponse:
    record = _action(request, pk)
    policies.may_finish(request.user, record)
    today = clock.local_date(clock.now())
    return _an_act(
        request,
        record,
        partial(actions.hand_over, action=record),
        form_class=forms.HandOver,
        form_kwargs={"owners": policies.owners_of(record, today)},
        title="Give the action to somebody else",
        submit_label="Hand it over",
        success="Recorded",
    )
