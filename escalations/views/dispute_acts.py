"""What is done about a dispute, a form for each act."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from children.models import Child
from core.access import Permission, access
from core.pages import record_form
from escalations.actions import dispute as acts
from escalations.forms import dispute as forms
from escalations.models import CafcassReferral, Dispute
from escalations.policies.dispute import concerns_of
from escalations.views.dispute import disputes_of_page, their_dispute


def _child(request: HttpRequest, reference: str) -> Child:
    children = Child.for_user(request.user).select_related("team", "authority")
    found: Child = get_object_or_404(children, reference=reference)
    return found


def _concerns(request: HttpRequest, child: Child) -> Any:
    """The open concerns about a child that this officer, or the one before them, raised."""
    return concerns_of(request.user, child).filter(closed_at__isnull=True)


def _asked(request: HttpRequest, *names: str) -> dict[str, str]:
    """What the address says the form begins with: numbers of records that it offers."""
    given = {name: request.GET.get(name, "") for name in names}
    return {name: text for name, text in given.items() if text.isascii() and text.isdigit() and len(text) < 19}


@access(Permission.RAISE_DISPUTE)
def raise_dispute(request: HttpRequest, reference: str) -> HttpResponse:
    child = _child(request, reference)
    return record_form(
        request,
        form_class=forms.Raise,
        form_kwargs={"concerns": _concerns(request, child)},
        initial=_asked(request, "concern"),
        act=partial(acts.raise_dispute, child=child),
        done=acts.dispute_page,
        title="Open a dispute",
        caption=str(child),
        back_url=disputes_of_page(child),
        submit_label="Open it",
        success="The dispute is on record",
        context={
            "child": child,
            "intro": "You may refer to Cafcass at any point, before, beside or after a dispute, and need nobody’s leave.",
        },
    )


@access(Permission.RAISE_DISPUTE)
def refer_to_cafcass(request: HttpRequest, reference: str) -> HttpResponse:
    child = _child(request, reference)
    return record_form(
        request,
        form_class=forms.Cafcass,
        form_kwargs={
            "concerns": _concerns(request, child),
            "disputes": Dispute.for_user(request.user).filter(child=child),
        },
        initial=_asked(request, "dispute", "concern"),
        act=partial(acts.refer_to_cafcass, child=child),
        done=lambda _referral: disputes_of_page(child),
        title="Refer to Cafcass",
        caption=str(child),
        back_url=disputes_of_page(child),
        submit_label="Record the referral",
        success="The referral is on record",
        context={
            "child": child,
            "intro": "At any point, and with nobody’s leave. The head of service and the director of children’s services are "
            "told that it was done. It ends no dispute, and no clock waits for it.",
        },
    )


@access(Permission.RAISE_DISPUTE)
def cafcass_answer(request: HttpRequest, pk: int) -> HttpResponse:
    referral = get_object_or_404(CafcassReferral.for_user(request.user).select_related("child"), pk=pk)
    return record_form(
        request,
        form_class=forms.CafcassAnswer,
        act=partial(acts.record_cafcass_answer, referral=referral),
        done=lambda _referral: disputes_of_page(referral.child),
        title="Record what Cafcass answered",
        caption=str(referral.child),
        back_url=disputes_of_page(referral.child),
        submit_label="Record the answer",
        success="Recorded",
        context={"child": referral.child},
    )


def _form(
    request: HttpRequest, pk: int, form_class: type, act: Callable[..., Any], title: str, label: str, done: str, intro: str = ""
) -> HttpResponse:  # fmt: skip
    dispute = their_dispute(request, pk)
    page = acts.dispute_page(dispute)
    return record_form(
        request, form_class=form_class, act=partial(act, dispute=dispute), done=lambda _made: page, title=title,
        caption=str(dispute.child), back_url=page, submit_label=label, success=done,
        context={"child": dispute.child, "intro": intro},
    )  # fmt: skip


@access(Permission.RAISE_DISPUTE)
def make_formal(request: HttpRequest, pk: int) -> HttpResponse:
    intro = "The head of service must answer by a day. Without an answer it goes up by itself."
    return _form(request, pk, forms.Formal, acts.make_formal, "Make it formal", "Make it formal", "It is formal", intro)


@access(Permission.RAISE_DISPUTE)
def note_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, pk, forms.Note, acts.note_dispute, "Write down what was said", "Record it", "Recorded")


@access(Permission.RAISE_DISPUTE)
def not_enough(request: HttpRequest, pk: int) -> HttpResponse:
    intro = "It goes up one level, and whoever is there must answer."
    return _form(
        request, pk, forms.NotEnough, acts.not_enough, "The answer is not enough", "Send it up", "It has gone up", intro
    )


@access(Permission.RAISE_DISPUTE)
def resolve_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    intro = "You alone say so. Whoever answered cannot."
    return _form(
        request,
        pk,
        forms.Resolve,
        acts.resolve_dispute,
        "Say that it is over",
        "It is over",
        "The dispute is over",
        intro,
    )


@access(Permission.ANSWER_DISPUTE)
def answer_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    dispute = their_dispute(request, pk)
    intro = f"{dispute.raised_by} asks: {dispute.wanted}"
    return _form(
        request, pk, forms.Answer, acts.answer_dispute, "Answer the dispute", "Send your answer", "Answered", intro
    )
