"""Each address about a record: to another council's people the record is not there; to somebody of its own it is."""

import pytest

from core.access import ROLES, SIGNED_IN, Role
from tests.core.access.addresses import ABOUT, NORTHS, PAGES, RECORD_PAGES, body, counterpart, record_address


def asked(client, name, records, *, in_every_way):
    """What an address about a record answers: looked at, and sent to, or else sent to only where it cannot be looked at."""
    looked = client.get(record_address(name, records))
    if looked.status_code != 405 and not in_every_way:
        return [looked]
    sent = client.post(record_address(name, records))
    return [answer for answer in (looked, sent) if answer.status_code != 405]


def open_to(role):
    return [name for name in RECORD_PAGES if PAGES[name].callback.access in {SIGNED_IN, *ROLES[role].may}]


def never(world):
    """The numbers of records that never were."""
    return dict.fromkeys(world.records, 987_654_321) | {"reference": "CNEVERWAS00", "receipt": "CNEVERWAS0"}


def part(name, world):
    """The part of the service an address is in: its navigation says so on every page, found or not."""
    return record_address(name, world.records).split("/")[1]


@pytest.mark.parametrize("role", Role)
def test_to_anothers_people_a_record_is_not_there(client, world, role):
    """404 for each address about it, word for word as for a record that never was, and nothing said of it. What is looked
    at is sent to as well by the first role it is open to: a view finds its record before it asks which of the two it is."""
    client.force_login(counterpart(world, role))
    nothing, earlier = {}, set().union(*(open_to(before) for before in list(Role)[: list(Role).index(role)]))
    for name in open_to(role):
        where = part(name, world)
        for response in asked(client, name, world.records, in_every_way=name not in earlier):
            if where not in nothing:
                [nothing[where], *_] = [body(each) for each in asked(client, name, never(world), in_every_way=False)]
            assert response.status_code == 404, name
            assert body(response) == nothing[where], name
            assert b"Meadow" not in response.content


def test_a_record_that_never_was_is_not_there_in_the_same_words_at_any_address(client, world):
    """What the test above compares with, asked of every address, by the first role to whom it is open."""
    tried = set()
    for role in Role:
        client.force_login(counterpart(world, role))
        nothing = {}
        for name in set(open_to(role)) - tried:
            for response in asked(client, name, never(world), in_every_way=True):
                assert response.status_code == 404, name
                assert body(response) == nothing.setdefault(part(name, world), body(response)), name
            tried.add(name)
    assert tried == set(RECORD_PAGES)


def test_every_page_about_a_record_is_tried():
    by_reference = {name for name in RECORD_PAGES if "reference" in PAGES[name].pattern.converters}
    assert set(RECORD_PAGES) - by_reference == set(ABOUT)


@pytest.mark.parametrize("app", sorted({name.partition(":")[0] for name in RECORD_PAGES}))
def test_and_to_somebody_of_norths_it_is_there(client, world, app):
    """Else the test above would show nothing."""
    people, nowhere = [getattr(world, key) for key in NORTHS.values()], {}
    for name in RECORD_PAGES:
        if name.partition(":")[0] != app:
            continue
        needed, answers = PAGES[name].callback.access, set()
        for user in people:
            if needed == SIGNED_IN or user.can(needed):
                client.force_login(user)
                answers.add(client.get(record_address(name, world.records)).status_code)
                if answers & {200, 302, 405}:
                    break
        else:
            nowhere[name] = answers
    assert nowhere == {}
