"""What a rule is: a frozen record, printed for people and run by the sweep."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.urls import reverse

from core.access import Permission, Role
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


class Trait(StrEnum):
    """What there is of a placement now. A rule that needs one has no clock, and no flag, where it is not."""

    REGISTERED = "registered"
    ELSEWHERE = "not registered, or not known to be"
    HIGH_RISK = "in a setting not registered, or under a deprivation of liberty order"
    STAFFED = "with shifts near now, an agency, or of a child about whose carer a request was made"
    CARED_FOR = "either of the last two"
    PLANNED = (
        "high-risk, or of a child whose profile, search, long-term plan, funding, notices or court tasks are on record"
    )
    MET = "of a child with a meeting of their own, or whom a meeting has discussed, or with an action"
    PROTECTED = "of a child about whom a concern was raised, or whose protection is on record"


@dataclass(frozen=True)
class Mend:
    """The page where the record that clears a flag is made, and what it is a page of."""

    page: str  # the name of its address
    label: str
    of: str = "placement"  # or the flag's "child", "carer" or "shift"; "placement carer" is both
    needs: Permission | None = None  # what the page asks for inside, where that is more than it declares
    visited_by: tuple[str, ...] = ()  # of a visit: as whom it must be made to count
    or_above: tuple[str, ...] = ()  # and who visits in their place while their post is empty

    def address(self, about: Any) -> str | None:
        """Its address for a flag or a clock, or None where that has nothing of this kind."""
        which = [about.child_reference if of == "child" else getattr(about, f"{of}_id") for of in self.of.split()]
        return None if None in which else reverse(self.page, args=which)


@dataclass(frozen=True)
class Limb:
    """One clock of a rule that has several: each has its own owner and raises its own flag."""

    code: str
    title: str
    owner: Role
    period: str
    severity: str = ""  # its rule's, where nothing else is said
    mend: Mend | None = None  # likewise
    for_provider: bool = True  # where its rule is


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One entry of the rulebook.

    `clocks` is one query; its rows are (authority_id, child_id, placement_id, carer_id, agency_id, shift_id, limb,
    clock_started_at, due_at, stage), of which those that say whom or what it is about may be null. `stage` is "overdue",
    which is a breach, or "due". Its parameters are `as_of`, `today` (the date in England at
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
    owned_by: Role | None = None  # for a rule without limbs, and for what one has beside them
    severity: str = "red"
    in_force_from: dt.date | None = None  # None: no beginning that matters here
    in_force_until: dt.date | None = None  # the first day it no longer applied
    mend: Mend | None = None
    kept_by_ladder: bool = False  # its clock is the ladder's (escalations/): no flag is raised, an escalation climbs
    for_provider: bool = False  # whether the provider’s own managers see it: what is theirs to do, or to know
    names_holder: bool = False  # its rows say who holds the flag; where they say nobody, it is the role’s next up
    behind_the_door: bool = False  # seen by the LADO and whoever holds it alone; its rows say who that is
    only: frozenset[Trait] = frozenset()  # all of these are needed; a recheck passes by where one is not
    clocks: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        has_clock = bool(self.clocks) != self.kept_by_ladder
        if self.kind == Kind.CLOCK and not (has_clock and (self.limbs or self.owned_by)):
            raise ValueError(f"{self.code}: a clock needs its query and somebody who must act")
        if self.kind == Kind.GATE and self.code not in GATES:
            raise ValueError(f"{self.code}: no gate refuses under this code")

    def in_force(self, day: dt.date) -> bool:
        began = self.in_force_from is None or self.in_force_from <= day
        return began and (self.in_force_until is None or day < self.in_force_until)

    @property
    def limb_codes(self) -> list[str]:
        """Its clocks: one for each limb, and the one without a name that a rule of its own owner has."""
        return [*([""] if self.owned_by or not self.limbs else []), *(limb.code for limb in self.limbs)]

    @property
    def family(self) -> str:
        """What its code begins with: see FAMILIES."""
        return self.code.partition("-")[0]

    @property
    def raises_flags(self) -> bool:
        """Gates are asked when a thing is planned, and what the ladder keeps climbs by itself."""
        return self.kind != Kind.GATE and not self.kept_by_ladder

    def limb(self, code: str) -> Limb | None:
        return next((limb for limb in self.limbs if limb.code == code), None)

    def owner_of(self, limb: str) -> Role | None:
        found = self.limb(limb)
        return found.owner if found else self.owned_by

    def severity_of(self, limb: str) -> str:
        found = self.limb(limb)
        return (found.severity if found else "") or self.severity

    def mend_of(self, limb: str) -> Mend | None:
        found = self.limb(limb)
        return (found.mend if found else None) or self.mend

    def title_of(self, limb: str) -> str:
        found = self.limb(limb)
        return found.title if found else self.title

    def period_of(self, limb: str) -> str:
        found = self.limb(limb)
        return found.period if found else self.period

    def is_for_provider(self, limb: str) -> bool:
        """Whether a provider's people see its flags and clocks. When a council's people will come is theirs to know."""
        found = self.limb(limb)
        return self.for_provider and (found is None or found.for_provider)

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
