"""CPL-06 and CPL-08: a plan that slips is seen to slip, and the money does not end before the plan does."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Role
from oversight.rulebook.governance.plans import PLANNED, PLANS, SEEKING, pays
from oversight.rulebook.rule import Basis, Limb, Rule
from oversight.rulebook.sql import FOLLOWED, STAGE_OF_DAYS, clocks, known, start_of

# Long-term plans that run today.
RUNNING = f"""running AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id, l.id AS plan_id, l.kind, l.started_on,
           l.interim_safety = '' AS unsafe, l.health_said = '' OR l.education_said = '' OR l.care_said = '' AS alone
    FROM subject JOIN governance_longtermplan l ON l.child_id = subject.child_id
    WHERE l.started_on <= %(today)s AND (l.ended_on IS NULL OR l.ended_on > %(today)s) AND {known("l")}
)"""
# Of each, the first day after a milestone was missed, and the day that makes it red: the second, or 28 days late.
MISSED = f"""missed AS MATERIALIZED (
    SELECT running.*, late.first + 1 AS amber_on, least(late.second + 1, late.first + 29) AS red_on
    FROM running CROSS JOIN LATERAL (
        SELECT min(due_on) AS first, (array_agg(due_on ORDER BY due_on, id))[2] AS second
        FROM governance_milestone m
        WHERE m.plan_id = running.plan_id AND m.due_on < %(today)s AND (m.met_on IS NULL OR m.met_on > %(today)s)
          AND {known("m")}
    ) AS late
)"""

CPL_06 = Rule(
    code="CPL-06",
    source_id="CPL-06",
    title="Long-term plan that slips",
    authority="Local standard: dated milestones, a costed contingency, and health, education and social care heard. One "
    "missed milestone is amber; the second, or 28 days late, is red, and the contingency is then activated or refused "
    "with reasons. A plan for a house was unachievable, and nobody was quick to see it or to make another.",
    basis=Basis.LOCAL,
    scope="Placements a team follows, of a child with a long-term plan that runs.",
    period="milestones and contingency by the day after it begins; partners heard within 5 days; the day after a milestone; "
    "28 days late",
    what_clears="The milestone met; the contingency activated or refused with reasons; what is missing on record; the end of "
    "the plan.",
    limbs=(
        Limb(
            "bare",
            "Long-term plan without milestones or a costed contingency",
            Role.TEAM_MANAGER,
            "the next day",
            "amber",
        ),
        Limb(
            "partners",
            "Long-term plan that health, education or social care did not see",
            Role.TEAM_MANAGER,
            "5 days",
            "amber",
        ),
        Limb(
            "interim", "Move that takes long, with no plan for safety meanwhile", Role.TEAM_MANAGER, "28 days", "amber"
        ),
        Limb("missed", "Milestone of a long-term plan missed", Role.TEAM_MANAGER, "the day after", "amber"),
        Limb(
            "contingency",
            "Contingency to activate or refuse",
            Role.HEAD_OF_SERVICE,
            "second missed milestone, or 28 days late",
        ),
    ),
    only=PLANNED,
    mend=PLANS,
    clocks=clocks(
        FOLLOWED,
        RUNNING,
        MISSED,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, limb, {start_of("min(since)")} AS clock_started_at,
                   {start_of("min(due)")} AS due_at
            FROM (
                SELECT authority_id, child_id, placement_id, 'bare' AS limb, started_on AS since, started_on + 1 AS due
                FROM running
                WHERE NOT EXISTS (SELECT FROM governance_milestone m WHERE m.plan_id = running.plan_id AND {known("m")})
                   OR NOT EXISTS (SELECT FROM governance_contingency c WHERE c.plan_id = running.plan_id
                                  AND c.made_on <= %(today)s AND {known("c")})
                UNION ALL
                SELECT authority_id, child_id, placement_id, 'partners', started_on, started_on + 5 + 1
                FROM running WHERE alone
                UNION ALL
                SELECT authority_id, child_id, placement_id, 'interim', started_on, started_on + 28 + 1
                FROM running WHERE kind = 'move' AND unsafe
                UNION ALL
                SELECT authority_id, child_id, placement_id, 'missed', amber_on - 1, amber_on
                FROM missed WHERE amber_on IS NOT NULL
                UNION ALL
                SELECT authority_id, child_id, placement_id, 'contingency', amber_on - 1, red_on
                FROM missed
                WHERE amber_on IS NOT NULL AND NOT EXISTS (
                    SELECT FROM governance_contingency c
                    WHERE c.plan_id = missed.plan_id AND c.decided_on >= amber_on AND c.decided_on <= %(today)s
                      AND {known("c")})
            ) AS each
            GROUP BY authority_id, child_id, placement_id, limb""",
    ),
)

