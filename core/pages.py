"""How a form page works, once: shown, sent, refused, in conflict, drafted and done."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from core.actions import discard_draft, save_draft
from core.errors import Conflict, Invalid, Refused
from core.models import Draft, User

NOT_TYPED = {"csrfmiddlewaretoken", "save_draft", "draft_key"}


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
    draft_key: str = "",
    form_kwargs: dict | None = None,
    context: dict | None = None,
) -> HttpResponse:
    """One form on one page.

    `act` is an action already given what the form does not know, called with the cleaned data, `by` and `as_of`.
    `done(record)` gives the address to go to. Whatever goes wrong, the page comes back with what was typed: 422 for
    something to mend or a gate's refusal, 409 where another record got there first.
    """
    as_of = clock.now()
    form_kwargs = form_kwargs or {}
    status, refusal, conflict = 200, None, ""
    drafted = None
    if request.method == "POST":
        form = form_class(request.POST, request.FILES, **form_kwargs)
        if draft_key and "save_draft" in request.POST:
            save_draft(by=request.user, key=draft_key, data=typed(request), as_of=as_of)
            messages.success(request, "Draft saved. Nothing is on the record until you send it.")
            return redirect(request.get_full_path())
        if form.is_valid():
            try:
                record = act(**form.cleaned_data, by=request.user, as_of=as_of)
            except Invalid as invalid:
                for field, sentence in invalid.errors.items():
                    form.add_error(field if field in form.fields else None, sentence)
            except Refused as refused:
                refusal = refused
            except Conflict as clash:
                conflict = clash.sentence
            else:
                if draft_key:
                    discard_draft(by=request.user, key=draft_key)
                if success:
                    messages.success(request, success)
                return redirect(done(record))
        status = 409 if conflict else 422
        if draft_key:
            save_draft(by=request.user, key=draft_key, data=typed(request), as_of=as_of)
    else:
        if draft_key:
            drafted = Draft.objects.filter(user=cast(User, request.user), key=draft_key).first()
        form = form_class(initial=initial, **form_kwargs)
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
        "draft_key": draft_key,
        "draft_url": reverse("core:draft", args=[draft_key]) if draft_key else "",
    }
    return render(request, template, page | (context or {}), status=status)


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
