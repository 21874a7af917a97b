"""This floor's task: a doorbell, three lines long. What is to be done is in the database."""

from celery import shared_task

from core import clock
from exchange.importing import work_waiting


@shared_task
def work_imports() -> None:
    """Work on the imports that wait."""
    work_waiting(as_of=clock.now())
