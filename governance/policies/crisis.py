"""The steps of the crisis clock: when each falls due, from when it may be signed, at what rank, and what signed it (CPL-07).

The rule in oversight/rulebook/governance/commissioning.py asks the same of every placement at once.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core import clock
from core.access import Permission, Role
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from core.working_days import add_working_days
from governance.models import CrisisCheck
from placements.models import Placement
from placements.policies import high_risk_from

Step = CrisisCheck.Step

# Who signs each step of the crisis clock: the rank rises with the days, and a higher one may sign too.
RANKS = (Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.DIRECTOR, Role.DCS)
SIGNED_BY = {
    Step.HOURS_48: Role.TEAM_MANAGER,
    Step.DAY_5: Role.HEAD_OF_SERVICE,
    Step.DAY_14: Role.HEAD_OF_SERVICE,
    Step.DAY_28: Role.DIRECTOR,
    Step.DAY_56: Role.DIRECTOR,
    Step.DAY_84: Role.DCS,
    Step.AGAIN: Role.DCS,
}
STRUCTURED = (Step.DAY_28, Step.DAY_56, Step.DAY_84, Step.AGAIN)  # by now it has a daily structure, or it ends
AGAIN = dt.timedelta(days=28)  # after day 84, for as long as it lasts


@dataclass(frozen=True)
class Look:
    """A step of one placement's clock. It may be signed from `opens_at` on, and is overdue from `due_at` on."""

    step: CrisisCheck.Step
    opens_at: dt.datetime
    due_at: dt.datetime
    check: CrisisCheck | None  # its own newest signature, whether or not it counts
    covered_by: CrisisCheck | None  # where none of its own counts: the signature of a later step that does
    as_of: dt.datetime

    @property
    def rank(self) -> str:
        """At which rank it is signed, in words."""
        role = SIGNED_BY[self.step]
        return Role(role).label.lower() + ("" if role == RANKS[-1] else " or above")

    @property
    def is_open(self) -> bool:
        return self.as_of >= self.opens_at

    @property
    def is_signed(self) -> bool:
        return self.check is not None and self.check.signed_at >= self.opens_at

    @property
    def is_overdue(self) -> bool:
        past = self.as_of > self.due_at if self.step == Step.HOURS_48 else self.as_of >= self.due_at
        return past and not (self.is_signed or self.covered_by)

    @property
    def opens(self) -> dt.datetime | dt.date:
        """From when it can be signed, as people say it: an hour for the second step, a day for the others."""
        return self.opens_at if self.step == Step.DAY_5 else clock.local_date(self.opens_at)

    @property
    def due(self) -> dt.datetime | dt.date:
        """When it is due, as people say it: an hour for the first step, a day for the others."""
        return self.due_at if self.step == Step.HOURS_48 else clock.local_date(self.due_at) - dt.timedelta(days=1)


def looks(placement: Placement, checks: Sequence[CrisisCheck], as_of: dt.datetime) -> list[Look]:
    """Every step of the clock of a placement, the next look after day 84 as the last; `checks` newest first.

    A signature counts for its own step and those before it, for each from the day the step before that one fell due: what
    was signed early says nothing about what is in place later.
    """
    began = clock.local_date(began_at := _began_at(placement, as_of))
    due = {Step.HOURS_48: began_at + dt.timedelta(hours=48), Step.DAY_5: clock.end_of(add_working_days(began, 5))}
    for step, days in ((Step.DAY_14, 14), (Step.DAY_28, 28), (Step.DAY_56, 56), (Step.DAY_84, 84)):
        due[step] = clock.end_of(began + dt.timedelta(days=days))
    found, opens_at, order = [], began_at, [step.value for step in Step]
    for step, due_at in due.items():
        own = next((check for check in checks if check.step == step), None)
        later = order[order.index(step) + 1 :]
        above = None
        if own is None or own.signed_at < opens_at:
            above = next((each for each in checks if each.step in later and each.signed_at >= opens_at), None)
        found.append(Look(step, opens_at, due_at, own, above, as_of))
        opens_at = due_at
    late = [check for check in checks if check.step in (Step.DAY_84, Step.AGAIN) and check.signed_at >= began_at]
    last = max([began + dt.timedelta(days=84), *(clock.local_date(check.signed_at) for check in late)])
    return [*found, Look(Step.AGAIN, opens_at, clock.end_of(last + AGAIN), None, None, as_of)]


def steps_for(user: User) -> list[tuple[str, str]]:
    """The steps of the crisis clock this person's rank may sign."""
    if user.role not in RANKS or not user.can(Permission.SIGN_CRISIS_CHECK):
        return []
    rank = RANKS.index(Role(user.role))
    return [(step.value, step.label) for step in Step if RANKS.index(SIGNED_BY[step]) <= rank]


def not_too_early(placement: Placement, step: str, as_of: dt.datetime) -> None:
    """Raise Invalid for a step that cannot be signed yet, since the one before it is not even due."""
    look = next(look for look in looks(placement, [], as_of) if look.step == step)
    if not look.is_open:
        opens = look.opens_at.astimezone(clock.LONDON)
        hour = f" at {opens:%H:%M}" if look.step == Step.DAY_5 else ""
        raise Invalid(
            {
                "step": f"“{look.step.label}” can be signed from {in_words(opens.date())}{hour}: the step before it is due first"
            }
        )


def _began_at(placement: Placement, as_of: dt.datetime) -> dt.datetime:
    """When the clock began: with the placement, with our following it, or with what made it high-risk; the last of them."""
    first = max(placement.started_on, placement.followed_from or placement.started_on)
    risky = high_risk_from(placement, clock.local_date(as_of))
    days = [clock.start_of(day) for day in (first, risky) if day]
    return max([placement.started_at or clock.start_of(placement.started_on), *days])
