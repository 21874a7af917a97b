"""The parts rules' queries are made of.

Every query is set-based: one statement whatever the number of children, and what it reads of a child's history is
found by index (LATERAL … LIMIT 1) or bounded in days, so its cost does not grow with the years she has been here.
Days are English days: the database is told the zone each time and its session's own is never relied on.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from collections.abc import Sequence

from placements import codes

ZONE = "'Europe/London'"


def start_of(day: str) -> str:
    """The first instant of an English day."""
    return f"(({day})::timestamp AT TIME ZONE {ZONE})"


def day_of(instant: str) -> str:
    """The date on English calendars at an instant."""
    return f"(({instant}) AT TIME ZONE {ZONE})::date"


def listed(values: Sequence[str]) -> str:
    """Codes of ours as an SQL list."""
    return ", ".join(f"'{value}'" for value in values)


def covers_today(alias: str) -> str:
    """A dated record covers today: from its first day up to, and not counting, its last."""
    return covers_on(alias, "%(today)s")


def covers_on(alias: str, day: str) -> str:
    """The same of another day."""
    return f"({alias}.started_on <= {day} AND ({alias}.ended_on IS NULL OR {alias}.ended_on > {day}))"


def known(alias: str) -> str:
    """The record was in the database by then; always so, except in a replay."""
    return f"(%(known_by)s::timestamptz IS NULL OR {alias}.recorded_at <= %(known_by)s)"


def stands(alias: str) -> str:
    """The note was not recorded in error; in a replay, nobody had said so by then."""
    return f"({alias}.in_error_at IS NULL OR {alias}.in_error_at > %(known_by)s::timestamptz)"


# A thing due *on* a day is overdue from the first instant after that day.
STAGE_OF_DAYS = "CASE WHEN %(as_of)s >= due_at THEN 'overdue' ELSE 'due' END"
# A thing allowed so many hours has all of the last one.
STAGE_OF_HOURS = "CASE WHEN %(as_of)s > due_at THEN 'overdue' ELSE 'due' END"
# What is wrong the moment it happens, or a set time before something, is overdue from that instant on.
STAGE_AT_ONCE = STAGE_OF_DAYS


def asked_about(column: str) -> str:
    """A placement is asked about: all are where no list of them is given."""
    return f"(%(placements)s::bigint[] IS NULL OR {column} = ANY(%(placements)s::bigint[]))"


def of_a_list(query: str) -> str:
    """A query that is always given a list: without the way round it, the database plans to look nowhere else."""
    return query.replace("(%(placements)s::bigint[] IS NULL OR ", "(")


def beside_others(query: str) -> str:
    """A rule's query where FOR_ALL stands before many of them: what most begin with is made once, and not by each."""
    if FOLLOWED in query:
        query = query.replace(RISK, "risk AS (SELECT * FROM followed_risk)")
    return query.replace(FOLLOWED, "subject AS (SELECT * FROM followed)").replace(
        LIVE, "subject AS (SELECT * FROM live)"
    )


def _subject(extra: str, name: str = "subject") -> str:
    return f"""{name} AS MATERIALIZED (
    SELECT p.id AS placement_id, p.child_id, c.authority_id, p.home_id, p.type, p.basis, p.until_18, p.started_on,
           c.date_of_birth, greatest(p.started_on, p.followed_from) AS from_day,
           coalesce(p.started_at, {start_of("p.started_on")}) AS started_at
    FROM placements_placement p
    JOIN children_child c ON c.id = p.child_id
    WHERE {covers_today("p")} AND (p.started_at IS NULL OR p.started_at <= %(as_of)s)
      AND c.date_of_birth + interval '18 years' > %(today)s
      AND EXISTS (SELECT FROM children_careepisode e WHERE e.child_id = p.child_id AND {covers_today("e")})
      AND {known("p")} {extra}
)"""


# Placements in which child clocks run: live, of a child under 18 who is looked after.
_LIVE = f"AND {asked_about('p.id')}"
LIVE = _subject(_LIVE)
# And which a team of ours follows. `from_day` is the first day whose records are ours to keep.
_FOLLOWED = f"AND p.followed_from <= %(today)s AND {asked_about('p.id')}"
FOLLOWED = _subject(_FOLLOWED)

# What is on record of the home's registration today, if anything.
SETTING = (
    f"LEFT JOIN placements_registration setting ON setting.home_id = subject.home_id AND {covers_today('setting')}"
)


