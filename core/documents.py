"""Documents printed from the code, so that what a reader is told is what the house does.

    documents.register("docs/rulebook.md", render)      in an app's `ready()`

`manage.py documents` writes them; `--check` says which no longer tell the truth.
"""

from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.conf import settings

from core import history
from core.access import ROLES, Permission, Role, Scope

_documents: dict[str, Callable[[], str]] = {}


def register(path: str, render: Callable[[], str]) -> None:
    """`path` is from the top of the repository; `render()` gives the whole text."""
    _documents[path] = render


def write() -> list[str]:
    """Write those that have changed; returns their paths."""
    changed = out_of_date()
    for path in changed:
        _file(path).parent.mkdir(parents=True, exist_ok=True)
        _file(path).write_text(_documents[path](), encoding="utf-8")
    return changed


def out_of_date() -> list[str]:
    """The documents that are not, letter for letter, what the code would print."""
    return [path for path, render in sorted(_documents.items()) if _text(path) != render()]


def _file(path: str) -> Path:
    return Path(settings.BASE_DIR) / path


def _text(path: str) -> str | None:
    return _file(path).read_text(encoding="utf-8") if _file(path).exists() else None


# --- docs/access.md -------------------------------------------------------------------------------------------------

PRINTED = "Printed by `manage.py documents`; `make check` compares it. Do not edit it here."


def access_document() -> str:
    """Who may do what, for a reader who does not program."""
    lines = [
        "# Who may do what",
        "",
        f"{PRINTED} The rules themselves are in `core/access.py`.",
        "",
        "A person has one account, and an account has one role. The role says what she may do. *Which children* she",
        "may do it for is another question, answered each time a page is opened from the allocations, teams and",
        "placements that stand on that day, and never from a list somebody has to keep. Two authorities never see each",
        "other's children. What a person may not see is not there for her: she is told that there is no such page, in",
        "the same words as for a page that never was. What she may see and not do is refused.",
        "",
        "## Roles",
        "",
        "| Role | What they are for | Which children they reach |",
        "|---|---|---|",
    ]
    lines += [f"| {role.label} | {ROLES[role].description} | {ROLES[role].scope.value.capitalize()} |" for role in Role]
    lines += ["", "## What each role may do", ""]
    for role in Role:
        lines += [f"### {role.label}", ""]
        may = [permission for permission in Permission if permission in ROLES[role].may]
        lines += [f"- {permission.value.capitalize()}" for permission in may] or [
            "- Nothing yet: their part comes later."
        ]
        lines.append("")
    lines += ["## Who may do each thing", "", "| To… | Roles |", "|---|---|"]
    for permission in Permission:
        roles = [role.label for role in Role if permission in ROLES[role].may]
        lines.append(f"| {permission.value} | {', '.join(roles)} |")
    lines += ["", "## Reach", "", "| Which children | Roles |", "|---|---|"]
    for scope in Scope:
        roles = [role.label for role in Role if ROLES[role].scope == scope]
        lines.append(f"| {scope.value.capitalize()} | {', '.join(roles)} |")
    lines += [
        "",
        "## What always holds",
        "",
        "- A page that has not said who may use it is refused to everyone.",
        "- Opening a child's file is written down: who, and when. If that cannot be written, the page is not shown.",
        "- Access by allocation starts and ends with the day: the day it ends is not covered.",
        "- A provider's staff reach the children placed with their provider by a council that appointed them, while the",
        "  placement lasts, and see the placement and its logs, not what she told her social worker.",
        "- A deactivated account ends at once, with every session it had. Its flags pass to the next person up.",
        "- An administrator runs accounts and reaches no child.",
        "",
    ]
    return "\n".join(lines)


# --- docs/history.md ------------------------------------------------------------------------------------------------

KEPT = {
    "tracked": (
        "Tracked",
        "Every change leaves a row that says what, who, why and when, however it was made; the rows cannot be changed.",
    ),
    "insert-only": ("Written once", "Finished notes and events: never changed and never removed, only added to."),
    "untracked": ("Not tracked, because…", "Nothing here is a record of a child or of a decision."),
    "unused": ("Not used", "Tables that come with the libraries. The app can read them and write nothing in them."),
}


def history_document() -> str:
    """How each kind of record is kept."""
    lines = ["# What is kept of each record", "", f"{PRINTED} How it works is in `core/history.py`.", ""]
    models = [m for m in apps.get_models(include_auto_created=True) if not hasattr(m, "history_object")]
    for how, (heading, meaning) in KEPT.items():
        lines += [f"## {heading}", "", meaning, ""]
        for model in sorted(models, key=lambda m: m._meta.label):
            kept, why = history.keeping(model)
            if kept == how:
                about = why or _first_sentence(model)
                lines.append(f"- **{model._meta.label}**{': ' if about else ''}{about}")
        lines.append("")
    return "\n".join(lines)


def _first_sentence(model: type) -> str:
    paragraph = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    return "" if paragraph.startswith(f"{model.__name__}(") else paragraph
