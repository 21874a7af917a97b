"""Messages to people, kept until they are sent; and the doorbell that wakes the worker.

PostgreSQL holds what is to be sent, in the transaction that made it due. The broker is only a doorbell: with it down,
nothing is lost, since the timetable asks every minute.
"""

import datetime as dt
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid5

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from kombu.exceptions import OperationalError

from core import clock
from core.models import DigestDay, OutboxMessage, User

logger = logging.getLogger(__name__)

MESSAGE_IDS = UUID("6b1f4a64-3a0b-5f0c-9d3e-0f2a0c8e51c7")  # the namespace our message ids are made in
LEASE = dt.timedelta(minutes=10)  # longer than a task may run, so a sender that still lives still holds its messages
BATCH = 20
LONGEST_WAIT = dt.timedelta(hours=1)
DIGEST_AT = dt.time(7, 30)  # by English clocks; the timetable in config/settings.py rings then
DAY_BEGINS, DAY_ENDS = dt.time(7), dt.time(20)  # by English clocks: outside it is night, and nobody is woken needlessly
# The subject for those behind a door, whatever it is: a list of subjects tells nothing.
WAITS = "something waits for you"
LINK = "{one-time link}"  # stands in a body until the moment of sending, so that no working link is ever kept

DigestSource = Callable[[dt.datetime], Iterable[tuple[int, list[str]]]]
_digest_sources: list[DigestSource] = []


# --- writing ------------------------------------------------------------------------------------------------------


def enqueue(*, to: User, key: str, subject: str, body: str, by_day: bool = False) -> None:
    """Have a message sent. Call it inside the transaction that makes it due; a second time the same key does nothing.

    Neither subject nor body may hold anything personal: a reference, a count, and "sign in". With `by_day` it waits for
    the morning where it is night when somebody gets to it.
    """
    message_id = uuid5(MESSAGE_IDS, key)
    _write([OutboxMessage(to=to, key=key, subject=subject, body=body, message_id=message_id, by_day=by_day)])


def next_by_day(as_of: dt.datetime) -> dt.datetime:
    """The first instant from `as_of` on that is not night."""
    day, time = clock.local_date(as_of), as_of.astimezone(clock.LONDON).time()
    if DAY_BEGINS <= time < DAY_ENDS:
        return as_of
    return clock.at_local(day if time < DAY_BEGINS else day + dt.timedelta(days=1), DAY_BEGINS)


def _write(messages: list[OutboxMessage]) -> None:
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True, batch_size=1000)
    ring("core.tasks.deliver")


def links_to(person: User, *, number: int = 10) -> QuerySet[OutboxMessage]:
    """The links to choose a password that were last written to a person, newest first: sent, or still waiting.

    Whoever runs accounts is shown these alone. That something else was written to somebody, and when, would tell of
    allegations, and of who blew the whistle.
    """
    return person.outbox.filter(key__startswith=f"password-{person.pk}-").order_by("-id")[:number]


def sent_at(keys: Iterable[str]) -> dict[str, dt.datetime | None]:
    """When the message of each key was sent; None while it waits."""
    rows = OutboxMessage.objects.filter(key__in=list(keys))
    return dict(rows.values_list("key", "sent_at"))


def interruptions(person: User, *, day: dt.date, without: str) -> QuerySet[OutboxMessage]:
    """The messages that interrupt a person on a day: sent on it, or waiting still, which will be. Neither the message of the day
    nor those whose key begins with `without`, which whoever asks counts."""
    on_the_day = Q(sent_at__gte=clock.start_of(day), sent_at__lt=clock.end_of(day)) | Q(sent_at__isnull=True)
    found = OutboxMessage.objects.filter(on_the_day, to=person)
    return found.exclude(Q(key__startswith="digest-") | Q(key__startswith=without))


# --- sending ------------------------------------------------------------------------------------------------------


def deliver(*, as_of: dt.datetime, limit: int = 500) -> dict[str, int]:
    """Send what is waiting, oldest first: claim with a lease, send, then mark as sent.

    Two senders never hold the same message. If one dies between sending and marking, the lease runs out and another
    sends again, with the same Message-ID. A failure waits longer each time, an hour at most, and never gives up.
    """
    sent = failed = 0
    while sent + failed < limit:
        messages = _claim(as_of=as_of, number=min(BATCH, limit - sent - failed))
        if not messages:
            break
        mail = get_connection()
        _try(mail.open)  # once for all of them; where that fails, each message says so for itself
        for message in messages:
            if _send(message, mail, as_of=as_of):
                sent += 1
            else:
                failed += 1
                _try(mail.close)  # whatever was wrong with it, the next begins afresh
        _try(mail.close)
    return {"sent": sent, "failed": failed}


