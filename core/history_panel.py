"""Who changed what from what to what, and why: a record's history as its page shows it.

    context["history"] = changes(placement)                      one record
    context["history"] = changes(child, *allocations, *statuses) several, of any kinds, as one list

and `<c-history-panel :entries="history" />` in the template. The number of queries depends on how many kinds of record
are asked about, never on how many changes there are.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import ForeignKey, JSONField, Model, OuterRef, Subquery, prefetch_related_objects

from core import clock
from core.fields import RecordedAt

WHAT = {"+": "Added", "~": "Changed", "-": "Removed"}
ACTION = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")  # how an action is named
REASON = re.compile(r"why|reasons?|(.+_)?reason")  # the fields in which a record keeps why it is so
# A note that is never edited names its author in one of these.
AUTHORS = ("recorded_by", "author", "authorised_by", "by")


class Change(NamedTuple):
    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """One act on a record. `changes` unpack as (field, old, new); an empty string is an empty field."""

    at: dt.datetime
    who: str
    what: str
    why: str = ""
    changes: Sequence[Change] = field(default_factory=list)


def changes(*records: Model, limit: int = 100) -> list[Entry]:
    """What was done to these records, newest first, at most `limit` acts.

    A finished note (its model is `insert_only`) has no changes: its writing and what was added to it are told instead.
    Give only records the person may see: a history shows what its record shows.
    """
    by_model: dict[type[Model], list[Model]] = defaultdict(list)
    for record in records:
        by_model[type(record)].append(record)
    entries: list[Entry] = []
    for model, group in by_model.items():
        noun = str(model._meta.verbose_name) if len(records) > 1 else ""
        told = _told_of_notes if getattr(model, "insert_only", False) else _told_by_history
        entries += told(model, group, noun, limit)
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


# --- tracked records ----------------------------------------------------------------------------------------------


def _told_by_history(model: type[Model], records: list[Model], noun: str, limit: int) -> list[Entry]:
    kept = model.history.model  # type: ignore[attr-defined]
    before = kept._base_manager.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    rows = list(
        kept._base_manager.filter(id__in=[record.pk for record in records])
        .annotate(row_before=Subquery(before.order_by("-pk").values("pk")[:1]))
        .select_related("history_user")
        .order_by("-pk")[:limit]
    )
    earlier = {row.pk: row for row in rows}
    missing = {row.row_before for row in rows} - earlier.keys() - {None}
    if missing:
        earlier |= kept._base_manager.in_bulk(missing)
    told = [(row, _differences(model, row, earlier.get(row.row_before))) for row in rows]
    names = _names(difference for _, differences in told for difference in differences)
    return [
        Entry(
            at=row.history_date,
            who=_who(row),
            what=_what(WHAT[row.history_type], noun),
            why=_why(row.history_change_reason or "", differences, names),
            changes=[Change(_label(f), _shown(f, old, names), _shown(f, new, names)) for f, old, new in differences],
        )
        for row, differences in told
    ]


def _differences(model: type[Model], row: Any, earlier: Any) -> list[tuple[Any, Any, Any]]:
    """Each field that is not as it was before: (field, old value, new value). A removal has none."""
    if row.history_type == "-":
        return []
    kept = {f.attname for f in type(row)._meta.concrete_fields}
    found = []
    for f in model._meta.concrete_fields:
        if f.primary_key or isinstance(f, RecordedAt) or f.attname not in kept:
            continue
        new = getattr(row, f.attname)
        old = getattr(earlier, f.attname) if earlier is not None and row.history_type == "~" else None
        if new != old and not (earlier is None and new in (None, "", [], {})):
            found.append((f, old, new))
    return found


def _names(differences: Iterable[tuple[Any, Any, Any]]) -> dict[tuple[type[Model], Any], str]:
    """What the records that foreign keys point at are called, one query a kind."""
    wanted: dict[type[Model], set[Any]] = defaultdict(set)
    for f, old, new in differences:
        # A record that has no name of its own is called by its number, and is not read for that: it may be a document.
        if isinstance(f, ForeignKey) and f.related_model.__str__ is not Model.__str__:
            wanted[f.related_model] |= {old, new} - {None}
    return {
        (model, pk): str(record)
        for model, pks in wanted.items()
        for pk, record in model._base_manager.in_bulk(pks).items()
    }


def _why(reason: str, differences: Iterable[tuple[Any, Any, Any]], names: dict[tuple[type[Model], Any], str]) -> str:
    """The reason stated; where the act has no more than a name, the reason the record itself was given with it."""
    given = (_shown(f, new, names) for f, _, new in differences if new and REASON.fullmatch(f.name))
    return next(given, "") or in_words(reason) if not reason or ACTION.fullmatch(reason) else reason


def _who(row: Any) -> str:
    if row.history_user is not None:
        return str(row.history_user)
    if row.history_change_reason:
        return "Held in Mind itself"  # the sweep, or an import from the command line
    return f"unattributed (database user {row.db_user})"


# --- finished notes -----------------------------------------------------------------------------------------------


def _told_of_notes(model: type[Model], notes: list[Model], noun: str, limit: int) -> list[Entry]:
    author = next((name for name in AUTHORS if name in {f.name for f in model._meta.fields}), None)
    takes_additions = any(relation.get_accessor_name() == "additions" for relation in model._meta.related_objects)
    wanted = [author] if author else []
    prefetch_related_objects(notes, *wanted, *(["additions__by"] if takes_additions else []))
    entries = []
    for note in notes:
        written_by = str(getattr(note, author)) if author else "Held in Mind itself"
        entries.append(Entry(at=note.recorded_at, who=written_by, what=_what("Added", noun)))  # type: ignore[attr-defined]
        for addition in note.additions.all() if takes_additions else ():  # type: ignore[attr-defined]
            said = [Change("Text", "", addition.text)]
            if addition.outcome:
                said.append(Change("Corrected outcome", "", addition.get_outcome_display()))
            entries.append(
                Entry(
                    at=addition.recorded_at,
                    who=str(addition.by),
                    what=_what(addition.get_kind_display(), noun),
                    why=addition.reason,
                    changes=said,
                )
            )
    return entries


# --- words --------------------------------------------------------------------------------------------------------


def in_words(reason: str) -> str:
    """The name of an action as a phrase ("move_placement" → "Move placement"); a stated reason as it was stated."""
    if ACTION.fullmatch(reason):
        return reason.replace("_", " ").capitalize()
    return reason


def _what(act: str, noun: str) -> str:
    return f"{act}: {noun}" if noun else act


def _label(f: Any) -> str:
    label = str(f.verbose_name)
    return label[:1].upper() + label[1:]


def _shown(f: Any, value: Any, names: dict[tuple[type[Model], Any], str]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(f, ForeignKey):
        return names.get((f.related_model, value), f"{f.related_model._meta.verbose_name} {value}")
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if f.flatchoices:
        return str(dict(f.flatchoices).get(value, value))
    if isinstance(value, dt.datetime):
        local = value.astimezone(clock.LONDON)
        return f"{local.day} {local:%B %Y} at {local:%H:%M}"
    if isinstance(value, dt.date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(f, JSONField):
        return _json_shown(value)
    return str(value)


def _json_shown(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_json_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(_json_shown(part) for part in value)
    return str(value)
