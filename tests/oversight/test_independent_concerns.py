"""What the sweep says of concerns is what a second reading says, over ledgers nobody chose; and councils never mix."""

import datetime as dt
import random

import pytest

from governance.models import (
    Concern,
    ConcernReview,
    ConcernStep,
    ConductSubject,
    PoliceAttendance,
    StrategyConcern,
    StrategyDiscussion,
)
from oversight.models import Flag
from oversight.sweep import recheck
from placements.models import Placement
from tests.cast import at
from tests.oversight.facts import DAY, HOUR, NOT_NOT_YES, on_days, stands
from tests.oversight.independent import Facts
from tests.oversight.independent_concerns import expected_of_concerns, holders_of_concerns
from tests.sweeps import rules_alone

FIRST = dt.date(2022, 3, 7)
DAYS = 60  # Easter, and the day the clocks change, are among them
CODES = ("SAF-01", "SAF-08", "SAF-09", "LOG-05")


class Invented:
    def __init__(self, cast, seed):
        self.cast, self.chance, self.number = cast, random.Random(seed), 0
        self.safer = random.Random(f"made safer {seed}")
        self.found = random.Random(f"found to be conduct {seed}")
        self.whose = random.Random(f"whose conduct it is {seed}")
        self.carers = [cast.carer(f"Reed {seed} {n}") for n in range(2)]

    def moment(self, first=FIRST):
        last = FIRST + DAYS * DAY
        return at(first + self.chance.randrange(max((last - first).days, 1)) * DAY, self.chance.randrange(24))

    def later(self, moment, likely=0.6):
        return moment + self.chance.randrange(1, 300) * HOUR if self.chance.random() < likely else None

    def before(self, moment, since):
        return since + self.safer.random() * (moment - since)

    def child(self, authority=None, worker=None):
        chance, cast = self.chance, self.cast
        fields = {"authority": authority, "team": cast.south_team, "worker": worker} if authority else {}
        child = cast.child(born=dt.date(2008, 5, 4), **fields)
        placement = cast.unregistered(child, FIRST - chance.choice([0, 30, -10]) * DAY)
        for _ in range(chance.randrange(9)):
            self.concern(child, placement)
        for _ in range(chance.choice([0, 2, 4, 8])):
            PoliceAttendance.objects.create(
                placement=placement, attended_at=self.moment(placement.started_on), called_by="staff", why="W",
                recorded_by=cast.amy,
            )  # fmt: skip
        if self.found.random() < 0.4:  # nobody looks after her any more, or she has moved
            placement.ended_on = FIRST + self.found.randrange(20, DAYS) * DAY
            placement.save()
            if self.found.random() < 0.5:
                cast.placement(child, placement.ended_on, home=cast.home())
        for _ in range(chance.choice([0, 0, 1, 2])):
            ConcernReview.objects.create(
                child=child, held_at=self.moment(), agencies="A", outcome="O", decision="stay", why="W",
                there=self.safer.choice([[], ["police"], ["health", "police"], ["health", "social_care"]]),
                decided_by=cast.hana, recorded_by=cast.tom,
            )  # fmt: skip

    def colleague(self):
        """Whose conduct it is, besides: often those who would hold its flags."""
        cast, named = (
            self.cast,
            ["", "Finch, Hana", "the manager, Tom Heron", "Tom Herons", "Sal Plover and Hana Finch"],
        )
        return {"account": self.whose.choice([None, None, cast.tom, cast.hana]), "named": self.whose.choice(named)}

    def concern(self, child, placement):
        chance, cast, moment = self.chance, self.cast, self.moment()
        self.number += 1
        police = chance.random() < 0.3
        done = {name: self.later(moment) for name in ("read_at", "triaged_at", "answered_at")}
        if done["triaged_at"] and done["answered_at"]:
            done["closed_at"] = self.later(max(done["triaged_at"], done["answered_at"]), 0.5)
        said = [("answered", done["answered_at"])] if done["answered_at"] else []
        for _ in range(self.safer.choice([0, 0, 1, 2])):  # answered, not enough, and perhaps answered again
            said.insert(0, ("unsettled", self.before(said[0][1] if said else moment + 900 * HOUR, moment)))
            said.insert(0, ("answered", self.before(said[0][1], moment)))
            done["unsettled_at"] = max(when for kind, when in said if kind == "unsettled")
        concern = Concern.objects.create(
            authority=child.authority, number=self.number, child=child, placement=placement, what="W", owner=cast.tom,
            category=chance.choice(["care", "safety", "staff_conduct"]), received_at=moment, recorded_by=cast.amy,
            raiser="police" if police else "health",
            source="police" if police else chance.choice(["health", "health", "family"]),
            risk=chance.choice(["high", "standard"]) if police else "", **done,
        )  # fmt: skip
        for kind, when in said:
            ConcernStep.objects.create(concern=concern, kind=kind, by=cast.tom, happened_at=when, text="T")
        if not concern.is_conduct and self.found.random() < 0.3:
            concern.conduct_from = moment + self.found.randrange(200) * HOUR
            concern.save()
        if concern.is_conduct:
            ConductSubject.objects.create(
                concern=concern, carer=chance.choice([None, *self.carers]), recorded_by=cast.amy, **self.colleague()
            )
        if self.safer.random() < 0.3:
            later = moment + self.safer.randrange(1, 900) * HOUR
            ConcernStep.objects.create(concern=concern, kind="mitigation", by=cast.tom, happened_at=later, text="T")
        if chance.random() < 0.3:
            ConcernStep.objects.create(
                concern=concern,
                kind=chance.choice(["lado", "passed", "seen"]),
                by=cast.tom,
                happened_at=self.later(moment, 1),
                text="T",
                to="L",
            )


