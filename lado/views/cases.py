"""The LADO's caseload with what is owed, and one referral's page."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, access
from core.history_panel import Entry, changes
from core.models import User
from lado import actions, report
from lado.forms import cases as forms
from lado.models import Admission, ConductDecision, Referral, ReferralAction, ReferralRead, ReferralStep
from lado.policies import clocks
from lado.policies import conduct as policies

A_PAGE, READS, LISTED = 50, 20, 20
IN_HAND = ("", "late")  # shown by what falls due; others by when they came


def caseload(**filters: str) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in filters.items() if value})
    return f"{reverse('lado:cases')}?{query.urlencode()}"


def their_case(request: HttpRequest, pk: int, *, acting: bool = False) -> Referral:
    """The referral, if this person is let in to it; else a 404. To act on it they must handle it."""
    related = (
        "carer",
        "account",
        "owner",
        "employer",
        "child",
        "placement__home",
        "referred_by",
        "concern",
        "stand_down__carer",
    )
    referral: Referral = get_object_or_404(Referral.for_user(request.user).select_related(*related), pk=pk)
    if acting and not Referral.for_user(request.user).handled_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied("this person may read it, and no more")
    return referral


def with_owed(
    referrals: Iterable[Referral], user: User, as_of: dt.datetime
) -> list[tuple[Referral, list[clocks.Owed]]]:
    """Each referral with what is owed on it, as this person reads it."""
    return clocks.of_each(referrals, ReferralStep.for_user(user), ReferralAction.for_user(user), as_of)


def _urgent(row: tuple[Referral, list[clocks.Owed]]) -> tuple[dt.date, int]:
    return (row[1][0].by if row[1] else dt.date.max, row[0].pk)


@access(Permission.HANDLE_ALLEGATIONS)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """What is owed soonest comes first; with what has not been decided, and what cannot be kept by a clock."""
    user, as_of = request.user, clock.now()
    form = forms.CaseFilter(request.GET, years=report.years(clock.local_date(as_of)))
    form.is_valid()
    chosen = {name: request.GET.get(name, "").replace("\0", "") for name in form.fields}
    query = request.GET.copy()
    query.pop("page", None)
    unseen = policies.unseen_for(user)
    context = {
        "title": "Allegations",
        "page": _page(user, chosen, request.GET.get("page", ""), as_of),
        "filter_form": form,
        "chosen": _chosen(form, chosen),
        "query": query.urlencode(),
        "listed": LISTED,
        "unplaced": list(
            Referral.for_user(user).open().filter(placement__isnull=True).order_by("received_at", "pk")[:LISTED]
        ),
        "undecided": _undecided(user, as_of),
        "unseen": list(unseen.select_related("concern")),
        "not_referred": list(
            ConductDecision.for_user(user)
            .not_referred(user)
            .exclude(pk__in=unseen.values("pk"))
            .select_related("concern", "carer", "decided_by")[:LISTED]
        ),
        "refused": list(policies.refusals_for(user)[:LISTED]),
    }
    return render(request, "lado/cases.html", context)


class Undecided(NamedTuple):
    """Something about which nobody has decided whether it is referred."""

    what: str
    href: str
    at: dt.datetime
    by: dt.date
    late: bool


def _undecided(user: User, as_of: dt.datetime) -> list[Undecided]:
    """What waits longest comes first."""
    concerns, looks, cases = policies.undecided_for(user)
    found = [
        (str(each), reverse("lado:decide_concern", args=[each.pk]), each.received_at) for each in concerns[:LISTED]
    ]
    for words, carer, at in [
        *(("found asleep", look.carer, look.checked_at) for look in looks[:LISTED]),
        *(("stood down", case.stand_down.carer, case.stand_down.starts_at) for case in cases[:LISTED]),
    ]:
        found.append((f"{carer}, {words}", reverse("lado:decide_carer", args=[carer.pk]), at))
    today = clock.local_date(as_of)
    standards = clocks.Standards(user.authority_id, today)
    rows = [(what, href, at, clocks.decide_by(at, standards)) for what, href, at in found]
    return [Undecided(*row, late=row[-1] < today) for row in sorted(rows, key=lambda row: row[2])]


def in_hand(user: User, as_of: dt.datetime) -> tuple[int, int, int]:
    """For the LADO's first page: how many are in hand, of how many something is overdue, and what nobody has decided."""
    rows = with_owed(Referral.for_user(user).owing().select_related("carer", "account"), user, as_of)
    late = sum(any(owed.late for owed in found) for _, found in rows)
    return len(rows), late, sum(found.count() for found in policies.undecided_for(user))


def _page(user: User, chosen: dict[str, str], number: str, as_of: dt.datetime) -> Page:
    """What is in hand is sorted by what falls due, and is never much; of all there ever was, one page is read."""
    found = Referral.for_user(user).filtered(**chosen).select_related("carer", "account", "owner", "employer")
    if chosen["show"] not in IN_HAND:
        page = Paginator(found.order_by("-received_at", "-pk"), A_PAGE).get_page(number)
        page.object_list = with_owed(page.object_list, user, as_of)
        return page
    rows = sorted(with_owed(found, user, as_of), key=_urgent)
    if chosen["show"] == "late":
        rows = [row for row in rows if any(owed.late for owed in row[1])]
    return Paginator(rows, A_PAGE).get_page(number)


