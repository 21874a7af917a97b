"""Putting together what two people wrote at the same time, so that neither loses a character.

Line by line, against what both of them began from. Where they wrote in different places both go in; where they wrote in
the same place both are kept, one under the other, with a line between that says so.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple


class Merged(NamedTuple):
    text: str
    clashed: bool  # they wrote in the same place


class _Change(NamedTuple):
    start: int  # of the lines both began from, the first that is replaced
    end: int  # and the one after the last
    lines: Sequence[str]
    mine: bool


def merge(base: str, theirs: str, mine: str, *, between: str) -> Merged:
    """`theirs` was saved while `mine` was typed, and both began from `base`. `between` is the line that tells them apart."""
    if mine in (base, theirs):
        return Merged(theirs, False)
    if theirs == base:
        return Merged(mine, False)
    began = base.split("\n") if base else []
    changes = sorted([*_changes(began, theirs, False), *_changes(began, mine, True)], key=lambda c: (c.start, c.end))
    kept: list[str] = []
    reached, clashed = 0, False
    while changes:
        group, changes = _touching(changes)
        start, end = group[0].start, max(change.end for change in group)
        kept += began[reached:start]
        first, second = (_applied(began, start, end, [c for c in group if c.mine == mine]) for mine in (False, True))
        if not any(change.mine for change in group) or first == second:
            kept += first
        elif all(change.mine for change in group):
            kept += second
        else:
            clashed = True
            kept += [*first, between, *second]
        reached = end
    return Merged("\n".join([*kept, *began[reached:]]), clashed)


def _changes(began: list[str], text: str, mine: bool) -> list[_Change]:
    lines = text.split("\n") if text else []
    found = SequenceMatcher(None, began, lines, autojunk=False).get_opcodes()
    return [_Change(i1, i2, lines[j1:j2], mine) for tag, i1, i2, j1, j2 in found if tag != "equal"]


def _touching(changes: list[_Change]) -> tuple[list[_Change], list[_Change]]:
    """The first change with every one that reaches it; and the rest."""
    end, number = changes[0].end, 1
    while number < len(changes) and changes[number].start <= end:
        end = max(end, changes[number].end)
        number += 1
    return changes[:number], changes[number:]


def _applied(began: list[str], start: int, end: int, changes: list[_Change]) -> list[str]:
    """The lines from `start` to `end` as one of the two has them."""
    lines: list[str] = []
    for change in changes:
        lines += [*began[start : change.start], *change.lines]
        start = change.end
    return [*lines, *began[start:end]]
