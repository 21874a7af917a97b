"""Tables for a spreadsheet: CSV whose cells it will not take for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

BYTE_ORDER_MARK = "\ufeff"  # without it, a spreadsheet takes our quotation marks for something else


def harmless(cell: Any) -> Any:
    """A cell a spreadsheet will not take for a formula: what it holds may be somebody else's text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def as_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A file to download, called `name`."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    response = HttpResponse(BYTE_ORDER_MARK + sheet.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
