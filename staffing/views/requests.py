"""What is asked of a rota, and how it is answered: swaps, taking a carer off, waiving checks."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, access
from core.pages import record_form
from placements.views.placing import theirs
from staffing import policies
from staffing.actions import requests as actions
from staffing.forms import requests as forms
from staffing.models import Carer, RotaRequest, Shift, Swap
from staffing.rota import carers_for, monday_of, rows_of, said, with_people
from staffing.views.stand_downs import carer_page

MAY_ASK_SWAP = (Permission.PROPOSE_ROTA, Permission.RECORD_SHIFT)


# --- swaps ------------------------------------------------------------------------------------------------------------


@access(Permission.SEE_ROTA)
def ask_swap(request: HttpRequest, pk: int) -> HttpResponse:
    shifts = Shift.for_user(request.user).standing().select_related("placement__child", "placement__home")
    shift = get_object_or_404(shifts, pk=pk)
    if not any(request.user.can(permission) for permission in MAY_ASK_SWAP):
        raise PermissionDenied("this role may not ask for a swap")
    return record_form(
        request,
        form_class=forms.AskSwap,
        form_kwargs={"shift": shift},
        initial={"outgoing": request.GET.get("carer", "")},
        act=partial(actions.ask_swap, shift=shift),
        done=actions.swap_page,
        title="Ask for a swap",
        caption=said(shift),
        back_url=reverse("staffing:shift", args=[shift.pk]),
        submit_label="Ask for it",
        success="Asked. The rota stays as it is until it is decided",
        context={
            "intro": "The placement manager, or the child’s social worker or team manager, decides. Every check is made "
            "again before anybody is put on."
        },
    )


def _swap(request: HttpRequest, pk: int) -> Swap:
    swaps = Swap.for_user(request.user).select_related(
        "shift__placement__child", "shift__placement__home", "outgoing", "incoming", "agency", "asked_by", "decided_by"
    )
    return get_object_or_404(swaps, pk=pk)


def _with_analysis(request: HttpRequest, asked: Swap) -> bool:
    """What is thought of the child's wish is for those who care for the child, and not for commissioning."""
    return request.user.can(Permission.RECORD_SHIFT) or asked.asked_by == request.user


