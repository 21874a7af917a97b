"""One's own account, drafts, the page that hides, accessibility, and what is shown when things go wrong."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from core import clock
from core.access import public, signed_in
from core.actions import save_draft
from core.pages import typed

LONGEST_DRAFT = 1_500_000  # characters: a megabyte of typing is kept, a disk is not filled


@signed_in
@require_POST
def draft(request: HttpRequest, key: str) -> HttpResponse:
    """What a form's script sends while a person types."""
    data = typed(request)
    if sum(len(value) for values in data.values() for value in values) > LONGEST_DRAFT:
        return JsonResponse({"error": "too long"}, status=413)
    as_of = clock.now()
    save_draft(key=key, data=data, by=request.user, as_of=as_of)
    return JsonResponse({"saved_at": f"{as_of.astimezone(clock.LONDON):%H:%M}"})


@signed_in
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    return render(request, "core/account.html", {"title": "Your account", "back_url": "/"})


@public
@require_GET
def hidden(request: HttpRequest) -> HttpResponse:
    return render(request, "core/hidden.html")


@public
@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "core/accessibility.html")


# --- when something is not as it should be ------------------------------------------------------------------------

WRONG = {"is_error": True}  # a page that says so leads to no record, whatever its address asked for


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """One page, word for word, for what is not there and for what is not hers to see."""
    return render(request, "errors/404.html", WRONG, status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", WRONG, status=403)


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/400.html", WRONG, status=400)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Shown with the least possible: no person, no database."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was opened before the last signing in or out. Nothing is done; what was typed is shown, to be copied."""
    values = [
        (name.replace("_", " ").capitalize(), "\n".join(given))
        for name, given in typed(request).items()
        if "password" not in name and any(len(value) > 20 for value in given)
    ]
    return render(request, "errors/csrf.html", {"typed": values}, status=403)
