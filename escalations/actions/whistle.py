"""Reports by the protected route: made, followed, read, acknowledged, answered and closed (ESC-06).

What its maker does is written with nobody's name: not in the history, not in a step, not in a message. No message is
sent to its maker, whose mailbox others may read; they find what came of it on a page that only they see.
"""

import datetime as dt
import logging

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef

from children import policies as for_child
from children.models import Child
from core import clock
from core.access import Permission
from core.actions import action, say_who
from core.errors import Conflict, Invalid
from core.models import User
from core.outbox import WAITS, enqueue
from escalations.models import IdentityRead, WhistleIdentity, WhistleReport, WhistleStep
from escalations.policies import whistle as policies
from escalations.querysets.whistle import readers, still_reads
from governance.querysets.concerns import to_raise_about

Kind = WhistleStep.Kind
logger = logging.getLogger(__name__)
UNNAMED = "protected report"  # what its history says of what its maker did: that, and nobody's name


def _without_a_name() -> None:
    """The history of what follows names nobody."""
    say_who(None, UNNAMED)


def _tell(reader: User, report: WhistleReport, key: str) -> None:
    """As bare as a message can be: not even a subject that says what kind of thing it is (see notices.subject)."""
    key = f"protected-{report.pk}-{key}-{reader.pk}"
    body = f"Something waits for you.\n\nSign in to see it: {settings.PUBLIC_URL}/\n"
    enqueue(to=reader, key=key, subject=f"Held in Mind: {WAITS}", body=body, by_day=True)


def _step(
    report: WhistleReport, kind: str, as_of: dt.datetime, *, by: User | None = None, text: str = ""
) -> WhistleStep:
    return WhistleStep.objects.create(report=report, kind=kind, text=text.strip(), by=by, happened_at=as_of)


# --- by whoever makes it ----------------------------------------------------------------------------------------------


@action
def blow_whistle(
    *,
    what: str,
    about: str,
    reader: User,
    may_be_known: bool = False,
    child: Child | None = None,
    then_reader: User | None = None,
    by: User,
    as_of: dt.datetime,
) -> WhistleReport:
    """Report wrongdoing to one person who is free of line management, chosen by whoever reports it.

    Who made it is sealed. Its reader must say within two working days that they have it; else it goes to `then_reader`, if
    whoever reports it has named one.
    """
    if not by.can(Permission.BLOW_WHISTLE):
        raise PermissionDenied(f"this role may not {Permission.BLOW_WHISTLE}")
    for_child.required(
        what=(what, "Enter what is wrong"), about=(about, "Enter whom or what it is about, and where it happened")
    )
    _may_be_reader(by, reader)
    if then_reader is not None:
        _may_be_next(by, then_reader, reader)
    if child is not None and not to_raise_about(by).filter(pk=child.pk).exists():
        raise Invalid({"child": "Select a child from the list"})
    authority = reader.authority
    assert authority is not None  # noqa: S101 - readers are of a council: see readers()
    _without_a_name()
    report = WhistleReport.objects.create(
        authority=authority,
        reader=reader,
        then_reader=then_reader,
        what=what.strip(),
        about=about.strip(),
        child=child,
        may_be_known=may_be_known,
        raised_at=as_of,
        acknowledge_by=policies.acknowledge_by(authority, as_of),
    )
    WhistleIdentity.objects.create(report=report, reporter=by)
    _tell(reader, report, "made")
    return report


def _may_be_reader(by: User, reader: User) -> None:
    if not readers(by).filter(pk=reader.pk).exists():
        raise Invalid({"reader": "Select who is to read it from the list"})


def _may_be_next(by: User, then_reader: User, reader: User) -> None:
    if not readers(by).filter(pk=then_reader.pk, authority=reader.authority_id).exists():
        raise Invalid({"then_reader": "Select somebody of the same council from the list"})
    if then_reader.pk == reader.pk:
        raise Invalid({"then_reader": "Select somebody else than the person who reads it first"})


def _theirs(report: WhistleReport, by: User) -> None:
    policies.made_it(by, report)
    for_child.hold(report)
    _without_a_name()


@action
def add_to_report(*, report: WhistleReport, text: str, by: User, as_of: dt.datetime) -> WhistleStep:
    """Say more, by whoever made it. A report that was closed is open again, and an answer is owed again."""
    _theirs(report, by)
    for_child.required(text=(text, "Enter what you want to add"))
    report.closed_at, report.outcome, report.answered_at = None, "", None
    report.save(update_fields=["closed_at", "outcome", "answered_at"])
    step = _step(report, Kind.ADDED, as_of, text=text)
    _tell(report.reader, report, f"added-{step.pk}")
    return step


@action
def let_be_known(*, report: WhistleReport, may_be_known: bool, by: User, as_of: dt.datetime) -> WhistleReport:
    """Allow the reader to know who made it, or seal it again. Whoever made it alone says so, and may change it."""
    _theirs(report, by)
    if report.may_be_known != may_be_known:
        report.may_be_known = may_be_known
        report.save(update_fields=["may_be_known"])
        _step(report, Kind.ALLOWED if may_be_known else Kind.SEALED, as_of)
    return report


