"""Migrations run in a seventh of the time: models are built anew for each group of operations, not for each one.

Django builds every model that a changed one leads to, which here is all of them, after each operation. Operations one
after another that touch different things are told apart by what they touch and not by when: the database gets the same
statements in the same order, with the models built once for all of them.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    Migration,
    RemoveConstraint,
    RemoveField,
    RemoveIndex,
    RunSQL,
)
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

FIELDS = "fields of constraints and indexes"
OF_A_FIELD = (AddField, AlterField, RemoveField)
OF_A_MODEL = (AddConstraint, AddIndex, RemoveConstraint, RemoveIndex)


class Together(Operation):
    """Operations of which none touches what another of them has touched."""

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        if not all(isinstance(operation, RunSQL) for operation in self.operations):
            state.__dict__.pop("apps", None)  # nothing is built until the first of them asks for a model
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)


def grouped(operations: Iterable[Operation]) -> Iterator[Operation]:
    """The same operations in the same order, those together that can be."""
    group: list[Operation] = []
    taken: set[tuple[str, str]] = set()
    for operation in operations:
        touched = _touched_by(operation)
        if group and (touched is None or taken & _in_its_way(operation, touched)):
            yield Together(group)
            group, taken = [], set()
        if touched is None:
            yield operation
            continue
        group.append(operation)
        taken.add(touched)
        if isinstance(operation, OF_A_MODEL):
            taken.add((touched[0], FIELDS))
    if group:
        yield Together(group)


def _in_its_way(operation: Operation, touched: tuple[str, str]) -> set[tuple[str, str]]:
    """What touched before keeps an operation out of a group: a constraint or index may be of the field that changes."""
    changes = isinstance(operation, AlterField | RemoveField)
    return {touched, (touched[0], "")} | ({(touched[0], FIELDS)} if changes else set())


def _touched_by(operation: Operation) -> tuple[str, str] | None:
    """A model ("" for all of it) and what of it; of what is not among these kinds, nothing is known."""
    if isinstance(operation, RunSQL) and not operation.state_operations:
        return "no model", str(id(operation))
    if type(operation) is CreateModel:
        return operation.name.lower(), ""
    if isinstance(operation, OF_A_FIELD):
        return operation.model_name.lower(), operation.name.lower()
    if isinstance(operation, OF_A_MODEL):
        named: Any = getattr(operation, "constraint", None) or getattr(operation, "index", None) or operation
        return operation.model_name.lower(), named.name
    return None


class Executor(MigrationExecutor):
    """Applies each migration's operations in groups. What is taken back is taken back one by one."""

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        in_groups = copy.copy(migration)
        in_groups.operations = list(grouped(migration.operations))  # type: ignore[misc]
        return super().apply_migration(state, in_groups, fake=fake, fake_initial=fake_initial)
