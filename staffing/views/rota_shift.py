"""One shift of the rota: who is on it, who leads it, its hours. Each act says which version of the shift it saw."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from core import clock
from core.access import Permission, access
from core.models import User
from core.pages import record_form
from staffing.actions import rota as acts
from staffing.forms import rota as forms
from staffing.models import Assignment, Carer, Shift
from staffing.views.rota import _called, rota_page
from staffing.views.rota_week import ShiftPage

TEMPLATE, ACT_TEMPLATE = "staffing/shift.html", "staffing/_rota_act.html"


def _shift(request: HttpRequest, pk: int) -> Shift:
    shifts = Shift.for_user(request.user).select_related(
        "placement__child", "placement__home__provider", "placement__provider"
    )
    return get_object_or_404(shifts, pk=pk)


def shift_page(shift: Shift) -> str:
    return reverse("staffing:shift", args=[shift.pk])


def _context(request: HttpRequest, shift: Shift) -> dict[str, Any]:
    """Read when the page is written: after a conflict, what it shows is how the shift stands now."""
    page: Any = SimpleLazyObject(lambda: ShiftPage(shift, request.user, clock.now()))
    add: Any = SimpleLazyObject(lambda: forms.Add(choices=page.choices, shift=shift))
    return {"page": page, "add": add, "placement": shift.placement, "called": _called(shift)}


def _titles(shift: Shift) -> dict[str, str]:
    called = _called(shift)
    return {"title": called[:1].upper() + called[1:], "caption": str(shift.placement.child)}


@access(Permission.SEE_ROTA)
def shift(request: HttpRequest, pk: int) -> HttpResponse:
    found = _shift(request, pk)
    context = _titles(found) | _context(request, found) | {"back_url": _rota_of(found)}
    return render(request, TEMPLATE, context)


def _rota_of(shift: Shift) -> str:
    return rota_page(shift.placement, clock.local_date(shift.starts_at))


@access(Permission.PROPOSE_ROTA)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    found = _shift(request, pk)
    choices = ShiftPage(found, request.user, clock.now()).choices if request.method == "POST" else []
    return _from_the_page(
        request,
        found,
        form_class=forms.Add,
        form_kwargs={"choices": choices, "shift": found},
        act=partial(acts.assign, shift=found),
        success="Put on the shift",
    )


@access(Permission.PROPOSE_ROTA)
def leader(request: HttpRequest, pk: int) -> HttpResponse:
    found = _shift(request, pk)

    def name(*, carer: int, version: int, by: User, as_of: Any) -> Shift:
        person = get_object_or_404(Carer.for_user(by), pk=carer)
        return acts.name_leader(shift=found, carer=person, version=version, by=by, as_of=as_of)

    return _from_the_page(request, found, form_class=forms.Leader, act=name, success="Shift leader named")


def _from_the_page(request: HttpRequest, shift: Shift, **form: Any) -> HttpResponse:
    """A form that stands on the shift's own page, and comes back there."""
    if request.method != "POST":
        return redirect(shift_page(shift))
    return record_form(
        request,
        done=lambda _record: shift_page(shift),
        back_url=_rota_of(shift),
        template=TEMPLATE,
        context=_context(request, shift),
        **_titles(shift),
        **form,
    )


@access(Permission.PROPOSE_ROTA)
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    assignments = Assignment.for_user(request.user).select_related("carer", "shift")
    assignment = get_object_or_404(assignments, pk=pk)
    found = _shift(request, assignment.shift_id)
    published = found.published_at is not None
    act: Callable[..., Any] = partial(acts.take_off, assignment=assignment)
    if not published:
        act = partial(act, why=acts.TAKEN_OFF_A_DRAFT)
    return _an_act(
        request,
        found,
        form_class=forms.TakeOff if published else forms.TakeOffDraft,
        act=act,
        done=lambda _record: shift_page(found),
        title=f"Take {assignment.carer} off",
        submit_label="Take off",
        success=f"{assignment.carer} was taken off",
    )


@access(Permission.PROPOSE_ROTA)
def times(request: HttpRequest, pk: int) -> HttpResponse:
    found = _shift(request, pk)
    return _an_act(
        request,
        found,
        form_class=forms.Times,
        initial={"starts_at": found.starts_at, "ends_at": found.ends_at},
        act=partial(acts.change_shift, shift=found),
        done=shift_page,
        title="Change the times",
        submit_label="Save times",
        success="Times changed",
    )


@access(Permission.PROPOSE_ROTA)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = _shift(request, pk)
    return _an_act(
        request,
        found,
        form_class=forms.Cancel,
        act=partial(acts.cancel_shift, shift=found),
        done=_rota_of,
        title="Cancel this shift",
        submit_label="Cancel shift",
        success="Shift cancelled",
    )


def _an_act(request: HttpRequest, shift: Shift, **form: Any) -> HttpResponse:
    """A page of its own, with the shift as it stands beside the form."""
    called = _called(shift)
    return record_form(
        request,
        caption=f"{shift.placement.child}, {called}",
        back_url=shift_page(shift),
        template=ACT_TEMPLATE,
        context=_context(request, shift),
        **form,
    )
