"""The shift as worked: today's shifts, one shift, everything recorded on it, and the review of what went wrong."""

import datetime as dt
from functools import partial
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from children.actions import open_file
from core import clock
from core.access import Permission, access
from core.pages import record_form
from placements.models import Placement
from placements.views.placing import placement_page, theirs
from staffing.actions import worked as acts
from staffing.forms import worked as forms
from staffing.models import Carer, Presence, Shift
from staffing.shift_as_worked import who
from staffing.views.worked_page import PlacementToday, ShiftAsWorked
from staffing.worked import REVIEWED, worked

PLACEMENTS = 20  # on today's page; each has two or three shifts
FORM = "staffing/worked_form.html"


def worked_page(shift: Shift) -> str:
    return reverse("staffing:worked", args=[shift.pk])


def _shift(request: HttpRequest, pk: int) -> Shift:
    shifts = Shift.for_user(request.user).select_related("placement__child", "placement__home", "leader")
    return get_object_or_404(shifts, pk=pk)


def _presence(request: HttpRequest, pk: int) -> Presence:
    presences = Presence.for_user(request.user).select_related(
        "shift__placement__child", "shift__placement__home", "carer"
    )
    return get_object_or_404(presences, pk=pk)


# --- pages to read ----------------------------------------------------------------------------------------------------


