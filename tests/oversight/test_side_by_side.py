"""Sweeps and rechecks at once: nothing doubled, nothing lost, nothing left standing that a record has cleared."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from core.access import Role
from oversight.models import Flag
from oversight.sweep import recheck, sweep
from tests.cast import Cast, at
from tests.oversight.facts import DAY, visit

START = dt.date(2022, 1, 10)
NOW = at(START + 60 * DAY)


def all_at_once(*jobs):
    """Run each job in a thread with a connection of its own, all let go together. What they raised, if anything."""
    gate, wrong = threading.Barrier(len(jobs)), []

    def run(job):
        try:
            gate.wait(timeout=10)
            job()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return wrong


@pytest.fixture
def placements(transactional_db):
    cast = Cast()
    return [cast.unregistered(cast.child(), START) for _ in range(6)]


def the_rest(expected_standing):
    """After it all: no flag twice, and one more sweep has nothing to do."""
    rows = list(Flag.objects.standing().values_list("rule", "limb", "placement", "due_at"))
    assert len(rows) == len(set(rows)) == expected_standing
    run = sweep(as_of=NOW)
    assert (run.raised, run.cleared, run.failed_rules) == (0, 0, [])


def test_three_sweeps_are_one(placements):
    wrong = all_at_once(*[lambda: sweep(as_of=NOW)] * 3)
    assert wrong == []
    assert Flag.objects.count() == Flag.history.filter(history_type="+").count()
    the_rest(Flag.objects.count())


def test_a_run_says_when_it_began_and_when_it_was_done(placements):
    run = sweep(as_of=NOW)
    assert run.started_at < run.finished_at


def test_sweeps_beside_visits_and_their_rechecks(placements):
    sweep(as_of=NOW)
    before = Flag.objects.standing().count()

    def go_and_see(placement):
        def job():
            with transaction.atomic():
                visit(placement, NOW - DAY)
            recheck(subjects={("placement", placement.pk)}, as_of=NOW)

        return job

    wrong = all_at_once(lambda: sweep(as_of=NOW), *[go_and_see(p) for p in placements[:4]], lambda: sweep(as_of=NOW))
    assert wrong == []
    the_rest(before - 2 * 4)  # of each visited child the first visit and the worker's weekly one


def test_a_recheck_waits_for_a_sweep_that_has_not_seen_its_record(placements):
    """The sweep reads before the visit and writes after it: what it raised by then the recheck must still clear."""
    placement = placements[0]
    swept, visited, wrong = threading.Event(), threading.Event(), []

    def slow_sweep():
        try:
            with transaction.atomic():
                sweep(as_of=NOW)
                swept.set()
                visited.wait(timeout=10)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    def rechecking():
        try:
            recheck(subjects={("placement", placement.pk)}, as_of=NOW)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    first = threading.Thread(target=slow_sweep)
    first.start()
    assert swept.wait(timeout=20)
    visit(placement, NOW - DAY)
    second = threading.Thread(target=rechecking)
    second.start()
    second.join(timeout=0.5)
    assert second.is_alive(), "it should be waiting for its turn"
    visited.set()
    first.join(timeout=20)
    second.join(timeout=20)
    assert wrong == []
    assert not Flag.objects.standing().filter(placement=placement, rule="VIS-01").exists()
    assert Flag.objects.standing().filter(placement=placements[1], rule="VIS-01").exists()


def test_killed_in_the_middle_leaves_nothing_half_done(placements):
    """A transaction a rule: whatever number of rules was written when it died, the next sweep makes it whole."""
    from oversight import sweep as sweeping

    class Killed(BaseException):
        pass

    whole = None
    for rules_done in (0, 1, 5, 10):
        Flag.objects.all().delete()
        count, ordinary = 0, sweeping._apply

        def dies(rule, asked, ordinary=ordinary, last=rules_done):
            nonlocal count
            if count == last:
                raise Killed
            count += 1
            return ordinary(rule, asked)

        sweeping._apply = dies
        try:
            with pytest.raises(Killed):
                sweep(as_of=NOW)
        finally:
            sweeping._apply = ordinary
        sweep(as_of=NOW)
        flags = set(Flag.objects.standing().values_list("rule", "limb", "placement", "due_at"))
        assert Flag.objects.count() == len(flags)
        whole = whole or flags
        assert flags == whole


def test_roles_in_the_owners_chain_are_roles():
    from oversight import owners, rulebook

    assert set(owners.CHAINS) <= set(Role.values)
    for rule in rulebook.ALL:
        if rule.kept_by_ladder:  # who is asked is the ladder’s to find
            continue
        for limb in rule.limbs or [None]:
            assert rule.owner_of(limb.code if limb else "") in owners.CHAINS
