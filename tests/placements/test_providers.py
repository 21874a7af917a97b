"""Which provider a person works for, and so which children she sees."""

import datetime as dt
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from children.models import Child
from core import accounts, clock
from core.access import PROVIDER_ROLES
from core.errors import Invalid
from core.models import User
from placements.actions import employ, end_employment, write_log
from placements.models import Placement, Provider, ProviderPost
from placements.policies import managers_for

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
    assert "they see none of its children" in sams.get(page(new)).content.decode()
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


# --- two councils, one provider -----------------------------------------------------------------------------------------


@pytest.fixture
def saskia(cast):
    return cast.person("saskia", "Saskia Eider", "system_administrator", authority=cast.south)


@pytest.fixture
def souths(cast):
    """A child of South's in the home of a provider that cares for North's too."""
    child = cast.child(authority=cast.south, team=cast.south_team, worker=False, forename="Wren", surname="Sandhill")
    cast.placement(child, TODAY - 30 * DAY, home=cast.home(authority=cast.south))
    return child


def test_a_post_shows_the_children_of_the_council_that_gave_it_and_no_others(cast, new, saskia, souths):
    """South's administrator invites a person and appoints them where North's children live, too."""
    employ(person=new, provider=cast.provider, started_on=TODAY - DAY, by=saskia, as_of=NOW)
    assert set(Child.for_user(new)) == {souths}
    assert set(Placement.for_user(new)) == {souths.placements.get()}
    employ(person=new, provider=cast.provider, started_on=TODAY - DAY, by=cast.sam, as_of=NOW)
    assert Child.for_user(new).count() == 2
    end_employment(person=new, ended_on=TODAY, reason="South’s child has left.", by=saskia, as_of=NOW)
    assert souths not in Child.for_user(new)
    assert Child.for_user(new).count() == 1  # North's post is North's to end


def test_a_shift_leader_writes_no_log_for_a_council_that_has_not_appointed_her(cast, saskia, souths):
    placement = souths.placements.get()
    written = {
        "placement": placement,
        "covers_from": clock.start_of(TODAY - DAY),
        "covers_until": clock.end_of(TODAY - DAY),
        "occurred_at": NOW,
        "how_she_was": "Well.",
        "day": "School.",
        "by": cast.priya,
        "as_of": NOW,
    }
    with pytest.raises(PermissionDenied):
        write_log(**written)
    employ(person=cast.priya, provider=cast.provider, started_on=TODAY - DAY, by=saskia, as_of=NOW)
    assert write_log(**written).author == cast.priya


def test_the_manager_of_a_placement_is_one_its_own_council_appointed(cast, saskia, souths):
    placement = souths.placements.get()
    assert cast.paul not in managers_for(placement)
    employ(person=cast.paul, provider=cast.provider, started_on=TODAY - DAY, by=saskia, as_of=NOW)
    assert list(managers_for(placement)) == [cast.paul]


def test_a_councils_administrator_runs_the_accounts_it_appointed_and_those_nobody_has(client, cast, new, saskia):
    assert set(User.for_user(saskia).filter(role__in=PROVIDER_ROLES)) == {new}
    client.force_login(saskia)
    assert client.get(page(cast.priya)).status_code == 404
    for act in (accounts.reset, partial(accounts.deactivate, reason="No reason")):
        with pytest.raises(PermissionDenied):
            act(account=cast.priya, by=saskia, as_of=NOW)
    employ(person=new, provider=cast.provider, started_on=TODAY, by=saskia, as_of=NOW)
    assert new not in User.for_user(cast.sam)


def test_what_another_council_relies_on_is_not_closed_or_changed(cast, saskia):
    employ(person=cast.priya, provider=cast.provider, started_on=TODAY - DAY, by=saskia, as_of=NOW)
    with pytest.raises(Invalid, match="End the post you gave them"):
        accounts.deactivate(account=cast.priya, reason="Left", by=saskia, as_of=NOW)
    with pytest.raises(Invalid, match="End the post you gave them"):
        accounts.change(account=cast.priya, name="Priya Lark", role="provider_manager", by=saskia, as_of=NOW)
    end_employment(person=cast.priya, ended_on=TODAY, reason="Left", by=saskia, as_of=NOW)
    assert not accounts.deactivate(account=cast.priya, reason="Left", by=cast.sam, as_of=NOW).is_active


def test_a_council_sees_and_ends_its_own_posts_only(client, cast, saskia):
    employ(person=cast.priya, provider=cast.provider, started_on=TODAY - DAY, by=saskia, as_of=NOW)
    client.force_login(saskia)
    shown = client.get(page(cast.priya)).context["posts"]
    assert [post.authority for post in shown] == [cast.south]
    client.post(page(cast.priya, "end_provider_post"), typed(TODAY, reason="Left"))
    assert list(ProviderPost.objects.filter(ended_on=None)) == [ProviderPost.objects.get(authority=cast.north)]
    with pytest.raises(Invalid, match="no post to end"):
        end_employment(person=cast.priya, ended_on=TODAY, reason="R", by=saskia, as_of=NOW)


def test_nobody_works_for_two_providers_at_once_whoever_appoints(cast, saskia):
    elsewhere = Provider.objects.create(name="Elsewhere Care")
    with pytest.raises(Invalid, match="Another council"):
        employ(person=cast.priya, provider=elsewhere, started_on=TODAY, by=saskia, as_of=NOW)
    with pytest.raises(IntegrityError, match="one_provider_at_once"), transaction.atomic():
        ProviderPost.objects.create(person=cast.priya, provider=elsewhere, authority=cast.south, started_on=TODAY)
    with pytest.raises(IntegrityError, match="one_post_for_a_council_at_once"), transaction.atomic():
        ProviderPost.objects.create(person=cast.priya, provider=cast.provider, authority=cast.north, started_on=TODAY)


def test_a_person_with_an_account_is_appointed_by_her_address(client, cast, saskia, souths):
    address = reverse("placements:appoint_to_provider")
    assert souths not in Child.for_user(cast.priya)
    client.force_login(saskia)
    assert address in client.get(reverse("core:accounts")).content.decode()
    response = client.post(address, typed(TODAY, provider=cast.provider.pk, email="PRIYA@example.org"))
    assert response.url == page(cast.priya)
    assert souths in Child.for_user(cast.priya)
    for nobody in ("amy@example.org", "nobody@example.org"):
        answer = client.post(address, typed(TODAY, provider=cast.provider.pk, email=nobody))
        assert answer.status_code == 422
        assert "no account of a provider’s staff" in answer.content.decode()
    client.force_login(cast.tom)
    assert client.get(address).status_code == 403
