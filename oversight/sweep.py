"""The sweep: raises what breaches and does not stand, clears what stands and no longer breaches.

Each rule has a transaction of its own and one statement for all children. Whoever is killed in the middle leaves some
rules checked and some not; the next sweep computes everything from the facts again. Two sweeps, or a sweep and the
recheck after an action, take turns at each rule, so that the later one sees what the earlier one wrote.

A sweep of a past instant leaves alone what was raised or cleared after it: a slow sweep never undoes the recheck of a
visit logged while it ran, and catching up never disturbs the present.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt
import functools
import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from core import clock
from core.actions import say_who
from core.db import rows_of
from core.working_days import bank_holidays
from oversight import owners, rulebook
from oversight.models import Flag, SweepRun
from oversight.rulebook import Rule
from oversight.rulebook.sql import asked_about, of_a_list
from oversight.traits import asked_of

logger = logging.getLogger(__name__)


class NotYet(ValueError):
    """The instant asked about has not come."""


class NotNow(Exception):
    """Another sweep has a turn that is asked for."""


CLOCKS_DIFFER_BY = dt.timedelta(minutes=1)
SCRATCH = "scratch_"  # how the name of a database begins in which nobody's flags are kept
LOCKS = 0x4E1D  # the first half of our advisory locks' keys; the second is the rule
FIRST_HOLIDAYS = 2010
_after: list[Callable[..., Any]] = []


def on_swept(act: Callable[..., Any]) -> None:
    """Register what a floor above does once every rule has been checked: `act(as_of=…, now=…)`, after each sweep, those of
    days that were missed included. `now` is when it is done, which is later for such a day: people are told now."""
    _after.append(act)


def sweep(*, as_of: dt.datetime, only: Sequence[str] = (), now: dt.datetime | None = None) -> SweepRun:
    """Check every rule, or only some, for every child as of an instant. Idempotent; safe beside another. Raises NotYet.

    `now`: when it is done, where that is later.
    """
    _not_in_the_future(as_of)
    run = SweepRun.objects.create(as_of=as_of, started_at=clock.database_now(), only=sorted(only))
    raised, cleared, failed = _check(as_of=as_of, placements=None, only=only)
    if not only:
        cleared += _retire(as_of=as_of)
    run.raised, run.cleared, run.failed_rules = raised, cleared, failed
    run.standing = Flag.objects.standing().count()
    run.finished_at = clock.database_now()
    # Not when it began, which would be reckoned anew.
    run.save(update_fields=["raised", "cleared", "failed_rules", "standing", "finished_at"])
    run.refresh_from_db()
    for act in _after:
        try:
            act(as_of=as_of, now=now or as_of)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # the rules are checked whatever comes of it, and the next sweep asks again
            logger.error("%s after the sweep failed: %s", act.__name__, type(error).__name__)
    return run


def _not_in_the_future(as_of: dt.datetime) -> None:
    """What will be overdue one day is not overdue, and what is overdue today would be hidden until that day."""
    now = clock.now()
    if as_of > now + CLOCKS_DIFFER_BY and not str(connection.settings_dict["NAME"]).startswith(SCRATCH):
        raise NotYet(
            f"{as_of:%Y-%m-%d %H:%M %Z} has not come: it is {now:%Y-%m-%d %H:%M %Z}. The rules are checked as of now or "
            f"the past; for a look ahead use a database whose name begins with {SCRATCH}."
        )


def recheck(*, subjects: Iterable[tuple[str, int]], as_of: dt.datetime) -> None:
    """Check every rule again for the placements that what was touched bears on."""
    placements = _placements_of(subjects, as_of=as_of)
    if placements:
        _check(as_of=as_of, placements=placements)


def catch_up(*, as_of: dt.datetime) -> list[SweepRun]:
    """Replay the ends of the days that were missed, in order, then sweep now: an outage leaves no hole.

    A rule that could not be evaluated for some days, while the others were, has missed those days by itself: they are
    replayed for it alone. While it still cannot be, that is tried once and left for the next time.
    """
    last = SweepRun.last_finished(as_of=as_of)
    runs = []
    if last is not None:
        runs = _replay_alone(SweepRun.behind(as_of=last.as_of), until=last.as_of, now=as_of)
        runs += [sweep(as_of=instant, now=as_of) for instant in _ends_of_days(last.as_of, as_of) if instant < as_of]
    runs.append(sweep(as_of=as_of))
    return runs


def _replay_alone(behind: dict[str, dt.datetime], *, until: dt.datetime, now: dt.datetime) -> list[SweepRun]:
    """Replay, for each rule that is behind, the ends of the days since it was last checked, up to an instant."""
    runs: list[SweepRun] = []
    for instant in _ends_of_days(min(behind.values(), default=until), until):
        if codes := [code for code, checked in behind.items() if checked < instant]:
            runs.append(sweep(as_of=instant, only=codes, now=now))
            behind = {code: checked for code, checked in behind.items() if code not in runs[-1].failed_rules}
    return runs


def _ends_of_days(after: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
    """The ends of English days after one instant and up to another, in order."""
    day = clock.local_date(after)
    while (instant := clock.end_of(day)) <= until:
        if instant > after:
            yield instant
        day += dt.timedelta(days=1)


def parameters(*, as_of: dt.datetime, placements: Sequence[int] | None = None) -> dict[str, Any]:
    """What every rule's query is given."""
    today = clock.local_date(as_of)
    return {
        "as_of": as_of,
        "today": today,
        "placements": None if placements is None else list(placements),
        "known_by": None,
        "bank_holidays": _bank_holidays(today.year + 1),
    }


