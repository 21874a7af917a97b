"""A child's plans, profile, search, funding, notices and court tasks; and what her placement agreed for her."""

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from children import rights
from children.actions import open_file
from children.models import Child
from core import clock
from core.access import Permission, access
from core.pages import record_form
from governance import agreement_text, profile_fields
from governance.actions import plans as acts
from governance.forms import plans as forms
from governance.models import (
    Contingency,
    CourtTask,
    Funding,
    LongTermPlan,
    NoticeReceived,
    PlacementAgreement,
    Plan,
    ReferralProfile,
    SearchEntry,
)
from governance.policies import plans as policies
from placements.models import Placement
from placements.views.placing import theirs

SHOWN = 12


def her(request: HttpRequest, reference: str) -> Child:
    child: Child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return child


def plans_page(child: Child) -> str:
    return reverse("governance:plans", args=[child.reference])


def commissioning_page(child: Child) -> str:
    return reverse("governance:commissioning", args=[child.reference])


def agreement_page(placement: Placement) -> str:
    return reverse("governance:agreement", args=[placement.pk])


def tabs(child: Child, here: str) -> list[tuple[str, str, bool]]:
    pages = [
        ("plans", "Plans and the court", plans_page(child)),
        ("seeking", "Search and funding", commissioning_page(child)),
    ]
    return [(label, href, name == here) for name, label, href in pages]


@access(Permission.SEE_PLANS)
@require_safe
@transaction.atomic
def plans(request: HttpRequest, reference: str) -> HttpResponse:
    """Her plans as they stand: the care plan and what it lacks, long-term plans and their steps, and the court's tasks."""
    child = her(request, reference)
    user: Any = request.user
    today = clock.local_date(clock.now())
    open_file(child=child, page="plans", by=user, as_of=clock.now())
    versions = list(Plan.for_user(user).filter(child=child).select_related("placement__home", "recorded_by"))
    latest = {kind: next((plan for plan in versions if plan.kind == kind), None) for kind in Plan.Kind.values}
    long_term = list(
        LongTermPlan.for_user(user)
        .filter(child=child)
        .prefetch_related("milestones", "contingencies__decided_by")
        .order_by("ended_on", "-started_on")[:SHOWN]
    )
    for plan in long_term:
        plan.steps = [(step, step.met_on is None and step.due_on < today) for step in plan.milestones.all()]
    tasks = list(CourtTask.for_user(user).filter(child=child).select_related("owner"))
    context = {
        "title": "Plans",
        "child": child,
        "tabs": tabs(child, "plans"),
        "care": latest[Plan.Kind.CARE],
        "placement_plan": latest[Plan.Kind.PLACEMENT],
        "versions": versions[:SHOWN],
        "long_term": long_term,
        "contingencies": list(
            Contingency.for_user(user).filter(child=child, plan=None).select_related("decided_by")[:SHOWN]
        ),
        "open_tasks": [(task, task.due_on < today) for task in tasks if task.done_on is None],
        "done_tasks": [task for task in tasks if task.done_on is not None][-SHOWN:],
        "may_plan": user.can(Permission.RECORD_PLANS),
        "may_decide_money": user.role in rights.KINDS["funding"].roles,
        "may_court": user.can(Permission.RECORD_COURT_TASKS),
        "back_url": reverse("dashboards:child", args=[child.reference]),
    }
    return render(request, "governance/plans.html", context)


