"""LOG and STF: the grace of an emergency, the missing day, the empty post; in registered homes and elsewhere."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from placements import codes
from tests.cast import at
from tests.oversight.facts import DAY, HOUR, NOT_NOT_YES, check, clocks, in_error, log, log_of, on_days, stands, visit

START = dt.date(2022, 1, 10)
ARRIVED = at(START, 14)
SLOW = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def child(cast):
    return cast.child(born=dt.date(2005, 6, 1))


@pytest.fixture
def emergency(cast, child):
    return cast.unregistered(child, START, type="Z1", hour=14)


@pytest.fixture
def planned(cast, child):
    return cast.unregistered(child, START, type="Z1")


@pytest.mark.trap("3")
class TestGrace:
    @pytest.mark.parametrize("hour", [0, 1, 24, 47, 48])
    def test_nothing_red_for_manager_or_log_while_it_lasts(self, emergency, hour):
        assert not {rule for rule, _ in check(ARRIVED + hour * HOUR)} & {"STF-05L", "LOG-01L"}

    def test_at_hour_49_the_manager_is_red_and_the_log_is_not(self, emergency):
        rules = {rule for rule, _ in check(ARRIVED + 49 * HOUR)}
        assert "STF-05L" in rules
        assert "LOG-01L" not in rules
        assert clocks("LOG-01L", ARRIVED + 49 * HOUR) == {"": (ARRIVED + 72 * HOUR, "due")}

    def test_the_logs_day_begins_when_the_grace_ends(self, emergency):
        assert not stands(ARRIVED + 72 * HOUR, "LOG-01L")
        assert stands(ARRIVED + 72 * HOUR + dt.timedelta(minutes=1), "LOG-01L")

    def test_a_planned_placement_has_none(self, planned):
        assert stands(at(START, 1), "STF-05L")
        assert not stands(at(START, 23), "LOG-01L")
        assert stands(at(START + DAY, 0, 1), "LOG-01L")

    def test_a_council_may_shorten_it_and_never_lengthen_it(self, cast, emergency):
        from core.models import LocalStandard

        def set_to(hours, day):
            LocalStandard.objects.create(
                authority=cast.north,
                key="Emergency grace",
                value=hours,
                effective_from=day,
                set_by=cast.dee,
                reason="Two days are long.",
            )

        set_to(24, START)
        assert not stands(ARRIVED + 24 * HOUR, "STF-05L")
        assert stands(ARRIVED + 25 * HOUR, "STF-05L")
        set_to(96, START + DAY)  # written past the action that would refuse it
        assert not stands(ARRIVED + 48 * HOUR, "STF-05L")
        assert stands(ARRIVED + 49 * HOUR, "STF-05L")


class TestManager:
    def test_an_appointment_clears_it_and_an_empty_post_raises_it(self, cast, planned):
        assert stands(at(START), "STF-05L")
        post = cast.manager(planned, at(START, 13))
        assert not stands(at(START, 13), "STF-05L")
        post.ended_at = at(START + 9 * DAY, 17)
        post.save()
        assert not stands(at(START + 9 * DAY, 16), "STF-05L")
        assert check(at(START + 9 * DAY, 18))["STF-05L", ""].due_at == post.ended_at

    def test_a_post_recorded_in_error_gives_the_earlier_day_back(self, cast, planned):
        first = clocks("STF-05L", at(START + 5 * DAY))[""]
        cast.manager(planned, at(START + 2 * DAY), until=at(START + 2 * DAY))
        assert clocks("STF-05L", at(START + 5 * DAY))[""] == first

    def test_a_manager_who_starts_tomorrow_is_not_there_today(self, cast, planned):
        cast.manager(planned, at(START + DAY, 9))
        assert stands(at(START, 23), "STF-05L")
        assert not stands(at(START + DAY, 9), "STF-05L")

    def test_a_handover_with_no_gap_raises_nothing(self, cast, planned):
        cast.manager(planned, at(START, 0), until=at(START + 9 * DAY, 17))
        cast.manager(planned, at(START + 9 * DAY, 17), name="Another Person")
        assert not stands(at(START + 9 * DAY, 17), "STF-05L")

    def test_a_placement_taken_on_later_is_asked_from_that_day(self, cast, child):
        home = cast.home(status="registered", registered_for="childrens_home")
        cast.placement(child, START, home=home, followed_from=START + 30 * DAY, from_return=True)
        assert not stands(at(START + 29 * DAY), "STF-05")
        assert check(at(START + 30 * DAY))["STF-05", ""].due_at == clock.start_of(START + 30 * DAY)


class TestBasis:
    def test_statute_in_a_registered_home(self, cast, child):
        cast.placement(child, START, home=cast.home(status="registered", registered_for="childrens_home"))
        assert {rule for rule, _ in check(at(START + 3 * DAY))} == {"STF-05", "LOG-01"}

    @pytest.mark.parametrize("status", ["not_registered", "not_known", None])
    def test_a_local_standard_elsewhere(self, cast, status):
        child = cast.child(born=dt.date(2005, 6, 1))
        cast.placement(child, START, home=cast.home(status=status))
        # what has rules of its own
        high_risk = {"LEG-05", "STF-11L", "STF-13", "QA-04L", "NOT-10", "CPL-07", "DEC-02", "DEC-04"}
        assert {rule for rule, _ in check(at(START + 3 * DAY))} - high_risk == {"STF-05L", "LOG-01L"}

    def test_one_source(self):
        from oversight import rulebook

        for code, *others in (("LOG-01",), ("STF-05", "STF-05-ABSENCE")):
            assert {rule.code for rule in rulebook.ALL if rule.source_id == code} == {code, f"{code}L", *others}


class TestScope:
    @pytest.mark.parametrize("type", codes.RESIDENTIAL)
    def test_residential(self, cast, type):
        cast.placement(cast.child(born=dt.date(2005, 6, 1)), START, type=type)
        assert {"STF-05L", "LOG-01L"} <= {rule for rule, _ in check(at(START + 3 * DAY))}

    @pytest.mark.parametrize("type", ["P1", "P2", "R2", "T0"])
    def test_others_only_under_an_order(self, cast, child, type):
        cast.placement(child, START, type=type)
        assert not {rule for rule, _ in check(at(START + 3 * DAY))} & {"STF-05L", "LOG-01L"}
        cast.dol_order(child, START + 4 * DAY)
        flag = check(at(START + 6 * DAY))["STF-05L", ""]
        assert flag.due_at == clock.start_of(START + 4 * DAY)

    @pytest.mark.parametrize("type", codes.FOSTER)
    def test_never_foster_care(self, cast, child, type):
        cast.placement(child, START, type=type)
        cast.dol_order(child, START)
        assert not {rule for rule, _ in check(at(START + 30 * DAY))} & {"STF-05L", "LOG-01L", "STF-05", "LOG-01"}


class TestLogs:
    @pytest.fixture(autouse=True)
    def since_the_start(self, planned):
        self.placement = planned

    def logs(self, *numbers):
        for number in numbers:
            log_of(self.placement, START + number * DAY)

    def test_a_log_of_each_day_raises_nothing(self):
        for number in range(6):
            as_of = at(START + number * DAY, 23)
            assert not stands(as_of, "LOG-01L")
            log_of(self.placement, START + number * DAY, written=at(START + (number + 1) * DAY, 1))
            assert not stands(at(START + (number + 1) * DAY, 2), "LOG-01L")

    def test_todays_log_may_be_closed_until_two(self):
        self.logs(0)
        assert not stands(at(START + 2 * DAY, 2), "LOG-01L")
        assert stands(at(START + 2 * DAY, 2, 1), "LOG-01L")

    def test_a_later_log_does_not_hide_a_missing_day(self):
        self.logs(0, 1, 3, 4)
        flag = check(at(START + 5 * DAY, 1))["LOG-01L", ""]
        assert flag.clock_started_at == at(START + 2 * DAY, 0)
        assert flag.due_on == START + 3 * DAY

    def test_a_late_log_of_the_missing_day_clears_it(self):
        self.logs(0, 1, 3, 4)
        assert stands(at(START + 5 * DAY, 1), "LOG-01L")
        log_of(self.placement, START + 2 * DAY, written=at(START + 5 * DAY, 11))
        assert stands(at(START + 5 * DAY, 10), "LOG-01L")
        assert not stands(at(START + 5 * DAY, 11), "LOG-01L")

    def test_one_recorded_in_error_is_no_log(self):
        logs = [log_of(self.placement, START + n * DAY) for n in range(6)]
        assert not stands(at(START + 6 * DAY, 3), "LOG-01L")
        in_error(logs[2], at(START + 6 * DAY, 2))
        assert clocks("LOG-01L", at(START + 6 * DAY, 3))[""][0] == at(START + 3 * DAY, 2)

    def test_of_two_missing_days_the_first_is_the_flag_and_then_the_second(self):
        self.logs(0, 2, 4, 5)
        assert check(at(START + 6 * DAY, 1))["LOG-01L", ""].clock_started_at == at(START + DAY, 0)
        self.logs(1)
        assert check(at(START + 6 * DAY, 2))["LOG-01L", ""].clock_started_at == at(START + 3 * DAY, 0)

    def test_a_missing_day_leaves_after_28_days_and_a_silence_does_not(self):
        self.logs(0, *range(2, 40))
        assert stands(at(START + 29 * DAY, 12), "LOG-01L")
        assert not stands(at(START + 30 * DAY, 12), "LOG-01L")

    def test_months_of_silence_are_one_flag_that_says_since_when(self):
        self.logs(0)
        first = check(at(START + 3 * DAY))["LOG-01L", ""]
        for number in (10, 60, 200):
            assert check(at(START + number * DAY))["LOG-01L", ""] == first
        assert first.clock_started_at == at(START + DAY, 0)

    def test_shifts_that_meet_are_no_gap(self):
        for number in range(4):
            log(self.placement, at(START + number * DAY, 0), at(START + number * DAY, 8))
            log(self.placement, at(START + number * DAY, 8), at(START + number * DAY, 20))
        assert not stands(at(START + 4 * DAY, 12), "LOG-01L")

    @pytest.mark.parametrize("sunday", [dt.date(2022, 3, 27), dt.date(2022, 10, 30)])
    def test_a_missing_day_of_23_or_25_hours_is_a_missing_day(self, sunday):
        start = sunday - 5 * DAY
        log(self.placement, at(START, 0), at(start, 0))
        for number in (0, 1, 2, 3, 4, 6, 7):  # all but the Sunday the clocks change
            log_of(self.placement, start + number * DAY)
        flag = check(at(sunday + 2 * DAY, 12))["LOG-01L", ""]
        assert flag.clock_started_at == clock.start_of(sunday)
        assert flag.due_at == clock.end_of(sunday) + 2 * HOUR

    @pytest.mark.parametrize("sunday", [dt.date(2022, 3, 27), dt.date(2022, 10, 30)])
    def test_logs_of_each_day_over_the_change_raise_nothing(self, sunday):
        start = sunday - 3 * DAY
        log(self.placement, at(START, 0), at(start, 0))
        for number in range(6):
            log_of(self.placement, start + number * DAY)
            assert not stands(clock.end_of(start + number * DAY) + HOUR, "LOG-01L")

    @SLOW
    @given(st.sets(st.integers(0, 45)), st.integers(1, 46))
    def test_against_days_counted_one_by_one(self, cast, written, now):
        """Breached when some whole day that ended within the last 28 has no log by two the next morning."""
        placement = cast.unregistered(cast.child(born=dt.date(2005, 6, 1)), START, type="Z1")
        for number in written:
            log_of(placement, START + number * DAY)
        as_of = at(START + now * DAY, 12)
        missing = [number for number in range(now) if number not in written and _still_looked_at(number, written, now)]
        (_, stage) = clocks("LOG-01L", as_of, [placement.pk])[""]
        assert (stage == "overdue") == bool(missing)


def _still_looked_at(number: int, written: set[int], now: int) -> bool:
    """A stretch without logs is looked at until its end is 28 days past; it ends where the next log begins."""
    end = next((later for later in range(number, now) if later in written), None)
    return end is None or end >= now - 28 + 1


@pytest.mark.positive("P5")
def test_daily_records_kept_raise_nothing(cast, child):
    """Made through the actions in tests/oversight/test_child_x_early.py; here every hour of ninety days."""
    home = cast.home(status="registered", registered_for="childrens_home")
    placement = cast.placement(child, START, home=home)
    for number in range(90):
        log_of(placement, START + number * DAY)
    for number in range(1, 91):
        for hour in (1, 12):
            assert not stands(at(START + number * DAY, hour), "LOG-01")


def test_the_statutory_visits_are_another_light(cast, planned):
    visit(planned, at(START + DAY))
    assert on_days("LOG-01L", "", START + DAY)[2]
    assert on_days("VIS-02", "", START + 43 * DAY) == NOT_NOT_YES
