"""The ledger, raising a concern, and one concern’s page."""

from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from children.actions import open_file
from children.models import Child
from core import clock
from core.access import Permission, access
from core.models import User
from core.pages import record_form
from governance.actions import concerns as acts
from governance.actions import raised
from governance.forms import concerns as forms
from governance.models import Concern, ConcernStep, ConductSubject, StrategyDiscussion
from governance.policies import concerns as policies
from governance.policies import protection
from governance.querysets.concerns import to_raise_about

A_PAGE = 50
DANGER = "If a child is in danger now, call 999 first."
Kind = ConcernStep.Kind


def ledger(**filters: str) -> str:
    query = QueryDict(mutable=True)
    query.update(filters)
    return f"{reverse('governance:concerns')}?{query.urlencode()}"


def their_concern(request: HttpRequest, pk: int, *, in_ledger: bool = False) -> Concern:
    """The concern, if this person may see it, or has the ledger it is in; else a 404."""
    concerns = Concern.for_user(request.user)
    if in_ledger:
        concerns = concerns.in_ledger_of(request.user)
    related = ("child__team", "child__authority", "owner", "raised_by", "recorded_by", "placement__home")
    concern: Concern = get_object_or_404(concerns.select_related(*related), pk=pk)
    return concern


@access(Permission.RAISE_CONCERN)
@require_safe
def concerns(request: HttpRequest) -> HttpResponse:
    """Police notices first, by risk; then whatever else is open, the oldest first."""
    form = forms.ConcernFilter(request.GET)
    form.is_valid()
    chosen = {name: request.GET.get(name, "").replace("\0", "") for name in ("show", "about", "child", "home")}
    found = Concern.for_user(request.user).filtered(request.user, **chosen)
    rows = found.ranked().select_related("child", "owner", "placement__home")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    seen = Child.for_user(request.user).filter(pk__in={row.child_id for row in page}).values_list("pk", flat=True)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "title": "Concerns",
        "page": page,
        "seen": set(seen),
        "filter_form": form,
        "chosen": _chosen(form, chosen),
        "query": query.urlencode(),
        "only_own": not request.user.can(Permission.SEE_CONCERNS),
        "may_raise": request.user.can(Permission.SEE_CHILDREN),
    }
    return render(request, "governance/concerns.html", context)


def _chosen(form: forms.ConcernFilter, chosen: dict[str, str]) -> list[tuple[str, str]]:
    """Each filter in use, as (what it says, the address without it)."""
    found = []
    for name, value in chosen.items():
        if value:
            field: Any = form.fields.get(name)
            said = dict(field.choices).get(value, value) if field else "one child" if name == "child" else "one home"
            left = {key: text for key, text in chosen.items() if text and key != name}
            found.append((f"{field.label}: {said}" if field else f"Only {said}", ledger(**left)))
    return found


# --- raising one ------------------------------------------------------------------------------------------------------


@access(Permission.RAISE_CONCERN)
def which_child(request: HttpRequest) -> HttpResponse:
    """Begins a concern where no child’s page is open. Nothing is recorded yet."""
    only = list(to_raise_about(request.user)[:2])
    if len(only) == 1 and request.method != "POST":
        return redirect("governance:raise_concern", reference=only[0].reference)
    return record_form(
        request,
        form_class=forms.WhichChild,
        form_kwargs={"user": request.user},
        act=lambda child, by, as_of: child,
        done=lambda child: reverse("governance:raise_concern", args=[child.reference]),
        title="Raise a concern",
        back_url=reverse("governance:concerns"),
        submit_label="Continue",
        draft_key=None,
        context={"intro": DANGER},
    )


