"""Oversight's tasks: doorbells, three lines each."""

from celery import shared_task

from core import clock
from oversight.sweep import catch_up


@shared_task
def sweep() -> None:
    """Check every rule now, after any day that was missed."""
    catch_up(as_of=clock.now())
