"""The demonstration is what the README says it is, and shows what it is there to show."""

import datetime as dt

import pytest
from django.db import transaction

from children.models import Child
from core import clock
from core.access import Role
from core.models import Authority, User
from exchange.demo import people
from exchange.demo.load import load
from oversight.models import Flag
from placements.models import Visit

AS_OF = clock.at_local(dt.date(2026, 11, 20), dt.time(10, 30))


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Loaded once for these tests, which only look at it, and taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert load(as_of=AS_OF, say=lambda _: None)
        yield
        transaction.set_rollback(True)


def test_a_service_of_the_size_promised_with_a_sign_in_for_every_role(demo, client):
    assert Authority.objects.count() == 2
    assert (Child.objects.count(), User.objects.count()) == (40, 60)
    named = {email for _, _, email in people.sign_ins()}
    accounts = User.objects.filter(email__in=named)
    assert accounts.count() == len(named)
    assert {account.role for account in accounts} == set(Role.values)
    assert client.login(username="amy@north.example", password=people.PASSWORD)


def test_teyas_placement_shows_every_early_flag_and_the_statutory_visits_stay_green(demo):
    teya = Child.objects.get(forename="Teya")
    flags = Flag.objects.standing().filter(child=teya)
    assert {(flag.rule, flag.limb) for flag in flags} == {
        ("LEG-04", ""),
        ("LEG-05", ""),
        ("STF-05L", ""),
        ("LOG-01L", ""),
        ("VIS-07", "social_worker"),
        ("VIS-07", "team_manager"),
        ("VIS-07", "head_of_service"),
        ("VIS-08", "unannounced"),
    }
    assert {flag.owner.name for flag in flags} == {"Amy Sparrow", "Tom Heron", "Hana Finch", "Dora Kestrel"}


def test_most_of_the_service_raises_nothing(demo):
    assert Child.objects.filter(flags__cleared_at__isnull=True, flags__isnull=False).distinct().count() <= 8


def test_it_is_loaded_once(demo):
    assert not load(as_of=AS_OF, say=lambda _: None)
    assert Visit.objects.count() > 200
