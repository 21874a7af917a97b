"""The test database is made by the owner and used as the app's role, as in life; its triggers stay on."""

import gc

import pytest
from django.test import TransactionTestCase

from core.db import rows_of
from oversight import sweep as sweeping
from tests import database, told_once

PLANNED_AS_IN_LIFE = sweeping.of_everything

# What takes longest: begun first, half of it by each of two workers, so that neither waits for the other at the end.
LONGEST = ("tests/config/test_run.py", "tests/browser/test_journey_", "tests/drills/", "test_drills.py", "test_demo.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    long = [item for item in items if any(name in item.nodeid for name in LONGEST)]
    long.sort(key=lambda item: next(place for place, name in enumerate(LONGEST) if name in item.nodeid))
    rest = [item for item in items if item not in set(long)]
    # What shares something loaded for all of a file stays with one worker.
    shared = [item for item in long if "test_demo.py" in item.nodeid]
    long = [item for item in long if item not in shared]
    half = (len(items) + 1) // 2 - len(long[::2]) - len(shared)
    items[:] = [*long[::2], *shared, *rest[:half], *long[1::2], *rest[half:]]


def pytest_collection_finish():
    """What is loaded by now stays to the end: to look through all of it for garbage again and again takes 6 s in 100."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef, request):
    """Scenes that are told once lie around the savepoint of the test, and so are told before it."""
    if fixturedef.argname == "_django_db_helper":
        with request.getfixturevalue("django_db_blocker").unblock():
            told_once.prepare(request)


@pytest.fixture(autouse=True, scope="session")
def _only_what_has_rows_is_emptied():
    """Django would empty every table after a test that commits, and fill in its own again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: database.empty())
        yield


@pytest.fixture(autouse=True, scope="session")
def _sweeps_are_planned_once():
    """To plan a sweep takes a third of a second, to run it over a test's few records a tenth."""
    with pytest.MonkeyPatch.context() as patch:
        types = sweeping.TYPES | {"rule": "text"}
        patch.setattr(sweeping, "of_everything", lambda statement, given: rows_of(statement, types, given))
        yield


@pytest.fixture
def planned_as_in_life(monkeypatch):
    """Each sweep is planned anew. The drills and the benchmarks, which no fixture reaches, have it so too."""
    monkeypatch.setattr(sweeping, "of_everything", PLANNED_AS_IN_LIFE)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    with django_db_blocker.unblock():
        database.make()
        yield
        told_once.take_back()
        database.drop()


@told_once.told_once
def cast():
    """The named people and children every test knows: see tests/cast.py."""
    from tests.cast import Cast

    return Cast()
