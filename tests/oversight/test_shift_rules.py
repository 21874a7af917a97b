"""STF about a shift as it was worked: who counts, for how long, what a review ends, and what it does not."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lado.actions import do_not_refer
from oversight.models import Flag
from staffing.actions.worked import put_right
from staffing.models import (
    Assignment,
    AwakeCheck,
    Check,
    CheckWaiver,
    LogCause,
    Presence,
    Shift,
    ShiftReview,
    StaffingPlan,
    StandDown,
    StandDownCase,
)
from staffing.worked import worked
from tests.cast import at
from tests.oversight.facts import DAY, HOUR, check, clocks, log, stands

MONDAY = dt.date(2022, 3, 7)
START = MONDAY - 40 * DAY
MINUTE = dt.timedelta(minutes=1)
SLOW = settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def placement(cast):
    placement = cast.unregistered(cast.child(born=dt.date(2008, 5, 4)), START)
    plan(cast, placement, START)
    return placement


@pytest.fixture
def carers(cast):
    return [cast.carer(name) for name in ("Alder", "Birch", "Cedar")]


@pytest.fixture
def shift(cast, placement, carers):
    """Two by day, the first of them leads."""
    return led(cast, placement, MONDAY, carers[:2])


def plan(cast, placement, day, by_day=2, by_night=2, sleeping_in=1):
    return StaffingPlan.objects.create(
        placement=placement, effective_from=at(day, 0), by_day=by_day, by_night=by_night, sleeping_in=sleeping_in,
        source="The plan", why="Why.", recorded_by=cast.amy,
    )  # fmt: skip


def led(cast, placement, day, carers, **fields):
    shift = cast.shift(placement, day, leader=carers[0] if carers else None, **fields)
    for carer in carers:
        cast.puts(carer, shift)
    return shift


def there(cast, shift, who, since=None, until="the end", where="inside", **fields):
    about = {"name": who} if isinstance(who, str) else {"carer": who}
    return Presence.objects.create(
        shift=shift, starts_at=since or shift.starts_at, where=where, recorded_by=cast.amy,
        ends_at=shift.ends_at if until == "the end" else until,
        **about, **fields,
    )  # fmt: skip


def review(cast, shift, when):
    return ShiftReview.objects.create(shift=shift, found="F", done="D", reviewed_at=when, by=cast.tom)


def shift_as_worked(shift, as_of=None):
    return worked(Shift.objects.filter(pk=shift.pk), as_of=as_of or shift.ends_at + HOUR)[0]


NIGHT = at(MONDAY, 23)


# --- STF-01 as worked -------------------------------------------------------------------------------------------------


class TestUnchecked:
    def test_each_person_and_shift_is_a_flag_and_a_review_ends_it(self, cast, shift, carers):
        unchecked = [cast.carer(name, checked=False) for name in ("Dogwood", "Elder")]
        for who in (*unchecked, "Somebody Else", "SOMEBODY ELSE", carers[0]):
            there(cast, shift, who, until=at(MONDAY, 9))
        check(NIGHT)
        flags = Flag.objects.standing().filter(rule="STF-01L", limb="worked")
        assert {flag.carer for flag in flags} == {*unchecked, None}
        assert {flag.due_at for flag in flags} == {shift.starts_at}
        review(cast, shift, at(MONDAY, 22))
        check(at(MONDAY, 23, 30))
        assert not flags.all().exists()

    @pytest.mark.django_db(transaction=True)
    def test_what_is_put_on_record_after_the_review_counts_again(self, cast, shift):
        there(cast, shift, "Somebody Else")
        review(cast, shift, at(MONDAY, 22))
        assert not stands(NIGHT, "STF-01L", "worked")
        there(cast, shift, "Known Later", since=at(MONDAY, 10))
        assert stands(NIGHT, "STF-01L", "worked")

    def test_a_visitor_is_no_carer(self, cast, shift):
        there(cast, shift, "Her aunt", kind="visitor")
        assert not stands(NIGHT, "STF-01L", "worked")

    def test_checks_are_those_of_the_day(self, cast, shift, carers):
        carers[0].checks.filter(kind="dbs").update(valid_until=MONDAY - DAY)
        there(cast, shift, carers[0])
        assert stands(NIGHT, "STF-01L", "worked")

    @pytest.mark.django_db(transaction=True)
    def test_papers_recorded_afterwards_make_nothing_good(self, cast, placement, shift):
        carer = cast.carer("Furze", checked=False)
        there(cast, shift, carer, until=at(MONDAY, 12))
        assert stands(NIGHT, "STF-01L", "worked")
        cast.check(carer, *Check.REQUIRED, on=MONDAY - 5 * DAY)  # dated before, and nobody had them
        assert stands(NIGHT, "STF-01L", "worked")
        assert [wrong.what for wrong in shift_as_worked(shift).wrongs if wrong.grave] == ["unchecked"]
        later = led(cast, placement, MONDAY + DAY, [carer])
        there(cast, later, carer)  # with the papers on record
        assert not shift_as_worked(later).lacks
        review(cast, shift, at(MONDAY + DAY, 22))
        assert not stands(at(MONDAY + DAY, 23), "STF-01L", "worked")

    def test_waived_then_is_not_unchecked_then(self, cast, placement, shift):
        carer = cast.carer("Furze", checked=False)
        CheckWaiver.objects.create(
            carer=carer, placement=placement, starts_at=at(MONDAY, 6), ends_at=at(MONDAY, 12), missing=["dbs"], reason="R",
            given_by=cast.tom,
        )  # fmt: skip
        there(cast, shift, carer, until=at(MONDAY, 11))
        assert not stands(NIGHT, "STF-01L", "worked")
        there(cast, shift, carer, since=at(MONDAY, 13))
        assert stands(NIGHT, "STF-01L", "worked")

    def test_28_days_and_a_move_does_not_end_it(self, cast, placement, shift):
        there(cast, shift, "Somebody Else")
        placement.ended_on = MONDAY + DAY
        placement.save()
        assert stands(at(MONDAY + 20 * DAY), "STF-01L", "worked")
        assert not stands(at(MONDAY + 29 * DAY), "STF-01L", "worked")


# --- STF-06 -----------------------------------------------------------------------------------------------------------


class TestLeader:
    def test_a_day_before_one_is_named(self, cast, placement, carers):
        shift = led(cast, placement, MONDAY, [])
        cast.puts(carers[0], shift)
        due = at(MONDAY - DAY, 8)
        assert clocks("STF-06", due - HOUR)["leaders"] == (due, "due")
        assert check(due)["STF-06", "leaders"].shift == shift
        shift.leader = carers[1]  # named, and not on it
        shift.save()
        assert stands(due, "STF-06", "leaders")
        shift.leader = carers[0]
        shift.save()
        assert not stands(due, "STF-06", "leaders")

    def test_the_first_shift_that_nobody_looked_into(self, cast, placement, carers):
        shifts = [led(cast, placement, MONDAY + number * DAY, []) for number in range(3)]
        now = at(MONDAY + 2 * DAY, 12)
        assert check(now)["STF-06", "leaders"].shift == shifts[0]
        review(cast, shifts[0], at(MONDAY, 12))  # which went on without one
        assert check(now)["STF-06", "leaders"].shift == shifts[0]
        review(cast, shifts[0], at(MONDAY + DAY))
        assert check(now + MINUTE)["STF-06", "leaders"].shift == shifts[1]

    def test_a_leader_who_came_late_can_be_reviewed_from_then_on(self, cast, shift, carers):
        there(cast, shift, carers[0], since=at(MONDAY, 9))
        assert stands(at(MONDAY, 9), "STF-06", "leaders")
        review(cast, shift, at(MONDAY, 9))
        assert not stands(at(MONDAY, 10), "STF-06", "leaders")

    def test_a_draft_has_no_leader_yet(self, cast, placement):
        cast.shift(placement, MONDAY, published=False)
        assert "leaders" not in clocks("STF-06", at(MONDAY, 12))


# --- STF-07 -----------------------------------------------------------------------------------------------------------


class TestRatio:
    @pytest.mark.parametrize(("minutes", "short"), [(0, False), (14, False), (15, False), (16, True), (60, True)])
    def test_a_quarter_of_an_hour_is_allowed_and_no_more(self, cast, shift, carers, minutes, short):
        there(cast, shift, carers[0])
        there(cast, shift, carers[1], until=at(MONDAY, 12))
        there(cast, shift, carers[2], since=at(MONDAY, 12) + minutes * MINUTE)
        assert stands(NIGHT, "STF-07", "worked") is short

    @pytest.mark.parametrize(
        ("where", "short"),
        [("inside", False), ("out_with_child", False), ("elsewhere_inside", True), ("outside", True), ("car", True)],
    )
    def test_where_they_were(self, cast, shift, carers, where, short):
        there(cast, shift, carers[0])
        there(cast, shift, carers[1], where=where)
        assert stands(NIGHT, "STF-07", "worked") is short

    def test_short_from_the_first_hour_says_since_when(self, cast, shift, carers):
        there(cast, shift, carers[0])
        flag = check(NIGHT)["STF-07", "worked"]
        assert (flag.due_at, flag.clock_started_at) == (at(MONDAY, 8, 15), at(MONDAY, 8))

    def test_who_stays_on_past_the_end_of_a_shift_counts(self, cast, placement, shift, carers):
        night = led(cast, placement, MONDAY, carers[2:], kind="waking_night")
        for carer in carers[:2]:
            there(cast, shift, carer, until=at(MONDAY, 20, 30) if carer is carers[1] else "the end")
        there(cast, night, carers[2])
        there(cast, night, "Joan Pike", since=at(MONDAY, 20, 40))
        assert not stands(at(MONDAY, 20, 41), "STF-07", "worked")

    def test_who_sleeps_in_is_not_awake(self, cast, placement, carers):
        waking = led(cast, placement, MONDAY, carers[:1], kind="waking_night")
        sleeping = led(cast, placement, MONDAY, carers[1:2], kind="sleep_in")
        there(cast, waking, carers[0])
        there(cast, sleeping, carers[1])
        assert check(at(MONDAY, 21))["STF-07", "worked"].shift == waking

    def test_fewer_by_a_later_plan_is_no_breach_and_by_an_earlier_one_is(self, cast, placement, shift, carers):
        there(cast, shift, carers[0])
        plan(cast, placement, MONDAY + DAY, by_day=1)
        assert stands(NIGHT, "STF-07", "worked")
        plan(cast, placement, MONDAY, by_day=1)
        assert not stands(NIGHT, "STF-07", "worked")

    def test_without_a_plan_the_order_says_and_without_either_nobody_knows(self, cast, carers):
        child = cast.child()
        placement = cast.unregistered(child, START)
        shift = led(cast, placement, MONDAY, carers[:1])
        there(cast, shift, carers[0])
        assert "worked" not in clocks("STF-07", NIGHT)
        order = cast.dol_order(child, START)  # five to one
        assert stands(NIGHT, "STF-07", "worked")
        order.discharged_on = MONDAY
        order.save()
        assert "worked" not in clocks("STF-07", NIGHT)

    def test_a_review_covers_what_had_happened(self, cast, shift, carers):
        there(cast, shift, carers[0])
        there(cast, shift, carers[1], until=at(MONDAY, 15))
        review(cast, shift, at(MONDAY, 14))
        assert not stands(at(MONDAY, 15, 15), "STF-07", "worked")
        assert stands(at(MONDAY, 15, 16), "STF-07", "worked")
        review(cast, shift, at(MONDAY, 16))  # they are short still
        assert stands(at(MONDAY, 16), "STF-07", "worked")
        assert stands(NIGHT, "STF-07", "worked")
        review(cast, shift, at(MONDAY, 20))
        assert not stands(at(MONDAY, 20), "STF-07", "worked")

    def test_cover_that_was_made_up_can_be_reviewed_before_the_shift_ends(self, cast, shift, carers):
        there(cast, shift, carers[0])
        there(cast, shift, carers[1], since=at(MONDAY, 10))
        review(cast, shift, at(MONDAY, 9, 59))
        assert stands(at(MONDAY, 11), "STF-07", "worked")
        review(cast, shift, at(MONDAY, 10))
        assert not stands(at(MONDAY, 11), "STF-07", "worked")

    def test_what_is_corrected_after_the_review_counts_again(self, cast, shift, carers):
        rows = [there(cast, shift, carer) for carer in carers[:2]]
        review(cast, shift, at(MONDAY, 21))
        said = {
            "starts_at": shift.starts_at,
            "ends_at": shift.ends_at,
            "why": "They sat in their cars.",
            "by": cast.priya,
        }
        for row in rows:
            put_right(presence=row, where="car", as_of=at(MONDAY, 22), **said)
        assert stands(NIGHT, "STF-07", "worked")
        review(cast, shift, NIGHT)
        assert not stands(NIGHT, "STF-07", "worked")

    def test_who_never_signed_off_counts_until_the_end_of_their_own_shift(self, cast, placement, shift, carers):
        """Two were never signed off on Monday; on Thursday one came."""
        for carer in carers[:2]:
            there(cast, shift, carer, until=None)
        later = led(cast, placement, MONDAY + 3 * DAY, carers[2:])
        there(cast, later, carers[2])
        assert not stands(NIGHT, "STF-07", "worked")
        assert check(at(MONDAY + 3 * DAY, 9))["STF-07", "worked"].shift == later

    def test_nobody_recorded_is_not_nought(self, cast, shift):
        assert "worked" not in clocks("STF-07", NIGHT)
        assert not stands(at(MONDAY, 22), "STF-11L", "worked")
        assert stands(at(MONDAY, 22, 1), "STF-11L", "worked")

    def test_a_rota_with_too_few_is_amber_from_the_day_before(self, cast, placement, carers):
        shift = led(cast, placement, MONDAY, carers[:2])
        assert "planned" not in clocks("STF-07", at(MONDAY - DAY, 9))
        shift.assignments.filter(carer=carers[1]).update(ends_at=at(MONDAY, 14))
        assert clocks("STF-07", at(MONDAY - 3 * DAY))["planned"] == (at(MONDAY - DAY, 8), "due")
        assert check(at(MONDAY - DAY, 9))["STF-07", "planned"].severity == "amber"
        cast.puts(carers[2], shift, starts_at=at(MONDAY, 14))
        assert "planned" not in clocks("STF-07", at(MONDAY - DAY, 9))


# --- STF-08 -----------------------------------------------------------------------------------------------------------


class TestAwake:
    @pytest.fixture
    def night(self, cast, placement, carers):
        shift = led(cast, placement, MONDAY, carers[:1], kind="waking_night")
        there(cast, shift, carers[0])
        return shift

    def look(self, cast, shift, who, when, state="awake"):
        about = {"name": who} if isinstance(who, str) else {"carer": who}
        AwakeCheck.objects.create(
            shift=shift, checked_at=when, state=state, witnessed_by="W", recorded_by=cast.amy, **about
        )

    def test_whoever_is_asleep_counts_towards_no_ratio_until_the_next_look(self, cast, placement, night, carers):
        there(cast, night, carers[1])
        night.presences.update(ends_at=None)
        self.look(cast, night, carers[1], at(MONDAY, 22), "asleep")
        self.look(cast, night, carers[1], at(MONDAY, 22, 16))
        assert shift_as_worked(night, at(MONDAY, 22, 10)).inside == 1
        assert check(NIGHT)["STF-07", "worked"].due_at == at(MONDAY, 22, 15)
        assert shift_as_worked(night).below == [(at(MONDAY, 22), at(MONDAY, 22, 16))]
        review(cast, night, at(MONDAY, 22, 16))
        assert not stands(NIGHT, "STF-07", "worked")

    def test_asleep_for_as_long_as_is_allowed_for_changing_over(self, cast, night, carers):
        there(cast, night, carers[1])
        self.look(cast, night, carers[1], at(MONDAY, 22), "asleep")
        self.look(cast, night, carers[1], at(MONDAY, 22, 15))
        assert not stands(NIGHT, "STF-07", "worked")
        assert shift_as_worked(night).below == []

    def test_somebody_known_by_name_alone_is_looked_at_too(self, cast, night, carers):
        for hour in range(21, 24):
            self.look(cast, night, carers[0], at(MONDAY, hour))
        there(cast, night, "Joan Pike")
        assert stands(at(MONDAY, 22, 16), "STF-08", "missed")
        assert shift_as_worked(night, at(MONDAY, 22, 16)).missed_checks == {("name", "joan pike"): 2}
        self.look(cast, night, "JOAN PIKE", at(MONDAY, 21))
        assert not stands(at(MONDAY, 22, 16), "STF-08", "missed")
        self.look(cast, night, "Joan Pike", at(MONDAY, 22), "asleep")
        flag = check(at(MONDAY, 22, 16))["STF-08", "asleep"]
        assert (flag.carer, flag.shift, flag.due_at) == (None, night, at(MONDAY, 22))
        assert stands(at(MONDAY, 22, 16), "STF-07", "worked")

    def test_two_missed_are_amber_and_one_is_not(self, cast, night, carers):
        assert not stands(at(MONDAY, 22, 15), "STF-08", "missed")
        flag = check(at(MONDAY, 22, 16))["STF-08", "missed"]
        assert (flag.severity, flag.due_at) == ("amber", at(MONDAY, 22, 15))
        self.look(cast, night, carers[0], at(MONDAY, 21, 10))
        assert not stands(at(MONDAY, 23, 25), "STF-08", "missed")
        assert stands(at(MONDAY, 23, 26), "STF-08", "missed")

    @SLOW
    @given(every=st.integers(40, 150))
    def test_it_agrees_with_what_the_shifts_own_page_counts(self, cast, placement, carers, every):
        from staffing.reckoning import missed_checks

        day = MONDAY + (placement.shifts.count() + 1) * DAY
        shift = led(cast, placement, day, [carers[every % 3]], kind="waking_night")
        there(cast, shift, carers[every % 3])
        looks = [shift.starts_at + n * every * MINUTE for n in range(1, 720 // every + 1)]
        for look in looks:
            self.look(cast, shift, carers[every % 3], look)
        missed = missed_checks([(shift.starts_at, shift.ends_at)], looks, (shift.starts_at, shift.ends_at))
        assert stands(shift.ends_at, "STF-08", "missed") is (missed >= 2)
        review(cast, shift, shift.ends_at)

    def test_who_was_there_for_an_hour_is_asked_for_no_more(self, cast, placement, carers):
        shift = led(cast, placement, MONDAY, carers[:1], kind="waking_night")
        there(cast, shift, carers[0], until=at(MONDAY, 22, 10))
        assert not stands(at(MONDAY + DAY, 9), "STF-08", "missed")

    def test_a_review_in_the_night_does_not_silence_the_rest_of_it(self, cast, night):
        review(cast, night, at(MONDAY, 22, 40))  # two were missed by then
        assert not stands(at(MONDAY, 23, 15), "STF-08", "missed")
        assert stands(at(MONDAY, 23, 16), "STF-08", "missed")
        review(cast, night, at(MONDAY + DAY, 8))
        assert not stands(at(MONDAY + DAY, 9), "STF-08", "missed")

    @pytest.mark.parametrize("kind", ["day", "sleep_in"])
    def test_only_waking_nights(self, cast, placement, carers, kind):
        there(cast, led(cast, placement, MONDAY, carers[:1], kind=kind), carers[0])
        assert "missed" not in clocks("STF-08", at(MONDAY + DAY, 9))

    def test_asleep_is_red_for_each_and_at_once(self, cast, night, carers):
        self.look(cast, night, carers[0], at(MONDAY, 21), "asleep")
        self.look(cast, night, carers[1], at(MONDAY, 21), "asleep")
        check(at(MONDAY, 21))
        flags = Flag.objects.standing().filter(rule="STF-08", limb="asleep")
        assert {flag.carer for flag in flags} == set(carers[:2])
        assert {flag.severity for flag in flags} == {"red"}
        review(cast, night, at(MONDAY, 22))
        assert not stands(at(MONDAY, 22), "STF-08", "asleep")
        self.look(cast, night, carers[0], at(MONDAY, 23), "asleep")  # again
        assert stands(at(MONDAY, 23), "STF-08", "asleep")

    def test_found_asleep_and_on_tonights_rota_a_review_is_no_answer(self, cast, placement, night, carers):
        self.look(cast, night, carers[0], at(MONDAY, 23), "asleep")
        tuesday = at(MONDAY + DAY, 9)
        assert not stands(tuesday, "STF-08", "still_on")  # on no shift to come
        place = cast.puts(carers[0], cast.shift(placement, MONDAY + DAY, kind="waking_night", published=False))
        review(cast, night, tuesday)
        flag = check(tuesday)["STF-08", "still_on"]
        assert (flag.carer, flag.shift, flag.owner, flag.due_at) == (carers[0], None, cast.amy, at(MONDAY, 23))
        assert "asleep" not in clocks("STF-08", tuesday)
        assert stands(at(MONDAY + DAY, 21), "STF-08", "still_on")
        place.removed_at = tuesday
        place.save()
        assert not stands(tuesday, "STF-08", "still_on")

    def test_found_asleep_the_carer_moves_with_her_until_stood_down(self, cast, placement, night, carers):
        self.look(cast, night, carers[0], at(MONDAY, 23), "asleep")
        placement.ended_on = MONDAY + DAY
        placement.save()
        second = cast.unregistered(placement.child, MONDAY + DAY)
        place = cast.puts(carers[0], cast.shift(second, MONDAY + 3 * DAY))
        assert stands(at(MONDAY + DAY, 21), "STF-08", "still_on")
        place.removed_at = at(MONDAY + DAY, 22)
        place.save()
        StandDown.objects.create(carer=carers[0], starts_at=at(MONDAY + DAY, 22))
        assert not stands(at(MONDAY + DAY, 23), "STF-08", "still_on")


# --- STF-09, STF-11 ---------------------------------------------------------------------------------------------------


class TestStoodDown:
    def test_from_the_moment_of_the_stand_down(self, cast, placement, carers):
        shift = led(cast, placement, MONDAY, carers[:1])
        there(cast, shift, carers[1], until=at(MONDAY, 12))
        there(cast, shift, carers[2])
        StandDown.objects.create(carer=carers[1], starts_at=at(MONDAY, 12))
        StandDown.objects.create(carer=carers[2], starts_at=at(MONDAY, 12))
        check(NIGHT)
        flag = Flag.objects.standing().get(rule="STF-09", limb="worked")  # he who had gone by then is not
        assert (flag.carer, flag.due_at, flag.severity) == (carers[2], at(MONDAY, 12), "red")
        review(cast, shift, at(MONDAY, 13))  # and is there still
        assert stands(NIGHT, "STF-09", "worked")
        review(cast, shift, at(MONDAY, 21))
        assert not stands(NIGHT, "STF-09", "worked")

    def test_a_forgotten_signature_is_no_shift_of_three_days_later(self, cast, shift, carers):
        there(cast, shift, carers[0], until=None)
        Assignment.objects.filter(carer=carers[0]).update(removed_at=NIGHT)
        StandDown.objects.create(carer=carers[0], starts_at=at(MONDAY + 3 * DAY, 10))
        assert not stands(at(MONDAY + 3 * DAY, 11), "STF-09", "worked")

    def test_made_at_no_one_placement_it_is_decided_about_where_the_carer_was(self, cast, placement, shift, carers):
        """SAF-01: to stand somebody down everywhere is no way round the LADO."""
        standing = StandDown.objects.create(carer=carers[2], starts_at=at(MONDAY, 21))
        case = {"stand_down": standing, "authority": cast.north, "reason": "R", "stood_down_by": cast.sal}
        StandDownCase.objects.create(**case)
        wednesday = at(MONDAY + 2 * DAY, 0)
        assert not stands(wednesday, "SAF-01", "stood_down")  # never with a child of this council
        there(cast, shift, carers[2])
        assert clocks("SAF-01", at(MONDAY + DAY, 23))["stood_down"] == (wednesday, "due")
        flag = check(wednesday)["SAF-01", "stood_down"]
        assert (flag.carer, flag.owner) == (carers[2], cast.tom)
        do_not_refer(carer=carers[2], because="It was a mistake of names.", by=cast.tom, as_of=wednesday)
        assert not stands(wednesday, "SAF-01", "stood_down")

    def test_it_does_not_say_why(self, cast, placement, carers):
        from oversight import rulebook

        rule = rulebook.get("STF-09")
        assert "reason" not in rule.clocks.lower()
        assert "standdowncase" not in rule.clocks


class TestRecorded:
    def test_who_was_not_on_the_rota_is_amber(self, cast, shift, carers):
        there(cast, shift, carers[0])
        assert not stands(NIGHT, "STF-11L", "unlisted")
        there(cast, shift, carers[2])
        flag = check(NIGHT)["STF-11L", "unlisted"]
        assert (flag.severity, flag.carer, flag.shift) == ("amber", carers[2], shift)

    def test_taken_off_after_they_came_they_were_on_it(self, cast, shift, carers):
        there(cast, shift, carers[1], until=at(MONDAY, 10))
        shift.assignments.filter(carer=carers[1]).update(removed_at=at(MONDAY, 10))
        assert not stands(NIGHT, "STF-11L", "unlisted")

    def test_a_late_record_or_a_review_clears_what_nobody_wrote_down(self, cast, placement, carers):
        shifts = [led(cast, placement, MONDAY + number * DAY, carers[:1]) for number in range(2)]
        now = at(MONDAY + 2 * DAY, 12)
        assert check(now)["STF-11L", "worked"].shift == shifts[0]
        there(cast, shifts[0], carers[0])
        assert check(now + MINUTE)["STF-11L", "worked"].shift == shifts[1]
        review(cast, shifts[1], now)
        assert not stands(now + MINUTE, "STF-11L", "worked")


# --- LOG-01, of a shift -----------------------------------------------------------------------------------------------


class TestLogOfAShift:
    @pytest.fixture
    def night(self, cast, placement, carers):
        """A night nobody wrote of, between two days that were."""
        cast.shift(placement, MONDAY)
        log(placement, at(START, 0), at(MONDAY - DAY, 8))
        log(placement, at(MONDAY - DAY, 8), at(MONDAY, 20))
        return led(cast, placement, MONDAY, carers[:1], kind="waking_night")

    def test_a_night_between_two_days_with_logs(self, cast, placement, night):
        tuesday = MONDAY + DAY
        log(placement, at(tuesday, 8), at(tuesday, 9))
        assert not stands(at(tuesday, 10), "LOG-01L", "shift")
        flag = check(at(tuesday, 10, 1))["LOG-01L", "shift"]
        assert (flag.shift, flag.due_at, flag.severity, flag.owner) == (night, at(tuesday, 10), "amber", cast.amy)
        assert not stands(at(tuesday, 11), "LOG-01L")  # twelve hours are no day
        assert [wrong.what for wrong in shift_as_worked(night, at(tuesday, 11)).wrongs][-1] == "log"
        log(placement, at(MONDAY, 20), at(tuesday, 2), written=at(tuesday, 11))
        assert not stands(at(tuesday, 11), "LOG-01L", "shift")
        assert "log" not in {wrong.what for wrong in shift_as_worked(night, at(tuesday, 11)).wrongs}

    def test_a_cause_answers_it_and_speaks_for_the_sleep_in_beside_it(self, cast, placement, night):
        asleep = cast.shift(placement, MONDAY, kind="sleep_in", hours=(22, 7))
        later = at(MONDAY + DAY, 11)
        review(cast, night, later)
        assert stands(later, "LOG-01L", "shift")  # to look into a night tells nobody how she slept
        LogCause.objects.create(shift=night, cause="nobody", explanation="Two were off ill.", recorded_by=cast.priya)
        assert not stands(later, "LOG-01L", "shift")
        for shift in (night, asleep):
            seen = shift_as_worked(shift, later)
            assert seen.log_missing  # it is owed still
            assert "log" not in {wrong.what for wrong in seen.wrongs}

    def test_while_a_whole_day_is_missing_no_shift_is_asked_about_beside_it(self, cast, placement, night):
        wednesday = at(MONDAY + 2 * DAY, 9)
        standing = {limb: flag for (rule, limb), flag in check(wednesday).items() if rule == "LOG-01L"}
        assert set(standing) == {""}
        log(placement, at(MONDAY + DAY, 8), wednesday)
        assert check(wednesday + MINUTE)["LOG-01L", "shift"].shift == night

    @pytest.mark.parametrize("change", [{"published_at": None, "published_by": None}, {"cancelled_at": at(MONDAY, 12)}])
    def test_of_a_draft_or_a_cancelled_shift_none_is_asked(self, placement, night, change):
        Shift.objects.filter(pk=night.pk).update(leader=None, **change)
        assert not stands(at(MONDAY + DAY, 11), "LOG-01L", "shift")