def standing():
    flags = Flag.objects.standing().filter(rule__in=CODES)
    return set(flags.values_list("rule", "limb", "placement", "carer", "agency", "shift", "due_at"))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_over_ledgers_nobody_chose(cast, seed):
    invented, seen, passed_over = Invented(cast, seed), set(), set()
    for _ in range(5):
        invented.child()
    assert cast.todd.team == cast.south_team  # South has a manager and a director
    assert cast.duncan.authority == cast.south
    invented.child(cast.south, cast.zoe)
    for as_of in sorted(invented.moment() for _ in range(6)):
        assert rules_alone(as_of=as_of).failed_rules == []
        found = standing()
        assert found == expected_of_concerns(Facts(as_of))
        seen |= {(rule, limb) for rule, limb, *_ in found}
        for (rule, limb, placement), holder in holders_of_concerns(Facts(as_of)).items():
            flag = Flag.objects.standing().get(rule=rule, limb=limb, placement=placement)
            assert (flag.owner, flag.owner_role) == (holder, holder.role), (rule, limb)
            passed_over.add(holder.role)
    assert passed_over >= {"team_manager", "head_of_service", "safeguarding_lead"}
    assert len(seen) >= 8, "ledgers so tame that most limbs had nothing to say prove little"
    south = Flag.objects.filter(rule__in=CODES, child__authority=cast.south)
    assert {flag.owner.authority for flag in south} <= {cast.south}
    as_of = at(FIRST + DAYS * DAY, 15)
    for placement in Placement.objects.all():
        recheck(subjects={("child", placement.child_id)}, as_of=as_of)
    run = rules_alone(as_of=as_of)
    assert (run.raised, run.cleared) == (0, 0)


