"""Migrations in groups are the same operations in the same order, and none is told of what a later one makes."""

from django.db import models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    RemoveConstraint,
    RemoveField,
    RenameField,
    RunPython,
    RunSQL,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from core.migrating import Together, _touched_by, grouped


def inside(operation):
    return operation.operations if isinstance(operation, Together) else [operation]


def test_the_products_own_migrations_keep_their_order_and_leave_the_same_state():
    loader = MigrationLoader(None)
    one_by_one, in_groups = ProjectState(), ProjectState()
    for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        migration = loader.graph.nodes[key]
        groups = list(grouped(migration.operations))
        assert [each for group in groups for each in inside(group)] == migration.operations
        for group in groups:
            touched = [_touched_by(each) for each in inside(group)]
            assert len(set(touched)) == len(touched)
            group.state_forwards(migration.app_label, in_groups)
        migration.mutate_state(one_by_one, preserve=False)
    assert one_by_one == in_groups
    assert len(in_groups.models) > 100


def test_what_touches_the_same_thing_twice_is_apart_and_so_is_what_nothing_is_known_of():
    fields = [("id", models.BigAutoField(primary_key=True)), ("kind", models.TextField())]
    big = models.Q(id__gt=9)
    operations = [
        CreateModel("Swan", fields),
        CreateModel("Goose", fields),
        #
        AddIndex("swan", models.Index(fields=["kind"], name="swan_kind")),
        AddField("goose", "flies", models.BooleanField(default=True)),
        AddConstraint("goose", models.CheckConstraint(condition=big, name="goose_big")),
        RunSQL("SELECT 1"),
        AlterField("swan", "id", models.BigAutoField(primary_key=True, verbose_name="number")),
        #
        AlterField("goose", "kind", models.CharField(max_length=9)),
        #
        RemoveField("goose", "kind"),
        RemoveConstraint("goose", "goose_big"),
        AddField("swan", "flies", models.BooleanField(default=True)),
        #
        AddConstraint("goose", models.CheckConstraint(condition=~big, name="goose_big")),
        #
        RunPython(RunPython.noop),
        RenameField("swan", "flies", "swims"),
        RunSQL("SELECT 2", state_operations=[RemoveField("swan", "swims")]),
        #
        AddField("goose", "swims", models.BooleanField(default=True)),
    ]
    groups = list(grouped(operations))
    assert [len(inside(group)) for group in groups] == [2, 4, 2, 3, 1, 1, 1, 1, 1]
    assert [each for group in groups for each in inside(group)] == operations
    states = []
    for given in (operations, groups):
        state = ProjectState()
        assert not state.apps.get_models()
        for operation in given:
            operation.state_forwards("birds", state)
        states.append(state)
    assert states[0] == states[1]
    assert {model._meta.model_name for model in states[1].apps.get_models()} == {"swan", "goose"}
