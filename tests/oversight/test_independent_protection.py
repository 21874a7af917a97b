"""What the sweep says of children's protection, and of silence, is what a second reading says, over records nobody chose."""

import datetime as dt
import random

import pytest

from core.models import LocalStandard
from governance.models import (
    Concern,
    ConcernStep,
    ConductSubject,
    Enquiry,
    PoliceAttendance,
    QualityVisit,
    SeriousHarmNotice,
    StrategyConcern,
    StrategyDiscussion,
)
from lado.models import Referral
from oversight.models import Flag
from oversight.sweep import recheck
from placements.models import DailyLog, Placement
from staffing.models import StaffingPlan
from tests.cast import at
from tests.oversight.facts import DAY, HOUR, NOT_NOT_YES, clocks, log_of, on_days, stands
from tests.oversight.independent import Facts
from tests.oversight.independent_protection import expected_of_protection, holders_of_protection
from tests.sweeps import rules_alone

FIRST = dt.date(2022, 3, 7)
DAYS = 110  # Easter, and the day the clocks change, are among them
CODES = ("SAF-02", "SAF-03", "SAF-10", "SAF-11", "NOT-09", "NOT-09R")


class Invented:
    """Children whose protection went as it went, from a seed."""

    def __init__(self, cast, seed):
        self.cast, self.chance, self.number = cast, random.Random(f"protection {seed}"), 0
        self.whose = random.Random(f"whose conduct it is {seed}")
        self.again = random.Random(f"seen, and decided again {seed}")

    def moment(self):
        return at(FIRST + self.chance.randrange(DAYS) * DAY, self.chance.randrange(24), 30)

    def later(self, moment, likely=0.6, hours=500):
        return moment + self.chance.randrange(1, hours) * HOUR if self.chance.random() < likely else None

    def child(self):
        chance, cast = self.chance, self.cast
        child = cast.child(born=dt.date(2008, 5, 4))
        start = FIRST - chance.choice([0, 40, -10]) * DAY
        placement = (
            cast.unregistered(child, start) if chance.random() < 0.6 else cast.placement(child, start, type="U6")
        )
        if chance.random() < 0.3:
            cast.dol_order(child, FIRST + chance.randrange(40) * DAY, months=1)
        if chance.random() < 0.3:
            StaffingPlan.objects.create(
                placement=placement, effective_from=self.moment(), by_day=chance.choice([0, 2]), by_night=0, source="S",
                why="W", recorded_by=cast.amy,
            )  # fmt: skip
        if chance.random() < 0.4:  # she moves on, into a home of which nothing is known
            placement.ended_on = FIRST + chance.randrange(50, DAYS) * DAY
            placement.save()
            if chance.random() < 0.7:
                cast.placement(child, placement.ended_on, home=cast.home())
        quiet = chance.random() < 0.3  # whoever looks, nothing is heard
        concerns = [self.concern(child, placement) for _ in range(0 if quiet else chance.randrange(5))]
        for _ in range(chance.randrange(4)):
            self.discussion(child, placement, concerns)
        for _ in range(chance.choice([0, 0, 1, 2])):
            self.notice(child, placement, concerns)
        self.noise(placement, quiet)

    def concern(self, child, placement):
        chance, cast, moment = self.chance, self.cast, self.moment()
        self.number += 1
        source = chance.choice(["police", "health", "social_care"])
        concern = Concern.objects.create(
            authority=child.authority, number=self.number, child=child, placement=chance.choice([placement, placement, None]),
            what="W", owner=cast.tom, category=chance.choice(["sexual_harm", "sexual_harm", "care"]), received_at=moment,
            recorded_by=cast.amy, raiser=source, source=source,
        )  # fmt: skip
        to_lado = chance.choice(["lado", "passed"])
        to_lado = "seen" if self.again.random() < 0.3 else to_lado
        for kind in (to_lado, "told_police", "told_health"):
            if (when := self.later(moment, 0.5)) is not None:
                ConcernStep.objects.create(concern=concern, kind=kind, by=cast.tom, happened_at=when, text="T", to="L")
        for _ in range(chance.choice([0, 1, 3])):
            decision = chance.choice(["strategy", "strategy", "enquire"])
            ConcernStep.objects.create(
                concern=concern, kind="triaged", by=cast.tom, happened_at=self.later(moment, 1), decision=decision
            )
        if self.whose.random() < 0.5:
            whose = self.whose.choice(
                [{"account": cast.tom}, {"named": "Finch, Hana; Tom Heron"}, {"account": cast.hana}]
            )
            ConductSubject.objects.create(concern=concern, recorded_by=cast.amy, **whose)
        return concern

    def discussion(self, child, placement, concerns):
        chance, cast, asked = self.chance, self.cast, self.moment()
        held, declined = self.later(asked), None
        if held is None:
            declined = self.later(asked, 0.4)
        discussion = StrategyDiscussion.objects.create(
            child=child, placement=chance.choice([placement, None]), asked_by=cast.amy, asked_at=asked, why="W",
            held_at=held, chair="C", outcome=chance.choice(["enquiry", "none"]) if held else "", reasons="R",
            declined_at=declined, answer="A", answered_by=cast.tom,
        )  # fmt: skip
        for concern in concerns:
            if chance.random() < 0.5:
                StrategyConcern.objects.create(discussion=discussion, concern=concern)
        if discussion.outcome == "enquiry":
            days = {name: self.later(held, 0.4, 2000) for name in ("assessed_on", "conference_on", "no_conference_on")}
            Enquiry.objects.create(
                discussion=discussion, child=child, started_on=at(FIRST - DAY).date(), found="F", no_conference_because="B",
                no_conference_by=cast.tom, recorded_by=cast.tom, **{n: when and when.date() for n, when in days.items()},
            )  # fmt: skip

    def notice(self, child, placement, concerns):
        chance, cast, aware = self.chance, self.cast, self.moment()
        decided = self.later(aware)
        told = {f"{who}_told_at": self.later(aware, 0.7) for who in ("panel", "ofsted", "partners")}
        reviewed = self.later(aware, 0.5)
        notice = SeriousHarmNotice.objects.create(
            child=child, placement=chance.choice([placement, None]), aware_at=aware, what="W", recorded_by=cast.tom,
            concern=chance.choice([None, *concerns]), criteria_met=chance.random() < 0.6 if decided else None,
            decided_at=decided, decided_by=cast.hana, why="W", rapid_review_on=reviewed and reviewed.date(),
            review_found="F", **told,
        )  # fmt: skip
        if decided and self.again.random() < 0.4:
            notice.criteria_met, notice.decided_at = (
                not notice.criteria_met,
                decided + self.again.randrange(1, 2000) * HOUR,
            )
            notice.save()

    def noise(self, placement, quiet):
        chance, cast = self.chance, self.cast
        for _ in range(6 if quiet else chance.choice([0, 0, 0, 1, 2])):
            QualityVisit.objects.create(
                placement=placement, kind=chance.choice(["independent", "premises"]), occurred_at=self.moment(),
                announced=True, summary="S", recorded_by=cast.sal,
            )  # fmt: skip
        if quiet:
            return
        for _ in range(chance.choice([0, 0, 1])):
            PoliceAttendance.objects.create(
                placement=placement, attended_at=self.moment(), called_by="staff", why="W", recorded_by=cast.amy
            )
        if chance.random() < 0.7:  # of most much is heard
            days = chance.sample(range(60, DAYS), chance.randrange(10, 25))
            logs = [log_of(placement, FIRST + day * DAY, author=cast.amy, save=False) for day in days]
            for log in logs:
                log.incidents = "A window was broken."
            DailyLog.objects.bulk_create(logs)
        if chance.random() < 0.3:
            log = log_of(placement, FIRST + chance.randrange(60) * DAY, author=cast.amy, save=False)
            log.incidents = "A window was broken."
            log.save()


