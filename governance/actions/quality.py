"""Quality-assurance visits, what was found at them, and what is added afterwards. A finished visit is never edited."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied

from children import policies as for_child
from core import clock
from core.access import Permission
from core.actions import action, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import User
from governance.models.quality import (
    QualityAddition,
    QualityFinding,
    QualityScore,
    QualityValue,
    QualityVisit,
    QualityVisitor,
)
from governance.policies import quality as policies
from placements.models import Placement

Rows = list[dict[str, Any]]
PARTS = {
    "needs": QualityScore.Part.NEED,
    "outcomes": QualityScore.Part.OUTCOME,
    "culture": QualityScore.Part.CULTURE,
    "premises": QualityScore.Part.PREMISES,
}


@action
def record_quality_visit(
    *,
    placement: Placement,
    kind: str,
    occurred_at: dt.datetime,
    announced: bool,
    summary: str,
    visitors: Rows,
    needs: Rows | None = None,
    outcomes: Rows | None = None,
    culture: Rows | None = None,
    premises: Rows | None = None,
    value: dict[str, Any] | None = None,
    findings: Rows | None = None,
    by: User,
    as_of: dt.datetime,
) -> QualityVisit:
    """Record a visit with all it judged, or nothing of it (QA-01 to QA-04).

    `visitors`: name, post, qualification, sector. `needs`, `outcomes`, `culture`, `premises`: about, score and evidence;
    an outcome its evidence_on; unmet premises their mitigation, owner and until. `value`: weekly_cost in pounds,
    staff_to_one, hours_paid and hours_delivered a week, outcome. `findings`: what, owner, due_on, measure.
    """
    for_child.one_of(kind, QualityVisit.Kind.choices, "kind", "Select the kind of visit")
    policies.may(by, policies.needed_for(kind), placement)
    for_child.hold(placement)
    touch(placement=placement, child=placement.child)
    for_child.required(summary=(summary, policies.SUMMARY))
    policies.check_when(kind, placement, occurred_at, as_of)
    policies.check_visitors(kind, visitors, placement, occurred_at)
    judged: dict[str, Any] = {
        "needs": needs or [],
        "outcomes": outcomes or [],
        "culture": culture or [],
        "premises": premises or [],
        "value": value,
    }
    policies.check_judged(kind, judged)
    visited_on = clock.local_date(occurred_at)
    owners = set(policies.owners_for(placement).values_list("pk", flat=True))
    policies.check_scores(judged, visited_on, owners)
    policies.check_findings(findings or [], visited_on, owners)
    visit = QualityVisit.objects.create(
        placement=placement,
        kind=kind,
        occurred_at=occurred_at,
        announced=announced,
        summary=summary.strip(),
        recorded_by=by,
    )
    QualityVisitor.objects.bulk_create([QualityVisitor(visit=visit, **_stripped(row)) for row in visitors])
    QualityScore.objects.bulk_create(
        [QualityScore(visit=visit, part=part, **_stripped(row)) for name, part in PARTS.items() for row in judged[name]]
    )
    if value:
        QualityValue.objects.create(visit=visit, **_stripped(value))
    for row in findings or []:
        QualityFinding.objects.create(visit=visit, **_stripped(row))
    return visit


def _stripped(row: dict[str, Any]) -> dict[str, Any]:
    return {name: given.strip() if isinstance(given, str) else given for name, given in row.items()}


@action
def close_finding(
    *, finding: QualityFinding, closed_on: dt.date, evidence: str, by: User, as_of: dt.datetime
) -> QualityFinding:
    """Record that what was found has been put right, with the evidence. By its owner, or by who assures quality."""
    placement = finding.visit.placement
    policies.may(by, Permission.SEE_CHILDREN, placement)
    if not policies.may_close(by, finding):
        raise PermissionDenied("its owner, or somebody who assures quality, says when it is done")
    for_child.hold(finding)
    touch(placement=placement, child=placement.child)
    if finding.closed_on is not None:
        raise Conflict(f"This was closed on {in_words(finding.closed_on)} already")
    for_child.required(evidence=(evidence, "Enter the evidence that it is done"))
    for_child.not_future(closed_on, as_of, "closed_on", "The day it was done")
    for_child.not_before(
        closed_on, clock.local_date(finding.visit.occurred_at), "closed_on", "The day it was done", "it was found"
    )
    finding.closed_on, finding.closed_by, finding.evidence = closed_on, by, evidence.strip()
    finding.save(update_fields=["closed_on", "closed_by", "evidence"])
    return finding


@action
def add_to_quality_visit(
    *, visit: QualityVisit, kind: str, text: str, reason: str = "", by: User, as_of: dt.datetime
) -> QualityAddition:
    """Add to a finished visit, correct it, or say that it was recorded by mistake: then it counts for nothing."""
    policies.may(by, policies.needed_for(visit.kind), visit.placement)
    touch(placement=visit.placement, child=visit.placement.child)
    for_child.one_of(kind, QualityAddition.Kind.choices, "kind", "Select what you are adding")
    for_child.required(text=(text, "Enter what you want to say"))
    if kind != QualityAddition.Kind.ADDENDUM:
        for_child.required(reason=(reason, "Enter why it is corrected"))
    if not QualityVisit.objects.standing().filter(pk=visit.pk).exists():
        raise Invalid({"": "This visit was withdrawn: it was recorded by mistake"})
    return QualityAddition.objects.create(
        visit=visit,
        kind=kind,
        text=text.strip(),
        reason="" if kind == QualityAddition.Kind.ADDENDUM else reason.strip(),
        by=by,
    )
