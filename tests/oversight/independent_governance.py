"""Who decides, a second time in plain Python: part of `independent.py`, whose facts it is given."""

from children.models import Allocation
from placements.models import Placement
from tests.oversight.independent import DAY, covering, grouped, lives_there, midnight, nth_working_day, risk_since

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


def expected_of_governance(facts):
    found, held = set(), grouped(Allocation.objects.all(), "child_id")
    for p in followed(facts):
        risky_from = risk_since(facts, p)
        if risky_from is None:
            continue
        for limb, part in LEADS.items():
            theirs = [a for a in held[p.child_id] if a.part == part and a.ended_on != a.started_on]
            if covering(theirs, facts.today):
                continue
            ends = [a.ended_on for a in theirs if a.ended_on and a.ended_on <= facts.today]
            gap = max([p.started_on, p.followed_from, risky_from, *ends])
            if facts.today > (due := nth_working_day(gap, 1)):
                found.add(("DEC-04", limb, p.pk, None, None, None, midnight(due + DAY)))
    return found
