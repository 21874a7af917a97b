"""The import's drills at a small share; `make drill` runs them in full."""

import os

import pytest

from tests import database
from tests.drills import large_import


@pytest.fixture(autouse=True)
def same_servers(monkeypatch):
    monkeypatch.setitem(os.environ, "HELD_PROFILE", "test")


def test_memory_does_not_grow_with_the_file(django_db_setup):
    with database.copy() as name:
        small, large = large_import.measure_one_after_another(5_000, 10_000, database=name)
    assert (large["rows"], large["episodes"]) == (10_000, 9_000)
    assert large["peak MB"] <= large_import.LIMIT_MB
    assert large["peak MB"] - small["peak MB"] < 6, "a file twice as long takes hardly more"
