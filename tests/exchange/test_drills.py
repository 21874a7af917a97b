"""The import's drills at a small share; `make drill` runs them in full."""

import os

import pytest

from tests.drills import large_import


@pytest.fixture(autouse=True)
def same_servers(monkeypatch):
    monkeypatch.setitem(os.environ, "HELD_PROFILE", "test")


def test_memory_does_not_grow_with_the_file():
    small, large = large_import.measure(200), large_import.measure(4_000)
    assert (large["rows"], large["episodes"]) == (4_000, 3_600)
    assert large["peak MB"] <= large_import.LIMIT_MB
    assert large["peak MB"] - small["peak MB"] < 8, "a file 20 times as long takes hardly more"
