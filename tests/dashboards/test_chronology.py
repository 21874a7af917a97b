"""A child's chronology: everything once, newest first, a page at a time at the same cost, only what one may know."""

import datetime as dt

import pytest
from django.urls import reverse

from children.models import CareEpisode, Decision, LegalStatus
from core import clock
from dashboards.chronology import PAGE, Cursor, chronology
from governance.models import Discussed, Meeting, MeetingSeries
from placements.actions import withdraw_log, withdraw_visit
from placements.models import DailyLog, Visit
from tests.cast import at
from tests.sweeps import rules_alone

NOW = at(dt.date(2026, 6, 30), 15)
BORN = dt.date(2012, 5, 4)


@pytest.fixture
def child(cast):
    return cast.child(born=BORN, since=dt.date(2024, 1, 8))


def visits(cast, placement, days, **fields):
    details = {
        "outcome": "seen_alone",
        "announced": True,
        "visitor": "Amy Sparrow",
        "capacity": "social_worker",
    } | fields
    for day in days:
        Visit.objects.create(placement=placement, occurred_at=at(day), place="Home", recorded_by=cast.amy, **details)


def logs(cast, placement, first, count):
    for number in range(count):
        day = first + dt.timedelta(days=number)
        DailyLog.objects.create(
            placement=placement, covers_from=clock.start_of(day), covers_until=clock.end_of(day),
            occurred_at=clock.end_of(day), how_she_was="Well", day="School", author=cast.priya, late=number == 0,
        )  # fmt: skip


def whole(child, user, as_of=NOW):
    """Every page, one after another."""
    pages, before = [], None
    while True:
        page = chronology(child, user=user, as_of=as_of, before=before)
        pages.append(page.entries)
        if page.older is None:
            return pages
        before = Cursor.read(str(page.older))


def titles(child, user, as_of=NOW):
    return [entry.title for page in whole(child, user, as_of) for entry in page]


def test_what_happened_is_told_newest_first(cast, child):
    home = cast.home(status="not_registered", name="Harbour Row")
    cast.placement(child, dt.date(2024, 1, 8), type="U6", ended_on=dt.date(2026, 4, 2), end_reason="CREQB")
    placement = cast.placement(child, dt.date(2026, 4, 2), home=home, hour=21)
    cast.manager(placement, at(dt.date(2026, 4, 3)), until=at(dt.date(2026, 5, 3)))
    cast.dol_order(child, dt.date(2026, 4, 10))
    visits(cast, placement, [dt.date(2026, 4, 8)])
    Decision.objects.create(
        child=child, decided_on=dt.date(2026, 4, 4), what="Stay for now", why="-", decided_by="Dora Kestrel",
        by_what_authority="-", recorded_by=cast.amy,
    )  # fmt: skip
    assert titles(child, cast.amy) == [
        "Maya Redstart stopped being manager of the placement",
        "Deprivation of liberty order took effect",
        "Visit by Amy Sparrow: seen, and spoken to alone",
        "Decision",
        "Maya Redstart became manager of the placement",
        "Emergency placement started: Children’s home",
        "Placement ended: Foster care, not long term",
        "Placement started: Foster care, not long term",
        "Amy Sparrow became social worker",
        "Legal status: Full care order",
        "Began to be looked after",
    ]


@pytest.mark.parametrize(("act", "told"), [("plan_replacement", True), ("publish", False)])
def test_until_when_an_agencys_staff_stay_is_history_and_a_weeks_rota_is_not(cast, child, act, told):
    Decision.objects.create(
        child=child, kind="rota", decided_on=dt.date(2026, 4, 4), what="W", why="-", decided_by="Amy Sparrow",
        by_what_authority="-", demanded_by=act, recorded_by=cast.amy,
    )  # fmt: skip
    assert ("Decision" in " ".join(titles(child, cast.amy))) == told


def test_a_meeting_is_told_to_those_who_may_read_it(cast, child):
    day = dt.date(2026, 5, 4)
    series = MeetingSeries.objects.create(
        child=child, kind="child", authority=cast.north, name="Weekly meeting", purpose="P", terms="T", chair=cast.hana, every_days=7,
        required=["health"], started_on=day, recorded_by=cast.hana,
    )  # fmt: skip
    for hour, fields in ((9, {}), (10, {"called_off_at": at(day), "called_off_why": "She was ill."})):
        meeting = Meeting.objects.create(
            series=series, held_at=at(day, hour), required=["health"], recorded_by=cast.hana, **fields
        )
        Discussed.objects.create(meeting=meeting, child=child)
    cast.placement(child, dt.date(2024, 1, 8), home=cast.home())
    told = [entry for page in whole(child, cast.amy) for entry in page if entry.title.startswith("Meeting")]
    assert [(entry.title, entry.detail) for entry in told] == [("Meeting: Weekly meeting", "Minutes not sent yet")]
    assert not [each for each in titles(child, cast.paul) if each.startswith("Meeting")]


