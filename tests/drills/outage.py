"""Every service was down for an hour, a day, eight days: each step missed is taken once, in order, dated when it was due."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.drills import Drill
from tests.drills.climb import World, looked_at

LENGTHS = (dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=8))
ROUNDS = 4  # each of all three


@contextmanager
def make_ready() -> Iterator:
    """In a database of its own, in which time may run ahead: each outage begins when the last has ended."""
    from core import clock
    from exchange.scratch import scratch_database
    from oversight.sweep import catch_up, sweep

    with scratch_database():
        world = World()
        now = clock.now()

        def one_round(chance: random.Random) -> dict[str, int]:
            nonlocal now
            found: Counter[str] = Counter()
            for length in LENGTHS:
                due = now + length * chance.random()
                last = world.raise_all(due)
                sweep(as_of=now)
                now += length
                catch_up(as_of=now)
                found.update(looked_at(world, due, last, now=now))
            return found

        yield one_round


DRILL = Drill(
    name="nobody-swept",
    goal="everything down for 1 hour, 1 day, 8 days while 1,000 escalations climb: each missed step once, in order, dated when due",
    rounds=ROUNDS,
    make_ready=make_ready,
    must_be_zero=("lost", "doubled", "out of order", "late"),
    only_in_full=True,
)
