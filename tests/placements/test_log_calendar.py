"""Which days have a log, and what may still be written: also on the days the clocks change."""

import datetime as dt
import itertools

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import charts, clock
from core.errors import Conflict, Invalid
from core.models import LocalStandard
from placements import log_calendar
from placements.actions import write_log
from placements.actions.notes import LOG_COVERS_AT_MOST
from placements.log_calendar import Stretch, days_of, log_days, unwritten
from placements.models import DailyLog, Placement
from tests.cast import at

START = dt.date(2026, 3, 2)
TODAY = dt.date(2026, 3, 20)
NOW = at(TODAY, 15)
DONE, LATE, MISSING, NOT_DUE = charts.DONE, charts.LATE, charts.MISSING, charts.NOT_DUE


def placement(**fields) -> Placement:
    """A placement that needs no database: what is asked here turns on its dates alone."""
    return Placement(**({"started_on": START, "followed_from": START} | fields))


def whole(day: dt.date, *, late: bool = False) -> tuple:
    return clock.start_of(day), clock.end_of(day), late


def back(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def states(logs, *, as_of=NOW, days=4, **fields) -> list[str]:
    return [state for _, state in days_of(placement(**fields), logs, as_of=as_of, days=days)]


def offered(logs, *, as_of=NOW, **fields) -> list[tuple]:
    return [(s.starts, s.ends) for s in unwritten(placement(**fields), logs, as_of=as_of)]


# --- which days have a log --------------------------------------------------------------------------------------------


def test_days_with_late_and_without():
    logs = [whole(back(3)), whole(back(2), late=True)]
    assert days_of(placement(), logs, as_of=NOW, days=4) == [
        (back(3), DONE),
        (back(2), LATE),
        (back(1), MISSING),
        (TODAY, NOT_DUE),
    ]


@pytest.mark.parametrize(("hour", "minute", "state"), [(0, 0, NOT_DUE), (2, 0, NOT_DUE), (2, 1, MISSING)])
def test_yesterday_is_missing_once_the_two_hours_to_write_it_are_over(hour, minute, state):
    assert states([], as_of=at(TODAY, hour, minute))[-2] == state


def test_a_council_that_allows_less_time_finds_it_missing_sooner(cast):
    place = cast.placement(cast.child(), START, home=cast.home(), hour=9)
    assert log_days(place, as_of=at(START + dt.timedelta(days=2), 1, 30))[-2][1] == NOT_DUE
    for key, value in ("LOG-01 closing", 1), ("Emergency grace", 12):
        LocalStandard.objects.create(
            authority=cast.north, key=key, value=value, effective_from=START, set_by=cast.dora, reason="Sooner."
        )
    assert log_days(place, as_of=at(START + dt.timedelta(days=2), 1))[-2][1] == NOT_DUE
    assert log_days(place, as_of=at(START + dt.timedelta(days=2), 1, 30))[-2][1] == MISSING
    late = write_log(
        placement=place, covers_from=at(START, 9), covers_until=at(START, 20), occurred_at=at(START, 21),
        how_she_was="Calm.", day="School.", by=cast.priya, as_of=at(START, 21, 30),
    )  # fmt: skip
    assert late.late


def test_logs_cover_a_day_when_they_cover_half_of_it_between_them():
    morning = (at(back(1), 0), at(back(1), 7, 40), False)
    assert states([morning])[-2] == MISSING
    assert states([morning, (at(back(1), 7, 40), at(back(1), 12), False)])[-2] == DONE
    assert states([morning, (at(back(1), 7, 40), at(back(1), 12), True)])[-2] == LATE


def test_a_log_from_evening_to_evening_is_both_days():
    logs = [(at(back(2), 0), at(back(2), 20), False), (at(back(2), 20), at(back(1), 20), False)]
    assert states(logs)[-3:] == [DONE, DONE, NOT_DUE]


def test_nothing_is_due_before_a_team_followed_it_or_from_the_day_she_left():
    assert states([], followed_from=back(2)) == [NOT_DUE, MISSING, MISSING, NOT_DUE]
    assert states([], followed_from=None) == [NOT_DUE] * 4
    assert states([], ended_on=back(1)) == [MISSING, MISSING, NOT_DUE, NOT_DUE]


def test_no_log_is_asked_for_in_the_first_48_hours_of_an_emergency():
    fields = {"started_on": back(5), "followed_from": back(5), "basis": "emergency", "started_at": at(back(5), 19)}
    assert states([], days=6, **fields) == [NOT_DUE, NOT_DUE, NOT_DUE, MISSING, MISSING, NOT_DUE]


@pytest.mark.parametrize("change", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
def test_days_of_23_and_25_hours_are_days(change):
    as_of = at(change + dt.timedelta(days=2), 15)
    assert states([whole(change)], as_of=as_of)[-3:] == [DONE, MISSING, NOT_DUE]
    assert states([], as_of=at(change + dt.timedelta(days=1), 2, 1))[-2] == MISSING
    assert states([], as_of=at(change + dt.timedelta(days=1), 2, 0))[-2] == NOT_DUE


def test_the_calendar_is_two_queries(cast, django_assert_num_queries):
    place = cast.placement(cast.child(), START, home=cast.home())
    write_log(
        placement=place,
        covers_from=clock.start_of(back(1)),
        covers_until=clock.end_of(back(1)),
        occurred_at=at(TODAY, 0),
        how_she_was="Asleep early.",
        day="School.",
        by=cast.priya,
        as_of=at(TODAY, 0, 30),
    )
    with django_assert_num_queries(2):
        days = log_days(place, as_of=NOW)
    assert len(days) == 28
    assert days[-2:] == [(back(1), DONE), (TODAY, NOT_DUE)]
    assert {state for _, state in days[:9]} == {NOT_DUE}, "before the placement"
    assert {state for _, state in days[9:-2]} == {MISSING}
    with django_assert_num_queries(2):
        chart = log_calendar.log_chart(place, as_of=NOW)
    assert chart.runs[1].words == "Log written"


# --- what may be written ----------------------------------------------------------------------------------------------


def test_the_usual_evening_is_one_stretch_since_the_last_log():
    logs = [(at(back(2), 20, 5), at(back(1), 20, 5), False)]
    stretch = unwritten(placement(started_on=back(2), followed_from=back(2)), logs, as_of=at(TODAY, 19, 40))[0]
    assert stretch == Stretch(at(back(1), 20, 5), at(TODAY, 19, 40), goes_on=True)
    assert stretch.day == TODAY


def test_missed_days_are_offered_one_by_one_and_an_evenings_rest_goes_with_the_day_after():
    logs = [(at(back(4), 0), at(back(3), 20), False)]
    assert offered(logs, started_on=back(4), followed_from=back(4)) == [
        (at(TODAY, 0), NOW),
        (at(back(1), 0), at(TODAY, 0)),
        (at(back(3), 20), at(back(1), 0)),
    ]


def test_time_begun_less_than_an_hour_ago_waits():
    logs = [(at(START, 0), at(TODAY, 14, 1), False)]
    assert offered(logs) == []
    assert offered([(at(START, 0), at(TODAY, 14), False)]) == [(at(TODAY, 14), NOW)]


def test_nothing_is_offered_from_before_she_came_was_followed_or_four_weeks_ago():
    assert offered([], started_on=TODAY, followed_from=TODAY, started_at=at(TODAY, 9)) == [(at(TODAY, 9), NOW)]
    assert offered([], started_on=back(400), followed_from=TODAY) == [(at(TODAY, 0), NOW)]
    assert offered([], started_on=back(400), followed_from=back(400))[-1][0] == at(back(27), 0)
    assert offered([], started_on=back(3), followed_from=back(3), ended_on=back(2))[0][1] == at(back(1), 0)


@pytest.mark.parametrize(("change", "hours"), [(dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25)])
def test_a_missed_day_on_which_the_clocks_change_is_offered_whole(change, hours):
    as_of = at(change + dt.timedelta(days=3), 15)
    day_before = change - dt.timedelta(days=1)
    stretches = unwritten(placement(started_on=day_before, followed_from=day_before), [], as_of=as_of)
    (stretch,) = [s for s in stretches if s.day == change]
    assert (stretch.starts, stretch.ends) == (clock.start_of(change), clock.end_of(change))
    assert stretch.ends - stretch.starts == dt.timedelta(hours=hours)


instants = st.integers(0, 40 * 24 * 60).map(
    lambda m: at(dt.date(2026, 3, 2), 0).astimezone(dt.UTC) + dt.timedelta(minutes=m)
)


@given(written=st.lists(st.tuples(instants, st.integers(1, 2220)), max_size=12), as_of=instants)
@settings(max_examples=150, deadline=None)
def test_what_is_offered_is_exactly_the_time_that_has_no_log(written, as_of):
    logs = sorted((since, since + dt.timedelta(minutes=length), False) for since, length in written)
    stretches = unwritten(placement(), logs, as_of=as_of, days=60)
    for stretch in stretches:
        assert dt.timedelta() < stretch.ends - stretch.starts <= LOG_COVERS_AT_MOST
        assert stretch.ends <= as_of
        assert not any(since < stretch.ends and until > stretch.starts for since, until, _ in logs)
    for later, earlier in itertools.pairwise(stretches):
        assert earlier.ends <= later.starts
    # Minute by minute would be slow: every edge is tried, and a minute beside it.
    edges = {moment for row in [*logs, *stretches] for moment in row[:2]} | {at(START, 0), as_of}
    for moment in edges:
        if not at(START, 0) <= moment < as_of:
            continue
        has_log = any(since <= moment < until for since, until, _ in logs)
        is_offered = any(s.starts <= moment < s.ends for s in stretches)
        just_begun = as_of - moment < log_calendar.TOO_SHORT
        assert has_log or is_offered or just_begun
        assert not (has_log and is_offered)


@pytest.fixture
def home(cast):
    cast.priya  # noqa: B018  made here, since what an example makes is rolled back
    return cast.placement(cast.child(), START, home=cast.home())


@given(tried=st.lists(st.tuples(instants, st.integers(1, 2220)), min_size=2, max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_logs_never_overlap_whatever_is_tried(cast, home, tried):
    as_of = at(dt.date(2026, 4, 20), 9)
    with transaction.atomic():
        for since, length in tried:
            until = since + dt.timedelta(minutes=length)
            clashes = DailyLog.objects.filter(placement=home, covers_from__lt=until, covers_until__gt=since).exists()
            details = {"covers_from": since, "covers_until": until, "how_she_was": "Well.", "day": "School."}
            try:
                write_log(placement=home, occurred_at=as_of, **details, by=cast.priya, as_of=as_of)
            except Conflict:
                assert clashes
            except Invalid as invalid:
                raise AssertionError("none of these is invalid in itself") from invalid
            else:
                assert not clashes
        logs = list(DailyLog.objects.filter(placement=home).order_by("covers_from"))
        for earlier, later in itertools.pairwise(logs):
            assert earlier.covers_until <= later.covers_from
        transaction.set_rollback(True)