# Unregistered settings and deprivation of liberty orders, as `high_risk` in placements/querysets.py has them, with the
# first day of the unbroken stretch that covers today: a renewed order does not start the clock again.
def _risk(of: str, name: str) -> str:
    return f"""risky_{of} AS MATERIALIZED (
    SELECT placement_id, {of}.child_id, {of}.home_id
    FROM {of} JOIN placements_registration r ON r.home_id = {of}.home_id
    WHERE r.status = 'not_registered' AND {covers_today("r")}
    UNION
    SELECT placement_id, {of}.child_id, {of}.home_id
    FROM {of} JOIN placements_dolorder o ON o.child_id = {of}.child_id
    WHERE o.starts_on <= %(today)s AND o.expires_on >= %(today)s
      AND (o.discharged_on IS NULL OR o.discharged_on > %(today)s) AND {known("o")}
), {name} AS MATERIALIZED (
    SELECT risky.placement_id, lower(stretch) AS risky_from
    FROM risky_{of} AS risky
    CROSS JOIN LATERAL (
        SELECT range_agg(days) AS stretches FROM (
            SELECT daterange(r.started_on, r.ended_on) FROM placements_registration r
            WHERE r.home_id = risky.home_id AND r.status = 'not_registered' AND r.started_on <= %(today)s
            UNION ALL
            SELECT daterange(o.starts_on, least(o.expires_on + 1, o.discharged_on)) FROM placements_dolorder o
            WHERE o.child_id = risky.child_id AND o.starts_on <= %(today)s AND {known("o")}
              AND (o.discharged_on IS NULL OR o.discharged_on > o.starts_on)
        ) AS each(days)
    ) AS joined
    CROSS JOIN LATERAL unnest(stretches) AS stretch
    WHERE stretch @> %(today)s::date
)"""


RISK = _risk("subject", "risk")

# The same for many rules at once: see `beside_others`.
FOR_ALL = f"{_subject(_LIVE, 'live')}, {_subject(_FOLLOWED, 'followed')}, {_risk('followed', 'followed_risk')}"

# The high-risk placements of the councils that are asked about, all of them whatever the list: what one is compared with.
_PEER = _subject(
    f"""AND p.followed_from <= %(today)s AND c.authority_id IN (SELECT subject.authority_id FROM subject) AND p.id IN (
        SELECT q.id FROM placements_registration r JOIN placements_placement q ON q.home_id = r.home_id
        WHERE r.status = 'not_registered' AND {covers_today("r")}
        UNION
        SELECT q.id FROM placements_dolorder o JOIN placements_placement q ON q.child_id = o.child_id
        WHERE o.starts_on <= %(today)s AND o.expires_on >= %(today)s)""",
    name="peer",
)
PEERS = f"{_PEER}, {_risk('peer', 'peer_risk')}"


# Where somebody is employed to care for her: the placements asked for a manager and logs, and from when. An emergency
# has its grace first. `registered` decides on what the duty rests. Needs the standard `grace`.
CARE = f"""care AS MATERIALIZED (
    SELECT subject.*, coalesce(setting.status = 'registered', false) AS registered,
           greatest(subject.started_at, {start_of("subject.from_day")},
                    CASE WHEN subject.type NOT IN ({listed(codes.RESIDENTIAL)}) THEN {start_of("risk.risky_from")} END,
                    CASE WHEN subject.basis = 'emergency'
                         THEN subject.started_at + standard.grace * interval '1 hour' END
           ) AS duty_from
    FROM subject
    JOIN standard USING (authority_id)
    LEFT JOIN risk USING (placement_id)
    {SETTING}
    WHERE subject.type NOT IN ({listed(codes.FOSTER)})
      AND (subject.type IN ({listed(codes.RESIDENTIAL)}) OR risk.placement_id IS NOT NULL)
)"""


def visits(where: str, *, order: str = "DESC", rows: str = "LIMIT 1") -> str:
    """Visits in person to `subject`'s placement, up to now, newest first; `outcome` is as last corrected."""
    return f"""
        SELECT v.occurred_at FROM placements_visit v
        LEFT JOIN LATERAL (
            SELECT a.outcome FROM placements_addition a
            WHERE a.visit_id = v.id AND a.kind = 'correction' AND a.outcome <> '' AND {known("a")}
            ORDER BY a.recorded_at DESC, a.id DESC LIMIT 1
        ) AS corrected ON true
        CROSS JOIN LATERAL (SELECT coalesce(corrected.outcome, v.outcome) AS outcome) AS now
        WHERE v.placement_id = subject.placement_id AND v.occurred_at <= %(as_of)s AND {known("v")}
          AND {stands("v")} AND v.manner = 'in_person' AND {where}
        ORDER BY v.occurred_at {order} {rows}"""


def working_days_after(day: str, number: str) -> str:
    """The date so many working days after a day, by the bank holidays passed in: see core/working_days.py."""
    return f"""
        SELECT each.day::date AS day
        FROM generate_series(({day} + 1)::timestamp, ({day} + 2 * {number} + 21)::timestamp, interval '1 day')
             AS each(day)
        WHERE extract(isodow FROM each.day) < 6 AND NOT each.day::date = ANY(%(bank_holidays)s::date[])
        ORDER BY each.day OFFSET {number} - 1 LIMIT 1"""


ABOUT = ("carer_id", "agency_id", "shift_id")  # what a clock may be about beside a child's placement


def clocks(*tables: str, rows: str, stage: str, about: Sequence[str] = (), held: bool = False) -> str:
    """A rule's whole query: its tables, the rows that say when each clock started and fell due, and its stage.

    `about` names the columns of ABOUT that the rows have; with `held` they also say who holds the flag, as `holder_id`.
    """
    columns = ", ".join(name if name in about else f"NULL::bigint AS {name}" for name in ABOUT)
    return f"""
WITH {", ".join(tables)},
clock AS ({rows})
SELECT {"holder_id, " if held else ""}authority_id, child_id, placement_id, {columns}, limb, clock_started_at, due_at,
       {stage} AS stage FROM clock"""
