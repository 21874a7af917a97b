"""The register of keys, fobs and devices of a placement."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, access
from core.pages import record_form
from placements.actions.keys import issue_key, revoke_key
from placements.forms import keys as forms
from placements.models import Key, Placement
from placements.views.placing import placement_page, theirs


def register(placement: Placement) -> str:
    return reverse("placements:keys", args=[placement.pk])


@access(Permission.SEE_CHILDREN)
@require_safe
def keys(request: HttpRequest, pk: int) -> HttpResponse:
    """For those who decide about the placement, and those who work there; to nobody else does it matter."""
    placement = theirs(request, pk)
    may_issue = request.user.can(Permission.MANAGE_PLACEMENTS)
    if not may_issue and not request.user.can(Permission.WRITE_LOG):
        raise PermissionDenied
    held = list(Key.for_user(request.user).filter(placement=placement))
    page = {
        "title": "Keys, fobs and devices",
        "caption": str(placement.child),
        "back_url": placement_page(placement),
        "placement": placement,
        "over": placement.ended_on is not None and placement.ended_on <= clock.local_date(clock.now()),
        "out": [key for key in held if key.revoked_on is None],
        "back": [key for key in held if key.revoked_on is not None][::-1],
        "may_issue": may_issue,
    }
    return render(request, "placements/keys.html", page)


@access(Permission.MANAGE_PLACEMENTS)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.Issue,
        initial={"issued_on": clock.local_date(clock.now())},
        act=partial(issue_key, placement=placement),
        done=lambda _key: register(placement),
        title="Record a key, fob or device",
        caption=str(placement.child),
        back_url=register(placement),
        submit_label="Record it",
        success="Recorded",
        context={
            "intro": "Everything that opens the house, and every device given for the child’s use. All of it is given "
            "back or switched off on the day the child moves."
        },
    )


@access(Permission.MANAGE_PLACEMENTS)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(Key.for_user(request.user).select_related("placement__child"), pk=pk)
    return record_form(
        request,
        form_class=forms.Revoke,
        initial={"revoked_on": clock.local_date(clock.now())},
        act=partial(revoke_key, key=key),
        done=lambda _key: register(key.placement),
        title=f"{key.get_kind_display()}: given back or switched off",
        caption=str(key.placement.child),
        back_url=register(key.placement),
        submit_label="Record it",
        success="Recorded: it opens nothing any more",
        context={"intro": f"{key.what}, held by {key.held_by}."},
    )
