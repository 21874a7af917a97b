"""The second reading of plans and commissioning, where none of it was recorded: what should exist and does not."""

from children.models import Child
from tests.oversight.independent import DAY, HOUR, covering, date, midnight, nth_working_day

STEPS = {"day_14": 14, "day_28": 28, "day_56": 56, "day_84": 84}


def of_plans(facts, p, began, since, risky_from, status):
    """(rule, limb, overdue from) of one placement a team follows. Without records only high-risk ones are asked."""
    if risky_from is None:
        return
    today, start = facts.today, max(since, risky_from)
    legal = covering(facts.statuses[p.child_id], today)
    if p.type not in {"A3", "A4", "A5", "A6"} and not (legal and legal.code in {"V3", "V4"}):
        first = first_placed(facts, p.child)
        if first is not None and today > nth_working_day(first, 10):
            yield "CPL-01", "", midnight(nth_working_day(first, 10) + DAY)
        if today > nth_working_day(since, 5):
            yield "CPL-02", "", midnight(nth_working_day(since, 5) + DAY)
    if today > start + 28 * DAY:
        yield "CPL-04", "regular", midnight(start + 29 * DAY)
    orders = [order.made_on for order in facts.orders[p.child_id] if order.made_on <= today]
    if orders and max(orders) >= start and today > nth_working_day(max(orders), 2):
        yield "CPL-04", "event", midnight(nth_working_day(max(orders), 2) + DAY)
    if today > nth_working_day(start, 5):
        yield "CPL-05", "missing", midnight(nth_working_day(start, 5) + DAY)
    if status == "not_registered" or p.basis == "emergency":
        yield from crisis(facts, max(began, midnight(start)))


def crisis(facts, since):
    if facts.as_of > since + 48 * HOUR:
        yield "CPL-07", "hours_48", since + 48 * HOUR
    last_days = {"day_5": nth_working_day(date(since), 5)} | {s: date(since) + n * DAY for s, n in STEPS.items()}
    for step, last in last_days.items():
        if facts.today > last:
            yield "CPL-07", step, midnight(last + DAY)


def first_placed(facts, child: Child):
    """The first day of a placement of this time in care that was ours to follow by today."""
    care = covering(facts.care[child.pk], facts.today)
    days = [
        max(p.started_on, p.followed_from)
        for p in child.placements.all()
        if p.followed_from is not None and p.started_on >= care.started_on
        if p.ended_on is None or p.ended_on > p.followed_from
    ]
    return min((day for day in days if day <= facts.today), default=None)