def test_what_was_overdue_and_when_that_ended_is_told_to_those_who_see_flags(cast, child):
    placement = cast.placement(child, dt.date(2026, 4, 2), type="U6")
    rules_alone(as_of=at(dt.date(2026, 4, 20)), of=["VIS-01", "CPL"])
    visits(cast, placement, [dt.date(2026, 4, 21)])
    rules_alone(as_of=at(dt.date(2026, 4, 21), 13), of=["VIS-01"])
    told = titles(child, cast.amy)
    assert [title for title in told if "overdue" in title.lower()] == [
        "No longer overdue: first visit in this placement",
        "Overdue: first visit in this placement",
    ]
    assert told.index("Overdue: first visit in this placement") < told.index(
        "Placement started: Foster care, not long term"
    )
    cast.allocate(child, cast.greta, part="partner")
    assert not [title for title in titles(child, cast.greta) if "overdue" in title.lower()]


def test_nothing_is_lost_or_told_twice_between_pages(cast, child):
    placement = cast.placement(child, dt.date(2024, 1, 8), type="U6")
    days = [dt.date(2024, 2, 1) + dt.timedelta(days=7 * n) for n in range(70)]
    visits(cast, placement, days)
    visits(cast, placement, days[20:40], outcome="refused")  # at the same instants
    pages = whole(child, cast.amy)
    assert [len(page) for page in pages[:-1]] == [PAGE] * (len(pages) - 1)
    told = [entry for page in pages for entry in page]
    assert sum(entry.title.startswith("Visit") for entry in told) == 90
    assert len({entry.url for entry in told if entry.title.startswith("Visit")}) == 90
    days_told = [clock.local_date(e.when) if isinstance(e.when, dt.datetime) else e.when for e in told if e.when]
    assert days_told == sorted(days_told, reverse=True)


def test_things_of_one_day_are_each_told_once_across_a_page_break(cast, child):
    """A page may end between things of one day, dated by day or by hour."""
    day = dt.date(2025, 3, 3)
    placement = cast.placement(child, dt.date(2024, 1, 8), type="U6")
    visits(cast, placement, [day] * (PAGE - 1))
    for number in range(5):
        Decision.objects.create(
            child=child, decided_on=day, what=f"Decision {number}", why="-", decided_by="-", by_what_authority="-",
            recorded_by=cast.amy,
        )  # fmt: skip
    told = [entry for page in whole(child, cast.amy) for entry in page]
    assert sorted(e.detail for e in told if e.title == "Decision") == [f"Decision {n}" for n in range(5)]
    assert sum(entry.title.startswith("Visit") for entry in told) == PAGE - 1


def test_daily_logs_are_counted_by_month(cast, child):
    placement = cast.placement(child, dt.date(2026, 1, 5), home=cast.home())
    logs(cast, placement, dt.date(2026, 2, 27), 5)
    found = [entry for page in whole(child, cast.amy) for entry in page if entry.month]
    assert [(e.month, e.title, e.detail) for e in found] == [
        ("March 2026", "3 daily logs", ""),
        ("February 2026", "2 daily logs", "1 written late"),
    ]


def test_what_was_recorded_in_error_is_struck_through_and_says_why(client, cast, child):
    day = dt.date(2026, 6, 1)
    placement = cast.placement(child, day, home=cast.home())
    visits(cast, placement, [day, day + dt.timedelta(days=1)])
    logs(cast, placement, day, 2)
    cast.manager(placement, at(day), until=at(day))
    withdraw_visit(visit=Visit.objects.latest("pk"), reason="It was another child.", by=cast.amy, as_of=NOW)
    withdraw_log(log=DailyLog.objects.latest("pk"), reason="It was another day.", by=cast.priya, as_of=NOW)
    entries = [entry for page in whole(child, cast.amy) for entry in page]
    struck = {(entry.title, entry.detail) for entry in entries if entry.struck}
    assert struck == {
        ("Visit by Amy Sparrow", "Recorded in error: It was another child."),
        ("Daily log", "Recorded in error: It was another day."),
        ("Maya Redstart became manager of the placement", ""),
    }
    told = [entry.title for entry in entries if not entry.struck]
    assert "1 daily log" in told
    assert len([title for title in told if title.startswith("Visit by")]) == 1
    client.force_login(cast.amy)
    for page in (
        reverse("dashboards:child", args=[child.reference]),
        reverse("dashboards:placement", args=[placement.pk]),
    ):
        assert "<s>" in client.get(page).content.decode()


