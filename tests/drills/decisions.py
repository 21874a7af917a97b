"""Whatever people try on one child, in whatever order: no change of rota, placement, funding or restriction without a
decision on her record, by somebody to whom the decision-rights matrix gives it."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.cast import at
from tests.drills import Drill
from tests.drills.rotas import Scene

STEPS, CHILDREN = 50, 10  # tries about one child, and children in one round
ROUNDS = 100
WHO = st.sampled_from(["amy", "amy", "tom", "hana", "carl", "dee", "dora", "lola", "paul", "zoe"])
OUTSIDE = st.sampled_from(["", "", "High-cost panel", "The High Court", "Herself"])
HOURS = st.sampled_from([(8, 20), (9, 21), (20, 8)])
DAYS = st.integers(0, 6)

LINE = {"social_worker", "team_manager", "head_of_service"}
# The matrix a second time, by hand: what changed → the kinds of decision that may stand for it, and whose each kind is.
ASKS = {
    "rota": {"rota"},
    "staffing": {"staffing"},
    "placement": {"placement", "plan"},
    "restriction": {"order"},
    "unregistered": {"unregistered"},
    "funding": {"funding"},
    "contingency": {"funding"},
}
WHOSE: dict[str, set[str]] = {
    "rota": {"social_worker", "team_manager"},
    **dict.fromkeys(("staffing", "device", "trip", "contact", "restriction", "daily", "plan"), LINE),
    "placement": LINE | {"dcs"},
    "unregistered": {"dcs"},
    "funding": {"commissioner", "head_of_service", "director", "dcs"},
    "order": set(),
    "review": {"iro"},
    "safety": {"safeguarding_lead", "team_manager", "head_of_service"},
    "other": LINE | {"iro", "safeguarding_lead"},
}
# Who has no account here and may have decided: what their name says.
BODIES = {"placement": "panel", "funding": "panel", "order": "court", "other": ""}
NEVER_CARE = {"commissioner", "director", "dcs"}
NO_CARE = {"placement", "unregistered", "funding", "order", "review", "safety"}
MANAGERS_TOO = {"rota", "device", "trip", "contact", "restriction", "daily", "other"}


class World(Scene):
    """The people of one council, the provider's manager of the placement, and somebody of another council."""

    def __init__(self) -> None:
        from core.access import Role
        from core.models import Authority, Team
        from governance.models import Contingency, ReferralProfile
        from placements.models import ManagerPost, ProviderPost

        super().__init__()
        mark = self.mark
        self.hana = self.person(f"hana-{mark}", "Hana Wren", Role.HEAD_OF_SERVICE, team=self.team)
        self.dee = self.person(f"dee-{mark}", "Dee Kite", Role.DIRECTOR)
        self.dora = self.person(f"dora-{mark}", "Dora Kestrel", Role.DCS)
        self.lola = self.person(f"lola-{mark}", "Lola Swift", Role.LEGAL)
        self.paul = self.person(f"paul-{mark}", "Paul Brent", Role.PROVIDER_MANAGER, at_provider=True)
        ProviderPost.objects.create(
            provider=self.provider, person=self.paul, authority=self.north, started_on=self.since
        )
        ManagerPost.objects.filter(placement=self.rotas[0]).update(account=self.paul)
        south = Authority.objects.create(code=f"S{mark}"[:10], name=f"South of {mark}")
        team = Team.objects.create(authority=south, name="Another team")
        self.zoe = self.person(f"zoe-{mark}", "Zoe Dunn", Role.SOCIAL_WORKER, team=team, authority=south)
        self.carers = [self.new_carer() for _ in range(3)]
        self.elsewhere = self.home(status="registered", registered_for="childrens_home", since=self.since)
        ReferralProfile.objects.create(  # without one no block follows another
            child=self.rotas[0].child, confirmed_on=self.today, needs="N", identity="I", risks="R", outcomes="O", wishes="W",
            recorded_by=self.amy,
        )  # fmt: skip
        self.contingency = Contingency.objects.create(
            child=self.rotas[0].child, made_on=self.today, what="W", weekly_cost=9800, trigger="T", recorded_by=self.amy
        )


