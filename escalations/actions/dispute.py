"""The reviewing officer’s dispute: informal, formal, answered, gone up, over; and Cafcass at any point (ESC-03)."""

import datetime as dt
import logging

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from children import policies as for_child
from children.models import Child
from core import clock
from core.actions import action, say_who
from core.errors import Conflict, Invalid
from core.models import User
from core.outbox import enqueue
from core.reasons import gate_reason
from escalations.models import CafcassReferral, Dispute, DisputeStep
from escalations.policies import dispute as policies
from governance.models import Concern
from staffing import notices

logger = logging.getLogger(__name__)
Kind = DisputeStep.Kind


def dispute_page(dispute: Dispute) -> str:
    return reverse("escalations:dispute", args=[dispute.pk])


def _tell(people: list[User], dispute: Dispute, key: str, text: str) -> None:
    """At once, but not at night."""
    where = f"{settings.PUBLIC_URL}{dispute_page(dispute)}"
    for person in {person.pk: person for person in people}.values():
        enqueue(
            to=person, key=f"dispute-{dispute.pk}-{key}-{person.pk}", by_day=True,
            subject=f"Held in Mind: dispute {dispute.number}", body=f"{text}\n\nSign in to see it: {where}\n",
        )  # fmt: skip


def _step(dispute: Dispute, kind: str, at: dt.datetime, *, by: User | None, text: str = "") -> DisputeStep:
    return DisputeStep.objects.create(
        dispute=dispute, kind=kind, text=text.strip(), level=dispute.level, answerer=dispute.answerer,
        due_on=dispute.due_on, by=by, happened_at=at,
    )  # fmt: skip


def _hold(dispute: Dispute, by: User) -> None:
    """Hold an open dispute, for the reviewing officer of the child."""
    policies.may_raise(by, dispute.child)
    for_child.hold(dispute)
    policies.still_open(dispute)


# --- by the reviewing officer -----------------------------------------------------------------------------------------


@action
def raise_dispute(
    *,
    child: Child,
    about: str,
    wanted: str,
    said: str,
    formal: bool = False,
    concern: Concern | None = None,
    by: User,
    as_of: dt.datetime,
) -> Dispute:
    """Open a dispute about a child's care plan: informal first, or formal from the start.

    `said` is what was said to whom informally. Formal, it is an alert to the head of service, with a day for the answer.
    """
    policies.may_raise(by, child)
    for_child.required(
        about=(about, "Enter what you dispute"),
        wanted=(wanted, "Enter what you ask for"),
        said=(said, "Enter whom you spoke to and what was said, or why there was no time to"),
    )
    policies.own_concern(by, child, concern)
    answerer, level = policies.answerer_at(child, policies.INFORMAL)
    for_child.hold(child.authority)  # one at a time, so that numbers have no holes and no twins
    last = Dispute.objects.filter(authority=child.authority).aggregate(Max("number"))["number__max"] or 0
    dispute = Dispute.objects.create(
        authority=child.authority,
        number=last + 1,
        child=child,
        concern=concern,
        about=about.strip(),
        wanted=wanted.strip(),
        raised_by=by,
        informal_at=as_of,
        level=level,
        answerer=answerer,
    )
    _step(dispute, Kind.INFORMAL, as_of, by=by, text=said)
    if formal:
        _make_formal(dispute, wanted, by, as_of)
    else:
        _tell([answerer], dispute, "informal", "The reviewing officer has spoken to you about a child’s care plan.")
    return dispute


@action
def make_formal(*, dispute: Dispute, why: str, by: User, as_of: dt.datetime) -> Dispute:
    """Raise the alert: what was said informally was not enough. The clock of the answer, and of the whole, begins."""
    _hold(dispute, by)
    if dispute.is_formal:
        raise Conflict("This is formal already.")
    for_child.required(why=(why, "Enter why what was said informally is not enough"))
    _make_formal(dispute, why, by, as_of)
    return dispute


def _make_formal(dispute: Dispute, why: str, by: User, as_of: dt.datetime) -> None:
    dispute.answerer, dispute.level = policies.answerer_at(dispute.child, policies.ALERT)
    dispute.formal_at = as_of
    dispute.alert_due_on, dispute.ends_on = policies.alert_due(dispute, as_of)
    dispute.due_on = dispute.alert_due_on
    dispute.save()
    _step(dispute, Kind.FORMAL, as_of, by=by, text=why)
    _tell(
        [dispute.answerer], dispute, "formal", "The reviewing officer has raised a formal dispute. You must answer it."
    )


@action
def note_dispute(*, dispute: Dispute, text: str, by: User, as_of: dt.datetime) -> DisputeStep:
    """Write down what was said. It stops no clock."""
    _hold(dispute, by)
    for_child.required(text=(text, "Enter what was said, and to whom"))
    return _step(dispute, Kind.NOTE, as_of, by=by, text=text)


