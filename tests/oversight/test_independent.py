"""The sweep's flags are those of a second reading of the law, over records nobody chose."""

import datetime as dt
import random

import pytest
from django.db import connection

from children.models import Decision, LegalStatus
from core import clock
from governance.models import SeniorContact
from oversight import rulebook
from oversight.clocks import running
from oversight.models import Flag
from oversight.sweep import parameters, recheck
from placements.models import DailyLog, Placement, Registration, Visit
from tests.cast import at
from tests.oversight.facts import DAY, HOUR, authorise, correct, log, visit
from tests.oversight.independent import expected
from tests.oversight.invented_plans import invent_plans
from tests.oversight.invented_quality import invent_quality
from tests.sweeps import rules_alone

FIRST, LAST = dt.date(2021, 6, 1), dt.date(2023, 3, 1)
TYPES = ["K2", "K2", "K1", "H5", "Z1", "P2", "R1", "R2", "U6", "U4", "P1", "A3", "T0", "K3"]


# Of plans and commissioning: what each seed must have had something to say of.
PLANNED = {"CPL-02", "CPL-03", "CPL-04", "CPL-06", "CPL-08", "NOT-08", "LEG-07"}


class Invented:
    """Children with whatever happened to them, from a seed."""

    def __init__(self, cast, seed):
        self.cast, self.chance = cast, random.Random(seed)
        self.leading = random.Random(f"who leads {seed}")
        self.seed, self.made = seed, 0

    def day(self, first=FIRST, last=LAST):
        return first + self.chance.randrange(max((last - first).days, 1)) * DAY

    def moment(self, first=FIRST, last=LAST):
        return at(self.day(first, last), self.chance.randrange(24), self.chance.randrange(60))

    def home(self):
        home, day = self.cast.home(), FIRST - 300 * DAY
        while day < LAST and self.chance.random() < 0.8:
            until = day + self.chance.randrange(50, 900) * DAY
            status = self.chance.choice(["registered", "registered", "not_registered", "not_registered", "not_known"])
            registered = status == "registered"
            Registration.objects.create(
                home=home,
                status=status,
                regulator="ofsted" if registered else "",
                registered_for=self.chance.choice(["childrens_home", "supported_living", "school"])
                if registered
                else "",
                started_on=day,
                ended_on=until,
                evidence="Looked up.",
                recorded_by=self.cast.carl,
            )
            day = until + self.chance.choice([0, 0, 40]) * DAY
        return home

    def child(self):
        self.made += 1
        born = self.day(dt.date(2003, 6, 1), dt.date(2010, 1, 1))
        child = self.cast.child(born=born, since=dt.date(2021, 1, 4), planned=False)
        self.without_worker(child)
        self.life(child)
        invent_plans(self.cast, child, f"{self.seed} {self.made}", FIRST, LAST)

    def without_worker(self, child):
        """Some have no worker for a while, and then another."""
        chance = random.Random(f"without a worker {self.seed} {self.made}")
        if chance.random() < 0.5:
            gone = FIRST + chance.randrange(400) * DAY
            child.allocations.filter(part="social_worker").update(ended_on=gone, end_reason="")
            if chance.random() < 0.6:
                self.cast.allocate(child, self.cast.ben, since=gone + chance.choice([0, 20, 90, 200]) * DAY)

    def life(self, child):
        chance = self.chance
        if chance.random() < 0.2:
            LegalStatus.objects.filter(child=child).update(code=chance.choice(["V3", "V4"]))
        if chance.random() < 0.1:
            child.care_episodes.update(ended_on=self.day())
        self.leads(child)
        self.decisions(child)
        day = self.day()
        while chance.random() < 0.4:
            order = self.cast.dol_order(child, day, months=chance.choice([1, 3, 9]))
            if chance.random() < 0.3:
                order.discharged_on = self.day(day, order.expires_on)
                order.save()
            day = order.expires_on + chance.choice([0, 1, 1, 30]) * DAY
        day = self.day()
        while day < LAST:
            until = day + chance.randrange(20, 500) * DAY
            self.placement(child, day, until if chance.random() < 0.7 else None)
            if child.placements.filter(ended_on=None).exists() or chance.random() < 0.3:
                return
            day = until + chance.choice([0, 0, 10]) * DAY

    def leads(self, child):
        chance = self.leading
        for part, worker in (("lead_day_to_day", self.cast.amy), ("commissioner", self.cast.carl)):
            since = FIRST + chance.randrange(400) * DAY
            while chance.random() < 0.7:
                until = since + chance.choice([0, 1, 20, 200]) * DAY
                self.cast.allocate(child, worker, part=part, since=since, until=until)
                since = until + chance.choice([0, 1, 3, 30]) * DAY

    def decisions(self, child):
        chance, amy = self.leading, self.cast.amy
        for _ in range(chance.choice([0, 4, 12])):
            day = FIRST + chance.randrange(600) * DAY
            entered = at(day + chance.randrange(6) * DAY, chance.randrange(24))
            Decision.objects.create(
                child=child, decided_on=day, what="W", why="Y", decided_by="T", by_what_authority="P", recorded_by=amy,
                entered_at=entered, kind=chance.choice(["other", "trip", "placement", "unregistered"]),
            )  # fmt: skip
            written = entered + chance.choice([1, 23, 24, 25, 90]) * HOUR if chance.random() < 0.7 else None
            given_up = None if written or chance.random() < 0.5 else entered + chance.choice([25, 900]) * HOUR
            seen = written + chance.choice([1, 30]) * HOUR if written and chance.random() < 0.8 else None
            SeniorContact.objects.create(
                child=child, who=self.cast.dee, occurred_at=entered, how="call", said="S", reported_by=amy,
                written_at=written, seen_at=seen, seen_by=amy if seen else None, unwritten_at=given_up, unwritten_why="W",
                unwritten_by=amy if given_up else None,
            )  # fmt: skip

    def placement(self, child, start, end):
        chance = self.chance
        fields = {"home": self.home()} if chance.random() < 0.7 else {}
        if chance.random() < 0.2:
            fields |= {"from_return": True, "followed_from": chance.choice([None, start + 30 * DAY])}
        if chance.random() < 0.4:
            fields["hour"] = chance.randrange(24)
        placement = self.cast.placement(
            child,
            start,
            type=chance.choice(TYPES),
            until_18=chance.random() < 0.3,
            ended_on=end,
            planned=False,
            **fields,
        )
        until = min(end or LAST, LAST)
        self.visits(placement, start, until)
        self.logs(placement, start, until)
        invent_quality(self.cast, placement, start, until)
        when = at(start, 1)
        while chance.random() < 0.5:
            gone = when + chance.randrange(1, 4000) * HOUR
            self.away(self.cast.manager(placement, when, until=gone), clock.local_date(when))
            when = gone + chance.choice([0, 0, 30]) * HOUR
        for _ in range(chance.choice([0, 0, 1, 6])):
            authorise(placement, self.moment(start, until), days=chance.choice([1, 5, 7, 30]))

    def away(self, post, day):
        """Chosen from a well of its own, so that all else stays what it was."""
        chance = random.Random(f"away {post.pk} {day}")
        while chance.random() < 0.9:
            day += chance.choice([0, 3, 20, 40]) * DAY
            planned = chance.random() < 0.5
            days = chance.choice([10, 27, 28, 29, 60]) if planned or chance.random() < 0.7 else None
            fields = {}
            if chance.random() < 0.3:
                fields["notified_on"] = day + chance.choice([-40, -31, -20, 5, 8, 50]) * DAY
            lasted = chance.choice([0, 5, 27, 28, 29, 90, None])
            if lasted is not None:
                fields |= {"returned_on": day + lasted * DAY, "called_off": "No leave." if lasted == 0 else ""}
                if chance.random() < 0.4:
                    fields["return_notified_on"] = fields["returned_on"] + chance.choice([0, 7, 9]) * DAY
            self.cast.absence(post, day, days=days, planned=planned, **fields)
            if lasted is None:
                return
            day += lasted * DAY

    def visits(self, placement, start, until):
        chance = self.chance
        often = chance.choice([3, 10, 30, 60])
        day = start
        while (day := day + chance.randrange(1, 2 * often) * DAY) < until:
            made = visit(
                placement,
                at(day, chance.choice([2, 10, 14, 21, 22, 23]), chance.choice([0, 59])),
                chance.choice(["seen_alone", "seen_alone", "seen", "refused", "not_home"]),
                capacity=chance.choice(["social_worker"] * 6 + ["team_manager", "head_of_service", "iro", "provider"]),
                announced=chance.random() < 0.5,
                manner=chance.choice(["in_person"] * 8 + ["phone"]),
                checked=chance.choice([[], ["premises"], ["medicines"]]),
                recorded_by=self.cast.amy,
            )
            if chance.random() < 0.05:
                correct(made, chance.choice(Visit.Outcome.values))

    def logs(self, placement, start, until):
        chance = self.chance
        kept = chance.choice([0, 0.5, 0.9, 0.97, 1])
        day, written = start, []
        while day < until:
            if chance.random() < kept:
                since, done = at(day, 0), at(day + DAY, 0)
                at_hour = at(day + DAY, chance.choice([0, 1, 9, 23]))
                written.append(log(placement, since, done, written=at_hour, author=self.cast.amy, save=False))
            day += DAY
        DailyLog.objects.bulk_create(written)


