"""The timetable names tasks that exist, and a broker that is down holds nobody up."""

import socket
import time

import pytest
from celery.schedules import crontab
from django.conf import settings
from kombu.exceptions import OperationalError

from config import celery_app
from core.outbox import DIGEST_AT


def test_the_whole_timetable_is_of_tasks_that_exist():
    celery_app.loader.import_default_modules()
    rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert rung == {"oversight.tasks.sweep", "core.tasks.deliver", "core.tasks.digests", "exchange.tasks.work_imports"}
    assert rung <= set(celery_app.tasks)


def test_rules_are_checked_every_quarter_of_an_hour_and_digests_written_at_half_past_seven_in_london():
    entries = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert entries["oversight.tasks.sweep"] == 900
    assert entries["core.tasks.digests"] == crontab(hour=7, minute=30)
    assert (DIGEST_AT.hour, DIGEST_AT.minute) == (7, 30)
    assert celery_app.conf.timezone == "Europe/London"


def test_a_task_outlives_its_worker_and_never_its_redelivery():
    conf = celery_app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]


def test_ringing_a_broker_that_is_down_fails_at_once_instead_of_waiting():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        url = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"
        began = time.monotonic()
        with celery_app.connection_for_write(url) as connection, pytest.raises(OperationalError):
            celery_app.send_task("core.tasks.deliver", connection=connection)
        assert time.monotonic() - began < 3
