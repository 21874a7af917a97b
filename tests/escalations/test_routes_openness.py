"""Scrutiny from outside for everybody, and the report on how openly escalations are answered (R9.1, R9.2, R9.5)."""

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from core.errors import Refused
from escalations import openness, quarters
from escalations.actions import ladder as acts
from escalations.actions.raising import raise_escalation
from escalations.models import Escalation
from escalations.sweep import climb
from placements.models import ProviderPost
from tests.cast import at
from tests.core.access.addresses import NORTHS

MONDAY = dt.date(2022, 1, 10)
DAY = dt.timedelta(days=1)
LATER = at(dt.date(2022, 3, 30))
QUARTER = quarters.Quarter(2022, 1)


def raised(by, child, day=MONDAY, **fields):
    return raise_escalation(what="She has no manager.", child=child, by=by, as_of=at(day), **fields)


def answers(escalation, by, day, text="A manager starts on Monday."):
    return acts.answer(escalation=escalation, text=text, by=by, as_of=at(day))


@pytest.fixture
def quarter(cast):
    """Six escalations: accepted; climbed past Tom to Hana; outside; closed by its answerer; a director’s; still open."""
    child = cast.child(forename="Skye", surname="Larkspur")
    cast.allocate(child, cast.greta, part="partner")
    accepted = raised(cast.amy, child)
    answers(accepted, cast.tom, MONDAY + DAY)
    acts.accept(escalation=accepted, by=cast.amy, as_of=at(MONDAY + DAY, 13))
    climbed = raised(cast.greta, child, to=cast.tom)
    climb(as_of=at(MONDAY + 3 * DAY))
    climbed.refresh_from_db()
    answers(climbed, cast.hana, MONDAY + 3 * DAY)
    acts.open_escalation(escalation=climbed, by=cast.greta, as_of=at(MONDAY + 3 * DAY, 13))
    acts.close(escalation=climbed, reason="done", text="She has one.", by=cast.hana, as_of=at(MONDAY + 9 * DAY))
    outside = raised(cast.greta, child, outside=True)
    answers(outside, cast.nina, MONDAY + DAY)
    acts.accept(escalation=outside, by=cast.greta, as_of=at(MONDAY + DAY, 13))
    directors = raised(cast.tom, child, to=cast.dee)
    with pytest.raises(Refused):
        answers(directors, cast.dee, MONDAY + DAY, text="It is already known to directors.")
    theirs = raised(cast.hana, child, to=cast.dora)
    answers(theirs, cast.dora, MONDAY + 2 * DAY)
    acts.accept(escalation=theirs, by=cast.hana, as_of=at(MONDAY + 2 * DAY, 13))
    raised(cast.amy, child, MONDAY + 70 * DAY)
    return child


def numbers(line):
    return [number.count for number in line.numbers]


