"""What the drills of rotas share: a council of their own, writers that all begin at one moment, and what came of each."""

import datetime as dt
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from tests.cast import Cast, at

WRITERS = 16  # at most, at once
SAVED, CONFLICT, REFUSED, INVALID, ERROR = "saved", "conflict", "refused", "invalid", "unexpected errors"


class Scene(Cast):
    """Some of the cast, in a council, a provider and an agency of this run's own: a drill's database is kept."""

    def __init__(self) -> None:
        from core import clock
        from core.access import Role
        from core.models import Authority, Team
        from placements.models import ManagerPost, Provider

        last = Authority.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.mark, self.made = f"R{last + 1}", 0
        self.north = Authority.objects.create(code=self.mark[:10], name=f"Council {self.mark}")
        self.team = Team.objects.create(authority=self.north, name="Children in care team 1")
        self.agency = Provider.objects.create(name=f"Agency {self.mark}")
        self.provider = Provider.objects.create(name=f"Provider {self.mark}")
        self.amy = self.person(f"amy-{self.mark}", "Amy Sparrow", Role.SOCIAL_WORKER, team=self.team)
        self.tom = self.person(f"tom-{self.mark}", "Tom Heron", Role.TEAM_MANAGER, team=self.team)
        self.carl = self.person(f"carl-{self.mark}", "Carl Rook", Role.COMMISSIONER)
        self.lee = self.person(f"lee-{self.mark}", "Lee Martin", Role.LADO)
        self.today = clock.local_date(clock.now())
        self.since = self.today - dt.timedelta(days=60)
        self.rotas = [self._rota(surname) for surname in ("Meadow", "Hill")]
        ManagerPost.objects.create(placement=self.rotas[0], name="Maya Redstart", started_at=at(self.since))

    def _rota(self, surname: str):
        child = self.child(surname=surname, since=self.since)
        home = self.home(status="not_registered", since=self.since, name=f"{surname} House {self.mark}")
        placement = self.placement(child, self.since, home=home)
        self.supplies(placement, since=self.since)
        return placement

    def new_carer(self):
        self.made += 1
        return self.carer(f"Reed {self.mark} {self.made}", checked=self.since, since=self.since)

    @property
    def monday(self) -> dt.date:
        """The Monday after next: all of that week is to come."""
        return self.today + dt.timedelta(days=14 - self.today.weekday())

    def close(self) -> None:
        """Nothing of the run is left on any rota, and its children are nobody's work any more."""
        from placements.models import Placement

        clear(self.rotas)
        Placement.objects.filter(pk__in=[placement.pk for placement in self.rotas]).update(ended_on=self.today)


def clear(placements) -> None:
    """Empty these rotas for the next round. What was on them stays, as cancelled and taken off."""
    from core import clock
    from staffing.models import Assignment, Shift

    now = clock.now()
    Assignment.objects.filter(shift__placement__in=placements, removed_at=None).update(removed_at=now)
    Shift.objects.filter(placement__in=placements, cancelled_at=None).update(cancelled_at=now, leader=None)


@contextmanager
def writers() -> Iterator[Callable]:
    """Yields `all_at_once(acts, late)`: runs each act in a thread and connection of its own, let go at one moment (each
    as many seconds later as `late` says), and gives back (outcome, result) for each. The rules are not checked again
    after each write: this is about the writes."""
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    from core import actions

    log = logging.getLogger("django.request")
    said = log.level
    log.setLevel(logging.ERROR)  # that losers are told 409 is what is wanted here
    rechecks = actions._rechecks[:]
    actions._rechecks.clear()
    setup_test_environment()
    pool = ThreadPoolExecutor(WRITERS)

    def all_at_once(acts: list[Callable], late: list[float] | None = None) -> list[tuple[str, object]]:
        ready = Barrier(len(acts))

        def one(act: Callable, seconds: float) -> tuple[str, object]:
            ready.wait(timeout=60)
            time.sleep(seconds)
            return outcome_of(act)

        waits = late or [0.0] * len(acts)
        return [
            each.result(timeout=120) for each in [pool.submit(one, *each) for each in zip(acts, waits, strict=True)]
        ]

    def hang_up(ready: Barrier) -> None:
        ready.wait(timeout=60)
        connection.close()

    try:
        yield all_at_once
    finally:
        last = Barrier(WRITERS)
        for each in [pool.submit(hang_up, last) for _ in range(WRITERS)]:
            each.result()
        pool.shutdown()
        teardown_test_environment()
        actions._rechecks.extend(rechecks)
        log.setLevel(said)


def outcome_of(act: Callable) -> tuple[str, object]:
    """What came of an act: saved, or an answer for the person; anything else is our own fault."""
    from django.db import DatabaseError, connection

    from core.actions import answer_to
    from core.errors import Conflict, Invalid, Refused

    try:
        return SAVED, act()
    except Conflict as answer:
        return CONFLICT, answer
    except Refused as answer:
        return REFUSED, answer
    except Invalid as answer:
        return INVALID, answer
    except DatabaseError as error:  # raw SQL, which no action wraps
        answer = answer_to(error)
        if answer is None:
            return ERROR, error
        return {Refused: REFUSED, Invalid: INVALID}.get(type(answer), CONFLICT), answer
    except Exception as error:
        return ERROR, error
    finally:
        if connection.in_atomic_block:
            connection.close()


def insert(rows: list[tuple]) -> int:
    """One statement of many rows, as an import or a bulk copy writes: (shift, carer, agency, by)."""
    from django.db import connection

    values = ", ".join(["(%s, %s, %s, %s, %s, '', %s)"] * len(rows))
    parameters = [
        each
        for shift, carer, agency, by in rows
        for each in (shift.pk, carer.pk, agency.pk, shift.starts_at, shift.ends_at, by.pk)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO staffing_assignment"
            f" (shift_id, carer_id, agency_id, starts_at, ends_at, removed_why, assigned_by_id) VALUES {values}",
            parameters,
        )
        return cursor.rowcount


def count(sql: str, placements) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, [[placement.pk for placement in placements]])
        return cursor.fetchone()[0]


# Both ask of these rotas' carers wherever they are put: a second booking elsewhere is one too.
DOUBLE_BOOKINGS = """
    SELECT count(*) FROM staffing_assignment a
    JOIN staffing_shift s ON s.id = a.shift_id AND s.placement_id = ANY(%s)
    JOIN staffing_assignment b ON b.carer_id = a.carer_id AND b.id <> a.id AND b.removed_at IS NULL
    WHERE a.removed_at IS NULL AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
"""
INSIDE_A_STAND_DOWN = """
    SELECT count(*) FROM staffing_assignment a
    JOIN staffing_shift s ON s.id = a.shift_id AND s.placement_id = ANY(%s)
    JOIN staffing_standdown d ON d.carer_id = a.carer_id
    WHERE a.removed_at IS NULL AND tstzrange(d.starts_at, d.lifted_at) && tstzrange(a.starts_at, a.ends_at)
"""


def counted(outcomes: list[tuple[str, object]]) -> Counter:
    """How many came to what. An unexpected error is said aloud as well: its count alone helps nobody."""
    counts: Counter = Counter()
    for outcome, result in outcomes:
        counts[outcome] += 1
        if outcome == ERROR:
            print(f"\n{type(result).__name__}: {result}")
    return counts


def shuffled(chance: random.Random, things: list) -> list:
    return chance.sample(things, len(things))
