"""Kill -9 the worker, the beat, the mail server and the broker while a thousand escalations climb: each step is taken once,
in order and dated when it was due, and each message is sent."""

import datetime as dt
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cast import at
from tests.drills import ROOT, Drill
from tests.drills.kill_sweep import Worker, kill_broker, nobody_rang, ring, sweeps_done
from tests.drills.post_office import PostOffice
from tests.drills.rotas import Scene

ESCALATIONS, URGENT = 1_000, 50  # those in danger ring at each step; the others wait for the daily message
ROUNDS, KILLS = 12, 8  # each time whichever of the four chance picks
PATIENCE = 180.0
DAYS_LATE = 6  # for so many days nobody swept


class Beat(Worker):
    """The real beat, ringing every two seconds."""

    def _start(self) -> "subprocess.Popen[bytes]":
        schedule = ROOT / ".data" / "drill" / "beat-of-the-drill"
        command = [sys.executable, "-m", "celery", "-A", "tests.drills.timetable", "beat", "--schedule", str(schedule)]
        return subprocess.Popen(
            [*command, "--pidfile="], cwd=ROOT, stdout=self.log, stderr=self.log, start_new_session=True
        )


class World(Scene):
    """A council with somebody at every level, and a thousand escalations of Amy's at a time."""

    def __init__(self) -> None:
        from core.access import Role

        super().__init__()
        roles = {
            "hana": Role.HEAD_OF_SERVICE, "dee": Role.DIRECTOR, "dan": Role.DIRECTOR, "nina": Role.SCRUTINEER,
            "noor": Role.SCRUTINEER,
        }  # fmt: skip
        for key, role in roles.items():
            team = self.team if key == "hana" else None
            setattr(self, key, self.person(f"{key}-{self.mark}", f"{key.capitalize()} of {self.mark}", role, team=team))

    def raise_all(self, due: dt.datetime) -> int:
        """A thousand new ones in place of the last, each with Tom or Hana, and due then. Returns the last step there was.
        None is used twice: that one climbs once at a time, the database holds."""
        from core import actions, clock
        from escalations.actions.raising import raise_escalation
        from escalations.models import Escalation, EscalationStep

        self.put_away()
        rechecks = actions._rechecks[:]
        actions._rechecks.clear()
        as_of = clock.now()  # not due yet: the worker and the beat are running
        for number in range(ESCALATIONS):
            raise_escalation(
                what=f"Thing {number}", child=self.rotas[0].child, danger=number < URGENT, by=self.amy, as_of=as_of
            )
        actions._rechecks.extend(rechecks)
        here = Escalation.objects.filter(closed_at=None)
        self.all = Escalation.objects.filter(pk__in=list(here.values_list("pk", flat=True)))

        # Asked before they are due: once they are, the beat has them climb at once.
        last = EscalationStep.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for danger, level, owner in ((True, 3, self.hana), (False, 2, self.tom)):
            self.all.filter(danger=danger).update(level=level, owner=owner, came_at=due, next_at=due, state="open")
        return last

    def expected(self, danger: bool, due: dt.datetime, now: dt.datetime) -> list[tuple[int, dt.datetime]]:
        """The steps that are due by then, reckoned by the ladder's own data and one after another."""
        from escalations.ladder import Posts

        posts, level, when, found = Posts.of(self.north.pk), 3 if danger else 2, due, []
        while when <= now:
            level = min(level + 1, 5)
            found.append((level, when))
            when = posts.due(level, when, danger=danger)
        return found

    def put_away(self) -> None:
        from core import clock
        from escalations.models import Escalation

        # Those of a drill that was killed too, which would be tried again at every sweep.
        Escalation.objects.filter(closed_at=None).update(
            state="closed", closed_at=clock.now(), answered_at=clock.now(), next_at=None, closed_because="done"
        )

    def close(self) -> None:
        self.put_away()
        super().close()


