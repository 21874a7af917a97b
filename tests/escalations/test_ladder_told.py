"""How people are told of an escalation, and what is made good when nobody was there to see."""

import datetime as dt

import pytest
from django.db import transaction
from django.db.models import Count

from core import clock, outbox
from core.models import DigestDay, OutboxMessage
from escalations import notices
from escalations.actions import ladder as acts
from escalations.models import Escalation, EscalationStep
from escalations.sweep import climb
from tests.cast import at
from tests.escalations.climbing import (
    DAY,
    MONDAY,
    answers,
    closes,
    digest,
    flag,
    opens,
    raises,
)

# --- how people are told ----------------------------------------------------------------------------------------------


class TestTold:
    def test_at_once_by_day_and_in_the_morning_by_night(self, cast, child):
        made = raises(cast.amy, child=child, as_of=at(MONDAY, 22))
        message = OutboxMessage.objects.get()
        assert (message.key, message.to, message.by_day) == (f"escalation-{made.pk}-2-1", cast.tom, True)
        assert "Robin" not in message.subject + message.body
        for night in (at(MONDAY, 22), at(MONDAY + DAY, 6, 59), at(MONDAY + DAY, 20)):
            assert not outbox.waiting(night).exists()
        assert outbox.waiting(at(MONDAY + DAY, 7)).get() == message
        assert made.steps.get(kind="sent").rings_at == at(MONDAY + DAY, 7)

    def test_danger_rings_at_any_hour(self, cast, child):
        raises(cast.amy, child=child, as_of=at(MONDAY, 2), danger=True)
        assert outbox.waiting(at(MONDAY, 2)).get().to == cast.hana

    def test_five_a_day_and_the_rest_in_the_daily_message(self, cast, child):
        for number in range(7):
            raises(cast.amy, child=child, what=f"Thing {number}", as_of=at(MONDAY, 10))
        assert OutboxMessage.objects.filter(to=cast.tom).count() == notices.BUDGET
        assert notices.interruptions(cast.tom, day=MONDAY) == notices.BUDGET
        assert digest(at(MONDAY + DAY, 7, 30))[cast.tom.pk] == ["7 escalations for you to answer, 7 of them new"]
        raises(cast.amy, child=child, danger=True, to=None, as_of=at(MONDAY, 12))
        for _ in range(5):
            raises(cast.ben, child=child, danger=True, as_of=at(MONDAY, 12))
        assert OutboxMessage.objects.filter(to=cast.hana).count() == 6
        raises(cast.amy, child=child, what="Tomorrow", as_of=at(MONDAY + DAY, 10))
        assert OutboxMessage.objects.filter(to=cast.tom).count() == notices.BUDGET + 1

    def test_whatever_else_interrupts_them_counts_too_but_for_the_daily_message(self, cast, child):
        for number in range(3):
            outbox.enqueue(to=cast.tom, key=f"concern-{number}-raised", subject="S", body="B")
        outbox.enqueue(to=cast.tom, key=f"digest-{cast.tom.pk}-{MONDAY}", subject="S", body="B")
        OutboxMessage.objects.filter(key="concern-0-raised").update(sent_at=at(MONDAY - DAY, 9))
        OutboxMessage.objects.filter(key="concern-1-raised").update(sent_at=at(MONDAY, 9))
        for number in range(5):
            raises(cast.amy, child=child, what=f"Thing {number}", as_of=at(MONDAY, 10))
        assert OutboxMessage.objects.filter(to=cast.tom, key__startswith="escalation-").count() == notices.BUDGET - 2
        assert notices.interruptions(cast.tom, day=MONDAY) == notices.BUDGET

    def test_what_is_closed_reaches_whoever_raised_it_also_when_they_were_told_enough_that_day(self, cast, child):
        made = [raises(cast.amy, child=child, what=f"Thing {number}") for number in range(4)]
        for each in made:
            answers(each, cast.tom, at(MONDAY, 12))
            acts.reject(escalation=each, why="W", by=cast.amy, as_of=at(MONDAY, 13))
            answers(each, cast.hana, at(MONDAY, 14))
            opens(each, cast.amy, at(MONDAY, 15))
            closes(each, cast.hana, at(MONDAY, 16))
        assert OutboxMessage.objects.filter(to=cast.amy).count() == notices.BUDGET
        assert digest(at(MONDAY + DAY, 7, 30))[cast.amy.pk] == ["4 escalations you raised, closed by whoever answered"]

    def test_what_the_sweep_raises_rings_nobody(self, cast, placement):
        flag(cast, placement)
        climb(as_of=at(MONDAY + 2 * DAY))
        assert not OutboxMessage.objects.exists()
        assert digest(at(MONDAY + 2 * DAY, 7, 30))[cast.tom.pk] == ["1 escalation for you to answer, 1 of them new"]

    def test_an_answer_tells_whoever_waits_for_it(self, cast, child):
        made = raises(cast.amy, child=child)
        answers(made, cast.tom, at(MONDAY, 12))
        assert OutboxMessage.objects.get(to=cast.amy).key.startswith(f"escalation-{made.pk}-answered-")
        assert digest(at(MONDAY + DAY, 7))[cast.amy.pk] == ["1 escalation of yours with an answer to read"]


