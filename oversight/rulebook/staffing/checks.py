"""STF-01 and STF-02: nobody works a shift unchecked, and who is new to the work becomes qualified in it."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core.access import Role
from oversight.rulebook.rule import Limb, Mend, Trait
from oversight.rulebook.sql import FOLLOWED, SETTING, STAGE_AT_ONCE, STAGE_OF_DAYS, clocks, day_of, known, start_of
from oversight.rulebook.staffing.parts import (
    BEGUN,
    BY_REVIEW,
    CARERS,
    CARERS_SCOPE,
    RECENT,
    REVIEW,
    THERE,
    by_law_and_elsewhere,
    first_of,
    reviewed,
    stands,
)

IN_FORCE = dt.date(2015, 4, 1)
AHEAD = "%(as_of)s + interval '7 days'"
WAIVED = (
    "SELECT FROM staffing_checkwaiver w WHERE w.carer_id = {carer} AND w.placement_id = {placement} AND "
    f"{known('w')} AND {{during}}"
)


# Papers put on record later say nothing of what was worked before: whoever came came without them. What is written down
# late is judged by what was on record when it was written.
PAPERS_BY = "greatest(came_at, recorded_at)"


def _lacks(carer: str, moment: str, on_record_by: str = "NULL") -> str:
    """By the database's own measure, which the gate on the rota asks too."""
    return f"staffing_missing({carer}, {moment}, authority_id, {on_record_by}) <> '{{}}'"


def _unchecked(where: str) -> str:
    """Planned: each carer's shifts of the next week. Checks lapse as time goes by, so whoever lacks none at the last of
    them lacks none at any. Worked: one for each person and shift, since each is looked into by itself."""
    waiver = WAIVED.format(
        carer="a.carer_id",
        placement="s.placement_id",
        during="tstzrange(w.starts_at, w.ends_at) @> tstzrange(a.starts_at, a.ends_at)",
    )
    waived_then = WAIVED.format(
        carer="t.carer_id", placement="t.placement_id", during="w.starts_at <= t.came_at AND w.ends_at > t.came_at"
    )
    put_on = f"""staffing_shift s JOIN staffing_assignment a ON a.shift_id = s.id
        WHERE s.placement_id = bound.placement_id AND s.starts_at <= {AHEAD} AND s.ends_at > %(as_of)s
          AND s.starts_at > %(as_of)s - interval '26 hours' AND a.ends_at > %(as_of)s
          AND {stands("s", "cancelled_at")} AND {stands("a", "removed_at")}"""
    return clocks(
        FOLLOWED,
        f"bound AS MATERIALIZED (SELECT * FROM ("
        f"SELECT subject.*, coalesce(setting.status = 'registered', false) AS registered FROM subject {SETTING}"
        f") AS each WHERE {where})",
        f"""lapsing AS MATERIALIZED (
            SELECT bound.*, on_rota.carer_id FROM bound
            CROSS JOIN LATERAL (
                SELECT a.carer_id, max(a.ends_at) AS last FROM {put_on} GROUP BY a.carer_id
            ) AS on_rota
            WHERE {_lacks("on_rota.carer_id", "on_rota.last")}
        )""",
        RECENT,
        BEGUN,
        THERE,
        f"""unchecked AS MATERIALIZED (
            SELECT carer_id, authority_id, day, papers_by FROM (
                SELECT DISTINCT carer_id, authority_id, {day_of("came_at")} AS day, {PAPERS_BY} AS papers_by FROM there
                WHERE {where} AND carer_id IS NOT NULL
            ) AS each WHERE {_lacks("carer_id", start_of("day"), "papers_by")}
        )""",
        about=("carer_id", "shift_id"),
        stage=STAGE_AT_ONCE,
        rows=f"""
            SELECT authority_id, child_id, placement_id, carer_id, shift_id, limb, due_at AS clock_started_at, due_at
            FROM (
                SELECT DISTINCT ON (placement_id, carer_id, limb) * FROM (
                    SELECT bound.authority_id, bound.child_id, bound.placement_id, bound.carer_id, found.*
                    FROM lapsing AS bound
                    CROSS JOIN LATERAL (
                        SELECT 'planned' AS limb, s.id AS shift_id, a.starts_at, greatest(a.starts_at - interval '7 days', (
                                   SELECT max(c.withdrawn_at) FROM staffing_check c
                                   WHERE c.carer_id = a.carer_id AND c.withdrawn_at <= %(as_of)s)) AS due_at
                        FROM {put_on} AND a.carer_id = bound.carer_id
                          AND {_lacks("a.carer_id", "a.ends_at")} AND NOT EXISTS ({waiver})
                        UNION ALL
                        SELECT 'waived', NULL, a.starts_at, (SELECT w.starts_at {waiver.removeprefix("SELECT")} LIMIT 1)
                        FROM {put_on} AND a.carer_id = bound.carer_id
                          AND {_lacks("a.carer_id", "a.ends_at")} AND EXISTS ({waiver})
                    ) AS found
                ) AS every ORDER BY placement_id, carer_id, limb, due_at, starts_at
            ) AS planned
            UNION ALL
            SELECT DISTINCT authority_id, child_id, placement_id, carer_id, shift_id, 'worked', due_at, due_at FROM (
                {
            first_of(
                f'''SELECT t.*, t.came_at AS due_at FROM there t
                    LEFT JOIN unchecked ON unchecked.carer_id = t.carer_id AND unchecked.authority_id = t.authority_id
                         AND unchecked.day = {day_of("t.came_at")}
                         AND unchecked.papers_by = greatest(t.came_at, t.recorded_at)
                    WHERE {where} AND NOT {reviewed("t.shift_id", happened="t.over_at", recorded="t.recorded_at")}
                      AND (t.carer_id IS NULL
                           OR unchecked.day IS NOT NULL AND NOT EXISTS ({waived_then}))''',
                by=("shift_id", "person"),
            )
        }
            ) AS worked""",
    )


