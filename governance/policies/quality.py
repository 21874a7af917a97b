"""Who may look into the quality of a placement, who may be given what was found, and what a visit must have judged."""

import datetime as dt
import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from children.models import Allocation, Decision
from children.querysets import live, live_on
from core import clock
from core.access import Permission, Role
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from core.names import holds
from governance.models import Funding, PlacementAgreement, ReferralProfile
from governance.models.quality import CULTURE, PREMISES, QualityScore, QualityVisit, QualityVisitor
from governance.policies.meetings import ATTENDING
from placements.models import ManagerPost, Placement
from placements.policies import PLANNED_AHEAD, managers_for, names_nobody

Kind, Part = QualityVisit.Kind, QualityScore.Part
# What each kind of visit judges, in the order of the form. What is named here must be judged.
JUDGES: dict[str, tuple[str, ...]] = {
    Kind.INDEPENDENT: ("needs", "outcomes", "culture"),
    Kind.REVIEW: ("needs", "outcomes", "culture", "value"),
    Kind.MULTI_AGENCY: ("needs", "outcomes", "culture", "value"),
    Kind.PREMISES: ("premises",),
}
ACROSS_THE_COUNCIL = (Role.COMMISSIONER, Role.SAFEGUARDING_LEAD, Role.DIRECTOR, Role.DCS)
SUMMARY = "Enter what was found"
ANSWER_FOR_CARE = (Allocation.Part.SOCIAL_WORKER, Allocation.Part.SECOND_WORKER, *Allocation.LEADS)


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
        if names_nobody(visitor["name"]):
            raise Invalid({"visitors": "Enter the name of a person who visited"})
        if not visitor["post"].strip() or not visitor["qualification"].strip():
            raise Invalid({"visitors": f"Enter the post of {visitor['name'].strip()}, and what qualifies them"})
        if visitor["sector"] not in QualityVisitor.Sector.values:
            raise Invalid({"visitors": f"Select where {visitor['name'].strip()} is from"})
    different = {" ".join(visitor["name"].lower().split()) for visitor in visitors}
    if len(different) < len(visitors):
        raise Invalid({"visitors": "Enter each visitor once: one person does not speak for two services"})
    if kind == Kind.MULTI_AGENCY:
        there = {visitor["sector"] for visitor in visitors}
        if missing := [sector.label.lower() for sector in QualityVisitor.Sector if sector.value not in there]:
            raise Invalid({"visitors": f"Nobody is named from {' or '.join(missing)}: this visit is made by all three"})
    if kind == Kind.INDEPENDENT:
        barred = _not_independent(placement, occurred_at)
        for visitor in visitors:
            for name, why in barred:
                if holds(visitor["name"], name):
                    raise Invalid({"visitors": f"{name} {why}, and so cannot visit independently"})
            if "commission" in visitor["post"].casefold():
                who = visitor["name"].strip()
                raise Invalid({"visitors": f"{who} finds and pays for placements, and so cannot visit independently"})


def _not_independent(placement: Placement, at: dt.datetime) -> list[tuple[str, str]]:
    """Who answers for the placement that is visited, by name, and how: those who manage it, those who answer for the
    child's care or find and pay for placements, those above them, and whoever is named as having placed the child."""
    child, day = placement.child, clock.local_date(at)
    posts = ManagerPost.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at), placement=placement, started_at__lte=at
    )
    found = [(post.name, "manages this placement") for post in posts]
    allocated = Allocation.objects.filter(live_on(day), child=child, part__in=ANSWER_FOR_CARE).values("worker_id")
    line = Q(role__in=(Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE)) & (
        Q(team=child.team_id) | Q(team__teams=child.team_id)
    )
    people = User.objects.filter(Q(pk__in=allocated) | (line if child.team_id else Q(pk__in=[])))
    found += [(name, "answers for this child’s care") for name in people.distinct().values_list("name", flat=True)]
    paid = Funding.objects.filter(placement=placement).values_list("recorded_by__name", "approved_by")
    found += [(name.split(" (")[0], "paid for this placement") for both in paid for name in both]
    placed = Decision.objects.filter(
        child=child, kind__in=("placement", "unregistered"), decided_on__gte=placement.started_on - PLANNED_AHEAD
    ).values_list("decided_by", flat=True)
    return found + [(name.split(" (")[0], "placed this child") for name in placed.distinct()]


def earlier_lines(placement: Placement, kind: str, before: dt.datetime | None = None) -> dict[str, list[str]]:
    """The needs and outcomes that the last visit of this kind left to be judged again, in its words."""
    visits = QualityVisit.objects.standing().filter(placement=placement, kind=kind)
    last = (visits.filter(occurred_at__lt=before) if before else visits).order_by("-occurred_at").first()
    found: dict[str, list[str]] = {Part.NEED.value: [], Part.OUTCOME.value: []}
    if last:
        scores = last.scores.filter(part__in=found).exclude(score=QualityScore.Score.ENDED)
        for part, about in scores.values_list("part", "about"):
            found[part].append(about)
    return found


def planned_lines(placement: Placement, day: dt.date) -> dict[str, list[str]]:
    """The needs and outcomes on record of the child: of the referral profile, and of what the placement agreed to."""
    profile = ReferralProfile.objects.filter(child=placement.child_id, confirmed_on__lte=day).first()
    agreement = PlacementAgreement.objects.filter(placement=placement, signed_on__lte=day).first()
    outcomes = [*_lines(profile.outcomes if profile else ""), *_lines(agreement.outcomes if agreement else "")]
    return {
        Part.NEED.value: _lines(profile.needs if profile else ""),
        Part.OUTCOME.value: list(dict.fromkeys(outcomes)),
    }


def _lines(text: str) -> list[str]:
    lines = (line.strip(" \t-–•*") for line in re.split(r"[\r\n]+|(?<=[.;])\s+", text))
    return [line[:300] for line in lines if line]


def check_kept(kind: str, placement: Placement, occurred_at: dt.datetime, judged: dict[str, Any]) -> None:
    """Raise Invalid where a need or an outcome of the visit before is left out: it is judged again, or ended with why."""
    for part, lines in earlier_lines(placement, kind, occurred_at).items():
        given = {_as_read(row["about"]) for row in judged[f"{part}s"]}
        if left_out := next((line for line in lines if _as_read(line) not in given), None):
            raise Invalid(
                {
                    f"{part}s": f"“{left_out}” was judged at the last visit. Judge it again in the same words, or select that "
                    "it has ended and say why"
                }
            )


def _as_read(about: str) -> str:
    return " ".join(about.casefold().split())


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
        if part in ("needs", "outcomes"):
            given = [row for row in given if row["score"] != QualityScore.Score.ENDED]
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
            if row["score"] == QualityScore.Score.ENDED and not row.get("evidence", "").strip():
                raise Invalid({part: f"Enter why “{about}” has ended"})
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