def shown_overdue(as_of):
    """What has run out by the one query over every rule, of which most tables are made once for all of them."""
    sources, placements = {rule.source_id for rule in rulebook.ALL}, Placement.objects.values_list("pk", flat=True)
    return {
        (each.rule.code, each.limb, each.placement_id, each.carer_id, each.agency_id, each.shift_id, each.due_at)
        for each in running(sources, placements, as_of=as_of)
        if each.stage == "overdue"
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_over_records_nobody_chose(cast, seed):
    invented = Invented(cast, seed)
    for _ in range(14):
        invented.child()
    seen = set()
    moments = [invented.moment(FIRST + 60 * DAY, LAST) for _ in range(4)]
    for as_of in sorted([*moments, at(dt.date(2022, 3, 27), 0, 30)]):  # the night the clocks change
        rules_alone(as_of=as_of)
        flags = Flag.objects.filter(raised_at__lte=as_of).exclude(cleared_at__lte=as_of)
        found = set(flags.values_list("rule", "limb", "placement", "carer", "agency", "shift", "due_at"))
        assert found == expected(as_of)
        assert shown_overdue(as_of) == {row for row in found if not rulebook.get(row[0]).behind_the_door}
        seen |= {(rule, limb) for rule, limb, *_ in found}
    assert len(seen) >= 10, "records so tame that most rules had nothing to say prove little"
    assert {rule for rule, _ in seen} >= PLANNED
    assert len({each for each in seen if each[0] in PLANNED}) >= 12


def test_over_absences_nobody_chose(cast):
    """Managers away, told of and back as may be, all in one registered home: what is rare among those above."""
    invented, seen = Invented(cast, 4), set()
    home = cast.home(status="registered", registered_for="childrens_home")
    for number in range(40):
        post = cast.manager(cast.placement(cast.child(), FIRST, home=home), at(FIRST))
        invented.away(post, FIRST + number * DAY)
    rule = rulebook.get("STF-05-ABSENCE")
    for day in range(30, 400, 37):
        as_of = at(FIRST + day * DAY, 15)
        with connection.cursor() as cursor:
            cursor.execute(rule.clocks, parameters(as_of=as_of))
            rows = cursor.fetchall()
        found = {(limb, placement, due) for _, _, placement, *_, limb, _, due, stage in rows if stage == "overdue"}
        assert found == {(limb, pk, due) for code, limb, pk, *_, due in expected(as_of) if code == rule.code}
        seen |= {limb for limb, *_ in found}
    assert seen == {"notice", "return"}


def test_rechecks_of_every_placement_are_one_sweep(cast):
    invented = Invented(cast, 7)
    for _ in range(10):
        invented.child()
    as_of = at(dt.date(2022, 9, 1), 15)
    for placement in Placement.objects.all():
        recheck(subjects={("placement", placement.pk)}, as_of=as_of)
    found = set(Flag.objects.standing().values_list("pk", flat=True))
    assert found
    run = rules_alone(as_of=as_of)
    assert (run.raised, run.cleared) == (0, 0)
    assert set(Flag.objects.standing().values_list("pk", flat=True)) == found


def test_the_second_reading_is_not_blind(cast):
    """It must notice that time passes, or it would agree with anything."""
    invented = Invented(cast, 1)
    for _ in range(5):
        invented.child()
    as_of = at(dt.date(2022, 9, 1), 15)
    before = expected(as_of)
    assert before != expected(as_of + 30 * DAY)
