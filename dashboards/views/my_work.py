"""The first page after signing in: what is overdue and due soon, one's own and one's team's, for every role."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import clock
from core.access import Permission, Role, Scope, signed_in
from core.models import User
from dashboards import worklist
from dashboards.flags import MOST, SOON_DAYS, counted, counted_together, flags_of, gathered
from dashboards.links import link, offered
from dashboards.state import states, with_what_states_need
from escalations.models import Dispute, Escalation, WhistleReport
from escalations.notices import BUDGET, interruptions
from escalations.policies.dispute import prompts
from escalations.views.ladder import listed, told_of
from governance.models import Action, Concern, CourtTask, Meeting, SeniorContact
from governance.views.concerns import ledger
from lado.models import Referral
from lado.policies.conduct import STANDS_IN, unseen_for
from lado.views.cases import caseload, in_hand
from oversight.quality import registration_not_known
from placements.models import Placement
from staffing.models import Lift, RotaRequest, Swap

LISTED = 10  # of a list that has a page of its own
SOONEST = 5  # of what falls due
TEAM_ROLES = (Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE)

# What the page says to a role that holds no case here, so that an empty page is never taken for "all is well".
NO_CASES = {
    Role.LADO: "You see no child’s file here. Allegations against adults come to you as referrals: see Allegations.",
    Role.SCRUTINEER: "You see no child’s file here. What the partnership may see comes as figures, without names.",
    Role.SYSTEM_ADMINISTRATOR: "You see no child’s file. You invite people, and deactivate and reset accounts.",
}


Part = Callable[[User, dt.datetime], dict[str, Any]]


@signed_in
def my_work(request: HttpRequest) -> HttpResponse:
    """Each part is shown to those whose work it is, in the order in which they would do it."""
    user, as_of = request.user, clock.now()
    parts = _parts(user)
    context: dict[str, Any] = {
        "title": "My work",
        "today": clock.local_date(as_of),
        "soon_days": SOON_DAYS,
        "sees_flags": user.can(Permission.SEE_FLAGS),
        "no_cases": NO_CASES.get(user.role, ""),
        "sections": [f"dashboards/my_work/{part.__name__.strip('_')}.html" for part in parts],
    }
    for part in parts:
        context |= part(user, as_of)
    context["stats"] = _stats(context)
    return render(request, "dashboards/my_work.html", context)


def _parts(user: User) -> list[Part]:
    scope, role, flags = user.rights.scope, user.role, user.can(Permission.SEE_FLAGS)
    parts: list[Part]
    if scope == Scope.PROVIDER:
        parts = [_logs, _standing] if flags else [_logs]
    elif role in TEAM_ROLES:
        parts = [_mine, _team, _soon, _unallocated, _not_known]
    elif role == Role.SOCIAL_WORKER:
        parts = [_mine, _soon, _caseload, _team]
    elif role == Role.COMMISSIONER:
        parts = [_mine, _unregistered, _not_known]
    elif scope == Scope.ALLOCATED:
        parts = [_mine, _caseload] if flags else [_caseload]
    else:
        parts = [_mine] if flags else []
    if user.can(Permission.SEE_PLANS):
        after = parts.index(_mine) + 1 if _mine in parts else len(parts)
        parts = [*parts[:after], _court, *parts[after:]]
    if user.can(Permission.RECORD_SENIOR_CONTACT):
        parts.insert(parts.index(_mine) if _mine in parts else 0, _contacts)
    if user.can(Permission.HANDLE_ALLEGATIONS) or role in STANDS_IN:
        parts = [_allegations, *parts]
    if user.can(Permission.ATTEND_MEETINGS):
        parts = [*parts, _tasks]
    if user.can(Permission.RAISE_CONCERN):
        parts.append(_concerns)
    parts.insert(parts.index(_mine) + 1 if _mine in parts else 0, _escalations)
    if any(user.can(permission) for permission in ROUTES):
        parts.insert(1, _routes)  # what lies too long is seen before the rest
    return [*parts, _staff, _doors] if user.can(Permission.SEE_CARERS) else [*parts, _doors]


def _stats(found: dict[str, Any]) -> list[tuple[int, str, str, str]]:
    """The numbers at the top, each with the address of exactly the list it counts."""
    stats = []
    if "mine" in found:
        stats.append((found["mine"].total, "overdue: yours", found["mine"].href, "red"))
    if "holders" in found:
        stats.append((found["team_total"], f"overdue: your {found['team_word']}’s", found["team_href"], "red"))
    if "due" in found:
        stats.append((len(found["due"]), f"due in {SOON_DAYS} days", reverse("dashboards:due_soon"), "amber"))
    if "unallocated" in found:
        total = found["unallocated_total"]
        stats.append((total, "without a social worker", reverse("dashboards:without_worker"), "amber"))
    if "unregistered" in found:
        stats.append((len(found["unregistered"]), "in homes not registered", "#unregistered", "red"))
    if "not_known" in found:
        total = found["not_known_total"]
        stats.append((total, "registration not known", reverse("dashboards:not_known"), "amber"))
    if "standing" in found:
        stats.append((found["standing"].total, "overdue in your placements", found["standing"].href, "red"))
    if found.get("escalations") and found["escalations"][0][1] == ESCALATIONS["answer"]:
        number, _, href = found["escalations"][0]
        stats.append((number, "escalations: yours to answer", href, "red"))
    if found.get("court_late"):
        stats.append((found["court_late"], "court tasks overdue: yours", "#court", "red"))
    if found.get("to_write"):
        stats.append((len(found["to_write"]), "contacts with a child: yours to write", "#contacts", "red"))
    if found.get("tasks_late"):
        stats.append((found["tasks_late"], "actions overdue: yours", "#tasks", "red"))
    return stats


def _mine(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """The flags this person holds, a child at a time."""
    mine = counted_together(user, as_of=as_of, shown=MOST, back="my-work", whose="mine")
    return {"mine": mine, "mine_by_child": worklist.by_child(mine.lines)}


def _soon(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """What falls due within a fortnight: for the children one is allocated to, then for the team's."""
    due = worklist.due_soon(user, as_of=as_of, back="my-work")
    own = set(worklist.allocated_to(user, as_of=as_of).values_list("pk", flat=True))
    mine, others = [line for line in due if line.child.pk in own], [line for line in due if line.child.pk not in own]
    mine, others = gathered(mine), gathered(others)
    return {
        "due": due,
        "due_mine": mine[:SOONEST],
        "due_others": others[:SOONEST],
        "due_more": len(due) > len(mine[:SOONEST]) + len(others[:SOONEST]),
    }


