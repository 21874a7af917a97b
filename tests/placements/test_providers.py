"""Which provider a person works for, and so which children she sees."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from children.models import Child
from core import clock
from core.errors import Invalid
from placements.actions import employ, end_employment
from placements.models import Provider, ProviderPost

NOW = clock.now()
TODAY = clock.local_date(NOW)
DAY = dt.timedelta(days=1)


@pytest.fixture
def new(cast):
    """A shift leader just invited: she works for nobody yet, and sees nobody."""
    cast.placement(cast.child(), TODAY - 30 * DAY, home=cast.home())
    return cast.person("new", "Nell Avocet", "shift_leader", at_provider=True)


@pytest.fixture
def sams(client, cast):
    client.force_login(cast.sam)
    return client


def page(person, name="provider_posts"):
    return reverse(f"placements:{name}", args=[person.pk])


def typed(day, **fields):
    name = "ended_on" if "reason" in fields else "started_on"
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year} | fields


def test_she_sees_the_children_placed_there_from_that_day(sams, cast, new):
    assert not Child.for_user(new).exists()
    assert "sees no child" in sams.get(page(new)).content.decode()
    response = sams.post(page(new), typed(TODAY, provider=cast.provider.pk))
    assert response.url == page(new)
    assert Child.for_user(new).exists()
    row = ProviderPost.objects.get(person=new).history.get()
    assert (row.history_user, row.history_change_reason) == (cast.sam, "employ")


def test_moving_ends_the_post_before_on_that_day(sams, cast, new):
    employ(person=new, provider=cast.provider, started_on=TODAY - 20 * DAY, by=cast.sam, as_of=NOW)
    sams.post(page(new), typed(TODAY - DAY, provider_name="Elsewhere Care"))
    first, second = ProviderPost.objects.filter(person=new).order_by("started_on")
    assert (first.ended_on, second.started_on) == (TODAY - DAY, TODAY - DAY)
    assert second.provider == Provider.objects.get(name="Elsewhere Care")
    assert not Child.for_user(new).exists()
    body = sams.get(page(new)).content.decode()
    assert "Elsewhere Care" in body
    assert "Robin" not in body


def test_leaving_ends_what_she_sees(sams, cast, new):
    employ(person=new, provider=cast.provider, started_on=TODAY - 20 * DAY, by=cast.sam, as_of=NOW)
    sams.post(page(new, "end_provider_post"), typed(TODAY, reason="Left the agency"))
    assert not Child.for_user(new).exists()
    assert ProviderPost.objects.get(person=new).history.first().history_change_reason == "Left the agency"


def test_a_known_name_makes_no_second_provider(cast, new):
    employ(person=new, provider_name=" harbour light CARE ", started_on=TODAY, by=cast.sam, as_of=NOW)
    assert Provider.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Select a provider from the list, or enter"),
        ({"provider_name": "Other", "provider": "known"}, "Select a provider from the list, or enter"),
        ({"provider_name": "Other", "started_on_year": "2999"}, "must"),
        ({"provider_name": "Other", "started_on_day": "x"}, "must be a real date"),
    ],
)
def test_bad_input_is_told_with_the_typing_kept(sams, cast, new, fields, said):
    if fields.get("provider") == "known":
        fields = fields | {"provider": cast.provider.pk}
    response = sams.post(page(new), typed(TODAY) | fields)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert str(fields.get("provider_name", "")) in response.content.decode()
    assert not ProviderPost.objects.filter(person=new).exists()


def test_posts_follow_one_another(cast, new):
    employ(person=new, provider=cast.provider, started_on=TODAY - 5 * DAY, by=cast.sam, as_of=NOW)
    with pytest.raises(Invalid, match="later day"):
        employ(person=new, provider_name="Other", started_on=TODAY - 6 * DAY, by=cast.sam, as_of=NOW)
    with pytest.raises(Invalid, match="already work for"):
        employ(person=new, provider=cast.provider, started_on=TODAY, by=cast.sam, as_of=NOW)
    with pytest.raises(Invalid):
        end_employment(person=new, ended_on=TODAY - 6 * DAY, reason="R", by=cast.sam, as_of=NOW)
    end_employment(person=new, ended_on=TODAY - 2 * DAY, reason="R", by=cast.sam, as_of=NOW)
    with pytest.raises(Invalid, match="no post to end"):
        end_employment(person=new, ended_on=TODAY, reason="R", by=cast.sam, as_of=NOW)
    employ(person=new, provider=cast.provider, started_on=TODAY - 2 * DAY, by=cast.sam, as_of=NOW)


def test_only_an_administrator_and_only_providers_staff(client, cast, new):
    with pytest.raises(PermissionDenied):
        employ(person=new, provider=cast.provider, started_on=TODAY, by=cast.dora, as_of=NOW)
    with pytest.raises(Invalid, match="own staff"):
        employ(person=cast.amy, provider=cast.provider, started_on=TODAY, by=cast.sam, as_of=NOW)
    client.force_login(cast.sam)
    assert client.get(page(cast.amy)).status_code == 404
    client.force_login(cast.tom)
    assert client.get(page(new)).status_code == 403
    assert client.post(page(new, "end_provider_post"), {}).status_code == 403
