"""What is done about a child's protection, a form for each act."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from children.models import Child
from core.access import Permission, access
from core.pages import record_form
from governance.actions import concerns as concern_acts
from governance.actions import protection as acts
from governance.forms import protection as forms
from governance.models import Enquiry, SeriousHarmNotice, StrategyDiscussion
from governance.querysets.concerns import to_raise_about
from governance.views.concerns import DANGER, their_concern
from governance.views.protection import their_child, their_discussion, their_notice

ASK = (
    f"{DANGER} A manager must hold the discussion, or tell you why not, within one working day; where sexual harm is "
    "suspected, the same day. You are told the answer."
)
THREE = (
    "With children’s services, the police and health there. Without any one of them it was no strategy discussion: hold "
    "it again."
)


def strategy_page(discussion: StrategyDiscussion) -> str:
    return reverse("governance:strategy", args=[discussion.pk])


def notice_page(notice: SeriousHarmNotice) -> str:
    return reverse("governance:serious_harm", args=[notice.pk])


def _form(
    request: HttpRequest, child: Child, form_class: type, act: Callable, title: str, back: str, success: str, **how: Any
) -> HttpResponse:  # fmt: skip
    fields: dict[str, Any] = {"submit_label": "Record it", "done": lambda _made: back} | how
    return record_form(
        request, form_class=form_class, act=act, title=title, caption=str(child), back_url=back, success=success, **fields
    )  # fmt: skip


# --- strategy discussions ---------------------------------------------------------------------------------------------


def _ask(request: HttpRequest, child: Child, back: str, **about: Any) -> HttpResponse:
    asked = reverse("governance:asked_strategy")
    return _form(
        request, child, forms.Ask, partial(acts.ask_for_strategy, child=child, **about), "Ask for a strategy discussion", back,
        "You have asked. You will be told the answer", submit_label="Ask for it", done=lambda _made: asked,
        context={"intro": ASK},
    )  # fmt: skip


@access(Permission.ASK_FOR_STRATEGY)
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """By anybody who works with the child, a provider’s and an agency’s people included (F113)."""
    child = get_object_or_404(to_raise_about(request.user).select_related("team", "authority"), reference=reference)
    sees_child = Child.for_user(request.user).filter(pk=child.pk).exists()
    back = reverse("dashboards:child", args=[reference]) if sees_child else reverse("governance:asked_strategy")
    return _ask(request, child, back)


@access(Permission.ASK_FOR_STRATEGY)
def ask_about(request: HttpRequest, pk: int) -> HttpResponse:
    """From a concern, or a police notice."""
    concern = their_concern(request, pk)
    child = get_object_or_404(to_raise_about(request.user).select_related("team", "authority"), pk=concern.child_id)
    return _ask(request, child, concern_acts.concern_page(concern), concern=concern)


@access(Permission.RECORD_PROTECTION)
def record(request: HttpRequest, reference: str) -> HttpResponse:
    child = their_child(request, reference)
    return _form(
        request, child, forms.Record, partial(acts.record_strategy, child=child), "Record a strategy discussion",
        acts.protection_page(child), "Recorded", done=strategy_page, initial={"concerns": request.GET.getlist("concern")},
        form_kwargs={"child": child, "user": request.user}, context={"intro": THREE},
    )  # fmt: skip


@access(Permission.RECORD_PROTECTION)
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    discussion = their_discussion(request, pk)
    about = [each.concern_id for each in discussion.about.all()]
    who = {"child": discussion.child, "user": request.user, "asked_by": discussion.asked_by}
    return _form(
        request, discussion.child, forms.Hold, partial(acts.hold_strategy, discussion=discussion), "Record that it was held",
        strategy_page(discussion), "Recorded. Whoever asked is told", form_kwargs=who, initial={"concerns": about},
        template="governance/protection_answer.html", context={"intro": THREE, "discussion": discussion},
    )  # fmt: skip


@access(Permission.TRIAGE_CONCERNS)
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    discussion = their_discussion(request, pk)
    return _form(
        request, discussion.child, forms.Decline, partial(acts.decline_strategy, discussion=discussion),
        "Say why it is not held", strategy_page(discussion), "Recorded. Whoever asked is told",
        template="governance/protection_answer.html", context={"discussion": discussion},
    )  # fmt: skip


# --- the enquiry ------------------------------------------------------------------------------------------------------


def _enquiry(
    request: HttpRequest, pk: int, form_class: type, act: Callable, title: str, success: str = "Recorded"
) -> HttpResponse:
    enquiry: Enquiry = get_object_or_404(Enquiry.for_user(request.user).select_related("discussion", "child"), pk=pk)
    return _form(
        request, enquiry.child, form_class, partial(act, enquiry=enquiry), title, strategy_page(enquiry.discussion), success
    )  # fmt: skip


@access(Permission.RECORD_PROTECTION)
def finish_assessment(request: HttpRequest, pk: int) -> HttpResponse:
    return _enquiry(request, pk, forms.Assessment, acts.finish_assessment, "Finish the assessment")


@access(Permission.RECORD_PROTECTION)
def hold_conference(request: HttpRequest, pk: int) -> HttpResponse:
    return _enquiry(request, pk, forms.Conference, acts.hold_conference, "Record the conference")


@access(Permission.TRIAGE_CONCERNS)
def need_no_conference(request: HttpRequest, pk: int) -> HttpResponse:
    return _enquiry(request, pk, forms.NoConference, acts.need_no_conference, "Say why no conference is needed")


# --- a concern, and serious harm --------------------------------------------------------------------------------------


@access(Permission.RAISE_CONCERN)
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    concern = their_concern(request, pk, in_ledger=True)
    return _form(
        request, concern.child, forms.Tell, partial(acts.tell_agency, concern=concern),
        "Record that police or health were told", concern_acts.concern_page(concern), "Recorded",
    )  # fmt: skip


@access(Permission.RECORD_PROTECTION)
def record_serious_harm(request: HttpRequest, reference: str) -> HttpResponse:
    child = their_child(request, reference)
    return _form(
        request, child, forms.SeriousHarm, partial(acts.record_serious_harm, child=child), "Record serious harm",
        acts.protection_page(child), "Recorded. Those who decide are told", done=notice_page,
        initial={"concern": request.GET.get("concern", "")}, form_kwargs={"child": child, "user": request.user},
        context={
            "intro": "Serious harm to a child where abuse or neglect is known or suspected must be notified to the Child "
            "Safeguarding Practice Review Panel, Ofsted and the safeguarding partners within 5 working days. Until somebody "
            "has decided that it need not be, that clock runs."
        },
    )  # fmt: skip


def _notice(
    request: HttpRequest, pk: int, form_class: type, act: Callable, title: str, **form_kwargs: Any
) -> HttpResponse:
    notice = their_notice(request, pk)
    given = {name: give(notice) for name, give in form_kwargs.items()}
    return _form(
        request, notice.child, form_class, partial(act, notice=notice), title, notice_page(notice), "Recorded",
        form_kwargs=given,
    )  # fmt: skip


@access(Permission.RECORD_PROTECTION)
def decide_serious_harm(request: HttpRequest, pk: int) -> HttpResponse:
    title = "Decide whether it must be notified"
    return _notice(
        request, pk, forms.DecideSeriousHarm, acts.decide_serious_harm, title, child=lambda notice: notice.child
    )


@access(Permission.RECORD_PROTECTION)
def notify_serious_harm(request: HttpRequest, pk: int) -> HttpResponse:
    return _notice(
        request, pk, forms.Notify, acts.notify_serious_harm, "Record who was told", notice=lambda notice: notice
    )


@access(Permission.RECORD_PROTECTION)
def hold_rapid_review(request: HttpRequest, pk: int) -> HttpResponse:
    return _notice(request, pk, forms.RapidReview, acts.hold_rapid_review, "Record the rapid review")
