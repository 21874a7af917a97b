"""Whoever leaves, whatever it is about, whatever people try: an escalation is always somebody's who is free to answer it, has
a next time, and never ends in silence. While nobody is left at all, its time still goes on, and it is whoever's comes back."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from core import clock
from tests.cast import at
from tests.drills import Drill
from tests.drills.rotas import Scene

STEPS, LIVES = 50, 10  # tries in one life of a council, and lives in one round
ROUNDS = 110  # some steps find nothing to be tried on
PEOPLE = ("amy", "ben", "tom", "hana", "sal", "dee", "dan", "dora", "nina", "noor")
EVERYBODY = (*PEOPLE, "sam", "sue")  # who could be asked: with those who run the accounts, at the very end
WHO = st.sampled_from([*PEOPLE, "sam", "greta"])
ANSWERERS = st.sampled_from(PEOPLE)
WHICH = st.integers(0, 20)
TEXTS = st.sampled_from(["She moves on Monday.", "A manager starts.", "Already known to directors.", "No alternative"])
SILENT, HELD, LATE, TWICE = "ended in silence", "with somebody not free", "without a next time", "done twice"


class World(Scene):
    """The people of one council’s ladder, with two at the top, and two who run its accounts."""

    def __init__(self) -> None:
        from core.access import PartnerKind, Role

        super().__init__()
        mark = self.mark
        roles = {
            "ben": Role.SOCIAL_WORKER, "hana": Role.HEAD_OF_SERVICE, "sal": Role.SAFEGUARDING_LEAD, "dee": Role.DIRECTOR,
            "dan": Role.DIRECTOR, "dora": Role.DCS, "nina": Role.SCRUTINEER, "noor": Role.SCRUTINEER,
            "sam": Role.SYSTEM_ADMINISTRATOR, "sue": Role.SYSTEM_ADMINISTRATOR,
        }  # fmt: skip
        for key, role in roles.items():
            team = self.team if key in ("ben", "hana") else None
            setattr(self, key, self.person(f"{key}-{mark}", f"{key.capitalize()} of {mark}", role, team=team))
        guardian = PartnerKind.GUARDIAN
        self.greta = self.person(f"greta-{mark}", "Greta Siskin", Role.PARTNER, partner_kind=guardian)
        self.allocate(self.rotas[0].child, self.greta, part="partner")


class Climbing(RuleBasedStateMachine):
    """One life of a council: everybody tries everything, posts fall empty, and days go by. Undone when it is over."""

    world: World
    counts: Counter

    def __init__(self) -> None:
        from django.db import transaction

        from core.access import Role
        from core.models import User

        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        # Who ran the accounts in other drills would be asked at the very end too, and nobody could ever be gone.
        User.objects.exclude(pk__in=[getattr(self.world, key).pk for key in EVERYBODY]).filter(
            role=Role.SYSTEM_ADMINISTRATOR
        ).update(is_active=False)
        self.now = at(self.world.today, 9)
        self.flags = 0
        self.ended: set[int] = set()
        for who in ("amy", "greta", "hana"):
            self.raises(who, set(), "")

    def teardown(self) -> None:
        from django.db import transaction

        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)
        for key in EVERYBODY:
            getattr(self.world, key).is_active = True

    # --- what is tried ------------------------------------------------------------------------------------------------

    def tries(self, act: Callable[..., Any], who: str, **what: Any) -> None:
        from django.core.exceptions import PermissionDenied

        from core.errors import Conflict, Invalid, Refused

        self.counts["steps"] += 1
        try:
            act(by=getattr(self.world, who), as_of=self.now, **what)
            self.counts["done"] += 1
        except (PermissionDenied, Refused):
            self.counts["refused"] += 1
        except (Conflict, Invalid):
            self.counts["could not be"] += 1
        self.looks()

    def one(self, which: int) -> Any:
        from escalations.models import Escalation

        open_ = list(Escalation.objects.open().filter(authority=self.world.north).order_by("pk"))
        return open_[which % len(open_)] if open_ else None

    @rule(
        who=WHO,
        about=st.sets(ANSWERERS, max_size=4),
        how=st.sampled_from(["", "", "", "danger", "outside", "to", "text"]),
    )
    def raises(self, who, about, how):
        from escalations.actions.raising import raise_escalation

        fields: dict[str, Any] = {"danger": how == "danger", "outside": how == "outside"}
        if how == "to":
            fields["to"] = self.world.dee
        if how != "text" and who not in ("nina", "noor", "sam"):
            fields["child"] = self.world.rotas[0].child
        people = [getattr(self.world, key) for key in sorted(about)]
        self.tries(raise_escalation, who, what="She is not safe there.", about=people, **fields)

    @rule(who=ANSWERERS, which=WHICH, text=TEXTS, theirs=st.booleans())
    def answers(self, who, which, text, theirs):
        from escalations.actions import ladder

        if escalation := self.one(which):
            until = {"until": (self.now + dt.timedelta(days=4)).date()} if escalation.of_flags else {}
            self.tries(
                ladder.answer, self.key(escalation.owner, who, theirs), escalation=escalation, text=text, **until
            )

    def key(self, person: Any, who: str, theirs: bool) -> str:
        """Whose turn it is by rights, or anybody."""
        keys = [key for key in (*EVERYBODY, "greta") if getattr(self.world, key) == person]
        return keys[0] if theirs and keys else who

    @rule(who=WHO, which=WHICH, act=st.sampled_from(["open", "accept", "reject", "outside"]), theirs=st.booleans())
    def whoever_raised_it(self, who, which, act, theirs):
        from escalations.actions import ladder

        escalation = self.one(which)
        if escalation is None:
            return
        who = self.key(escalation.raised_by, who, theirs)
        if act in ("open", "accept"):
            does = ladder.open_escalation if act == "open" else ladder.accept
            self.tries(does, who, escalation=escalation)
        else:
            does = ladder.reject if act == "reject" else ladder.ask_outside
            self.tries(does, who, escalation=escalation, why="It is not enough.")

    @rule(
        who=ANSWERERS, which=WHICH, reason=st.sampled_from(["done", "agreed", "known", "cleared"]), theirs=st.booleans()
    )
    def closes(self, who, which, reason, theirs):
        from escalations.actions import ladder

        if escalation := self.one(which):
            who = self.key(escalation.owner, who, theirs)
            self.tries(ladder.close, who, escalation=escalation, reason=reason, text="She has moved.")

    @rule(which=WHICH, accepts=st.booleans())
    def settles(self, which, accepts):
        """The whole of it, each act by whose it is by rights: answered, read, and accepted or, in its time, closed."""
        from escalations.actions import ladder
        from escalations.ladder import Posts
        from escalations.policies.ladder import free_to_close

        escalation = self.one(which)
        if escalation is None or escalation.of_flags:
            return
        owner, raiser = self.key(escalation.owner, "tom", True), self.key(escalation.raised_by, "amy", True)
        self.tries(ladder.answer, owner, escalation=escalation, text="She moves on Monday.")
        self.tries(ladder.open_escalation, raiser, escalation=escalation)
        if accepts:
            self.tries(ladder.accept, raiser, escalation=escalation)
        else:
            self.tries(ladder.close, owner, escalation=escalation, reason="done", text="She has moved.")
            if escalation.is_open and (free := free_to_close(escalation, Posts.of(escalation.authority_id))):
                self.now = max(self.now, free)
                self.tries(ladder.close, owner, escalation=escalation, reason="done", text="She has moved.")

    @rule(who=ANSWERERS, to=ANSWERERS, which=WHICH, theirs=st.booleans())
    def passes_back(self, who, to, which, theirs):
        from escalations.actions import ladder

        if escalation := self.one(which):
            who = self.key(escalation.owner, who, theirs)
            self.tries(ladder.pass_back, who, escalation=escalation, to=getattr(self.world, to), why="For you.")

    @rule(who=WHO, person=ANSWERERS, which=WHICH, why=st.sampled_from(["subject", "decided"]))
    def names(self, who, person, which, why):
        from escalations.actions import ladder

        if escalation := self.one(which):
            self.tries(ladder.name_conflict, who, escalation=escalation, person=getattr(self.world, person), why=why)

    # --- what happens -------------------------------------------------------------------------------------------------

    @rule(
        people=st.one_of(st.sets(ANSWERERS, max_size=4), st.sets(st.sampled_from(EVERYBODY)), st.just(set(EVERYBODY)))
    )
    def leave(self, people):
        """Posts fall empty, all of them at times, and those who had left are back."""
        from core.models import User
        from escalations.sweep import touched

        self.counts["steps"] += 1
        for is_active in (True, False):
            changed = [getattr(self.world, key) for key in EVERYBODY if (key not in people) is is_active]
            User.objects.filter(pk__in=[person.pk for person in changed]).update(is_active=is_active)
            for person in changed:
                person.is_active = is_active
        touched(subjects=[("user", getattr(self.world, key).pk) for key in EVERYBODY], as_of=self.now)
        self.looks()

    @rule(days=st.sampled_from([0, 1, 1, 2, 3, 8]), hours=st.integers(0, 12))
    def days_go_by(self, days, hours):
        from escalations.sweep import climb

        self.counts["steps"] += 1
        self.now += dt.timedelta(days=days, hours=hours)
        climb(as_of=self.now)
        self.looks(swept=True)
        if days == 8 and climb(as_of=self.now):
            self.counts[TWICE] += 1

    @rule(
        clears=st.booleans(), answers=st.booleans(), holder=st.sampled_from(["amy", "tom", "hana", "dee"]),
        what=st.sampled_from([("DRILL", ""), ("DRILL", ""), ("SAF-10", "police")]),
    )  # fmt: skip
    def flags_stand(self, clears, answers, holder, what):
        from oversight.models import Flag, FlagAnswer

        self.counts["steps"] += 1
        mine = Flag.objects.filter(placement=self.world.rotas[0], cleared_at__isnull=True)
        if clears:
            mine.update(cleared_at=self.now)
        else:
            self.flags += 1
            owner, placement = getattr(self.world, holder), self.world.rotas[0]
            flag = Flag.objects.create(
                rule=what[0], limb=what[1], severity="red", authority=self.world.north, child=placement.child, placement=placement,
                due_at=self.now + dt.timedelta(seconds=self.flags), raised_at=self.now, owner=owner, owner_role=owner.role,
            )  # fmt: skip
            if answers:
                until = (self.now + dt.timedelta(days=3)).date()
                FlagAnswer.objects.create(flag=flag, by=owner, doing="D", by_when=until, answered_at=self.now)
        self.looks()

    # --- what is looked at --------------------------------------------------------------------------------------------

    def looks(self, *, swept: bool = False) -> None:
        from django.db import connection

        from core.access import ROLES, Permission
        from escalations.models import Escalation

        with connection.cursor() as cursor:  # each life is one transaction: what is asked at its end is asked here
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        rows = Escalation.objects.filter(authority=self.world.north).select_related("owner", "raised_by", "closed_by")
        for escalation in rows.prefetch_related("conflicts", "steps", "flags__flag"):
            barred = {row.user_id for row in escalation.conflicts.all()} | {escalation.raised_by_id}
            if escalation.closed_at is not None:
                if escalation.pk not in self.ended:  # judged as things are when it ends
                    self.ended.add(escalation.pk)
                    self.counts["ended"] += 1
                    self.counts[SILENT] += not self.ended_aloud(escalation, barred)
                continue
            owner = escalation.owner
            free = owner.is_active and Permission.ANSWER_ESCALATIONS in ROLES[owner.role].may and owner.pk not in barred
            # While nobody at all is left who may have it, it stays with whoever had it last, never with whom it is about, and its
            # time goes on; it is somebody’s again as soon as there is one.
            anybody = any(
                person.is_active and person.pk not in barred
                for person in (getattr(self.world, key) for key in EVERYBODY)
            )
            self.counts[HELD] += not free and (anybody or owner.pk in barred)
            self.counts["with nobody left"] += not free
            self.counts[LATE] += escalation.next_at is None or (swept and escalation.next_at <= self.now)
            when = [
                step.happened_at
                for step in escalation.steps.all()
                if step.by_id is None and step.kind in ("climbed", "rang")
            ]
            self.counts[TWICE] += len(when) != len(set(when))

    def ended_aloud(self, escalation: Any, barred: set) -> bool:
        """A second reading of how one may end: whoever raised it accepted an answer; or somebody free closed it, who had
        answered, whose answer was read, and who left it its time to be rejected; or records cleared every flag."""
        steps = sorted(escalation.steps.all(), key=lambda step: step.pk)
        kinds = [step.kind for step in steps]
        if kinds[-1] == "sent":
            kinds.pop()
        if kinds[-1] != "closed":
            return False
        if escalation.closed_because == "cleared":
            return escalation.of_flags and all(row.flag.cleared_at for row in escalation.flags.all())
        answered = max((n for n, kind in enumerate(kinds) if kind == "answered"), default=-1)
        read = "shown" in kinds[answered:]
        if escalation.closed_because == "accepted":
            return answered >= 0 and read and escalation.closed_by_id == escalation.raised_by_id
        gone = not escalation.raised_by.is_active and escalation.closed_by.role == "scrutineer"
        heard = read and (
            "rejected" in kinds or self.had_time(steps[kinds.index("shown", answered)], steps[-1], escalation)
        )
        return answered >= 0 and escalation.closed_by_id not in barred and (heard or gone)

    def had_time(self, shown: Any, closed: Any, escalation: Any) -> bool:
        """Whether a level's working days lay whole between: counted day by day; in danger the rest of the day."""
        from core.working_days import is_working_day

        first, last = (clock.local_date(step.happened_at) for step in (shown, closed))
        between = [first + dt.timedelta(days=n) for n in range(1, (last - first).days)]
        whole = sum(is_working_day(day) for day in between)
        return first < last if escalation.danger else whole >= (1, 2, 3, 5, 5)[escalation.level - 1]


@contextmanager
def make_ready() -> Iterator:
    from django.core.management import call_command

    from core import actions, clock
    from oversight.models import Flag

    call_command("migrate", verbosity=0)
    # Each life is undone: what other drills left standing would become escalations in each of them again.
    Flag.objects.standing().update(cleared_at=clock.now())
    rechecks = actions._rechecks[:]
    actions._rechecks.clear()  # what follows a write is called by hand
    world = World()
    try:

        def one_round(chance: random.Random) -> dict[str, int]:
            class Here(Climbing):
                counts: Counter = Counter()

            Here.world = world
            run_state_machine_as_test(
                seed(chance.randrange(2**32))(Here),
                settings=settings(
                    max_examples=LIVES, stateful_step_count=STEPS, database=None, deadline=None, phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
            return dict(Here.counts)

        yield one_round
    finally:
        world.close()
        actions._rechecks.extend(rechecks)


DRILL = Drill(
    name="ladder",
    goal="50,000 steps with any posts empty and anybody in conflict: every open escalation is with one person free to answer "
    "it and has a next time, none ends in silence, none moves twice for one cause",
    rounds=ROUNDS,
    make_ready=make_ready,
    must_be_zero=(SILENT, HELD, LATE, TWICE),
)
