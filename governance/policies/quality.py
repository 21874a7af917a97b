"""Who may look into the quality of a placement, who may be given what was found, and what a visit must have judged."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from children.models import Allocation
from children.querysets import live
from core import clock
from core.access import Permission, Role
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from governance.models.quality import CULTURE, PREMISES, QualityScore, QualityVisit, QualityVisitor
from governance.policies.meetings import ATTENDING
from placements.models import ManagerPost, Placement
from placements.policies import NOBODY, PLANNED_AHEAD, managers_for

Kind = QualityVisit.Kind
# What each kind of visit judges, in the order of the form. What is named here must be judged.
JUDGES: dict[str, tuple[str, ...]] = {
    Kind.INDEPENDENT: ("needs", "outcomes", "culture"),
    Kind.REVIEW: ("needs", "outcomes", "culture", "value"),
    Kind.MULTI_AGENCY: ("needs", "outcomes", "culture", "value"),
    Kind.PREMISES: ("premises",),
}
ACROSS_THE_COUNCIL = (Role.COMMISSIONER, Role.SAFEGUARDING_LEAD, Role.DIRECTOR, Role.DCS)
SUMMARY = "Enter what was found"


def needed_for(kind: str) -> Permission:
    """Premises are checked by whoever places the child; everything else by those who assure quality."""
    return Permission.CHECK_PREMISES if kind == Kind.PREMISES else Permission.QUALITY_ASSURE


def may(by: User, permission: Permission, placement: Placement) -> None:
    """Raise PermissionDenied unless `by` may do this at this placement."""
    if not by.can(permission):
        raise PermissionDenied(f"this role may not {permission}")
    if not Placement.for_user(by).filter(pk=placement.pk).exists():
        raise PermissionDenied("this placement is another's")


def owners_for(placement: Placement) -> QuerySet[User]:
    """Those who may be given something to put right: who works with the child or answers for her, and the manager."""
    child = placement.child
    allocated = Allocation.objects.filter(live(), child=child).values("worker_id")
    team = Q(team_id=child.team_id) | Q(team__teams=child.team_id) if child.team_id else Q(pk__in=[])
    council = Q(pk__in=allocated) | team | Q(role__in=ACROSS_THE_COUNCIL)
    managers = managers_for(placement).values("pk")
    return (
        User.objects.filter(
            council & Q(authority_id=child.authority_id) | Q(pk__in=managers), is_active=True, role__in=ATTENDING
        )
        .distinct()
        .order_by("name")
    )


# --- what must have been judged ---------------------------------------------------------------------------------------


def check_when(kind: str, placement: Placement, occurred_at: dt.datetime, as_of: dt.datetime) -> None:
    """Raise Invalid for an hour that has not come, or at which she did not live there. Premises are seen before that."""
    if occurred_at > as_of:
        raise Invalid({"occurred_at": "The visit must be now or in the past"})
    day = clock.local_date(occurred_at)
    first = placement.started_on - PLANNED_AHEAD if kind == Kind.PREMISES else placement.started_on
    if day < first:
        started = in_words(placement.started_on)
        ahead = (
            f"no more than {PLANNED_AHEAD.days} days before {started}"
            if kind == Kind.PREMISES
            else f"on or after {started}"
        )
        raise Invalid({"occurred_at": f"The visit must be {ahead}, when the placement started"})
    if placement.ended_on is not None and day > placement.ended_on:
        raise Invalid({"occurred_at": f"The placement ended on {in_words(placement.ended_on)}"})


def check_visitors(kind: str, visitors: list[dict[str, Any]], placement: Placement, occurred_at: dt.datetime) -> None:
    """Raise Invalid unless each visitor is named and qualified and, together, they are those the visit is for."""
    if not visitors:
        raise Invalid({"visitors": "Enter who visited, their post and what qualifies them"})
    for visitor in visitors:
        if visitor["name"].strip(" .-–").lower() in NOBODY:
            raise Invalid({"visitors": "Enter the name of a person who visited"})
        if not visitor["post"].strip() or not visitor["qualification"].strip():
            raise Invalid({"visitors": f"Enter the post of {visitor['name'].strip()}, and what qualifies them"})
        if visitor["sector"] not in QualityVisitor.Sector.values:
            raise Invalid({"visitors": f"Select where {visitor['name'].strip()} is from"})
    names = {" ".join(visitor["name"].lower().split()) for visitor in visitors}
    if len(names) < len(visitors):
        raise Invalid({"visitors": "Enter each visitor once: one person does not speak for two services"})
    if kind == Kind.MULTI_AGENCY:
        there = {visitor["sector"] for visitor in visitors}
        if missing := [sector.label.lower() for sector in QualityVisitor.Sector if sector.value not in there]:
            raise Invalid({"visitors": f"Nobody is named from {' or '.join(missing)}: this visit is made by all three"})
    if kind == Kind.INDEPENDENT:
        held = ManagerPost.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=occurred_at), placement=placement, started_at__lte=occurred_at
        ).first()
        if held and held.name.strip().lower() in {visitor["name"].strip().lower() for visitor in visitors}:
            raise Invalid({"visitors": f"{held.name} manages this placement, and so cannot visit it independently"})


def check_judged(kind: str, judged: dict[str, Any]) -> None:
    """Raise Invalid where the visit leaves out something it is for."""
    asked = {
        "needs": "Enter each need of the plan, and whether it is met",
        "outcomes": "Enter each outcome of the plan, what shows it and when",
        "culture": "Say for each sign of a closed culture whether it is there",
        "premises": "Say for each thing whether the premises are suitable",
        "value": "Enter what the placement costs in a week, and the hours paid for and delivered",
    }
    complete = {"culture": set(CULTURE), "premises": set(PREMISES)}
    for part in JUDGES[kind]:
        given = judged[part]
        lacking = part in complete and {row["about"] for row in given} != complete[part]
        if not given or lacking:
            raise Invalid({part: asked[part]})
    for part, given in judged.items():
        if given and part not in JUDGES[kind]:
            raise Invalid({part: "This kind of visit does not judge that"})


def check_scores(judged: dict[str, Any], visited_on: dt.date, owners: set[int]) -> None:
    """Raise Invalid for a score that is none, an outcome without evidence, or premises with nothing to make up for it."""
    for part in ("needs", "outcomes", "culture", "premises"):
        for row in judged[part]:
            about = (CULTURE | PREMISES).get(row["about"], row["about"])
            if not row["about"].strip() or row["score"] not in QualityScore.Score.values:
                raise Invalid({part: f"Select the score of “{about}”"})
    for row in judged["outcomes"]:
        if not row.get("evidence", "").strip() or row.get("evidence_on") is None:
            raise Invalid({"outcomes": f"Enter what shows “{row['about']}”, and the date of that evidence"})
        if row["evidence_on"] > visited_on:
            raise Invalid({"outcomes": "The date of evidence must be on or before the day of the visit"})
    for row in judged["premises"]:
        if row["score"] != QualityScore.Score.MET:
            _check_mitigated(row, visited_on, owners)


def _check_mitigated(row: dict[str, Any], visited_on: dt.date, owners: set[int]) -> None:
    what = "the food plan: how the child will eat well" if row["about"] == "kitchen" else "what makes up for it"
    about = PREMISES[row["about"]]
    if not row.get("mitigation", "").strip():
        raise Invalid({"premises": f"“{about}” is not met. Enter {what}"})
    if row.get("owner") is None or row.get("until") is None:
        raise Invalid({"premises": f"“{about}” is not met. Select who sees to it, and enter until when"})
    if row["owner"].pk not in owners:
        raise Invalid({"premises": "Select somebody from the list"})
    if row["until"] < visited_on:
        raise Invalid({"premises": f"“{about}”: the last day this may go on must not be before the visit"})


def check_findings(findings: list[dict[str, Any]], visited_on: dt.date, owners: set[int]) -> None:
    """Raise Invalid for a finding without a person, a day and a measure: all three or it is not saved."""
    for finding in findings:
        if not all(str(finding.get(name) or "").strip() for name in ("what", "measure")):
            raise Invalid({"findings": "Enter what must change, and how it will be known to be done"})
        if finding.get("owner") is None or finding["owner"].pk not in owners or finding.get("due_on") is None:
            raise Invalid({"findings": "Select who does it, and enter by when"})
        if finding["due_on"] < visited_on:
            raise Invalid({"findings": "The day it is due must not be before the visit"})


def latest(placement: Placement, kind: str) -> QualityVisit | None:
    """The last visit of a kind that stands: what it judged is where the next one begins."""
    return QualityVisit.objects.standing().filter(placement=placement, kind=kind).order_by("-occurred_at").first()