@contextmanager
def make_ready() -> Iterator:
    from django.conf import settings
    from django.core.management import call_command

    from core import clock

    call_command("migrate", verbosity=0)
    world = World()
    office = PostOffice()
    before = os.environ.get("EMAIL_URL")
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{office.port}"
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    nobody_rang()
    worker, beat = Worker(), Beat()
    try:
        length = 8.0

        def one_round(chance: random.Random) -> dict[str, int]:
            nonlocal length
            due = at(world.today - dt.timedelta(days=DAYS_LATE), 0)
            last = world.raise_all(due)
            ring()
            killed = 0
            for _ in range(KILLS):
                time.sleep(chance.uniform(0, length / KILLS))
                dead = [each for each in (worker, beat, office) if chance.random() < 0.6]
                for each in dead:
                    each.kill()
                if chance.random() < 0.6:
                    kill_broker()
                    dead.append("broker")
                killed += len(dead)
                time.sleep(chance.uniform(0, 0.5))
                for each in (worker, beat, office):
                    if each in dead:
                        each.restart()
            restarted = time.monotonic()
            swept = sweeps_done()
            ring()
            _wait(lambda: sweeps_done() > swept + 1, "a sweep, and the next to begin after what the first let climb")
            result = looked_at(world, due, last, now=clock.now())
            _wait(lambda: not _unsent(world), "the mail to be sent")
            sent = _numbers(world, host)
            got = Counter(number for number in office.got if number in sent)
            result |= {"kills": killed, "messages": len(sent), "messages lost": len(sent - set(got))}
            # A sender killed between sending and marking is followed by another, with the same number: whoever receives it
            # twice has one message. Two numbers for one step would be two.
            result |= {"sent again under its number": sum(got.values()) - len(got), "messages doubled": _doubled(world)}
            length = min(length, max(time.monotonic() - restarted, 2.0))
            return result

        yield one_round
    finally:
        worker.close()
        beat.close()
        office.kill()
        os.environ.pop("EMAIL_URL")
        if before is not None:
            os.environ["EMAIL_URL"] = before
        world.close()


def _wait(is_so: Any, what: str) -> None:
    give_up, rung = time.monotonic() + PATIENCE, time.monotonic()
    while not is_so():
        if time.monotonic() > give_up:
            raise AssertionError(f"waited in vain for {what}")
        if time.monotonic() - rung > 10:
            ring()
            rung = time.monotonic()
        time.sleep(0.1)


def _unsent(world: World) -> bool:
    """Anything that may be sent at this hour and is not. What a dead sender held is let go now, and not in ten minutes."""
    from core.models import OutboxMessage
    from core.tasks import deliver

    waiting = OutboxMessage.objects.filter(sent_at=None, by_day=False, to__authority=world.north)
    if not waiting.exists():
        return False
    waiting.update(lease_until=None)
    deliver.apply_async()
    time.sleep(1)
    return waiting.exists()


def _numbers(world: World, host: str) -> set[str]:
    from core.models import OutboxMessage

    sent = OutboxMessage.objects.filter(to__authority=world.north, by_day=False).values_list("message_id", flat=True)
    return {f"<{number}@{host}>" for number in sent}


def _doubled(world: World) -> int:
    """Messages beyond one for each time an escalation came to somebody."""
    from escalations.models import EscalationStep

    told = EscalationStep.objects.filter(escalation__in=world.all, rings_at__isnull=False)
    came = Counter(told.values_list("escalation", "to", "happened_at"))
    return sum(came.values()) - len(came)


def looked_at(world: World, due: dt.datetime, last: int, *, now: dt.datetime) -> dict[str, int]:
    """After one whole sweep: every step that is due by now, once, in order, dated when it was."""
    from escalations.models import EscalationStep

    should = {danger: world.expected(danger, due, now) for danger in (True, False)}
    taken: dict[int, list[tuple[int, dt.datetime]]] = defaultdict(list)
    steps = EscalationStep.objects.filter(escalation__in=world.all, pk__gt=last, kind__in=("climbed", "rang"))
    for pk, level, when in steps.order_by("pk").values_list("escalation_id", "level", "happened_at"):
        taken[pk].append((level, when))
    found = {"steps": 0, "lost": 0, "doubled": 0, "out of order": 0, "late": 0}
    for pk, danger, next_at in world.all.values_list("pk", "danger", "next_at"):
        mine = taken[pk]
        found["steps"] += len(mine)
        found["lost"] += len(set(should[danger]) - set(mine))
        found["doubled"] += len(mine) - len(set(mine)) + len(set(mine) - set(should[danger]))
        found["out of order"] += mine != sorted(mine, key=lambda step: step[1])
        found["late"] += next_at is None or next_at <= now
    return found


DRILL = Drill(
    name="kill-while-escalations-climb",
    goal="200 times at random worker, beat, mail server and broker killed while 1,000 escalations climb: 0 lost, 0 doubled, none "
    "late by more than a sweep after the restart",
    rounds=ROUNDS,
    make_ready=make_ready,
    must_be_zero=("lost", "doubled", "out of order", "late", "messages lost", "messages doubled"),
    only_in_full=True,
)
