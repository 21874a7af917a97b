"""How the house is laid out: floors, rooms, and what is in none of them."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from tests.core.access.addresses import PAGES

FLOORS = (
    "core",
    "children",
    "placements",
    "staffing",
    "governance",
    "lado",
    "oversight",
    "escalations",
    "exchange",
    "dashboards",
    "config",
)
ROOT = Path(settings.BASE_DIR)


def sources(*names):
    for app in FLOORS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts and (not names or names[0] in (path.stem, path.parent.name)):
                yield path


def test_no_view_reaches_for_everything():
    """`Model.for_user(user)` is the only way in; `.objects` in a view would show what it likes."""
    found = []
    views = list(sources("views"))
    assert len(views) > 8
    for path in views:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
                found += [f"{path.relative_to(ROOT)}:{node.lineno}"]
    assert found == []


def test_foreign_keys_point_down():
    up = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in FLOORS:
            continue
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model._meta.app_label in FLOORS:
                here, there = (FLOORS.index(m._meta.app_label) for m in (model, field.related_model))
                if there > here:
                    up.append(f"{model._meta.label}.{field.name}")
    assert up == []


def test_every_app_of_ours_has_its_floor():
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert ours | {"config"} == set(FLOORS)


def test_there_are_no_signals():
    """What follows a write is in the action that writes."""
    banned = re.compile(r"django\.(dispatch|.*signals)")
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            assert not any(banned.match(f"{module}.{name}".lstrip(".")) for name in names), path


def test_no_model_overrides_its_saving():
    for model in apps.get_models():
        if model._meta.app_label in FLOORS and not hasattr(model, "history_object"):
            for name in ("save", "delete"):
                assert name not in vars(model), f"{model._meta.label}.{name}"


def test_django_uses_the_driver_that_was_measured():
    import importlib.util

    from django.db import connection

    assert importlib.util.find_spec("psycopg") is None
    assert connection.Database.__name__ == "psycopg2"


def test_the_admin_is_not_there():
    assert not apps.is_installed("django.contrib.admin")


@pytest.mark.parametrize("name", PAGES)
def test_no_address_can_hold_a_name(name):
    converters = PAGES[name].pattern.converters
    for key, converter in converters.items():
        if type(converter).__name__ == "IntConverter":
            continue
        assert (name, key) in {
            ("core:choose_password", "who"),
            ("core:choose_password", "token"),
            ("core:draft", "key"),
        } or key == "reference"


def test_no_word_of_the_shell_can_be_a_pages_own():
    """What the shell names it names over whatever a view has given the page."""
    named = re.findall(r" as (\w+) %}", (ROOT / "templates" / "base.html").read_text())
    assert len(named) > 5
    assert [name for name in named if not name.startswith("shell_")] == []
    assert [str(path) for path in sources() if "shell_" in path.read_text()] == []
