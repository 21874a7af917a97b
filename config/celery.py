"""The worker's app. Its settings and the whole timetable are in config/settings.py, under names that begin CELERY_."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("held_in_mind")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def check_the_rules_now(sender: object, **_: object) -> None:
    """A worker that starts may end an outage: it does not wait for the next quarter of an hour."""
    app.send_task("oversight.tasks.sweep")