STF_01, STF_01L = by_law_and_elsewhere(
    _unchecked,
    code="STF-01",
    for_provider=True,
    needs=Trait.STAFFED,
    title="Checks before a shift",
    which="reg 32(2) and (3) and Schedule 2",
    authority="nobody works in the home, agency staff included, until their identity with a recent photograph, enhanced "
    "criminal records certificate with the barred list, two references with the last employer’s among them, reason for "
    "leaving earlier work with children or adults as verified, qualifications, and full employment history with its gaps "
    "explained are satisfactorily checked: each of these is confirmed of the check, or it does not count. How soon a "
    "certificate is renewed is a local standard.",
    scope="Carers on shifts of the next 7 days, and those recorded as present in the last 28 days, at placements a team "
    "follows; what was worked, also where the placement has ended since.",
    period="before the first shift; a DBS certificate is renewed every 36 months, or looked up every 12, and on the "
    "anniversary itself it is out of date already",
    what_clears="Of a shift to come: the missing checks, with their evidence; taking the carer off the shift. Of a shift "
    "that was worked, which no paper recorded afterwards makes good: " + BY_REVIEW,
    in_force_from=IN_FORCE,
    limbs=(
        Limb(
            "planned",
            "Carer on the rota without complete checks",
            Role.SOCIAL_WORKER,
            "7 days before the shift",
            mend=Mend("staffing:carer", "See which checks are missing", "carer"),
        ),
        Limb(
            "waived",
            "Carer working before checks are complete",
            Role.SOCIAL_WORKER,
            "48 hours at most",
            "amber",
            mend=Mend("staffing:carer", "See which checks are missing", "carer"),
        ),
        Limb("worked", "Somebody unchecked worked a shift", Role.SOCIAL_WORKER, "at once", mend=REVIEW),
    ),
)

STF_02, STF_02L = by_law_and_elsewhere(
    lambda where: clocks(
        FOLLOWED,
        CARERS,
        about=("carer_id",),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, carer_id, '' AS limb,
                   {start_of("role.since")} AS clock_started_at,
                   {start_of("(role.since + interval '2 years')::date + 1")} AS due_at
            FROM carers JOIN staffing_carer person ON person.id = carers.carer_id
            CROSS JOIN LATERAL (
                SELECT coalesce(person.care_role_since, min(e.started_on)) AS since FROM staffing_engagement e
                WHERE e.carer_id = carers.carer_id AND {known("e")}
            ) AS role
            WHERE {where} AND NOT EXISTS (
                SELECT FROM staffing_check c
                WHERE c.carer_id = carers.carer_id AND c.kind = 'diploma' AND c.checked_on <= %(today)s
                  AND (c.withdrawn_at IS NULL OR c.withdrawn_at > %(as_of)s) AND {known("c")}
            )""",
    ),
    code="STF-02",
    for_provider=True,
    needs=Trait.STAFFED,
    title="Level 3 Diploma",
    which="reg 32(4) and (5)",
    authority="the Level 3 Diploma for Residential Childcare, or what is equivalent, within two years of starting in a "
    "care role.",
    scope=CARERS_SCOPE,
    period="2 years from the start in a care role or, where that is not on record, with the first agency on record",
    what_clears="The diploma on record among the carer’s checks, with its certificate.",
    in_force_from=IN_FORCE,
    mend=Mend("staffing:record_check", "Record the diploma", "carer"),
    owned_by=Role.SOCIAL_WORKER,
)

RULES = (STF_01, STF_01L, STF_02, STF_02L)
