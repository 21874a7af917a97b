"""How people are told of escalations: at once where somebody waits for them, else in the daily message; never too often.

What a person raised is told at once, by day; what the sweep raised, in the daily message, unless it is urgent. Whoever was
interrupted BUDGET times that day already, by whatever it was, is not interrupted again: what comes after that is in the daily
message too. Only immediate danger rings at any hour, and always.
"""

import datetime as dt

from django.conf import settings
from django.db import connection
from django.urls import reverse

from core import clock, outbox
from core.models import User
from core.outbox import WAITS, enqueue, next_by_day
from escalations.models import Escalation, EscalationStep
from escalations.querysets.whistle import READERS

BUDGET = 5  # interruptions a person a day
LOCK = 0x4E1E  # the first half of the key under which one person's interruptions are counted


def page(escalation: Escalation) -> str:
    return reverse("escalations:escalation", args=[escalation.pk])


def subject(escalation: Escalation, to: User) -> str:
    """What a list of messages says of one. To whoever reads protected reports every message says the same, so that who runs
    the accounts cannot tell from it that there is a report."""
    return WAITS if to.role in READERS else f"escalation {escalation.number}"


def interruptions(user: User, *, day: dt.date) -> int:
    """How often a person is interrupted on a day: by escalations, on the day each was to ring, and by everything else."""
    rung = EscalationStep.objects.filter(to=user, rings_at__gte=clock.start_of(day), rings_at__lt=clock.end_of(day))
    others = outbox.interruptions(user, day=day, without="escalation-")
    return rung.order_by().values("pk").union(others.order_by().values("pk"), all=True).count()  # one query


def tell(
    escalation: Escalation, to: User, *, key: str, text: str, happened_at: dt.datetime, as_of: dt.datetime
) -> EscalationStep:
    """Have somebody told, and note how. Call it in the transaction of what they are told of."""
    rings_at = _rings_at(escalation, to, as_of)
    step = EscalationStep.objects.create(
        escalation=escalation, kind=EscalationStep.Kind.SENT, level=escalation.level, owner=escalation.owner,
        due_at=escalation.next_at, to=to, message=key if rings_at else "", rings_at=rings_at, happened_at=happened_at,
    )  # fmt: skip
    if rings_at:
        enqueue(
            to=to, key=key, subject=f"Held in Mind: {subject(escalation, to)}", by_day=not escalation.danger,
            body=f"{text}\n\nSign in to see it: {settings.PUBLIC_URL}{page(escalation)}\n",
        )  # fmt: skip
    return step


def _rings_at(escalation: Escalation, to: User, as_of: dt.datetime) -> dt.datetime | None:
    """When it interrupts them; None where the daily message tells them."""
    if escalation.danger:
        return as_of
    if escalation.of_flags:
        return None
    when = next_by_day(as_of)
    with connection.cursor() as cursor:  # two at once must not both be the last that is allowed
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, to.pk % 2**31])
    return when if interruptions(to, day=clock.local_date(when)) < BUDGET else None
