"""Quality-assurance visits, what was found at them, and what is added afterwards. A finished visit is never edited."""

import datetime as dt
from typing import Any

from children import policies as for_child
from core import clock
from core.actions import action, touch
from core.errors import Invalid
from core.models import User
from governance.actions.tasks import agree
from governance.models.quality import (
    Finding,
    QualityAddition,
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
    staff_to_one, hours_paid and hours_delivered a week, outcome. `findings`, each of which becomes an action: what, owner, due_on, measure.
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
    policies.check_kept(kind, placement, occurred_at, judged)
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
        agreed = agree(child=placement.child, section="care", **_stripped(row), by=by, as_of=as_of)
        Finding.objects.create(visit=visit, action=agreed)
    return visit


def _stripped(row: dict[str, Any]) -> dict[str, Any]:
    return {name: given.strip() if isinstance(given, str) else given for name, given in row.items()}


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