# The blocks of a child begun by now, newest first, and whether each was agreed for three months at most: one that ends
# early, at a new price, was no short one. `told_on` is the day its early end was approved.
BLOCKS = f"""blocks AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id, f.placement_id AS of_placement, f.starts_on,
           CASE WHEN told_on IS NULL THEN f.ends_on ELSE f.stopped_on - 1 END AS ends_on, told_on,
           f.ends_on < (f.starts_on + interval '3 months')::date AS short,
           row_number() OVER (PARTITION BY subject.placement_id ORDER BY f.starts_on DESC, f.id DESC) AS back
    FROM subject
    JOIN placements_placement p ON p.child_id = subject.child_id
    JOIN governance_funding f ON f.placement_id = p.id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN f.stop_approved_on <= %(today)s THEN f.stop_approved_on END AS told_on
    ) AS early
    WHERE f.starts_on <= %(today)s AND {known("f")} AND {pays("f")}
)"""

CPL_08 = Rule(
    code="CPL-08",
    source_id="CPL-08",
    title="Paid for no longer than three months at a time",
    authority="Local standard. A child whose home is paid for in blocks of three months is always planning her next move, and "
    "nothing that takes longer can be planned: no course after 16, no home near her mother.",
    basis=Basis.LOCAL,
    scope="Placements a team follows that are paid for in blocks recorded here.",
    period="the third block agreed for 3 months or less in a row; 42 days before a block ends with none after it",
    what_clears="A longer block; the next block, or the next placement planned; the end of the placement.",
    severity="amber",
    limbs=(
        Limb("third", "Third short block in a row", Role.DIRECTOR, "at its start"),
        Limb(
            "ending",
            "Block that ends with nothing after it",
            Role.COMMISSIONER,
            "42 days before it ends, or when its early end is approved",
        ),
    ),
    only=PLANNED,
    mend=SEEKING,
    clocks=clocks(
        FOLLOWED,
        BLOCKS,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, 'third' AS limb, {start_of("max(starts_on)")} AS clock_started_at,
                   {start_of("max(starts_on)")} AS due_at
            FROM blocks WHERE back <= 3
            GROUP BY authority_id, child_id, placement_id
            HAVING count(*) = 3 AND bool_and(short) AND bool_or(back = 1 AND of_placement = placement_id)
            UNION ALL
            SELECT authority_id, child_id, placement_id, 'ending', {start_of("starts_on")},
                   {start_of("greatest(ends_on - 42, told_on)")}
            FROM blocks
            WHERE back = 1 AND of_placement = placement_id
              AND NOT EXISTS (SELECT FROM governance_funding f JOIN placements_placement p ON p.id = f.placement_id
                              WHERE p.child_id = blocks.child_id AND f.starts_on > blocks.starts_on AND {known("f")}
                                AND {pays("f")})
              AND NOT EXISTS (SELECT FROM placements_placement next WHERE next.child_id = blocks.child_id
                              AND next.started_on > %(today)s AND {known("next")})""",
    ),
)

RULES = (CPL_06, CPL_08)
