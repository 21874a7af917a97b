"""Daily logs cover a day until a rota is published, and then the shift: no two overlap, and no hour is left out."""

import datetime as dt
import itertools

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from core import charts, clock
from placements import log_calendar
from placements.log_calendar import Turn, days_of, turns_of, unwritten
from placements.models import DailyLog, Placement
from staffing.turns import in_turn
from tests.cast import at

START = dt.date(2026, 3, 2)
TODAY = dt.date(2026, 3, 20)
NOW = at(TODAY, 15)


def back(days):
    return TODAY - dt.timedelta(days=days)


def placement(**fields) -> Placement:
    return Placement(**({"started_on": START, "followed_from": START} | fields))


def turn(day, since, until, kind="day"):
    ends = day if until > since else day + dt.timedelta(days=1)
    return Turn(at(day, since), at(ends, until), kind)


FOUR_WEEKS_AGO = back(27)


def usual(first=FOUR_WEEKS_AGO, last=TODAY):
    """Two shifts a day: eight to eight by day, and by night with somebody asleep in the house from ten to seven."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return [
        shift
        for day in days
        for shift in (turn(day, 8, 20), turn(day, 20, 8, "waking_night"), turn(day, 22, 7, "sleep_in"))
    ]


def offered(logs=(), *, shifts=(), as_of=NOW, **fields):
    stretches = unwritten(placement(**fields), logs, as_of=as_of, turns=in_turn(shifts))
    return [(s.starts, s.ends, s.turn) for s in stretches]


# --- the rota as stretches --------------------------------------------------------------------------------------------


def hours(shifts):
    local = [[moment.astimezone(clock.LONDON) for moment in turn[:2]] for turn in in_turn(shifts)]
    return [(starts.hour, ends.hour) for starts, ends in local]


def test_a_waking_night_and_the_sleep_in_beside_it_are_one_stretch():
    shifts = [turn(TODAY, 20, 8, "waking_night"), turn(TODAY, 22, 7, "sleep_in"), turn(TODAY, 8, 20)]
    assert hours(shifts) == [(8, 20), (20, 8)]
    assert [each.words for each in in_turn(shifts)] == ["day shift", "waking night"]


def test_a_sleep_in_that_outlasts_the_waking_night_lengthens_it():
    assert hours([turn(TODAY, 21, 6, "waking_night"), turn(TODAY, 22, 7, "sleep_in")]) == [(21, 7)]
    assert in_turn([turn(TODAY, 22, 7, "sleep_in")])[0].words == "sleep-in"


def test_shifts_that_overlap_change_over_when_the_second_begins():
    assert hours([turn(TODAY, 7, 15), turn(TODAY, 14, 22)]) == [(7, 14), (14, 22)]


def test_a_shift_within_a_longer_one_is_part_of_it():
    assert hours([turn(TODAY, 8, 20), turn(TODAY, 10, 18)]) == [(8, 20)]
    assert hours([turn(TODAY, 8, 20), turn(TODAY, 8, 12)]) == [(8, 20)]


shifts_of_weeks = st.lists(
    st.builds(
        lambda day, hour, length, kind: Turn(
            at(dt.date(2026, 3, 23) + dt.timedelta(days=day), hour),
            at(dt.date(2026, 3, 23) + dt.timedelta(days=day), hour).astimezone(dt.UTC) + dt.timedelta(hours=length),
            kind,
        ),
        day=st.integers(0, 9),  # the clocks go forward on the 29th
        hour=st.integers(0, 23),
        length=st.integers(1, 25),
        kind=st.sampled_from(["day", "waking_night", "sleep_in"]),
    ),
    max_size=12,
)


@given(shifts=shifts_of_weeks)
@settings(max_examples=200, deadline=None)
def test_no_two_stretches_overlap_and_they_cover_exactly_what_the_shifts_cover(shifts):
    turns = in_turn(shifts)
    for earlier, later in itertools.pairwise(turns):
        assert earlier.starts < earlier.ends <= later.starts
    edges = {moment for shift in [*shifts, *turns] for moment in shift[:2]}
    for moment in edges:
        assert any(s.starts <= moment < s.ends for s in shifts) == any(t.starts <= moment < t.ends for t in turns)


# --- what a log is offered for ----------------------------------------------------------------------------------------


def test_a_missed_day_is_offered_shift_by_shift():
    logs = [(at(START, 0), at(back(1), 8), False)]
    assert offered(logs, shifts=usual()) == [
        (at(TODAY, 8), NOW, "day shift"),
        (at(back(1), 20), at(TODAY, 8), "waking night"),
        (at(back(1), 8), at(back(1), 20), "day shift"),
    ]
    assert offered(logs) != offered(logs, shifts=usual()), "without a rota, by the day"


def test_days_before_there_was_a_rota_stay_days():
    logs = [(at(START, 0), at(back(3), 0), False)]
    assert offered(logs, shifts=usual(first=back(1)))[::-1] == [
        (at(back(3), 0), at(back(2), 0), ""),
        (at(back(2), 0), at(back(1), 0), ""),
        (at(back(1), 0), at(back(1), 8), ""),
        (at(back(1), 8), at(back(1), 20), "day shift"),
        (at(back(1), 20), at(TODAY, 8), "waking night"),
        (at(TODAY, 8), NOW, "day shift"),
    ]


def test_the_minutes_left_when_a_log_is_written_before_the_change_go_with_the_next_shift():
    logs = [(at(START, 0), at(back(1), 19, 40), False)]
    assert offered(logs, shifts=usual(), as_of=at(TODAY, 7, 50)) == [
        (at(back(1), 19, 40), at(TODAY, 7, 50), "waking night")
    ]


@given(shifts=shifts_of_weeks, written=st.lists(st.tuples(st.integers(0, 240), st.integers(1, 30)), max_size=5))
@settings(max_examples=150, deadline=None)
def test_with_a_rota_too_what_is_offered_is_exactly_the_time_that_has_no_log(shifts, written):
    began, as_of = at(dt.date(2026, 3, 23), 0), at(dt.date(2026, 4, 2), 9)
    logs = sorted(
        (began.astimezone(dt.UTC) + dt.timedelta(hours=since), began.astimezone(dt.UTC) + dt.timedelta(hours=since + n))
        for since, n in written
    )
    logs = [(since, until, False) for since, until in logs]
    place = placement(started_on=dt.date(2026, 3, 23), followed_from=dt.date(2026, 3, 23))
    stretches = unwritten(place, logs, as_of=as_of, turns=in_turn(shifts))
    for stretch in stretches:
        assert dt.timedelta() < stretch.ends - stretch.starts <= dt.timedelta(hours=37)
        assert not any(since < stretch.ends and until > stretch.starts for since, until, _ in logs)
    for later, earlier in itertools.pairwise(stretches):
        assert earlier.ends <= later.starts
    for moment in {edge for row in [*logs, *stretches, *shifts] for edge in row[:2]}:
        if began <= moment < as_of - log_calendar.TOO_SHORT:
            has_log = any(since <= moment < until for since, until, _ in logs)
            assert has_log != any(s.starts <= moment < s.ends for s in stretches)


# --- which days have one ----------------------------------------------------------------------------------------------


def states(logs, *, shifts=(), as_of=NOW):
    return [state for _, state in days_of(placement(), logs, as_of=as_of, days=2, turns=in_turn(shifts))]


def test_days_are_marked_from_the_logs_of_shifts():
    logs = [(at(back(1), 8), at(back(1), 20), False)]
    assert states(logs, shifts=usual())[0] == charts.DONE
    assert states([], shifts=usual())[0] == charts.MISSING
    assert states([(*logs[0][:2], True)], shifts=usual())[0] == charts.LATE


def test_the_log_of_a_shift_of_24_hours_is_not_missing_until_it_has_been_over_for_two_hours():
    shifts = [turn(back(1), 10, 10), turn(back(2), 10, 10)]
    logs = [(at(START, 0), at(back(1), 10), False)]
    assert states(logs, shifts=shifts, as_of=at(TODAY, 9))[0] == charts.NOT_DUE
    assert states(logs, as_of=at(TODAY, 9))[0] == charts.MISSING, "without a rota the day would be"
    assert states(logs, shifts=shifts, as_of=at(TODAY, 12, 1))[0] == charts.MISSING


# --- with the database ------------------------------------------------------------------------------------------------


def test_only_a_published_rota_is_asked_after_and_in_one_query(cast, django_assert_num_queries):
    place = cast.placement(cast.child(), START, home=cast.home())
    other = cast.placement(cast.child(forename="Ash"), START, home=cast.home())
    cast.shift(place, back(1))
    cast.shift(place, back(1), kind="waking_night")
    cast.shift(place, back(1), kind="sleep_in", hours=(22, 7))
    cast.shift(other, back(1), published=False)
    with django_assert_num_queries(1):
        found = turns_of([place.pk, other.pk], as_of=NOW)
    assert list(found) == [place.pk]
    assert [each.words for each in found[place.pk]] == ["day shift", "waking night"]


@pytest.fixture
def worked(cast, client):
    """A placement of the present with a rota since the day before yesterday, and nothing written."""
    today = clock.local_date(clock.now())
    place = cast.placement(cast.child(), today - dt.timedelta(days=5), home=cast.home())
    for back_ in (2, 1, 0):
        cast.shift(place, today - dt.timedelta(days=back_))
        cast.shift(place, today - dt.timedelta(days=back_), kind="waking_night")
    client.force_login(cast.priya)
    return place


def test_the_form_asks_which_shift_and_the_log_is_that_shifts(client, worked):
    address = reverse("placements:log", args=[worked.pk])
    shown = client.get(address)
    assert shown.status_code == 200
    form = shown.context["form"]
    assert form.fields["covers_from"].label == "Which shift is it for?"
    offers = form.fields["covers_from"].choices
    value = next(value for value, label in offers if "waking night" in label and not value.endswith("/now"))
    sent = {"covers_from": value, "how_she_was": "Slept.", "day": "Woke at seven.", "written": "now"}
    assert client.post(address, sent).status_code == 302
    log = DailyLog.objects.get()
    local = log.covers_from.astimezone(clock.LONDON), log.covers_until.astimezone(clock.LONDON)
    assert [moment.hour for moment in local] == [20, 8]


def test_the_worklist_leads_to_the_very_shift(client, worked):
    body = client.get("/", follow=True).content.decode()
    assert "Yesterday: day shift" in body
    assert "Yesterday: waking night" in body
    day = clock.local_date(clock.now()) - dt.timedelta(days=1)
    address = reverse("placements:log", args=[worked.pk])
    for to, starts in (("08:00", 20), ("20:00", 8)):
        assert f"day={day}&amp;to={to.replace(':', '%3A')}" in body
        chosen = client.get(address, {"day": str(day), "to": to}).context["form"]["covers_from"].value()
        began = dt.datetime.fromisoformat(chosen.partition("/")[0]).astimezone(clock.LONDON)
        assert began.hour == starts
