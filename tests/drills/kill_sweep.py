"""Kill -9 the worker and the broker in the middle of a sweep: after a restart no flag is lost and none is doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.drills import ROOT, Drill

CHILDREN, SEED = 1_500, 5
AT_LEAST = 20  # flags that must be due, or a round proves nothing
PATIENCE = 60.0
TRIES = 5  # sweeps tried until one is hit


class Worker:
    """The real Celery worker, in a process group of its own so that all of it can be killed at once."""

    def __init__(self) -> None:
        self.log = (ROOT / ".data" / "drill" / "worker.log").open("ab")
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "INFO"]
        return subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle", "--without-heartbeat"],
            cwd=ROOT,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        self.process = self._start()

    def close(self) -> None:
        self.kill()
        self.log.close()


def kill_broker() -> None:
    """The supervisor starts it again from its append-only file, as a machine's own init would."""
    from django.conf import settings

    pid = json.loads((settings.DATA / "servers.json").read_text())["valkey"]
    with suppress(ProcessLookupError):  # already killed, and not yet noticed
        os.kill(pid, signal.SIGKILL)


def ring() -> None:
    """Ring the doorbell as the timetable does; a broker that is down is waited for, as beat waits."""
    from kombu.exceptions import OperationalError

    from oversight.tasks import sweep

    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            sweep.apply_async()
            return
        except OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)


def nobody_rang() -> None:
    """Forget what an earlier drill rang for and nobody has heard: this one would wait behind all of it."""
    from celery import current_app

    current_app.control.purge()


def sweeps_done() -> int:
    from oversight.models import SweepRun

    return SweepRun.objects.filter(finished_at__isnull=False).count()


def wait_for_a_sweep(since: int) -> None:
    """Wait until the worker has finished a sweep, ringing again each few seconds, as the timetable does each quarter hour."""
    give_up, rung = time.monotonic() + PATIENCE, time.monotonic()
    while sweeps_done() <= since:
        if time.monotonic() > give_up:
            raise AssertionError("the restarted worker did not finish a sweep")
        if time.monotonic() - rung > 3:
            ring()
            rung = time.monotonic()
        time.sleep(0.05)


def wait_until_begun(dead: set[int]) -> None:
    """Wait until a sweep is running that was not cut short before, ringing again each few seconds."""
    from oversight.models import SweepRun

    give_up, rung = time.monotonic() + PATIENCE, time.monotonic()
    while not SweepRun.objects.filter(finished_at__isnull=True).exclude(id__in=dead).exists():
        if time.monotonic() > give_up:
            raise AssertionError("the worker began no sweep")
        if time.monotonic() - rung > 3:
            ring()
            rung = time.monotonic()
        time.sleep(0.002)


@contextmanager
def make_ready() -> Iterator:
    from django.core.management import call_command

    from core import clock
    from escalations.models import EscalationFlag
    from exchange.seed import AlreadySeeded, seed
    from oversight.models import Flag, SweepRun
    from oversight.sweep import sweep

    call_command("migrate", verbosity=0)
    with suppress(AlreadySeeded):  # its own council: other drills keep theirs in the same database
        seed(children=CHILDREN, years=1, seed=SEED, as_of=clock.now(), say=lambda _: None)
    nobody_rang()
    worker = Worker()
    try:
        started = sweeps_done()
        ring()
        wait_for_a_sweep(started)
        unfinished = SweepRun.objects.filter(finished_at__isnull=True)
        dead = set(unfinished.values_list("id", flat=True))

        def length() -> float:
            """Seconds that the last sweep with flags to raise took: less when nothing else is done on this machine."""
            run = SweepRun.objects.filter(finished_at__isnull=False, raised__gt=AT_LEAST).latest("id")
            return (run.finished_at - run.started_at).total_seconds()

        def kill_within(chance: random.Random) -> int:
            """Kill both at a random moment of a sweep; one round in five at any moment, before it began or after its end
            included. A sweep that was over too soon is waited for, and the next is tried."""
            anywhere = chance.random() < 0.2
            for _ in range(TRIES):
                finished = sweeps_done()
                EscalationFlag.objects.all().delete()
                Flag.objects.all().delete()
                ring()
                if not anywhere:
                    wait_until_begun(dead)
                time.sleep(chance.uniform(0, length() + 0.1 if anywhere else length()))
                worker.kill()
                kill_broker()
                cut_short = set(unfinished.values_list("id", flat=True)) - dead
                if cut_short or anywhere:
                    break
                worker.restart()
                ring()
                wait_for_a_sweep(finished)
            dead.update(cut_short)
            return len(cut_short) if cut_short or anywhere else -1

        def one_round(chance: random.Random) -> dict[str, int]:
            hit = kill_within(chance)
            part = Flag.objects.standing().count()
            finished = sweeps_done()
            worker.restart()
            ring()
            wait_for_a_sweep(finished)
            one = ("rule", "limb", "child_id", "placement_id", "carer_id", "agency_id", "shift_id", "due_at")
            rows = list(Flag.objects.standing().values_list(*one))
            after = sweep(as_of=clock.now())  # whatever this raises had been lost
            return {
                "flags": len(rows),
                "rounds with too little to lose": int(len(rows) < AT_LEAST),
                "lost": after.raised,
                "doubled": len(rows) - len(set(rows)),
                "killed in a sweep": max(hit, 0),
                "rounds that hit no sweep": int(hit < 0),
                "rules already written when killed": int(part > 0),
            }

        yield one_round
    finally:
        worker.close()


DRILL = Drill(
    name="kill-worker-and-broker-mid-sweep",
    goal="200 kills, four in five inside a sweep: 0 flags lost, 0 doubled",
    rounds=200,
    make_ready=make_ready,
    must_be_zero=("lost", "doubled", "rounds with too little to lose", "rounds that hit no sweep"),
)
