"""STF-05, its second half: a manager's absence of 28 days or more, and what the regulator is told of it and when."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from oversight.models import Flag
from tests.cast import at
from tests.oversight.facts import DAY, NOT_NOT_YES, check, clocks, on_days, stands

START = dt.date(2022, 1, 10)
LEAVE = dt.date(2022, 5, 31)  # a month before it is 30 April
RULE = "STF-05-ABSENCE"


def registered(cast, **home):
    home = cast.home(**{"status": "registered", "registered_for": "childrens_home"} | home)
    placement = cast.placement(cast.child(born=dt.date(2010, 6, 1)), START, home=home)
    return cast.manager(placement, at(START, 0))


@pytest.fixture
def post(cast):
    return registered(cast)


def notice(as_of):
    return stands(as_of, RULE, "notice")


class TestPlanned:
    def test_a_month_before_it_begins(self, cast, post):
        cast.absence(post, LEAVE, days=28)
        assert on_days(RULE, "notice", dt.date(2022, 4, 30)) == NOT_NOT_YES

    @pytest.mark.parametrize(("days", "owed"), [(27, False), (28, True), (200, True)])
    def test_of_28_days_or_more(self, cast, post, days, owed):
        cast.absence(post, LEAVE, days=days)
        assert notice(at(LEAVE)) is owed

    @pytest.mark.parametrize(("given_on", "day", "owed"), [
        (dt.date(2022, 4, 30), dt.date(2022, 5, 1), False),
        (dt.date(2022, 5, 3), dt.date(2022, 5, 2), True),  # late, and flagged until it was given
        (dt.date(2022, 5, 3), dt.date(2022, 5, 3), False),
    ])  # fmt: skip
    def test_until_notice_is_given(self, cast, post, given_on, day, owed):
        cast.absence(post, LEAVE, days=40, notified_on=given_on)
        assert notice(at(day)) is owed

    def test_called_off_or_cut_short_it_needs_none(self, cast, post):
        absence = cast.absence(post, LEAVE, days=40)
        assert notice(at(LEAVE))
        absence.returned_on = LEAVE + 27 * DAY
        absence.save()
        assert notice(at(LEAVE + 26 * DAY))
        assert not notice(at(LEAVE + 27 * DAY))
        absence.returned_on, absence.called_off = LEAVE, "She stayed."
        absence.save()
        assert not notice(at(LEAVE))


class TestUnforeseen:
    @pytest.mark.parametrize("days", [28, 90, None])
    def test_within_a_week_of_its_beginning(self, cast, post, days):
        cast.absence(post, LEAVE, days=days, planned=False)
        assert on_days(RULE, "notice", LEAVE + 7 * DAY) == NOT_NOT_YES

    def test_to_be_short_it_needs_none_until_it_has_lasted_28_days(self, cast, post):
        """Neither a flag nor a warning for a week's illness; a warning once it runs over."""
        absence = cast.absence(post, LEAVE, days=7, planned=False)
        assert not clocks(RULE, at(LEAVE + 6 * DAY))
        assert clocks(RULE, at(LEAVE + 7 * DAY))["notice"] == (clock.start_of(LEAVE + 28 * DAY), "due")
        assert on_days(RULE, "notice", LEAVE + 27 * DAY) == NOT_NOT_YES
        absence.returned_on = LEAVE + 40 * DAY
        absence.save()
        assert notice(at(LEAVE + 60 * DAY)), "it was long, and the regulator still has not been told"


class TestReturn:
    @pytest.mark.parametrize(("lasted", "notified", "owed"), [
        (28, False, True), (27, False, False), (27, True, True), (28, True, True),
    ])  # fmt: skip
    def test_within_7_days(self, cast, post, lasted, notified, owed):
        back = LEAVE + lasted * DAY
        cast.absence(post, LEAVE, days=30, returned_on=back, notified_on=LEAVE - 40 * DAY if notified else None)
        assert on_days(RULE, "return", back + 7 * DAY) == (NOT_NOT_YES if owed else (False, False, False))

    def test_until_the_regulator_is_told(self, cast, post):
        back = LEAVE + 30 * DAY
        cast.absence(post, LEAVE, days=30, returned_on=back, return_notified_on=back + 9 * DAY)
        assert stands(at(back + 8 * DAY), RULE, "return")
        assert not stands(at(back + 9 * DAY), RULE, "return")

    def test_a_plan_called_off_owes_no_word_of_a_return(self, cast, post):
        cast.absence(post, LEAVE, days=30, returned_on=LEAVE, called_off="x", notified_on=LEAVE - 40 * DAY)
        assert not clocks(RULE, at(LEAVE + 9 * DAY))


@pytest.mark.parametrize("home", [
    {"status": "not_registered"}, {"status": None}, {"registered_for": "supported_accommodation"},
    {"registered_for": "care_home", "regulator": "cqc"}, {"regulator": "ciw"},
])  # fmt: skip
def test_no_other_setting_is_bound(cast, home):
    cast.absence(registered(cast, **home), LEAVE, days=40)
    assert not clocks(RULE, at(LEAVE))


def test_a_manager_who_has_left_is_no_longer_away(cast, post):
    """The post is empty then, which is a flag of its own; her return is nobody's duty to tell."""
    cast.absence(post, LEAVE, planned=False)
    post.ended_at = at(LEAVE + 20 * DAY)
    post.save()
    assert notice(at(LEAVE + 19 * DAY))
    flags = check(at(LEAVE + 21 * DAY))
    assert (RULE, "notice") not in flags
    assert flags["STF-05", ""].due_at == post.ended_at


def test_its_flag_is_the_team_managers_and_has_the_page_that_clears_it(cast, post):
    cast.absence(post, LEAVE, planned=False)
    flag = check(at(LEAVE + 10 * DAY))[RULE, "notice"]
    assert (flag.owner, flag.severity, flag.due_on) == (cast.tom, "red", LEAVE + 7 * DAY)
    assert flag.mend_url == f"/placements/{post.placement_id}/manager/absences/"
    assert not Flag.objects.filter(rule="STF-05").exists(), "a manager on leave still has the post"


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dates(dt.date(2022, 3, 1), dt.date(2024, 12, 31)), st.integers(28, 300))
def test_a_month_before_is_the_same_day_of_the_month_before_or_its_last(post, cast, began, days):
    """Whatever the day: 31 March is told of by the last of February."""
    absence = cast.absence(post, began, days=days)
    first = began.replace(day=1) - DAY
    due = first.replace(day=min(began.day, first.day))
    try:
        assert on_days(RULE, "notice", due) == NOT_NOT_YES
    finally:
        absence.delete()