# The type of each, for a query that is planned before it is given any.
TYPES = {
    "as_of": "timestamptz",
    "today": "date",
    "placements": "bigint[]",
    "known_by": "timestamptz",
    "bank_holidays": "date[]",
}


@functools.lru_cache(maxsize=8)
def _bank_holidays(last: int) -> list[dt.date]:
    return sorted(day for year in range(FIRST_HOLIDAYS, last + 1) for day in bank_holidays(year))


def _check(
    *, as_of: dt.datetime, placements: Sequence[int] | None, only: Sequence[str] = ()
) -> tuple[int, int, list[str]]:
    """A rule that cannot be evaluated stops no other, and its flags stand as they were."""
    asked = parameters(as_of=as_of, placements=placements)
    raised, cleared, failed = 0, 0, []
    rules: Iterable[Rule] = rulebook.clocks_in_force(asked["today"])
    if only:
        rules = [rule for rule in rules if rule.code in only]
    if placements is not None:
        rules = list(asked_of(rules, placements, as_of=as_of))
        if (done := _all_in_one_turn(rules, asked)) is not None:
            return *done, []
    for rule in rules:
        try:
            up, down = _apply(rule, asked)
        except SoftTimeLimitExceeded:  # the task's time is over: no rule is at fault, and the next sweep is soon
            raise
        except Exception as error:  # whatever is wrong with one rule, the others are still children's
            logger.error("rule %s could not be evaluated: %s", rule.code, type(error).__name__)
            failed.append(rule.code)
        else:
            raised, cleared = raised + up, cleared + down
    _says_no_more()
    return raised, cleared, failed


def _all_in_one_turn(rules: Sequence[Rule], asked: dict[str, Any]) -> tuple[int, int] | None:
    """Apply the rules for a few placements at once: somebody who has just saved waits for it, and a turn for each rule
    takes longer than the rule. None where one cannot be evaluated, or it is the turn of another sweep: then each rule has
    its own turn, and its own failure."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if not _begins(cursor, [rule.code for rule in rules]):
                raise NotNow
            counts = [_in_turn(rule, asked) for rule in rules]
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # whatever it is, the rule whose fault it is says so in its own turn
        return None
    _says_no_more()
    return sum(up for up, _ in counts), sum(down for _, down in counts)


def _says_no_more() -> None:
    if connection.in_atomic_block:  # only inside a longer transaction, as in tests
        say_who(None, "")


def _apply(rule: Rule, asked: dict[str, Any]) -> tuple[int, int]:
    with transaction.atomic(), connection.cursor() as cursor:
        _begin(cursor, rule.code)
        return _in_turn(rule, asked)


def _in_turn(rule: Rule, asked: dict[str, Any]) -> tuple[int, int]:
    """How many flags of a rule were raised and how many cleared, while it is this rule's turn."""
    given = asked | {"rule": rule.code}
    if asked["placements"] is None:
        [(raised, cleared, ownerless)] = of_everything(_statement(rule.code), given)
    else:  # after every write: planned once
        [(raised, cleared, ownerless)] = rows_of(of_a_list(_statement(rule.code)), TYPES | {"rule": "text"}, given)
    if ownerless:  # no account is active anywhere: there is nobody to tell
        logger.error("rule %s: %d flags could not be raised, since nobody has an account", rule.code, ownerless)
    return raised, cleared


