"""Which provider a person works for, for the system administrator. Shows no child and no home."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from core.access import PROVIDER_ROLES, Permission, access
from core.history_panel import changes
from core.models import User
from core.pages import record_form
from placements import actions
from placements.forms import providers as forms


def _staff(request: HttpRequest, pk: int) -> User:
    person: User = get_object_or_404(User.for_user(request.user), pk=pk)
    if person.role not in PROVIDER_ROLES:
        raise Http404
    return person


def _page(person: User) -> str:
    return reverse("placements:provider_posts", args=[person.pk])


@access(Permission.MANAGE_ACCOUNTS)
def posts(request: HttpRequest, pk: int) -> HttpResponse:
    person = _staff(request, pk)
    ours = person.provider_posts.filter(authority=request.user.authority)
    held = list(ours.select_related("provider").order_by("-started_on"))
    return record_form(
        request,
        form_class=forms.Employ,
        act=partial(actions.employ, person=person),
        done=lambda _post: _page(person),
        title="Which provider they work for",
        caption=person.name,
        back_url=reverse("core:account_detail", args=[person.pk]),
        template="placements/provider_posts.html",
        success="Post recorded",
        context={
            "posts": held,
            "end_url": reverse("placements:end_provider_post", args=[person.pk])
            if any(post.ended_on is None for post in held)
            else "",
            "history": changes(*held),
        },
    )


@access(Permission.MANAGE_ACCOUNTS)
def appoint(request: HttpRequest) -> HttpResponse:
    """For somebody another council has invited: one account, and a post for each council whose children she cares for."""
    return record_form(
        request,
        form_class=forms.Appoint,
        act=actions.appoint,
        done=lambda post: _page(post.person),
        title="Appoint a provider’s person who has an account",
        back_url=reverse("core:accounts"),
        submit_label="Appoint",
        success="Post recorded",
        context={
            "intro": "For somebody who signs in here already because another council places children with their "
            "provider. From the day you enter they see your council’s children who are placed there."
        },
    )


@access(Permission.MANAGE_ACCOUNTS)
def end_post(request: HttpRequest, pk: int) -> HttpResponse:
    person = _staff(request, pk)
    return record_form(
        request,
        form_class=forms.EndEmployment,
        act=partial(actions.end_employment, person=person),
        done=lambda _post: _page(person),
        title="They have left the provider",
        caption=person.name,
        back_url=_page(person),
        submit_label="End post",
        success="Post ended",
        context={"intro": "From that day they see none of your council’s children placed there."},
    )
