"""Referring somebody to the LADO from wherever one is, the receipt, and deciding that nobody is referred."""

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from children.models import Child
from core import clock
from core.access import Permission, access
from core.models import User
from core.pages import record_form
from governance.actions.concerns import concern_page
from governance.models import Concern
from governance.querysets.concerns import to_raise_about
from lado import actions, codes
from lado.forms import referring as forms
from lado.forms.cases import Looked
from lado.models import Receipt, Referral
from lado.policies import conduct as policies
from staffing.models import Carer

DANGER = "If a child is in danger now, call 999 first."
NOTHING_ELSE = "You get a receipt. Nobody whose record it is, and nobody who manages them, is told that you referred them, or reads this."


def receipt_page(receipt: Receipt) -> str:
    return reverse("lado:receipt", args=[receipt.reference])


def _back_to(concern: Concern, user: User) -> str:
    """The concern’s own page or, for the LADO, who has no list of concerns, the caseload."""
    return concern_page(concern) if user.can(Permission.RAISE_CONCERN) else reverse("lado:cases")


def _refer(
    request: HttpRequest, *, back_url: str, caption: str = "", initial: Any = None, **about: Any
) -> HttpResponse:
    known = {name: record for name, record in about.items() if record is not None}
    return record_form(
        request,
        form_class=forms.Refer,
        form_kwargs={"user": request.user} | known,
        act=partial(actions.refer, **known),
        done=receipt_page,
        title="Refer to the LADO",
        caption=caption,
        back_url=back_url,
        submit_label="Refer",
        success="Passed to safeguarding",
        template="lado/refer.html",
        initial=initial,
        draft_key=None,  # what stands here must not lie about
        context={"danger": DANGER, "nothing_else": NOTHING_ELSE, "criteria": codes.CRITERIA},
    )


@access(Permission.REFER_TO_LADO)
def refer(request: HttpRequest) -> HttpResponse:
    """From nowhere: whoever knows of something, and of whatever they know."""
    return _refer(request, back_url=reverse("lado:mine"))


@access(Permission.REFER_TO_LADO)
def refer_concern(request: HttpRequest, pk: int) -> HttpResponse:
    concern = get_object_or_404(Concern.for_user(request.user).select_related("child", "authority"), pk=pk)
    return _refer(
        request,
        back_url=_back_to(concern, request.user),
        caption=str(concern),
        concern=concern,
        initial={"what": concern.what},
    )


@access(Permission.REFER_TO_LADO)
def refer_carer(request: HttpRequest, pk: int) -> HttpResponse:
    carer = get_object_or_404(Carer.for_user(request.user), pk=pk)
    back = reverse("staffing:carer", args=[carer.pk])
    return _refer(request, back_url=back, caption=str(carer), carer=carer, initial={"post": codes.Post.CARER})


@access(Permission.REFER_TO_LADO)
def refer_child(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(to_raise_about(request.user), reference=reference)
    seen = Child.for_user(request.user).filter(pk=child.pk).exists()
    back = reverse("dashboards:child", args=[child.reference]) if seen else reverse("lado:mine")
    return _refer(request, back_url=back, caption=str(child), child=child)


@access(Permission.REFER_TO_LADO)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What one referred, as receipts; and what one was let in to."""
    user = request.user
    let_in = Referral.for_user(user) if not user.can(Permission.HANDLE_ALLEGATIONS) else Referral.for_user(user).none()
    context = {
        "title": "Referring to the LADO",
        "receipts": list(Receipt.for_user(user)),
        "says": Receipt.SAYS,
        "let_in": list(let_in),
        "unseen": list(policies.unseen_for(user).select_related("concern")),
        "danger": DANGER,
        "criteria": codes.CRITERIA,
    }
    return render(request, "lado/mine.html", context)


@access(Permission.REFER_TO_LADO)
@require_safe
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """What whoever referred somebody is told, and all of it."""
    record = get_object_or_404(Receipt.for_user(request.user), reference=reference)
    context = {"title": Receipt.SAYS, "receipt": record, "back_url": reverse("lado:mine"), "nothing_else": NOTHING_ELSE}
    return render(request, "lado/receipt.html", context)


# --- deciding ---------------------------------------------------------------------------------------------------------


def _decide(
    request: HttpRequest, *, act: Any, caption: str, back_url: str, refer_url: str, undecided: Any, said: str = ""
) -> HttpResponse:
    return record_form(
        request,
        form_class=forms.DoNotRefer,
        act=act,
        done=lambda _nothing: back_url,
        title="Decide whether it is referred to the LADO",
        caption=caption,
        back_url=back_url,
        submit_label="Do not refer",
        success="Passed to safeguarding",
        template="lado/decide.html",
        draft_key=None,
        context={"refer_url": refer_url, "criteria": codes.CRITERIA, "undecided": undecided, "said": said},
    )


@access(Permission.DECIDE_CONDUCT)
def decide_concern(request: HttpRequest, pk: int) -> HttpResponse:
    concern = get_object_or_404(Concern.for_user(request.user).in_ledger_of(request.user), pk=pk)
    return _decide(
        request,
        act=partial(actions.do_not_refer, concern=concern),
        caption=str(concern),
        back_url=_back_to(concern, request.user),
        said=concern.what,
        refer_url=reverse("lado:refer_concern", args=[concern.pk]),
        undecided=[],
    )


@access(Permission.REFER_TO_LADO)
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """A decision not to refer, for the LADO to look at, or for whoever stands in. To everybody else it is not there.

    Opening it is recorded, in the transaction that reads; sent without saying that it was seen, it is shown again.
    """
    unseen = policies.unseen_for(request.user).select_related("concern", "decided_by")
    with transaction.atomic():
        decision = get_object_or_404(unseen, concern=pk)
        actions.open_decision(decision=decision, by=request.user, as_of=clock.now())
    return record_form(
        request,
        form_class=Looked,
        act=partial(actions.look_at, decision=decision),
        done=lambda _seen: _unseen_page(request.user),
        title="Decided not to refer",
        caption=str(decision.concern),
        back_url=_unseen_page(request.user),
        submit_label="I have seen it",
        success="Seen",
        template="lado/look.html",
        draft_key=None,
        context={"decision": decision, "refer_url": _refer_page(decision.concern, request.user)},
    )


def _refer_page(concern: Concern, user: User) -> str:
    """From the concern or, for whoever stands in and has no ledger, from nowhere."""
    has_it = Concern.for_user(user).filter(pk=concern.pk).exists()
    return reverse("lado:refer_concern", args=[concern.pk]) if has_it else reverse("lado:refer")


def _unseen_page(user: User) -> str:
    """The caseload or, for whoever stands in, the page of what they were let in to."""
    return reverse("lado:cases" if user.can(Permission.HANDLE_ALLEGATIONS) else "lado:mine")


@access(Permission.DECIDE_CONDUCT)
def decide_carer(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found of one carer, and is not decided: asleep on a waking night, or stood down."""
    carer = get_object_or_404(Carer.for_user(request.user), pk=pk)
    council = request.user.authority_id
    looks = policies.undecided_looks(council, carer).order_by("checked_at")
    cases = policies.undecided_cases(council, carer).select_related("stand_down").order_by("stand_down__starts_at")
    found = [("Found asleep", look.checked_at) for look in looks]
    found += [("Stood down", case.stand_down.starts_at) for case in cases]
    return _decide(
        request,
        act=partial(actions.do_not_refer, carer=carer),
        caption=str(carer),
        back_url=reverse("staffing:carer", args=[carer.pk]),
        refer_url=reverse("lado:refer_carer", args=[carer.pk]),
        undecided=found,
    )
