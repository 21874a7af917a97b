"""The state of placements at an instant: registered or not, who manages, when she was last seen, which logs exist.

`states()` answers for any number of placements in the same few queries, so that a page of thirty costs what a page of
three does.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Max, Q

from core import charts, clock
from core.models import User
from dashboards.words import count, lower, type_label
from placements import codes
from placements.log_calendar import SHOWN, WORDS, Covered, Turn, days_of, turns_of
from placements.models import DailyLog, DolOrder, ManagerPost, Placement, Registration, Visit
from placements.querysets import WITHOUT_NOTES, PlacementQuerySet

REGISTERED_FOR: dict[str, str] = {str(value): str(label) for value, label in Registration.For.choices}
REGISTRATION = {
    str(Registration.Status.NOT_REGISTERED): "Not registered",
    str(Registration.Status.NOT_KNOWN): "Registration not known",
}
SEEN = (Visit.Outcome.SEEN, Visit.Outcome.SEEN_ALONE)


@dataclass(frozen=True)
class Since:
    """When something last happened, or that it never has in the time it could have."""

    at: dt.datetime | None
    days: int  # since then, or since it could first have happened

    @property
    def words(self) -> str:
        if self.at is None:
            return f"Never, in {count(self.days, 'day')}"
        return {0: "Today", 1: "Yesterday"}.get(self.days, f"{self.days} days ago")


@dataclass
class State:
    """What there is to say of one placement now. Parts the reader may not know are None."""

    placement: Placement
    as_of: dt.datetime
    manager: ManagerPost | None = None
    unmanaged_since: dt.datetime | None = None
    order: DolOrder | None = None
    sees_visits: bool = False
    visits: dict[str, dt.datetime | None] = field(default_factory=dict)
    covered: list[Covered] = field(default_factory=list)  # what the logs of the last four weeks cover
    turns: list[Turn] = field(default_factory=list)  # the shifts of those weeks, where a rota is published
    logs: list[tuple[dt.date, str]] = field(default_factory=list)  # those weeks a day at a time

    @property
    def today(self) -> dt.date:
        return clock.local_date(self.as_of)

    @property
    def last_day(self) -> dt.date:
        """Today, or the day it ended."""
        return min(self.today, self.placement.ended_on) if self.placement.ended_on else self.today

    @property
    def days(self) -> int:
        return max((self.last_day - self.placement.started_on).days, 0)

    @property
    def days_words(self) -> str:
        return "Since today" if self.days == 0 else count(self.days, "day")

    @property
    def type(self) -> str:
        return type_label(self.placement.type)

    @property
    def is_foster(self) -> bool:
        return self.placement.type in codes.FOSTER

    @property
    def has_home(self) -> bool:
        """Whether it is in somebody's home, whose registration is asked about, as in oversight/quality.py."""
        placement = self.placement
        if placement.type in codes.NO_HOME:
            return False
        dol = bool(getattr(placement, "dol", False))
        return placement.type in codes.RESIDENTIAL or dol or placement.home_id is not None

    @property
    def registration(self) -> str:
        """`registered`, `not_registered` or `not_known`; empty where a home's registration is not in question."""
        known = getattr(self.placement, "registration", None)
        if known in (Registration.Status.REGISTERED, Registration.Status.NOT_REGISTERED):
            return known
        return Registration.Status.NOT_KNOWN if self.has_home else ""

    @property
    def registration_words(self) -> str:
        if self.registration == Registration.Status.REGISTERED:
            registered_for = getattr(self.placement, "registered_for", None)
            return f"Registered: {lower(REGISTERED_FOR.get(registered_for or '', 'for what is not recorded'))}"
        return REGISTRATION.get(self.registration, "")

    @property
    def registration_colour(self) -> str:
        return {"registered": "green", "not_registered": "red", "not_known": "yellow"}.get(self.registration, "")

    @property
    def is_high_risk(self) -> bool:
        return self.registration == Registration.Status.NOT_REGISTERED or bool(getattr(self.placement, "dol", False))

    @property
    def needs_manager(self) -> bool:
        return self.placement.type in codes.RESIDENTIAL or (self.is_high_risk and not self.is_foster)

    expects_logs = needs_manager

    @property
    def unmanaged_words(self) -> str:
        if self.unmanaged_since is None:
            return ""
        gone = self.as_of - self.unmanaged_since
        if gone < dt.timedelta(days=2):
            return f"Nobody: {count(max(int(gone.total_seconds() // 3600), 0), 'hour')}"
        return f"Nobody: {count((self.today - clock.local_date(self.unmanaged_since)).days, 'day')}"

    def _since(self, name: str) -> Since:
        at = self.visits.get(name)
        began = max(self.placement.started_on, self.placement.followed_from or self.placement.started_on)
        since = clock.local_date(at) if at else began
        return Since(at, max((self.last_day - since).days, 0))

    @property
    def seen(self) -> Since:
        return self._since("seen")

    @property
    def seen_alone(self) -> Since:
        return self._since("seen_alone")

    @property
    def unannounced(self) -> Since:
        return self._since("unannounced")

    @property
    def missing_days(self) -> list[dt.date]:
        return [day for day, state in self.logs if state == charts.MISSING]

    @property
    def written_days(self) -> int:
        return sum(state in (charts.DONE, charts.LATE) for _, state in self.logs)

    @property
    def due_days(self) -> int:
        return sum(state != charts.NOT_DUE for _, state in self.logs)

    @property
    def logged_today(self) -> bool:
        return bool(self.logs) and self.logs[-1][0] == self.today and self.logs[-1][1] in (charts.DONE, charts.LATE)

    @property
    def strip(self) -> charts.StripChart:
        return charts.strip_chart(f"Daily logs in the last {SHOWN} days", self.logs, WORDS)


