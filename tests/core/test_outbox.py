"""The outbox: nothing is sent twice by two senders, nothing is lost by a dead one, and a dead broker is no matter."""

import datetime as dt
import logging
import threading

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core import mail
from django.db import connection, connections, transaction

from core import outbox
from core.models import OutboxMessage
from tests.cast import at

NOW = at(dt.date(2026, 3, 2), 9)
MINUTE = dt.timedelta(minutes=1)


def write(user, number=1, *, start=0):
    for n in range(start, start + number):
        outbox.enqueue(to=user, key=f"flag-{n}", subject=f"Flag {n}", body="Sign in to see it.")


def test_the_same_cause_is_written_once(cast):
    write(cast.amy)
    outbox.enqueue(to=cast.amy, key="flag-0", subject="Again", body="Again.")
    assert OutboxMessage.objects.get().subject == "Flag 0"


def test_a_rolled_back_cause_leaves_no_message(cast):
    with transaction.atomic():
        write(cast.amy)
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()


def test_delivery_sends_each_once_with_its_own_id(cast):
    write(cast.amy, 45)
    assert outbox.deliver(as_of=NOW) == {"sent": 45, "failed": 0}
    assert outbox.deliver(as_of=NOW) == {"sent": 0, "failed": 0}
    assert [m.subject for m in mail.outbox] == [f"Flag {n}" for n in range(45)]
    ids = {m.extra_headers["Message-ID"] for m in mail.outbox}
    assert len(ids) == 45
    kept = OutboxMessage.objects.get(key="flag-7")
    assert f"<{kept.message_id}@localhost>" in ids
    assert kept.sent_at is not None


def test_a_limit_is_kept(cast):
    write(cast.amy, 30)
    assert outbox.deliver(as_of=NOW, limit=25)["sent"] == 25


def test_a_sender_that_died_before_sending_is_taken_over_when_its_lease_ends(cast):
    write(cast.amy)
    assert len(outbox._claim(as_of=NOW, number=5)) == 1  # and then the process is gone
    assert outbox.deliver(as_of=NOW + outbox.LEASE - MINUTE)["sent"] == 0
    assert outbox.deliver(as_of=NOW + outbox.LEASE)["sent"] == 1


def test_a_sender_that_died_after_sending_repeats_the_same_message_id(cast, monkeypatch):
    """At least once, never not at all: marking comes after sending, so a kill between the two sends again."""
    write(cast.amy)

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as killed:
        killed.setattr("core.clock.database_now", die)
        with pytest.raises(Killed):
            outbox.deliver(as_of=NOW)
    assert OutboxMessage.objects.get().sent_at is None
    outbox.deliver(as_of=NOW + outbox.LEASE)
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_failures_wait_longer_each_time_and_do_not_hold_up_others(cast, monkeypatch, caplog):
    write(cast.amy, 3)
    honest = outbox._email

    def refusing(message, backend):
        if message.key == "flag-1":
            raise OSError("mailbox of amy@example.org is full")
        return honest(message, backend)

    monkeypatch.setattr(outbox, "_email", refusing)
    with caplog.at_level(logging.WARNING, "core.outbox"):
        assert outbox.deliver(as_of=NOW) == {"sent": 2, "failed": 1}
    assert "amy" not in caplog.text  # neither the address nor the server's own words
    waits = []
    when = NOW
    for _ in range(8):
        message = OutboxMessage.objects.get(key="flag-1")
        waits.append(message.lease_until - when)
        when = message.lease_until
        outbox.deliver(as_of=when)
    assert waits[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert waits[-1] == outbox.LONGEST_WAIT
    monkeypatch.setattr(outbox, "_email", honest)
    assert outbox.deliver(as_of=when + outbox.LONGEST_WAIT)["sent"] == 1


def test_nothing_is_sent_to_a_deactivated_account(cast):
    write(cast.amy)
    cast.amy.is_active = False
    cast.amy.save()
    assert outbox.deliver(as_of=NOW) == {"sent": 0, "failed": 0}
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_senders_beside_each_other_share_the_work(cast):
    write(cast.amy, 60)
    counts, errors = [], []

    def send():
        try:
            counts.append(outbox.deliver(as_of=NOW)["sent"])
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert errors == []
    assert sum(counts) == 60 == len(mail.outbox)
    assert len({m.extra_headers["Message-ID"] for m in mail.outbox}) == 60


@pytest.fixture
def sources(monkeypatch):
    registered = []
    monkeypatch.setattr(outbox, "_digest_sources", registered)
    return registered


def test_one_digest_a_person_a_day_from_every_source(cast, sources, django_assert_max_num_queries):
    sources += [
        lambda as_of: [(cast.amy.pk, ["2 overdue visits: C000000001, C000000002"]), (cast.tom.pk, ["1 flag"])],
        lambda as_of: [(cast.amy.pk, ["1 meeting without minutes"]), (cast.dee.pk, [])],
    ]
    with django_assert_max_num_queries(6):
        assert outbox.digests(as_of=NOW) == 2
    assert outbox.digests(as_of=NOW + dt.timedelta(hours=3)) == 0
    mine = OutboxMessage.objects.get(to=cast.amy)
    assert mine.key == f"digest-{cast.amy.pk}-2026-03-02"
    assert "2 overdue visits" in mine.body
    assert "1 meeting" in mine.body
    assert "Sign in" in mine.body
    assert outbox.digests(as_of=NOW + dt.timedelta(days=1)) == 2


def test_a_leaver_gets_no_digest(cast, sources):
    sources.append(lambda as_of: [(cast.amy.pk, ["2 overdue visits"])])
    cast.amy.is_active = False
    cast.amy.save()
    assert outbox.digests(as_of=NOW) == 0


def test_a_digest_is_of_the_english_day(cast, sources):
    sources.append(lambda as_of: [(cast.amy.pk, ["1 flag"])])
    outbox.digests(as_of=dt.datetime(2026, 6, 1, 23, 30, tzinfo=dt.UTC))  # half past midnight in England
    assert OutboxMessage.objects.get().key.endswith("2026-06-02")


@pytest.fixture
def rung(monkeypatch):
    tasks = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **options: tasks.append(name))
    monkeypatch.setattr(outbox, "_quiet_until", 0.0)
    return tasks


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_the_commit_and_not_after_a_rollback(cast, rung):
    with transaction.atomic():
        write(cast.amy)
        assert rung == []
    assert rung == ["core.tasks.deliver"]
    with transaction.atomic():
        write(cast.amy, start=5)
        transaction.set_rollback(True)
    assert rung == ["core.tasks.deliver"]


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_costs_one_line_and_the_message_is_kept(cast, monkeypatch, caplog):
    from celery import Celery

    nobody_there = Celery("nobody", broker="redis://127.0.0.1:1/0", set_as_current=False)
    nobody_there.conf.broker_transport_options = {"socket_connect_timeout": 1, "max_retries": 1, "interval_start": 0}
    monkeypatch.setattr(outbox, "current_app", nobody_there)
    monkeypatch.setattr(outbox, "_quiet_until", 0.0)
    with caplog.at_level(logging.WARNING, "core.outbox"):
        write(cast.amy)
        write(cast.amy, start=1)
    assert [r.message for r in caplog.records] == [
        "the broker did not answer (OperationalError); the timetable will run core.tasks.deliver"
    ]
    assert outbox.deliver(as_of=NOW)["sent"] == 2
    assert connection.in_atomic_block is False


