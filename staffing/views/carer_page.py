"""What one carer's page holds, as this person may see it: the facts, how each check stands, and what may be done."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from core import clock
from core.access import Permission
from core.dates import birthday
from core.history_panel import changes
from core.models import User
from staffing import cleared
from staffing.models import Carer, Check, CheckWaiver, Engagement, Supervision, SupervisionLine, Training
from staffing.querysets import agencies_known_to
from staffing.views import stand_downs

DIPLOMA_WITHIN = 2  # years of starting in a care role (reg 32(4)-(5))
COLOURS = {"complete": "green", "soon": "yellow", "not confirmed": "red", "out of date": "red", "missing": "red"}
WORDS = {
    "complete": "Complete", "soon": "Runs out soon", "not confirmed": "Not confirmed", "out of date": "Out of date",
    "missing": "Missing",
}  # fmt: skip
SHOWN = 12


@dataclass(frozen=True)
class CheckRow:
    """One kind of check: how it stands, the newest that counts or counted, and the earlier and withdrawn ones."""

    kind: str
    label: str
    required: bool
    tag: str = ""
    colour: str = ""
    last_day: dt.date | None = None
    newest: Check | None = None
    earlier: list[Check] = field(default_factory=list)


def page_of(carer: Carer, user: User, as_of: dt.datetime) -> dict[str, Any]:
    today = clock.local_date(as_of)
    councils = cleared.councils_of(user)
    sees_checks = user.can(Permission.SEE_CHECKS)
    manages = user.can(Permission.MANAGE_CARERS) and carer.account_id != user.pk
    checks = list(
        Check.for_user(user)
        .filter(carer=carer)
        .select_related("evidence", "checked_by")
        .defer("evidence__content")
        .order_by("-checked_on", "-pk")
    )
    rows = _rows(cleared.states_of(carer, checks, as_of, councils), checks)
    engagements = list(Engagement.for_user(user).filter(carer=carer).select_related("agency").order_by("-started_on"))
    trainings = list(
        Training.for_user(user)
        .filter(carer=carer)
        .select_related("evidence", "placement__child", "placement__home")
        .defer("evidence__content")
    )
    lines = list(SupervisionLine.for_user(user).filter(carer=carer).select_related("agency"))
    supervisions = list(
        Supervision.for_user(user).filter(carer=carer).read_by(user).select_related("recorded_by").order_by("-held_on")
    )
    waivers = list(
        CheckWaiver.for_user(user).filter(carer=carer).select_related("placement__child", "placement__home", "given_by")
    )
    mine = set(agencies_known_to(user).values_list("pk", flat=True)) if manages else set()
    missing = [row for row in rows if row.colour == "red"]
    return {
        "title": str(carer),
        "carer": carer,
        **stand_downs.about(user, carer, as_of),
        "sees_conduct": user.can(Permission.SEE_CONDUCT),
        "rows": rows,
        "lacks": cleared.in_words(row.kind for row in missing),
        "waivers": [
            (waiver, cleared.in_words(waiver.missing), waiver.starts_at <= as_of < waiver.ends_at) for waiver in waivers
        ],
        "waived": [waiver for waiver in waivers if waiver.ends_at > as_of],
        "engagements": [
            (engagement, manages and engagement.ended_on is None and engagement.agency_id in mine)
            for engagement in engagements
        ],
        "diploma_due": _diploma_due(carer, checks),
        "today": today,
        "trainings": trainings,
        "unproven": sum(not training.counts for training in trainings),
        "lines": [
            (
                line,
                line.ended_on is None or line.ended_on > today,
                manages and line.agency_id in mine and (line.ended_on is None or line.ended_on > today),
            )
            for line in lines
        ],
        "unsupervised": _unsupervised(engagements, lines, today),
        "supervisions": [each for each in supervisions if each.kind == Supervision.Kind.PRACTICE][:SHOWN],
        "appraisals": [each for each in supervisions if each.kind == Supervision.Kind.APPRAISAL][:SHOWN],
        "sees_checks": sees_checks,
        "sees_who": sees_checks or manages,
        "manages": manages,
        "back_url": reverse("staffing:carers"),
        # What a history shows, its record must show too: nothing of a stand-down, and of checks only to those who see
        # what is behind them.
        "history": changes(carer, *engagements, *lines, *trainings, *(checks if sees_checks else ()), *supervisions)
        if sees_checks or manages
        else None,
    }


def _rows(states: dict[str, cleared.State], checks: list[Check]) -> list[CheckRow]:
    """Each required kind of check, and the others where there is one."""
    by_kind: dict[str, list[Check]] = {}
    for check in checks:
        by_kind.setdefault(check.kind, []).append(check)
    rows = []
    for kind in [*Check.REQUIRED, *(kind for kind in Check.Kind if kind not in Check.REQUIRED and kind in by_kind)]:
        of_kind = by_kind.get(kind, [])
        newest = next((check for check in of_kind if check.withdrawn_at is None), None)
        state = states.get(kind)
        rows.append(
            CheckRow(
                kind=kind,
                label=str(Check.Kind(kind).label),
                required=state is not None,
                tag=WORDS[state.state] if state else "",
                colour=COLOURS[state.state] if state else "",
                last_day=state.last_day if state else None,
                newest=newest,
                earlier=[check for check in of_kind if check is not newest],
            )
        )
    return rows


def _diploma_due(carer: Carer, checks: list[Check]) -> dt.date | None:
    """The day the Level 3 Diploma is due, for a carer whose start is known and who has none yet."""
    has_it = any(check.kind == Check.Kind.DIPLOMA and check.withdrawn_at is None for check in checks)
    if carer.care_role_since is None or has_it:
        return None
    return birthday(carer.care_role_since, DIPLOMA_WITHIN)


def _unsupervised(engagements: list[Engagement], lines: list[SupervisionLine], today: dt.date) -> list[str]:
    """The agencies for which nobody supervises the carer today."""
    supervised = {
        line.agency_id
        for line in lines
        if line.started_on <= today and (line.ended_on is None or line.ended_on > today)
    }
    return [
        engagement.agency.name
        for engagement in engagements
        if engagement.started_on <= today
        and (engagement.ended_on is None or engagement.ended_on > today)
        and engagement.agency_id not in supervised
    ]
