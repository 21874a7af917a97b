"""The flags list, and one flag with its answers."""

import datetime as dt
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from children.actions import open_file
from core import clock, forms
from core.access import Permission, access
from core.history_panel import changes
from core.models import User
from core.pages import record_form
from core.working_days import add_working_days
from oversight import mending, rulebook, standards
from oversight.actions import LONGEST_PLAN, SET_STANDARDS, URGENT_PLAN, answer_flag, set_standard
from oversight.clearing import answers_before, by_age_alone
from oversight.digest import told_words
from oversight.forms import Answer, FlagFilter, SetStandard
from oversight.models import Flag, FlagAnswer
from oversight.querysets import CLEARED

A_PAGE = 50
HEAD = ["What is overdue", "Child", ("Days over", "numeric"), "Who must act"]


@access(Permission.SEE_FLAGS)
@require_GET
def flags(request: HttpRequest) -> HttpResponse:
    as_of, user = clock.now(), request.user
    # "all" is how other pages' links say that no filter is meant.
    sent = QueryDict(mutable=True)
    sent.update({name: str(value) for name, value in request.GET.items() if value != "all"})
    form = FlagFilter(sent, for_provider=not _sees_answers(user))
    found = Flag.for_user(user)
    found = found.filtered(user, as_of=as_of, **form.cleaned_data) if form.is_valid() else found.none()
    cleared = form.cleaned_data.get("state") == CLEARED
    head = ["What was overdue", *HEAD[1:3], "Who held it"] if cleared else HEAD
    listed = found.for_list()
    page = Paginator(listed.order_by("-cleared_at", "-id") if cleared else listed, A_PAGE).get_page(
        request.GET.get("page")
    )
    for flag in page:
        flag.over = flag.days_over(as_of=as_of)
    context = {
        "title": "Flags",
        "page": page,
        "cleared": cleared,
        "filter_form": form,
        "chosen": _chosen(request, form, next(iter(page), None)),
        "query": _query(request, without="page"),
        "head": [*head, "Answered"] if _sees_answers(user) else head,
        "sees_answers": _sees_answers(user),
    }
    return render(request, "oversight/flags.html", context)


@access(Permission.SEE_FLAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    """One flag: a page of the child's file, so opening it is recorded in the transaction that reads."""
    as_of, user = clock.now(), _person(request)
    with transaction.atomic():
        found = get_object_or_404(
            Flag.for_user(user).select_related("child", "placement__home", "owner", "carer", "agency", "shift"), pk=pk
        )
        context = _about(found, user) | {
            "over": found.days_over(as_of=as_of),
            "told": told_words(found, as_of=as_of),
        }
        if request.method != "POST":
            open_file(child=found.child, page="flag", by=user, as_of=as_of)
    if request.method == "POST" and not user.can(Permission.ANSWER_FLAGS):
        raise PermissionDenied
    if context["may_answer"]:
        context |= _how_long_answers_hold(found, today=clock.local_date(as_of))
    if request.method != "POST" and not context["may_answer"]:
        return render(request, "oversight/flag.html", context)
    return record_form(
        request,
        form_class=Answer,
        act=partial(answer_flag, flag=found),
        done=lambda _answer: reverse("oversight:flag", args=[pk]),
        title=found.title,
        caption=context["caption"],
        back_url=context["back_url"],
        submit_label="Send answer",
        success="Answer recorded. The flag stands until the record that clears it is made.",
        template="oversight/flag.html",
        draft_key=f"answer-{pk}",
        context=context,
    )


def _how_long_answers_hold(found: Flag, *, today: dt.date) -> dict[str, Any]:
    """Red flags alone go up the ladder, and none from behind the LADO’s door."""
    if found.severity != Flag.Severity.RED or found.rule in rulebook.BEHIND_THE_DOOR:
        return {}
    longest = URGENT_PLAN if found.urgent else LONGEST_PLAN
    last = add_working_days(clock.local_date(found.raised_at), longest)
    return {"holds_until": last, "holding": last >= today, "longest_plan": longest}


def _sees_answers(user: User) -> bool:
    """Answers are the council's own words about what it is doing: not for a provider's people."""
    return user.authority_id is not None


@access(Permission.SEE_OVERSIGHT)
@require_GET
def local_standards(request: HttpRequest) -> HttpResponse:
    """The intervals no statute sets, as they stand for this council today."""
    user, today = _person(request), clock.local_date(clock.now())
    assert user.authority is not None  # noqa: S101 - nobody without a council oversees one
    context = {
        "title": "Local standards",
        "rows": standards.in_force(user.authority, on=today),
        "may_set": user.role in SET_STANDARDS,
        "head": ["Standard", ("At most", "numeric"), "Set by"],
    }
    return render(request, "oversight/standards.html", context)


@access(Permission.SEE_OVERSIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def set_local_standard(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    if user.role not in SET_STANDARDS:
        raise PermissionDenied
    return record_form(
        request,
        form_class=SetStandard,
        initial={"key": request.GET.get("standard", ""), "effective_from": clock.local_date(clock.now())},
        act=set_standard,
        done=lambda _standard: reverse("oversight:standards"),
        title="Set a local standard",
        caption=str(user.authority),
        back_url=reverse("oversight:standards"),
        submit_label="Set standard",
        success="Standard set. The rules go by it from that day.",
        context={"intro": "A council’s own standard may be stricter than the rulebook’s, never looser."},
    )


def _person(request: HttpRequest) -> User:
    assert not isinstance(request.user, AnonymousUser)  # noqa: S101 - the middleware let nobody else in
    return request.user


def _about(found: Flag, user: User) -> dict[str, Any]:
    rule, sees = found.rulebook, _sees_answers(user)
    answers = list(FlagAnswer.for_user(user).filter(flag=found).select_related("by"))
    mend, mend_url = (mending.way(user, rule, found) if rule and found.standing else None) or (None, "")
    return {
        "title": found.title,
        "caption": f"Flag: {found.child}",
        "flag": found,
        "rule": rule,
        "period": rule.period_of(found.limb) if rule else "",
        "answers": answers,
        "answers_before": answers_before(found, FlagAnswer.for_user(user)) if sees else [],
        "by_age_alone": by_age_alone(found),
        "sees_answers": sees,
        "may_answer": found.standing and user.can(Permission.ANSWER_FLAGS),
        "mend_label": mend.label if mend else "",
        "mend_url": mend_url,
        "who_can": mending.who_can(rule, found) if rule and not mend_url else "",
        "history": changes(found),
        "back_url": reverse("oversight:flags"),
    }


def _query(request: HttpRequest, *, without: str) -> str:
    query = request.GET.copy()
    for name in (without, "page"):
        query.pop(name, None)
    return query.urlencode()


def _where(flag: Flag) -> str:
    placement = flag.placement
    return f"{flag.child}, {placement.home or placement.get_type_display()}" if placement else ""


def _chosen(request: HttpRequest, form: forms.Form, first: Flag | None) -> list[tuple[str, str]]:
    """Each filter in use, as (what it says, the address without it). What a number stands for, `first` knows."""
    found = []
    meant = {"placement": _where(first), "child": first.child, "owner": first.owner} if first else {}
    for name, value in form.cleaned_data.items():
        if value:
            said = meant.get(name) or dict(getattr(form.fields[name], "choices", [])).get(value, value)
            found.append((f"{form.fields[name].label}: {said}", f"{request.path}?{_query(request, without=name)}"))
    return found
