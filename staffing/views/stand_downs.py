"""A stand-down: made, read, held, lifted. What everybody reads is the same whatever the reason."""

import datetime as dt
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, Role, access
from core.models import User
from core.pages import record_form
from placements.models import Placement
from staffing import policies
from staffing.actions import stand_downs as actions
from staffing.forms import stand_downs as forms
from staffing.models import Carer, Lift, LiftApproval, Shift, StandDown, StandDownCase
from staffing.querysets import shifts_known_to
from staffing.rota import ShiftOfWeek, rows_of, with_people

WISH = (
    "The child’s own wish is never a reason to lift a stand-down. If the child asks for the carer back, record the wish and "
    "let the social worker or the advocate talk it through with the child."
)
THREE = (
    "It takes three people: the LADO or the safeguarding lead, the child’s social worker or their team manager, and the "
    "placement manager. Nobody from commissioning, and nobody who employs the carer."
)


def carer_page(carer: Carer) -> str:
    return reverse("staffing:carer", args=[carer.pk])


class Act(NamedTuple):
    href: str
    label: str


def about(user: User, carer: Carer, as_of: dt.datetime) -> dict[str, Any]:
    """For a carer's page (staffing/_carer_acts.html): what binds the carer, and what this person may do about them."""
    offered = (
        (Permission.STAND_DOWN, "staffing:stand_down_carer", "Stand the carer down"),
        (Permission.WAIVE_CHECKS, "staffing:waive", "Waive checks in an emergency"),
        (Permission.DECIDE_CONDUCT, "lado:decide_carer", "Decide about their conduct: referred to the LADO, or not"),
        (Permission.REFER_TO_LADO, "lado:refer_carer", "Refer to the LADO"),
    )
    return {
        "standing": list(StandDown.for_user(user).standing_at(as_of).filter(carer=carer)),
        "notice": StandDown.NOTICE,
        "ended": list(
            StandDownCase.for_user(user)
            .filter(stand_down__carer=carer, stand_down__lifted_at__lte=as_of)
            .select_related("stand_down")
            .order_by("-stand_down__starts_at")
        ),
        "acts": [Act(reverse(name, args=[carer.pk]), label) for needed, name, label in offered if user.can(needed)],
    }


def _case(request: HttpRequest, pk: int) -> StandDownCase:
    cases = StandDownCase.for_user(request.user).select_related("stand_down__carer", "placement__child")
    return get_object_or_404(cases, stand_down=pk)


@access(Permission.STAND_DOWN)
def stand_down_carer(request: HttpRequest, pk: int) -> HttpResponse:
    carer = get_object_or_404(Carer.for_user(request.user), pk=pk)
    return record_form(
        request,
        form_class=forms.StandDownForm,
        form_kwargs={"user": request.user, "carer": carer},
        act=partial(actions.stand_down, carer=carer),
        done=actions.stand_down_page,
        title="Stand the carer down",
        caption=str(carer),
        back_url=carer_page(carer),
        template="staffing/stand_down_form.html",
        submit_label="Stand down now",
        success="The carer is stood down, and is off every shift to come",
        context={"notice": StandDown.NOTICE},
    )


@access(Permission.SEE_CARERS)
@require_safe
def stand_down(request: HttpRequest, pk: int) -> HttpResponse:
    """One stand-down: the notice, the shifts it left short that this person sees, and, for few, why it was made."""
    user, as_of = request.user, clock.now()
    standing = get_object_or_404(StandDown.for_user(user).select_related("carer"), pk=pk)
    case = StandDownCase.for_user(user).filter(stand_down=standing).select_related("placement__child").first()
    agreed = Prefetch("approvals", LiftApproval.for_user(user).select_related("by"), to_attr="agreed")
    lifts = Lift.for_user(user).filter(case__stand_down=standing).select_related("case__stand_down__carer", "asked_by")
    proposals = list(lifts.prefetch_related(agreed).order_by("-asked_at"))
    proposed: Any = next((lift for lift in proposals if lift.withdrawn_at is None), None)
    approvals = proposed.agreed if proposed else []
    taken = {approval.seat for approval in approvals}
    return render(
        request,
        "staffing/stand_down.html",
        {
            "title": "Stand-down",
            "caption": str(standing.carer),
            "back_url": carer_page(standing.carer),
            "standing": standing,
            "case": case,
            "proposed": proposed,
            "withdrawn": [lift for lift in proposals if lift.withdrawn_at] if case else [],
            "named": case is not None or user.role == Role.IRO,
            "approvals": approvals,
            "waiting": [label for seat, label in LiftApproval.Seat.choices if seat not in taken],
            "seats": policies.seats_left(user, proposed.case, taken, as_of) if proposed else [],
            "emptied": _emptied(request, standing),
            "may_see_children": user.can(Permission.SEE_CHILDREN),
            "may_hold": case is not None and user.can(Permission.HOLD_STAND_DOWN),
            "may_lift": case is not None and user.can(Permission.LIFT_STAND_DOWN),
            "three": THREE,
            "wish": WISH,
        },
    )


