"""Each address about a record: to another council's people the record is not there; to somebody of its own it is."""

import pytest

from core.access import ROLES, SIGNED_IN, Role
from tests.core.access.addresses import ABOUT, NORTHS, PAGES, RECORD_PAGES, body, counterpart, record_address


@pytest.mark.parametrize("role", Role)
def test_to_anothers_people_a_record_is_not_there(client, world, role):
    """404 for each address about it, word for word as for a record that never was, and nothing said of it."""
    client.force_login(counterpart(world, role))
    never = dict.fromkeys(world.records, 987_654_321) | {"reference": "CNEVERWAS00", "receipt": "CNEVERWAS0"}
    for name in RECORD_PAGES:
        if PAGES[name].callback.access not in {SIGNED_IN, *ROLES[role].may}:
            continue
        for method in (client.get, client.post):
            response, nothing = method(record_address(name, world.records)), method(record_address(name, never))
            if response.status_code == nothing.status_code == 405:
                continue
            assert (response.status_code, nothing.status_code) == (404, 404), name
            assert body(response) == body(nothing), name
            assert b"Meadow" not in response.content


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
