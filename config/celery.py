"""The worker's app. Its settings and the whole timetable are in config/settings.py, under names that begin CELERY_."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("held_in_mind")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
