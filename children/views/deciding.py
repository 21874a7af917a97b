"""Who decides what about a child, what was decided, and what the child asked for."""

from functools import partial

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from children import actions, rights
from children.forms import deciding as forms
from children.models import Allocation, Child, Decision, Wish
from children.querysets import one_file
from children.views.child import back_to, child_page
from core import clock
from core.access import Permission, access
from core.pages import record_form

A_PAGE = 25


def decisions_page(child: Child) -> str:
    return reverse("children:decisions", args=[child.reference])


@access(Permission.SEE_CHILDREN)
@require_GET
def decisions(request: HttpRequest, reference: str) -> HttpResponse:
    """Every decision on her record, and every wish, newest first. Opening it is recorded."""
    user, as_of = request.user, clock.now()
    kind = rights.KINDS.get(request.GET.get("kind", ""))
    with transaction.atomic(), one_file(user, reference=reference) as child:
        found = Decision.for_user(user).filter(child=child).select_related("recorded_by", "wish")
        if kind:
            found = found.filter(kind=kind.code)
        page = Paginator(found.order_by("-decided_on", "-pk"), A_PAGE).get_page(request.GET.get("page"))
        for decision in page:
            decision.about = rights.KINDS[decision.kind]
        wishes = Wish.for_user(user).filter(child=child).select_related("recorded_by").with_answers(user)
        context = {
            "title": "Decisions",
            "child": child,
            "page": page,
            "kinds": rights.KINDS.values(),
            "kind": kind,
            "query": f"kind={kind.code}" if kind else "",
            "wishes": list(wishes[:A_PAGE]),
            "may_decide": user.can(Permission.TAKE_DECISION),
            "may_wish": user.can(Permission.RECORD_WISH),
            "back_url": child_page(child),
        }
        actions.open_file(child=child, page="decisions", by=user, as_of=as_of)
        return render(request, "children/decisions.html", context)


@access(Permission.SEE_CHILDREN)
@require_GET
def decision_rights(request: HttpRequest, reference: str) -> HttpResponse:
    """The decision-rights matrix and, for this child, who that is by name today."""
    user, as_of = request.user, clock.now()
    day = clock.local_date(as_of)
    with transaction.atomic(), one_file(user, reference=reference) as child:
        matrix = rights.Matrix(child, day)
        context = {
            "title": "Who decides what",
            "child": child,
            "rows": [
                (kind, words, holders, user.can(Permission.TAKE_DECISION) and any(h.account == user for h in holders))
                for kind, words, holders in matrix.rows()
            ],
            "back_url": child_page(child),
        }
        actions.open_file(child=child, page="who decides", by=user, as_of=as_of)
        return render(request, "children/decision_rights.html", context)


@access(Permission.SEE_CHILDREN)
@require_GET
def leads(request: HttpRequest, reference: str) -> HttpResponse:
    """Who answers for her: day to day, for the long-term plan, and in commissioning; and who did before (DEC-04)."""
    user, as_of = request.user, clock.now()
    today = clock.local_date(as_of)
    with transaction.atomic(), one_file(user, reference=reference) as child:
        held = list(
            Allocation.for_user(user)
            .filter(child=child, part__in=Allocation.LEADS)
            .select_related("worker")
            .order_by("-started_on", "-pk")
        )
        now = {each.part: each for each in held if each.ended_on is None or each.ended_on > today}
        last = {each.part: each.ended_on for each in reversed(held) if each.part not in now}
        context = {
            "title": "Who leads",
            "child": child,
            "leads": [(part, now.get(part), last.get(part)) for part in Allocation.LEADS],
            "held": held,
            "may_appoint": user.can(Permission.ALLOCATE),
            "back_url": child_page(child),
        }
        actions.open_file(child=child, page="leads", by=user, as_of=as_of)
        return render(request, "children/leads.html", context)


@access(Permission.TAKE_DECISION)
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user).select_related("team"), reference=reference)
    return record_form(
        request,
        form_class=forms.DecisionForm,
        form_kwargs={"child": child, "user": request.user, "day": clock.local_date(clock.now())},
        initial={"kind": request.GET.get("kind", "")},
        act=partial(actions.record_decision, child=child),
        done=back_to(child),
        title="Record a decision",
        caption=str(child),
        back_url=child_page(child),
        template="children/decide.html",
        submit_label="Record decision",
        success="Decision recorded",
        draft_key=f"decision-{child.reference}",
        context={
            "child": child,
            "intro": "A recorded decision cannot be changed. What the child wishes is recorded as a wish, and no wish and "
            "no decision removes a duty: a flag stands until its record is made.",
        },
    )


@access(Permission.RECORD_WISH)
def wish(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.WishForm,
        act=partial(actions.record_wish, child=child),
        done=lambda _wish: decisions_page(child),
        title="Record what the child asks for",
        caption=str(child),
        back_url=decisions_page(child),
        submit_label="Record wish",
        success="Wish recorded. It decides nothing: whoever may decide does that.",
        draft_key=f"wish-{child.reference}",
        context={
            "intro": "A wish is heard, and adults decide. What must be there whatever a child wishes, such as a manager on "
            "site, enough staff or visits, does not change."
        },
    )