@access(Permission.SEE_ROTA)
@require_safe
def swap(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _swap(request, pk)
    placement = asked.shift.placement
    shifts = with_people(Shift.for_user(request.user).filter(pk=asked.shift_id))
    return render(
        request,
        "staffing/swap.html",
        {
            "title": "Swap on a shift",
            "caption": said(asked.shift),
            "back_url": reverse("staffing:shift", args=[asked.shift_id]),
            "swap": asked,
            "row": rows_of(placement, shifts)[0],
            "may_decide": policies.may_decide_staffing(request.user, placement, clock.now()),
            "with_analysis": _with_analysis(request, asked),
            "why_not": _why_not(asked),
        },
    )


def _why_not(asked: Swap) -> str:
    """Why a swap that waits cannot be approved as things stand, or what to weigh first; "" where nothing is known."""
    shift, incoming = asked.shift, asked.incoming
    if asked.state != Swap.State.ASKED or incoming is None:
        return ""
    offered = carers_for(shift.placement, monday_of(clock.local_date(shift.starts_at)))
    candidate = next((each for each in offered if each.carer == incoming), None)
    if candidate is None:
        return f"{incoming} no longer works for anybody who supplies this placement."
    if reason := candidate.why_not(shift.starts_at, shift.ends_at):
        return f"{incoming} cannot work this shift. {reason}."
    return f"{incoming}: somebody asked that they be taken off this rota." if candidate.asked_off else ""


@access(Permission.PROPOSE_ROTA)
def decide_swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever drafts rotas reaches this page; whether they decide, the gate says, and their try is recorded."""
    asked = _swap(request, pk)
    page = actions.swap_page(asked)
    return record_form(
        request,
        form_class=forms.DecideSwap,
        act=partial(actions.decide_swap, swap=asked),
        done=actions.swap_page,
        title="Decide the swap",
        caption=said(asked.shift),
        back_url=page,
        template="staffing/swap_decide.html",
        submit_label="Record the decision",
        success="Decided",
        context={"swap": asked, "with_analysis": _with_analysis(request, asked), "why_not": _why_not(asked)},
    )


# --- taking a carer off -----------------------------------------------------------------------------------------------


@access(Permission.SEE_ROTA)
def ask_off_rota(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.AskOffRota,
        form_kwargs={"placement": placement},
        initial={"carer": request.GET.get("carer", "")},
        act=partial(actions.ask_off_rota, placement=placement),
        done=actions.request_page,
        title="Ask for a carer to be taken off the rota",
        caption=str(placement.child),
        back_url=reverse("staffing:rota", args=[placement.pk]),
        template="staffing/request_form.html",
        submit_label="Ask for it",
        success="Asked. It is to be confirmed as done within 24 hours",
    )


def _request(request: HttpRequest, pk: int) -> RotaRequest:
    asked = RotaRequest.for_user(request.user).select_related(
        "placement__child", "placement__home", "carer", "asked_by", "done_by", "withdrawn_by"
    )
    return get_object_or_404(asked, pk=pk)


@access(Permission.SEE_ROTA)
@require_safe
def off_rota(request: HttpRequest, pk: int, carer: int) -> HttpResponse:
    """From a flag, which knows the child's placement and the carer: to the request, the open one before any other."""
    asked = RotaRequest.for_user(request.user).binding().about(theirs(request, pk).child_id).filter(carer=carer)
    found = asked.order_by(F("done_at").desc(nulls_first=True), "due_at", "pk").first()
    if found is None:
        raise Http404
    return redirect(actions.request_page(found))


@access(Permission.SEE_ROTA)
@require_safe
def rota_request(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked, its clock, and whether it is done: by the rota itself, and not by what anybody says."""
    asked, as_of = _request(request, pk), clock.now()
    now_at = policies.where_now(asked, as_of)
    may_decide = policies.may_decide_staffing(request.user, now_at, as_of)
    left = (
        actions.still_on(asked, as_of)
        .filter(shift__in=Shift.for_user(request.user))
        .select_related("shift")
        .order_by("starts_at")
    )
    return render(
        request,
        "staffing/request.html",
        {
            "title": "Taking a carer off the rota",
            "caption": str(asked.placement.child),
            "back_url": reverse("staffing:rota", args=[now_at.pk]),
            "asked": asked,
            "moved": now_at != asked.placement,
            "late": asked.done_at is None and asked.due_at <= as_of,
            "left": [(assignment.shift_id, said(assignment.shift)) for assignment in left],
            "may_decide": may_decide,
            "may_withdraw": policies.may_withdraw(request.user, asked, as_of),
            "with_reason": may_decide or asked.asked_by == request.user,
        },
    )


@access(Permission.PROPOSE_ROTA)
def confirm_off_rota(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _request(request, pk)
    page = actions.request_page(asked)
    return record_form(
        request,
        form_class=forms.ConfirmOffRota,
        act=partial(actions.confirm_off_rota, request=asked),
        done=actions.request_page,
        title="Confirm that the carer is off the rota",
        caption=str(asked.carer),
        back_url=page,
        submit_label="Confirm it is done",
        success="Confirmed. Whoever asked is told",
        context={"intro": "It is done when the carer is on no shift to come with the child, drafts included."},
    )


@access(Permission.SEE_ROTA)
def withdraw_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever sees the request reaches this page; whether they may let the carer come back, the gate says."""
    asked = _request(request, pk)
    page = actions.request_page(asked)
    return record_form(
        request,
        form_class=forms.WithdrawRequest,
        act=partial(actions.withdraw_request, request=asked),
        done=actions.request_page,
        title="Let the carer come back" if asked.done_at else "Withdraw the request",
        caption=str(asked.carer),
        back_url=page,
        submit_label="Withdraw the request",
        success="Withdrawn. The carer may be put on shifts with the child again",
        context={
            "intro": "The carer may then be put on shifts with the child again. That the child wishes it is heard, and is no "
            "reason by itself."
        },
    )


# --- waiving checks ---------------------------------------------------------------------------------------------------


@access(Permission.WAIVE_CHECKS)
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    carer = get_object_or_404(Carer.for_user(request.user), pk=pk)
    return record_form(
        request,
        form_class=forms.WaiveChecks,
        form_kwargs={"user": request.user, "carer": carer},
        initial={"starts_at": clock.now(), "placement": request.GET.get("placement", "")},
        act=partial(actions.waive_checks, carer=carer),
        done=lambda _waiver: carer_page(carer),
        title="Waive a carer’s checks in an emergency",
        caption=str(carer),
        back_url=carer_page(carer),
        template="staffing/waive_form.html",
        submit_label="Waive the checks",
        success="Waived. The social worker and the IRO are being told",
    )