def _team(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """What the team holds, by who holds it."""
    flags = flags_of(user, as_of=as_of, whose="team")
    rows = worklist.holders(flags, whose="team", as_of=as_of)
    return {
        "team_total": sum(row.flags.count for row in rows),
        "team_href": worklist.list_url(whose="team"),
        "team_word": "service" if user.role == Role.HEAD_OF_SERVICE else "team",
        "holders": rows,
        "holders_head": ["Who", "Oldest", ("Not answered", "numeric"), ("Overdue", "numeric")],
    }


def _unallocated(user: User, as_of: dt.datetime) -> dict[str, Any]:
    without = worklist.unallocated(user, as_of=as_of)
    return {"unallocated": list(without[:LISTED]), "unallocated_total": without.count()}


def _unregistered(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """For those who find placements: the children living in homes known not to be registered."""
    here = with_what_states_need(Placement.for_user(user).live_on(clock.local_date(as_of)), as_of=as_of)
    found = here.filter(registration="not_registered").order_by("started_on", "pk")
    return {"unregistered": states(list(found), user=user, as_of=as_of)}


def _not_known(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """What the records do not say of a home, and somebody must find out."""
    unknown = registration_not_known(user, as_of=as_of)
    shown = with_what_states_need(unknown, as_of=as_of).order_by("started_on", "pk")[:LISTED]
    return {"not_known": states(list(shown), user=user, as_of=as_of), "not_known_total": unknown.count()}


def _logs(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """The placements of one's provider: today's log, and the days without one."""
    due = worklist.logs_due(user, as_of=as_of)
    here = Placement.for_user(user).live_on(clock.local_date(as_of))
    return {"logs_due": due, "logs_more": worklist.left_out(here, shown=len(due))}


def _standing(user: User, as_of: dt.datetime) -> dict[str, Any]:
    return {"standing": counted(user, as_of=as_of, whose="all", back="my-work")}


CONCERNS = {
    "triage": "to be decided on",
    "mine": "yours to act on",
    "raised": "raised by you, still open",
}


def _concerns(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """What waits for this person in the ledger, each number with the address of exactly the list it counts."""
    numbers = Concern.for_user(user).numbers_for(user)
    rows = [(numbers[show], words, ledger(show=show)) for show, words in CONCERNS.items() if numbers[show]]
    return {"concerns": rows}


ESCALATIONS = {
    "answer": "for you to answer",
    "close": "answered by you, for you to close",
    "read": "raised by you, with an answer to settle",
    "raised": "raised by you, still open",
}


def _escalations(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """What waits for this person on the ladder, and how often it has interrupted them today."""
    numbers = Escalation.for_user(user).numbers_for(user)
    answer = Escalation.for_user(user).to_answer(user).in_order().select_related("child", "owner")
    return {
        "to_answer": told_of(user, answer[:SOONEST], as_of=as_of) if numbers["answer"] else [],
        "escalations": [
            (numbers[show], words, listed(show=show)) for show, words in ESCALATIONS.items() if numbers[show]
        ],
        "interruptions": interruptions(user, day=clock.local_date(as_of)),
        "interruptions_at_most": BUDGET,
    }


ROUTES = (Permission.RAISE_DISPUTE, Permission.ANSWER_DISPUTE, Permission.HANDLE_WHISTLEBLOWING)


def _routes(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """What waits for this person by the routes beside the ladder: as reviewing officer, as who answers one, as reader."""
    disputes = Dispute.for_user(user).select_related("child", "raised_by", "answerer")
    return {
        "prompts": prompts(user, as_of=as_of),
        "disputes_owed": list(disputes.owed_by(user)) if user.can(Permission.ANSWER_DISPUTE) else [],
        "disputes_answered": list(disputes.with_raiser()) if user.can(Permission.RAISE_DISPUTE) else [],
        "reports_waiting": WhistleReport.for_user(user).to_read(user).waiting().count()
        if user.can(Permission.HANDLE_WHISTLEBLOWING)
        else 0,
    }


def _allegations(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """For the LADO what is in hand, each number with the address of exactly those; for whoever stands in, what they handle."""
    if user.can(Permission.HANDLE_ALLEGATIONS):
        number, late, undecided = in_hand(user, as_of)
        return {
            "allegations": number, "allegations_late": late, "allegations_undecided": undecided,
            "allegations_href": reverse("lado:cases"), "allegations_late_href": caseload(show="late"),
            "allegations_unseen": unseen_for(user).count(),
        }  # fmt: skip
    return {
        "allegations_href": reverse("lado:mine"),
        "allegations_unseen": unseen_for(user).count(),
        "handled": Referral.for_user(user).owing().handled_by(user).count(),
    }


def _staff(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """What was asked about staff and is not answered: all of it for those who may decide, and else one's own."""
    swaps = Swap.for_user(user).filter(state=Swap.State.ASKED, shift__ends_at__gt=as_of)
    requests = RotaRequest.for_user(user).open()
    lifts = Lift.for_user(user).filter(withdrawn_at__isnull=True, case__stand_down__lifted_at__isnull=True)
    if not user.can(Permission.PUBLISH_ROTA):
        swaps, requests = swaps.filter(asked_by=user), requests.filter(asked_by=user)
    return {
        "swaps": list(swaps.select_related("shift__placement__child", "asked_by").order_by("asked_at")[:LISTED]),
        "rota_requests": list(
            requests.select_related("placement__child", "carer", "asked_by").order_by("due_at")[:LISTED]
        ),
        "lifts": list(lifts.select_related("case__stand_down__carer").order_by("asked_at")[:LISTED]),
    }


def _tasks(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """One's own open actions, the oldest first; the meetings whose minutes one has still to send; and, for a partner, who
    opens no list of meetings by themselves, those to come."""
    today = clock.local_date(as_of)
    tasks = list(
        Action.for_user(user).open().filter(owner=user).select_related("child", "issue").order_by("due_on", "pk")
    )
    unsent = Meeting.for_user(user).held(as_of).filter(series__chair=user, sent_at__isnull=True)
    return {
        "tasks": tasks,
        "next_meetings": list(
            Meeting.for_user(user)
            .filter(held_at__gt=as_of, called_off_at__isnull=True)
            .select_related("series__child")
            .order_by("held_at")[:LISTED]
        )
        if user.role == Role.PARTNER
        else [],
        "tasks_late": sum(task.due_on < today for task in tasks),
        "minutes_to_send": list(unsent.select_related("series__child").order_by("held_at")[:LISTED]),
    }


def _court(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """What a court directed or was promised, and this person is to do, the soonest first."""
    today = clock.local_date(as_of)
    mine = list(CourtTask.for_user(user).open().owned_by(user).select_related("child").order_by("due_on", "pk"))
    return {"court_tasks": mine, "court_late": sum(task.due_on < today for task in mine)}


def _contacts(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """One's own contacts with children that somebody reported and one has not written."""
    waiting = SeniorContact.for_user(user).to_write(user).select_related("child").order_by("occurred_at", "pk")
    return {"to_write": list(waiting)}


def _caseload(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """The children one is allocated to."""
    head: list[Any] = ["Child", "Lives in", "Last seen alone"]
    if user.can(Permission.SEE_FLAGS):
        head.append(("Overdue", "numeric"))
    theirs = worklist.allocated_to(user, as_of=as_of)
    rows = worklist.caseload(theirs, user, as_of=as_of)
    return {
        "caseload": rows,
        "caseload_head": head,
        "caseload_more": worklist.left_out(theirs, shown=len(rows)),
    }


def _doors(user: User, as_of: dt.datetime) -> dict[str, Any]:
    """The other pages that are this role's work."""
    return {
        "doors": offered(
            link(user, "Every deprivation of liberty and unregistered placement", "dashboards:director"),
            link(user, "Accounts: invite, deactivate and reset", "core:accounts"),
        )
    }
