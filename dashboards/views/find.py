"""Find a child, among those one may see."""

from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from children.models import Allocation, Child
from core import clock
from core.access import Permission, access
from core.dates import age_on
from core.models import User
from dashboards.forms import FindChild
from dashboards.links import link
from dashboards.words import type_label
from placements.models import Placement

WORDS = "find_child_words"
PAGE = 25


@access(Permission.SEE_CHILDREN)
def find_child(request: HttpRequest) -> HttpResponse:
    """What was typed is kept in the session, never in an address: names must not stay in logs and histories."""
    if request.method == "POST":
        form = FindChild(request.POST)
        if form.is_valid():
            request.session[WORDS] = form.cleaned_data["words"]
            return redirect("dashboards:find_child")
        return _page(request, form=form, words="", status=422)
    words = request.session.get(WORDS, "")
    return _page(request, form=FindChild(initial={"words": words}), words=words)


def _page(request: HttpRequest, *, form: FindChild, words: str, status: int = 200) -> HttpResponse:
    found = _found(request.user, words) if words else None
    page = Paginator(found, PAGE).get_page(request.GET.get("page")) if found is not None else None
    for child in page or ():
        child.age = age_on(child.date_of_birth, clock.local_date(clock.now()))
        child.lives_in_words = type_label(child.lives_in) if child.lives_in else ""
    context = {
        "title": "Find a child",
        "form": form,
        "words": words,
        "page": page,
        "head": ["Child", "Age", "Social worker", "Lives in"],
        "add": link(request.user, "Add a child", "children:add"),
    }
    return render(request, "dashboards/find_child.html", context, status=status)


def _found(user: User, words: str):
    today = clock.local_date(clock.now())
    workers = Allocation.for_user(user).live_on(today).filter(child=OuterRef("pk"), part=Allocation.Part.SOCIAL_WORKER)
    placed = Placement.for_user(user).live_on(today).filter(child=OuterRef("pk"))
    return (
        Child.for_user(user)
        .matching(words)
        .select_related("team")
        .annotate(
            worker_name=Subquery(workers.values("worker__name")[:1]), lives_in=Subquery(placed.values("type")[:1])
        )
        .order_by("surname", "forename", "external_id", "pk")
    )
