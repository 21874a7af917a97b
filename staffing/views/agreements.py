"""What is agreed for a placement: the agencies that supply it, its staffing, and the sessions that think about it."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core import clock
from core.access import Permission, access
from core.history_panel import changes
from core.pages import record_form
from placements.models import Placement
from placements.views.placing import placement_page, theirs
from staffing import agreed, policies
from staffing.actions import agreements as acts
from staffing.forms import agreements as forms
from staffing.models import AgencyAgreement, ReflectiveSession, ReplacementPlan, StaffingPlan, StaffType

SHOWN = 12


def agreements_page(placement: Placement) -> str:
    return reverse("staffing:agreements", args=[placement.pk])


def staffing_page(placement: Placement) -> str:
    return reverse("staffing:staffing_plan", args=[placement.pk])


# --- agencies ---------------------------------------------------------------------------------------------------------


@access(Permission.SEE_ROTA)
@require_GET
def agreements(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    as_of = clock.now()
    today = clock.local_date(as_of)
    records = list(
        AgencyAgreement.for_user(request.user)
        .filter(placement=placement)
        .select_related("agency", "signed_for_council")
        .order_by("agency__name", "-started_on")
    )
    of_agency = {
        record.agency_id: [each for each in records if each.agency_id == record.agency_id] for record in records
    }
    since = {agency: agreed.unsigned_since(rows, today) for agency, rows in of_agency.items()}
    cards = [agreed.card_of(record, today, since[record.agency_id]) for record in records]
    plans = ReplacementPlan.for_user(request.user).filter(placement=placement).select_related("agency", "recorded_by")
    context = {
        "title": "Agencies",
        "placement": placement,
        "cards": [card for card in cards if not card.is_over],
        "over": [card for card in cards if card.is_over],
        "plans": agreed.replacements(plans, today),
        "may_manage": request.user.can(Permission.MANAGE_AGREEMENTS),
        "may_replace": policies.may_decide_staffing(request.user, placement, as_of),
        "back_url": placement_page(placement),
        "history": changes(*records) if records else [],
    }
    return render(request, "staffing/agreements.html", context)


@access(Permission.MANAGE_AGREEMENTS)
def bring_in_agency(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.BringIn,
        form_kwargs={"placement": placement},
        act=partial(acts.bring_in_agency, placement=placement),
        done=lambda _agreement: agreements_page(placement),
        title="Bring in an agency",
        caption=str(placement.child),
        back_url=agreements_page(placement),
        submit_label="Bring in agency",
        success="Agency recorded. Its agreement is to be signed before its carers come.",
        context={
            "intro": "An organisation that supplies carers here, besides the staff of the provider that runs the "
            "placement. Its agreement is signed before it starts or, in an emergency, within 5 working days."
        },
    )


def _agreement(request: HttpRequest, pk: int) -> AgencyAgreement:
    records = AgencyAgreement.for_user(request.user).select_related("agency", "placement__child")
    agreement: AgencyAgreement = get_object_or_404(records, pk=pk)
    return agreement


@access(Permission.MANAGE_AGREEMENTS)
def sign_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = _agreement(request, pk)
    again = agreement.signed_on is not None
    kept = ("supervises", "trains", "disciplines", "reports_to_lado", "hands_over", "outcomes")
    return record_form(
        request,
        form_class=forms.Sign,
        initial={name: getattr(agreement, name) for name in kept},
        act=partial(acts.sign_agreement, agreement=agreement),
        done=lambda _agreement: agreements_page(agreement.placement),
        title="Renew the agreement" if again else "Sign the agreement",
        caption=f"{agreement.placement.child}: {agreement.agency}",
        back_url=agreements_page(agreement.placement),
        submit_label="Record agreement",
        success="Agreement recorded",
        draft_key=f"agreement-{agreement.pk}",
        context={"intro": "What was signed before stays on record, to the day this was signed." if again else ""},
    )


@access(Permission.MANAGE_AGREEMENTS)
def end_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = _agreement(request, pk)
    return record_form(
        request,
        form_class=forms.EndAgreement,
        act=partial(acts.end_agreement, agreement=agreement),
        done=lambda _agreement: agreements_page(agreement.placement),
        title=f"{agreement.agency} no longer supplies carers",
        caption=str(agreement.placement.child),
        back_url=agreements_page(agreement.placement),
        submit_label="Record the end",
        success="Recorded",
    )


@access(Permission.PUBLISH_ROTA)
def plan_replacement(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.PlanReplacement,
        form_kwargs={"placement": placement},
        initial={"agency": request.GET.get("agency")},
        act=partial(acts.plan_replacement, placement=placement),
        done=lambda _plan: agreements_page(placement),
        title="Plan who replaces an agency’s staff",
        caption=str(placement.child),
        back_url=agreements_page(placement),
        submit_label="Record plan",
        success="Plan recorded",
        draft_key=f"replacement-{placement.pk}",
        context={
            "intro": "For carers who stay with the child for now, as when they moved with the child. It goes on the "
            "child’s record as a decision, and takes the place of any earlier plan for that agency."
        },
    )


# --- staffing ---------------------------------------------------------------------------------------------------------


@access(Permission.SEE_ROTA)
@require_GET
def staffing_plan(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    as_of = clock.now()
    user = request.user

    def of(model):
        return list(model.for_user(user).filter(placement=placement).select_related("recorded_by")[:SHOWN])

    plans = of(StaffingPlan)
    context = {
        "title": "Staffing plan",
        "placement": placement,
        "plans": [(plan, standing) for plan, standing in agreed.standing_of(plans, as_of)],
        "order": agreed.ordered(placement, clock.local_date(as_of)),
        "types": of(StaffType),
        "sessions": of(ReflectiveSession),
        "may_set": user.can(Permission.SET_STAFFING),
        "back_url": placement_page(placement),
    }
    return render(request, "staffing/staffing_plan.html", context)


@access(Permission.SET_STAFFING)
def set_staffing(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.SetStaffing,
        act=partial(acts.set_staffing, placement=placement),
        done=lambda _plan: staffing_page(placement),
        title="Set the number of staff",
        caption=str(placement.child),
        back_url=staffing_page(placement),
        success="Staffing set",
        context={
            "intro": "From that moment each shift needs this many. Fewer than before is a step-down: it starts now or "
            "later, and changes nothing of what was agreed for earlier shifts."
        },
    )


@access(Permission.SET_STAFFING)
def record_staff_type(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.RecordStaffType,
        act=partial(acts.record_staff_type, placement=placement),
        done=lambda _type: staffing_page(placement),
        title="What kind of staff, and why",
        caption=str(placement.child),
        back_url=staffing_page(placement),
        success="Recorded",
        draft_key=f"staff-type-{placement.pk}",
        context={"intro": "Decided at the start, and looked at again every 28 days."},
    )


@access(Permission.SET_STAFFING)
def record_reflective_session(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.RecordReflectiveSession,
        act=partial(acts.record_reflective_session, placement=placement),
        done=lambda _session: staffing_page(placement),
        title="Record a reflective session",
        caption=str(placement.child),
        back_url=staffing_page(placement),
        success="Session recorded",
        draft_key=f"reflective-session-{placement.pk}",
    )
