"""The flags about meetings are those of a second reading, over meetings nobody chose."""

import datetime as dt
import random

import pytest

from governance.models import (
    Action,
    ActionRedating,
    Attendance,
    Discussed,
    Issue,
    Meeting,
    MeetingSeries,
    TermsReview,
)
from oversight.models import Flag
from oversight.sweep import recheck
from placements.models import Placement, Provider
from tests.cast import at
from tests.oversight.independent import expected
from tests.sweeps import rules_alone

FIRST, DAY = dt.date(2022, 1, 10), dt.timedelta(days=1)
DAYS = 60


class InventedMeetings:
    """Children, what is held about them, and what came of it, from a seed."""

    def __init__(self, cast, seed):
        self.cast, self.chance, self.later = cast, random.Random(seed), random.Random(f"asked later {seed}")
        self.by = {"recorded_by": cast.hana}
        self.agencies = [Provider.objects.create(name=name) for name in ("Tideway Nursing", "Shoreline Nursing")]
        self.children = [self.child() for _ in range(4)]
        for child in self.children:
            for _ in range(self.chance.choice([0, 1, 1, 2])):
                self.held(self.series(child), [child])
        self.held(self.series(None), self.children)

    def day(self, first=0, last=DAYS):
        return FIRST + self.chance.randrange(first, last) * DAY

    def child(self):
        child, chance = self.cast.child(born=dt.date(2008, 5, 4)), self.chance
        placement = self.cast.unregistered(child, FIRST - chance.randrange(30) * DAY)
        for agency in self.agencies:
            if chance.random() < 0.7:
                self.cast.supplies(placement, agency, since=self.day(0, 30))
        return child

    def series(self, child):
        chance = self.chance
        started = FIRST - chance.choice([0, 5, 340, 360]) * DAY
        series = MeetingSeries.objects.create(
            kind="child" if child else "panel", authority=self.cast.north, child=child, name="M", purpose="P", terms="T",
            chair=self.cast.hana, required=["social_worker", "health", "agency"], every_days=chance.choice([7, 14, 28]),
            started_on=started, ended_on=chance.choice([None, None, None, self.day(40)]), **self.by,
        )  # fmt: skip
        if chance.random() < 0.3:
            TermsReview.objects.create(series=series, reviewed_on=self.day(), found="F", by=self.cast.hana)
        return series

    def held(self, series, children):
        chance, issues = self.chance, {}
        day, plan_from = 0, self.later.choice([0, 20, 40, DAYS])
        while (day := day + chance.choice([3, 7, 7, 8, 14])) < DAYS:
            when = at(FIRST + day * DAY, chance.choice([9, 14, 23]))
            off = {"called_off_at": when + DAY, "called_off_why": "W"} if chance.random() < 0.1 else {}
            sent = {"sent_at": when + chance.choice([1, 2, 5, 9]) * DAY, "sent_by": self.cast.hana}
            meeting = Meeting.objects.create(
                series=series, held_at=when, required=series.required + ["send"] * (day >= plan_from), **self.by,
                **(off or chance.choice([{}, sent, sent, sent])),
            )  # fmt: skip
            about = children if series.child else chance.sample(children, 2)
            for child in about:
                Discussed.objects.create(meeting=meeting, child=child)
            self.seats(meeting)
            for child in about:
                while chance.random() < 0.5:
                    self.action(meeting, child, issues, when)

    def seats(self, meeting):
        states = [*Attendance.State.values, "present", "present", "present"]
        for part, agency in [("social_worker", None), ("health", None), *[("agency", each) for each in self.agencies]]:
            for person in (None, self.cast.amy) if self.chance.random() < 0.2 else (None,):
                if self.chance.random() < 0.9:
                    Attendance.objects.create(
                        meeting=meeting, part=part, agency=agency, person=person, state=self.chance.choice(states),
                        note="N", **self.by,
                    )  # fmt: skip
        if "send" in meeting.required and self.later.random() < 0.8:
            state = self.later.choice(["present", "absent", "not_invited"])
            Attendance.objects.create(meeting=meeting, part="send", state=state, note="N", **self.by)

    def action(self, meeting, child, issues, when):
        chance = self.chance
        issue = issues.get(child.pk)
        if issue is None or chance.random() < 0.4:
            issue = issues[child.pk] = Issue.objects.create(
                child=child, series=meeting.series, section="care", what="I", raised_at=when
            )
        due = when.date() + chance.randrange(1, 20) * DAY
        closed = when + chance.randrange(1, 40) * DAY
        action = Action.objects.create(
            child=child, meeting=meeting, issue=issue, what="W", owner=self.cast.amy, due_on=due, measure="M",
            agreed_at=when + dt.timedelta(hours=1), **self.by,
        )  # fmt: skip
        moment = when
        while chance.random() < 0.4 and (moment := moment + chance.randrange(1, 9) * DAY) < closed:
            to = max(action.due_on, moment.date()) + chance.randrange(1, 9) * DAY
            ActionRedating.objects.create(
                action=action, from_on=action.due_on, to_on=to, why="W", redated_at=moment, by=self.cast.amy
            )
            action.due_on = to
        if chance.random() < 0.6:
            action.closed_at, action.closed_by, action.evidence = closed, self.cast.amy, "E"
        action.save()


def standing(as_of):
    flags = Flag.objects.filter(raised_at__lte=as_of).exclude(cleared_at__lte=as_of)
    rows = flags.values_list("rule", "limb", "placement", "carer", "agency", "shift", "due_at")
    return {row for row in rows if row[0].startswith("MTG")}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_over_meetings_nobody_chose(cast, seed):
    invented, seen = InventedMeetings(cast, seed), set()
    for as_of in sorted(at(invented.day(15, DAYS + 20), invented.chance.randrange(24)) for _ in range(5)):
        assert rules_alone(as_of=as_of).failed_rules == []
        found = standing(as_of)
        assert found == {row for row in expected(as_of) if row[0].startswith("MTG")}
        seen |= {(rule, limb) for rule, limb, *_ in found}
    assert len(seen) >= 7, "meetings so tame that most rules had nothing to say prove little"


def test_rechecks_of_every_placement_are_one_sweep(cast):
    InventedMeetings(cast, 4)
    as_of = at(FIRST + DAYS * DAY, 15)
    for placement in Placement.objects.all():
        recheck(subjects={("placement", placement.pk)}, as_of=as_of)
    found = standing(as_of)
    assert found
    run = rules_alone(as_of=as_of)
    assert (run.raised, run.cleared) == (0, 0)
    assert standing(as_of) == found
