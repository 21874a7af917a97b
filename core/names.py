"""Whether what somebody typed holds a person's name: “Tom Heron, the team manager”, “HERON, Tom”."""

import re

from django.db.models import Q

BETWEEN = r"\W*"  # a space, a comma, an apostrophe, or nothing


def _said(name: str, edge: str) -> str:
    """The whole of a name as it may stand in a text, the surname last or first, with whatever is between its words."""
    words = re.findall(r"\w+", name.lower())
    orders = dict.fromkeys(BETWEEN.join(order) for order in (words, [*words[-1:], *words[:-1]]))
    return f"{edge}({'|'.join(orders)}){edge}" if words else ""


def holds(text: str, name: str) -> bool:
    """Whether the whole of a name stands in a text, whatever its capitals, spaces and points."""
    said = _said(name, r"\b")
    return bool(said) and re.search(said, text, re.IGNORECASE) is not None


def holding(field: str, name: str) -> Q:
    """The same, asked of a column."""
    said = _said(name, r"\y")
    return Q(**{f"{field}__iregex": said}) if said else Q(pk__in=[])
