"""From a child's episodes to what the house keeps: her periods of care, legal statuses and placements.

The return cuts time into episodes, each new when anything changes. Here the runs of episodes that are one period of
care, one status or one placement are put together again, and set against what is on record. Pure: nothing is written.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from exchange.judging import CEASED, CHANGE, CONTINUES, NEED, PROVIDER, Episode
from placements import codes

CARE, LEGAL, PLACEMENT = "care", "legal", "placement"
KINDS = (CARE, LEGAL, PLACEMENT)
NAMED_BY = {CARE: (), LEGAL: ("code",), PLACEMENT: ("type",)}  # what makes two runs from one day the same thing


@dataclass(frozen=True)
class Run:
    """One record as the return would have it, and the keys of the episodes it comes from."""

    started_on: dt.date
    ended_on: dt.date | None
    facts: dict[str, Any]
    sources: tuple[dt.date, ...]

    @property
    def fields(self) -> dict[str, Any]:
        return {"started_on": self.started_on, "ended_on": self.ended_on, **self.facts}


def runs(episodes: Iterable[Episode]) -> dict[str, list[Run]]:
    """What a child's usable episodes, none of which overlap, come to."""
    ordered = sorted(episodes, key=lambda e: (e.start, e.end or dt.date.max))
    found: dict[str, list[Run]] = {}
    for kind, goes_on, facts in (
        (CARE, _same_care, _care),
        (LEGAL, _same_status, _legal),
        (PLACEMENT, _same_place, _placement),
    ):
        chains: list[list[Episode]] = []
        for each in ordered:
            if chains and goes_on(chains[-1][-1], each):
                chains[-1].append(each)
            else:
                chains.append([each])
        found[kind] = [Run(c[0].start, c[-1].end, facts(c), tuple(e.key for e in c)) for c in chains]
    return found


def _same_care(before: Episode, after: Episode) -> bool:
    """She stayed looked after: the next episode begins the day this one ends, and neither says care stopped between."""
    return before.end == after.start and after.get("RNE") != "S" and before.get("REC") not in CEASED


def _same_status(before: Episode, after: Episode) -> bool:
    return _same_care(before, after) and before.get("LS") == after.get("LS") and after.get("RNE") not in ("L", "B", "U")


def _same_place(before: Episode, after: Episode) -> bool:
    where = ("PLACE", "PL_POST", "URN", "PLACE_PROVIDER")
    return (
        _same_care(before, after)
        and all(before.get(column) == after.get(column) for column in where)
        and after.get("RNE") not in ("P", "T", "B", "U")
    )


def _care(chain: list[Episode]) -> dict[str, Any]:
    return {
        "need": _known(chain[0].get("CIN"), NEED),
        "end_reason": _known(chain[-1].get("REC"), CEASED, chain[-1].end),
    }


def _legal(chain: list[Episode]) -> dict[str, Any]:
    return {"code": chain[0].get("LS")}


def _placement(chain: list[Episode]) -> dict[str, Any]:
    first, last = chain[0], chain[-1]
    return {
        "type": first.get("PLACE"),
        "provider_kind": _known(first.get("PLACE_PROVIDER"), PROVIDER),
        "until_18": first.get("PLACE") in codes.LONG_TERM,
        "postcode": _short(first.get("PL_POST")),
        "urn": _short(first.get("URN")),
        "end_reason": _known(last.get("REASON_PLACE_CHANGE"), CHANGE, last.end),
    }


def _known(code: str, known: frozenset[str], ended: object = True) -> str:
    """A code of the set, or nothing: a reason for an end stands only where there is one."""
    return code if ended and code in known and code != CONTINUES else ""


def _short(value: str, longest: int = 8) -> str:
    return value if len(value) <= longest else ""


# --- against what is on record ----------------------------------------------------------------------------------------


@dataclass
class Changes:
    """What a return calls for in one kind of record of one child, and what stands in its way."""

    create: list[Run]
    update: list[tuple[Any, dict[str, Any]]]  # a record, and its fields that become something else
    remove: list[Any]
    clashes: list[tuple[Run, Any]]  # a run that cannot stand beside a record made or altered here
    kept: list[tuple[Any, str, Any]]  # a record altered here, the field, and what the return says of it


def still_open(runs: list[Run]) -> list[Run]:
    """The same runs, the last of them without its end."""
    return [*runs[:-1], *(replace(run, ended_on=None, facts=run.facts | _no_reason(run)) for run in runs[-1:])]


def _no_reason(run: Run) -> dict[str, Any]:
    return {"end_reason": ""} if "end_reason" in run.facts else {}


