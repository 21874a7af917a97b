"""Escalations: the list, one of them with its trail, and what may be done about it."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib import messages
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
from core.outbox import sent_at
from core.pages import record_form
from escalations import ladder
from escalations.actions import ladder as acts
from escalations.actions import moves
from escalations.forms import ladder as forms
from escalations.initials import without_names
from escalations.ladder import Posts
from escalations.models import ConflictOfInterest, Escalation, EscalationFlag, EscalationStep
from escalations.notices import page as page_of
from escalations.policies import ladder as policies
from governance.models import Action, Concern
from governance.querysets.register import in_initials

A_PAGE, FLAGS_FIRST = 50, 8
HEAD = ["Escalation", "Child", "Who has it", "By when", "State"]
Kind = EscalationStep.Kind
MOVED = (Kind.RAISED, Kind.CLIMBED, Kind.RANG, Kind.OUTSIDE, Kind.REASSIGNED, Kind.PASSED_BACK)  # came to somebody


def listed(**filters: str) -> str:
    query = QueryDict(mutable=True)
    query.update(filters)
    return f"{reverse('escalations:escalations')}?{query.urlencode()}"


@access(Permission.ESCALATE)
@require_safe
def escalations(request: HttpRequest) -> HttpResponse:
    """What is open, the longest overdue first."""
    as_of, user = clock.now(), request.user
    form = forms.EscalationFilter(request.GET)
    form.is_valid()
    chosen = {name: request.GET.get(name, "").replace("\0", "") for name in ("show", "child", "concern")}
    rows = Escalation.for_user(user).filtered(user, **chosen).in_order()
    page = Paginator(rows.select_related("child", "owner"), A_PAGE).get_page(request.GET.get("page"))
    told_of(user, page, as_of=as_of)
    query = request.GET.copy()
    query.pop("page", None)
    words = {"child": "Only one child", "concern": "Only one concern"}
    shown = dict(form.fields["show"].choices).get(chosen["show"], chosen["show"])  # type: ignore[attr-defined]
    context = {
        "title": "Escalations",
        "page": page,
        "head": HEAD,
        "filter_form": form,
        "chosen": [
            (words.get(name, f"Show: {shown}"), listed(**{n: v for n, v in chosen.items() if v and n != name}))
            for name, value in chosen.items()
            if value
        ],
        "query": query.urlencode(),
        "levels": ladder.LEVELS,
    }
    return render(request, "escalations/escalations.html", context)


def told_of(user: User, rows: Iterable[Escalation], *, as_of: dt.datetime) -> list[Any]:
    """Escalations as a list shows them: each with whom it is about, as this person may be told, and whether it is late."""
    found: list[Any] = list(rows)
    seen = _seen(user, {row.child_id for row in found})
    for row in found:
        row.about, row.late = _called(row.child, row.child_id in seen), row.is_late(as_of=as_of)
    return found


def _seen(user: User, children: set[int | None]) -> set[int]:
    """Which of these children this person may be told of by name today."""
    known = [pk for pk in children if pk is not None]
    return set(policies.children_for(user).filter(pk__in=known).values_list("pk", flat=True))


def _called(child: Child | None, by_name: bool) -> str:
    """What a child is called: by name, or by initials and reference to whoever does not see her."""
    return "" if child is None else str(child) if by_name else in_initials(child)


def _their_escalation(request: HttpRequest, pk: int) -> Escalation:
    related = ("child__team", "owner", "raised_by__team", "authority", "concern", "action", "decision", "placement")
    found: Escalation = get_object_or_404(Escalation.for_user(request.user).select_related(*related), pk=pk)
    return found


# --- one of them ------------------------------------------------------------------------------------------------------


@access(Permission.ESCALATE)
@require_safe
def escalation(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it is, who has it and by when, the answer, and everything that happened to it."""
    as_of, user = clock.now(), request.user
    with transaction.atomic():
        record = _their_escalation(request, pk)
        sees_child = record.child is not None and Child.for_user(user).filter(pk=record.child_id).exists()
        if record.child is not None and sees_child:
            open_file(child=record.child, page="escalation", by=user, as_of=as_of)
        acts.open_escalation(escalation=record, by=user, as_of=as_of)
        context = _context(record, user, sees_child, as_of)
    return render(request, "escalations/escalation.html", context)


