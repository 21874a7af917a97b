"""Quality assurance of a placement: its visits and what they found, recording one, reading one, closing a finding."""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from children.actions import open_file
from core import clock
from core.access import Permission, access
from core.dates import in_words
from core.pages import record_form
from governance.actions import quality as acts
from governance.forms import quality as forms
from governance.models import Action, Finding, QualityScore, QualityValue, QualityVisit
from governance.models.quality import CULTURE
from governance.policies import quality as policies
from placements.models import Placement
from placements.views.placing import placement_page, theirs

Kind, Part = QualityVisit.Kind, QualityScore.Part
INTROS = {
    Kind.INDEPENDENT: "By somebody who neither manages the placement, answers for the child’s care, placed the child there nor "
    "pays for it. See the child, talk to staff one at a time, and read the rota and the logs.",
    Kind.REVIEW: "How good the care is, by whoever manages it, set against what the child needs and what it costs.",
    Kind.MULTI_AGENCY: "By social care, health and education together. Each names somebody qualified to judge.",
    Kind.PREMISES: "Before the child moves in; in an emergency, within 24 hours. A building that keeps a child from harming "
    "themselves may leave them open to harm by others: judge all four.",
}
TITLES = {
    Kind.INDEPENDENT: "Record an independent visit",
    Kind.REVIEW: "Record a review of the quality of care",
    Kind.MULTI_AGENCY: "Record a visit by social care, health and education",
    Kind.PREMISES: "Check the premises",
}


def quality_page(placement: Placement) -> str:
    return reverse("governance:quality", args=[placement.pk])


def visit_page(visit: QualityVisit) -> str:
    return reverse("governance:quality_visit_detail", args=[visit.pk])


@access(Permission.SEE_CHILDREN)
@require_safe
@transaction.atomic
def quality(request: HttpRequest, pk: int) -> HttpResponse:
    """What has been found at a placement. Shift leaders are told nothing of it: they are among those looked at."""
    placement = theirs(request, pk)
    if request.user.authority_id is None and not request.user.can(Permission.SEE_FLAGS):
        raise PermissionDenied
    open_file(child=placement.child, page="quality assurance", by=request.user, as_of=clock.now())
    visits = list(
        QualityVisit.for_user(request.user).filter(placement=placement).standing().prefetch_related("visitors")
    )
    findings = _findings(request, Finding.for_user(request.user).filter(visit__in=visits))
    today = clock.local_date(clock.now())
    unmet = _unmet(request, visits)
    page = {
        "title": "Quality assurance",
        "caption": str(placement.child),
        "back_url": placement_page(placement),
        "placement": placement,
        "visits": visits,
        "open": [finding for finding in findings if finding.action.closed_at is None],
        "closed": [finding for finding in findings if finding.action.closed_at is not None],
        "unmet": unmet,
        "today": today,
        "kinds": [(kind.value, TITLES[kind]) for kind in Kind if kind != Kind.PREMISES]
        if request.user.can(Permission.QUALITY_ASSURE)
        else [],
        "may_check": request.user.can(Permission.CHECK_PREMISES),
    }
    return render(request, "governance/quality.html", page)


def _findings(request: HttpRequest, findings: Any) -> list[Any]:
    """With each, whether this person may open its action."""
    found = list(findings.select_related("action__owner", "visit").order_by("action__due_on", "pk"))
    actions = Action.for_user(request.user).filter(pk__in=[finding.action_id for finding in found])
    may_open = set(actions.values_list("pk", flat=True))
    for finding in found:
        finding.may_open = finding.action_id in may_open
    return found


def _unmet(request: HttpRequest, visits: list[QualityVisit]) -> list[QualityScore]:
    """What the last check of the premises found unsuitable."""
    check = next((visit for visit in visits if visit.kind == Kind.PREMISES), None)
    scores = QualityScore.for_user(request.user).filter(visit=check, part=Part.PREMISES).exclude(score="met")
    return list(scores.select_related("owner")) if check else []


@access(Permission.QUALITY_ASSURE)
def quality_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """A visit of the kind in the address; where it says none of them, the fullest there is."""
    placement = theirs(request, pk)
    kind = request.GET.get("kind", "")
    asked = Kind(kind) if kind in Kind.values and kind != Kind.PREMISES else Kind.MULTI_AGENCY
    return _record(request, placement, asked)


@access(Permission.CHECK_PREMISES)
def premises_check(request: HttpRequest, pk: int) -> HttpResponse:
    return _record(request, theirs(request, pk), Kind.PREMISES)


def _record(request: HttpRequest, placement: Placement, kind: QualityVisit.Kind) -> HttpResponse:
    now = clock.now()
    return record_form(
        request,
        form_class=forms.RecordVisit,
        form_kwargs={"kind": kind, "placement": placement},
        initial={"occurred_at": now},
        act=partial(acts.record_quality_visit, placement=placement, kind=kind),
        done=visit_page,
        title=TITLES[kind],
        caption=str(placement.child),
        back_url=quality_page(placement),
        submit_label="Record it",
        success="Recorded",
        draft_key=f"quality-{kind}-{placement.pk}",
        context={"intro": INTROS[kind]},
    )


@access(Permission.SEE_CHILDREN)
@require_safe
def quality_visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = request.user
    with transaction.atomic():
        visit = get_object_or_404(QualityVisit.for_user(user).select_related("placement__child", "recorded_by"), pk=pk)
        child = visit.placement.child
        open_file(child=child, page="quality visit", by=user, as_of=clock.now())
        scores = list(QualityScore.for_user(user).filter(visit=visit).select_related("owner"))
        additions = list(visit.additions.select_related("by"))
    culture = [score for score in scores if score.part == Part.CULTURE]
    there = sum(score.score == QualityScore.Score.NOT_MET for score in culture)
    page = {
        "title": visit.get_kind_display(),
        "caption": f"{child}, {in_words(clock.local_date(visit.occurred_at))}",
        "back_url": quality_page(visit.placement),
        "visit": visit,
        "visitors": list(visit.visitors.all()),
        "needs": [score for score in scores if score.part == Part.NEED],
        "outcomes": [score for score in scores if score.part == Part.OUTCOME],
        "culture": culture,
        "culture_there": there,
        "culture_of": len(CULTURE),
        "premises": [score for score in scores if score.part == Part.PREMISES],
        "value": QualityValue.for_user(user).filter(visit=visit).first(),
        "findings": _findings(request, Finding.for_user(user).filter(visit=visit)),
        "today": clock.local_date(clock.now()),
        "additions": additions,
        "withdrawn": any(addition.kind == "withdrawal" for addition in additions),
        "add_url": reverse("governance:add_to_quality_visit", args=[visit.pk])
        if user.can(policies.needed_for(visit.kind))
        else "",
    }
    return render(request, "governance/quality_visit.html", page)


@access(Permission.SEE_QUALITY)
def add_to_quality_visit(request: HttpRequest, pk: int) -> HttpResponse:
    visit = get_object_or_404(QualityVisit.for_user(request.user).select_related("placement__child"), pk=pk)
    if not request.user.can(policies.needed_for(visit.kind)):
        raise PermissionDenied
    return record_form(
        request,
        form_class=forms.AddToVisit,
        act=partial(acts.add_to_quality_visit, visit=visit),
        done=lambda _addition: visit_page(visit),
        title="Add to this, or correct it",
        caption=f"{visit.get_kind_display()}, {visit.placement.child}",
        back_url=visit_page(visit),
        submit_label="Save",
        success="Added to the visit",
    )
