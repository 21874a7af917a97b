"""How what was agreed for a placement stands on a day: each agency's agreement, and the staffing plan in effect."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from core.dates import in_words
from core.working_days import add_working_days
from placements.models import DolOrder, Placement
from staffing.models import AgencyAgreement, ReplacementPlan, StaffingPlan

GRACE = 5  # working days to sign, where an agency begins in an emergency (STF-10, CPL-05)
SOON = dt.timedelta(days=28)


@dataclass(frozen=True)
class Card:
    """Who answers for what between a placement and one agency. `state` is "signed", "soon", "unsigned", "expired",
    "ahead" (it has not begun) or "over"."""

    agreement: AgencyAgreement
    state: str
    tag: str
    colour: str
    sentence: str

    @property
    def is_over(self) -> bool:
        return self.state == "over"

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Each question, and who it is: "" where nobody has said."""
        says = self.agreement
        return [
            ("Supervises its carers", says.supervises),
            ("Trains them", says.trains),
            ("Disciplines them", says.disciplines),
            ("Reports a concern to the LADO", says.reports_to_lado),
            ("Receives the daily handover", says.hands_over),
        ]


def unsigned_since(agreements: Iterable[AgencyAgreement], until: dt.date) -> dt.date | None:
    """The day since which an agency has supplied a placement and nobody signed, given its agreements there, or None.

    Ended and brought in anew it has no five working days again: they run on until something is signed.
    """
    since = None
    for row in sorted(agreements, key=attrgetter("started_on")):
        if row.started_on <= until:
            signed = row.signed_on is not None and row.signed_on <= until
            since = None if signed else since or row.started_on
    return since


def card_of(agreement: AgencyAgreement, today: dt.date, since: dt.date | None = None) -> Card:
    """How one agency's agreement stands on a day, in words. `since`: it has supplied the placement unsigned for longer."""
    if agreement.ended_on is not None and agreement.ended_on <= today:
        return Card(agreement, "over", "Ended", "grey", f"Supplied carers until {in_words(agreement.ended_on)}.")
    if agreement.signed_on is None or agreement.signed_on > today:
        due = add_working_days(since or agreement.started_on, GRACE)
        if agreement.started_on > today:
            return Card(
                agreement, "ahead", "Not signed yet", "yellow",
                f"It is to be signed before {in_words(agreement.started_on)}, when its carers come.",
            )  # fmt: skip
        late = "was to be signed" if due < today else "is to be signed"
        return Card(
            agreement, "unsigned", "Not signed", "red",
            f"Nobody has agreed who answers for this agency’s carers. It {late} by {in_words(due)} at the latest.",
        )  # fmt: skip
    last = agreement.expires_on
    if last is not None and last < today:
        return Card(
            agreement, "expired", "Run out", "red",
            f"It ran out on {in_words(last)}. Nobody has agreed since who answers for this agency’s carers.",
        )  # fmt: skip
    if last is not None and last <= today + SOON:
        return Card(
            agreement, "soon", "Runs out soon", "yellow", f"It runs until {in_words(last)}. Renew it before then."
        )
    return Card(agreement, "signed", "Signed", "green", f"It runs until {in_words(last)}." if last else "")


@dataclass(frozen=True)
class Replacement:
    """A plan to replace an agency's carers. `state` is "now", "over" (its last day has passed) or "before" (a later one took
    its place); `number` counts the plans for that agency."""

    plan: ReplacementPlan
    state: str
    number: int


def replacements(plans: Iterable[ReplacementPlan], today: dt.date) -> list[Replacement]:
    """How each plan stands on a day, given newest first."""
    plans = list(plans)
    left = Counter(plan.agency_id for plan in plans)
    latest, found = set(), []
    for plan in plans:
        state = "before" if plan.agency_id in latest else "over" if plan.last_day < today else "now"
        found.append(Replacement(plan, state, left[plan.agency_id]))
        latest.add(plan.agency_id)
        left[plan.agency_id] -= 1
    return found


def ordered(placement: Placement, day: dt.date) -> DolOrder | None:
    """The deprivation of liberty order in effect on a day that says how many staff there may be, if any."""
    orders = DolOrder.objects.in_effect(day).filter(child_id=placement.child_id, staffing_ratio__isnull=False)
    return orders.order_by("-starts_on").first()


def standing_of(plans: Sequence[StaffingPlan], as_of: dt.datetime) -> Iterator[tuple[StaffingPlan, str]]:
    """Each plan, newest first, with how it stands: "ahead", "now", or "before" where a later one took its place."""
    seen_now = False
    for plan in plans:
        if plan.effective_from > as_of:
            yield plan, "ahead"
        else:
            yield plan, "before" if seen_now else "now"
            seen_now = True
