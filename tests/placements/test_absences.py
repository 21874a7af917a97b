"""A manager is away: who is in charge meanwhile, when she is back, and what the regulator was told."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.errors import Conflict, Invalid
from oversight.models import Flag
from placements.actions import call_off_absence, end_absence, notify_absence, notify_return, record_absence
from placements.models import ManagerAbsence
from tests.cast import at

TODAY = clock.local_date(clock.now())
NOW = at(TODAY, 0, 0)
DAY = dt.timedelta(days=1)


def ago(days):
    return TODAY - days * DAY


def sent(name, day):
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


@pytest.fixture
def post(cast):
    home = cast.home(status="registered", registered_for="childrens_home")
    return cast.manager(cast.placement(cast.child(), ago(90), home=home), at(ago(90)))


def away(cast, post, **fields):
    fields = {
        "planned": False, "began_on": ago(40), "expected_back_on": None, "reason": "A fall.",
        "in_charge": "Wren Dipper", "by": cast.tom,
    } | fields  # fmt: skip
    return record_absence(post=post, as_of=NOW, **fields)


def test_away_told_back_and_told_again(cast, post):
    absence = away(cast, post)
    assert (absence.recorded_by, absence.in_charge) == (cast.tom, "Wren Dipper")
    told = {"absence": absence, "by": cast.amy, "as_of": NOW}
    with pytest.raises(Invalid, match="Record the return first"):
        notify_return(notified_on=TODAY, **told)
    notify_absence(notified_on=ago(35), **told)
    end_absence(returned_on=ago(5), **told)
    notify_return(notified_on=ago(1), **told)
    absence.refresh_from_db()
    assert (absence.notified_on, absence.returned_on, absence.return_notified_on) == (ago(35), ago(5), ago(1))
    assert [row.history_user for row in absence.history.all()] == [cast.amy] * 3 + [cast.tom]
    for again in (
        lambda: notify_absence(notified_on=TODAY, **told),
        lambda: end_absence(returned_on=TODAY, **told),
        lambda: notify_return(notified_on=TODAY, **told),
        lambda: call_off_absence(why="Again", **told),
    ):
        with pytest.raises(Conflict):
            again()


def test_leave_is_called_off_and_may_be_entered_anew(cast, post):
    leave = {"planned": True, "began_on": TODAY + 60 * DAY, "expected_back_on": TODAY + 100 * DAY}
    absence = away(cast, post, **leave)
    with pytest.raises(Conflict, match="already recorded as away"):
        away(cast, post, **leave)
    with pytest.raises(Invalid):
        call_off_absence(absence=absence, why=" ", by=cast.tom, as_of=NOW)
    call_off_absence(absence=absence, why="The dates were wrong.", by=cast.tom, as_of=NOW)
    assert (absence.returned_on, absence.called_off) == (absence.began_on, "The dates were wrong.")
    assert absence.history.first().history_change_reason == "The dates were wrong."
    assert away(cast, post, **leave)
    with pytest.raises(Conflict, match="called off"):
        notify_absence(absence=absence, notified_on=TODAY, by=cast.tom, as_of=NOW)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"in_charge": ""}, "in_charge"),
        ({"in_charge": "Nobody"}, "in_charge"),  # then it is the post that has ended
        ({"planned": True}, "expected_back_on"),
        ({"expected_back_on": ago(40)}, "expected_back_on"),
        ({"expected_back_on": TODAY + 400 * DAY}, "expected_back_on"),
        ({"began_on": TODAY + DAY}, "began_on"),  # nobody could foresee it, and it has not come
        ({"began_on": ago(91)}, "began_on"),
        ({"planned": True, "began_on": TODAY + 400 * DAY, "expected_back_on": TODAY + 430 * DAY}, "began_on"),
    ],
)
def test_an_absence_that_cannot_be(cast, post, wrong, field):
    with pytest.raises(Invalid) as invalid:
        away(cast, post, **wrong)
    assert list(invalid.value.errors) == [field]


@pytest.mark.parametrize(("act", "field", "day"), [
    (notify_absence, "notified_on", TODAY + DAY), (notify_absence, "notified_on", ago(500)),
    (end_absence, "returned_on", TODAY + DAY), (end_absence, "returned_on", ago(40)),
    (notify_return, "notified_on", ago(6)), (notify_return, "notified_on", TODAY + DAY),
])  # fmt: skip
def test_a_day_that_cannot_be(cast, post, act, field, day):
    absence = cast.absence(post, ago(40), planned=False, returned_on=ago(5) if act is notify_return else None)
    with pytest.raises(Invalid) as invalid:
        act(absence=absence, by=cast.tom, as_of=NOW, **{field: day})
    assert list(invalid.value.errors) == [field]


def test_whoever_has_left_cannot_be_away(cast, post):
    post.ended_at = at(ago(3))
    post.save()
    with pytest.raises(Invalid, match="has left this post"):
        away(cast, post)


@pytest.mark.parametrize(("wrong", "name"), [
    ({"began_on": ago(45)}, "one_absence_at_once"),
    ({"began_on": ago(90), "returned_on": ago(91)}, "absence_dated"),
    ({"began_on": ago(90), "days": None, "returned_on": ago(80)}, "absence_planned_until_a_day"),
    ({"began_on": ago(90), "returned_on": ago(80), "return_notified_on": ago(81)}, "absence_return_told_after_it"),
    ({"began_on": ago(60), "return_notified_on": ago(59)}, "absence_return_told_after_it"),
    ({"began_on": ago(90), "returned_on": ago(80), "called_off": "x"}, "absence_called_off_is_of_no_days"),
    ({"began_on": ago(60), "called_off": "x"}, "absence_called_off_is_of_no_days"),
])  # fmt: skip
def test_the_database_refuses_what_cannot_be(cast, post, wrong, name):
    cast.absence(post, ago(40), planned=False)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        cast.absence(post, **{"days": 10} | wrong)


@pytest.mark.parametrize("who", ["carl", "paul", "dee", "zoe"])
def test_it_is_recorded_by_those_who_may_appoint(cast, post, who):
    absence = cast.absence(post, ago(40), planned=False)
    with pytest.raises(PermissionDenied):
        away(cast, post, by=getattr(cast, who))
    with pytest.raises(PermissionDenied):
        notify_absence(absence=absence, notified_on=TODAY, by=getattr(cast, who), as_of=NOW)


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_from_the_placements_page_to_the_record_that_clears_the_flag(cast, post, client):
    client.force_login(cast.tom)
    place = reverse("dashboards:placement", args=[post.placement_id])
    register = reverse("placements:absences", args=[post.placement_id])
    assert register in client.get(place).content.decode()
    assert "No absence is on record" in client.get(register).content.decode()
    address = reverse("placements:record_absence", args=[post.pk])
    assert client.get(address).status_code == 200
    typed = {"planned": "no", "reason": "A fall.", "in_charge": "Wren Dipper"} | sent("began_on", ago(40))
    assert client.post(address, typed).url == register
    absence = ManagerAbsence.objects.get()
    assert "Wren Dipper is in charge" in client.get(place).content.decode()
    owed = Flag.objects.standing().filter(rule="STF-05-ABSENCE")
    assert owed.get().limb == "notice"
    for page, typed in (
        ("notify_absence", sent("notified_on", ago(38))),
        ("end_absence", sent("returned_on", ago(9))),
        ("notify_return", sent("notified_on", ago(1))),
    ):
        address = reverse(f"placements:{page}", args=[absence.pk])
        assert client.get(address).status_code == 200
        assert client.post(address, typed).url == register
        assert client.post(address, typed).status_code == 409
    assert not owed.exists()
    body = client.get(register).content.decode()
    assert "regulator told" in body
    assert "Wren Dipper is in charge" not in client.get(place).content.decode()


def test_bad_input_is_kept(cast, post, client):
    client.force_login(cast.tom)
    typed = {"planned": "no", "reason": "A fall on the stairs", "in_charge": "n/a"} | sent("began_on", TODAY + DAY)
    response = client.post(reverse("placements:record_absence", args=[post.pk]), typed)
    assert response.status_code == 422
    assert "A fall on the stairs" in response.content.decode()
    absence = cast.absence(post, ago(40), planned=False)
    response = client.post(reverse("placements:call_off_absence", args=[absence.pk]), {"why": ""})
    assert response.status_code == 422
    assert "Enter why it is called off" in response.content.decode()


@pytest.mark.parametrize(("who", "status"), [("amy", 200), ("paul", 403), ("carl", 403), ("zoe", 404)])
def test_who_gets_in(cast, post, client, who, status):
    absence = cast.absence(post, ago(40), planned=False)
    client.force_login(getattr(cast, who))
    for name, pk in (
        ("absences", post.placement_id), ("record_absence", post.pk), ("notify_absence", absence.pk),
        ("end_absence", absence.pk), ("notify_return", absence.pk), ("call_off_absence", absence.pk),
    ):  # fmt: skip
        assert client.get(reverse(f"placements:{name}", args=[pk])).status_code == status
