"""STF-04: who supervises those who care for her, and whether the child's own line stops to think."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Limb, Mend, Trait
from oversight.rulebook.sql import FOLLOWED, RISK, SETTING, clocks, covers_today, known, start_of
from oversight.rulebook.staffing.parts import CARERS, CARERS_SCOPE, LATELY, SOON, by_law_and_elsewhere, stands

CASE = Mend("children:case_supervision", "Record supervision", "child")
SUPERVISE = Mend("staffing:record_supervision", "Record supervision", "carer")
# The carers, with the agency each works through on the rota, and the first shift through it.
THROUGH = f"""through AS MATERIALIZED (
    SELECT carers.*, each.agency_id, first.at AS first_through
    FROM carers
    CROSS JOIN LATERAL (
        SELECT DISTINCT a.agency_id FROM staffing_shift s JOIN staffing_assignment a ON a.shift_id = s.id
        WHERE s.placement_id = carers.placement_id AND s.starts_at > {LATELY} AND s.starts_at <= {SOON}
          AND s.published_at <= %(as_of)s AND a.carer_id = carers.carer_id
          AND {stands("s", "cancelled_at")} AND {stands("a", "removed_at")}
    ) AS each
    CROSS JOIN LATERAL (
        SELECT a.starts_at AS at FROM staffing_assignment a JOIN staffing_shift s ON s.id = a.shift_id
        WHERE a.carer_id = carers.carer_id AND s.placement_id = carers.placement_id AND a.agency_id = each.agency_id
          AND s.published_at <= %(as_of)s AND {stands("s", "cancelled_at")} AND {stands("a", "removed_at")}
        ORDER BY a.starts_at LIMIT 1
    ) AS first
    WHERE EXISTS (SELECT FROM staffing_engagement e WHERE e.carer_id = carers.carer_id
                  AND e.agency_id = each.agency_id AND {covers_today("e")})
)"""

# A supervision from before the first shift here is about other work, so the first is owed anew.
LAST_SUPERVISION = f"""
    SELECT v.held_on FROM staffing_supervision v
    WHERE v.carer_id = carers.carer_id AND v.kind = 'practice' AND v.held_on >= carers.first_day
      AND v.held_on <= %(today)s AND {known("v")} ORDER BY v.held_on DESC LIMIT 1"""


def _supervised(where: str) -> str:
    return clocks(
        FOLLOWED,
        RISK,
        standards.columns(
            standards.SUPERVISION_FIRST,
            standards.SUPERVISION,
            standards.SUPERVISION_LONGEST,
            standards.CASE,
            standards.CASE_NEWLY_QUALIFIED,
            standards.REFLECTION,
        ),
        CARERS,
        THROUGH,
        f"""bound AS MATERIALIZED (
            SELECT * FROM (
                SELECT subject.placement_id, subject.child_id, subject.authority_id,
                       greatest(subject.from_day, risk.risky_from) AS began,
                       coalesce(setting.status = 'registered', false) AS registered
                FROM subject JOIN risk USING (placement_id) {SETTING}
            ) AS each WHERE {where}
        )""",
        about=("carer_id", "agency_id"),
        stage="CASE WHEN limb = 'supervisor' AND %(as_of)s > due_at OR limb <> 'supervisor' AND %(as_of)s >= due_at "
        "THEN 'overdue' ELSE 'due' END",
        rows=f"""
            SELECT authority_id, child_id, placement_id, carer_id, agency_id, 'supervisor' AS limb,
                   gap.since AS clock_started_at, gap.since AS due_at
            FROM through
            CROSS JOIN LATERAL (
                SELECT greatest(first_through, (
                    SELECT {start_of("max(line.ended_on)")} FROM staffing_supervisionline line
                    WHERE line.carer_id = through.carer_id AND line.agency_id = through.agency_id
                      AND line.ended_on <= %(today)s AND {known("line")})) AS since
            ) AS gap
            WHERE {where} AND NOT EXISTS (
                SELECT FROM staffing_supervisionline line
                WHERE line.carer_id = through.carer_id AND line.agency_id = through.agency_id
                  AND {covers_today("line")} AND {known("line")})
            UNION ALL
            -- First, then regular, which is amber until it is far too late; each carer has one of the three at a time.
            SELECT authority_id, child_id, placement_id, carer_id, NULL, each.limb,
                   {start_of("coalesce(last.held_on, first_day)")}, {start_of("each.day + 1")}
            FROM carers
            JOIN standard USING (authority_id)
            LEFT JOIN LATERAL ({LAST_SUPERVISION}) AS last ON true
            CROSS JOIN LATERAL (
                SELECT 'first' AS limb, first_day + supervision_first AS day WHERE last.held_on IS NULL
                UNION ALL
                SELECT 'regular', last.held_on + supervision WHERE %(today)s <= last.held_on + supervision_longest
                UNION ALL
                SELECT 'lapsed', last.held_on + supervision_longest WHERE last.held_on IS NOT NULL
            ) AS each
            WHERE {where}
            UNION ALL
            SELECT authority_id, child_id, placement_id, carer_id, NULL, 'appraisal', {start_of("last.day")},
                   {start_of("(last.day + interval '12 months')::date + 1")}
            FROM carers
            CROSS JOIN LATERAL (
                SELECT greatest(
                    (SELECT min(e.started_on) FROM staffing_engagement e
                     WHERE e.carer_id = carers.carer_id AND {covers_today("e")}),
                    (SELECT max(v.held_on) FROM staffing_supervision v
                     WHERE v.carer_id = carers.carer_id AND v.kind = 'appraisal' AND v.held_on <= %(today)s
                       AND {known("v")})) AS day
            ) AS last
            WHERE {where}
            UNION ALL
            -- The child's own line. One row a limb: the worker who has waited longest.
            SELECT DISTINCT ON (placement_id, limb) bound.authority_id, bound.child_id, placement_id, NULL::bigint,
                   NULL::bigint, worker.limb, {start_of("last.day")}, {start_of("last.day + worker.every + 1")} AS due_at
            FROM bound
            JOIN standard USING (authority_id)
            CROSS JOIN LATERAL (
                SELECT al.worker_id, al.started_on,
                       CASE WHEN al.part = 'second_worker' THEN 'second'
                            WHEN u.role = 'team_manager' THEN 'case_of_manager' ELSE 'case' END AS limb,
                       CASE WHEN u.newly_qualified_until >= %(today)s THEN case_newly_qualified
                            ELSE case_supervision END AS every
                FROM children_allocation al JOIN core_user u ON u.id = al.worker_id
                WHERE al.child_id = bound.child_id AND {covers_today("al")}
                  AND (al.part = 'social_worker' OR al.part = 'second_worker' AND u.newly_qualified_until >= %(today)s)
            ) AS worker
            CROSS JOIN LATERAL (
                SELECT greatest(bound.began, worker.started_on, (
                    SELECT v.held_on FROM children_casesupervision v
                    WHERE v.child_id = bound.child_id AND v.worker_id = worker.worker_id AND v.held_on <= %(today)s
                      AND {known("v")} ORDER BY v.held_on DESC LIMIT 1)) AS day
            ) AS last
            UNION ALL
            SELECT authority_id, child_id, placement_id, NULL, NULL, 'reflective', {start_of("last.day")},
                   {start_of("last.day + reflection + 1")}
            FROM bound
            JOIN standard USING (authority_id)
            CROSS JOIN LATERAL (
                SELECT greatest(bound.began, (
                    SELECT max(r.held_on) FROM staffing_reflectivesession r
                    WHERE r.placement_id = bound.placement_id AND r.held_on <= %(today)s AND {known("r")})) AS day
            ) AS last""",
    )


STF_04, STF_04L = by_law_and_elsewhere(
    _supervised,
    code="STF-04",
    for_provider=True,
    needs=Trait.CARED_FOR,
    title="Supervision and reflection",
    which="reg 33(4)(b) and (c)",
    authority="each person who works in the home receives practice-related supervision by somebody with appropriate "
    "experience, and an appraisal at least once a year. The law gives no interval for supervision: how often is how this "
    "authority measures it. Supervision of the child’s own line, and reflection together, are local standards.",
    scope=f"{CARERS_SCOPE} The child’s own line, and reflection together: placements in a setting recorded as not "
    "registered, or of a child under a deprivation of liberty order.",
    period="a supervisor at all times; within 7 days of the first shift here, then every 28 days and never more than 42; "
    "an appraisal every 12 months; the social worker every 28 days, newly qualified every 7; together every 84",
    what_clears="The supervisor’s name on record; a practice supervision, an appraisal, a case supervision or a session of "
    "reflection recorded.",
    in_force_from=dt.date(2015, 4, 1),
    limbs=(
        Limb(
            "supervisor",
            "Carer whom nobody supervises",
            Role.SOCIAL_WORKER,
            "the same day",
            "amber",
            mend=Mend("staffing:name_supervisor", "Name a supervisor", "carer"),
        ),
        Limb("first", "First practice supervision of a carer", Role.SOCIAL_WORKER, "7 days", mend=SUPERVISE),
        Limb("regular", "Next practice supervision of a carer", Role.SOCIAL_WORKER, "28 days", "amber", mend=SUPERVISE),
        Limb("lapsed", "Practice supervision of a carer long overdue", Role.SOCIAL_WORKER, "42 days", mend=SUPERVISE),
        Limb(
            "appraisal",
            "Appraisal of a carer",
            Role.SOCIAL_WORKER,
            "12 months",
            mend=Mend("staffing:record_supervision", "Record an appraisal", "carer"),
        ),
        Limb(
            "case",
            "Supervision of the social worker about this child",
            Role.TEAM_MANAGER,
            "28 days; 7 where newly qualified",
            for_provider=False,
            mend=CASE,
        ),
        Limb(
            "second",
            "Supervision of a newly qualified second worker",
            Role.TEAM_MANAGER,
            "7 days",
            for_provider=False,
            mend=CASE,
        ),
        Limb(
            "case_of_manager",
            "Supervision of a team manager who holds the case",
            Role.HEAD_OF_SERVICE,
            "28 days",
            for_provider=False,
            mend=CASE,
        ),
        Limb(
            "reflective",
            "Reflection together by all who care for the child",
            Role.TEAM_MANAGER,
            "84 days",
            for_provider=False,
            mend=Mend("staffing:record_reflective_session", "Record reflection together"),
        ),
    ),
)

RULES = (STF_04, STF_04L)