@action
def not_enough(*, dispute: Dispute, why: str, by: User, as_of: dt.datetime) -> Dispute:
    """The answer is not enough: it goes up, and with it who owes the next answer, and by when."""
    _hold(dispute, by)
    for_child.required(why=(why, "Enter why it is not enough"))
    if not dispute.is_formal or dispute.answered_at is None:
        raise Conflict("There is no answer to this dispute yet.")
    dispute.answerer, dispute.level = policies.answerer_at(dispute.child, min(dispute.level + 1, policies.TOP))
    dispute.answered_at = None
    dispute.due_on = policies.next_due(dispute, clock.local_date(as_of))
    dispute.save()
    step = _step(dispute, Kind.NOT_ENOUGH, as_of, by=by, text=why)
    text = "A dispute of the reviewing officer has come up to you. You must answer it."
    _tell([dispute.answerer], dispute, f"up-{step.pk}", text)
    return dispute


@action
def resolve_dispute(*, dispute: Dispute, resolution: str, why: str, by: User, as_of: dt.datetime) -> Dispute:
    """Say that it is over: the reviewing officer's act, and nobody's whose plan is disputed."""
    _hold(dispute, by)
    for_child.one_of(resolution, Dispute.Resolution.choices, "resolution", "Select how it ended")
    for_child.required(why=(why, "Enter what changed, and how you know"))
    if dispute.is_formal and dispute.alert_answered_at is None:
        raise Invalid({"": "This dispute has no written answer yet. Until it has one, it stays open"})
    dispute.resolution, dispute.resolved_at, dispute.due_on = resolution, as_of, None
    dispute.save()
    _step(dispute, Kind.RESOLVED, as_of, by=by, text=why)
    _tell([dispute.answerer], dispute, "over", "The reviewing officer says that a dispute is over.")
    return dispute


# --- by those whose plan it is ----------------------------------------------------------------------------------------


@action
def answer_dispute(*, dispute: Dispute, text: str, by: User, as_of: dt.datetime) -> DisputeStep:
    """Answer in writing. The reviewing officer says whether it is enough; whoever answers cannot.

    Raises Refused where it says only that it is known, has no alternative, or is for a short time.
    """
    policies.may_answer(by, dispute)
    for_child.hold(dispute)
    policies.still_open(dispute)
    for_child.required(text=(text, "Enter your answer"))
    gate_reason(text)
    if not dispute.is_formal:
        step = _step(dispute, Kind.ANSWERED, as_of, by=by, text=text)
    else:
        if dispute.answered_at is not None:
            raise Conflict("This is answered already. The reviewing officer says next whether it is enough.")
        dispute.answered_at, dispute.due_on = as_of, None
        dispute.alert_answered_at = dispute.alert_answered_at or as_of
        dispute.save()
        step = _step(dispute, Kind.ANSWERED, as_of, by=by, text=text)
    officers = policies.officers(dispute, as_of)
    _tell(officers, dispute, f"answered-{step.pk}", "A dispute of yours has an answer.")
    return step


# --- by itself --------------------------------------------------------------------------------------------------------


def chase(*, as_of: dt.datetime, now: dt.datetime | None = None) -> int:
    """What was not answered by its day goes up, each step dated when it fell due; what is not over by its last day, answered or
    not, is told to both; a post that changed hands is followed.

    Safe to run again, and beside another. Returns how many steps were taken. `now`: when it is done, where that is later:
    a message is written now, whichever day it is about.
    """
    late = Dispute.objects.owed().filter(due_on__lt=clock.local_date(as_of))
    left = Dispute.objects.open().filter(policies.gone(), informal_at__lte=as_of)
    over = Dispute.objects.over_its_time(clock.local_date(as_of)).filter(policies.not_told_that_time_ran_out())
    found = list((late | left | over).order_by("pk").values_list("pk", flat=True))
    return sum(_moved(pk, as_of) for pk in found)


def _moved(pk: int, as_of: dt.datetime) -> int:
    """Hold one and move it on, unless another holds it. An error stops no other."""
    try:
        with transaction.atomic():
            say_who(None, "chase")
            held = Dispute.objects.select_related("child__team", "answerer", "raised_by").filter(pk=pk)
            dispute = held.select_for_update(skip_locked=True, of=("self",)).first()
            taken = _moves(dispute, as_of) if dispute and dispute.is_open else 0
            say_who(None, "")
    except SoftTimeLimitExceeded:  # the task's time is over: the next sweep goes on
        raise
    except Exception as error:  # whatever is wrong with one dispute, the others are children's too
        logger.error("dispute %d could not be moved: %s", pk, type(error).__name__)
        return 0
    return taken


def _moves(dispute: Dispute, as_of: dt.datetime) -> int:
    taken = _follow(dispute, as_of) + _climb(dispute, as_of)
    if dispute.ends_on is not None and dispute.ends_on < clock.local_date(as_of):
        taken += _ran_out(dispute, clock.end_of(dispute.ends_on), as_of)
    return taken


