"""The product's own Celery app with a timetable that rings every two seconds: for a beat that can be killed."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.celery import app

app.conf.beat_schedule = {
    "check the rules": {"task": "oversight.tasks.sweep", "schedule": 2.0, "options": {"expires": 60}},
    "deliver messages": {"task": "core.tasks.deliver", "schedule": 2.0, "options": {"expires": 60}},
}
