"""Making something formal: from a concern, an action, a decision, a flag, a child’s page, or from nowhere."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from children.models import Child, Decision
from core import clock
from core.access import Permission, access
from core.models import User
from core.pages import record_form
from escalations import ladder
from escalations.actions.raising import raise_escalation
from escalations.forms import ladder as forms
from escalations.ladder import Posts
from escalations.notices import page as page_of
from escalations.policies import ladder as policies
from governance.models import Action, Concern
from oversight import rulebook
from oversight.models import Flag

INTRO = (
    "From now on somebody must answer this, in writing, by a day; if they do not, it goes to the next person up by itself. "
    "Nobody can say that it is not formal. You can always see where it is. To report wrongdoing unseen by line management, "
    "use the protected route instead."
)


def _raise(request: HttpRequest, *, child: Child | None, what: str = "", back_url: str, **source: Any) -> HttpResponse:
    user, as_of = request.user, clock.now()
    kwargs: dict[str, Any] = {"children": None, "councils": None, "recipients": None}
    if child is not None:
        posts = Posts.of(child.authority_id)
        near = ladder.near_child(child, day=clock.local_date(as_of))
        authorities = [child.authority_id]
        kwargs["recipients"] = forms.people_of(policies.recipients(posts, near, never={user.pk}))
    else:
        councils = policies.councils_for(user)
        authorities = [council.pk for council in councils]
        kwargs["children"] = policies.children_for(user)
        kwargs["councils"] = councils if len(authorities) > 1 else None
        if len(authorities) == 1:
            line = policies.recipients(Posts.of(authorities[0]), ladder.near_person(user), never={user.pk})
            kwargs["recipients"] = forms.people_of(line)
    kwargs["people"] = policies.may_be_about(*authorities)
    return record_form(
        request,
        form_class=forms.Raise,
        form_kwargs=kwargs,
        initial={"what": what},
        act=partial(raise_escalation, **({"child": child} if child is not None else {}), **source),
        done=page_of,
        title="Make this a formal escalation" if source else "Escalate something",
        caption=str(child) if child else "",
        back_url=back_url,
        submit_label="Escalate it",
        success="It is formal now. Below is who must answer, and by when",
        context={"intro": INTRO},
    )


@access(Permission.ESCALATE)
def anything(request: HttpRequest) -> HttpResponse:
    return _raise(request, child=None, back_url=reverse("escalations:escalations"))


@access(Permission.ESCALATE)
def about_child(request: HttpRequest, reference: str) -> HttpResponse:
    rows = policies.children_for(request.user).select_related("team", "authority")
    child = get_object_or_404(rows, reference=reference)
    return _raise(request, child=child, back_url=_child_page(request.user, child))


@access(Permission.ESCALATE)
def concern(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Concern.for_user(request.user).select_related("child__team", "child__authority"), pk=pk)
    back = reverse("governance:concern", args=[pk])
    return _raise(request, child=record.child, what=record.what, concern=record, back_url=back)


@access(Permission.ESCALATE)
def action(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Action.for_user(request.user).select_related("child__team", "child__authority"), pk=pk)
    back = reverse("governance:action", args=[pk])
    return _raise(request, child=record.child, what=record.what, task=record, back_url=back)


@access(Permission.ESCALATE)
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Decision.for_user(request.user).select_related("child__team", "child__authority"), pk=pk)
    back = reverse("children:decisions", args=[record.child.reference])
    return _raise(request, child=record.child, what=record.what, decision=record, back_url=back)


@access(Permission.ESCALATE)
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    related = ("child__team", "child__authority", "carer", "agency", "shift")
    # What is behind the LADO’s door goes up no ladder: those above, and the child’s own line, would read of it.
    found = Flag.for_user(request.user).exclude(rule__in=rulebook.BEHIND_THE_DOOR).select_related(*related)
    # Cleared while somebody wrote about it, it says so on the page on which their words are.
    record = get_object_or_404(found if request.method == "POST" else found.standing(), pk=pk)
    what = f"{record.title}. {record.about}".strip()
    return _raise(request, child=record.child, what=what, flag=record, back_url=reverse("oversight:flag", args=[pk]))


def _child_page(user: User, child: Child) -> str:
    seen = Child.for_user(user).filter(pk=child.pk).exists()
    return reverse("dashboards:child", args=[child.reference]) if seen else reverse("escalations:escalations")