def _at(dispute: Dispute, level: int) -> tuple[User, int]:
    """Who answers at a level now; while nobody is left who could, whoever it was last."""
    try:
        return policies.answerer_at(dispute.child, level)
    except Conflict:
        return dispute.answerer, dispute.level


def _follow(dispute: Dispute, as_of: dt.datetime) -> int:
    """To whoever holds the post now, where an account was closed or is another's post."""
    person, level = _at(dispute, dispute.level)
    if (dispute.answerer.is_active and dispute.answerer.role in policies.LEVELS) or person == dispute.answerer:
        return 0
    dispute.answerer, dispute.level = person, level
    dispute.save(update_fields=["answerer", "level"])
    step = _step(dispute, Kind.PASSED, as_of, by=None)
    _tell([person], dispute, f"passed-{step.pk}", "A dispute of the reviewing officer is now yours to answer.")
    return 1


def _climb(dispute: Dispute, as_of: dt.datetime) -> int:
    """Up, step by step, through every day that has passed. At the top it stays, and both are told."""
    taken, today = 0, clock.local_date(as_of)
    while dispute.owes_answer and dispute.due_on is not None and dispute.due_on < today:
        fell_due = clock.end_of(dispute.due_on)
        person, level = _at(dispute, min(dispute.level + 1, policies.TOP))
        if level <= dispute.level:
            return taken + _ran_out(dispute, fell_due, as_of)
        dispute.answerer, dispute.level = person, level
        dispute.due_on = policies.next_due(dispute, dispute.due_on)
        dispute.save(update_fields=["answerer", "level", "due_on"])
        _step(dispute, Kind.WENT_UP, fell_due, by=None)
        text = "A dispute of the reviewing officer was not answered in time. It has come up to you, and you must answer it."
        _tell([person], dispute, f"up-{level}", text)
        text = "A dispute of yours was not answered in time, and has gone up."
        _tell(policies.officers(dispute, as_of), dispute, f"late-{level}", text)
        taken += 1
    return taken


def _ran_out(dispute: Dispute, fell_due: dt.datetime, as_of: dt.datetime) -> int:
    """Both are told, once for each such day, that its time is over and it is not: nobody above is left, or all of it is past."""
    if DisputeStep.objects.filter(dispute=dispute, kind=Kind.RAN_OUT, happened_at=fell_due).exists():
        return 0
    _step(dispute, Kind.RAN_OUT, fell_due, by=None)
    _tell(
        [dispute.answerer, *policies.officers(dispute, as_of)], dispute,
        f"ran-out-{clock.local_date(fell_due)}",
        "The time for a formal dispute has run out, and it is not over. Cafcass can be asked at any point.",
    )  # fmt: skip
    return 1


# --- Cafcass ----------------------------------------------------------------------------------------------------------


@action
def refer_to_cafcass(
    *,
    child: Child,
    why: str,
    sent: str,
    dispute: Dispute | None = None,
    concern: Concern | None = None,
    by: User,
    as_of: dt.datetime,
) -> CafcassReferral:
    """Record that the reviewing officer has asked Cafcass, at any point and with nobody's leave. It ends no dispute.

    The director of children's services and the head of the service are told that it was done.
    """
    policies.may_raise(by, child)
    for_child.required(
        why=(why, "Enter why you ask Cafcass"), sent=(sent, "Enter how it reached Cafcass, and what was sent")
    )
    policies.own_concern(by, child, concern)
    if dispute is not None and dispute.child_id != child.pk:
        raise Invalid({"dispute": "Select a dispute about this child"})
    referral = CafcassReferral.objects.create(
        authority=child.authority,
        child=child,
        dispute=dispute,
        concern=concern,
        why=why.strip(),
        sent=sent.strip(),
        referred_by=by,
        referred_at=as_of,
    )
    told = {policies.answerer_at(child, level)[0] for level in (policies.ALERT, policies.TOP)}
    notices.tell(
        told, key=f"cafcass-{referral.pk}", subject="a referral to Cafcass",
        text="The reviewing officer has referred a child’s case to Cafcass.",
        path=reverse("escalations:disputes_of", args=[child.reference]),
    )  # fmt: skip
    return referral


@action
def record_cafcass_answer(
    *, referral: CafcassReferral, answer: str, answered_on: dt.date, by: User, as_of: dt.datetime
) -> CafcassReferral:
    """Write down what Cafcass answered, and when."""
    policies.may_raise(by, referral.child)
    for_child.hold(referral)
    if referral.answered_on is not None:
        raise Conflict("What Cafcass answered is on record already.")
    for_child.required(answer=(answer, "Enter what Cafcass answered"))
    for_child.not_future(answered_on, as_of, "answered_on", "The day of the answer")
    first = clock.local_date(referral.referred_at)
    for_child.not_before(answered_on, first, "answered_on", "The day of the answer", "Cafcass was asked")
    referral.answer, referral.answered_on = answer.strip(), answered_on
    referral.save(update_fields=["answer", "answered_on"])
    return referral