def standing():
    flags = Flag.objects.standing().filter(rule__in=CODES)
    return set(flags.values_list("rule", "limb", "placement", "carer", "agency", "shift", "due_at"))


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_over_records_nobody_chose(cast, seed):
    invented, seen, held = Invented(cast, seed), set(), set()
    for _ in range(12):
        invented.child()
    moments = sorted([*(invented.moment() for _ in range(4)), at(FIRST + DAYS * DAY, 15)])
    for as_of in moments:
        assert rules_alone(as_of=as_of).failed_rules == []
        found = standing()
        assert found == expected_of_protection(Facts(as_of))
        seen |= {(rule, limb) for rule, limb, *_ in found}
        for (rule, limb, placement), holder in holders_of_protection(Facts(as_of)).items():
            flag = Flag.objects.standing().get(rule=rule, limb=limb, placement=placement)
            assert (flag.owner, flag.owner_role) == (holder, holder.role), (rule, limb)
            held.add((rule, holder.role))
    assert held >= {("SAF-02", "head_of_service"), ("SAF-10", "safeguarding_lead")}
    assert ("SAF-11", "fewer") in seen
    assert len(seen) >= 12, "records so tame that most limbs had nothing to say prove little"
    for child in set(Placement.objects.values_list("child", flat=True)):
        recheck(subjects={("child", child)}, as_of=as_of)
    run = rules_alone(as_of=as_of)
    assert (run.raised, run.cleared) == (0, 0)


