"""How steady the people round a child are: figures by month, and never a flag."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from oversight.models import Flag
from placements.models import Placement
from staffing.continuity import chart, continuity
from staffing.models import AwakeCheck, Engagement, Presence, SupervisionLine
from tests.cast import at

AS_OF = at(dt.date(2026, 6, 20), 12)


def day(month, number):
    return dt.date(2026, month, number)


@pytest.fixture
def placement(cast):
    return cast.placement(cast.child(), day(3, 1), home=cast.home())


@pytest.fixture
def corin(cast):
    return cast.carer(checked=day(1, 5))


@pytest.fixture
def lane(cast):
    return cast.carer("Sedge", forename="Lane", checked=day(1, 5))


def worked(cast, placement, on, *carers, kind="day", **fields):
    """A shift of a day, worked from beginning to end by these carers."""
    shift = cast.shift(placement, on, kind=kind)
    for carer in carers:
        who = {"name": carer} if isinstance(carer, str) else {"carer": carer}
        times = {"starts_at": shift.starts_at, "ends_at": shift.ends_at, "recorded_by": cast.priya}
        Presence.objects.create(shift=shift, **times | who | fields)
    return shift


def months(placement, as_of=AS_OF):
    return {month.first.month: month for month in continuity(placement, as_of=as_of)}


def test_months_run_from_the_placements_first_to_this_one(placement):
    assert [month.first for month in continuity(placement, as_of=AS_OF)] == [day(6, 1), day(5, 1), day(4, 1), day(3, 1)]
    assert len(continuity(placement, as_of=at(day(12, 5)))) == 6
    assert all(month.worked == 0 and month.unfamiliar_share == 0 for month in continuity(placement, as_of=AS_OF))


# --- known to the child -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gap", "unfamiliar"), [(28, 0), (29, 1)])
def test_somebody_is_known_for_28_days(cast, placement, corin, gap, unfamiliar):
    worked(cast, placement, day(4, 20) - dt.timedelta(days=gap), corin)
    worked(cast, placement, day(4, 20), corin)
    assert months(placement)[4].unfamiliar == unfamiliar
    assert months(placement)[4].unfamiliar_share == 100 * unfamiliar


def test_somebody_who_comes_early_or_back_to_the_same_shift_is_not_known_by_it(cast, placement, corin):
    shift = worked(cast, placement, day(4, 20), corin)
    Presence.objects.create(shift=shift, carer=corin, starts_at=shift.starts_at - dt.timedelta(minutes=20),
                            ends_at=shift.starts_at, recorded_by=cast.priya)  # fmt: skip
    month = months(placement)[4]
    assert (month.worked, month.unfamiliar) == (1, 1)


@pytest.mark.positive("P11")
def test_staff_who_moved_with_the_child_are_known_and_not_new(cast, placement, corin, lane):
    Placement.objects.filter(pk=placement.pk).update(ended_on=day(4, 10))
    worked(cast, placement, day(4, 9), corin)
    after = cast.placement(placement.child, day(4, 10), home=cast.home())
    worked(cast, after, day(4, 11), corin, lane)
    other = cast.placement(cast.child(forename="Ash"), day(4, 1), home=cast.home())
    worked(cast, other, day(4, 2), lane)
    month = months(after)[4]
    assert (month.worked, month.unfamiliar, month.came) == (2, 1, 2)
    assert months(placement)[4].worked == 1


def test_people_by_name_count_and_visitors_never(cast, placement):
    worked(cast, placement, day(4, 9), "Somebody New")
    worked(cast, placement, day(4, 10), "somebody new")
    worked(cast, placement, day(4, 11), "Her grandmother", kind="day")
    Presence.objects.filter(name="Her grandmother").update(kind="visitor")
    month = months(placement)[4]
    assert (month.worked, month.unfamiliar, month.came) == (2, 1, 1)


# --- agency -----------------------------------------------------------------------------------------------------------


def test_agency_is_by_the_rota_then_by_whom_they_work_for(cast, placement, corin, lane):
    both = cast.carer("Fen", forename="Moss", checked=day(1, 5))
    Engagement.objects.create(carer=both, agency=cast.provider, started_on=day(5, 1), recorded_by=cast.amy)
    shift = worked(cast, placement, day(4, 9), corin, both)
    assert months(placement)[4].agency == 2
    cast.puts(both, shift, agency=cast.provider)
    assert months(placement)[4].agency == 1
    worked(cast, placement, day(5, 9), both, lane)
    assert (months(placement)[5].agency, months(placement)[5].agency_share) == (1, 50)
    worked(cast, placement, day(6, 1), "Own Staff", organisation="harbour light care")
    worked(cast, placement, day(6, 2), "From Elsewhere")
    assert (months(placement)[6].worked, months(placement)[6].agency) == (2, 1)


# --- who came and left ------------------------------------------------------------------------------------------------


def test_who_came_and_who_left(cast, placement, corin, lane):
    worked(cast, placement, day(4, 9), corin, lane)
    worked(cast, placement, day(5, 20), corin)
    worked(cast, placement, day(6, 18), lane)
    found = months(placement)
    assert (found[4].came, found[5].came, found[6].came) == (2, 0, 0)
    assert (found[4].left, found[5].left, found[6].left) == (0, 1, 0)
    assert months(placement, at(day(6, 17), 8))[5].left == 0, "28 days are not over"


# --- supervised -------------------------------------------------------------------------------------------------------


@pytest.mark.failing("F8")
def test_who_is_on_the_rota_with_nobody_supervising_them(cast, placement, corin, lane):
    for carer in (corin, lane):
        for month in (4, 5):
            cast.puts(carer, cast.shift(placement, day(month, 9 if carer == corin else 10)))
    SupervisionLine.objects.create(carer=corin, agency=cast.agency, supervisor="Dana Crake", started_on=day(3, 1),
                                   ended_on=day(5, 9), recorded_by=cast.amy)  # fmt: skip
    found = months(placement)
    assert found[4].unsupervised == ("Lane Sedge",)
    assert found[5].unsupervised == ("Corin Reed", "Lane Sedge")
    other = cast.carer("Fen", forename="Moss", checked=day(1, 5))
    cast.puts(other, cast.shift(placement, day(4, 15), published=False))
    assert months(placement)[4].unsupervised == ("Lane Sedge",)


# --- alone at night ---------------------------------------------------------------------------------------------------


def test_how_one_carers_lone_nights_add_up(cast, placement, corin, lane):
    for number in (1, 2, 3):
        worked(cast, placement, day(4, number), corin, kind="waking_night")
    worked(cast, placement, day(4, 4), corin, lane, kind="waking_night")
    worked(cast, placement, day(4, 5), lane, kind="waking_night")
    worked(cast, placement, day(4, 5), lane, kind="day")
    month = months(placement)[4]
    assert (month.lone_nights, month.most_alone) == (4, ("Corin Reed", 3))


def test_a_carer_beside_whom_the_other_sat_in_a_car_or_slept_was_alone(cast, placement, corin, lane):
    night = worked(cast, placement, day(4, 1), corin, kind="waking_night")
    Presence.objects.create(shift=night, carer=lane, where="car", starts_at=night.starts_at, recorded_by=cast.priya)
    other = worked(cast, placement, day(4, 2), corin, lane, kind="waking_night")
    assert months(placement)[4].most_alone == ("Corin Reed", 1)
    for hour, state in ((2, "asleep"), (3, "awake")):
        AwakeCheck.objects.create(shift=other, carer=lane, checked_at=at(day(4, 3), hour), state=state, witnessed_by="P",
                                  recorded_by=cast.priya)  # fmt: skip
    assert months(placement)[4].most_alone == ("Corin Reed", 2)


def test_a_quarter_of_an_hour_alone_is_a_change_over(cast, placement, corin, lane):
    night = worked(cast, placement, day(4, 1), corin, kind="waking_night")
    late = Presence.objects.create(shift=night, carer=lane, starts_at=at(day(4, 1), 20, 15), recorded_by=cast.priya)
    assert months(placement)[4].lone_nights == 0
    Presence.objects.filter(pk=late.pk).update(starts_at=at(day(4, 1), 20, 16))
    assert months(placement)[4].lone_nights == 1


# --- never a flag -----------------------------------------------------------------------------------------------------


@pytest.mark.positive("P10")
def test_agency_staff_who_leave_under_scrutiny_raise_nothing(cast, client, placement):
    """A wholly new team in a month: the figures show it, and neither they nor their page raise anything of it."""
    first, second = ([cast.carer(f"{name}{n}", checked=day(1, 5)) for n in range(3)] for name in ("Reed", "Fen"))
    worked(cast, placement, day(4, 9), *first)
    worked(cast, placement, day(5, 8), *second)
    month = months(placement)[5]
    assert (month.unfamiliar_share, month.came, months(placement)[4].left) == (100, 3, 3)
    client.force_login(cast.amy)
    body = client.get(reverse("staffing:continuity", args=[placement.pk])).content.decode()
    assert "raise no flag" in body
    assert not Flag.objects.exists()
    assert not any(f"held-{tone}" in body for tone in ("bad", "severity", "alert--error", "alert--warning"))


# --- the page ---------------------------------------------------------------------------------------------------------


def today():
    return clock.local_date(clock.now())


@pytest.fixture
def lived_in(cast, corin):
    place = cast.placement(cast.child(), today() - dt.timedelta(days=100), home=cast.home())
    worked(cast, place, today() - dt.timedelta(days=2), corin, kind="waking_night")
    return place


def test_the_page_has_figures_a_table_and_a_chart(cast, client, lived_in):
    client.force_login(cast.amy)
    body = client.get(reverse("staffing:continuity", args=[lived_in.pk])).content.decode()
    assert "100%" in body
    assert "Corin Reed was the only one awake inside on 1 of 1 lone night" in body
    assert "By somebody not known to the child" in body
    assert body.count("<h1") == 1


def test_a_placement_with_nothing_recorded_says_so(cast, client, placement):
    client.force_login(cast.amy)
    body = client.get(reverse("staffing:continuity", args=[placement.pk])).content.decode()
    assert "Nobody has signed on to a shift here yet" in body


@pytest.mark.parametrize(("who", "status"), [
    ("amy", 200), ("priya", 200), ("carl", 200), ("dee", 200), ("zoe", 404), ("lee", 403), ("ava", 403),
])  # fmt: skip
def test_who_sees_it(cast, client, lived_in, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("staffing:continuity", args=[lived_in.pk])).status_code == status


def test_months_of_shifts_take_the_same_queries(cast, client, lived_in):
    client.force_login(cast.amy)
    address = reverse("staffing:continuity", args=[lived_in.pk])
    client.get(address)
    counts = []
    for number in range(2):
        for back in range(1 + 5 * number):
            carer = cast.carer(f"Fen{number}{back}", checked=today() - dt.timedelta(days=90))
            night = today() - dt.timedelta(days=10 + 7 * back + number)
            cast.puts(carer, worked(cast, lived_in, night, carer, kind="waking_night"))
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 13


def test_the_chart_runs_from_the_oldest_month(cast, placement, corin):
    worked(cast, placement, day(4, 9), corin)
    bars = chart(continuity(placement, as_of=AS_OF))
    assert [row.label for row in bars.rows] == ["March 2026", "April 2026", "May 2026", "June 2026"]
    assert [number.count for number in bars.rows[1].numbers] == [0, 1]