@pytest.mark.parametrize(("hour", "minute", "written"), [(0, 5, 0), (7, 29, 0), (7, 30, 1), (9, 0, 1), (23, 59, 1)])
@pytest.mark.parametrize("day", [dt.date(2026, 3, 2), dt.date(2026, 7, 1)])
def test_a_ring_that_was_lost_costs_no_digest(cast, sources, day, hour, minute, written):
    """With the broker down at half past seven, the next minute that comes through writes them."""
    sources.append(lambda as_of: [(cast.amy.pk, ["1 flag"])])
    assert outbox.digests_if_due(as_of=at(day, hour, minute)) == written


def test_once_written_it_costs_one_short_query(cast, sources, django_assert_num_queries):
    """Also where nobody has anything to be told: else the question would be asked of every flag each minute."""
    asked = []
    sources.append(lambda as_of: asked.append(as_of) or [])
    outbox.digests(as_of=NOW)
    with django_assert_num_queries(1):
        assert outbox.digests_if_due(as_of=NOW + MINUTE) == 0
    assert asked == [NOW]
    outbox.digests_if_due(as_of=NOW + dt.timedelta(days=1))
    assert len(asked) == 2


def test_a_sender_whose_time_is_over_stops_and_its_messages_are_anothers(cast, monkeypatch):
    write(cast.amy, 3)

    def over(message, mail):
        raise SoftTimeLimitExceeded

    with monkeypatch.context() as late:
        late.setattr(outbox, "_email", over)
        with pytest.raises(SoftTimeLimitExceeded):
            outbox.deliver(as_of=NOW)
    assert outbox.deliver(as_of=NOW + outbox.LEASE)["sent"] == 3


def test_one_connection_serves_a_batch_and_a_failure_makes_a_new_one(cast, monkeypatch):
    write(cast.amy, 4)
    happened = []

    class Server:
        def open(self):
            happened.append("open")

        def close(self):
            happened.append("close")

        def send_messages(self, messages):
            if messages[0].subject == "Flag 1":
                raise OSError("gone away")
            happened.append(messages[0].subject)
            return 1

    monkeypatch.setattr(outbox, "get_connection", Server)
    assert outbox.deliver(as_of=NOW) == {"sent": 3, "failed": 1}
    assert happened == ["open", "Flag 0", "close", "Flag 2", "Flag 3", "close"]


@pytest.mark.django_db(transaction=True)
def test_the_tasks_do_what_they_say(cast, sources):
    from core import tasks

    sources.append(lambda as_of: [(cast.amy.pk, ["1 flag"])])
    tasks.digests()
    tasks.deliver()
    assert len(mail.outbox) == 1
