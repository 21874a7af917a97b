"""What is done about a concern, a form for each act."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from core.access import Permission, access
from core.pages import record_form
from governance.actions import concerns as acts
from governance.actions import raised
from governance.forms import concerns as forms
from governance.models import Concern
from governance.policies import concerns as policies
from governance.views.concerns import their_concern


def _form(
    request: HttpRequest, concern: Concern, form_class: type, act: Callable, title: str, label: str, done: str, **how: Any
) -> HttpResponse:  # fmt: skip
    page = acts.concern_page(concern)
    return record_form(
        request, form_class=form_class, act=act, done=lambda _made: page, title=title, caption=str(concern),
        back_url=page, submit_label=label, success=done, **how,
    )  # fmt: skip


@access(Permission.TRIAGE_CONCERNS)
def triage(request: HttpRequest, pk: int) -> HttpResponse:
    concern = their_concern(request, pk, in_ledger=True)
    return _form(
        request, concern, forms.Triage, partial(acts.triage, concern=concern), "Decide what is to be done", "Record the decision",
        "Decision recorded", form_kwargs={"people": policies.owners_for(concern), "is_conduct": concern.is_conduct},
    )  # fmt: skip


@access(Permission.RAISE_CONCERN)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    concern = their_concern(request, pk, in_ledger=True)
    act = partial(acts.note, concern=concern)
    return _form(request, concern, forms.Note, act, "Record a step", "Record it", "Recorded. The concern is still open")


@access(Permission.RAISE_CONCERN)
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    concern = their_concern(request, pk, in_ledger=True)
    return _form(
        request, concern, forms.HandOver, partial(acts.hand_over, concern=concern), "Give it to somebody else", "Give it to them",
        "It is theirs to act on", form_kwargs={"people": policies.owners_for(concern)},
    )  # fmt: skip


@access(Permission.RAISE_CONCERN)
def consult_lado(request: HttpRequest, pk: int) -> HttpResponse:
    concern = their_concern(request, pk, in_ledger=True)
    act = partial(acts.consult_lado, concern=concern)
    title = "Record that the LADO was consulted"
    return _form(request, concern, forms.Lado, act, title, "Record it", "Recorded")


@access(Permission.SEE_CONDUCT)
def identify(request: HttpRequest, pk: int) -> HttpResponse:
    concern = their_concern(request, pk, in_ledger=True)
    return _form(
        request, concern, forms.Identify, partial(acts.identify, concern=concern), "Say who it is about", "Record it",
        "Recorded",
        form_kwargs={
            "people": policies.carers_to_name(request.user),
            "colleagues": policies.colleagues_to_name(concern.child, request.user),
        },
        context={"intro": "A carer’s are then gathered with every other concern about them, whichever child it was about."},
    )  # fmt: skip


@access(Permission.RAISE_CONCERN)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    concern = their_concern(request, pk, in_ledger=True)
    act = partial(acts.answer, concern=concern)
    return _form(request, concern, forms.Answer, act, "Answer whoever raised it", "Send the answer", "Answered")


@access(Permission.TRIAGE_CONCERNS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    concern = their_concern(request, pk, in_ledger=True)
    return _form(
        request, concern, forms.Close, partial(acts.close, concern=concern), "Close this concern", "Close it", "Closed"
    )


# --- whoever raised it ------------------------------------------------------------------------------------------------


@access(Permission.RAISE_CONCERN)
def add_to_concern(request: HttpRequest, pk: int) -> HttpResponse:
    concern = _raised(request, pk)
    act = partial(raised.add, concern=concern)
    return _form(request, concern, forms.AddToIt, act, "Add to what you raised", "Add it", "Added")


@access(Permission.RAISE_CONCERN)
def not_enough(request: HttpRequest, pk: int) -> HttpResponse:
    concern = _raised(request, pk)
    act = partial(raised.not_enough, concern=concern)
    done = "Recorded. You are owed another answer"
    return _form(request, concern, forms.NotEnough, act, "This does not answer it", "Say so", done)


def _raised(request: HttpRequest, pk: int) -> Concern:
    concern = their_concern(request, pk)
    if not raised.is_raisers(concern, request.user):
        raise PermissionDenied
    return concern
