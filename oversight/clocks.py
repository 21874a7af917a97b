"""What falls due next, from the same rows that raise flags: one query for all rules."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass

from core import clock
from core.access import Role
from core.db import rows_of
from oversight import rulebook, words
from oversight.rulebook import Rule
from oversight.rulebook.sql import FOR_ALL, beside_others, of_a_list
from oversight.sweep import TYPES, parameters


@dataclass(frozen=True)
class Clock:
    """A clock that runs."""

    rule: Rule
    limb: str
    placement_id: int
    child_id: int
    child_reference: str
    carer_id: int | None
    agency_id: int | None
    shift_id: int | None
    carer: str | None
    agency: str | None
    shift_starts_at: dt.datetime | None
    clock_started_at: dt.datetime
    due_at: dt.datetime
    stage: str = "due"  # or "overdue"

    @property
    def title(self) -> str:
        return self.rule.title_of(self.limb)

    @property
    def owner_role(self) -> Role | None:
        return self.rule.owner_of(self.limb)

    @property
    def last_day(self) -> dt.date:
        """The last day on which it is on time."""
        return clock.local_date(self.due_at - dt.timedelta(microseconds=1))

    @property
    def about(self) -> str:
        """Which carer, agency or shift it is about, in words; empty where it is about the placement as a whole."""
        return words.about(self.carer, self.agency, self.shift_starts_at)

    @property
    def mend_url(self) -> str | None:
        mend = self.rule.mend_of(self.limb)
        return mend.address(self) if mend else None


def due_soon(placements: Iterable[int], *, as_of: dt.datetime, within_days: int = 7) -> list[Clock]:
    """What falls due in these placements within so many days, soonest first. Give only those the person may see."""
    placements = list(placements)
    if not placements:
        return []
    asked = parameters(as_of=as_of, placements=placements)
    rules = _shown(asked["today"])
    asked["until"] = clock.end_of(asked["today"] + dt.timedelta(days=within_days))
    query = _query(tuple(rule.code for rule in rules), "stage = 'due' AND due_at <= %(until)s")
    rows = rows_of(query, TYPES | {"until": "timestamptz"}, asked)
    by_code = {rule.code: rule for rule in rules}
    return [Clock(by_code[code], *row) for code, *row in rows]


def running(sources: Iterable[str], placements: Iterable[int], *, as_of: dt.datetime) -> list[Clock]:
    """Every clock of the rules with these catalogue ids, run out or not, soonest first. Give only placements the person
    may see. A schedule made of this says just what the flags will."""
    placements, sources = list(placements), frozenset(sources)
    if not placements:
        return []
    asked = parameters(as_of=as_of, placements=placements)
    by_code = {rule.code: rule for rule in _shown(asked["today"]) if rule.source_id in sources}
    rows = rows_of(_query(tuple(by_code), "true"), TYPES, asked)
    return [Clock(by_code[code], *row) for code, *row in rows]


def _shown(day: dt.date) -> list[Rule]:
    """Those whose clocks may be shown beside a child: of what is behind the LADO's door, nothing runs where others look."""
    return [rule for rule in rulebook.clocks_in_force(day) if not rule.behind_the_door]


# Of a clock's row all but who holds it, which only some rules say.
COLUMNS = "authority_id, child_id, placement_id, carer_id, agency_id, shift_id, limb, clock_started_at, due_at, stage"


@functools.cache
def _query(codes: tuple[str, ...], where: str) -> str:
    parts = "\nUNION ALL\n".join(
        f"SELECT '{rule.code}' AS rule, {COLUMNS} FROM ({of_a_list(beside_others(rule.clocks))}) AS of_rule"
        for rule in rulebook.ALL
        if rule.code in codes
    )
    return f"""
        WITH {of_a_list(FOR_ALL)}
        SELECT rule, limb, clock.placement_id, child_id, child.reference, carer_id, agency_id, shift_id,
               carer.forename || ' ' || carer.surname, agency.name, shift.starts_at, clock_started_at, due_at, stage
        FROM ({parts}) AS clock
        JOIN children_child child ON child.id = child_id
        LEFT JOIN staffing_carer carer ON carer.id = carer_id
        LEFT JOIN placements_provider agency ON agency.id = agency_id
        LEFT JOIN staffing_shift shift ON shift.id = shift_id
        WHERE {where} ORDER BY due_at, clock.placement_id, rule, limb, carer_id"""
