"""Every rule of the house, gates included, one module a family."""

import datetime as dt

from oversight.rulebook import escalation, governance, lado, legality, logs, protection, silence, staffing, visits
from oversight.rulebook.rule import Basis, Kind, Limb, Mend, Rule, Trait

__all__ = [
    "ALL",
    "BEHIND_THE_DOOR",
    "URGENT",
    "Basis",
    "Kind",
    "Limb",
    "Mend",
    "Rule",
    "Trait",
    "clocks_in_force",
    "get",
    "in_force",
]

ALL: tuple[Rule, ...] = (
    *visits.RULES,
    *logs.RULES,
    *staffing.RULES,
    *legality.RULES,
    *governance.RULES,
    *protection.RULES,
    *silence.RULES,
    *lado.RULES,
    *escalation.RULES,
)
_BY_CODE = {rule.code: rule for rule in ALL}


# Their flags and clocks are shown to nobody but the LADO and whoever holds them.
BEHIND_THE_DOOR = frozenset(rule.code for rule in ALL if rule.behind_the_door)

# Rule and limb of what waits for no level’s time: somebody may be in danger now. Not answered by the end of the day on which
# it was raised, it is an escalation in immediate danger (escalations/sweep.py).
URGENT = frozenset(
    {
        ("SAF-10", "strategy"), ("SAF-10", "lado"), ("SAF-10", "police"), ("SAF-10", "health"),
        ("STF-09", "worked"),
    }
)  # fmt: skip


def get(code: str) -> Rule | None:
    return _BY_CODE.get(code)


def in_force(day: dt.date) -> tuple[Rule, ...]:
    return tuple(rule for rule in ALL if rule.in_force(day))


def clocks_in_force(day: dt.date) -> tuple[Rule, ...]:
    """The rules a sweep evaluates: those that raise flags. Gates are asked when a thing is planned, and what the ladder
    keeps climbs by itself."""
    return tuple(rule for rule in in_force(day) if rule.kind != Kind.GATE and not rule.kept_by_ladder)