class TestDays:
    """The day before, the day, the day after."""

    @pytest.fixture
    def placement(self, cast):
        return cast.unregistered(cast.child(), FIRST - 60 * DAY)

    def concern(self, cast, placement, when, number=1, **fields):
        fields = {"category": "sexual_harm", "raiser": "education", "source": "education"} | fields
        return Concern.objects.create(
            authority=cast.north, number=number, child=placement.child, placement=placement, what="W", received_at=when,
            owner=cast.tom, recorded_by=cast.amy, **fields,
        )  # fmt: skip

    def discussion(self, placement, cast, **fields):
        fields = {"asked_at": at(FIRST, 9), "asked_by": cast.amy, "why": "W"} | fields
        if "held_at" in fields:
            fields = {"chair": "C", "outcome": "enquiry", "reasons": "R", "answered_by": cast.tom} | fields
        return StrategyDiscussion.objects.create(child=placement.child, placement=placement, **fields)

    def test_a_request_passes_over_easter(self, cast, placement):
        maundy_thursday = dt.date(2022, 4, 14)
        self.discussion(placement, cast, asked_at=at(maundy_thursday, 16))
        assert on_days("SAF-02", "asked", dt.date(2022, 4, 19)) == NOT_NOT_YES

    @pytest.mark.parametrize("limb", ["strategy", "lado", "police", "health"])
    def test_the_same_day_is_that_day_also_late_in_the_evening(self, cast, placement, limb):
        self.concern(cast, placement, at(FIRST, 22, 30))
        assert not stands(at(FIRST, 23, 59), "SAF-10", limb)
        assert stands(at(FIRST + DAY, 0, 0), "SAF-10", limb)
        assert on_days("SAF-10", "test", FIRST + DAY) == NOT_NOT_YES

    def test_a_council_may_ask_for_it_within_hours(self, cast, placement):
        LocalStandard.objects.create(
            authority=cast.north, key="SAF-10 hours", value=4, effective_from=FIRST - DAY, set_by=cast.dora, reason="R"
        )
        self.concern(cast, placement, at(FIRST, 10))
        assert not stands(at(FIRST, 13, 59), "SAF-10", "police")
        assert stands(at(FIRST, 14), "SAF-10", "police")

    def test_where_staff_do_not_care_for_her_closely_there_is_a_working_day(self, cast):
        fostered = cast.placement(cast.child(), FIRST - 60 * DAY, type="U6")
        self.concern(cast, fostered, at(FIRST, 10))
        assert on_days("SAF-02", "harm", FIRST + DAY) == NOT_NOT_YES
        assert clocks("SAF-10", at(FIRST + 9 * DAY)) == {}

    def test_moving_her_undoes_nothing(self, cast, placement):
        self.concern(cast, placement, at(FIRST, 10))
        placement.ended_on = FIRST
        placement.save()
        cast.placement(placement.child, FIRST, type="U6")
        assert stands(at(FIRST + DAY, 0), "SAF-10", "strategy")

    def test_a_decision_after_another_starts_the_clock_then(self, cast, placement):
        concern = self.concern(cast, placement, at(FIRST, 10), category="care")
        decide = {"concern": concern, "kind": "triaged", "by": cast.tom}
        ConcernStep.objects.create(**decide, decision="enquire", happened_at=at(FIRST, 12))
        assert clocks("SAF-02", at(FIRST + 9 * DAY)) == {}
        ConcernStep.objects.create(**decide, decision="strategy", happened_at=at(FIRST + 2 * DAY, 12))
        ConcernStep.objects.create(**decide, decision="strategy", happened_at=at(FIRST + 3 * DAY, 12))  # no new clock
        assert on_days("SAF-02", "decided", FIRST + 3 * DAY) == NOT_NOT_YES

    def test_a_conference_in_15_and_an_assessment_in_45_working_days(self, cast, placement):
        held = self.discussion(placement, cast, held_at=at(FIRST, 11))
        enquiry = Enquiry.objects.create(discussion=held, child=placement.child, started_on=FIRST, recorded_by=cast.tom)
        assert on_days("SAF-03", "conference", dt.date(2022, 3, 28)) == NOT_NOT_YES
        assert on_days("SAF-03", "assessment", dt.date(2022, 5, 12)) == NOT_NOT_YES  # Easter and May Day are between
        enquiry.conference_on = dt.date(2022, 3, 28)
        enquiry.save()
        assert not stands(at(dt.date(2022, 4, 20)), "SAF-03", "conference")
        placement.ended_on = FIRST + DAY  # it runs on also where she is nowhere known
        placement.save()
        assert stands(at(dt.date(2022, 5, 13), 0), "SAF-03", "assessment")

    def test_notified_in_5_and_reviewed_in_15_working_days_from_becoming_aware(self, cast, placement):
        notice = SeriousHarmNotice.objects.create(
            child=placement.child, placement=placement, aware_at=at(FIRST, 23), what="W", recorded_by=cast.tom
        )
        assert on_days("NOT-09", "", dt.date(2022, 3, 14)) == NOT_NOT_YES
        assert on_days("NOT-09R", "", dt.date(2022, 3, 28)) == NOT_NOT_YES
        late = at(dt.date(2022, 4, 20))
        notice.panel_told_at = notice.ofsted_told_at = at(FIRST + DAY)
        notice.save()
        assert stands(late, "NOT-09")  # the safeguarding partners do not know
        notice.partners_told_at = at(FIRST + DAY)
        notice.save()
        assert not stands(late, "NOT-09")
        assert stands(late, "NOT-09R")

    def test_the_law_of_the_day_it_became_known(self, cast):
        placement = cast.unregistered(cast.child(since=dt.date(2017, 1, 4)), dt.date(2018, 6, 1))
        for day, bound in ((dt.date(2018, 6, 28), False), (dt.date(2018, 6, 29), True)):
            notice = SeriousHarmNotice.objects.create(
                child=placement.child, placement=placement, aware_at=at(day), what="W", recorded_by=cast.tom
            )
            assert stands(at(dt.date(2018, 8, 1)), "NOT-09") == bound
            notice.delete()

    @pytest.mark.parametrize(
        ("noise", "limb"), [(None, "nothing"), ("concern", "silence"), ("police", "silence"), ("log", "silence")]
    )
    def test_28_days_of_silence(self, cast, noise, limb):
        placement, heard = cast.unregistered(cast.child(), FIRST), FIRST + 5 * DAY
        if noise == "concern":
            self.concern(cast, placement, at(heard), category="care")
        elif noise == "police":
            PoliceAttendance.objects.create(
                placement=placement, attended_at=at(heard), called_by="child", why="W", recorded_by=cast.amy
            )
        elif noise == "log":
            log = log_of(placement, heard, author=cast.priya, save=False)
            log.incidents = "She was hit."
            log.save()
        assert on_days("SAF-11", limb, FIRST + 28 * DAY) == NOT_NOT_YES
        assert set(clocks("SAF-11", at(FIRST + 30 * DAY))) == {limb}
        if limb == "silence":
            assert on_days("SAF-11", "long", FIRST + 84 * DAY) == NOT_NOT_YES
            assert set(clocks("SAF-11", at(FIRST + 90 * DAY))) == {"long"}

    @pytest.mark.parametrize(("post", "told"), [("social_worker", False), ("council", False), ("carer", True)])
    def test_a_referral_of_a_carers_is_noise_and_one_of_the_councils_own_is_hidden(self, cast, post, told):
        """Tom reads these flags: one that cleared would tell him that he, or Amy, had been referred."""
        placement = cast.unregistered(cast.child(), FIRST)
        Referral.objects.create(
            authority=cast.north, number=1, named="Tom Heron", post=post, child=placement.child, placement=placement, risk=True,
            category="emotional", what="W", source="police", referred_by=cast.lee, owner=cast.lee, received_at=at(FIRST + 5 * DAY),
        )  # fmt: skip
        assert clocks("SAF-11", at(FIRST + 30 * DAY))["nothing"][1] == ("due" if told else "overdue")

    def loud(self, cast, count=3, days=12, since=FIRST):
        """Placements of the same kind, of each of which something is heard once a week."""
        others = [cast.unregistered(cast.child(), since) for _ in range(count)]
        logs = [log_of(p, FIRST + 7 * n * DAY, author=cast.priya, save=False) for p in others for n in range(days)]
        for log in logs:
            log.incidents = "She was hit."
        DailyLog.objects.bulk_create(logs)
        return others

    def looked(self, cast, placement, day):
        QualityVisit.objects.create(
            placement=placement, kind="independent", occurred_at=at(day, 8), announced=True, summary="S", recorded_by=cast.sal
        )  # fmt: skip

    def fewer(self, placement, day):
        """Asked of this placement alone: what it is compared with is on no list."""
        return clocks("SAF-11", at(day, 12), placements=[placement.pk]).get("fewer", (None, ""))[1] == "overdue"

    def test_far_less_than_of_the_others_although_somebody_looked(self, cast):
        placement, day = cast.unregistered(cast.child(), FIRST), FIRST + 27 * DAY
        self.loud(cast)
        self.looked(cast, placement, FIRST + 20 * DAY)
        assert not self.fewer(placement, day - DAY)
        assert self.fewer(placement, day)
        first, second = day + 5 * DAY, day + 7 * DAY
        self.concern(cast, placement, at(first, 9), category="care")
        assert [self.fewer(placement, first + n * DAY) for n in (-1, 0, 1)] == [
            True,
            False,
            True,
        ]  # one day beside five
        self.concern(cast, placement, at(second, 9), number=2, category="care")
        assert not self.fewer(placement, second + DAY)  # two, and more is better
        assert set(clocks("SAF-11", at(FIRST + 49 * DAY), placements=[placement.pk])) == {"silence"}  # never said twice

    @pytest.mark.parametrize(
        ("loud", "quiet", "flagged"), [(2, 0, False), (3, 0, True), (1, 2, False), (1, 3, False), (2, 2, True)]
    )
    def test_there_are_enough_to_compare_and_a_rise_at_one_says_nothing_of_the_rest(self, cast, loud, quiet, flagged):
        placement = cast.unregistered(cast.child(), FIRST)
        self.loud(cast, loud)
        for _ in range(quiet):
            cast.unregistered(cast.child(), FIRST)
        self.loud(cast, 3, since=FIRST + 10 * DAY)  # too new to be compared
        cast.placement(cast.child(), FIRST, type="U6")  # and one of no such kind
        self.looked(cast, placement, FIRST + 20 * DAY)
        assert self.fewer(placement, FIRST + 30 * DAY) is flagged

    @pytest.mark.parametrize(("kind", "looked"), [("independent", True), ("premises", False)])
    def test_a_visit_ends_the_silence_and_a_check_of_the_building_does_not(self, cast, kind, looked):
        placement = cast.unregistered(cast.child(), FIRST)
        QualityVisit.objects.create(
            placement=placement, kind=kind, occurred_at=at(FIRST + 20 * DAY), announced=True, summary="S", recorded_by=cast.sal
        )  # fmt: skip
        assert stands(at(FIRST + 40 * DAY), "SAF-11", "nothing") is not looked
        assert stands(at(FIRST + 49 * DAY), "SAF-11", "nothing")
