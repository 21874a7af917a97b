"""Checks no linter has: `python -m config.check`, part of `make check`."""

import ast
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("core", "children", "placements", "staffing", "governance", "lado", "oversight", "escalations", "exchange",
        "dashboards", "config")  # fmt: skip


def managers_in_views() -> Iterator[str]:
    """A view asks for what its user may see (`Model.for_user(user)`), never for everything (`Model.objects`)."""
    for app in APPS:
        for path in [ROOT / app / "views.py", *(ROOT / app / "views").rglob("*.py")]:
            if not path.exists():
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager"):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: .{node.attr} in a view; use Model.for_user(user)"


def addresses_in_locks() -> Iterator[str]:
    """A lock file says what and which hash, not from where: that is for whoever installs to choose."""
    for path in [ROOT / "requirements.lock", *(ROOT / "locks").iterdir()]:
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if "://" in line:
                yield f"{path.relative_to(ROOT)}:{number}: an address in a lock file; write it with `make lock`"
    for name, package in json.loads((ROOT / "package-lock.json").read_text())["packages"].items():
        if "resolved" in package:
            yield f"package-lock.json: {name or 'the root'} has a download address; write it with `make lock`"


def wrong_driver() -> Iterator[str]:
    """Django silently prefers psycopg 3 when it can be imported; everything here was measured with psycopg2."""
    if importlib.util.find_spec("psycopg"):
        yield "psycopg (3) can be imported: find what depends on it, and leave that out"


def main() -> int:
    problems = [*managers_in_views(), *addresses_in_locks(), *wrong_driver()]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