@access(Permission.RECORD_SHIFT)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The shifts of today, and the night that is still going on, by placement."""
    as_of = clock.now()
    day = clock.local_date(as_of)
    here = Placement.for_user(request.user).live_on(day).select_related("child", "home").order_by("started_on", "pk")
    shifts = (
        Shift.for_user(request.user)
        .standing()
        .filter(placement__in=here, starts_at__lt=clock.end_of(day), ends_at__gt=clock.start_of(day))
    )
    if request.user.authority_id is not None:  # the council's people see more children than have shifts
        here = here.filter(pk__in=shifts.values("placement"))
    placements = list(here[: PLACEMENTS + 1])
    rows = worked(shifts.filter(placement__in=placements[:PLACEMENTS]), as_of=as_of)
    page = {
        "title": "Today’s shifts",
        "placements": [PlacementToday.of(placement, rows) for placement in placements[:PLACEMENTS]],
        "more": len(placements) > PLACEMENTS,
        "as_of": as_of,
    }
    return render(request, "staffing/worked_today.html", page)


@access(Permission.SEE_ROTA)
@require_safe
def shift(request: HttpRequest, pk: int) -> HttpResponse:
    """One shift: who was planned beside who is there, and what to do next. It says how the child is: a reading."""
    as_of = clock.now()
    with transaction.atomic():
        found = worked(Shift.for_user(request.user).filter(pk=pk), as_of=as_of)
        if not found:
            raise Http404
        page = ShiftAsWorked(found[0], request.user)
        open_file(child=page.shift.placement.child, page="shift", by=request.user, as_of=as_of)
    context = {
        "title": page.title,
        "caption": str(page.shift.placement.child),
        "back_url": reverse("staffing:shift", args=[pk]),
        "page": page,
    }
    return render(request, "staffing/worked.html", context)


# --- who is there -----------------------------------------------------------------------------------------------------


def _act(request: HttpRequest, shift: Shift, *, form_class: type, act: Any, title: str, **more: Any) -> HttpResponse:
    """A form about one shift, and back to its page."""
    kwargs = {"shift": shift, "as_of": clock.now()} if issubclass(form_class, forms.AtATime) else {}
    return record_form(
        request,
        form_class=form_class,
        form_kwargs=kwargs | more.pop("form_kwargs", {}),
        act=act,
        done=lambda _record: worked_page(shift),
        title=title,
        caption=forms.called(shift),
        back_url=worked_page(shift),
        template=more.pop("template", FORM),
        **more,
    )


@access(Permission.RECORD_SHIFT)
def sign_on(request: HttpRequest, pk: int) -> HttpResponse:
    found = _shift(request, pk)
    return _act(
        request,
        found,
        form_class=forms.SignOn,
        form_kwargs={"carers": Carer.for_user(request.user)},
        initial={"carer": request.GET.get("carer")},
        act=partial(acts.sign_on, shift=found),
        title="Sign somebody on",
        submit_label="Sign on",
        success="Signed on",
    )


@access(Permission.RECORD_SHIFT)
def visitor(request: HttpRequest, pk: int) -> HttpResponse:
    found = _shift(request, pk)
    return _act(
        request,
        found,
        form_class=forms.Visitor,
        act=partial(acts.sign_on, shift=found, kind=Presence.Kind.VISITOR),
        title="Record a visitor",
        success="Visitor recorded",
    )


@access(Permission.RECORD_SHIFT)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    presence = _presence(request, pk)
    return _act(
        request,
        presence.shift,
        form_class=forms.Move,
        act=partial(acts.move, presence=presence),
        title=f"{presence.carer or presence.name} has moved",
        submit_label="Record the move",
        success="Move recorded",
        context={"intro": f"Until now: {presence.get_where_display().lower()}."},
    )


@access(Permission.RECORD_SHIFT)
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    presence = _presence(request, pk)
    return _act(
        request,
        presence.shift,
        form_class=forms.SignOff,
        act=partial(acts.sign_off, presence=presence),
        title=f"Sign {presence.carer or presence.name} off",
        submit_label="Sign off",
        success="Signed off",
    )


@access(Permission.RECORD_SHIFT)
def put_right(request: HttpRequest, pk: int) -> HttpResponse:
    presence = _presence(request, pk)
    return _act(
        request,
        presence.shift,
        form_class=forms.PutRight,
        initial={"where": presence.where, "starts_at": presence.starts_at, "ends_at": presence.ends_at},
        act=partial(acts.put_right, presence=presence),
        title=f"Correct the record of {presence.carer or presence.name}",
        success="Corrected",
        context={"intro": "What stood before stays in the history, with your name and the reason."},
    )


@access(Permission.RECORD_SHIFT)
def unplanned(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.UnplannedShift,
        act=partial(acts.record_unplanned_shift, placement=placement),
        done=worked_page,
        title="Record a shift that is on no rota",
        caption=str(placement.child),
        back_url=reverse("staffing:today"),
        submit_label="Start recording",
        success="Started. Now sign on whoever is there",
        context={
            "intro": "If people are working and the rota does not have the shift, record it here as it is worked."
        },
    )


# --- what was seen and said -------------------------------------------------------------------------------------------


@access(Permission.RECORD_SHIFT)
def awake(request: HttpRequest, pk: int) -> HttpResponse:
    found = _shift(request, pk)
    here = Presence.for_user(request.user).filter(shift=found, kind=Presence.Kind.CARER)
    if found.ends_at > clock.now():  # while it goes on, those who are there; afterwards, those who were
        here = here.filter(ends_at=None)
    carers = Carer.for_user(request.user).filter(pk__in=here.values("carer"))
    by_name = {who(presence): presence for presence in here.filter(carer=None).order_by("-pk")}
    unlisted = sorted(by_name.values(), key=lambda presence: presence.name.lower())
    return _act(
        request,
        found,
        form_class=forms.Awake,
        form_kwargs={"carers": carers, "unlisted": unlisted},
        initial={"witnessed_by": request.user.name},
        act=partial(acts.record_awake, shift=found),
        title="Awake check",
        submit_label="Sign the check",
        success="Check signed",
        template="staffing/awake.html",
        context={
            "anybody": bool(unlisted) or carers.exists(),
            "shift": found,
        },
    )


@access(Permission.RECORD_SHIFT)
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    found = _shift(request, pk)
    return _act(
        request,
        found,
        form_class=forms.HandOver,
        act=partial(acts.hand_over, shift=found),
        title="Hand over",
        submit_label="Save the handover",
        success="Handover saved",
        draft_key=f"handover-{pk}",
    )


@access(Permission.RECORD_SHIFT)
def log_cause(request: HttpRequest, pk: int) -> HttpResponse:
    found = _shift(request, pk)
    return _act(
        request,
        found,
        form_class=forms.WhyNoLog,
        act=partial(acts.give_log_cause, shift=found),
        title="Say why there is no log",
        success="Recorded. The log is still to be written, if anybody can",
        context={"intro": "This records what happened to the log. It does not replace it."},
    )


# --- who looked into it -----------------------------------------------------------------------------------------------


@access(Permission.REVIEW_SHIFT)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Every shift of the last four weeks on which something went wrong, and nobody has looked into it."""
    placement, as_of = theirs(request, pk), clock.now()
    shifts = Shift.for_user(request.user).filter(placement=placement, starts_at__lte=as_of)
    recent = worked(shifts.filter(starts_at__gt=as_of - dt.timedelta(days=REVIEWED)), as_of=as_of)[::-1]
    waiting = [each for each in recent if each.to_review and not each.is_reviewed]
    return record_form(
        request,
        form_class=forms.Review,
        form_kwargs={
            "shifts": shifts.filter(pk__in=[each.shift.pk for each in waiting]).order_by("-starts_at", "kind"),
            "said": {each.shift.pk: [wrong.words for wrong in each.to_review] for each in waiting},
        },
        act=acts.review_shifts,
        done=lambda _reviews: request.path,
        title="Review shifts that went wrong",
        caption=str(placement.child),
        back_url=placement_page(placement),
        submit_label="Record the review",
        success="Review recorded",
        template="staffing/review.html",
        draft_key=f"review-shifts-{pk}",
        context={
            "waiting": waiting,
            "reviewed": [(each, forms.called(each.shift)) for each in recent if each.reviews],
            "days": REVIEWED,
        },
    )
