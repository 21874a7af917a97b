"""Carers: the list, one carer's page, who they are and which agencies they work through."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core import clock
from core.access import Permission, access
from core.pages import record_form
from staffing import cleared
from staffing.actions import carers as acts
from staffing.forms import carers as forms
from staffing.models import Carer, Engagement, StandDown
from staffing.views.carer_page import page_of

A_PAGE = 50
WORDS = "find_carer_words"


def carer_page(carer: Carer) -> str:
    return reverse("staffing:carer", args=[carer.pk])


def their_carer(request: HttpRequest, pk: int) -> Carer:
    """The carer, if this person may see them; else a 404."""
    carer: Carer = get_object_or_404(Carer.for_user(request.user), pk=pk)
    return carer


# --- the list ---------------------------------------------------------------------------------------------------------


@access(Permission.SEE_CARERS)
def listed(request: HttpRequest) -> HttpResponse:
    """What was typed of a name is kept in the session, never in an address, and looked for where the address says so."""
    as_of = clock.now()
    find = forms.FindCarer(request.POST or None)
    if request.method == "POST" and find.is_valid():
        words = find.cleaned_data["words"].strip()
        request.session[WORDS] = words
        query = request.GET.copy()
        query.pop("page", None)
        query["named"] = "yes" if words else ""
        return redirect(f"{request.path}?{query.urlencode()}")
    form = forms.CarerFilter(request.GET, user=request.user)
    form.is_valid()
    chosen = form.cleaned_data
    words = request.session.get(WORDS, "") if chosen.get("named") else ""
    carers = Carer.for_user(request.user).matching(words).with_stand_down(as_of)
    carers = cleared.with_lacks(carers, as_of, cleared.councils_of(request.user))
    if chosen.get("agency"):
        carers = carers.through([chosen["agency"]])
    state = chosen.get("state", "")
    if state == "stood_down":
        carers = carers.filter(stood_down=True)
    elif state:
        carers = carers.filter(lacks=[]) if state == "cleared" else carers.exclude(lacks=[])
    page = Paginator(carers.with_agencies(clock.local_date(as_of)), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "Carers",
        "page": page,
        "carers": [(carer, cleared.lacking(carer)) for carer in page],
        "notice": StandDown.NOTICE,
        "find": find if find.is_bound else forms.FindCarer(initial={"words": words}),
        "filter_form": form,
        "chosen": _chosen(request, form, words),
        "query": _query(request),
        "may_add": request.user.can(Permission.MANAGE_CARERS),
    }
    return render(request, "staffing/carers.html", context, status=422 if find.errors else 200)


def _query(request: HttpRequest, without: str = "page") -> str:
    query: QueryDict = request.GET.copy()
    for name in (without, "page"):
        query.pop(name, None)
    return query.urlencode()


def _chosen(request: HttpRequest, form: forms.CarerFilter, words: str) -> list[tuple[str, str]]:
    """Each filter in use, as (what it says, the address without it)."""
    found = []
    for name, value in form.cleaned_data.items():
        if name == "named":
            found += [(f"Name: {words}", f"{request.path}?{_query(request, name)}")] if words else []
        elif value:
            said = dict(getattr(form.fields[name], "choices", [])).get(value, value)
            found.append((f"{form.fields[name].label}: {said}", f"{request.path}?{_query(request, name)}"))
    return found


# --- one carer --------------------------------------------------------------------------------------------------------


@access(Permission.SEE_CARERS)
@require_GET
def carer(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "staffing/carer.html", page_of(their_carer(request, pk), request.user, clock.now()))


def _done(request: HttpRequest, carer: Carer) -> str:
    """The carer's page or, where this person no longer sees them, the list."""
    if Carer.for_user(request.user).filter(pk=carer.pk).exists():
        return carer_page(carer)
    return reverse("staffing:carers")


@access(Permission.MANAGE_CARERS)
def add_carer(request: HttpRequest) -> HttpResponse:
    def done(added: Any) -> str:
        if added.was_on_record:
            messages.success(
                request,
                f"{added} is on record already, and now works through this agency too. The checks on record are theirs, "
                "and nobody has to make them twice.",
            )
        else:
            messages.success(request, "Carer added. They can be put on a shift once their checks are complete.")
        return _done(request, added)

    return record_form(
        request,
        form_class=forms.Add,
        form_kwargs={"user": request.user},
        act=acts.add_carer,
        done=done,
        title="Add a carer",
        back_url=reverse("staffing:carers"),
        submit_label="Add carer",
        draft_key="add-carer",
        context={
            "intro": "One record a person, whichever agencies they work through. Somebody who is on record already is "
            "found by their National Insurance number, or by name and date of birth."
        },
    )


@access(Permission.MANAGE_CARERS)
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    carer = their_carer(request, pk)
    fields = ("forename", "surname", "date_of_birth", "ni_number", "care_role_since")
    return record_form(
        request,
        form_class=forms.Details,
        initial={name: getattr(carer, name) for name in fields},
        act=partial(acts.describe_carer, carer=carer),
        done=carer_page,
        title="Change a carer’s details",
        caption=str(carer),
        back_url=carer_page(carer),
        success="Details changed",
    )


@access(Permission.MANAGE_CARERS)
def link_account(request: HttpRequest, pk: int) -> HttpResponse:
    carer = their_carer(request, pk)
    return record_form(
        request,
        form_class=forms.LinkAccount,
        form_kwargs={"carer": carer},
        initial={"account": carer.account_id},
        act=partial(acts.link_account, carer=carer),
        done=carer_page,
        title="Which account is theirs?",
        caption=str(carer),
        back_url=carer_page(carer),
        success="Account recorded",
        context={"intro": "For a carer who signs in here. They then see the shifts they are on."},
    )


@access(Permission.MANAGE_CARERS)
def engage(request: HttpRequest, pk: int) -> HttpResponse:
    carer = their_carer(request, pk)
    return record_form(
        request,
        form_class=forms.Engage,
        form_kwargs={"carer": carer, "user": request.user},
        act=partial(acts.engage, carer=carer),
        done=lambda engagement: carer_page(engagement.carer),
        title="They work through another agency",
        caption=str(carer),
        back_url=carer_page(carer),
        success="Agency recorded",
        context={"intro": "Their checks, and any stand-down, are theirs wherever they work."},
    )


@access(Permission.MANAGE_CARERS)
def end_engagement(request: HttpRequest, pk: int) -> HttpResponse:
    engagements = Engagement.for_user(request.user).select_related("carer", "agency")
    engagement = get_object_or_404(engagements, pk=pk)
    return record_form(
        request,
        form_class=forms.EndEngagement,
        act=partial(acts.end_engagement, engagement=engagement),
        done=lambda _ended: _done(request, engagement.carer),
        title=f"They no longer work through {engagement.agency}",
        caption=str(engagement.carer),
        back_url=carer_page(engagement.carer),
        submit_label="Record the end",
        success="Recorded",
        context={
            "intro": "From that day they are put on no shift through this agency, and nobody supervises them for it."
        },
    )