def waiting(as_of: dt.datetime) -> QuerySet[OutboxMessage]:
    """Messages nobody has sent and nobody holds, to people who still have an account; at night, those that may wake them."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=as_of)
    if next_by_day(as_of) != as_of:
        free &= Q(by_day=False)
    return OutboxMessage.objects.filter(free, sent_at__isnull=True, to__is_active=True)


def _claim(*, as_of: dt.datetime, number: int) -> list[OutboxMessage]:
    with transaction.atomic():
        messages = list(
            waiting(as_of)
            .select_related("to")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("id")[:number]
        )
        OutboxMessage.objects.filter(pk__in=[message.pk for message in messages]).update(
            lease_until=as_of + LEASE, attempts=F("attempts") + 1
        )
    return messages


def _try(step: Callable[[], Any]) -> None:
    with suppress(OSError):  # of which the errors of smtplib are a kind
        step()


def _send(message: OutboxMessage, mail: Any, *, as_of: dt.datetime) -> bool:
    try:
        _email(message, mail).send()
    except SoftTimeLimitExceeded:  # the task's time is over: its lease runs out, and another sends this one
        raise
    except Exception as error:  # whatever is wrong with one message must not hold up the others
        wait = min(dt.timedelta(minutes=2**message.attempts), LONGEST_WAIT) if message.attempts < 6 else LONGEST_WAIT
        OutboxMessage.objects.filter(pk=message.pk, sent_at__isnull=True).update(lease_until=as_of + wait)
        logger.warning(
            "message %s was not sent (attempt %d): %s", message.message_id, message.attempts + 1, type(error).__name__
        )
        return False
    OutboxMessage.objects.filter(pk=message.pk).update(sent_at=clock.database_now(), lease_until=None)
    return True


def _email(message: OutboxMessage, mail: Any) -> EmailMessage:
    body = message.body
    if LINK in body:
        from core.accounts import password_link  # here, since accounts write to the outbox

        body = body.replace(LINK, password_link(message.to))
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return EmailMessage(
        subject=message.subject,
        body=body,
        to=[message.to.email],
        headers={"Message-ID": f"<{message.message_id}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=mail,
    )


# --- the daily digest ---------------------------------------------------------------------------------------------


def digest_source(source: DigestSource) -> DigestSource:
    """Register what a floor above has to tell people each day: a user's id and lines of text, for each of them."""
    _digest_sources.append(source)
    return source


def digests_if_due(*, as_of: dt.datetime) -> int:
    """Write the messages of the day if it is time for them and nobody has: the timetable's ring at that minute may have
    found no broker. One short query each time it is asked. Returns how many were written."""
    due = clock.at_local(clock.local_date(as_of), DIGEST_AT)
    if as_of < due or DigestDay.objects.filter(day=clock.local_date(as_of)).exists():
        return 0
    return digests(as_of=as_of)


def last_digests(as_of: dt.datetime) -> dt.datetime:
    """From when on a message of the day tells what is new: the hour of the last one of an earlier day, so that a day on
    which the service was down loses nothing; a day ago, where there was none. One written late is told a little twice."""
    earlier = DigestDay.objects.filter(day__lt=clock.local_date(as_of)).order_by("-day").first()
    day_ago = as_of - dt.timedelta(days=1)
    return min(clock.at_local(earlier.day, DIGEST_AT), day_ago) if earlier else day_ago


def next_digests(as_of: dt.datetime) -> dt.datetime:
    """When the next message of the day is written: at its hour, today where today's has not been."""
    today = clock.local_date(as_of)
    written = DigestDay.objects.filter(day=today).exists()
    return max(clock.at_local(today + dt.timedelta(days=written), DIGEST_AT), as_of)


def first_digest(person: User, *, since: dt.datetime, until: dt.datetime | None = None) -> OutboxMessage | None:
    """The first message of the day written to a person from an instant on."""
    written = OutboxMessage.objects.filter(to=person, key__startswith=f"digest-{person.pk}-", recorded_at__gte=since)
    if until is not None:
        written = written.filter(recorded_at__lte=until)
    return written.order_by("recorded_at").first()


def digests(*, as_of: dt.datetime) -> int:
    """Write one message a person a day, from every source, to those who have something to be told. Returns how many.

    Asked twice on a day it writes nothing the second time.
    """
    lines: dict[int, list[str]] = defaultdict(list)
    for source in _digest_sources:
        for user_id, told in source(as_of):
            lines[user_id] += told
    today = clock.local_date(as_of)
    people = User.objects.filter(pk__in=[pk for pk, told in lines.items() if told], is_active=True)
    messages = []
    for person in people:
        key = f"digest-{person.pk}-{today}"
        listed = "\n".join(f"- {line}" for line in lines[person.pk])
        messages.append(
            OutboxMessage(
                to=person,
                key=key,
                subject=f"Held in Mind: your list for {today.day} {today:%B}",
                body=f"{listed}\n\nSign in to see them: {settings.PUBLIC_URL}/\n",
                message_id=uuid5(MESSAGE_IDS, key),
            )
        )
    with transaction.atomic():
        before = OutboxMessage.objects.filter(key__in=[m.key for m in messages]).count()
        _write(messages)
        DigestDay.objects.bulk_create([DigestDay(day=today)], ignore_conflicts=True)
    return len(messages) - before


# --- the doorbell -------------------------------------------------------------------------------------------------

QUIET_SECONDS = 30.0
_quiet_until = 0.0


def ring(task: str) -> None:
    """Wake the worker for `task` ("core.tasks.deliver") once the present transaction commits.

    A broker that is down costs one line in the log and no more waiting for half a minute: the timetable comes anyway.
    """
    transaction.on_commit(lambda: _ring(task), robust=True)


def _ring(task: str) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        current_app.send_task(task, expires=60, ignore_result=True, retry=False)
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("the broker did not answer (%s); the timetable will run %s", type(error).__name__, task)
