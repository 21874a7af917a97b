"""Stand a carer down while others put the same carer on shifts: by form, swap, copied week, import. Nobody gets past it."""

import datetime as dt
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from tests.drills import Drill
from tests.drills.rotas import (
    CONFLICT,
    ERROR,
    INSIDE_A_STAND_DOWN,
    REFUSED,
    SAVED,
    Scene,
    clear,
    count,
    counted,
    insert,
    shuffled,
    writers,
)

SPREAD = 0.05  # seconds: so that the others' acts fall before, into and after the stand-down


@contextmanager
def make_ready() -> Iterator:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    scene = Scene()
    others = [scene.new_carer() for _ in range(6)]
    try:
        with writers() as all_at_once:
            yield partial(one_round, scene=scene, others=others, all_at_once=all_at_once)
    finally:
        scene.close()


def one_round(chance: random.Random, *, scene: Scene, others: list, all_at_once: Callable) -> dict[str, int]:
    from core import clock
    from staffing.actions.rota import assign, change_shift
    from staffing.actions.stand_downs import stand_down
    from staffing.actions.weeks import copy_week
    from staffing.models import StandDown

    clear(scene.rotas)
    carer, now = scene.new_carer(), clock.now()
    by = {"by": scene.amy, "as_of": now}
    rotas = shuffled(chance, scene.rotas)
    monday = scene.monday
    days = [monday + dt.timedelta(days=n) for n in range(5)]
    free = [scene.shift(rotas[n % 2], day) for n, day in enumerate(days)]
    there = scene.shift(rotas[0], monday - dt.timedelta(days=7))  # already on, in the week that is copied
    scene.puts(carer, there)
    swap = _a_swap(scene, scene.shift(rotas[1], days[0], kind="sleep_in"), carer, chance.choice(others), now)
    acts: list[Callable] = [
        *(partial(assign, shift=shift, carer=carer, **by) for shift in free),
        partial(_decide, swap, by),
        partial(copy_week, placement=rotas[0], from_week=monday - dt.timedelta(days=7), to_week=monday, **by),
        partial(
            insert,
            [(shift, each, scene.agency, scene.amy) for shift in free for each in shuffled(chance, [carer, *others])],
        ),
        partial(insert, [(shift, carer, scene.agency, scene.amy) for shift in shuffled(chance, free)]),
        partial(
            change_shift, shift=there, starts_at=there.starts_at, ends_at=there.ends_at + dt.timedelta(hours=1), **by
        ),
    ]
    acts += [partial(insert, [(shift, carer, scene.agency, scene.amy)]) for shift in free[:3]]
    chosen = chance.sample(acts, chance.randint(1, chance.choice([3, len(acts)])))
    stands = partial(stand_down, carer=carer, reason="Found asleep on nights.", placement=rotas[0], **by)
    together = shuffled(chance, [stands, *chosen])
    outcomes = all_at_once(
        [partial(slowly, act, chance.uniform(0, SPREAD)) for act in together],
        [chance.uniform(0, SPREAD) for _ in together],
    )
    counts = counted(outcomes)
    again = not StandDown.objects.filter(carer=carer).exists()
    if again:  # it met a deadlock with an import, was told so, and whoever stands the carer down asks again
        stands()
    return {
        "races": 1,
        "writers": len(outcomes),
        "others saved": counts[SAVED] - (not again),
        "refused or in conflict": counts[REFUSED] + counts[CONFLICT],
        "stand-downs asked again": int(again),
        "inside a stand-down": count(INSIDE_A_STAND_DOWN, scene.rotas),
        ERROR: counts[ERROR],
    }


def slowly(act: Callable, seconds: float) -> Any:
    """Do it, and be a little slow to commit, as under load: the moment in which another could slip past."""
    from django.db import transaction

    with transaction.atomic():
        done = act()
        time.sleep(seconds)
    return done


def _a_swap(scene: Scene, shift, carer, outgoing, now: dt.datetime):
    from staffing.models import Swap

    scene.puts(outgoing, shift)
    return Swap.objects.create(
        shift=shift, outgoing=outgoing, incoming=carer, agency=scene.agency, reason="Ill.", child_asked=False,
        asked_by=scene.carl, asked_at=now,
    )  # fmt: skip


def _decide(swap, by: dict):
    from staffing.actions.requests import decide_swap

    return decide_swap(swap=swap, approve=True, why="Cover is kept.", **by)


DRILL = Drill(
    name="stand-down-races",
    goal="400 races against assigning, swaps, copied weeks and imports: 0 overlapping planned shifts, 0 unexpected errors",
    rounds=400,
    make_ready=make_ready,
    must_be_zero=("inside a stand-down", ERROR),
)
