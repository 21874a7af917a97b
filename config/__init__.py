"""The top of the house: settings, addresses, the timetable, and how the servers are run."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