def compare(kind: str, before: list[Run], after: list[Run], records: list[Any], *, hold_open: bool = False) -> Changes:
    """Set what the return says now against what it said before and what is on record.

    The return may change what it said itself. What a person recorded or altered here stays: `before` tells them apart.
    With `hold_open`, a record that has not ended is not taken away either.
    """
    changes = Changes([], [], [], [], [])
    theirs = [record for record in records if record.from_return]
    told = _told(kind, before, theirs)
    pairs = _paired(before, after)

    wanted: list[tuple[Run, Any]] = []  # each run, with the record it is already in, if any
    for run in after:
        earlier = pairs.get(run.started_on)
        record = told.get(earlier.started_on) if earlier else None
        if earlier is not None and record is not None:
            _merge(record, earlier, run, changes)
        wanted.append((run, record))
    taken = [record for _, record in wanted if record is not None]
    base = {id(record): run for run in before if (record := told.get(run.started_on)) is not None}
    for record in theirs:
        if any(record is each for each in taken) or id(record) not in base:
            continue
        if _untouched(record, base[id(record)]) and not (hold_open and record.ended_on is None):
            changes.remove.append(record)
        else:
            changes.kept.append((record, "", None))
    gone = {id(record) for record in (*changes.remove, *taken)}
    fixed = [record for record in records if id(record) not in gone]

    finals = {id(record): fields for record, fields in changes.update}
    for run, record in wanted:
        if record is None:
            same = next((r for r in fixed if r.started_on == run.started_on and _same_thing(kind, r, run)), None)
            if same is not None:
                if run.ended_on is not None and same.ended_on != run.ended_on:
                    changes.kept.append((same, "ended_on", run.ended_on))
                continue
        days = run if record is None else Days(record, finals.get(id(record), {}))
        beside = [*fixed, *(Days(r, finals.get(id(r), {})) for r in taken if r is not record)]
        clash = next((r for r in beside if overlap(days, r)), None)
        if clash is not None:
            changes.clashes.append((run, clash))
        elif record is None:
            changes.create.append(run)
    return changes


class Days:
    """A record's days as they will be."""

    def __init__(self, record: Any, fields: dict[str, Any]):
        self.started_on = fields.get("started_on", record.started_on)
        self.ended_on = fields.get("ended_on", record.ended_on)


def _told(kind: str, before: list[Run], theirs: list[Any]) -> dict[dt.date, Any]:
    """The record in which each run of before is kept, by the run's first day."""
    starts = {record.started_on: record for record in theirs}
    found = {run.started_on: starts.pop(run.started_on) for run in before if run.started_on in starts}
    for run in before:  # its first day was corrected, but the record kept the one a person had relied on
        if run.started_on not in found:
            near = next((r for r in starts.values() if overlap(r, run) and _same_thing(kind, r, run)), None)
            if near is not None:
                found[run.started_on] = starts.pop(near.started_on)
    return found


def _paired(before: list[Run], after: list[Run]) -> dict[dt.date, Run]:
    """For each run, by its first day, the run of before that it is: from the same day, else sharing most days."""
    told = {run.started_on: run for run in before}
    pairs = {run.started_on: told[run.started_on] for run in after if run.started_on in told}
    spare = [run for start, run in told.items() if start not in pairs]
    for run in after:
        if run.started_on in pairs:
            continue
        near = [old for old in spare if set(old.sources) & set(run.sources)] or [
            old for old in spare if overlap(old, run)
        ]
        if near:
            old = max(near, key=lambda each: _shared_days(each, run))
            pairs[run.started_on] = old
            spare.remove(old)
    return pairs


def _merge(record: Any, earlier: Run, run: Run, changes: Changes) -> None:
    """Take over each field in which the return changed its mind, where the record still says what it said before.

    Of a placement a team has taken on, the return may only correct when it began and say that it ended.
    """
    base = earlier.fields
    followed = getattr(record, "followed_from", None)
    fields = {}
    for name, value in run.fields.items():
        now = getattr(record, name)
        if value in (now, base[name]):
            continue
        if (
            now != base[name]
            or (followed and name not in ("started_on", "ended_on", "end_reason"))
            or (followed and name == "started_on" and followed < value)
        ):
            changes.kept.append((record, name, value))
        else:
            fields[name] = value
    end = fields.get("ended_on", record.ended_on)
    if end is not None and end < fields.get("started_on", record.started_on):  # half from here, half from the return
        changes.kept.append((record, "ended_on", run.ended_on))
        fields.pop("started_on", None)
        fields.pop("ended_on", None)
    if fields:
        changes.update.append((record, fields))


def _untouched(record: Any, run: Run) -> bool:
    return not getattr(record, "followed_from", None) and all(getattr(record, n) == v for n, v in run.fields.items())


def _same_thing(kind: str, record: Any, run: Run) -> bool:
    return all(getattr(record, name) == run.facts[name] for name in NAMED_BY[kind])


def overlap(one: Any, other: Any) -> bool:
    """Whether they share a day. What ends the day it starts covers none."""
    last = dt.date.max
    start = max(one.started_on, other.started_on)
    return start < min(one.ended_on or last, other.ended_on or last)


def _shared_days(one: Any, other: Any) -> int:
    last = dt.date.max
    return (min(one.ended_on or last, other.ended_on or last) - max(one.started_on, other.started_on)).days
