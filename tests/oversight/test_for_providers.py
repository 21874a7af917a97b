"""What a provider's people are shown of the rules: what is theirs to do or to know, and nothing of the council's own work."""

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from core.access import Role
from dashboards.flags import soon
from oversight import rulebook
from oversight.models import Flag, FlagAnswer
from oversight.sweep import sweep
from placements.models import UnregisteredAuthorisation
from tests.oversight.facts import DAY

LIST = "/flags/"
SECRET = "We shall come on Sunday morning, unannounced."


@pytest.fixture
def placement(cast):
    """A month in an unregistered home, under an order, where nobody has done anything."""
    today = clock.local_date(clock.now())
    child = cast.child(born=today.replace(year=today.year - 17, day=1), since=today - 400 * DAY)
    cast.dol_order(child, today - 30 * DAY, months=12)
    placement = cast.unregistered(child, today - 30 * DAY, type="Z12")
    UnregisteredAuthorisation.objects.create(
        placement=placement, authorised_by=cast.dora, authorised_at=clock.now() - 2 * DAY,
        expires_at=clock.now() + 5 * DAY, reasons="The provider is not trusted.", alternatives="None.", steps="A search.",
    )  # fmt: skip
    sweep(as_of=clock.now())
    for flag in Flag.objects.standing():
        FlagAnswer.objects.create(
            flag=flag, by=cast.amy, doing=SECRET, by_when=today + DAY, answered_at=clock.now()
        )  # fmt: skip
    return placement


def test_which_rules_are_for_them_is_said_by_each_rule():
    shown = {
        (rule.code, limb)
        for rule in rulebook.ALL
        for limb in ([limb.code for limb in rule.limbs] or [""])
        if rule.is_for_provider(limb)
    }
    codes = {code for code, _ in shown}
    assert {"LOG-01", "LOG-01L", "STF-05", "STF-05L", "STF-01", "STF-04"} <= codes
    assert {code[:3] for code in codes} == {"LOG", "STF", "MTG"}
    assert {(code, limb) for code, limb in shown if code[:3] == "MTG"} == {("MTG-03", "missed"), ("MTG-03A", "")}
    assert not {"STF-12", "STF-12L", "LOG-06"} & codes
    assert {limb for code, limb in shown if code == "STF-04"}.isdisjoint(
        {"case", "second", "case_of_manager", "reflective"}
    )


def test_a_providers_manager_is_told_what_is_hers_and_not_when_somebody_will_come(client, cast, placement):
    shown = set(Flag.for_user(cast.paul).values_list("rule", flat=True))
    assert {"LOG-01L", "STF-05L"} <= shown
    assert {rule[:3] for rule in shown} == {"LOG", "STF"}
    assert "VIS-07" in set(Flag.for_user(cast.amy).values_list("rule", flat=True))
    client.force_login(cast.paul)
    flag = Flag.objects.filter(rule="VIS-08").first()
    assert client.get(reverse("oversight:flag", args=[flag.pk])).status_code == 404
    pages = [
        LIST, "/", reverse("oversight:flag", args=[Flag.objects.get(rule="STF-05L").pk]),
        reverse("dashboards:placement", args=[placement.pk]), reverse("dashboards:child", args=[placement.child.reference]),
        reverse("dashboards:due_soon"),
    ]  # fmt: skip
    for page in pages:
        body = client.get(page).content.decode()
        for word in (SECRET, "nannounced", "visit by", "Answered", "Amy Sparrow:", "The provider is not trusted"):
            assert word not in body, (page, word)


def test_answers_are_none_of_theirs(client, cast, placement):
    assert not FlagAnswer.for_user(cast.paul).exists()
    assert FlagAnswer.for_user(cast.amy).exists()
    client.force_login(cast.paul)
    assert client.get(LIST, {"answered": "yes"}).context["page"].paginator.count == len(Flag.for_user(cast.paul))
    assert not Flag.for_user(cast.paul).filtered(cast.paul, as_of=clock.now(), answered="yes").exists()
    body = client.get(reverse("oversight:flag", args=[Flag.objects.get(rule="STF-05L").pk])).content.decode()
    assert "Nobody has answered" not in body
    client.force_login(cast.amy)
    assert SECRET in client.get(reverse("oversight:flag", args=[Flag.objects.get(rule="STF-05L").pk])).content.decode()


def test_what_falls_due_soon_for_them_is_theirs_too(cast):
    now = clock.now()
    today = clock.local_date(now)
    placement = cast.unregistered(cast.child(), today - DAY, type="Z12", hour=0)
    for_worker = {line.title for line in soon([placement], user=cast.amy, as_of=now)}
    assert any("visit" in title.lower() for title in for_worker)
    for user in (cast.paul, cast.priya):
        lines = soon([placement], user=user, as_of=now)
        assert {line.title for line in lines} < for_worker
        assert not any("visit" in line.title.lower() for line in lines)


def test_why_a_director_allowed_it_is_not_for_a_provider(client, cast, placement):
    assert not UnregisteredAuthorisation.for_user(cast.paul).exists()
    assert not UnregisteredAuthorisation.for_user(cast.priya).exists()
    assert UnregisteredAuthorisation.for_user(cast.carl).exists()
    client.force_login(cast.priya)
    body = client.get(reverse("dashboards:placement", args=[placement.pk])).content.decode()
    assert "Director’s authorisation" not in body  # nor that there is none
    assert cast.priya.role == Role.SHIFT_LEADER
    assert UnregisteredAuthorisation.objects.get().expires_at > clock.now() + dt.timedelta(days=4)
