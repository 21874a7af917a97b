"""Placements: started, moved, ended, called off, taken on."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from children.models import Child
from core import clock
from core.access import Permission, access
from core.dates import in_words
from core.pages import record_form
from placements import actions, policies
from placements.forms import placing as forms
from placements.models import Key, Placement

PLACE_TEMPLATE = "placements/place_form.html"


def placement_page(placement: Placement) -> str:
    return reverse("dashboards:placement", args=[placement.pk])


def theirs(request: HttpRequest, pk: int) -> Placement:
    """The placement, if this person may see it; else a 404."""
    placements = Placement.for_user(request.user).select_related("child", "home__provider", "provider")
    return get_object_or_404(placements, pk=pk)


def keys_out(request: HttpRequest, placement: Placement) -> dict:
    """What opens the house and is not yet given back: said where a child moves on, and in nobody's way (LOG-06)."""
    out = list(Key.for_user(request.user).filter(placement=placement, revoked_on=None))
    return {"keys_out": out, "keys_url": reverse("placements:keys", args=[placement.pk])}


def place_kwargs(request: HttpRequest) -> dict:
    return {"user": request.user, "day": clock.local_date(clock.now())}


@access(Permission.MANAGE_PLACEMENTS)
def start(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.Start,
        form_kwargs=place_kwargs(request),
        act=partial(actions.start_placement, child=child),
        done=placement_page,
        title="Start a placement",
        caption=str(child),
        back_url=reverse("dashboards:child", args=[child.reference]),
        template=PLACE_TEMPLATE,
        submit_label="Record placement",
        success="Placement recorded",
        draft_key=f"start-{child.reference}",
    )


@access(Permission.MANAGE_PLACEMENTS)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.Move,
        form_kwargs=place_kwargs(request),
        act=partial(actions.move_placement, placement=placement),
        done=placement_page,
        title="Record a move",
        caption=str(placement.child),
        back_url=placement_page(placement),
        template=PLACE_TEMPLATE,
        submit_label="Record move",
        success="Move recorded",
        draft_key=f"move-{placement.pk}",
        context={"intro": "The placement the child is in ends on the day the next one starts."}
        | keys_out(request, placement),
    )


@access(Permission.MANAGE_PLACEMENTS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    if not policies.has_begun(placement, clock.now()):
        return redirect("placements:call_off", pk=pk)
    return record_form(
        request,
        form_class=forms.End,
        act=partial(actions.end_placement, placement=placement),
        done=placement_page,
        title="End a placement",
        caption=str(placement.child),
        back_url=placement_page(placement),
        template="placements/keys_end.html",
        submit_label="End placement",
        success="Placement ended",
        context={
            "intro": "The post of its manager ends with it. If the child goes to another placement of ours, record a move "
            "instead: then no day is left between them."
        }
        | keys_out(request, placement),
    )


@access(Permission.MANAGE_PLACEMENTS)
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.CallOff,
        act=partial(actions.call_off_placement, placement=placement),
        done=placement_page,
        title="Call off a planned placement",
        caption=str(placement.child),
        back_url=placement_page(placement),
        submit_label="Call it off",
        success="The planned placement is called off",
        context={
            "intro": f"It was to start on {in_words(placement.started_on)}. The placement it was to follow goes on."
        },
    )


@access(Permission.MANAGE_PLACEMENTS)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    hour = placement.started_at
    return record_form(
        request,
        form_class=forms.Correct,
        form_kwargs={"placement": placement},
        initial={
            "type": placement.type,
            "basis": placement.basis,
            "started_at": hour.astimezone(clock.LONDON).time() if hour else None,
            "until_18": placement.until_18,
        },
        act=partial(actions.correct_placement, placement=placement),
        done=placement_page,
        title="Correct this placement",
        caption=str(placement.child),
        back_url=placement_page(placement),
        submit_label="Save correction",
        success="Placement corrected",
        context={
            "intro": "For what was recorded wrongly, not for what has changed: where the child has moved, record the move. The "
            "history keeps what it said before, and your reason. What is overdue is worked out again."
        },
    )


@access(Permission.MANAGE_PLACEMENTS)
def take_on(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.TakeOn,
        form_kwargs=place_kwargs(request) | {"placement": placement},
        initial={"followed_from": clock.local_date(clock.now())},
        act=partial(actions.take_on, placement=placement),
        done=placement_page,
        title="Take a placement on",
        caption=str(placement.child),
        back_url=placement_page(placement),
        submit_label="Take it on",
        success="Taken on: its records are kept here from now on",
        context={
            "intro": "This placement is known only from a statutory return. From the day you give, its visits and "
            "daily logs are expected here, and what is missing is flagged."
        },
    )


@access(Permission.MANAGE_PLACEMENTS)
def where(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.Where,
        form_kwargs=place_kwargs(request),
        act=partial(actions.say_where, placement=placement),
        done=placement_page,
        title="Record which home the child is in",
        caption=str(placement.child),
        back_url=placement_page(placement),
        template=PLACE_TEMPLATE,
        success="Home recorded",
    )
