"""The placement's page: its state now, who manages it, who has been there, what was written, and its home."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from children.actions import open_file
from children.querysets import one_file
from core import clock
from core.access import Permission, Scope, access
from core.history_panel import changes
from core.models import User
from dashboards import quality
from dashboards.flags import counted_together, gathered, soon
from dashboards.links import Link, link, offered
from dashboards.state import State, states, with_what_states_need
from dashboards.words import covers_words
from governance.models import PoliceAttendance
from placements.models import (
    DailyLog,
    DolOrder,
    Home,
    ManagerPost,
    Placement,
    Registration,
    UnregisteredAuthorisation,
    Visit,
)

SHOWN = 12
LOGS = 7
ATTENDANCES = 50
PATTERN = dt.timedelta(days=28)  # how far back the number of times the police came looks


@access(Permission.SEE_CHILDREN)
def placement(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of the child's file: opening it is recorded in the transaction that reads."""
    as_of = clock.now()
    with transaction.atomic(), one_file(request.user, placements=pk):
        record = get_object_or_404(
            with_what_states_need(Placement.for_user(request.user), as_of=as_of).select_related("child__authority"),
            pk=pk,
        )
        context = _context(record, request.user, as_of)
        open_file(child=record.child, page="placement", by=request.user, as_of=as_of)
        return render(request, "dashboards/placement.html", context)


def _context(record: Placement, user: User, as_of: dt.datetime) -> dict[str, Any]:
    today = clock.local_date(as_of)
    state = states([record], user=user, as_of=as_of)[0]
    over = record.ended_on is not None and record.ended_on <= today
    planned = not over and record.started_on > today
    sees_flags = user.can(Permission.SEE_FLAGS)
    posts = list(
        ManagerPost.for_user(user).filter(placement=record).prefetch_related("absences").order_by("-started_at")[:SHOWN]
    )
    absences = [absence for post in posts for absence in post.absences.all()]
    authorisations = list(
        UnregisteredAuthorisation.for_user(user)
        .filter(placement=record)
        .select_related("authorised_by")
        .order_by("-authorised_at")[:SHOWN]
    )
    visits = list(Visit.for_user(user).filter(placement=record).with_outcome().order_by("-occurred_at")[:SHOWN])
    for visit in visits:
        visit.outcome_words = dict(Visit.Outcome.choices)[visit.outcome_now]
    logs = list(
        DailyLog.for_user(user).filter(placement=record).select_related("author").order_by("-covers_from")[:LOGS]
    )
    for log in logs:
        log.covers_words = covers_words(log.covers_from, log.covers_until)
    attendances = list(
        PoliceAttendance.for_user(user).filter(placement=record).order_by("-attended_at", "-pk")[:ATTENDANCES]
    )
    orders = list(
        DolOrder.for_user(user)
        .filter(child=record.child, expires_on__gte=record.started_on)
        .order_by("-starts_on")[:SHOWN]
    )
    registrations = list(
        Registration.for_user(user).filter(home=record.home_id).order_by("-started_on")[:SHOWN]
        if record.home_id
        else []
    )
    sees_home = Home.for_user(user).filter(pk=record.home_id).exists()
    return {
        "title": f"{state.type}, {record.child}",
        "child": record.child,
        "placement": record,
        "state": state,
        "began": record.started_at or record.started_on,
        "today": today,
        "over": over,
        "planned": planned,
        "shown": SHOWN,
        "flags": counted_together(user, as_of=as_of, placement=record.pk, whose="all") if sees_flags else None,
        "due_soon": gathered(soon([record], user=user, as_of=as_of)) if sees_flags and not over else [],
        "posts": [
            (
                post,
                link(user, "End", "placements:end_manager", post.pk) if not (post.ended_at or over) else None,
                link(user, "Recorded in error", "placements:withdraw_manager", post.pk) if post.counts else None,
            )
            for post in posts
        ],
        "away": next((a for a in absences if a.post == state.manager and a.covers(today)), None),
        "absences": link(user, "When the manager is away", "placements:absences", record.pk) if posts else None,
        "sees_authorisations": user.rights.scope != Scope.PROVIDER,
        "authorisations": authorisations,
        "authorised_now": next((a for a in authorisations if a.expires_at > as_of), None),
        "attendances": attendances,
        "attended_lately": sum(a.attended_at > as_of - PATTERN for a in attendances),
        "pattern_days": PATTERN.days,
        "visits": visits,
        "logs": logs,
        "orders": [
            (
                order,
                link(user, "Discharge", "placements:discharge_order", order.pk) if not order.discharged_on else None,
            )
            for order in orders
        ],
        "registrations": registrations,
        "home_link": link(user, "See the home", "placements:home", record.home_id) if sees_home else None,
        "history": changes(record, *posts, *absences, *orders, *registrations)
        if user.can(Permission.RECORD_DECISION)
        else None,
        "take_on": link(user, "Take it on", "placements:take_on", record.pk)
        if not (over or record.followed_from)
        else None,
        "main_link": _main_link(user, state, over or planned),
        "links": _links(user, state, over, planned),
        "staff": _staff(user, state, over),
        "quality": quality.panel(record, user, as_of=as_of) if record.followed_from else None,
    }


