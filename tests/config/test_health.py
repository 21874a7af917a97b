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
    assert client.get("/readyz").json() == {"ready": True, "last_sweep_seconds_ago": None, "late": True}


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
def test_not_ready_without_a_database(client, monkeypatch):
    def broken(*args):
        raise OperationalError("could not connect to him_app's server")

    monkeypatch.setattr(health, "last_sweep_ended", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "last_sweep_seconds_ago": None, "late": True}
