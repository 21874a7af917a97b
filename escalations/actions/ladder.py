"""What is done about an escalation: opened, answered, read, accepted or rejected, passed back, closed (ESC-01, ESC-05)."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction

from children.policies import hold, one_of, required
from core import clock
from core.access import Permission
from core.actions import action, say_who, touch
from core.dates import in_words
from core.errors import Conflict, Invalid, Refused
from core.models import User
from core.reasons import gate_reason
from core.working_days import add_working_days
from escalations import ladder, notices
from escalations.actions.moves import (
    Kind,
    State,
    Why,
    end,
    go_up,
    near,
    never_by_hand,
    on_the_concern,
    put,
    settle,
    step,
)
from escalations.ladder import Posts
from escalations.models import ConflictOfInterest, Escalation, EscalationStep
from escalations.policies import ladder as policies
from governance.actions.concerns import reply as reply_on_the_concern
from governance.models import ConcernStep
from oversight.actions import LONGEST_PLAN


def _begin(escalation: Escalation) -> Posts:
    """Hold it; it must be open."""
    hold(escalation)
    policies.still_open(escalation)
    if escalation.child is not None:
        touch(child=escalation.child)
    return Posts.of(escalation.authority_id)


@action
def open_escalation(*, escalation: Escalation, by: User, as_of: dt.datetime) -> Escalation:
    """Note that whoever has it opened it, the first time since it came to them; and that whoever raised it was shown the
    answer. Anybody else’s reading leaves no step here."""
    if escalation.next_at is None or by.pk not in (escalation.owner_id, escalation.raised_by_id):
        return escalation
    hold(escalation)
    if not escalation.is_open:
        return escalation
    if by.pk == escalation.owner_id:
        seen = EscalationStep.objects.filter(escalation=escalation, kind=Kind.SEEN, by=by)
        if not seen.filter(happened_at__gte=escalation.came_at).exists():
            step(escalation, Kind.SEEN, happened_at=as_of, by=by)
    elif by.pk == escalation.raised_by_id and escalation.is_answered and escalation.shown_at is None:
        escalation.shown_at = as_of
        posts = Posts.of(escalation.authority_id)
        if (free := policies.free_to_close(escalation, posts)) is not None and free > as_of:
            # Theirs first, to reject or accept; then a level’s time for whoever answered to close it, before it goes up.
            escalation.next_at = posts.due(escalation.level, free, danger=escalation.danger)
        escalation.save(update_fields=["shown_at", "next_at"])
        step(escalation, Kind.SHOWN, happened_at=as_of, by=by)
    return escalation


# --- by whoever has it ------------------------------------------------------------------------------------------------


@action
def answer(
    *, escalation: Escalation, text: str, until: dt.date | None = None, by: User, as_of: dt.datetime
) -> EscalationStep:
    """Answer it in writing. `until`, for one made of flags: by when records will have cleared them.

    Raises Refused where it is about `by`, or says only that it is known; where a director tried, it goes outside.
    """
    policies.may_act(by, escalation)
    posts = _begin(escalation)
    required(text=(text, "Enter your answer"))
    with _outside_where_refused(escalation, by, as_of):
        policies.gate_self(by, escalation)
        policies.is_with(by, escalation)
        gate_reason(text)
    if escalation.is_answered:
        raise Conflict("This is answered already.")
    escalation.next_at = _holds_until(escalation, posts, until, as_of)
    escalation.state, escalation.answered_at, escalation.shown_at = State.ANSWERED, as_of, None
    escalation.save(update_fields=["state", "answered_at", "shown_at", "next_at"])
    made = step(escalation, Kind.ANSWERED, happened_at=as_of, by=by, text=text)
    asked = _on_the_concern(escalation)
    if asked is not None:
        reply_on_the_concern(escalation=asked, text=text, by=by, as_of=as_of)
    if escalation.raised_by is not None:
        notices.tell(
            escalation, escalation.raised_by, key=f"escalation-{escalation.pk}-answered-{made.pk}",
            text="An escalation you raised has an answer. Say whether it is enough.", happened_at=as_of, as_of=as_of,
        )  # fmt: skip
    return made


def _holds_until(escalation: Escalation, posts: Posts, until: dt.date | None, as_of: dt.datetime) -> dt.datetime:
    """When it moves on though it is answered: a level’s time later; for flags on the day records will have cleared them,
    which whoever has it may say once."""
    today = clock.local_date(as_of)
    if not escalation.of_flags:
        return posts.due(escalation.level, as_of, danger=escalation.danger)
    latest = add_working_days(today, LONGEST_PLAN)
    if until is None:
        raise Invalid({"until": "Enter by when records will have cleared what is overdue"})
    if not today <= until <= latest:
        raise Invalid({"until": f"The day must be between today and {in_words(latest)}"})
    assert escalation.next_at is not None  # noqa: S101 - it is open
    return max(escalation.next_at, clock.end_of(until))


def _on_the_concern(escalation: Escalation) -> ConcernStep | None:
    """The step of the concern that asks for the answer."""
    if escalation.concern is None:
        return None
    asked = ConcernStep.objects.filter(concern=escalation.concern, kind="escalated", reply__isnull=True)
    return asked.filter(by=escalation.raised_by).order_by("pk").first()


@action
def close(*, escalation: Escalation, reason: str, text: str, by: User, as_of: dt.datetime) -> EscalationStep:
    """Close it: by whoever answered it, once whoever raised it has read the answer and let the time to reject it go by.

    Raises Refused where it is about `by`, or the reason is none; where a director tried, it goes outside.
    """
    policies.may_act(by, escalation)
    posts = _begin(escalation)
    with _outside_where_refused(escalation, by, as_of):
        policies.gate_self(by, escalation)
        policies.is_with(by, escalation)
        gate_reason(text, reason)
    offered = [each for each in Escalation.Closing.choices if each[0] not in ("accepted", "cleared")]
    one_of(reason, offered, "reason", "Select why it can be closed")
    required(text=(text, "Enter what was done"))
    policies.may_close(escalation, by, posts, as_of=as_of)
    made = end(escalation, reason, happened_at=as_of, by=by, text=text)
    if escalation.raised_by is not None:
        notices.tell(
            escalation, escalation.raised_by, key=f"escalation-{escalation.pk}-closed",
            text="An escalation you raised has been closed.", happened_at=as_of, as_of=as_of,
        )  # fmt: skip
    return made


@contextmanager
def _outside_where_refused(escalation: Escalation, by: User, as_of: dt.datetime) -> Iterator[None]:
    """What a director may not answer or close goes to the scrutineer as soon as they try (trap 9): the refusal is kept, and
    so is this."""
    try:
        yield
    except Refused as refusal:
        if ladder.level_of(by) >= ladder.EXECUTIVE:
            text = f"{by.name} tried to settle it, which was refused."
            refusal.then = partial(_go_outside, escalation, text, as_of=as_of)
        raise


def _go_outside(escalation: Escalation, text: str, *, as_of: dt.datetime) -> None:
    with transaction.atomic():
        say_who(None, "refused")
        hold(escalation)
        if escalation.is_open and escalation.level < ladder.TOP:
            posts = Posts.of(escalation.authority_id)
            go_up(
                escalation, posts, happened_at=as_of, as_of=as_of, to_level=ladder.TOP, kind=Kind.OUTSIDE, text=text
            )  # fmt: skip


@action
def pass_back(*, escalation: Escalation, to: User, why: str, by: User, as_of: dt.datetime) -> EscalationStep:
    """Pass it to somebody on one’s own level or below, with a reason. Once: the second time it goes outside (F96)."""
    policies.may_act(by, escalation)
    posts = _begin(escalation)
    policies.gate_self(by, escalation)
    policies.is_with(by, escalation)
    if escalation.is_answered:
        raise Conflict("You have answered this. Whoever raised it says next whether that is enough.")
    required(why=(why, "Enter why"))
    if to not in policies.passed_back_to(escalation, posts, near(escalation, as_of), never_by_hand(escalation)):
        raise Invalid({"to": "Select somebody else from the list: it cannot go to them now"})
    escalation.loops += 1
    escalation.save(update_fields=["loops"])
    if escalation.loops > ladder.MOST_LOOPS:
        step(escalation, Kind.PASSED_BACK, happened_at=as_of, by=by, text=why)
        return go_up(
            escalation, posts, happened_at=as_of, as_of=as_of, to_level=ladder.TOP, kind=Kind.OUTSIDE,
            text="It was passed back a second time.",
        )  # fmt: skip
    level = max(min(ladder.level_of(to), escalation.level), 1)
    return put(
        escalation, Kind.PASSED_BACK, posts, to=to, level=level, happened_at=as_of, as_of=as_of, by=by, text=why
    )  # fmt: skip


# --- by whoever raised it ---------------------------------------------------------------------------------------------


@action
def accept(*, escalation: Escalation, told: str = "", by: User, as_of: dt.datetime) -> EscalationStep:
    """Say that the answer is enough. It closes. Whoever wrote it down for somebody else says how they were `told`, and what
    they said."""
    policies.raised_it(by, escalation)
    _begin(escalation)
    if escalation.is_for_another:
        required(told=(told, "Enter how they were told, and what they said"))
    _read(escalation, by, as_of)
    return end(escalation, Escalation.Closing.ACCEPTED, happened_at=as_of, by=by, text=told)


@action
def reject(*, escalation: Escalation, why: str, by: User, as_of: dt.datetime) -> EscalationStep:
    """Say that the answer is not enough. It goes to the next person up. Once."""
    policies.raised_it(by, escalation)
    posts = _begin(escalation)
    required(why=(why, "Enter what is missing"))
    if escalation.rejected_at is not None:
        raise Conflict("You have rejected an answer before. You can still ask for scrutiny from outside.")
    _read(escalation, by, as_of)
    escalation.rejected_at = as_of
    escalation.save(update_fields=["rejected_at"])
    step(escalation, Kind.REJECTED, happened_at=as_of, by=by, text=why)
    return _once_more(escalation, posts, Kind.CLIMBED, why, by, as_of, to_level=0)


def _read(escalation: Escalation, by: User, as_of: dt.datetime) -> None:
    if not escalation.is_answered:
        raise Invalid({"": f"There is no answer yet from {escalation.owner.name}, who has it now"})
    open_escalation(escalation=escalation, by=by, as_of=as_of)


@action
def ask_outside(*, escalation: Escalation, why: str, by: User, as_of: dt.datetime) -> EscalationStep:
    """Ask for scrutiny from outside the council’s own line, at any time (R9.5)."""
    policies.raised_it(by, escalation)
    posts = _begin(escalation)
    required(why=(why, "Enter why"))
    if escalation.is_outside:
        raise Conflict("It is outside already.")
    return _once_more(escalation, posts, Kind.OUTSIDE, why, by, as_of, to_level=ladder.TOP)


def _once_more(
    escalation: Escalation, posts: Posts, kind: str, why: str, by: User, as_of: dt.datetime, *, to_level: int
) -> EscalationStep:
    made = go_up(
        escalation, posts, happened_at=as_of, as_of=as_of, to_level=to_level, kind=kind, by=by,
        text=why if kind == Kind.OUTSIDE else "",
    )  # fmt: skip
    if _on_the_concern(escalation) is None:
        on_the_concern(escalation, why=why, as_of=as_of)
    return made


# --- by whoever knows better ------------------------------------------------------------------------------------------


@action
def name_conflict(
    *, escalation: Escalation, person: User, why: str, by: User, as_of: dt.datetime
) -> ConflictOfInterest:
    """Say that it is about somebody, or that they took the decision it questions. Never taken back; it leaves them.

    Not for anybody it is about: they would choose who answers it.
    """
    seen = Escalation.objects.visible_to(by).filter(pk=escalation.pk).exists()
    if not seen or not by.can(Permission.ESCALATE):
        raise PermissionDenied("this escalation is another's")
    if policies.names_nobody(by, escalation):
        raise PermissionDenied("whoever it is about does not say who answers it")
    posts = _begin(escalation)
    one_of(why, Why.choices, "why", "Select why it must not come to them")
    if not policies.may_be_named(by, escalation).filter(pk=person.pk).exists():
        raise Invalid({"person": "Select who it is about from the list"})
    made, new = ConflictOfInterest.objects.get_or_create(
        escalation=escalation, user=person, defaults={"why": why, "by": by}
    )
    if not new:
        raise Conflict(f"It never goes to {person.name} already.")
    step(escalation, Kind.CONFLICT, happened_at=as_of, by=by, text=f"{person.name}: {made.get_why_display().lower()}.")
    if escalation.owner_id == person.pk and settle(escalation, posts, as_of=as_of) is None:
        raise Conflict(f"Nobody but {person.name} is left who could answer it. Ask for scrutiny from outside.")
    return made