def _context(record: Escalation, user: User, sees_child: bool, as_of: dt.datetime) -> dict[str, Any]:
    by_name = record.child_id in _seen(user, {record.child_id})
    by_initials = _by_initials(record, user)
    said = without_names(record.child) if by_initials else str
    steps = list(
        EscalationStep.for_user(user)
        .filter(escalation=record)
        .select_related("by", "owner", "to")
        .order_by("happened_at", "pk")
    )
    sent = sent_at([step.message for step in steps if step.message])
    answers = [step for step in steps if step.kind == Kind.ANSWERED]
    for step in steps:
        step.said, step.sent_at = said(step.text), sent.get(step.message)  # type: ignore[attr-defined]
    flags = _flags(record, user, by_initials, as_of)
    is_mine, is_raiser = record.owner_id == user.pk, record.raised_by_id == user.pk
    free = _free_to_close(record, as_of) if is_mine or is_raiser else None
    return {
        "title": str(record),
        "escalation": record,
        "called": _called(record.child, by_name),
        "sees_child": sees_child,
        "what": said(record.what),
        "wanted": said(record.wanted),
        "late": record.is_late(as_of=as_of),
        "trail": _trail(steps),
        "answer": answers[-1] if answers else None,
        "is_mine": is_mine and record.is_open,
        "is_raiser": is_raiser,
        "to_settle": is_raiser and record.is_open and record.is_answered,
        "may_reject": record.rejected_at is None,
        "left_to_reject": policies.last_day_before(free) if free else None,
        "source": None if by_initials else _source(record, user),
        "by_initials": by_initials,
        "flags_first": flags[:FLAGS_FIRST],
        "flags_more": flags[FLAGS_FIRST:],
        "conflicts": list(ConflictOfInterest.for_user(user).filter(escalation=record).select_related("user")),
        "acts": _acts(record, user, is_mine, is_raiser, may_close=free is None),
        "back_url": reverse("escalations:escalations"),
    }


def _free_to_close(record: Escalation, as_of: dt.datetime) -> dt.datetime | None:
    """When whoever answered may close it, where whoever raised it has time left to reject the answer."""
    if not record.is_open or not record.is_answered or record.shown_at is None:
        return None
    free = policies.free_to_close(record, Posts.of(record.authority_id))
    return free if free is not None and free > as_of else None


def _trail(steps: list[EscalationStep]) -> list[EscalationStep]:
    """What happened, each with who was told of it: a message is no happening of its own."""
    trail: list[Any] = []
    for step in steps:
        if step.kind == Kind.SENT and trail:
            trail[-1].told.append(step)
        else:
            step.told, step.moved = [], step.kind in MOVED  # type: ignore[attr-defined]
            trail.append(step)
    return trail


def _flags(record: Escalation, user: User, by_initials: bool, as_of: dt.datetime) -> list[Any]:
    """What stands first, and then what records have cleared. To whoever reads without names: what is overdue, since when, and
    as what somebody holds it."""
    rows = EscalationFlag.told_of(user) if by_initials else EscalationFlag.for_user(user)
    rows = rows.filter(escalation=record).select_related("flag__carer", "flag__agency", "flag__shift", "flag__owner")
    for row in (found := list(rows)):
        row.over = row.flag.days_over(as_of=as_of)
    return sorted(found, key=lambda row: (not row.flag.standing, row.flag.due_at, row.pk))


def _by_initials(record: Escalation, user: User) -> bool:
    """Whether this person reads what was written without the child’s name: not theirs, and not of a child they see."""
    is_raiser = record.raised_by_id == user.pk
    return record.child is not None and not is_raiser and record.child_id not in _seen(user, {record.child_id})


def _source(record: Escalation, user: User) -> tuple[str, str] | None:
    """What it began with, as (label, address), where this person may open that."""
    if record.concern is not None and Concern.for_user(user).filter(pk=record.concern_id).exists():
        return str(record.concern), reverse("governance:concern", args=[record.concern_id])
    if record.action is not None and Action.for_user(user).filter(pk=record.action_id).exists():
        return "The action", reverse("governance:action", args=[record.action_id])
    if (
        record.decision is not None
        and record.child is not None
        and Child.for_user(user).filter(pk=record.child_id).exists()
    ):
        return "The decision", reverse("children:decisions", args=[record.child.reference])
    return None


def _acts(record: Escalation, user: User, is_mine: bool, is_raiser: bool, *, may_close: bool) -> list[tuple[str, str]]:
    """What this person may do about it as it stands, as (label, address)."""
    if not record.is_open:
        return []
    offered = [
        (is_mine and not record.is_answered, "Answer it", "answer"),
        (is_mine and record.is_answered and not record.of_flags and may_close, "Close it", "close"),
        (is_mine and not record.is_answered and not record.is_outside, "Pass it to somebody else", "pass_back"),
        (is_raiser and not record.is_outside, "Ask for scrutiny from outside", "ask_outside"),
        (not policies.names_nobody(user, record), "Say who must not answer it", "name_conflict"),
    ]
    return [(label, reverse(f"escalations:{name}", args=[record.pk])) for may, label, name in offered if may]


# --- what is done about it --------------------------------------------------------------------------------------------


