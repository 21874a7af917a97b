"""Homes, their registration, and the director's authorisation where there is none."""

import datetime as dt
from dataclasses import replace
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from core import clock
from core.access import Permission, access
from core.history_panel import Entry, changes
from core.pages import record_form
from placements import actions, policies
from placements.forms import registrations as forms
from placements.forms.placing import HomeDetails, RecordHome
from placements.models import Home, Placement, Registration
from placements.views.placing import placement_page, theirs


@access(Permission.RECORD_REGISTRATION)
def homes(request: HttpRequest) -> HttpResponse:
    """The homes this council has recorded, each with what is known of its registration today."""
    today = clock.local_date(clock.now())
    found = Home.for_user(request.user).with_registration(today).select_related("provider")
    return render(
        request,
        "placements/homes.html",
        {
            "title": "Homes",
            "homes": [(home, Registration.Status(home.registration or "not_known").label) for home in found],
        },
    )


@access(Permission.SEE_CHILDREN)
def home(request: HttpRequest, pk: int) -> HttpResponse:
    """One home: its registration as it has been recorded, and those living there whom this person may see.

    The address is shown only to somebody who may see a child living there.
    """
    user = request.user
    record = get_object_or_404(Home.for_user(user).select_related("provider"), pk=pk)
    registrations = list(Registration.for_user(user).filter(home=record).select_related("recorded_by"))
    today = clock.local_date(clock.now())
    living_there = Placement.for_user(user).live_on(today).filter(home=record).select_related("child")
    placements = list(living_there)
    may_record = user.can(Permission.RECORD_REGISTRATION)
    return render(
        request,
        "placements/home.html",
        {
            "title": record.name,
            "home": record,
            "registrations": registrations,
            "present": policies.registration_on(record, today),
            "placements": placements,
            "may_record": may_record,
            "history": history_of(record, registrations, with_address=bool(placements)),
            "back_url": reverse("placements:homes" if may_record else "dashboards:my_work"),
        },
    )


def history_of(record: Home, registrations: list[Registration], *, with_address: bool) -> list[Entry]:
    """Who changed what, without the address where the page does not show it."""
    entries = changes(record, *registrations)
    if with_address:
        return entries
    return [
        replace(entry, changes=[change for change in entry.changes if change.field not in ("Address", "Postcode")])
        for entry in entries
    ]


@access(Permission.RECORD_REGISTRATION)
def add_home(request: HttpRequest) -> HttpResponse:
    return record_form(
        request,
        form_class=RecordHome,
        act=actions.record_home,
        done=lambda record: reverse("placements:registration", args=[record.pk]),
        title="Record a home",
        back_url=reverse("placements:homes"),
        submit_label="Save and record its registration",
        success="Home recorded. Now record whether it is registered",
    )


@access(Permission.RECORD_REGISTRATION)
def describe_home(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Home.for_user(request.user), pk=pk)
    page = reverse("placements:home", args=[record.pk])
    today = clock.local_date(clock.now())
    with_address = Placement.for_user(request.user).live_on(today).filter(home=record).exists()
    return record_form(
        request,
        form_class=HomeDetails,
        form_kwargs={"with_address": with_address},
        initial={name: getattr(record, name) for name in ("name", "address", "postcode", "urn")},
        act=partial(actions.describe_home, home=record),
        done=lambda _home: page,
        title="Change a home’s details",
        caption=record.name,
        back_url=page,
        success="Details saved",
    )


@access(Permission.RECORD_REGISTRATION)
def registration(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Home.for_user(request.user), pk=pk)
    page = reverse("placements:home", args=[record.pk])
    return record_form(
        request,
        form_class=forms.RegistrationForm,
        act=partial(actions.record_registration, home=record),
        done=lambda _registration: page,
        title="Record a home’s registration",
        caption=record.name,
        back_url=page,
        submit_label="Record registration",
        success="Registration recorded",
    )


@access(Permission.AUTHORISE_UNREGISTERED)
def authorise(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    now = clock.now()
    days = policies.reapproval_days(placement.child.authority_id, clock.local_date(now))
    latest = (now + dt.timedelta(days=days)).replace(second=0, microsecond=0)
    return record_form(
        request,
        form_class=forms.Authorise,
        initial={"expires_at": latest},
        act=partial(actions.authorise_unregistered, placement=placement),
        done=lambda _authorisation: placement_page(placement),
        title="Authorise an unregistered placement",
        caption=str(placement.child),
        back_url=placement_page(placement),
        template="placements/authorise.html",
        submit_label="Authorise",
        success="Authorisation recorded",
        draft_key=f"authorise-{placement.pk}",
        context={"days": days, "placement": placement},
    )
