"""Alive, ready, and how long ago the rules were checked."""

import datetime as dt

import pytest
from django.db import OperationalError

from config import health
from core import clock
from oversight.models import SweepRun


def sweep_ended(seconds_ago: int) -> None:
    ended = clock.now() - dt.timedelta(seconds=seconds_ago)
    SweepRun.objects.create(as_of=ended, started_at=ended, finished_at=ended)


@pytest.mark.django_db
def test_ready_before_the_first_sweep_and_late(client):
    assert client.get("/readyz").json() == {
        "ready": True,
        "last_sweep_seconds_ago": None,
        "late": True,
        "failed_rules": [],
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "late"), [(60, False), (health.LATE_SECONDS + 5, True)])
def test_ready_tells_the_age_of_the_last_sweep(client, ago, late):
    sweep_ended(health.LATE_SECONDS * 3)
    sweep_ended(ago)
    told = client.get("/readyz").json()
    assert told["ready"] is True
    assert ago <= told["last_sweep_seconds_ago"] < ago + 5
    assert told["late"] is late


@pytest.mark.django_db
def test_a_sweep_in_which_rules_failed_is_no_check_of_them(client):
    sweep_ended(600)
    now = clock.now()
    SweepRun.objects.create(as_of=now, started_at=now, finished_at=now, failed_rules=["VIS-01", "VIS-02"])
    told = client.get("/readyz").json()
    assert told["late"] is True
    assert told["failed_rules"] == ["VIS-01", "VIS-02"]
    assert 600 <= told["last_sweep_seconds_ago"] < 605
    sweep_ended(0)
    assert client.get("/readyz").json()["failed_rules"] == []


@pytest.mark.django_db
def test_a_look_back_makes_what_is_known_now_no_older(client):
    sweep_ended(60)
    now = clock.now()
    SweepRun.objects.create(as_of=now - dt.timedelta(days=90), started_at=now, finished_at=now)
    SweepRun.objects.create(as_of=now, started_at=now)  # one that is still at work, or died
    assert client.get("/readyz").json()["late"] is False


@pytest.mark.django_db
def test_not_ready_without_a_database(client, monkeypatch):
    def broken(*args):
        raise OperationalError("could not connect to him_app's server")

    monkeypatch.setattr(health, "last_checked", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "last_sweep_seconds_ago": None, "late": True, "failed_rules": []}
