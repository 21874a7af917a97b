"""Every rule of the house, gates included, one module a family."""

import datetime as dt

from oversight.rulebook import escalation, governance, legality, logs, staffing, visits
from oversight.rulebook.rule import Basis, Kind, Limb, Mend, Rule, Trait

__all__ = ["ALL", "Basis", "Kind", "Limb", "Mend", "Rule", "Trait", "clocks_in_force", "get", "in_force"]

ALL: tuple[Rule, ...] = (
    *visits.RULES,
    *logs.RULES,
    *staffing.RULES,
    *legality.RULES,
    *governance.RULES,
    *escalation.RULES,
)
_BY_CODE = {rule.code: rule for rule in ALL}


def get(code: str) -> Rule | None:
    return _BY_CODE.get(code)


def in_force(day: dt.date) -> tuple[Rule, ...]:
    return tuple(rule for rule in ALL if rule.in_force(day))


def clocks_in_force(day: dt.date) -> tuple[Rule, ...]:
    """The rules a sweep evaluates: those that raise flags. Gates are asked when a thing is planned, and what the ladder
    keeps climbs by itself."""
    return tuple(rule for rule in in_force(day) if rule.kind != Kind.GATE and not rule.kept_by_ladder)
