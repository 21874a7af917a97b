"""Who decides, a second time in plain Python: part of `independent.py`, whose facts it is given."""

from children.models import Allocation, Decision
from core import clock
from governance.models import SeniorContact
from placements.models import Placement
from tests.oversight.independent import DAY, HOUR, covering, grouped, lives_there, midnight, nth_working_day, risk_since

LEADS = {
    "day_to_day": "lead_day_to_day",
    "long_term": "lead_long_term",
    "commissioning": "commissioner",
}


class Page:
    """The facts, as one child's placement is read from them."""

    def __init__(self, facts):
        self.facts, self.today, self.as_of = facts, facts.today, facts.as_of


def followed(facts):
    for p in Placement.objects.select_related("child"):
        if lives_there(Page(facts), p) and p.followed_from is not None and p.followed_from <= facts.today:
            yield p


def is_late(decision, facts):
    entered, limit = decision.entered_at, midnight(nth_working_day(decision.decided_on, 1) + DAY)
    return limit <= entered <= facts.as_of < entered + 28 * DAY


def closed_at(user):
    """When an account that is closed was closed for the last time."""
    if user.is_active:
        return None
    last = list(user.history.order_by("history_date"))
    while len(last) > 1 and not last[-2].is_active:
        last.pop()
    return last[-1].history_date


def with_end(allocation, as_of):
    """An allocation, with the day its worker's account was closed as its end, where that came first."""
    closed = closed_at(allocation.worker)
    if closed and closed <= as_of:
        day = clock.local_date(closed)
        allocation.ended_on = min(allocation.ended_on or day, day)
    return allocation


def expected_of_governance(facts):
    found, held = set(), grouped(Allocation.objects.select_related("worker"), "child_id")
    all_decisions = grouped(Decision.objects.all(), "child_id")
    decisions = grouped(Decision.objects.exclude(entered_at=None), "child_id")
    contacts = grouped(SeniorContact.objects.filter(occurred_at__lte=facts.as_of), "child_id")
    for p in followed(facts):
        late = [midnight(nth_working_day(d.decided_on, 1) + DAY) for d in decisions[p.child_id] if is_late(d, facts)]
        if late:
            found.add(("DEC-02", "late", p.pk, None, None, None, min(late)))
        waiting = {"recorded": [], "seen": []}
        for c in contacts[p.child_id]:
            settled = [at for at in (c.written_at, c.unwritten_at) if at is not None and at <= facts.as_of]
            if c.seen_at is None or c.seen_at > facts.as_of:
                limb, since = ("seen", min(settled)) if settled else ("recorded", c.occurred_at)
                waiting[limb].append(since + 24 * HOUR)
        for limb, dues in waiting.items():
            if dues and facts.as_of > min(dues):
                found.add(("DEC-03", limb, p.pk, None, None, None, min(dues)))
        risky_from = risk_since(facts, p)
        if risky_from is None:
            continue
        due = nth_working_day(max(p.started_on, p.followed_from), 1)
        if facts.today > due and not any(
            d.kind in {"placement", "unregistered"} and p.started_on - 28 * DAY <= d.decided_on <= facts.today
            for d in all_decisions[p.child_id]
            if d.entered_at is None or d.entered_at <= facts.as_of
        ):
            found.add(("DEC-02", "missing", p.pk, None, None, None, midnight(due + DAY)))
        for limb, part in LEADS.items():
            theirs = [a for a in held[p.child_id] if a.part == part and a.ended_on != a.started_on]
            theirs = [with_end(a, facts.as_of) for a in theirs if a.started_on <= facts.today]
            if covering(theirs, facts.today):
                continue
            ends = [a.ended_on for a in theirs if a.ended_on and a.ended_on <= facts.today]
            gap = max([p.started_on, p.followed_from, risky_from, *ends])
            if facts.today > (due := nth_working_day(gap, 1)):
                found.add(("DEC-04", limb, p.pk, None, None, None, midnight(due + DAY)))
    return found
