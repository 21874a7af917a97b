"""Finding a child: what was typed stays out of addresses, and nobody finds a child she may not see."""

import pytest

from tests.dashboards.scene import ago, queries

FIND = "/find/"


@pytest.fixture
def robin(cast):
    return cast.child(forename="Robin", surname="Meadow", known_as="Bobbie", external_id="4021", since=ago(300))


def find(client, user, words):
    client.force_login(user)
    return client.post(FIND, {"words": words}, follow=True)


@pytest.mark.parametrize("words", ["rob", "Meadow", "robin mea", "bobb", "4021", "MEADOW robin"])
def test_a_child_is_found_by_the_beginning_of_any_name_or_by_number(client, cast, robin, words):
    response = find(client, cast.amy, words)
    assert [child.pk for child in response.context["page"]] == [robin.pk]
    assert robin.reference in response.content.decode()


def test_a_child_is_found_by_reference(client, cast, robin):
    assert find(client, cast.amy, robin.reference.lower()).context["page"].paginator.count == 1


@pytest.mark.parametrize("words", ["bin", "meadow x", "402", "%", "_obin"])
def test_what_does_not_begin_a_name_finds_nobody(client, cast, robin, words):
    response = find(client, cast.amy, words)
    assert response.context["page"].paginator.count == 0
    assert b"No child found" in response.content


def test_names_never_stand_in_an_address(client, cast, robin):
    client.force_login(cast.amy)
    sent = client.post(FIND, {"words": "Robin"})
    assert (sent.status_code, sent.url) == (302, FIND)
    assert client.get(FIND + "?words=Robin&q=Robin").context["words"] == "Robin"  # what was sent, from the session
    client.post(FIND, {"words": "Nobody"})
    assert client.get(FIND + "?words=Robin").context["page"].paginator.count == 0


def test_nothing_typed_is_said_at_the_field(client, cast):
    response = find(client, cast.amy, "  ")
    assert response.status_code == 422
    assert b"Enter a name or a number" in response.content


@pytest.mark.parametrize("who", ["zoe", "todd", "ava", "ines"])
def test_those_who_may_not_see_her_find_nobody(client, cast, robin, who):
    assert find(client, getattr(cast, who), "Robin").context["page"].paginator.count == 0


@pytest.mark.parametrize("who", ["lee", "nina", "sam"])
def test_those_without_cases_are_refused(client, cast, who):
    client.force_login(getattr(cast, who))
    assert client.get(FIND).status_code == 403


def test_a_provider_finds_who_lives_with_it_and_is_not_told_the_worker(client, cast, robin):
    assert find(client, cast.priya, "Robin").context["page"].paginator.count == 0
    cast.placement(robin, ago(20), home=cast.home())
    response = find(client, cast.priya, "Robin")
    assert response.context["page"].paginator.count == 1
    assert b"Amy Sparrow" not in response.content


def test_only_those_who_may_add_a_child_are_offered_it(client, cast, robin):
    assert b"Add a child" in find(client, cast.amy, "Robin").content
    assert b"Add a child" not in find(client, cast.carl, "Robin").content


def test_many_are_shown_a_page_at_a_time_in_the_same_few_queries(client, cast, robin):
    find(client, cast.amy, "R")
    few = queries(client, FIND)
    for number in range(30):
        cast.child(forename=f"Rowan{number:02}", surname="Abbey")
    response = client.get(FIND)
    assert response.context["page"].paginator.count == 31
    assert len(response.context["page"]) == 25
    assert len(client.get(FIND + "?page=2").context["page"]) == 6
    assert queries(client, FIND) == few <= 8
