"""Behind the door, too, nothing stays in one inbox: what is long overdue is shown to the next person up, by itself.

A flag behind the door goes up no ladder, whose trail others read. Instead the next person up is let in to the referral,
and may act on it: once something has been overdue for so many working days, and after as many again the one after. Days
count from when it could be known: what is recorded late has lain in no inbox before. What another agency is to do is not
left undone by the LADO. It ends there: each who reads an allegation is one more from whom it may get about.
"""

import datetime as dt
import logging
from collections.abc import Sequence

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Q, QuerySet

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
WHY = f"Something on it has been overdue for more than {PATIENCE} working days."


def let_the_next_in(*, as_of: dt.datetime, now: dt.datetime | None = None) -> int:
    """Let in whoever is next, to each referral on which something has been overdue too long. Returns how many were let in.

    Found in the facts each time, under a lock on the referral. Nobody the referral may be about is let in, and nobody again
    whose access was ended, for the same thing. Of a day that was missed (`now` is later) nothing is asked: today's sweep does.
    """
    if now is not None and now > as_of:
        return 0
    late = [referral.pk for referral, owed in _owed(Referral.objects.owing(), as_of) if _turns(owed, as_of)]
    return sum(_let_in(pk, as_of) for pk in late)


def _owed(referrals: QuerySet, as_of: dt.datetime) -> list[tuple[Referral, list[clocks.Owed]]]:
    return clocks.of_each(referrals, ReferralStep.objects.all(), ReferralAction.objects.all(), as_of)


def _left_from(owed: Sequence[clocks.Owed]) -> dt.date | None:
    """The day from which something has been left undone longest."""
    return min((row.left_from for row in owed if row.left_from), default=None)


def _turns(owed: Sequence[clocks.Owed], as_of: dt.datetime) -> int:
    """How many people's turn has come by what has been left undone longest."""
    today, day = clock.local_date(as_of), _left_from(owed)
    return sum(add_working_days(day, turn * PATIENCE) < today for turn in range(1, TURNS + 1)) if day else 0


def _let_in(pk: int, as_of: dt.datetime) -> int:
    try:
        with transaction.atomic():
            say_who(None, "sweep")
            held = Referral.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=pk)
            return sum(_next(referral, owed, as_of) for referral, owed in _owed(held, as_of))
    except SoftTimeLimitExceeded:  # the task's time is over: the next sweep goes on
        raise
    except Exception as error:  # whatever is wrong with one referral, the others are somebody's too
        logger.error("nobody could be let in to referral %d: %s", pk, type(error).__name__)
        return 0


def _next(referral: Referral, owed: Sequence[clocks.Owed], as_of: dt.datetime) -> int:
    turns, day = _turns(owed, as_of), _left_from(owed)
    if not turns or day is None:
        return 0
    by_itself = Admission.objects.filter(referral=referral, admitted_by=None).exclude(person=referral.owner_id)
    made = by_itself.filter(Q(ended_at=None) | Q(started_at__gte=clock.end_of(day))).select_related("person")
    there = {admission.person_id for admission in made}
    people = [person for person in policies.next_up(referral) if person.pk not in there]
    new = [_admit(referral, person, as_of) for person in people[: max(turns - len(there), 0)]]
    inside = [admission.person for admission in made if admission.ended_at is None]
    notices.tell(  # once for each thing overdue: those let in for an earlier one too
        [*inside, *new], key=f"referral-{referral.pk}-overdue-{day}", subject=WAITS, path=case_page(referral),
        text="Something that waits for somebody else is long overdue.",
    )  # fmt: skip
    return len(new)


def _admit(referral: Referral, person: User, as_of: dt.datetime) -> User:
    """Let them in to act; where they might only read, that ends."""
    Admission.objects.filter(referral=referral, person=person, ended_at=None).update(ended_at=as_of)
    Admission.objects.create(referral=referral, person=person, handles=True, started_at=as_of, why=WHY)
    return person