def _main_link(user: User, state: State, over: bool) -> Link | None:
    if over or not state.placement.followed_from:
        return None
    pk = state.placement.pk
    return link(user, "Log a visit", "placements:visit", pk) or (
        link(user, "Write the daily log", "placements:log", pk) if state.expects_logs else None
    )


def _staff(user: User, state: State, over: bool) -> list[Link]:
    """Who cares for the child there: the pages of the rota and of those who work it."""
    if not state.needs_manager:
        return []
    pk = state.placement.pk
    keys = user.can(Permission.MANAGE_PLACEMENTS) or user.can(Permission.WRITE_LOG)
    return offered(
        link(user, "Rota", "staffing:rota", pk),
        link(user, "How many staff, and of what kind", "staffing:staffing_plan", pk),
        link(user, "Agencies, and what is agreed with them", "staffing:agreements", pk),
        link(user, "Review shifts that went wrong", "staffing:review_shifts", pk),
        link(user, "Staff continuity", "staffing:continuity", pk),
        link(user, "Ask that a carer be taken off the rota", "staffing:ask_off_rota", pk) if not over else None,
        link(user, "Keys and devices", "placements:keys", pk) if keys else None,
    )


def _links(user: User, state: State, over: bool, planned: bool) -> list[Link]:
    """Every record page this person may use for this placement as things stand."""
    record = state.placement
    correct = link(user, "Correct this placement", "placements:correct", record.pk)
    if over:
        return offered(correct)
    return offered(
        link(user, "Raise a concern", "governance:raise_concern", record.child.reference),
        link(user, "Ask for a strategy discussion", "governance:ask_strategy", record.child.reference),
        link(user, "What is heard of this placement", "governance:heard", record.pk) if state.is_high_risk else None,
        link(user, "Record that the police came", "governance:police_attendance", record.pk) if not planned else None,
        link(user, "Appoint a manager", "placements:appoint_manager", record.pk)
        if state.needs_manager and state.manager is None
        else None,
        link(user, "Authorise this unregistered placement", "placements:authorise", record.pk)
        if state.registration == Registration.Status.NOT_REGISTERED
        else None,
        link(user, "Record whether the home is registered", "placements:registration", record.home_id)
        if record.home_id
        else None,
        link(user, "Record a deprivation of liberty order", "placements:dol_order", record.child.reference),
        link(user, "Plans", "governance:plans", record.child.reference),
        link(user, "Search and funding", "governance:commissioning", record.child.reference),
        link(user, "What this placement agreed to achieve", "governance:agreement", record.pk),
        link(user, "Crisis clock", "governance:crisis", record.pk) if state.is_high_risk else None,
        link(user, "Say which home it is", "placements:where", record.pk) if not record.home_id else None,
        correct,
        link(user, "Move to another placement", "placements:move", record.pk) if not planned else None,
        link(user, "End this placement", "placements:end", record.pk) if not planned else None,
        link(user, "Call this plan off", "placements:call_off", record.pk) if planned else None,
    )
