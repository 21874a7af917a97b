"""Core's tasks: doorbells, three lines each. What is to be done is in the database."""

from celery import shared_task

from core import clock, outbox


@shared_task
def deliver() -> None:
    """Send the messages that wait in the outbox, and write those of the day if nobody has."""
    outbox.deliver(as_of=clock.now())
    outbox.digests_if_due(as_of=clock.now())


@shared_task
def digests() -> None:
    """Write each person's message of the day."""
    outbox.digests(as_of=clock.now())