def _form(
    request: HttpRequest, record: Escalation, act: Callable, title: str, label: str, done: str, form_class: type, **how: Any
) -> HttpResponse:  # fmt: skip
    page = page_of(record)
    return record_form(
        request, form_class=form_class, act=partial(act, escalation=record), done=lambda _made: page, title=title,
        caption=str(record), back_url=page, submit_label=label, success=done, **how,
    )  # fmt: skip


def _said(record: Escalation, user: User) -> str:
    return (without_names(record.child) if _by_initials(record, user) else str)(record.what)


def _with_another(request: HttpRequest, record: Escalation) -> HttpResponse | None:
    """Nobody is given a form they may not send: who has it, said before they write. What was sent already is answered with what
    they wrote still there, by the action."""
    if request.method == "POST" or (record.owner_id == request.user.pk and record.is_open):
        return None
    said = f"{record.owner.name} has it: it is theirs to answer. Tell them what you know." if record.is_open else ""
    messages.warning(request, said or "This escalation is closed.")
    return redirect(page_of(record))


@access(Permission.ANSWER_ESCALATIONS)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    record = _their_escalation(request, pk)
    if elsewhere := _with_another(request, record):
        return elsewhere
    form_class = forms.AnswerToFlags if record.of_flags else forms.Answer
    return _form(
        request, record, acts.answer, "Answer the escalation", "Send your answer", "Answered", form_class,
        context={"intro": _said(record, request.user)},
    )  # fmt: skip


@access(Permission.ANSWER_ESCALATIONS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    record = _their_escalation(request, pk)
    if elsewhere := _with_another(request, record):
        return elsewhere
    return _form(
        request, record, acts.close, "Close the escalation", "Close it", "Closed", forms.Close,
        context={"intro": _said(record, request.user)},
    )  # fmt: skip


@access(Permission.ANSWER_ESCALATIONS)
def pass_back(request: HttpRequest, pk: int) -> HttpResponse:
    record, as_of = _their_escalation(request, pk), clock.now()
    if elsewhere := _with_another(request, record):
        return elsewhere
    posts = Posts.of(record.authority_id)
    people = policies.passed_back_to(record, posts, moves.near(record, as_of), moves.known_never(record))
    return _form(
        request, record, acts.pass_back, "Pass the escalation to somebody else", "Pass it on", "Passed on", forms.PassBack,
        form_kwargs={"people": forms.people_of(people)},
        context={"intro": "It can be passed back once. The second time it goes to the partnership’s scrutineer."},
    )  # fmt: skip


def _raised_by_them(request: HttpRequest, pk: int) -> Escalation:
    record = _their_escalation(request, pk)
    policies.raised_it(request.user, record)
    return record


def _answer_to(record: Escalation, user: User) -> dict[str, Any]:
    """The answer, for a page on which whoever raised it settles it."""
    said = (
        EscalationStep.for_user(user).filter(escalation=record, kind=Kind.ANSWERED).select_related("by").order_by("pk")
    )
    return {"answer": said.last()} if record.is_answered else {}


@access(Permission.ESCALATE)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    record = _raised_by_them(request, pk)
    form_class = forms.AcceptForAnother if record.is_for_another else forms.Accept
    return _form(
        request, record, acts.accept, "Accept the answer", "Accept it and close", "Closed", form_class,
        template="escalations/settle.html",
        context={"intro": "The escalation closes. What was said stays on record."} | _answer_to(record, request.user),
    )  # fmt: skip


@access(Permission.ESCALATE)
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    record = _raised_by_them(request, pk)
    return _form(
        request, record, acts.reject, "Say that the answer is not enough", "Reject it", "It has gone up", forms.Reject,
        template="escalations/settle.html",
        context={"intro": f"It {record.and_then}. You can reject one answer."} | _answer_to(record, request.user),
    )  # fmt: skip


@access(Permission.ESCALATE)
def ask_outside(request: HttpRequest, pk: int) -> HttpResponse:
    record = _raised_by_them(request, pk)
    return _form(
        request, record, acts.ask_outside, "Ask for scrutiny from outside", "Ask for it", "It is with the scrutineer",
        forms.Why,
        context={"intro": "It leaves the council’s own line and goes to the partnership’s independent scrutineer."},
    )  # fmt: skip


@access(Permission.ESCALATE)
def name_conflict(request: HttpRequest, pk: int) -> HttpResponse:
    record = _their_escalation(request, pk)
    return _form(
        request, record, acts.name_conflict, "Say who must not answer it", "Record it", "It never comes to them",
        forms.Conflict, form_kwargs={"people": policies.may_be_named(request.user, record)},
        context={"intro": "Nobody answers an escalation about themselves, or about what they decided. It is never taken back."},
    )  # fmt: skip
