"""LOG: whether what happened to her each day was written down.

One flag a placement: it is about the first day without a log among the last 28, so months of silence are one red flag
that says since when, and not a flag a day (docs/adr/0011).
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core.access import Permission, Role
from oversight import standards
from oversight.rulebook.rule import Basis, Mend, Rule, Trait
from oversight.rulebook.sql import (
    CARE,
    FOLLOWED,
    RISK,
    STAGE_OF_DAYS,
    STAGE_OF_HOURS,
    ZONE,
    asked_about,
    clocks,
    known,
    stands,
    start_of,
)
from placements import codes

LOOKS_BACK_DAYS = 28

SCOPE = (
    "Residential placements ({types}), and any in an unregistered setting or under a deprivation of liberty order; "
    "never foster care. {which}"
)
CLEARS = (
    "A log, even a late one, that covers the time without one. A missed day also drops out once it is 28 days past: "
    "what was missed stays in the history of flags."
)


def _clocks(where: str) -> str:
    """A clock runs from the end of each stretch that a log covers; the first, from when logs are asked for.

    The first runs 24 hours by the watch. A later one runs a day by the clock on the wall (23 or 25 hours when the
    clocks change) and then the two hours in which a log may be closed, so that a log written at midnight is not late.
    """
    log = f"l.placement_id = care.placement_id AND l.occurred_at <= %(as_of)s AND {known('l')} AND {stands('l')}"
    return clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.GRACE, standards.SILENCE, standards.CLOSING),
        CARE,
        stage=STAGE_OF_HOURS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, '' AS limb, silence.began AS clock_started_at, silence.due_at
            FROM care
            JOIN standard USING (authority_id)
            CROSS JOIN LATERAL (
                SELECT greatest(care.duty_from, %(as_of)s - interval '{LOOKS_BACK_DAYS} days') AS instant
            ) AS since
            LEFT JOIN LATERAL (
                SELECT l.covers_until FROM placements_dailylog l
                WHERE {log} AND l.covers_from < since.instant ORDER BY l.covers_from DESC LIMIT 1
            ) AS before ON true
            CROSS JOIN LATERAL (
                SELECT stretch.began,
                       allowed.until + CASE WHEN stretch.first THEN interval '0' ELSE allowed.closing END AS due_at
                FROM (
                    SELECT covered.until AS began, covered.first,
                           lead(covered.since) OVER (ORDER BY covered.since, covered.until) AS ended
                    FROM (
                        SELECT edge AS since, edge AS until, edge = care.duty_from AS first
                        FROM (SELECT greatest(care.duty_from, before.covers_until) AS edge) AS earlier
                        UNION ALL
                        SELECT l.covers_from, l.covers_until, false FROM placements_dailylog l
                        WHERE {log} AND l.covers_from >= since.instant AND l.covers_from <= %(as_of)s
                    ) AS covered
                ) AS stretch
                CROSS JOIN LATERAL (
                    SELECT standard.closing * interval '1 hour' AS closing,
                           CASE WHEN stretch.first THEN stretch.began + standard.silence * interval '1 hour'
                           ELSE (stretch.began AT TIME ZONE {ZONE} + standard.silence * interval '1 hour')
                                AT TIME ZONE {ZONE}
                           END AS until
                ) AS allowed
                WHERE stretch.ended IS NULL OR stretch.ended >= allowed.until
                ORDER BY 2 LIMIT 1
            ) AS silence
            WHERE {where}""",
    )


LOG_01 = Rule(
    code="LOG-01",
    for_provider=True,
    source_id="LOG-01",
    only=frozenset({Trait.REGISTERED}),
    title="Daily log in a registered home",
    authority="Children’s Homes (England) Regulations 2015, reg 36 and Schedule 3: the home keeps a record of each "
    "child’s care (other registered settings: their own regulations). That 24 hours without a log is too long is how "
    "this authority measures it.",
    basis=Basis.STATUTE,
    scope=SCOPE.format(types=", ".join(codes.RESIDENTIAL), which="In a home recorded as registered."),
    period="24 hours; a log is closed within 2 hours of the time it covers",
    what_clears=CLEARS,
    owned_by=Role.SOCIAL_WORKER,
    in_force_from=dt.date(2015, 4, 1),
    mend=Mend("placements:log", "Write a daily log"),
    clocks=_clocks("care.registered"),
)
LOG_01L = Rule(
    code="LOG-01L",
    for_provider=True,
    source_id="LOG-01",
    only=frozenset({Trait.ELSEWHERE}),
    title="Daily log where no regulations ask for one",
    authority="Local standard, by analogy with the Children’s Homes (England) Regulations 2015, reg 36 and Schedule 3, "
    "which do not bind a setting that is not registered.",
    basis=Basis.LOCAL,
    scope=SCOPE.format(
        types=", ".join(codes.RESIDENTIAL), which="In a setting not registered, or whose registration is not known."
    ),
    period="24 hours; a log is closed within 2 hours of the time it covers",
    what_clears=CLEARS,
    owned_by=Role.SOCIAL_WORKER,
    mend=Mend("placements:log", "Write a daily log"),
    clocks=_clocks("NOT care.registered"),
)

LOG_06 = Rule(
    code="LOG-06",
    source_id="LOG-06",
    title="Keys given back after a move",
    authority="Local standard. Every key, fob, code and device is given back or switched off on the day the placement "
    "ends: the child kept a fob to a placement long after leaving it.",
    basis=Basis.LOCAL,
    scope="Placements that have ended and have keys on record.",
    period="the day the placement ends",
    what_clears="The record that each was given back or switched off, and how.",
    mend=Mend("placements:keys", "See the keys", needs=Permission.MANAGE_PLACEMENTS),
    owned_by=Role.SOCIAL_WORKER,
    clocks=clocks(
        # Looked for from the keys still out, of which there are few, and not from every placement that ever ended.
        f"""left_over AS MATERIALIZED (
            SELECT DISTINCT k.placement_id FROM placements_key k
            WHERE (k.revoked_on IS NULL OR k.revoked_on > %(today)s) AND k.issued_on <= %(today)s AND {known("k")}
        )""",
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT c.authority_id, p.child_id, p.id AS placement_id, '' AS limb,
                   {start_of("p.ended_on")} AS clock_started_at, {start_of("p.ended_on + 1")} AS due_at
            FROM left_over JOIN placements_placement p ON p.id = left_over.placement_id
            JOIN children_child c ON c.id = p.child_id
            WHERE p.ended_on IS NOT NULL AND p.ended_on <= %(today)s
              AND {asked_about("p.id")}""",
    ),
)

RULES = (LOG_01, LOG_01L, LOG_06)
