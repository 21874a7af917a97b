"""What is owed on a referral, and by when: for the pages behind the door. The rulebook counts the same in SQL, written apart."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from core import clock
from core.dates import months_after
from core.models import LocalStandard
from core.working_days import add_working_days
from lado import codes
from lado.models import Referral, ReferralAction, ReferralStep

Kind = ReferralStep.Kind
HELD = (Kind.MEETING, Kind.REVIEW)

DECISION = ("SAF-09 LADO", 1)  # how soon somebody decides whether a matter of conduct is referred
# Each local standard as (key, default): see oversight/standards.py.
EVALUATION = ("SAF-04 evaluation", 1)
MEETING = ("SAF-04 meeting", 5)
REVIEW = ("SAF-04 review", 28)
REVIEW_POLICE = ("SAF-04 police review", 14)
DBS = ("SAF-07 DBS", 1)
LENGTHS = (("SAF-05 first", 1), ("SAF-05 second", 3), ("SAF-05 third", 12))


@dataclass(frozen=True)
class Owed:
    """Something owed on a referral by the end of a day. `left_from`: the day from which it has been left undone, which is
    none where it is another agency's to do, and later than its own where nobody could know of it before."""

    what: str
    by: dt.date
    late: bool
    left_from: dt.date | None


@dataclass
class Standards:
    """The council's own numbers, read once, never looser than the default."""

    authority_id: int
    on: dt.date
    rows: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = LocalStandard.objects.filter(
            authority_id=self.authority_id, key__startswith="SAF-0", effective_from__lte=self.on
        ).order_by("effective_from")
        self.rows = dict(found.values_list("key", "value"))

    def of(self, standard: tuple[str, int]) -> int:
        key, default = standard
        return min(self.rows.get(key, default), default)


def decide_by(found_at: dt.datetime, standards: Standards) -> dt.date:
    """The last day for deciding whether what was found is referred (SAF-01)."""
    return add_working_days(clock.local_date(found_at), standards.of(DECISION))


def longest_until_review(standards: Standards, *, police: bool) -> int:
    return standards.of(REVIEW_POLICE if police else REVIEW)


def review_due(last: ReferralStep, standards: Standards, *, police: bool) -> dt.date:
    """The last day for the next review: so many days after the last meeting, or sooner where it was agreed. What is left to
    the employer has no meeting, and is reviewed from when it was left to them."""
    latest = clock.local_date(last.happened_at) + dt.timedelta(days=longest_until_review(standards, police=police))
    return min(latest, last.next_review_on) if last.next_review_on else latest


def owed(
    referral: Referral,
    steps: Sequence[ReferralStep],
    actions: Iterable[ReferralAction],
    standards: Standards,
    as_of: dt.datetime,
) -> list[Owed]:
    """What must still be done, in the order in which it falls due."""
    today, received = clock.local_date(as_of), clock.local_date(referral.received_at)
    found: list[tuple[str, dt.date, dt.date | None]] = []
    actions = list(actions)

    def add(what: str, day: dt.date, known_on: dt.date = received) -> None:
        found.append((what, day, max(day, known_on)))

    if referral.is_open:
        held = [step for step in steps if step.kind in HELD]
        evaluated = [step for step in steps if step.kind == Kind.EVALUATION]
        if not evaluated:
            add("Evaluate it", add_working_days(received, standards.of(EVALUATION)))
        elif not held and evaluated[-1].decision in codes.MEETS:
            add("Hold the allegations meeting", add_working_days(received, standards.of(MEETING)))
        last = max(held, key=lambda step: (step.happened_at, step.pk), default=None)
        if last is None and evaluated and evaluated[-1].decision == codes.Evaluation.EMPLOYER:
            last = evaluated[-1]
        if last is not None:
            add("Review it in a meeting", review_due(last, standards, police=referral.police_involved))
        ends = [months_after(received, standards.of(length)) for length in LENGTHS]
        add("Bring it to an outcome", next((day for day in ends if day >= today), ends[-1]))
    if referral.removed_on and not any(a.kind == ReferralAction.Kind.DBS and a.done_on for a in actions):
        day = months_after(referral.removed_on, standards.of(DBS))
        said = [clock.local_date(step.happened_at) for step in steps if step.kind == Kind.REMOVED]
        known_on = max(said, default=received)
        add("See that the employer has referred to the Disclosure and Barring Service", day, known_on)
    for action in actions:
        if action.done_on is None:
            left_from = None if action.kind in ReferralAction.OF_OTHERS else action.due_on
            found.append((f"{action.get_kind_display()}: {action.what}", action.due_on, left_from))
    rows = [Owed(what, day, day < today, left_from) for what, day, left_from in found]
    return sorted(rows, key=lambda row: row.by)


def of_each(
    referrals: Iterable[Referral], steps: QuerySet, actions: QuerySet, as_of: dt.datetime
) -> list[tuple[Referral, list[Owed]]]:
    """Each referral with what is owed on it, of these steps and actions, in as many queries however many there
    are of one council."""
    referrals = list(referrals)
    taken, asked = defaultdict(list), defaultdict(list)
    for step in steps.filter(referral__in=referrals):
        taken[step.referral_id].append(step)
    for action in actions.filter(referral__in=referrals):
        asked[action.referral_id].append(action)
    councils = {referral.authority_id for referral in referrals}
    standards = {pk: Standards(pk, clock.local_date(as_of)) for pk in councils}
    return [
        (each, owed(each, taken[each.pk], asked[each.pk], standards[each.authority_id], as_of)) for each in referrals
    ]
