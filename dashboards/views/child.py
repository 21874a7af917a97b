"""The child's page: who the child is, where and with whom, who is responsible, what is overdue, and what happened."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from children.actions import open_file
from children.models import Allocation, CareEpisode, Child, Decision, FileRead, LegalStatus
from children.querysets import one_file
from core import clock
from core.access import Permission, Scope, access
from core.dates import age_on
from core.history_panel import changes
from core.models import User
from dashboards.chronology import TOLD_BY_NOTHING_ELSE, Cursor, chronology
from dashboards.flags import counted_together, gathered, soon
from dashboards.links import Link, link, offered
from dashboards.protection import panel as protection
from dashboards.state import State, states, with_what_states_need
from dashboards.words import type_label
from escalations.policies.dispute import prompts
from placements.models import DolOrder, Placement
from placements.querysets import WITHOUT_NOTES

SHOWN = 12  # rows of a kind on the page; the chronology has the rest
READS = 10


@access(Permission.SEE_CHILDREN)
def child(request: HttpRequest, reference: str) -> HttpResponse:
    """Opening it is itself recorded, in the transaction that reads: where that cannot be written, nothing is shown."""
    as_of = clock.now()
    with transaction.atomic(), one_file(request.user, reference=reference) as record:
        context = _context(record, request.user, as_of, Cursor.read(request.GET.get("before", "")))
        open_file(child=record, page="child", by=request.user, as_of=as_of)
        return render(request, "dashboards/child.html", context)


def _context(record: Child, user: User, as_of: dt.datetime, before: Cursor | None) -> dict[str, Any]:
    today = clock.local_date(as_of)
    placements = list(
        with_what_states_need(Placement.for_user(user).filter(child=record), as_of=as_of).order_by("-started_on")[
            :SHOWN
        ]
    )
    for placement in placements:
        placement.type_words = type_label(placement.type)
    now = next((p for p in placements if _covers(p, today)), None)
    allocations = list(
        Allocation.for_user(user)
        .filter(child=record)
        .select_related("worker", "worker__team")
        .order_by("-started_on", "-pk")[: 2 * SHOWN]
    )
    statuses = list(LegalStatus.for_user(user).filter(child=record).order_by("-started_on")[:SHOWN])
    episodes = list(CareEpisode.for_user(user).filter(child=record).order_by("-started_on")[:SHOWN])
    orders = list(DolOrder.for_user(user).filter(child=record).order_by("-starts_on")[:SHOWN])
    decisions = list(
        Decision.for_user(user)
        .filter(child=record, demanded_by__in=TOLD_BY_NOTHING_ELSE)
        .select_related("recorded_by")
        .order_by("-decided_on", "-pk")[:SHOWN]
    )
    state = states([now], user=user, as_of=as_of)[0] if now else None
    parts = list(Allocation.Part)
    responsible = sorted((a for a in allocations if _covers(a, today)), key=lambda a: parts.index(a.part))
    care = next((e for e in episodes if _covers(e, today)), None)
    sees_flags = user.can(Permission.SEE_FLAGS)
    sees_reads = user.can(Permission.RECORD_DECISION)
    reads = FileRead.for_user(user).filter(child=record).select_related("by").order_by("-recorded_at")
    return {
        "title": str(record),
        "child": record,
        "age": age_on(record.date_of_birth, today),
        "today": today,
        "sees_numbers": user.rights.scope not in WITHOUT_NOTES,
        "sees_care": user.rights.scope != Scope.PROVIDER,
        "state": state,
        "planned": [p for p in reversed(placements) if p.started_on > today and p.ended_on != p.started_on],
        "care": care,
        "legal_status": next((s for s in statuses if _covers(s, today)), None),
        "order": state.order if state else next((o for o in orders if _in_effect(o, today)), None),
        "orders": [
            (o, link(user, "Discharge", "placements:discharge_order", o.pk) if not o.discharged_on else None)
            for o in orders
        ],
        "responsible": [(a, link(user, "End", "children:end_allocation", a.pk)) for a in responsible],
        "leads": [(part, next((a for a in responsible if a.part == part), None)) for part in Allocation.LEADS],
        "allocations": allocations,
        "statuses": statuses,
        "episodes": episodes,
        "placements": placements,
        "decisions": decisions,
        "flags": counted_together(user, as_of=as_of, child=record.reference, whose="all") if sees_flags else None,
        "due_soon": gathered(soon([now], user=user, as_of=as_of)) if sees_flags and now else [],
        "chronology": chronology(record, user=user, as_of=as_of, before=before),
        "before": before,
        "history": changes(record, *statuses, *allocations, *episodes, *placements, *orders) if sees_reads else None,
        "protection": protection(record, user),
        "sees_reads": sees_reads,
        "reads": list(reads[:READS]) if sees_reads else [],
        "prompts": prompts(user, as_of=as_of, child=record),
        "take_on": link(user, "Take it on", "placements:take_on", now.pk) if now and not now.followed_from else None,
        "main_link": _main_link(user, state),
        "links": _links(user, record, state, care),
        "shown": SHOWN,
    }


def _covers(record: Any, day: dt.date) -> bool:
    return record.started_on <= day and (record.ended_on is None or record.ended_on > day)


def _in_effect(order: DolOrder, day: dt.date) -> bool:
    return order.starts_on <= day <= order.expires_on and (order.discharged_on is None or order.discharged_on > day)


def _main_link(user: User, state: State | None) -> Link | None:
    """What this person most often came to do."""
    if state is None or not state.placement.followed_from:
        return None
    return link(user, "Log a visit", "placements:visit", state.placement.pk) or (
        link(user, "Write the daily log", "placements:log", state.placement.pk) if state.expects_logs else None
    )


def _links(user: User, record: Child, state: State | None, care: CareEpisode | None) -> list[Link]:
    """Every record page this person may use for this child as things stand."""
    here = state.placement.pk if state else None
    followed = bool(state and state.placement.followed_from)
    return offered(
        link(user, "Meetings and actions", "governance:meetings_of", record.reference),
        link(user, "Raise a concern", "governance:raise_concern", record.reference),
        link(user, "Refer somebody to the LADO", "lado:refer_child", record.reference),
        link(user, "See the concerns raised", "governance:child_concerns", record.reference),
        link(user, "Ask for a strategy discussion", "governance:ask_strategy", record.reference),
        link(user, "Child protection", "governance:protection", record.reference),
        link(user, "Escalate something", "escalations:escalate_child", record.reference),
        link(user, "Disputes and Cafcass", "escalations:disputes_of", record.reference),
        link(user, "Change who the child is", "children:describe", record.reference),
        link(user, "Record a legal status", "children:legal_status", record.reference) if care else None,
        link(user, "Allocate a worker", "children:allocate", record.reference),
        link(user, "Write a handover note", "children:handover", record.reference) if care else None,
        link(user, "Say why this worker", "children:why_this_worker", record.reference) if care else None,
        link(user, "Record supervision about this child", "children:case_supervision", record.reference)
        if care
        else None,
        link(user, "Record a decision", "children:decide", record.reference),
        link(user, "Plans", "governance:plans", record.reference),
        link(user, "Search and funding", "governance:commissioning", record.reference),
        link(user, "Record what the child asks for", "children:wish", record.reference),
        link(user, "Start a placement", "placements:start", record.reference) if care and not here else None,
        link(user, "Record the start of being looked after", "children:start_care", record.reference)
        if not care
        else None,
        link(user, "Take this placement on", "placements:take_on", here) if here and not followed else None,
        link(user, "Move to another placement", "placements:move", here) if here else None,
        link(user, "End this placement", "placements:end", here) if here else None,
        link(user, "Record a deprivation of liberty order", "placements:dol_order", record.reference),
        link(user, "End being looked after", "children:end_care", record.reference) if care else None,
    )
