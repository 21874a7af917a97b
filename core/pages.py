"""How a form page works, once: shown, sent, refused, in conflict, drafted and done."""

import json
import re
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from core.actions import discard_draft, save_draft
from core.errors import Conflict, Invalid, Refused
from core.models import Draft, User
from core.submissions import once

NOT_TYPED = {"csrfmiddlewaretoken", "save_draft", "draft_key", "once"}


def record_form(
    request: HttpRequest,
    *,
    form_class: type,
    act: Callable[..., Any],
    done: Callable[[Any], str],
    title: str,
    back_url: str,
    success: str = "",
    caption: str = "",
    submit_label: str = "Save",
    template: str = "core/form.html",
    initial: dict | None = None,
    draft_key: str | None = "",
    form_kwargs: dict | None = None,
    context: dict | None = None,
) -> HttpResponse:
    """One form on one page.

    `act` is an action already given what the form does not know, called with the cleaned data, `by` and `as_of`.
    `done(record)` gives the address to go to. Whatever goes wrong, the page comes back with what was typed: 422 for
    something to mend or a gate's refusal, 409 where another record got there first.

    With a `draft_key`, what is typed is kept as it is typed, under that key, until it is sent. Without one it is kept
    only if the session ends meanwhile (core.middleware). With None it is never kept: for what must not lie about.

    Sent twice, whatever the reason, a form is acted on once, and leads to the same address (core.submissions).
    """
    as_of = clock.now()
    form_kwargs = form_kwargs or {}
    status, refusal, conflict = 200, None, ""
    drafted = None
    if request.method == "POST":
        form = form_class(request.POST, request.FILES, **form_kwargs)
        kept_as = _kept_as(request, form, draft_key)
        if draft_key and "save_draft" in request.POST:
            save_draft(by=request.user, key=draft_key, data=typed(request), as_of=as_of)
            messages.success(request, "Draft saved. Nothing is on the record until you send it.")
            return redirect(request.get_full_path())
        if form.is_valid():
            try:
                address, is_new = once(
                    _number(request),
                    by=cast(User, request.user),
                    act=lambda: done(act(**form.cleaned_data, by=request.user, as_of=as_of)),
                )
            except Invalid as invalid:
                for field, sentence in invalid.errors.items():
                    form.add_error(field if field in form.fields else None, sentence)
            except Refused as refused:
                refusal = refused
            except Conflict as clash:
                conflict = clash.sentence
            else:
                if kept_as:
                    discard_draft(by=request.user, key=kept_as)
                if success and is_new:
                    messages.success(request, success)
                return redirect(address)
        status = 409 if conflict else 422
        if draft_key:
            save_draft(by=request.user, key=draft_key, data=typed(request), as_of=as_of)
    else:
        form = form_class(initial=initial, **form_kwargs)
        kept_as = _kept_as(request, form, draft_key)
        if kept_as:
            drafted = Draft.objects.filter(user=cast(User, request.user), key=kept_as).first()
        if drafted:
            form = drafted_form(form_class, drafted, form_kwargs)
    page = {
        "form": form,
        "title": title,
        "caption": caption,
        "back_url": back_url,
        "submit_label": submit_label,
        "refusal": refusal,
        "conflict": conflict,
        "drafted": drafted,
        "draft_key": kept_as,
        "draft_url": reverse("core:draft", args=[draft_key]) if draft_key else "",
        "once": request.POST.get("once") or uuid4(),
    }
    return render(request, template, page | (context or {}), status=status)


def _kept_as(request: HttpRequest, form: Any, draft_key: str | None) -> str:
    """Under which key a form's typing is kept: the one it has, else its page and what that is about; "" for nowhere.

    A form that sends files is not kept: without them it would be another form.
    """
    if draft_key or draft_key is None:
        return draft_key or ""
    if form.is_multipart() or not form.fields:
        return ""
    match = request.resolver_match
    assert match is not None  # noqa: S101 - a view is running
    return re.sub(r"[^-\w]", "-", "-".join([match.view_name, *map(str, match.kwargs.values())]), flags=re.ASCII)[:100]


def _number(request: HttpRequest) -> UUID | None:
    """The number a form was shown under, together with what it says: corrected and sent again, it is another."""
    try:
        shown = UUID(request.POST.get("once", ""))
    except ValueError:
        return None
    files = [[name, file.name, file.size] for name, sent in request.FILES.lists() for file in sent]
    return uuid5(shown, json.dumps([request.get_full_path(), sorted(typed(request).items()), files]))


def typed(request: HttpRequest) -> dict[str, list[str]]:
    """What stands in the sent form's fields, every value of each, files left out."""
    return {name: values for name, values in request.POST.lists() if name not in NOT_TYPED}


def drafted_form(form_class: type, draft: Draft, form_kwargs: dict) -> Any:
    """The form as it was when the draft was saved: its typing shown, its mistakes not yet complained of."""
    form = form_class(posted(draft.data), **form_kwargs)
    form._errors, form.cleaned_data = ErrorDict(), {}  # a draft is unfinished: it is checked when it is sent
    return form


def posted(data: dict[str, list[str]]) -> QueryDict:
    """What `typed` kept, as a form reads it."""
    query = QueryDict(mutable=True)
    for name, values in data.items():
        query.setlist(name, values)
    return query
