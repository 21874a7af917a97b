"""Who holds what opens the house, until it is given back: in the review she kept a fob to a placement she had left."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core import clock
from core.errors import Conflict, Invalid
from placements.actions import issue_key, revoke_key
from placements.models import Key, Placement
from tests.cast import at

TODAY = clock.local_date(clock.now())
NOW = at(TODAY, 0, 0)


def ago(days):
    return TODAY - dt.timedelta(days=days)


def sent(name, day):
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


@pytest.fixture
def placement(cast):
    return cast.unregistered(cast.child(), ago(30))


def issued(cast, placement, **fields):
    fields = {
        "kind": "fob",
        "what": "Front door, fob 3",
        "held_by": "Robin",
        "issued_on": ago(20),
        "by": cast.amy,
    } | fields
    return issue_key(placement=placement, as_of=NOW, **fields)


def test_a_fob_is_issued_and_given_back(cast, placement):
    key = issued(cast, placement)
    assert (key.recorded_by, key.revoked_on) == (cast.amy, None)
    revoke_key(key=key, revoked_on=TODAY, how="Handed to the manager.", by=cast.tom, as_of=NOW)
    assert (key.revoked_on, key.revoked_how) == (TODAY, "Handed to the manager.")
    row = key.history.first()
    assert (row.history_user, row.history_change_reason) == (cast.tom, "Handed to the manager.")
    with pytest.raises(Conflict, match="already"):
        revoke_key(key=key, revoked_on=TODAY, how="Again.", by=cast.amy, as_of=NOW)


@pytest.mark.failing("F103")
def test_what_is_still_out_is_said_where_she_moves_on_and_stays_on_the_register_after(cast, placement, client):
    issued(cast, placement)
    client.force_login(cast.amy)
    for page in ("placements:move", "placements:end"):
        body = client.get(reverse(page, args=[placement.pk])).content.decode()
        assert "Still out: 1 of the keys, fobs and devices" in body
        assert "Front door, fob 3 (key fob or card), held by Robin" in body
    Placement.objects.filter(pk=placement.pk).update(ended_on=TODAY)
    body = client.get(reverse("placements:keys", args=[placement.pk])).content.decode()
    assert "The placement has ended, and 1 is still out" in body
    revoke_key(key=Key.objects.get(), revoked_on=TODAY, how="Switched off.", by=cast.amy, as_of=NOW)
    assert "still out" not in client.get(reverse("placements:keys", args=[placement.pk])).content.decode()


def test_nothing_is_said_where_nothing_is_out(cast, placement, client):
    client.force_login(cast.amy)
    assert "Still out" not in client.get(reverse("placements:move", args=[placement.pk])).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "sword"}, "kind"),
        ({"what": " "}, "what"),
        ({"what": "x" * 151}, "what"),
        ({"held_by": ""}, "held_by"),
        ({"issued_on": ago(-1)}, "issued_on"),
        ({"issued_on": ago(31)}, "issued_on"),
    ],
)
def test_a_key_that_cannot_be(cast, placement, wrong, field):
    with pytest.raises(Invalid) as invalid:
        issued(cast, placement, **wrong)
    assert list(invalid.value.errors) == [field]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"how": ""}, "how"), ({"how": "x" * 201}, "how"), ({"revoked_on": ago(-1)}, "revoked_on"), ({"revoked_on": ago(21)}, "revoked_on")],
)  # fmt: skip
def test_a_return_that_cannot_be(cast, placement, wrong, field):
    key = issued(cast, placement)
    with pytest.raises(Invalid) as invalid:
        revoke_key(key=key, by=cast.amy, as_of=NOW, **{"revoked_on": TODAY, "how": "Handed over."} | wrong)
    assert list(invalid.value.errors) == [field]
    key.refresh_from_db()
    assert key.revoked_on is None


@pytest.mark.failing("F102")
@pytest.mark.parametrize("who", ["carl", "priya", "paul", "dee", "zoe"])
def test_a_device_or_a_key_is_a_care_decision_never_commissionings(cast, placement, who):
    key = issued(cast, placement)
    with pytest.raises(PermissionDenied):
        issued(cast, placement, kind="device", what="Tablet", by=getattr(cast, who))
    with pytest.raises(PermissionDenied):
        revoke_key(key=key, revoked_on=TODAY, how="x", by=getattr(cast, who), as_of=NOW)


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_pages_issue_and_revoke(cast, placement, client):
    client.force_login(cast.amy)
    register = reverse("placements:keys", args=[placement.pk])
    assert "No key, fob or device is recorded" in client.get(register).content.decode()
    address = reverse("placements:issue_key", args=[placement.pk])
    assert client.get(address).status_code == 200
    fields = {"kind": "key", "what": "Back door", "held_by": "Night staff"} | sent("issued_on", ago(1))
    assert client.post(address, fields).url == register
    key = Key.objects.get()
    address = reverse("placements:revoke_key", args=[key.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"how": "Lock changed."} | sent("revoked_on", TODAY)).url == register
    assert "Lock changed." in client.get(register).content.decode()
    assert client.post(address, {"how": "Lock changed."} | sent("revoked_on", TODAY)).status_code == 409


def test_bad_input_is_kept(cast, placement, client):
    client.force_login(cast.amy)
    address = reverse("placements:issue_key", args=[placement.pk])
    response = client.post(address, {"what": "The side gate"} | sent("issued_on", ago(-1)))
    assert response.status_code == 422
    assert "The side gate" in response.content.decode()
    key = issued(cast, placement)
    response = client.post(
        reverse("placements:revoke_key", args=[key.pk]), sent("revoked_on", ago(50)) | {"how": "In the post"}
    )
    assert response.status_code == 422
    assert "when it was issued" in response.content.decode()


@pytest.mark.parametrize(("who", "sees", "issues"), [
    ("amy", 200, 200), ("priya", 200, 403), ("paul", 200, 403), ("carl", 403, 403), ("dee", 403, 403), ("zoe", 404, 404),
])  # fmt: skip
def test_who_gets_in(cast, placement, client, who, sees, issues):
    key = issued(cast, placement)
    client.force_login(getattr(cast, who))
    for name, record, status in (
        ("keys", placement, sees), ("issue_key", placement, issues), ("revoke_key", key, issues)
    ):  # fmt: skip
        assert client.get(reverse(f"placements:{name}", args=[record.pk])).status_code == status


def test_the_register_takes_the_same_queries_however_many_keys(cast, placement, client, django_assert_max_num_queries):
    for number in range(12):
        issued(cast, placement, what=f"Fob {number}")
    client.force_login(cast.amy)
    address = reverse("placements:keys", args=[placement.pk])
    client.get(address)
    with django_assert_max_num_queries(5):
        client.get(address)