@pytest.mark.recommendation("R9.1")
@pytest.mark.recommendation("R9.2")
def test_what_was_raised_answered_in_time_and_by_whom_closed(cast, client, quarter, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        report = openness.openness(cast.nina, QUARTER, as_of=at(MONDAY + 71 * DAY, 9))
    figures = {code: number.count for code, (_, number) in zip(openness.COUNTED, report.figures, strict=True)}
    assert figures == {
        "raised": 6, "in-time": 3, "late": 2, "waiting": 1, "outside": 2, "accepted": 3, "closed": 1, "cleared": 0, "self": 0,
        "open": 2,
    }  # fmt: skip
    assert report.refused == []  # in another quarter: it was refused today
    lines = {line.label: (numbers(line), line.in_time) for line in report.people}
    assert lines["Line manager"] == ([1, 1, 0, 1], 50)
    assert lines["Head of service, or safeguarding lead"] == ([1, 0, 0, 0], 100)
    assert lines["Dora Kestrel, director of children’s services"] == ([1, 0, 0, 0], 100)
    assert {line.label: numbers(line) for line in report.agencies} == {
        "The council": [4, 2, 1, 1], "Children’s guardian": [2, 1, 1, 1],
    }  # fmt: skip
    with_links = [*(number for _, number in report.figures), *(n for line in report.people for n in line.numbers)]
    with_links += [n for line in report.agencies for n in line.numbers]
    for number in with_links:
        show = number.href.partition("&show=")[2]
        listed = openness.openness(cast.nina, QUARTER, show=show, as_of=at(MONDAY + 71 * DAY, 9))
        assert len(listed.rows) == number.count, number
    client.force_login(cast.nina)
    page = client.get(reverse("escalations:openness"), {"quarter": QUARTER.key}).content.decode()
    assert "Skye" not in page
    assert f"S.L. {quarter.reference}" in page
    sheet = client.get(reverse("escalations:openness_sheet"), {"quarter": QUARTER.key}).content.decode()
    assert len(sheet.strip().splitlines()) == 1 + 6
    assert "Skye" not in sheet
    assert quarter.reference not in sheet
    now = quarters.of(clock.local_date(clock.now()))
    assert openness.openness(cast.nina, now, as_of=clock.now()).refused == [("Dee Osprey", 1)]


def test_a_closing_by_whom_it_is_about_would_be_counted(cast, quarter):
    """None can be made by an action nor in the database; where it comes out later whom it was about, it is seen."""
    theirs = Escalation.objects.get(closed_by=cast.hana, closed_because="done")
    theirs.conflicts.create(user=cast.hana, why="decided")
    rows = openness.openness(cast.nina, QUARTER, show="self", as_of=LATER).rows
    assert [row.escalation for row in rows] == [theirs]


def test_a_head_of_service_reads_of_their_children_and_another_council_nothing(cast, quarter):
    other = cast.child(forename="Wren", team=None, worker=False)
    raised(cast.dora, other, to=cast.dee)
    assert len(openness.openness(cast.dora, QUARTER, as_of=LATER).rows) == 7
    cast.hana.team = cast.team
    assert len(openness.openness(cast.duncan, QUARTER, as_of=LATER).rows) == 0


@pytest.mark.recommendation("R9.5")
@pytest.mark.failing("F89")
def test_every_role_has_the_button_on_every_page_and_it_goes_outside_at_once(cast, client, quarter):
    button = reverse("escalations:outside_scrutiny")
    for key in NORTHS.values():
        client.force_login(getattr(cast, key))
        foot = client.get(reverse("core:account")).content.decode().partition("<footer")[2]
        assert f'href="{button}"' in foot, key
        assert client.get(button).status_code == 200, key
    client.force_login(cast.amy)
    assert client.post(button, {"what": ""}).status_code == 422
    sent = {"what": "Nobody answers me.", "wanted": "Somebody to look.", "child": quarter.pk}
    assert client.post(button, sent).status_code == 302
    made = Escalation.objects.get(what="Nobody answers me.")
    assert (made.owner, made.level, made.raised_by, made.child) == (cast.nina, 5, cast.amy, quarter)


def test_where_nobody_outside_has_an_account_it_says_so_and_names_who_has_it(cast, client, quarter):
    cast.nina.is_active = False
    cast.nina.save()
    client.force_login(cast.amy)
    button = reverse("escalations:outside_scrutiny")
    assert "No scrutineer of the partnership has an account" in client.get(button).content.decode()
    shown = client.post(button, {"what": "Nobody answers me."}, follow=True).content.decode()
    assert "Dora Kestrel" in shown
    assert "Director of children’s services, since nobody of this level is free" in shown
    assert "with the partnership’s scrutineer" not in shown


def test_somebody_no_council_appointed_is_told_to_choose_the_child(cast, client):
    ProviderPost.objects.filter(person=cast.priya).delete()
    client.force_login(cast.priya)
    shown = client.post(reverse("escalations:outside_scrutiny"), {"what": "Nobody answers me."})
    assert shown.status_code == 422
    assert "no council has appointed you" in shown.content.decode()