@access(Permission.SEE_PLANS)
@require_safe
@transaction.atomic
def commissioning(request: HttpRequest, reference: str) -> HttpResponse:
    """How a home is sought and paid for: the referral profile, who was asked, notices, and the blocks."""
    child = her(request, reference)
    user: Any = request.user
    as_of = clock.now()
    open_file(child=child, page="search and funding", by=user, as_of=as_of)
    profiles = list(ReferralProfile.for_user(user).filter(child=child).select_related("recorded_by")[:SHOWN])
    searches = list(SearchEntry.for_user(user).filter(child=child)[: 3 * SHOWN])
    placements = list(Placement.for_user(user).filter(child=child).select_related("home")[:SHOWN])
    notices = list(
        NoticeReceived.for_user(user).filter(placement__child=child).select_related("placement__home")[:SHOWN]
    )
    for notice in notices:
        notice.open = notice.withdrawn_at is None and notice.ends_at > as_of
        left = int((notice.ends_at - as_of).total_seconds() // 3600)
        notice.days_left, notice.hours_left = divmod(max(left, 0), 24)
    blocks = list(Funding.for_user(user).filter(placement__child=child).select_related("placement__home")[:SHOWN])
    may_commission = user.can(Permission.RECORD_COMMISSIONING)
    here = next((p for p in placements if p.ended_on is None or p.ended_on > clock.local_date(as_of)), None)
    profile = profiles[0] if profiles else None
    context = {
        "title": "Search and funding",
        "child": child,
        "tabs": tabs(child, "seeking"),
        "profile": profile,
        "answers": profile_fields.in_words(profile.answers) if profile else [],
        "not_current": policies.why_not_current(child, as_of),
        "profiles": profiles,
        "searches": searches,
        "notices": notices,
        "funding": [(block, may_commission and block.until > clock.local_date(as_of)) for block in blocks],
        "here": here,
        "may_plan": user.can(Permission.RECORD_PLANS),
        "may_commission": may_commission,
        "back_url": reverse("dashboards:child", args=[child.reference]),
    }
    return render(request, "governance/commissioning.html", context)


@access(Permission.RECORD_PLANS)
def record_plan(request: HttpRequest, reference: str) -> HttpResponse:
    child = her(request, reference)
    last = Plan.for_user(request.user).filter(child=child, kind=Plan.Kind.CARE).first()
    return record_form(
        request,
        form_class=forms.RecordPlan,
        form_kwargs={"placements": Placement.for_user(request.user).filter(child=child).select_related("home")},
        initial={"made_on": clock.local_date(clock.now()), "covers": last.sections if last else []},
        act=partial(acts.record_plan, child=child),
        done=lambda _plan: plans_page(child),
        title="Record a version of a plan",
        caption=str(child),
        back_url=plans_page(child),
        submit_label="Record plan",
        success="Plan recorded",
    )


@access(Permission.RECORD_PLANS)
def write_profile(request: HttpRequest, reference: str) -> HttpResponse:
    child = her(request, reference)
    last = ReferralProfile.for_user(request.user).filter(child=child).first()
    kept = ("needs", "identity", "risks", "outcomes", "wishes")
    return record_form(
        request,
        form_class=forms.WriteProfile,
        initial={name: getattr(last, name) for name in kept} | last.answers if last else None,
        act=partial(acts.write_profile, child=child),
        done=lambda _profile: commissioning_page(child),
        title="Write the referral profile",
        caption=str(child),
        back_url=commissioning_page(child),
        submit_label="Record profile",
        success="Referral profile recorded",
        draft_key=f"profile-{child.reference}",
        context={"intro": "What is true of the child today. It is confirmed again every 28 days."},
    )


@access(Permission.RECORD_PLANS)
def confirm_profile(request: HttpRequest, reference: str) -> HttpResponse:
    child = her(request, reference)
    last = ReferralProfile.for_user(request.user).filter(child=child).first()
    return record_form(
        request,
        form_class=forms.ConfirmProfile,
        act=partial(acts.confirm_profile, child=child),
        done=lambda _profile: commissioning_page(child),
        title="Is the referral profile still true?",
        caption=str(child),
        back_url=commissioning_page(child),
        template="governance/confirm_profile.html",
        submit_label="Confirm",
        success="Referral profile confirmed",
        context={
            "profile": last,
            "answers": profile_fields.in_words(last.answers) if last else [],
            "write_url": reverse("governance:write_profile", args=[child.reference]),
        },
    )


@access(Permission.RECORD_COMMISSIONING)
def log_search(request: HttpRequest, reference: str) -> HttpResponse:
    child = her(request, reference)
    return record_form(
        request,
        form_class=forms.LogSearch,
        initial={"asked_on": clock.local_date(clock.now()), "answer": SearchEntry.Answer.WAITING},
        act=partial(acts.log_search, child=child),
        done=lambda _entry: commissioning_page(child),
        title="Record that a home was asked",
        caption=str(child),
        back_url=commissioning_page(child),
        submit_label="Record search",
        success="Search recorded",
    )


@access(Permission.RECORD_COMMISSIONING)
def answer_search(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(SearchEntry.for_user(request.user).select_related("child"), pk=pk)
    return record_form(
        request,
        form_class=forms.Answer,
        initial={"answer": entry.answer, "why_not": entry.why_not},
        act=partial(acts.answer_search, entry=entry),
        done=lambda _entry: commissioning_page(entry.child),
        title=f"What did {entry.asked} answer?",
        caption=str(entry.child),
        back_url=commissioning_page(entry.child),
        submit_label="Record answer",
        success="Answer recorded",
    )


# --- the placement's own agreement ------------------------------------------------------------------------------------


@access(Permission.SEE_AGREEMENT)
@require_safe
@transaction.atomic
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """What a placement agreed to achieve for this child, and which lines of it are not those of every agreement."""
    placement = theirs(request, pk)
    open_file(child=placement.child, page="placement agreement", by=request.user, as_of=clock.now())
    records = list(
        PlacementAgreement.for_user(request.user).filter(placement=placement).select_related("recorded_by")[:SHOWN]
    )
    latest = records[0] if records else None
    user: Any = request.user
    sought = ReferralProfile.for_user(user).filter(pk=latest.profile_id).first() if latest else None
    context = {
        "title": "Placement agreement",
        "placement": placement,
        "latest": latest,
        "earlier": records[1:],
        "sought": sought,
        "lines": agreement_text.compared(latest.template, latest.text) if latest else [],
        "may_sign": user.can(Permission.RECORD_COMMISSIONING),
        "back_url": reverse("dashboards:placement", args=[placement.pk]),
    }
    return render(request, "governance/agreement.html", context)


@access(Permission.RECORD_COMMISSIONING)
def sign_placement_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    last = PlacementAgreement.for_user(request.user).filter(placement=placement).first()
    profile = ReferralProfile.for_user(request.user).filter(child=placement.child).first()
    kept = ("outcomes", "health_said", "education_said", "text")
    start = {"outcomes": profile.outcomes if profile else "", "text": agreement_text.TEMPLATE}
    return record_form(
        request,
        form_class=forms.SignAgreement,
        initial={name: getattr(last, name) for name in kept} if last else start,
        act=partial(acts.sign_placement_agreement, placement=placement),
        done=lambda _agreement: agreement_page(placement),
        title="Record the placement agreement",
        caption=str(placement.child),
        back_url=agreement_page(placement),
        submit_label="Record agreement",
        success="Agreement recorded",
        draft_key=f"placement-agreement-{placement.pk}",
    )