# --- when nobody was there to see -------------------------------------------------------------------------------------


class TestOutage:
    @pytest.mark.parametrize("hours", [1, 24, 8 * 24])
    def test_each_missed_step_is_taken_once_in_order_and_dated_when_it_was_due(self, cast, placement, hours):
        """All services were down: what is found afterwards is what sweeps every quarter of an hour would have left."""
        began = at(MONDAY + 2 * DAY, 23, 30)
        hurt = flag(cast, placement, raised_at=at(MONDAY + DAY, 9))
        raises(cast.ben, child=placement.child)
        raises(cast.ben, child=placement.child, danger=True, as_of=at(MONDAY + 2 * DAY, 23))
        answered = raises(cast.ben, child=placement.child, as_of=at(MONDAY, 9))
        answers(answered, cast.tom, at(MONDAY + DAY, 9))
        ended = began + dt.timedelta(hours=hours)
        with transaction.atomic():
            moment = began
            while moment < ended:
                climb(as_of=moment)
                moment += dt.timedelta(minutes=15) if hours < 25 else dt.timedelta(hours=6)
            climb(as_of=ended)
            in_time = self.left()
            transaction.set_rollback(True)
        climb(as_of=ended)
        assert self.left() == in_time
        assert climb(as_of=ended) == 0
        assert hurt.pk

    def test_after_eight_days_nobody_is_told_more_often_than_in_one(self, cast, child):
        """Told are those who have it now, once, within one day’s budget; those whose turn has passed are not."""
        raises(cast.amy, child=child, what="The first")
        for number in range(7):
            raises(cast.ben, child=child, what=f"Thing {number}", as_of=at(MONDAY + number * DAY, 10))
        OutboxMessage.objects.all().delete()
        DigestDay.objects.create(day=MONDAY)  # the last there was
        now = at(MONDAY + 15 * DAY, 9)
        for day in range(1, 16):
            climb(as_of=at(MONDAY + day * DAY, 0), now=now)
        climb(as_of=now)
        have_it = set(Escalation.objects.values_list("owner", flat=True))
        told = OutboxMessage.objects.order_by().values_list("to").annotate(n=Count("pk"))
        assert have_it == {to for to, _ in told} == {cast.dee.pk}
        assert dict(told) == {cast.dee.pk: notices.BUDGET}
        assert notices.interruptions(cast.dee, day=clock.local_date(now)) == notices.BUDGET
        assert digest(now)[cast.dee.pk] == ["8 escalations for you to answer, 8 of them new"]

    def left(self):
        """Who had what, when, by which step; by what it is about, since numbers are given in the order of finding."""
        rows = EscalationStep.objects.exclude(kind="sent").order_by("escalation__raised_at", "escalation__what", "pk")
        return [
            (step.escalation.what, step.escalation.danger, step.kind, step.level, step.owner.name, step.happened_at)
            for step in rows.select_related("escalation", "owner")
        ]
