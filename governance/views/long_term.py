"""The acts on a child's long-term plans: begun, spoken of, stepped through, ended, and what is done instead."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from core import clock
from core.access import Permission, access
from core.pages import record_form
from governance.actions import long_term as acts
from governance.forms import long_term as forms
from governance.models import Contingency, LongTermPlan, Milestone
from governance.views.plans import her, plans_page


def _plan(request: HttpRequest, pk: int) -> LongTermPlan:
    plan: LongTermPlan = get_object_or_404(LongTermPlan.for_user(request.user).select_related("child"), pk=pk)
    return plan


@access(Permission.RECORD_PLANS)
def start(request: HttpRequest, reference: str) -> HttpResponse:
    child = her(request, reference)
    return record_form(
        request,
        form_class=forms.StartPlan,
        initial={"started_on": clock.local_date(clock.now())},
        act=partial(acts.start_long_term_plan, child=child),
        done=lambda _plan: plans_page(child),
        title="Start a long-term plan",
        caption=str(child),
        back_url=plans_page(child),
        submit_label="Record plan",
        success="Plan recorded. Add its milestones and a contingency.",
        draft_key=f"long-term-{child.reference}",
    )


@access(Permission.RECORD_PLANS)
def said(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    kept = ("health_said", "education_said", "care_said", "interim_safety")
    return record_form(
        request,
        form_class=forms.SayOfPlan,
        initial={name: getattr(plan, name) for name in kept},
        act=partial(acts.say_of_plan, plan=plan),
        done=lambda _plan: plans_page(plan.child),
        title="What partners said, and safety meanwhile",
        caption=str(plan.child),
        back_url=plans_page(plan.child),
        success="Recorded",
    )


@access(Permission.RECORD_PLANS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    return record_form(
        request,
        form_class=forms.EndPlan,
        initial={"ended_on": clock.local_date(clock.now())},
        act=partial(acts.end_long_term_plan, plan=plan),
        done=lambda _plan: plans_page(plan.child),
        title="End a long-term plan",
        caption=str(plan.child),
        back_url=plans_page(plan.child),
        submit_label="End plan",
        success="Plan ended",
    )


@access(Permission.RECORD_PLANS)
def add_milestone(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    return record_form(
        request,
        form_class=forms.AddMilestone,
        act=partial(acts.add_milestone, plan=plan),
        done=lambda _milestone: plans_page(plan.child),
        title="Add a milestone",
        caption=str(plan.child),
        back_url=plans_page(plan.child),
        submit_label="Add milestone",
        success="Milestone added",
    )


@access(Permission.RECORD_PLANS)
def meet_milestone(request: HttpRequest, pk: int) -> HttpResponse:
    milestone = get_object_or_404(Milestone.for_user(request.user).select_related("plan__child"), pk=pk)
    child = milestone.plan.child
    return record_form(
        request,
        form_class=forms.MeetMilestone,
        initial={"met_on": clock.local_date(clock.now())},
        act=partial(acts.meet_milestone, milestone=milestone),
        done=lambda _milestone: plans_page(child),
        title="A milestone was met",
        caption=str(child),
        back_url=plans_page(child),
        success="Milestone met",
        context={"intro": milestone.what},
    )


@access(Permission.RECORD_PLANS)
def make_contingency(request: HttpRequest, reference: str) -> HttpResponse:
    """One for the child herself: what is done if the placement ends or carers stay away."""
    child = her(request, reference)
    return _contingency(request, child, None)


@access(Permission.RECORD_PLANS)
def contingency_of_plan(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    return _contingency(request, plan.child, plan)


def _contingency(request: HttpRequest, child, plan: LongTermPlan | None) -> HttpResponse:
    return record_form(
        request,
        form_class=forms.MakeContingency,
        act=partial(acts.make_contingency, child=child, plan=plan),
        done=lambda _contingency: plans_page(child),
        title="Write down a contingency",
        caption=str(child),
        back_url=plans_page(child),
        submit_label="Record contingency",
        success="Contingency recorded",
        context={"intro": plan.aim if plan else "What is done if the placement ends or carers stay away."},
    )


@access(Permission.TAKE_DECISION)
def decide_contingency(request: HttpRequest, pk: int) -> HttpResponse:
    contingency = get_object_or_404(Contingency.for_user(request.user).select_related("child"), pk=pk)
    return record_form(
        request,
        form_class=forms.DecideContingency,
        act=partial(acts.decide_contingency, contingency=contingency),
        done=lambda _contingency: plans_page(contingency.child),
        title="Is the contingency used?",
        caption=str(contingency.child),
        back_url=plans_page(contingency.child),
        submit_label="Record decision",
        success="Decision recorded",
        context={"intro": contingency.what},
    )
