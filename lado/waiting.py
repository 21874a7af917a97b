"""Behind the door, too, nothing stays in one inbox: what is long overdue is shown to the next person up, by itself.

A flag behind the door goes up no ladder, whose trail others read. Instead the next person up is let in to the referral,
and may act on it: once something has been overdue for so many working days, and after as many again the one after. It
ends there: each who reads an allegation is one more from whom it may get about.
"""

import datetime as dt
import logging

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from core import clock
from core.actions import say_who
from core.models import User
from core.outbox import WAITS
from core.working_days import add_working_days
from lado.actions.referring import case_page
from lado.models import Admission, Referral, ReferralAction, ReferralStep
from lado.policies import clocks
from lado.policies import conduct as policies
from staffing import notices

logger = logging.getLogger(__name__)
PATIENCE, TURNS = 5, 2  # working days, and how many are let in one after another
WHY = "Something on it has been overdue for {} working days."


def let_the_next_in(*, as_of: dt.datetime, now: dt.datetime | None = None) -> int:
    """Let in whoever is next, to each referral on which something has been overdue too long. Returns how many were let in.

    Found in the facts each time, so that no one is let in twice and none is missed. Whoever a referral is about is never
    let in to it. `now` is when it is done, where that is later than `as_of`.
    """
    referrals = Referral.objects.owing().select_related("carer", "account", "owner")
    found = clocks.of_each(referrals, ReferralStep.objects.all(), ReferralAction.objects.all(), as_of)
    return sum(_let_in(referral, row.by, as_of, now or as_of) for referral, [row, *_] in found if row.late)


def _let_in(referral: Referral, due_on: dt.date, as_of: dt.datetime, now: dt.datetime) -> int:
    try:
        with transaction.atomic():
            say_who(None, "sweep")
            if not Referral.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=referral.pk):
                return 0
            return sum(_one(referral, person, days, now) for person, days in _whose_turn(referral, due_on, as_of))
    except SoftTimeLimitExceeded:  # the task's time is over: the next sweep goes on
        raise
    except Exception as error:  # whatever is wrong with one referral, the others are somebody's too
        logger.error("nobody could be let in to referral %d: %s", referral.pk, type(error).__name__)
        return 0


def _whose_turn(referral: Referral, due_on: dt.date, as_of: dt.datetime) -> list[tuple[User, int]]:
    """Those whose turn has come, the nearest first, and after how many working days it came."""
    today, turns = clock.local_date(as_of), []
    for number, person in enumerate(policies.next_up(referral)[:TURNS], start=1):
        if add_working_days(due_on, number * PATIENCE) >= today:
            break
        turns.append((person, number * PATIENCE))
    return turns


def _one(referral: Referral, person: User, days: int, now: dt.datetime) -> int:
    _, new = Admission.objects.get_or_create(
        referral=referral,
        person=person,
        ended_at=None,
        defaults={"handles": True, "started_at": now, "why": WHY.format(days)},
    )
    if new:
        notices.tell(
            [person], key=f"referral-{referral.pk}-overdue-{person.pk}", subject=WAITS, path=case_page(referral),
            text="Something that waits for somebody else has waited too long.",
        )  # fmt: skip
    return int(new)
