"""Every rule of the house, gates included, one module a family."""

import datetime as dt

from oversight.rulebook import escalation, governance, lado, legality, logs, protection, silence, staffing, visits
from oversight.rulebook.rule import Basis, Kind, Limb, Mend, Rule, Trait

__all__ = [
    "ALL",
    "BEHIND_THE_DOOR",
    "FAMILIES",
    "FIRST",
    "OF_CONCERNS",
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

# Their flags are about concerns: like those flags, no escalation of them is for whoever such a concern is about.
OF_CONCERNS = frozenset({"SAF-01", "SAF-02", "SAF-08", "SAF-09", "SAF-10"})

# Rule and limb of what waits for no level’s time: somebody may be in danger now. Not answered by the end of the day on which
# it was raised, it is an escalation in immediate danger (escalations/sweep.py).
URGENT = frozenset(
    {
        ("SAF-10", "strategy"), ("SAF-10", "lado"), ("SAF-10", "police"), ("SAF-10", "health"),
        ("STF-09", "worked"),
    }
)  # fmt: skip


# What the beginning of a code says a rule is about, in the book's order.
FAMILIES = {
    "VIS": "Visits",
    "LOG": "Daily logs, keys and the police called",
    "STF": "Staff and managers",
    "LEG": "Lawful placement, and the court",
    "DEC": "Decisions and who leads",
    "MTG": "Meetings and actions",
    "CPL": "Plans, funding and commissioning",
    "NOT": "Notices and notifications",
    "QA": "Quality and premises",
    "SAF": "Safeguarding",
}

# What shows whether the child is seen and written about, who manages the place, whether the child may live there at all, and
# whether anybody may be harming the child. It stands first on every list and is never folded away: of four dozen rules most
# are about papers, and under theirs it was lost.
FAMILIES_FIRST = ("VIS-", "LEG-", "SAF-")
RULES_FIRST = ("LOG-01", "LOG-01L", "LOG-05", "STF-05", "STF-05L", "NOT-09", "NOT-09R")
FIRST = frozenset(rule.code for rule in ALL if rule.code.startswith(FAMILIES_FIRST) or rule.code in RULES_FIRST)


def get(code: str) -> Rule | None:
    return _BY_CODE.get(code)


def in_force(day: dt.date) -> tuple[Rule, ...]:
    return tuple(rule for rule in ALL if rule.in_force(day))


def clocks_in_force(day: dt.date) -> tuple[Rule, ...]:
    """The rules a sweep evaluates: those that raise flags."""
    return tuple(rule for rule in in_force(day) if rule.raises_flags)