def test_months_of_logs_are_not_lost_where_a_page_ends_in_one(cast, child):
    placement = cast.placement(child, dt.date(2026, 1, 5), home=cast.home())
    for month in (1, 2, 3, 4, 5):
        logs(cast, placement, dt.date(2026, month, 10), 4)
    visits(cast, placement, [dt.date(2026, 3, 1) + dt.timedelta(days=n) for n in range(31)])
    found = [entry.month for page in whole(child, cast.amy) for entry in page if entry.month]
    assert found == ["May 2026", "April 2026", "March 2026", "February 2026", "January 2026"]


def test_logs_written_long_before_the_last_are_reached(cast, child):
    """Each page looks only so far back for logs; an older spell is found from where it ended."""
    CareEpisode.objects.filter(child=child).update(started_on=dt.date(2019, 1, 1))
    LegalStatus.objects.filter(child=child).delete()
    early = cast.placement(child, dt.date(2019, 1, 1), home=cast.home(), ended_on=dt.date(2019, 9, 1))
    later = cast.placement(child, dt.date(2025, 1, 1), home=cast.home())
    logs(cast, early, dt.date(2019, 3, 1), 2)
    logs(cast, later, dt.date(2025, 3, 1), 2)
    visits(cast, later, [dt.date(2025, 4, 1) + dt.timedelta(days=n) for n in range(PAGE)])
    found = [entry.month for page in whole(child, cast.amy) for entry in page if entry.month]
    assert found == ["March 2025", "March 2019"]


def test_what_has_not_happened_yet_is_not_told(cast, child):
    cast.placement(child, dt.date(2026, 7, 10), type="U6")
    assert not any("Placement started" in title for title in titles(child, cast.amy))
    assert any("Placement started" in t for t in titles(child, cast.amy, at(dt.date(2026, 7, 10))))


def test_what_is_told_of_visits_and_decisions_depends_on_who_asks(cast, child):
    cast.priya  # noqa: B018
    placement = cast.placement(child, dt.date(2026, 1, 5), home=cast.home(status="not_registered"))
    cast.dol_order(child, dt.date(2026, 1, 5))
    visits(cast, placement, [dt.date(2026, 2, 1)])
    told = " ".join(titles(child, cast.amy))
    assert "Visit by" in told
    assert "order took effect" in told
    for user in (cast.carl, cast.priya):
        told = " ".join(titles(child, user))
        assert "Visit by" not in told
        assert "order took effect" not in told
        assert "Placement started" in told
    assert not titles(child, cast.zoe)


@pytest.mark.parametrize("text", ["", "nonsense", "20260101_1", "a_b_c", "20260101T000000.000000Z_x_1"])
def test_a_mistyped_page_is_the_first(client, cast, child, text):
    client.force_login(cast.amy)
    response = client.get(reverse("dashboards:child", args=[child.reference]), {"before": text})
    assert response.status_code == 200
    assert response.context["before"] is None


def test_older_entries_are_a_page_away(client, cast, child):
    placement = cast.placement(child, dt.date(2024, 1, 8), type="U6")
    visits(cast, placement, [dt.date(2024, 2, 1) + dt.timedelta(days=n) for n in range(40)])
    client.force_login(cast.amy)
    url = reverse("dashboards:child", args=[child.reference])
    first = client.get(url)
    older = client.get(f"{url}?before={first.context['chronology'].older}")
    assert b"Older entries" in first.content
    assert b"Back to the newest" in older.content
    seen = {e.url for e in first.context["chronology"].entries if e.url} & {
        e.url for e in older.context["chronology"].entries if e.url
    }
    assert not seen - {reverse("dashboards:placement", args=[placement.pk])}


@pytest.mark.parametrize("count", [60, 200])
def test_a_page_takes_the_same_queries_however_long_the_history(cast, child, count, django_assert_num_queries):
    placement = cast.placement(child, dt.date(2024, 1, 8), type="U6")
    visits(cast, placement, [dt.date(2024, 2, 1) + dt.timedelta(days=n) for n in range(count)])
    logs(cast, placement, dt.date(2025, 1, 1), count)
    with django_assert_num_queries(2):
        chronology(child, user=cast.amy, as_of=NOW)