@access(Permission.RAISE_CONCERN)
def raise_concern(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(to_raise_about(request.user).select_related("team", "authority"), reference=reference)
    sees_child = Child.for_user(request.user).filter(pk=child.pk).exists()
    read = Concern.for_user(request.user)  # whoever names themselves reads no more of it
    return record_form(
        request,
        form_class=forms.Raise,
        form_kwargs={"user": request.user, "child": child},
        act=partial(acts.raise_concern, child=child),
        done=lambda made: (
            acts.concern_page(made) if read.filter(pk=made.pk).exists() else reverse("governance:concerns")
        ),
        title="Raise a concern",
        caption=str(child),
        back_url=reverse("dashboards:child", args=[child.reference]) if sees_child else reverse("governance:concerns"),
        submit_label="Raise it",
        success="Your concern is on record. Somebody must act on it",
        context={
            "intro": f"{DANGER} Your concern gets a number and somebody who must act on it. A manager decides within one "
            "working day, and you are answered within three."
        },
    )


# --- one of them ------------------------------------------------------------------------------------------------------


@access(Permission.RAISE_CONCERN)
@require_safe
def concern(request: HttpRequest, pk: int) -> HttpResponse:
    """For whoever raised it, what came of it; for the council, every step, and who must do what by when."""
    as_of = clock.now()
    with transaction.atomic():
        record = their_concern(request, pk)
        sees_child = Child.for_user(request.user).filter(pk=record.child_id).exists()
        in_ledger = Concern.for_user(request.user).in_ledger_of(request.user).filter(pk=pk).exists()
        if sees_child:
            open_file(child=record.child, page="concern", by=request.user, as_of=as_of)
        if in_ledger:
            acts.open_concern(concern=record, by=request.user, as_of=as_of)
        context = _context(record, request.user, in_ledger, as_of)
    return render(request, "governance/concern.html", context | {"sees_child": sees_child})


def _context(record: Concern, user: User, in_ledger: bool, as_of: Any) -> dict[str, Any]:
    steps = list(
        ConcernStep.for_user(user)
        .filter(concern=record)
        .select_related("by", "recipient", "in_reply_to")
        .order_by("happened_at", "pk")
    )
    subject = ConductSubject.for_user(user).filter(concern=record).select_related("carer", "account").first()
    return {
        "title": str(record),
        "concern": record,
        "in_ledger": in_ledger,
        "steps": steps,
        "answers": [step for step in steps if step.kind in (Kind.ANSWERED, Kind.ADDED, Kind.UNSETTLED)],
        "is_answered": record.answered_at is not None,
        "owed": _owed(record, steps, as_of) if in_ledger else [],
        "discussions": list(
            StrategyDiscussion.for_user(user).about(record).select_related("asked_by").order_by("-asked_at", "-pk")
        ),
        "sees_protection": user.can(Permission.SEE_PROTECTION),
        "subject": subject,
        "anon": ConductSubject.ANON,
        "may_see_pattern": in_ledger and user.can(Permission.SEE_CONCERNS),
        "acts": _acts(record, user, in_ledger, any(step.kind == Kind.PASSED for step in steps)),
        "refer_url": reverse("lado:refer_concern", args=[record.pk]),
        "is_escalated": any(step.kind == Kind.ESCALATED for step in steps),
        "back_url": reverse("governance:concerns"),
    }


def _owed(record: Concern, steps: list[ConcernStep], as_of: Any) -> list[policies.Owed]:
    rows = [*protection.owed_of_concern(record, steps, as_of), *policies.owed(record, steps, as_of)]
    return sorted(rows, key=lambda row: (row.by is None, row.by))


def _protects(record: Concern, user: User, in_ledger: bool) -> list[tuple[bool, str, str]]:
    """What this person may do to protect the child a concern is about: as (whether, label, the page)."""
    records, grave = in_ledger and user.can(Permission.RECORD_PROTECTION), record.is_sexual_harm
    return [
        (user.can(Permission.ASK_FOR_STRATEGY), "Ask for a strategy discussion", "ask_strategy_about"),
        (in_ledger and grave, "Record that police or health were told", "tell_of_concern"),
        (records, "Record a strategy discussion", "record_strategy"),
        (records, "Record serious harm, or that it is none", "record_serious_harm"),
    ]


def _acts(record: Concern, user: User, in_ledger: bool, passed: bool) -> list[tuple[str, str]]:
    """What this person may do about it as it stands, as (label, address)."""
    consult = (in_ledger, "Record that the LADO was consulted", "consult_lado")
    decides = in_ledger and user.can(Permission.TRIAGE_CONCERNS)
    conduct = in_ledger and user.can(Permission.DECIDE_CONDUCT) and not passed
    decide = (conduct, "Decide whether it is referred to the LADO", "lado:decide_concern")
    refer = (user.can(Permission.REFER_TO_LADO), "Refer somebody to the LADO", "lado:refer_concern")
    offered = (
        [decide, refer, consult]
        if not record.is_open
        else [
            (decides and record.triaged_at is None, "Decide what is to be done", "triage_concern"),
            (in_ledger, "Answer whoever raised it", "answer_concern"),
            decide,
            refer,
            consult,
            (in_ledger, "Record a step, or that it was passed on", "note_concern"),
            (decides or record.owner_id == user.pk, "Give it to somebody else", "hand_over_concern"),
            (decides and record.triaged_at is not None, "Decide again", "triage_concern"),
            (
                in_ledger and record.is_conduct and user.can(Permission.SEE_CONDUCT),
                "Say who it is about",
                "identify_carer",
            ),
            (decides, "Close it", "close_concern"),
        ]
    )
    theirs = record.is_open and raised.is_raisers(record, user)
    offered = [
        (theirs and record.answered_at is not None, "This does not answer it", "concern_not_enough"),
        (theirs, "Add to what you raised", "add_to_concern"),
        *offered,
    ]
    acts = [
        (label, reverse(name if ":" in name else f"governance:{name}", args=[record.pk]))
        for may, label, name in offered
        if may
    ]
    for may, label, name in _protects(record, user, in_ledger):
        about_child = name in ("record_strategy", "record_serious_harm")
        address = reverse(f"governance:{name}", args=[record.child.reference if about_child else record.pk])
        if may:
            acts.append((label, f"{address}?concern={record.pk}" if about_child else address))
    return [*acts, ("Make this a formal escalation", reverse("escalations:escalate_concern", args=[record.pk]))]