class Deciding(RuleBasedStateMachine):
    """One child, and everybody who might try to change something for her. Undone when it is over."""

    world: World
    counts: Counter

    def __init__(self) -> None:
        from django.db import transaction

        from core import clock

        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = clock.now()
        self.child = self.world.rotas[0].child
        shift = self.world.shift(self.world.rotas[0], self.world.monday)
        self.world.puts(self.world.carers[0], shift)
        self.known, self.decisions = self.facts(), self.last_decision()

    def teardown(self) -> None:
        from django.db import transaction

        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # --- what is tried, and what is looked at afterwards ---------------------------------------------------------------

    def tries(self, act: Callable[..., Any], who: str, without: tuple[str, ...] = (), **what: Any) -> None:
        """`without` names what this act may change and leave no decision."""
        from django.core.exceptions import PermissionDenied

        from core.errors import Conflict, Invalid, Refused

        by = getattr(self.world, who)
        self.counts["steps"] += 1
        try:
            act(by=by, as_of=self.now, **what)
            self.counts["done"] += 1
        except (PermissionDenied, Refused):
            self.counts["refused"] += 1
        except (Conflict, Invalid):
            self.counts["could not be"] += 1
        else:
            self.looks(
                by, without
            )  # whatever a refusal had left behind would be found after the next act, without a decision

    def looks(self, by: Any, without: tuple[str, ...] = ()) -> None:
        """What changed since the last try, and whether decisions stand for it."""
        from children.models import Decision

        facts = self.facts()
        fresh = list(Decision.objects.filter(child=self.child, pk__gt=self.decisions).select_related("decider"))
        for area, kinds in ASKS.items():
            if facts[area] != self.known[area] and area not in without:
                self.counts[f"changes of {area}"] += 1
                if not any(decision.kind in kinds and decision.recorded_by_id == by.pk for decision in fresh):
                    self.counts["changes without a decision"] += 1
        for decision in fresh:
            if not self.may(decision):
                self.counts["decisions that were another’s"] += 1
        self.known, self.decisions = facts, max([self.decisions, *(decision.pk for decision in fresh)])

    def may(self, decision: Any) -> bool:
        decider, by = decision.decider, decision.recorded_by
        if decision.kind not in NO_CARE and by.role in NEVER_CARE and by != decider:
            return False
        if decider is None:
            told = decision.kind in BODIES and BODIES[decision.kind] in decision.decided_by.lower()
            return told and (BODIES[decision.kind] != "panel" or by.role in WHOSE[decision.kind])
        manages = decider == self.world.paul and decision.kind in MANAGERS_TOO
        return manages or (decider.role in WHOSE[decision.kind] and decider.authority == self.world.north)

    def last_decision(self) -> int:
        from children.models import Decision

        return Decision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def facts(self) -> dict[str, list]:
        from governance.models import Contingency, Funding
        from placements.models import DolOrder, Placement, UnregisteredAuthorisation
        from staffing.models import Assignment, Shift, StaffingPlan

        mine = {"child": self.child}
        shifts = Shift.objects.filter(placement__child=self.child, published_at__isnull=False)
        on = Assignment.objects.filter(shift__in=shifts)
        return {
            "placement": list(
                Placement.objects.filter(**mine).order_by("pk").values_list("pk", "home", "started_on", "ended_on")
            ),
            "contingency": list(Contingency.objects.filter(**mine).order_by("pk").values_list("pk", "state")),
            "unregistered": list(
                UnregisteredAuthorisation.objects.filter(placement__child=self.child).values_list("pk")
            ),
            "restriction": list(DolOrder.objects.filter(**mine).order_by("pk").values_list("pk", "discharged_on")),
            "funding": list(
                Funding.objects.filter(placement__child=self.child).order_by("pk").values_list("pk", "stopped_on")
            ),
            "staffing": list(StaffingPlan.objects.filter(placement__child=self.child).order_by("pk").values_list("pk")),
            "rota": [
                *shifts.order_by("pk").values_list("pk", "starts_at", "ends_at", "cancelled_at", "leader"),
                *on.order_by("pk").values_list("pk", "starts_at", "ends_at", "removed_at"),
            ],
        }

    def on_shift(self, besides: Any) -> list:
        from staffing.models import Assignment

        on = Assignment.objects.filter(shift__placement__child=self.child).exclude(carer=besides)
        return list(on.order_by("pk").values_list("pk", "starts_at", "ends_at", "removed_at"))

    def placement(self) -> Any:
        from placements.models import Placement

        return Placement.objects.filter(child=self.child).order_by("-started_on", "-pk").first()

    def shift(self, number: int) -> Any:
        from staffing.models import Shift

        shifts = list(Shift.objects.filter(placement__child=self.child, cancelled_at=None).order_by("pk"))
        return shifts[number % len(shifts)] if shifts else None

    # --- the rota ------------------------------------------------------------------------------------------------------

    @rule(who=WHO, day=DAYS, hours=HOURS)
    def drafts(self, who, day, hours):
        from staffing.actions.rota import add_shift

        begins, ends = hours
        day = self.world.monday + dt.timedelta(days=day)
        until = at(day if ends > begins else day + dt.timedelta(days=1), ends)
        kind = "day" if ends > begins else "waking_night"
        self.tries(add_shift, who, placement=self.placement(), kind=kind, starts_at=at(day, begins), ends_at=until)

    @rule(who=WHO, number=st.integers(0, 9), carer=st.integers(0, 2))
    def puts_on(self, who, number, carer):
        from staffing.actions.rota import assign, name_leader

        if shift := self.shift(number):
            self.tries(assign, who, shift=shift, carer=self.world.carers[carer])
            self.tries(name_leader, who, shift=shift, carer=self.world.carers[carer])

    @rule(who=WHO)
    def publishes(self, who):
        from staffing.actions.weeks import publish

        self.tries(publish, who, placement=self.placement(), week=self.world.monday)

    @rule(who=WHO, number=st.integers(0, 9), what=st.sampled_from(["cancel", "hours", "off", "swap"]))
    def changes_a_shift(self, who, number, what):
        from staffing.actions import requests, rota
        from staffing.models import Assignment, Swap

        shift = self.shift(number)
        on = Assignment.objects.filter(shift=shift, removed_at=None).first() if shift else None
        if what == "cancel" and shift:
            self.tries(rota.cancel_shift, who, shift=shift, why="Not needed.")
        elif what == "hours" and shift:
            later = shift.ends_at + dt.timedelta(minutes=15)
            self.tries(rota.change_shift, who, shift=shift, starts_at=shift.starts_at, ends_at=later)
        elif what == "off" and on:
            self.tries(rota.take_off, who, assignment=on, why="Ill.")
        elif what == "swap" and on:
            asked = {
                "shift": shift,
                "outgoing": on.carer,
                "reason": "She asks.",
                "child_asked": True,
                "analysis": "Why?",
            }
            self.tries(requests.ask_swap, "carl", **asked)
            if swap := Swap.objects.filter(shift=shift, state="asked").first():
                self.tries(requests.decide_swap, who, swap=swap, approve=bool(number % 2), why="As decided.")

    @rule(who=WHO)
    def copies_a_week(self, who):
        """A draft is nobody's decision, and what is published of it later is."""
        from staffing.actions.weeks import copy_week

        monday = self.world.monday
        self.tries(copy_week, who, placement=self.placement(), from_week=monday, to_week=monday + dt.timedelta(days=7))

    @rule(who=WHO, carer=st.integers(0, 2))
    def waives(self, who, carer):
        """It lets a carer be put on: who is on a shift is decided apart."""
        from staffing.actions.requests import waive_checks

        self.tries(
            waive_checks, who, carer=self.world.carers[carer], placement=self.placement(), starts_at=self.now, hours=24,
            reason="Nobody else can come.",
        )  # fmt: skip

    @rule(who=st.sampled_from(["amy", "tom", "lee", "paul", "zoe"]))
    def stands_down(self, who):
        """The one act that empties a rota and leaves no decision (docs/adr/0027): it takes off that carer, and nobody else."""
        from staffing.actions.stand_downs import stand_down

        off = self.world.carers[-1]
        others = self.on_shift(besides=off)
        self.tries(stand_down, who, without=("rota",), carer=off, reason="Seen asleep.")
        if self.on_shift(besides=off) != others:
            self.counts["changes without a decision"] += 1

    @rule(who=WHO, state=st.sampled_from(["activated", "refused"]))
    def decides_contingency(self, who, state):
        from governance.actions.long_term import decide_contingency

        contingency = self.world.contingency
        contingency.refresh_from_db()
        self.tries(decide_contingency, who, contingency=contingency, state=state, reasons="As things are.")

    @rule(who=WHO, number=st.integers(1, 5))
    def sets_staffing(self, who, number):
        from staffing.actions.agreements import set_staffing

        self.tries(
            set_staffing, who, placement=self.placement(), effective_from=self.now, by_day=number, by_night=1,
            source="The plan.", why="As it says.",
        )  # fmt: skip

    # --- where she lives, and what is restricted -----------------------------------------------------------------------

    @rule(who=WHO, ahead=st.integers(-3, 20), what=st.sampled_from(["start", "move", "end", "call off"]))
    def places(self, who, ahead, what):
        from placements import actions

        placement, day = self.placement(), self.world.today + dt.timedelta(days=ahead)
        if what == "start":
            self.tries(
                actions.start_placement, who, child=self.child, home=self.world.elsewhere, type="K2", started_on=day
            )
        elif what == "move":
            self.tries(
                actions.move_placement, who, placement=placement, moved_on=day, end_reason="CARPL", type="K2",
                home=self.world.elsewhere, why="A plan.",
            )  # fmt: skip
        elif what == "end":
            self.tries(actions.end_placement, who, placement=placement, ended_on=day, end_reason="CARPL")
        else:
            self.tries(actions.call_off_placement, who, placement=placement, why="No place.")

    @rule(who=st.sampled_from(["dora", "dora", "dora", "amy", "hana", "dee", "zoe"]), days=st.integers(1, 8))
    def authorises(self, who, days):
        from placements.actions import authorise_unregistered

        self.tries(
            authorise_unregistered, who, placement=self.placement(), reasons="R", alternatives="A", steps="S",
            expires_at=self.now + dt.timedelta(days=days),
        )  # fmt: skip

    @rule(
        who=st.sampled_from(["carl", "hana", "tom", "amy", "zoe"]),
        weeks=st.integers(1, 12),
        approver=WHO,
        outside=OUTSIDE,
    )
    def pays(self, who, weeks, approver, outside):
        """A block; and where another is in its way, that ends first, since the price has changed."""
        from governance.actions.commissioning import record_funding, stop_funding
        from governance.models import Funding

        today = begins = self.world.today
        said = {"approved_by": outside} if outside else {"approver": getattr(self.world, approver)}
        if block := Funding.objects.filter(placement__child=self.child).on_days(today, dt.date.max).first():
            begins = max(block.starts_on, today + dt.timedelta(days=1))
            self.tries(stop_funding, who, block=block, stopped_on=begins, approved_on=today, why="A new price.", **said)
        self.tries(
            record_funding, who, placement=self.placement(), starts_on=begins, ends_on=begins + dt.timedelta(weeks=weeks),
            weekly_cost=Decimal("4000.00"), approved_on=today, why="She stays.", why_not_asked="In haste.", **said,
        )  # fmt: skip

    @rule(who=WHO, discharges=st.booleans())
    def orders(self, who, discharges):
        from placements import actions
        from placements.models import DolOrder

        today = self.world.today
        order = DolOrder.objects.filter(child=self.child, discharged_on=None).first()
        if discharges and order:
            self.tries(
                actions.discharge_dol_order, who, order=order, discharged_on=today, discharge_reason="She is safe."
            )
        else:
            self.tries(
                actions.record_dol_order, who, child=self.child, made_on=today, starts_on=today,
                expires_on=today + dt.timedelta(days=80), restrictions="Doors locked at night.",
            )  # fmt: skip

    # --- what is said to be decided -------------------------------------------------------------------------------------

    @rule(who=WHO, decider=WHO, kind=st.sampled_from(sorted(WHOSE)), outside=OUTSIDE)
    def decides(self, who, decider, kind, outside):
        from children.actions import record_decision

        named = {"decided_by": outside, "by_what_authority": "Its terms"}
        self.tries(
            record_decision, who, child=self.child, kind=kind, decided_on=self.world.today, what="W", why="Y",
            **(named if outside else {"decider": getattr(self.world, decider)}),
        )  # fmt: skip

    @rule(who=WHO)
    def hears(self, who):
        from children.actions import record_wish

        self.tries(
            record_wish, who, child=self.child, asked_on=self.world.today, words="Only these staff.", analysis="Why?",
            what_happens="Nothing yet.",
        )  # fmt: skip


@contextmanager
def make_ready() -> Iterator:
    from django.core.management import call_command

    from core import actions

    call_command("migrate", verbosity=0)
    rechecks = actions._rechecks[:]
    actions._rechecks.clear()  # this is about the writes
    world = World()
    try:

        def one_round(chance: random.Random) -> dict[str, int]:
            class Here(Deciding):
                counts: Counter = Counter()

            Here.world = world
            run_state_machine_as_test(
                seed(chance.randrange(2**32))(Here),
                settings=settings(
                    max_examples=CHILDREN, stateful_step_count=STEPS, database=None, deadline=None, phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
            return dict(Here.counts)

        yield one_round
    finally:
        world.close()
        actions._rechecks.extend(rechecks)


DRILL = Drill(
    name="decisions",
    goal="50,000 steps about one child: no change of rota, placement, funding or restriction without a decision on her "
    "record, and none taken by anybody but those the matrix gives it to",
    rounds=ROUNDS,
    make_ready=make_ready,
    must_be_zero=("changes without a decision", "decisions that were another’s"),
)
