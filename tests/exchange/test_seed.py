"""The seed makes what it says, and the same again for the same seed."""

import datetime as dt

import pytest

from core import clock
from exchange.seed import AlreadySeeded, seed
from placements.models import DailyLog, Placement, Visit
from tests import database

AS_OF = clock.at_local(dt.date(2026, 3, 2), dt.time(12))


def facts():
    return (
        list(Placement.objects.order_by("child__external_id", "started_on").values_list("child__external_id", "type", "started_on", "ended_on")),
        sorted(Visit.objects.values_list("placement__child__external_id", "occurred_at", "outcome")),
        sorted(DailyLog.objects.values_list("placement__child__external_id", "covers_from")),
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_gives_the_same_records():
    seen = []
    for _ in range(2):
        counts = seed(children=60, years=1, seed=7, as_of=AS_OF, say=lambda _: None)
        assert counts.children == 60
        assert counts.visits == Visit.objects.count() > 60
        assert counts.logs == DailyLog.objects.count() > 60
        seen.append(facts())
        database.empty()
    assert seen[0] == seen[1]


def test_a_seed_is_sown_once(db):
    seed(children=2, years=1, seed=7, as_of=AS_OF, say=lambda _: None)
    with pytest.raises(AlreadySeeded):
        seed(children=2, years=1, seed=7, as_of=AS_OF, say=lambda _: None)
