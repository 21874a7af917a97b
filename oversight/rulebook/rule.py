"""What a rule is: a frozen record, printed for people and run by the sweep."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.access import Role
from core.gates import GATES


class Basis(StrEnum):
    """What a rule rests on. Three clocks, never merged into one light."""

    STATUTE = "statute"
    COURT = "court or guidance"
    LOCAL = "local standard"


class Kind(StrEnum):
    CLOCK = "clock"
    GATE = "gate"
    PATTERN = "pattern"


@dataclass(frozen=True)
class Limb:
    """One clock of a rule that has several: each has its own owner and raises its own flag."""

    code: str
    title: str
    owner: Role
    period: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One entry of the rulebook.

    `clocks` is one query; its rows are (authority_id, child_id, placement_id, limb, clock_started_at, due_at, stage).
    `stage` is "overdue", which is a breach, or "due". Its parameters are `as_of`, `today` (the date in England at
    `as_of`), `placements` (their ids, or null for all) and `known_by` (null, or use only what was recorded by then).
    """

    code: str  # never renamed
    source_id: str  # its row in rules.csv; two codes may share one
    title: str
    authority: str  # as a user reads it
    basis: Basis
    scope: str
    period: str
    what_clears: str
    kind: Kind = Kind.CLOCK
    limbs: tuple[Limb, ...] = ()
    owned_by: Role | None = None  # for a rule without limbs
    severity: str = "red"
    in_force_from: dt.date | None = None  # None: no beginning that matters here
    in_force_until: dt.date | None = None  # the first day it no longer applied
    mend: str = ""  # the page where the record that clears it is made; takes the placement's id
    mend_label: str = ""
    clocks: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.kind == Kind.CLOCK and not (self.clocks and (self.limbs or self.owned_by)):
            raise ValueError(f"{self.code}: a clock needs its query and somebody who must act")
        if self.kind == Kind.GATE and self.code not in GATES:
            raise ValueError(f"{self.code}: no gate refuses under this code")

    def in_force(self, day: dt.date) -> bool:
        began = self.in_force_from is None or self.in_force_from <= day
        return began and (self.in_force_until is None or day < self.in_force_until)

    def limb(self, code: str) -> Limb | None:
        return next((limb for limb in self.limbs if limb.code == code), None)

    def owner_of(self, limb: str) -> Role | None:
        found = self.limb(limb)
        return found.owner if found else self.owned_by

    def title_of(self, limb: str) -> str:
        found = self.limb(limb)
        return found.title if found else self.title

    def period_of(self, limb: str) -> str:
        found = self.limb(limb)
        return found.period if found else self.period

    @property
    def owner(self) -> str:
        """Whose duty it is, in words."""
        owners = [limb.owner for limb in self.limbs] or ([self.owned_by] if self.owned_by else [])
        return ", ".join(dict.fromkeys(Role(owner).label for owner in owners))

    def as_row(self) -> dict[str, Any]:
        """The row that `manage.py rulebook --json` prints."""
        return {
            "code": self.code,
            "title": self.title,
            "authority": self.authority,
            "basis": self.basis.value,
            "kind": self.kind.value,
            "owner": self.owner,
            "in_force_from": self.in_force_from.isoformat() if self.in_force_from else None,
            "in_force_until": self.in_force_until.isoformat() if self.in_force_until else None,
            "period": self.period,
            "source_id": self.source_id,
        }
