"""The wrapper every write goes through, and core's own writes.

An action is one human act: keyword-only, atomic, told who acts (`by`) and when (`as_of`). The outermost action owns the
transaction; an action called inside another joins it.
"""

import contextvars
import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast

from django.apps import apps
from django.db import DatabaseError, connection, transaction

from core.errors import Conflict, Invalid, Refused

logger = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

Subject = tuple[str, int]  # ("placement", 12)
_touched: contextvars.ContextVar[set[Subject] | None] = contextvars.ContextVar("touched", default=None)
_batch: contextvars.ContextVar[set[Subject] | None] = contextvars.ContextVar("batch", default=None)
Waiting = tuple[dict[str, Any], Callable[[], None] | None]  # a refusal to be recorded, and what follows from it
# What floors above do once a gate’s refusal is kept; filled when they are ready.
AFTER_REFUSALS: list[Callable[[Any], None]] = []
_refused: contextvars.ContextVar[list[Waiting] | None] = contextvars.ContextVar("refused", default=None)
_rechecks: list[Callable[..., None]] = []

SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"
EXCLUSION, UNIQUE, CHECK = "23P01", "23505", "23514"
GATE = "HM001"  # our own: a trigger refuses what a gate refuses, whoever asks; it names the gate as the constraint
SAME_MOMENT = "Somebody else saved at the same moment, so this was not saved. What you typed is still here: try again."


def on_touched(recheck: Callable[..., None]) -> None:
    """Register a call that goes up the house: `recheck(subjects=…, as_of=…)` after each action commits."""
    _rechecks.append(recheck)


def touch(**records) -> None:
    """Note what an action bears on (child=, placement=, home=), for the rules to be checked again after commit."""
    subjects = _touched.get()
    if subjects is None:
        raise RuntimeError("touch() is for use inside an action")
    subjects |= {(kind, record.pk) for kind, record in records.items() if record is not None}


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function an action. Its caller passes `by` (a User) and `as_of` (an aware datetime).

    Raises Refused (a gate said no; the refusal is recorded), Invalid (something entered cannot be so) or Conflict
    (another record got there first). After any of them the database is as it was.
    """

    @functools.wraps(function)
    def act(*args: P.args, **kwargs: P.kwargs) -> R:
        if _touched.get() is not None:
            return function(*args, **kwargs)
        by, as_of = kwargs["by"], cast(datetime, kwargs["as_of"])
        subjects: set[Subject] = set()
        token = _touched.set(subjects)
        try:
            with transaction.atomic():
                say_who(by, function.__name__)
                record = function(*args, **kwargs)
                if subjects:
                    transaction.on_commit(lambda: _recheck(subjects, as_of), robust=True)
        except Refused as refusal:
            _record_refusal(refusal, by=by, action_name=function.__name__, subjects=subjects)
            raise
        except DatabaseError as error:
            answer = answer_to(error)
            if answer is None:
                raise
            if isinstance(answer, Refused):
                _record_refusal(answer, by=by, action_name=function.__name__, subjects=subjects)
            raise answer from error
        finally:
            _touched.reset(token)
            if connection.in_atomic_block:  # only where a caller holds a longer transaction, as tests do
                say_who(None, "")
        return record

    return act


def say_who(by: Any, reason: str) -> None:
    """Tell the history triggers who is writing and why, for the rest of this transaction."""
    if connection.needs_rollback:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('app.reason', %s, true)",
            [str(by.pk) if by is not None else "", reason],
        )


def because(reason: str) -> None:
    """Give the history the reason the person stated, in place of the action's name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.reason', %s, true)", [reason])


@contextmanager
def one_recheck(*, as_of: datetime) -> Iterator[None]:
    """For many actions at once (an import): the rules are checked once at the end, for all that was touched."""
    subjects: set[Subject] = set()
    token = _batch.set(subjects)
    try:
        yield
    finally:
        _batch.reset(token)
    if subjects:
        _recheck(subjects, as_of)


def _recheck(subjects: set[Subject], as_of: datetime) -> None:
    batch = _batch.get()
    if batch is not None:
        batch |= subjects
        return
    token = _touched.set(None)  # what the recheck itself writes is not part of the action that has just ended
    try:
        for recheck in _rechecks:
            recheck(subjects=subjects, as_of=as_of)
    finally:
        _touched.reset(token)


def answer_to(error: DatabaseError) -> Conflict | Invalid | Refused | None:
    """What a database refusal means to the person who was saving, or None where it is our own fault."""
    cause: Any = error.__cause__
    code = getattr(cause, "pgcode", None)
    if code in (SERIALIZATION_FAILURE, DEADLOCK):
        return Conflict(SAME_MOMENT)
    if code == GATE:
        return Refused(cause.diag.constraint_name, cause.diag.message_primary, cause.diag.message_hint or "")
    if code in (EXCLUSION, UNIQUE):
        return Conflict(_constraint_sentence(cause.diag.constraint_name) or SAME_MOMENT)
    if code == CHECK:
        raised = cause.diag.source_function == "exec_stmt_raise"  # by a trigger of ours, in words for a person
        sentence = _constraint_sentence(cause.diag.constraint_name) or (cause.diag.message_primary if raised else "")
        return Invalid({"": sentence}) if sentence else None
    return None


@functools.cache
def _sentences() -> dict[str, str]:
    return {
        constraint.name: str(constraint.violation_error_message)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if constraint.violation_error_message != constraint.default_violation_error_message
    }


def _constraint_sentence(name: str) -> str:
    return _sentences().get(name, "")


def _record_refusal(refusal: Refused, *, by: Any, action_name: str, subjects: set[Subject]) -> None:
    row = {
        "code": refusal.code,
        "sentence": refusal.sentence,
        "action": action_name,
        "by": by,
        "subjects": sorted(f"{kind} {pk}" for kind, pk in subjects),
    }
    waiting = _refused.get()
    if waiting is None:
        _keep((row, refusal.then))
    else:
        waiting.append((row, refusal.then))


def _keep(refused: Waiting) -> None:
    from core.models import Refusal

    row, then = refused
    with transaction.atomic():
        refusal = Refusal.objects.create(**row)
        for told in AFTER_REFUSALS:
            told(refusal)
    if then is not None:
        then()


@contextmanager
def held_together() -> Iterator[None]:
    """For writes that stand or fall together with an action, or with several: one transaction around them all.

    What a gate refuses inside is recorded once that transaction is over, whichever way it went. Raises as an action
    does.
    """
    refused: list[Waiting] = []
    token = _refused.set(refused)
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        answer = answer_to(error)
        if answer is None:
            raise
        raise answer from error
    finally:
        _refused.reset(token)
        for each in refused:
            _keep(each)


@action
def save_draft(*, key: str, data: dict, by: Any, as_of: datetime) -> None:
    """Keep what a person has typed so far. Hers alone, replaced at each save, gone when the form is sent."""
    from core.models import Draft

    data = {name: [value.replace("\0", "") for value in values] for name, values in data.items()}
    Draft.objects.update_or_create(user=by, key=key, defaults={"data": data, "saved_at": as_of})


def discard_draft(*, key: str, by: Any) -> None:
    from core.models import Draft

    Draft.objects.filter(user=by, key=key).delete()
