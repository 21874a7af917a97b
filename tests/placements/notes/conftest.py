"""What the tests of these pages share: a placement, a visit made in it and a log written of it."""

import datetime as dt

import pytest

from core import clock
from placements.actions import record_visit
from tests.cast import at
from tests.placements.notes.scene import NOW, START, log_of


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The pages are opened at a known moment."""
    monkeypatch.setattr(clock, "now", lambda: NOW.astimezone(dt.UTC))


@pytest.fixture
def placement(cast):
    return cast.placement(cast.child(), START, home=cast.home())


@pytest.fixture
def visit(cast, placement):
    return record_visit(
        placement=placement,
        occurred_at=at(dt.date(2026, 3, 17), 16, 30),
        manner="in_person",
        outcome="seen_alone",
        announced=False,
        capacity="social_worker",
        place="Where she lives",
        childs_words="I want to ring my sister.",
        checked=["rota"],
        by=cast.amy,
        as_of=NOW,
    )


@pytest.fixture
def written(cast, placement):
    return log_of(placement, cast.priya, at(dt.date(2026, 3, 19), 0), at(dt.date(2026, 3, 19), 20))
