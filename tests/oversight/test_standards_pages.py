"""Local standards: everybody who oversees sees them, a director sets a stricter one, and the rules go by it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import LocalStandard
from oversight import standards

LIST, SET = reverse("oversight:standards"), reverse("oversight:set_standard")


def today():
    return clock.local_date(clock.now())


def sent(day, **fields):
    parts = {"day": day.day, "month": day.month, "year": day.year}
    return {f"effective_from_{part}": str(value) for part, value in parts.items()} | {
        "key": "VIS-07 social worker", "value": "5", "reason": "Weekly left her unseen."
    } | fields  # fmt: skip


@pytest.mark.parametrize("who", ["dee", "dora"])
def test_a_director_sets_one_and_it_counts(client, cast, who):
    client.force_login(getattr(cast, who))
    assert SET in client.get(LIST).content.decode()
    assert client.post(SET, sent(today())).url == LIST
    assert standards.value(cast.north, standards.WORKER, on=today()) == 5
    page = client.get(LIST).content.decode()
    assert "Weekly left her unseen." in page
    assert getattr(cast, who).name in page


def test_one_set_for_later_is_shown_beside_what_counts_today(client, cast):
    later = today() + dt.timedelta(days=30)
    client.force_login(cast.dee)
    client.post(SET, sent(later))
    (row,) = [row for row in client.get(LIST).context["rows"] if row.standard is standards.WORKER]
    assert (row.value, row.own) == (7, None)
    assert [coming.value for coming in row.coming] == [5]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"value": "8"}, "it may be stricter, never looser"),
        ({"value": "0"}, "Enter a number of days from 1 to 7"),
        ({"reason": " "}, "Enter"),
        ({"key": ""}, "Select the standard"),
        ({"effective_from_year": "2020"}, "never in the past"),
    ],
)
def test_what_is_wrong_is_said_and_the_typing_kept(client, cast, wrong, said):
    client.force_login(cast.dora)
    response = client.post(SET, sent(today()) | wrong)
    assert response.status_code == 422
    body = response.content.decode()
    assert said in body
    assert ("Weekly left her unseen." in body) == ("reason" not in wrong)
    assert not LocalStandard.objects.exists()


def test_twice_from_one_day_is_a_conflict(client, cast):
    client.force_login(cast.dora)
    client.post(SET, sent(today()))
    response = client.post(SET, sent(today(), value="4"))
    assert response.status_code == 409
    assert LocalStandard.objects.get().value == 5


def test_who_sees_and_who_may_not_set(client, cast):
    client.force_login(cast.hana)
    page = client.get(LIST)
    assert page.status_code == 200
    assert SET not in page.content.decode()
    assert client.get(SET).status_code == 403
    assert client.post(SET, sent(today())).status_code == 403
    client.force_login(cast.amy)
    assert client.get(LIST).status_code == 403
    assert client.get(SET).status_code == 403
    assert not LocalStandard.objects.exists()


def test_another_councils_are_its_own(client, cast):
    client.force_login(cast.dora)
    client.post(SET, sent(today()))
    client.force_login(cast.duncan)
    assert "Weekly left her unseen." not in client.get(LIST).content.decode()


def test_all_are_listed_in_few_queries(client, cast):
    client.force_login(cast.dee)
    client.get(LIST)  # the first page after signing in writes the session
    with CaptureQueriesContext(connection) as few:
        assert len(client.get(LIST).context["rows"]) == len(standards.ALL)
    for number in range(1, 6):
        day = today() - dt.timedelta(days=number)
        LocalStandard.objects.create(
            authority=cast.north, key="STF-04 case", value=20 + number, effective_from=day, set_by=cast.dee, reason="R"
        )
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) == len(few)
