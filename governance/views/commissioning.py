"""Funding, the crisis clock, notices received and court tasks: each act, and the page of the crisis clock."""

import datetime as dt
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from children import policies as for_child
from children.actions import open_file
from core import clock
from core.access import Permission, access
from core.dates import in_words
from core.pages import record_form
from governance.actions import commissioning as acts
from governance.forms import commissioning as forms
from governance.models import CourtTask, CrisisCheck, Funding, NoticeReceived
from governance.policies import crisis as clock_of
from governance.policies import plans as policies
from governance.views.plans import commissioning_page, her, plans_page
from placements import policies as for_placement
from placements.models import Placement, Registration
from placements.views.placing import theirs


def crisis_page(placement: Placement) -> str:
    return reverse("governance:crisis", args=[placement.pk])


def _is_unregistered(placement: Placement) -> bool:
    setting = for_placement.registration_on(placement.home, clock.local_date(clock.now()))
    return setting is not None and setting.status == Registration.Status.NOT_REGISTERED


@access(Permission.RECORD_COMMISSIONING)
def record_funding(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.RecordFunding,
        form_kwargs={"approvers": for_child.holders_of("funding", placement.child)},
        act=partial(acts.record_funding, placement=placement),
        done=lambda _funding: commissioning_page(placement.child),
        title="Record a block of funding",
        caption=str(placement.child),
        back_url=commissioning_page(placement.child),
        submit_label="Record block",
        success="Block recorded",
    )


@access(Permission.RECORD_COMMISSIONING)
def stop_funding(request: HttpRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(Funding.for_user(request.user).select_related("placement__child"), pk=pk)
    child = block.placement.child
    last = block.until - dt.timedelta(days=1)
    return record_form(
        request,
        form_class=forms.StopFunding,
        form_kwargs={"approvers": for_child.holders_of("funding", child)},
        act=partial(acts.stop_funding, block=block),
        done=lambda _block: commissioning_page(child),
        title="End a block of funding early",
        caption=str(child),
        back_url=commissioning_page(child),
        submit_label="End block",
        success="Block ended early",
        context={
            "intro": f"£{block.weekly_cost:,} a week from {in_words(block.starts_on)} to {in_words(last)}. What was agreed "
            "stays on record, and so does who ended it and why."
        },
    )


# --- crisis -----------------------------------------------------------------------------------------------------------


@access(Permission.SEE_PLANS)
@require_safe
@transaction.atomic
def crisis(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps of the crisis clock: when each is due, what it found and who signed it, or at which rank it is signed."""
    placement, as_of = theirs(request, pk), clock.now()
    user: Any = request.user
    open_file(child=placement.child, page="crisis clock", by=user, as_of=as_of)
    checks = list(CrisisCheck.for_user(user).filter(placement=placement).select_related("signed_by"))
    looks = clock_of.looks(placement, checks, as_of)
    steps = dict(clock_of.steps_for(user))
    context = {
        "title": "Crisis clock",
        "placement": placement,
        "unregistered": _is_unregistered(placement),
        "steps": looks[:-1],
        "again": [check for check in reversed(checks) if check.step == CrisisCheck.Step.AGAIN],
        "next": looks[-1],
        "may_sign": any(look.is_open for look in looks if look.step in steps),
        "back_url": reverse("dashboards:placement", args=[placement.pk]),
    }
    return render(request, "governance/crisis.html", context)


@access(Permission.SIGN_CRISIS_CHECK)
def sign_crisis_check(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    mine = clock_of.steps_for(request.user)
    if not mine:
        raise PermissionDenied
    opened = {look.step for look in clock_of.looks(placement, [], clock.now()) if look.is_open}
    steps = [(step, label) for step, label in mine if step in opened]
    return record_form(
        request,
        form_class=forms.CrisisCheckForm,
        form_kwargs={"steps": steps, "unregistered": _is_unregistered(placement)},
        act=partial(acts.sign_crisis_check, placement=placement),
        done=lambda _check: crisis_page(placement),
        title="Sign a step of the crisis clock",
        caption=str(placement.child),
        back_url=crisis_page(placement),
        submit_label="Sign",
        success="Step signed",
        draft_key=f"crisis-{placement.pk}",
        context={"intro": "What is in place for the child now, not what is hoped for."},
    )


# --- notices ----------------------------------------------------------------------------------------------------------


@access(Permission.RECORD_COMMISSIONING)
def record_notice(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.RecordNotice,
        initial={"received_at": clock.now()},
        act=partial(acts.record_notice, placement=placement),
        done=lambda _notice: commissioning_page(placement.child),
        title="Record a notice received",
        caption=str(placement.child),
        back_url=commissioning_page(placement.child),
        submit_label="Record notice",
        success="Notice recorded. The search and the contingency are due today.",
        context={
            "intro": "Giving notice is no failing of whoever gives it. The director of children’s services is told at once."
        },
    )


@access(Permission.RECORD_COMMISSIONING)
def answer_notice(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(NoticeReceived.for_user(request.user).select_related("placement__child"), pk=pk)
    child = notice.placement.child
    return record_form(
        request,
        form_class=forms.AnswerNotice,
        initial={"response": notice.response},
        act=partial(acts.answer_notice, notice=notice),
        done=lambda _notice: commissioning_page(child),
        title="What was answered to the notice?",
        caption=str(child),
        back_url=commissioning_page(child),
        submit_label="Record answer",
        success="Answer recorded",
    )


# --- court ------------------------------------------------------------------------------------------------------------


@access(Permission.RECORD_COURT_TASKS)
def add_court_task(request: HttpRequest, reference: str) -> HttpResponse:
    child = her(request, reference)
    return record_form(
        request,
        form_class=forms.AddCourtTask,
        form_kwargs={"owners": policies.owners_for(child, clock.local_date(clock.now()))},
        act=partial(acts.add_court_task, child=child),
        done=lambda _task: plans_page(child),
        title="Record what the court directed or was promised",
        caption=str(child),
        back_url=plans_page(child),
        submit_label="Record task",
        success="Task recorded",
    )


@access(Permission.RECORD_COURT_TASKS)
def finish_court_task(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(CourtTask.for_user(request.user).select_related("child"), pk=pk)
    return record_form(
        request,
        form_class=forms.FinishCourtTask,
        initial={"done_on": clock.local_date(clock.now())},
        act=partial(acts.finish_court_task, task=task),
        done=lambda _task: plans_page(task.child),
        title="A court task was done",
        caption=str(task.child),
        back_url=plans_page(task.child),
        submit_label="Record it as done",
        success="Recorded as done",
        context={"intro": task.what},
    )


@access(Permission.RECORD_COURT_TASKS)
def tell_court(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(CourtTask.for_user(request.user).select_related("child"), pk=pk)
    return record_form(
        request,
        form_class=forms.TellCourt,
        initial={"told_on": clock.local_date(clock.now())},
        act=partial(acts.tell_court, task=task),
        done=lambda _task: plans_page(task.child),
        title="The court was told",
        caption=str(task.child),
        back_url=plans_page(task.child),
        submit_label="Record that it was told",
        success="Recorded that the court was told",
        context={"intro": task.what},
    )