@action
def choose_reader(*, report: WhistleReport, reader: User, by: User, as_of: dt.datetime) -> WhistleReport:
    """Give it to another reader: by whoever made it, where the first has not answered or is not the right one."""
    _theirs(report, by)
    policies.still_open(report)
    _may_be_reader(by, reader)
    if reader.authority_id != report.authority_id:
        raise Invalid({"reader": "Select somebody of the same council"})
    if reader.pk == report.reader_id:
        raise Conflict(f"{reader.name} reads it already.")
    _give(report, reader, Kind.PASSED, as_of)
    return report


def _give(report: WhistleReport, reader: User, kind: str, as_of: dt.datetime) -> None:
    """Another reads it from now on, and nobody after them until its maker says so."""
    report.reader, report.then_reader, report.acknowledged_at, report.answered_at = reader, None, None, None
    report.acknowledge_by = policies.acknowledge_by(report.authority, as_of)
    report.save(update_fields=["reader", "then_reader", "acknowledged_at", "answered_at", "acknowledge_by"])
    step = _step(report, kind, as_of)
    _tell(reader, report, f"given-{step.pk}")


# --- by itself --------------------------------------------------------------------------------------------------------


def go_on(*, as_of: dt.datetime, now: dt.datetime | None = None) -> int:
    """What its reader has not acknowledged in time goes to the one its maker named for that. Returns how many did. To
    nobody else, and not to one who does not read reports any more: it may be about them."""
    waiting = WhistleReport.objects.open().filter(
        acknowledged_at__isnull=True, acknowledge_by__lt=clock.local_date(as_of)
    )
    keys = list(waiting.filter(then_reader__isnull=False).order_by("pk").values_list("pk", flat=True))
    return sum(_goes_on(pk, now or as_of) for pk in keys)


def _goes_on(pk: int, as_of: dt.datetime) -> bool:
    try:
        with transaction.atomic():
            _without_a_name()
            held = WhistleReport.objects.open().filter(pk=pk, acknowledged_at__isnull=True)
            found = (
                held.select_for_update(skip_locked=True, of=("self",))
                .select_related("then_reader", "authority")
                .first()
            )
            next_reader = found.then_reader if found is not None else None
            goes = next_reader is not None and still_reads(next_reader)
            if found is not None and next_reader is not None and goes:
                _give(found, next_reader, Kind.WENT_ON, as_of)
            say_who(None, "")
    except SoftTimeLimitExceeded:  # the task's time is over: the next sweep goes on
        raise
    except Exception as error:  # whatever is wrong with one, the others wait too; its number says nothing of anybody
        logger.error("a report could not go on: %s", type(error).__name__)
        return False
    return goes


# --- by its reader ----------------------------------------------------------------------------------------------------


def _read(report: WhistleReport, by: User) -> None:
    policies.may_read(by, report)
    for_child.hold(report)


@action
def acknowledge(*, report: WhistleReport, by: User, as_of: dt.datetime) -> WhistleStep:
    """Tell whoever made it that somebody has it: owed within two working days."""
    _read(report, by)
    policies.still_open(report)
    if report.acknowledged_at is not None:
        raise Conflict("This was acknowledged already.")
    report.acknowledged_at = as_of
    report.save(update_fields=["acknowledged_at"])
    return _step(report, Kind.ACKNOWLEDGED, as_of, by=by)


@action
def answer_report(*, report: WhistleReport, kind: str, text: str, by: User, as_of: dt.datetime) -> WhistleStep:
    """Tell whoever made it what is being done, or what came of it. They read exactly this."""
    _read(report, by)
    policies.still_open(report)
    told = [(each.value, each.label) for each in (Kind.DONE, Kind.ANSWERED)]
    for_child.one_of(kind, told, "kind", "Select whether this is the answer")
    for_child.required(text=(text, "Enter what you tell them"))
    report.acknowledged_at = report.acknowledged_at or as_of
    if kind == Kind.ANSWERED:
        report.answered_at = as_of
    report.save(update_fields=["acknowledged_at", "answered_at"])
    return _step(report, kind, as_of, by=by, text=text)


@action
def close_report(*, report: WhistleReport, outcome: str, text: str, by: User, as_of: dt.datetime) -> WhistleStep:
    """Close it, with what came of it, once whoever made it was answered."""
    _read(report, by)
    policies.still_open(report)
    for_child.one_of(outcome, WhistleReport.Outcome.choices, "outcome", "Select what came of it")
    for_child.required(text=(text, "Enter what was done"))
    if report.answered_at is None:
        raise Invalid({"": "Answer whoever made it before you close it"})
    report.closed_at, report.outcome = as_of, outcome
    report.save(update_fields=["closed_at", "outcome"])
    return _step(report, Kind.CLOSED, as_of, by=by, text=text)


@action
def open_seal(*, report: WhistleReport, by: User, as_of: dt.datetime) -> User:
    """Read who made it, where they allow it. That it was read is recorded in the same transaction, and they see it."""
    _read(report, by)
    allowed = WhistleReport.objects.filter(pk=OuterRef("report"), may_be_known=True)
    identity = WhistleIdentity.objects.filter(Exists(allowed), report=report).select_related("reporter").first()
    if identity is None:
        raise PermissionDenied("whoever made this report does not want to be known")
    IdentityRead.objects.create(report=report, by=by)
    return identity.reporter
