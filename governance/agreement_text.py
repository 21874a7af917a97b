"""The general text a placement agreement starts from, and what of an agreement is of this child and no other."""

import difflib
from typing import NamedTuple

TEMPLATE = """The provider will keep the child safe and treat them with respect.
The provider will follow the child’s care plan and placement plan.
The provider will support the child’s education and health.
The provider will support contact with family as the care plan says.
The provider will tell the council at once of any serious incident.
The council will pay for the placement as agreed.
Either side may end the placement by giving 28 days’ notice in writing."""


class Line(NamedTuple):
    mark: str  # "" in both, "own" only in this agreement, "general" only in the general text
    text: str


def compared(template: str, text: str) -> list[Line]:
    """An agreement beside the general text, line by line. Spaces at the ends of a line make no difference."""
    marks = {"  ": "", "+ ": "own", "- ": "general"}
    lines = difflib.ndiff(_lines(template), _lines(text))
    return [Line(marks[line[:2]], line[2:]) for line in lines if line[:2] in marks]


def own_lines(template: str, text: str) -> int:
    """How many lines of an agreement are not the general text’s, blank ones not counted."""
    return sum(line.mark == "own" and bool(line.text) for line in compared(template, text))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]
