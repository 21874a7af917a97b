"""The import's drills at a small share; `make drill` runs them in full."""

import os

import pytest

from tests.drills import large_import


@pytest.fixture(autouse=True)
def same_servers(monkeypatch):
    monkeypatch.setitem(os.environ, "HELD_PROFILE", "test")


def test_memory_does_not_grow_with_the_file():
    small, large = large_import.measure_one_after_another(500, 5_000)
    assert (large["rows"], large["episodes"]) == (5_000, 4_500)
    assert large["peak MB"] <= large_import.LIMIT_MB
    assert large["peak MB"] - small["peak MB"] < 10, "a file 10 times as long takes hardly more"