def _emptied(request: HttpRequest, standing: StandDown) -> list[ShiftOfWeek]:
    """The shifts the carer came off, of those this person sees, with the cover each has now."""
    shifts = shifts_known_to(request.user).filter(pk__in=actions.taken_off_by(standing).values("shift"))
    placements: dict[Placement, list[Shift]] = {}
    for shift in with_people(shifts.select_related("placement__child", "placement__home")):
        placements.setdefault(shift.placement, []).append(shift)
    rows = [row for placement, its in placements.items() for row in rows_of(placement, its)]
    return sorted(rows, key=lambda row: row.shift.starts_at)


@access(Permission.HOLD_STAND_DOWN)
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    return _why(request, case, actions.hold, "Hold the stand-down", "While it is held, it cannot be lifted.", "Hold it")


@access(Permission.HOLD_STAND_DOWN)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    intro = "It still stands: the carer may not be deployed until three people lift it."
    return _why(request, case, actions.release, "Release the stand-down", intro, "Release it")


def _why(request: HttpRequest, case: StandDownCase, act, title: str, intro: str, label: str) -> HttpResponse:
    page = actions.stand_down_page(case.stand_down)
    return record_form(
        request,
        form_class=forms.Why,
        act=partial(act, case=case),
        done=lambda _case: page,
        title=title,
        caption=str(case.stand_down.carer),
        back_url=page,
        submit_label=label,
        success="Held" if act is actions.hold else "Released",
        context={"intro": intro},
    )


@access(Permission.LIFT_STAND_DOWN)
def propose_lift(request: HttpRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    page = actions.stand_down_page(case.stand_down)
    return record_form(
        request,
        form_class=forms.ProposeLift,
        act=partial(actions.propose_lift, case=case),
        done=lambda _lift: page,
        title="Propose to lift the stand-down",
        caption=str(case.stand_down.carer),
        back_url=page,
        template="staffing/lift_form.html",
        submit_label="Propose it",
        success="Proposed. It stands until three people have approved it",
        context={"intro": THREE, "wish": WISH, "case": case},
    )


@access(Permission.LIFT_STAND_DOWN)
def approve_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve in a seat. A placement manager is shown who has approved, and nothing of the reason."""
    lifts = Lift.for_user(request.user).select_related("case__stand_down__carer", "case__placement__child", "asked_by")
    lift = get_object_or_404(lifts, pk=pk)
    approvals = list(lift.approvals.select_related("by"))
    page = actions.stand_down_page(lift.case.stand_down)
    seats = policies.seats_left(request.user, lift.case, {approval.seat for approval in approvals}, clock.now())
    context = {"wish": WISH, "lift": lift, "approvals": approvals, "seats": seats, "three": THREE}
    context["case"] = context["named"] = StandDownCase.for_user(request.user).filter(pk=lift.case_id).first()
    return record_form(
        request,
        form_class=forms.ApproveLift,
        form_kwargs={"seats": seats},
        act=partial(actions.approve_lift, lift=lift),
        done=lambda _approval: page,
        title="Approve lifting the stand-down",
        caption=str(lift.case.stand_down.carer),
        back_url=page,
        template="staffing/lift_approve.html",
        submit_label="Approve lifting it",
        success="Approved",
        context=context,
    )


@access(Permission.LIFT_STAND_DOWN)
def withdraw_lift(request: HttpRequest, pk: int) -> HttpResponse:
    lifts = Lift.for_user(request.user).filter(case__in=StandDownCase.for_user(request.user))
    lift = get_object_or_404(lifts.select_related("case__stand_down__carer"), pk=pk)
    page = actions.stand_down_page(lift.case.stand_down)
    return record_form(
        request,
        form_class=forms.Withdraw,
        act=partial(actions.withdraw_lift, lift=lift),
        done=lambda _lift: page,
        title="Withdraw the proposal to lift",
        caption=str(lift.case.stand_down.carer),
        back_url=page,
        submit_label="Withdraw it",
        success="Withdrawn. The stand-down stands",
        context={"intro": "What has been approved so far counts for nothing then. Another proposal can be made."},
    )
