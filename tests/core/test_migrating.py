"""Migrations in groups are the same operations in the same order, and none is told of what a later one makes."""

from django.db import models
from django.db.migrations import AddField, AddIndex, AlterField, CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from core.migrating import Together, grouped


def inside(operation):
    return operation.operations if isinstance(operation, Together) else [operation]


def test_the_products_own_migrations_keep_their_order_and_leave_the_same_state():
    for migration in MigrationLoader(None).disk_migrations.values():
        groups = list(grouped(migration.operations))
        assert [each for group in groups for each in inside(group)] == migration.operations
        for group in groups:
            made = {each.name for each in inside(group) if isinstance(each, CreateModel)}
            assert not made & {getattr(each, "model_name", "") for each in inside(group)}


def test_what_adds_to_a_model_made_here_comes_after_it_and_what_alters_is_alone():
    fields = [("id", models.BigAutoField(primary_key=True)), ("kind", models.TextField())]
    operations = [
        CreateModel("Swan", fields),
        CreateModel("Goose", fields),
        AddIndex("swan", models.Index(fields=["kind"], name="swan_kind")),
        AddField("goose", "flies", models.BooleanField(default=True)),
        AlterField("goose", "kind", models.CharField(max_length=9)),
        AddField("swan", "flies", models.BooleanField(default=True)),
    ]
    groups = list(grouped(operations))
    assert [inside(group) for group in groups] == [operations[:2], operations[2:4], operations[4:5], operations[5:]]
    states = []
    for given in (operations, groups):
        state = ProjectState()
        assert not state.apps.get_models()
        for operation in given:
            operation.state_forwards("birds", state)
        states.append(state)
    assert states[0] == states[1]