class TestDays:
    """The day before, the day, the day after."""

    @pytest.fixture
    def placement(self, cast):
        return cast.unregistered(cast.child(), FIRST - 60 * DAY)

    def concern(self, cast, placement, when, number=1, **fields):
        fields = {"category": "care", "raiser": "health", "source": "health"} | fields
        return Concern.objects.create(
            authority=cast.north, number=number, child=placement.child, placement=placement, what="W", received_at=when,
            owner=cast.tom, recorded_by=cast.amy, **fields,
        )  # fmt: skip

    def test_working_days_pass_over_easter(self, cast, placement):
        maundy_thursday = dt.date(2022, 4, 14)
        self.concern(cast, placement, at(maundy_thursday, 16))
        assert on_days("SAF-09", "triage", dt.date(2022, 4, 19)) == NOT_NOT_YES
        assert on_days("SAF-09", "answer", dt.date(2022, 4, 21)) == NOT_NOT_YES

    def test_a_notice_has_all_of_its_last_hour(self, cast, placement):
        when = at(FIRST, 16)
        self.concern(cast, placement, when, risk="high", raiser="police", source="police")
        assert not stands(when + 24 * HOUR, "SAF-08", "unread")
        assert stands(when + 24 * HOUR + dt.timedelta(seconds=1), "SAF-08", "unread")

    @pytest.mark.parametrize(("apart", "together"), [(27, True), (28, False)])
    def test_two_sources_within_28_days(self, cast, placement, apart, together):
        self.concern(cast, placement, at(FIRST, 1))
        self.concern(cast, placement, at(FIRST + apart * DAY, 23), number=2, source="family", raiser="mother")
        assert stands(at(FIRST + (apart + 12) * DAY), "SAF-09", "meeting") == together

    def test_who_decides_about_conduct_holds_it_and_never_whom_it_is_about(self, cast, placement):
        concern = self.concern(cast, placement, at(FIRST, 9), category="staff_conduct")
        subject = ConductSubject.objects.create(concern=concern, recorded_by=cast.amy)
        late = at(FIRST + 5 * DAY)

        def holder():
            assert rules_alone(as_of=late).failed_rules == []
            return Flag.objects.standing().get(rule="SAF-01").owner

        assert holder() == cast.tom
        for about in ({"named": "HERON, Tom (the manager)"}, {"account": cast.tom}, {"named": "tom  heron."}):
            ConductSubject.objects.update(**{"named": "", "account": None} | about)
            assert holder() == cast.hana
        carer = cast.carer("Heron", checked=False, account=cast.tom)
        ConductSubject.objects.update(named="Hana Finch and Tom", account=None, carer=carer)
        assert holder() == cast.sal
        for role, next_up in (("safeguarding_lead", cast.dora), ("dcs", cast.dee)):
            type(cast.tom).objects.filter(role=role).update(is_active=False)
            assert holder() == next_up  # a director has it only where nobody is left who may decide
        assert subject.concern == concern

    @pytest.mark.parametrize("how", ["by account", "as a carer", "by name"])
    @pytest.mark.parametrize("category", ["care", "sexual_harm"])
    def test_whom_a_concern_is_about_holds_no_flag_of_it(self, cast, placement, how, category):
        """They could not open it: it would stay overdue with them."""
        for number, fields in enumerate(({}, {"risk": "high", "raiser": "police", "source": "police"}), 1):
            concern = self.concern(cast, placement, at(FIRST, 9), number, category=category, **fields)
        asked = StrategyDiscussion.objects.create(
            child=placement.child, asked_by=cast.amy, asked_at=at(FIRST, 9), why="W"
        )
        StrategyConcern.objects.create(discussion=asked, concern=concern)
        about = {
            "by account": {"account": cast.tom},
            "as a carer": {"carer": cast.carer("Own", checked=False, account=cast.tom)},
            "by name": {"named": "HERON, Tom"},
        }[how]

        def held():
            assert rules_alone(as_of=at(FIRST + 20 * DAY)).failed_rules == []
            flags = Flag.objects.standing().filter(rule__in=("SAF-02", "SAF-08", "SAF-09", "SAF-10"))
            return {(flag.rule, flag.limb): flag.owner for flag in flags.select_related("owner")}

        before = held()
        assert len(before) == (13 if category == "sexual_harm" else 8), before
        higher = {words for words, owner in before.items() if owner == cast.hana}
        assert set(before.values()) == {cast.tom, cast.hana}
        for each in Concern.objects.all():
            ConductSubject.objects.create(concern=each, recorded_by=cast.amy, **about)
        assert held() == dict.fromkeys(before, cast.hana)
        ConductSubject.objects.update(account=cast.hana, carer=None, named="")
        assert held() == {words: cast.sal if words in higher else cast.tom for words in before}

    def test_where_it_is_about_everybody_who_may_decide_somebody_holds_it_who_can_fill_the_posts(self, cast, placement):
        concern = self.concern(cast, placement, at(FIRST, 9))
        type(cast.tom).objects.exclude(pk__in=[cast.tom.pk, cast.sam.pk]).update(is_active=False)
        ConductSubject.objects.create(concern=concern, account=cast.tom, recorded_by=cast.amy)
        rules_alone(as_of=at(FIRST + 20 * DAY))
        assert {flag.owner for flag in Flag.objects.standing().filter(rule="SAF-09")} == {cast.sam}

    def test_it_is_owed_where_the_child_lives_nowhere_any_more_and_from_when_it_was_found(self, cast, placement):
        concern = self.concern(cast, placement, at(FIRST, 9), category="safety")
        placement.ended_on = FIRST + 2 * DAY
        placement.save()
        assert not stands(at(FIRST + 9 * DAY), "SAF-01", "concern")
        concern.conduct_from = at(FIRST + 7 * DAY, 9)
        concern.save()
        assert on_days("SAF-01", "concern", FIRST + 8 * DAY) == NOT_NOT_YES
        ConcernStep.objects.create(concern=concern, kind="passed", by=cast.tom, happened_at=at(FIRST + 9 * DAY))
        assert not stands(at(FIRST + 10 * DAY), "SAF-01", "concern")

    def test_answered_and_never_closed(self, cast, placement):
        done = dict.fromkeys(("triaged_at", "answered_at"), at(FIRST, 18))
        concern = self.concern(cast, placement, at(FIRST, 9), **done)
        ConcernStep.objects.create(concern=concern, kind="answered", by=cast.tom, happened_at=at(FIRST, 18), text="T")
        assert on_days("SAF-09", "open", FIRST + 28 * DAY) == NOT_NOT_YES
        ConcernStep.objects.create(
            concern=concern,
            kind="mitigation",
            by=cast.tom,
            happened_at=at(FIRST + 28 * DAY),
            text="Two carers at night.",
        )
        assert on_days("SAF-09", "open", FIRST + 56 * DAY) == NOT_NOT_YES
        Concern.objects.update(closed_at=at(FIRST + 57 * DAY))
        assert not stands(at(FIRST + 58 * DAY), "SAF-09", "open")

    def test_a_family_is_one_source(self, cast, placement):
        for number, raiser in enumerate(["mother", "father"], 1):
            self.concern(cast, placement, at(FIRST, 9), number=number, raiser=raiser, source="family")
        assert not stands(at(FIRST + 20 * DAY), "SAF-09", "meeting")

    def test_what_was_heard_of_another_place_calls_no_meeting_here(self, cast, placement):
        self.concern(cast, placement, at(FIRST - 61 * DAY, 9))
        self.concern(cast, placement, at(FIRST - 59 * DAY, 9), number=2, source="police", raiser="police")
        assert not stands(at(FIRST), "SAF-09", "meeting")
        assert stands(at(FIRST), "SAF-09", "triage")  # but it must still be decided on

    def test_a_council_may_be_stricter(self, cast, placement):
        from core.models import LocalStandard

        LocalStandard.objects.create(
            authority=cast.north, key="SAF-09 answer", value=2, effective_from=FIRST - DAY, set_by=cast.dora, reason="R"
        )
        self.concern(cast, placement, at(FIRST, 9))
        assert on_days("SAF-09", "answer", FIRST + 2 * DAY) == NOT_NOT_YES
