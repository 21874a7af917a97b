"""Many new rows at once, by PostgreSQL's COPY: several times faster than INSERT. History triggers see it as any write."""

import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import JSONField, Model

from core.fields import RecordedAt

ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\x00": None})


@cache
def _columns(model: type[Model]) -> dict[str, tuple[str, Any, bool]]:
    """Each field's attribute: its column, what it is when nothing is said, and whether it holds JSON."""
    empty = model()
    return {
        field.attname: (str(field.column), getattr(empty, field.attname), isinstance(field, JSONField))
        for field in model._meta.concrete_fields
        if not field.primary_key and not isinstance(field, RecordedAt)
    }


def copy_in(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows given by their fields' attributes (`child_id`, not `child`). Nothing is returned: no keys are learnt."""
    columns = _columns(model)
    buffer = io.StringIO()
    for row in rows:
        cells = [_cell(row.get(name, default), is_json) for name, (_, default, is_json) in columns.items()]
        buffer.write("\t".join(cells))
        buffer.write("\n")
    if not buffer.tell():
        return
    buffer.seek(0)
    names = ", ".join(connection.ops.quote_name(column) for column, _, _ in columns.values())
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {connection.ops.quote_name(model._meta.db_table)} ({names}) FROM STDIN", buffer)


def _cell(value: Any, is_json: bool) -> str:
    if value is None:
        return r"\N"
    if is_json:
        return json.dumps(value, sort_keys=True).translate(ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value).translate(ESCAPES)


def as_row(record: Model) -> dict[str, Any]:
    """A record that is not yet written, as a row."""
    return {name: getattr(record, name) for name in _columns(type(record))}