def of_everything(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement about all children, planned each time, for what there is."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


SWEEPING = "set_config('app.user_id', '', true), set_config('app.reason', 'sweep', true)"


def _begin(cursor: Any, code: str) -> None:
    """Wait for this rule's turn, and say that a sweep is writing. The next statement sees what came before."""
    cursor.execute(f"SELECT {SWEEPING}, pg_advisory_xact_lock(%s, %s)", [LOCKS, _turn(code)])


def _begins(cursor: Any, codes: Sequence[str]) -> bool:
    """The same for several, but nobody waits: whether it is the turn of all of them. Where all were waited for, whoever saves
    something about one child would wait for everybody who saves something about another."""
    cursor.execute(
        f"SELECT {SWEEPING}, (SELECT bool_and(pg_try_advisory_xact_lock(%s, turn)) FROM unnest(%s::int[]) AS turn)",
        [LOCKS, [_turn(code) for code in codes]],
    )
    return cursor.fetchone()[-1] is not False


def _turn(code: str) -> int:
    return zlib.crc32(code.encode()) & 0x7FFFFFFF


def _retire(*, as_of: dt.datetime) -> int:
    """Clear what stands under a rule no longer in force, or no longer in the book."""
    in_force = [rule.code for rule in rulebook.clocks_in_force(clock.local_date(as_of))]
    with transaction.atomic():
        with connection.cursor() as cursor:
            _begin(cursor, "retired rules")
        stale = Flag.objects.standing().exclude(rule__in=in_force).filter(raised_at__lte=as_of)
        cleared = stale.update(cleared_at=as_of)
        if connection.in_atomic_block:
            say_who(None, "")
    return cleared


# What makes a standing flag and a breach one and the same. Equalities first: by them the two are joined.
SAME = """f.child_id = b.child_id AND f.placement_id = b.placement_id AND f.limb = b.limb AND f.due_at = b.due_at
      AND (f.carer_id, f.agency_id, f.shift_id) IS NOT DISTINCT FROM (b.carer_id, b.agency_id, b.shift_id)"""


def _owner(rule: Rule, role: str) -> str:
    """The SQL expression for who holds a flag of a rule that is this role's duty, or somebody's by name."""
    if rule.behind_the_door:
        return "breach.holder_id"
    return f"coalesce(breach.holder_id, {owners.owner(role)})" if rule.names_holder else owners.owner(role)


def _role(rule: Rule, role: str) -> str:
    """And for whose duty it is said to be."""
    named = "(SELECT u.role FROM core_user u WHERE u.id = breach.holder_id)"
    return f"coalesce({named}, '{role}')" if rule.names_holder else f"'{role}'"


@functools.cache
def _statement(code: str) -> str:
    rule = rulebook.get(code)
    assert rule is not None  # noqa: S101 - called only with codes of the book
    severity = " ".join(f"WHEN '{limb}' THEN '{rule.severity_of(limb)}'" for limb in rule.limb_codes)
    roles = {limb: rule.owner_of(limb) for limb in rule.limb_codes}
    role = " ".join(f"WHEN '{limb}' THEN {_role(rule, str(owner))}" for limb, owner in roles.items())
    owner = " ".join(f"WHEN '{limb}' THEN {_owner(rule, str(owner))}" for limb, owner in roles.items())
    return f"""
WITH breach AS MATERIALIZED (
    SELECT * FROM ({rule.clocks}) AS clock WHERE stage = 'overdue'
), {owners.TABLES}, owned AS MATERIALIZED (
    SELECT breach.*, CASE breach.limb {severity} END AS severity, CASE breach.limb {role} END AS owner_role,
           CASE breach.limb {owner} END AS owner_id
    FROM breach {owners.JOINS}
), raised AS (
    INSERT INTO oversight_flag (rule, limb, severity, authority_id, child_id, placement_id, carer_id, agency_id, shift_id,
                                clock_started_at, due_at, raised_at, owner_role, owner_id)
    SELECT %(rule)s, limb, severity, authority_id, child_id, placement_id, carer_id, agency_id, shift_id,
           clock_started_at, due_at, %(as_of)s, owner_role, owner_id
    FROM owned b
    WHERE owner_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM oversight_flag f
        WHERE f.rule = %(rule)s AND {SAME} AND (f.cleared_at IS NULL OR f.cleared_at > %(as_of)s)
    )
    ON CONFLICT DO NOTHING RETURNING 1
), cleared AS (
    UPDATE oversight_flag f SET cleared_at = %(as_of)s
    WHERE f.rule = %(rule)s AND f.cleared_at IS NULL AND f.raised_at <= %(as_of)s
      AND {asked_about("f.placement_id")}
      AND NOT EXISTS (SELECT FROM breach b WHERE {SAME})
    RETURNING 1
), moved AS (
    UPDATE oversight_flag f
    SET owner_id = b.owner_id, owner_role = b.owner_role, severity = b.severity, clock_started_at = b.clock_started_at
    FROM owned b
    WHERE f.rule = %(rule)s AND {SAME} AND f.cleared_at IS NULL AND f.raised_at <= %(as_of)s AND b.owner_id IS NOT NULL
      AND (f.owner_id, f.owner_role, f.severity, f.clock_started_at)
          IS DISTINCT FROM (b.owner_id, b.owner_role, b.severity, b.clock_started_at)
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM cleared),
       (SELECT count(*) FROM owned WHERE owner_id IS NULL)"""


WORKED_LATELY = dt.timedelta(days=35)  # longer ago than this, no rule asks about a carer's shift any more


def _placements_of(subjects: Iterable[tuple[str, int]], *, as_of: dt.datetime) -> list[int]:
    """The placements that what was touched bears on; a carer, or an agency's, on those where they work."""
    by_kind: dict[str, list[int]] = {
        kind: [] for kind in ("placement", "child", "home", "user", "carer", "agency", "shift")
    }
    for kind, pk in subjects:
        if kind not in by_kind:
            raise ValueError(f"no rule knows what a touched {kind!r} bears on")
        by_kind[kind].append(pk)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH worker AS (
                SELECT unnest(%(carer)s::bigint[]) AS carer_id
                UNION
                SELECT carer_id FROM staffing_engagement WHERE agency_id = ANY(%(agency)s)
            )
            SELECT id FROM placements_placement
            WHERE id = ANY(%(placement)s) OR child_id = ANY(%(child)s) OR home_id = ANY(%(home)s)
            UNION
            SELECT p.id FROM placements_placement p JOIN children_allocation a USING (child_id)
            WHERE a.worker_id = ANY(%(user)s) AND p.ended_on IS NULL
            UNION
            SELECT placement_id FROM oversight_flag WHERE cleared_at IS NULL
            AND (owner_id = ANY(%(user)s) OR carer_id = ANY(%(carer)s) OR agency_id = ANY(%(agency)s))
            UNION
            SELECT s.placement_id FROM worker JOIN staffing_assignment a USING (carer_id)
            JOIN staffing_shift s ON s.id = a.shift_id WHERE a.starts_at > %(since)s
            UNION
            SELECT s.placement_id FROM worker JOIN staffing_presence w USING (carer_id)
            JOIN staffing_shift s ON s.id = w.shift_id WHERE w.starts_at > %(since)s
            UNION
            SELECT placement_id FROM staffing_agencyagreement WHERE agency_id = ANY(%(agency)s)
            UNION
            SELECT placement_id FROM staffing_shift WHERE id = ANY(%(shift)s)
            """,
            by_kind | {"since": as_of - WORKED_LATELY},
        )
        return [pk for (pk,) in cursor.fetchall() if pk is not None]
