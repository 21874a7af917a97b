"""VIS: the day before, the day, the day after; who counts, what counts, and for whom."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from children.models import CareEpisode, LegalStatus
from core import clock
from core.dates import months_after
from core.working_days import add_working_days
from tests.cast import at
from tests.oversight.facts import DAY, NOT_NOT_YES, check, clocks, correct, in_error, on_days, stands, visit

START = dt.date(2022, 1, 10)
SLOW = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def child(cast):
    return cast.child()


@pytest.fixture
def foster(cast, child):
    """A foster placement, where only the statutory visits are asked for."""
    return cast.placement(child, START, type="U6")


@pytest.fixture
def risky(cast, child):
    """A child under a deprivation of liberty order in a registered home."""
    home = cast.home(status="registered", registered_for="childrens_home")
    cast.dol_order(child, START, months=24)
    return cast.placement(child, START, home=home)


class TestFirstVisit:
    def test_due_a_week_after_the_start(self, foster):
        assert on_days("VIS-01", "", START + 7 * DAY) == NOT_NOT_YES

    def test_a_visit_clears_it(self, foster):
        assert stands(at(START + 8 * DAY), "VIS-01")
        visit(foster, at(START + 8 * DAY, 13))
        assert check(at(START + 8 * DAY, 14)) == {}

    def test_one_recorded_in_error_cleared_nothing(self, foster):
        noted = visit(foster, at(START + 3 * DAY))
        assert not stands(at(START + 8 * DAY), "VIS-01")
        in_error(noted, at(START + 20 * DAY))
        assert on_days("VIS-01", "", START + 7 * DAY) == NOT_NOT_YES

    def test_starts_again_at_each_move(self, cast, child):
        first = cast.placement(child, START, type="U6", ended_on=START + 20 * DAY)
        visit(first, at(START + 15 * DAY))
        cast.placement(child, START + 20 * DAY, type="U6")
        assert on_days("VIS-01", "", START + 27 * DAY) == NOT_NOT_YES

    def test_a_placement_taken_on_later_starts_that_day(self, cast, child):
        cast.placement(child, START, type="U6", followed_from=START + 100 * DAY, from_return=True)
        assert on_days("VIS-01", "", START + 107 * DAY) == NOT_NOT_YES

    def test_a_placement_nobody_follows_has_no_clocks(self, cast, child):
        cast.placement(child, START, type="K2", followed_from=None, from_return=True)
        assert check(at(START + 400 * DAY)) == {}


class TestWhatCounts:
    @pytest.mark.parametrize("outcome", ["seen", "seen_alone", "refused"])
    @pytest.mark.parametrize("capacity", ["social_worker", "team_manager", "head_of_service", "other_representative"])
    def test_met_by_a_representative(self, foster, outcome, capacity):
        visit(foster, at(START + DAY), outcome, capacity=capacity)
        assert not stands(at(START + 9 * DAY), "VIS-01")

    @pytest.mark.parametrize(
        "fields",
        [
            {"outcome": "not_home"},
            {"manner": "phone"},
            {"manner": "video"},
            {"capacity": "guardian"},
            {"capacity": "provider"},
            {"capacity": "iro"},
            {"capacity": "advocate"},
            {"capacity": "partner"},
        ],
    )
    def test_never_these(self, foster, fields):
        visit(foster, at(START + DAY), **fields)
        assert stands(at(START + 9 * DAY), "VIS-01")

    def test_an_outcome_as_last_corrected(self, foster):
        made = visit(foster, at(START + DAY), "seen")
        correct(made, "not_home")
        assert stands(at(START + 9 * DAY), "VIS-01")
        correct(made, "seen_alone")
        assert not stands(at(START + 9 * DAY, 13), "VIS-01")

    def test_only_what_had_happened_by_then(self, foster):
        visit(foster, at(START + 10 * DAY))
        assert stands(at(START + 9 * DAY), "VIS-01")


class TestNextVisit:
    def test_six_weeks_in_the_first_year(self, foster):
        visit(foster, at(START + 3 * DAY, 17))
        assert on_days("VIS-02", "", START + 45 * DAY) == NOT_NOT_YES

    def test_a_missed_visit_stays_a_first_year_breach_after_the_year(self, foster):
        visit(foster, at(START + 3 * DAY))
        assert set(check(at(START + 400 * DAY))) == {("VIS-02", "")}

    def test_three_calendar_months_after_it_when_meant_to_last(self, foster):
        foster.until_18 = True
        foster.save()
        visit(foster, at(dt.date(2022, 11, 1)))
        visit(foster, at(dt.date(2022, 11, 30)))  # six weeks later is after the first year
        assert on_days("VIS-03", "", dt.date(2023, 2, 28)) == NOT_NOT_YES

    def test_six_weeks_after_it_otherwise(self, foster):
        last = dt.date(2022, 12, 20)
        visit(foster, at(last))
        assert on_days("VIS-03", "", last + 42 * DAY) == NOT_NOT_YES

    def test_the_regime_is_that_of_the_day_six_weeks_later(self, foster):
        foster.until_18 = True
        foster.save()
        anniversary = dt.date(2023, 1, 10)
        visit(foster, at(anniversary - 43 * DAY))  # the 42nd day is the last of the first year
        assert on_days("VIS-02", "", anniversary - DAY) == NOT_NOT_YES
        visit(foster, at(anniversary - 42 * DAY))
        assert not stands(at(anniversary), "VIS-02")
        assert on_days("VIS-03", "", months_after(anniversary - 42 * DAY, 3)) == NOT_NOT_YES

    @SLOW
    @given(st.lists(st.integers(0, 500), min_size=1, max_size=6, unique=True), st.booleans())
    def test_a_later_visit_never_makes_the_next_due_earlier(self, cast, days, until_18):
        placement = cast.placement(cast.child(), START, type="U6", until_18=until_18)
        before = None
        for day in sorted(days):
            visit(placement, at(START + day * DAY))
            as_of = at(START + day * DAY, 13)
            due = {
                due_at
                for code in ("VIS-01", "VIS-02", "VIS-03")
                for due_at, _ in clocks(code, as_of, [placement.pk]).values()
            }
            assert len(due) == 1  # one statutory clock at a time
            (after,) = due
            assert before is None or after >= before
            assert after > as_of
            before = after


class TestScope:
    @pytest.mark.parametrize("type", ["P1", "A3", "A4", "A5", "A6"])
    def test_not_with_parents_or_for_adoption(self, cast, child, type):
        cast.placement(child, START, type=type)
        assert check(at(START + 100 * DAY)) == {}

    @pytest.mark.parametrize("status", ["V3", "V4"])
    def test_not_short_breaks(self, cast, status):
        cast.placement(cast.child(legal_status=status), START, type="U6")
        assert check(at(START + 100 * DAY)) == {}

    def test_a_short_break_that_has_become_something_else_has_clocks(self, cast):
        child = cast.child(legal_status="V3")
        cast.placement(child, START, type="U6")
        LegalStatus.objects.filter(child=child).update(ended_on=START + 50 * DAY)
        LegalStatus.objects.create(child=child, code="C2", started_on=START + 50 * DAY)
        assert not stands(at(START + 49 * DAY), "VIS-01")
        assert stands(at(START + 50 * DAY), "VIS-01")

    def test_clocks_stop_at_the_end_of_the_placement(self, foster):
        assert stands(at(START + 30 * DAY), "VIS-01")
        foster.ended_on = START + 31 * DAY
        foster.save()
        assert stands(at(START + 30 * DAY, 23), "VIS-01")
        assert check(at(START + 31 * DAY, 0)) == {}

    def test_clocks_stop_when_she_ceases_to_be_looked_after(self, foster):
        CareEpisode.objects.filter(child=foster.child).update(ended_on=START + 31 * DAY)
        assert stands(at(START + 30 * DAY, 23), "VIS-01")
        assert check(at(START + 31 * DAY, 0)) == {}

    def test_clocks_stop_at_eighteen(self, cast):
        cast.placement(cast.child(born=dt.date(2004, 3, 1)), START, type="U6")
        assert stands(at(dt.date(2022, 2, 28), 23), "VIS-01")
        assert check(at(dt.date(2022, 3, 1), 0)) == {}

    def test_what_was_missed_stays_in_history(self, foster):
        flag = check(at(START + 30 * DAY))["VIS-01", ""]
        foster.ended_on = START + 31 * DAY
        foster.save()
        check(at(START + 31 * DAY))
        flag.refresh_from_db()
        assert flag.cleared_at == at(START + 31 * DAY)
        assert flag.due_on == START + 7 * DAY


class TestEnhanced:
    def test_weekly_by_the_social_worker(self, risky):
        assert on_days("VIS-07", "social_worker", START + 7 * DAY) == NOT_NOT_YES
        visit(risky, at(START + 9 * DAY, 17))
        assert on_days("VIS-07", "social_worker", START + 16 * DAY) == NOT_NOT_YES

    def test_the_team_manager_first_within_ten_working_days(self, cast, child):
        start = dt.date(2021, 12, 20)  # Christmas, Boxing Day and New Year's Day fall on days off, with substitutes
        cast.unregistered(child, start)
        due = add_working_days(start, 10)
        assert due == dt.date(2022, 1, 6)
        assert on_days("VIS-07", "team_manager", due) == NOT_NOT_YES

    def test_the_team_manager_then_every_four_weeks(self, risky):
        visit(risky, at(START + 5 * DAY), capacity="team_manager")
        assert on_days("VIS-07", "team_manager", START + 33 * DAY) == NOT_NOT_YES

    def test_the_head_of_service_every_eight_weeks(self, risky):
        assert on_days("VIS-07", "head_of_service", START + 56 * DAY) == NOT_NOT_YES
        visit(risky, at(START + 57 * DAY), capacity="head_of_service")
        assert on_days("VIS-07", "head_of_service", START + 113 * DAY) == NOT_NOT_YES

    def test_each_limb_is_a_flag_of_whoever_must_act(self, cast, risky):
        flags = check(at(START + 60 * DAY))
        owners = {limb: flag.owner for (rule, limb), flag in flags.items() if rule == "VIS-07"}
        assert owners == {"social_worker": cast.amy, "team_manager": cast.tom, "head_of_service": cast.hana}

    @pytest.mark.parametrize(
        ("outcome", "counts"), [("seen", True), ("seen_alone", True), ("refused", False), ("not_home", False)]
    )
    def test_she_must_have_been_seen(self, risky, outcome, counts):
        visit(risky, at(START + 6 * DAY), outcome)
        assert stands(at(START + 8 * DAY), "VIS-07", "social_worker") is not counts

    def test_nobody_elses_visit_is_the_workers(self, risky):
        visit(risky, at(START + 6 * DAY), capacity="team_manager")
        visit(risky, at(START + 6 * DAY, 14), capacity="guardian")
        assert stands(at(START + 8 * DAY), "VIS-07", "social_worker")

    def test_the_clock_starts_when_the_placement_becomes_high_risk(self, cast, child):
        home = cast.home(status="registered", registered_for="childrens_home")
        placement = cast.placement(child, START, home=home)
        visit(placement, at(START + 2 * DAY))
        assert not stands(at(START + 40 * DAY), "VIS-07", "social_worker")
        cast.dol_order(child, START + 41 * DAY)
        assert on_days("VIS-07", "social_worker", START + 48 * DAY) == NOT_NOT_YES

    def test_a_renewed_order_does_not_start_the_clock_again(self, cast, child):
        home = cast.home(status="registered", registered_for="childrens_home")
        cast.placement(child, START, home=home)
        first = cast.dol_order(child, START, months=1)
        cast.dol_order(child, first.expires_on + DAY, months=2)
        flag = check(at(first.expires_on))["VIS-07", "social_worker"]
        assert check(at(first.expires_on + 2 * DAY))["VIS-07", "social_worker"] == flag

    @pytest.mark.trap("4")
    def test_ending_the_order_ends_the_clock(self, cast, child, risky):
        assert stands(at(START + 20 * DAY), "VIS-07", "social_worker")
        order = child.dol_orders.get()
        order.discharged_on = START + 21 * DAY
        order.save()
        flags = check(at(START + 21 * DAY))
        assert not {rule for rule, _ in flags} & {"VIS-07", "VIS-08"}

    def test_not_for_a_registered_home_without_an_order(self, cast, child):
        cast.placement(child, START, home=cast.home(status="registered", registered_for="childrens_home"))
        assert not {rule for rule, _ in check(at(START + 100 * DAY))} & {"VIS-07", "VIS-08"}

    def test_not_where_registration_is_not_known(self, cast, child):
        cast.placement(child, START, home=cast.home(status="not_known"))
        cast.placement(cast.child(), START, home=cast.home())
        assert not {rule for rule, _ in check(at(START + 100 * DAY))} & {"VIS-07", "VIS-08", "LEG-04", "LEG-05"}

    @SLOW
    @given(st.integers(0, 700), st.integers(1, 10))
    def test_working_days_are_counted_as_the_calendar_counts_them(self, cast, day, number):
        from core.models import LocalStandard

        start = START + day * DAY
        placement = cast.unregistered(cast.child(), start)
        LocalStandard.objects.filter(authority=cast.north).delete()
        LocalStandard.objects.create(
            authority=cast.north,
            key="VIS-07 team manager first",
            value=number,
            effective_from=START,
            set_by=cast.dee,
            reason="Sooner.",
        )
        due_at, _ = clocks("VIS-07", at(start, 13), [placement.pk])["team_manager"]
        assert due_at == clock.end_of(add_working_days(start, number))


class TestUnannounced:
    def test_every_four_weeks(self, risky):
        assert on_days("VIS-08", "unannounced", START + 28 * DAY) == NOT_NOT_YES
        visit(risky, at(START + 30 * DAY), announced=False)
        assert on_days("VIS-08", "unannounced", START + 58 * DAY) == NOT_NOT_YES

    @pytest.mark.parametrize(
        ("fields", "counts"),
        [
            ({"announced": True}, False),
            ({"outcome": "seen"}, True),
            ({"outcome": "refused"}, False),
            ({"outcome": "refused", "checked": ["medicines"]}, False),
            ({"outcome": "refused", "checked": ["premises", "rota"]}, True),
            ({"outcome": "not_home", "checked": ["premises"]}, False),
            ({"capacity": "provider"}, False),
            ({"manner": "phone"}, False),
        ],
    )
    def test_what_counts(self, risky, fields, counts):
        visit(risky, at(START + 20 * DAY), **({"announced": False} | fields))
        assert stands(at(START + 29 * DAY), "VIS-08", "unannounced") is not counts

    @pytest.mark.trap("12")
    def test_her_wish_for_no_visits_does_not_stop_the_clock(self, risky):
        visit(risky, at(START + 20 * DAY), "refused", announced=False, why_not_seen="She wants no visits.")
        assert stands(at(START + 29 * DAY), "VIS-08", "unannounced")

    def test_the_third_by_day_is_the_one_that_should_have_been_at_night(self, risky):
        for number in (1, 2):
            visit(risky, at(START + number * 10 * DAY, 15), announced=False)
        assert not stands(at(START + 25 * DAY), "VIS-08", "night")
        assert clocks("VIS-08", at(START + 25 * DAY))["night"] == (clock.end_of(START + 48 * DAY), "due")
        third = visit(risky, at(START + 30 * DAY, 21, 59), announced=False)
        flag = check(at(START + 30 * DAY, 23))["VIS-08", "night"]
        assert flag.due_at == third.occurred_at
        visit(risky, at(START + 35 * DAY, 15), announced=False)
        assert check(at(START + 36 * DAY))["VIS-08", "night"] == flag  # another by day moves nothing

    @pytest.mark.parametrize(
        ("hour", "minute", "night"), [(21, 59, False), (22, 0, True), (5, 59, True), (6, 0, False)]
    )
    def test_night_is_from_ten_to_six(self, risky, hour, minute, night):
        for number in (1, 2):
            visit(risky, at(START + number * 7 * DAY, 15), announced=False)
        visit(risky, at(START + 21 * DAY, hour, minute), announced=False)
        assert stands(at(START + 22 * DAY), "VIS-08", "night") is not night

    def test_a_night_visit_clears_it(self, risky):
        for number in (1, 2, 3):
            visit(risky, at(START + number * 7 * DAY, 15), announced=False)
        assert stands(at(START + 22 * DAY), "VIS-08", "night")
        visit(risky, at(START + 22 * DAY, 23), announced=False)
        assert not stands(at(START + 23 * DAY), "VIS-08", "night")

    def test_night_by_summer_clocks(self, cast, child):
        start = dt.date(2022, 6, 1)
        placement = cast.unregistered(child, start)
        for number in (1, 2, 3):  # 22:30 in summer is 21:30 UTC
            visit(placement, at(start + number * DAY, 22, 30), announced=False)
        assert not stands(at(start + 4 * DAY), "VIS-08", "night")


@pytest.mark.trap("1")
def test_six_weekly_visits_are_green_by_statute_and_red_by_local_standard(risky):
    for number in range(6):
        visit(risky, at(START + (5 + 42 * number) * DAY))
    rules = {rule for rule, _ in check(at(START + 230 * DAY))}
    assert not rules & {"VIS-01", "VIS-02", "VIS-03"}
    assert {"VIS-07", "VIS-08"} <= rules
