"""A scene that many tests begin with is told once; each test goes on from its end with objects of its own.

    @told_once
    def placed(cast):
        return cast.placement(cast.child(), dt.date(2026, 1, 5))

is a fixture like any other, and may itself begin with other such scenes. It is told within a transaction that is never
committed; a test's own changes lie in a savepoint within it and go with the test, as they always do, and what the test
is handed is a copy. A scene is taken back when a test comes that begins otherwise, is of another file or commits: the
last has it told for itself.
"""

import copy
import functools
import inspect
from collections.abc import Callable
from itertools import takewhile
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

COMMITS = {"transactional_db", "live_server", "django_db_reset_sequences", "django_db_serialized_rollback"}
_HANDED = pytest.StashKey[dict[str, Any]]()


def told_once(scene: Callable) -> Any:
    """Make a function a fixture that is told once. Its parameters are other scenes told once."""

    @functools.wraps(scene)
    def fixture(db, request, **begins_with):
        handed = request.node.stash.get(_HANDED, {})
        return handed[scene.__name__] if scene.__name__ in handed else scene(**begins_with)

    own = inspect.signature(scene).parameters.values()
    ours = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("db", "request")]
    fixture.__signature__ = inspect.Signature([*ours, *own])
    fixture.told_once = scene
    return pytest.fixture(fixture)


def prepare(request: pytest.FixtureRequest) -> None:
    """Before a test's own savepoint is opened: tell what it begins with, and put its copies where the fixtures find them."""
    marker = request.node.get_closest_marker("django_db")
    if COMMITS & set(request.fixturenames) or (marker and marker.kwargs.get("transaction")):
        take_back()
        return
    scenes: dict[str, Callable] = {}
    for name in request.fixturenames:
        _with_what_it_begins(request, name, scenes)
    request.node.stash[_HANDED] = STAGE.hand_out(request.node.path, scenes)


def _with_what_it_begins(request, name: str, scenes: dict[str, Callable]) -> None:
    fixtures = request._fixturemanager.getfixturedefs(name, request.node) or [None]
    scene = getattr(getattr(fixtures[-1], "func", None), "told_once", None)
    if scene is not None:
        for earlier in inspect.signature(scene).parameters:
            _with_what_it_begins(request, earlier, scenes)
            assert earlier in scenes, f"{name} is told once and begins with {earlier}, which is not"
        scenes.setdefault(name, scene)


class _Stage:
    """What has been told, each scene within the one before, with the ends of them all as they were then."""

    def __init__(self):
        self.file: Any = None
        self.told: list[tuple[Callable, tuple[transaction.Atomic, Any], dict[str, Any]]] = []

    def hand_out(self, file: Any, scenes: dict[str, Callable]) -> dict[str, Any]:
        both = zip((scene for scene, *_ in self.told), scenes.values(), strict=False)
        self.take_back(
            down_to=sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], both)) if file == self.file else 0
        )
        self.file = file
        for name, scene in list(scenes.items())[len(self.told) :]:
            self._tell(name, scene)
        return self._ends()

    def _ends(self) -> dict[str, Any]:
        return copy.deepcopy(self.told[-1][2]) if self.told else {}

    def _tell(self, name: str, scene: Callable) -> None:
        ends = self._ends()
        within = transaction.atomic()
        within._from_testcase = True  # as around a test: what must be outermost in life may be so within it
        within.__enter__()
        by = connections[DEFAULT_DB_ALIAS]
        try:
            ends[name] = scene(**{earlier: ends[earlier] for earlier in inspect.signature(scene).parameters})
            connection.check_constraints()  # here and not at the end of each test
        except BaseException:
            _undo(within, by)
            raise
        self.told.append((scene, (within, by), ends))

    def take_back(self, *, down_to: int = 0) -> None:
        while len(self.told) > down_to:
            _, (within, by), _ = self.told.pop()
            _undo(within, by)


def _undo(within: transaction.Atomic, by: Any) -> None:
    """By the connection that told it: while a browser is driven in this thread, Django has another."""
    now = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = by
    try:
        transaction.set_rollback(True)
        within.__exit__(None, None, None)
    finally:
        connections[DEFAULT_DB_ALIAS] = now


STAGE = _Stage()
take_back = STAGE.take_back
