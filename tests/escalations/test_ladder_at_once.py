"""Two workers at once, and one killed in the middle: the ladder in small, as `make drill` has it in full."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from core.errors import Conflict
from core.models import User
from escalations.actions import moves
from escalations.actions.raising import raise_escalation
from escalations.models import Escalation, EscalationStep
from escalations.sweep import climb
from governance.actions.concerns import raise_concern
from governance.models import Concern
from tests.cast import Cast, at

MONDAY = dt.date(2022, 3, 7)
LATER = at(MONDAY + dt.timedelta(days=21))  # three steps each
MANY = 8


def steps():
    taken = EscalationStep.objects.filter(kind="climbed").values_list("escalation_id", "level", "happened_at")
    return Counter(taken)


def raises(cast, child):
    for number in range(MANY):
        raise_escalation(what=f"Thing {number}", child=child, by=cast.amy, as_of=at(MONDAY, 10))


def test_whoever_is_killed_between_two_writes_loses_and_doubles_nothing(cast, monkeypatch):
    raises(cast, cast.child())
    put, calls = moves.put, iter(range(1000))

    def killed_now_and_then(*args, **kwargs):
        made = put(*args, **kwargs)
        if next(calls) % 5 == 3:
            raise SystemExit  # everything of this step is written, and nothing of it is kept
        return made

    monkeypatch.setattr(moves, "put", killed_now_and_then)
    for _ in range(20):
        try:
            climb(as_of=LATER)
        except SystemExit:
            continue
        break
    found = steps()
    assert len(found) == 3 * MANY
    assert set(found.values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_take_each_step_once():
    cast = Cast()
    raises(cast, cast.child())
    begin = Barrier(2)

    def work(_):
        begin.wait(timeout=20)
        try:
            return climb(as_of=LATER)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(work, range(2)))
    left = climb(as_of=LATER)  # what one had left alone because the other held it, and did not get to
    assert sum(done) + left == 3 * MANY
    found = steps()
    assert len(found) == 3 * MANY
    assert set(found.values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_what_one_person_escalates_twice_at_once_is_one_escalation():
    cast = Cast()
    raise_concern(
        child=cast.child(), category="care", what="Alone.", by=cast.amy, as_of=at(MONDAY, 9)
    )  # fmt: skip
    begin = Barrier(2)

    def send(_):
        begin.wait(timeout=20)
        try:
            raise_escalation(
                what="Alone.", concern=Concern.objects.get(), by=User.objects.get(pk=cast.amy.pk), as_of=at(MONDAY, 10)
            )
        except Conflict:
            return 0
        finally:
            connections.close_all()
        return 1

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(send, range(2))) == 1
    assert Escalation.objects.count() == 1
