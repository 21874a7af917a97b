"""What is done about a referral, a form for each act. Whoever may only read it is refused; to others it is not there."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from core import clock
from core.access import Permission, access
from core.pages import record_form
from lado import actions
from lado.actions.referring import case_page
from lado.forms import cases as forms
from lado.models import Admission, Referral, ReferralAction
from lado.views.cases import their_case


def _form(
    request: HttpRequest, referral: Referral, form_class: type, act: Callable, title: str, label: str, done: str, **how: Any
) -> HttpResponse:  # fmt: skip
    if request.method != "POST":  # these pages say whom it is about, too
        actions.open_case(referral=referral, page="form", by=request.user, as_of=clock.now())
    page = case_page(referral)
    may_read = Referral.for_user(request.user).filter(pk=referral.pk)
    return record_form(
        request,
        form_class=form_class,
        act=act,
        done=lambda _made: (
            page if may_read.exists() else "/"
        ),  # who has just said that it is about themselves is outside
        title=title,
        caption=str(referral),
        back_url=page,
        submit_label=label,
        success=done,
        draft_key=None,  # what stands here must not lie about
        **how,
    )


@access(Permission.REFER_TO_LADO)
def evaluate(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.evaluate, referral=referral)
    return _form(request, referral, forms.Evaluate, act, "Evaluate this referral", "Record the evaluation", "Evaluated")


@access(Permission.REFER_TO_LADO)
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.hold_meeting, referral=referral)
    return _form(request, referral, forms.Meeting, act, "Record an allegations meeting", "Record it", "Recorded")


@access(Permission.REFER_TO_LADO)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.note, referral=referral)
    return _form(request, referral, forms.Note, act, "Record a step", "Record it", "Recorded")


@access(Permission.REFER_TO_LADO)
def task(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.add_action, referral=referral)
    return _form(request, referral, forms.Task, act, "Ask somebody for something", "Record it", "Recorded")


@access(Permission.REFER_TO_LADO)
def done(request: HttpRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(ReferralAction.for_user(request.user), pk=pk)
    referral = their_case(request, asked.referral_id, acting=True)
    act = partial(actions.finish_action, task=asked)
    return _form(
        request,
        referral,
        forms.Done,
        act,
        "Record that it was done",
        "Record it",
        "Recorded",
        context={"intro": asked.what},
    )


@access(Permission.REFER_TO_LADO)
def police(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.police_involved, referral=referral)
    return _form(request, referral, forms.Police, act, "Say whether the police are involved", "Record it", "Recorded")


@access(Permission.REFER_TO_LADO)
def stand_down(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    intro = (
        "Everybody else reads of it what they read of any other: that the carer must not be deployed, and never why."
    )
    act = partial(actions.stand_down_subject, referral=referral)
    return _form(
        request, referral, forms.Sure, act, "Stand the carer down", "Stand down now", "The carer is stood down",
        context={"intro": intro},
    )  # fmt: skip


@access(Permission.REFER_TO_LADO)
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.record_removal, referral=referral)
    intro = (
        "Removed because of harm, or risk of harm, also where they left first: the employer must then refer to the DBS."
    )
    return _form(
        request,
        referral,
        forms.Removal,
        act,
        "Record that they were removed",
        "Record it",
        "Recorded",
        context={"intro": intro},
    )


@access(Permission.REFER_TO_LADO)
def not_removed(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.withdraw_removal, referral=referral)
    intro = "What was recorded stays in what was done. The Disclosure and Barring Service is no longer to be told."
    return _form(
        request, referral, forms.NotRemoved, act, "Say that they were not removed after all", "Record it", "Recorded",
        context={"intro": intro},
    )  # fmt: skip


@access(Permission.REFER_TO_LADO)
def identify(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.identify, referral=referral)
    kwargs = {"user": request.user, "referral": referral}
    initial = {"carer": referral.carer_id, "account": referral.account_id}
    return _form(
        request,
        referral,
        forms.Identify,
        act,
        "Say who it is about",
        "Record it",
        "Recorded",
        form_kwargs=kwargs,
        initial=initial,
    )


@access(Permission.REFER_TO_LADO)
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.attach_placement, referral=referral)
    title = "Say at which placement it arose"
    kwargs = {"referral": referral, "user": request.user}
    return _form(request, referral, forms.Attach, act, title, "Record it", "Recorded", form_kwargs=kwargs)


@access(Permission.REFER_TO_LADO)
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.hand_over_case, referral=referral)
    return _form(
        request, referral, forms.HandOver, act, "Give it to another LADO", "Give it to them", "It is theirs to handle",
        form_kwargs={"referral": referral},
    )  # fmt: skip


@access(Permission.REFER_TO_LADO)
def admit(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.admit, referral=referral)
    return _form(
        request, referral, forms.Admit, act, "Let somebody in", "Let them in", "They can read it now",
        form_kwargs={"referral": referral},
    )  # fmt: skip


@access(Permission.REFER_TO_LADO)
def end_admission(request: HttpRequest, pk: int) -> HttpResponse:
    admission = get_object_or_404(Admission.for_user(request.user).select_related("person", "referral"), pk=pk)
    referral = their_case(request, admission.referral_id, acting=True)
    act = partial(actions.end_admission, admission=admission)
    intro = f"{admission.person.name} reads nothing of it any more."
    return _form(request, referral, forms.Sure, act, "End the admission", "End it", "Ended", context={"intro": intro})


@access(Permission.REFER_TO_LADO)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    referral = their_case(request, pk, acting=True)
    act = partial(actions.close_case, referral=referral)
    return _form(request, referral, forms.Close, act, "Bring it to its outcome", "Close the referral", "Closed")
