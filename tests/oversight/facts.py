"""Facts for rules to judge, each in a line, and what the rules then say."""

import datetime as dt

from core.db import rows_of
from core.models import User
from oversight import rulebook
from oversight.models import Flag
from oversight.sweep import TYPES, parameters
from placements.models import Addition, DailyLog, UnregisteredAuthorisation, Visit
from tests.cast import at
from tests.sweeps import rules_alone

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def visit(placement, when: dt.datetime, outcome="seen_alone", *, capacity="social_worker", announced=True, **fields):
    fields = {"place": "Where she lives", "visitor": "A visitor", "recorded_by": User.objects.first()} | fields
    return Visit.objects.create(
        placement=placement, occurred_at=when, outcome=outcome, capacity=capacity, announced=announced, **fields
    )


def correct(visit: Visit, outcome: str) -> Addition:
    return Addition.objects.create(
        visit=visit, kind="correction", text="As it was.", reason="A slip.", outcome=outcome, by=visit.recorded_by
    )


def in_error(note: Visit | DailyLog, when: dt.datetime) -> None:
    """As somebody said at an instant that it was recorded in error."""
    assert type(note).objects.filter(pk=note.pk).update(in_error_at=when) == 1


def log(
    placement, since: dt.datetime, until: dt.datetime, *, written: dt.datetime | None = None, author=None, save=True
) -> DailyLog:
    made = DailyLog(
        placement=placement,
        covers_from=since,
        covers_until=until,
        occurred_at=written or until,
        how_she_was="Calm.",
        day="School, then the park.",
        author=author or User.objects.first(),
        late=False,
    )
    if save:
        made.save()
    return made


def log_of(placement, day: dt.date, **fields) -> DailyLog:
    """The log of a whole day."""
    return log(placement, at(day, 0), at(day + DAY, 0), **fields)


def authorise(placement, when: dt.datetime, *, days=7) -> UnregisteredAuthorisation:
    return UnregisteredAuthorisation.objects.create(
        placement=placement,
        authorised_by=User.objects.filter(role="dcs").first(),
        authorised_at=when,
        expires_at=when + days * DAY,
        reasons="Nowhere registered would take her.",
        alternatives="Forty homes were asked.",
        steps="A registered home has a place next week.",
    )


def check(as_of: dt.datetime) -> dict[tuple[str, str], Flag]:
    """Sweep, and tell what stands, by rule and limb (one placement's)."""
    run = rules_alone(as_of=as_of)
    assert run.failed_rules == []
    return {(flag.rule, flag.limb): flag for flag in Flag.objects.standing().select_related("owner")}


def stands(as_of: dt.datetime, code: str, limb: str = "") -> bool:
    """Whether a rule is breached, asked of its own query alone: quicker than a sweep, and what a sweep would raise."""
    return clocks(code, as_of).get(limb, (None, ""))[1] == "overdue"


def on_days(code: str, limb: str, due: dt.date) -> tuple[bool, bool, bool]:
    """Whether it stands the day before it is due, on the day, and the day after; each as late or early as matters."""
    return (
        stands(at(due - DAY, 12), code, limb),
        stands(at(due, 23, 59), code, limb),
        stands(at(due + DAY, 0, 0), code, limb),
    )


NOT_NOT_YES = (False, False, True)


def clocks(code: str, as_of: dt.datetime, placements=None) -> dict[str, tuple[dt.datetime, str]]:
    """When each limb of a rule falls due, and its stage, without raising anything (one placement's)."""
    rule = rulebook.get(code)
    rows = rows_of(rule.clocks, TYPES, parameters(as_of=as_of, placements=placements))  # asked often: planned once
    return {limb: (due_at, stage) for *_, limb, _, due_at, stage in rows}