def _chosen(form: forms.CaseFilter, chosen: dict[str, str]) -> list[tuple[str, str]]:
    """Each filter in use, as (what it says, the address without it)."""
    found = []
    for name, value in chosen.items():
        if value:
            field: Any = form.fields[name]
            said = f"{field.label}: {dict(field.choices).get(value, value)}"
            found.append((said, caseload(**{key: text for key, text in chosen.items() if key != name})))
    return found


@access(Permission.REFER_TO_LADO)
@require_safe
def of_placement(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a flag behind the door leads: to the referral it is about or, of several at one placement, to all of them that
    this person reads. To everybody else it is not there."""
    found = list(Referral.for_user(request.user).owing().filter(placement=pk).order_by("received_at", "pk"))
    if not found:
        raise Http404
    if len(found) == 1:
        return redirect("lado:case", found[0].pk)
    return render(request, "lado/of_placement.html", {"title": "Referrals here", "referrals": found})


# --- one of them ------------------------------------------------------------------------------------------------------


@access(Permission.REFER_TO_LADO)
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Opening it is recorded, in the transaction that reads: where that cannot be written, nothing is shown."""
    user, as_of = request.user, clock.now()
    with transaction.atomic():
        referral = their_case(request, pk)
        actions.open_case(referral=referral, page="case", by=user, as_of=as_of)
        context = _context(referral, user, as_of)
    return render(request, "lado/case.html", context)


def _context(referral: Referral, user: User, as_of: dt.datetime) -> dict[str, Any]:
    steps = list(ReferralStep.for_user(user).filter(referral=referral).select_related("by"))
    tasks = list(ReferralAction.for_user(user).filter(referral=referral))
    admissions = list(
        Admission.for_user(user)
        .filter(referral=referral)
        .select_related("person", "admitted_by")
        .order_by("started_at")
    )
    standards = clocks.Standards(referral.authority_id, clock.local_date(as_of))
    handles = Referral.for_user(user).handled_by(user).filter(pk=referral.pk).exists()
    others = Referral.for_user(user).about_carer(referral.carer) if referral.carer else Referral.for_user(user).none()
    return {
        "title": str(referral),
        "referral": referral,
        "handles": handles,
        "owed": clocks.owed(referral, steps, tasks, standards, as_of),
        "steps": steps,
        "tasks": tasks,
        "today": clock.local_date(as_of),
        "admissions": admissions,
        "others": list(others.exclude(pk=referral.pk).order_by("received_at")),
        "may_see_pattern": user.can(Permission.HANDLE_ALLEGATIONS) and referral.carer is not None,
        "acts": _acts(referral) if handles else [],
        "in_their_hands": policies.in_their_hands(referral),
        "discussions": list(policies.discussions_of(referral, user)) if handles else [],
        "reads": list(ReferralRead.for_user(user).filter(referral=referral).select_related("by")[:READS]),
        "history": _without_names(changes(referral, *tasks, *admissions)),
        "back_url": reverse("lado:cases" if user.can(Permission.HANDLE_ALLEGATIONS) else "lado:mine"),
    }


def _without_names(entries: list[Entry]) -> list[Entry]:
    """The history without what would name the child: the LADO sees her reference, and no file."""
    hidden = {"Child", "Placement"}
    return [replace(entry, changes=[each for each in entry.changes if each.field not in hidden]) for entry in entries]


def _acts(referral: Referral) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be done about it as it stands, in groups, each of (label, address)."""
    is_open, evaluated = referral.is_open, referral.evaluated_at is not None
    down = is_open and referral.carer is not None and not referral.is_stood_down
    offered = {
        "Its course": [
            (is_open and not evaluated, "Evaluate it", "evaluate"),
            (is_open and evaluated, "Record a meeting", "meeting"),
            (is_open and evaluated, "Evaluate it again", "evaluate"),
            (is_open and evaluated, "Bring it to its outcome", "close"),
        ],
        "On record": [
            (True, "Record a note, a strategy discussion, learning or the summary given", "note"),
            (True, "Ask somebody for something", "task"),
            (is_open, "Say whether the police are involved", "police"),
            (referral.removed_on is None, "Record that they were removed from the work", "removal"),
            (referral.removed_on is not None, "Say that they were not removed after all", "not_removed"),
        ],
        "Who it is about, and where": [
            (down, "Stand the carer down", "stand_down"),
            (True, "Say who it is about", "identify"),
            (True, "Say at which placement it arose", "attach"),
        ],
        "Who reads and handles it": [
            (True, "Let somebody in", "admit"),
            (is_open and policies.others_to_handle(referral).exists(), "Give it to another LADO", "hand_over"),
        ],
    }
    groups = [
        (heading, [(label, reverse(f"lado:{name}", args=[referral.pk])) for may, label, name in rows if may])
        for heading, rows in offered.items()
    ]
    return [(heading, links) for heading, links in groups if links]