def with_what_states_need(placements: PlacementQuerySet, *, as_of: dt.datetime) -> PlacementQuerySet:
    """Placements with what `states()` reads of each, in the same query."""
    return placements.with_setting(clock.local_date(as_of)).select_related(
        "child", "child__team", "home", "home__provider", "provider"
    )


def states(placements: Sequence[Placement], *, user: User, as_of: dt.datetime) -> list[State]:
    """The state of each placement (from `with_what_states_need`), as far as `user` may know it."""
    today = clock.local_date(as_of)
    ids = [placement.pk for placement in placements]
    posts = (
        ManagerPost.for_user(user)
        .held()
        .filter(placement__in=ids, started_at__lte=as_of)
        .order_by("placement_id", "-started_at")
        .distinct("placement_id")
    )
    post_of = {post.placement_id: post for post in posts}
    orders = DolOrder.for_user(user).in_effect(today).filter(child__in=[p.child_id for p in placements])
    order_of = {order.child_id: order for order in orders.order_by("expires_on")}
    sees_visits = user.rights.scope not in WITHOUT_NOTES
    visits_of = _visits(ids, user=user, as_of=as_of) if sees_visits else {}
    logs_of = _logs(ids, user=user, as_of=as_of)
    turns_here = turns_of(ids, as_of=as_of)

    found = []
    for placement in placements:
        state = State(placement, as_of, sees_visits=sees_visits, order=order_of.get(placement.child_id))
        post = post_of.get(placement.pk)
        if post and (post.ended_at is None or post.ended_at > as_of):
            state.manager = post
        elif (
            state.needs_manager
            and placement.followed_from
            and placement.started_on <= today
            and not _over(placement, today)
        ):
            began = placement.started_at or clock.start_of(placement.started_on)
            state.unmanaged_since = post.ended_at if post else max(began, clock.start_of(placement.followed_from))
        state.visits = visits_of.get(placement.pk, {})
        if state.expects_logs:
            state.covered = logs_of[placement.pk]
            state.turns = turns_here.get(placement.pk, [])
            state.logs = days_of(placement, state.covered, as_of=as_of, turns=state.turns)
        found.append(state)
    return found


def _visits(ids: list[int], *, user: User, as_of: dt.datetime) -> dict[int, dict]:
    """The latest visits of each kind to each placement, made in person by the authority's own people.

    What a visit came to is what it was last corrected to. A guardian's or a provider's visit is on the placement's
    page, but does not make a child seen by those who answer for her.
    """
    ours = Q(capacity__in=[*Visit.REPRESENTATIVES, Visit.Capacity.IRO], manner=Visit.Manner.IN_PERSON)
    rows = (
        Visit.for_user(user)
        .standing()
        .with_outcome()
        .filter(ours, placement__in=ids, occurred_at__lte=as_of)
        .order_by()
        .values("placement_id")
        .annotate(
            seen=Max("occurred_at", filter=Q(outcome_now__in=SEEN)),
            seen_alone=Max("occurred_at", filter=Q(outcome_now=Visit.Outcome.SEEN_ALONE)),
            unannounced=Max("occurred_at", filter=Q(announced=False)),
        )
    )
    return {row["placement_id"]: row for row in rows}


def _logs(ids: list[int], *, user: User, as_of: dt.datetime) -> dict[int, list[tuple]]:
    first = clock.start_of(clock.local_date(as_of) - dt.timedelta(days=SHOWN))
    logs = DailyLog.for_user(user).standing().filter(placement__in=ids, covers_until__gt=first, covers_from__lte=as_of)
    found = defaultdict(list)
    for placement, covers_from, covers_until, late in logs.order_by().values_list(
        "placement_id", "covers_from", "covers_until", "late"
    ):
        found[placement].append((covers_from, covers_until, late))
    return found


def _over(placement: Placement, today: dt.date) -> bool:
    return placement.ended_on is not None and placement.ended_on <= today
