"""VIS: who has been to see her, and when somebody next must.

A statutory visit is one in person, by the authority's representative, at which she was met or herself refused face to
face. An enhanced visit is about her being seen, so there a refusal is an attempt and no more (docs/adr/0013).
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import (
    FOLLOWED,
    RISK,
    STAGE_OF_DAYS,
    clocks,
    covers_today,
    day_of,
    listed,
    start_of,
    visits,
    working_days_after,
)
from placements import codes
from placements.models import Visit

REGULATIONS = "Care Planning, Placement and Case Review (England) Regulations 2010"
IN_FORCE = dt.date(2011, 4, 1)
SHORT_BREAKS = ("V3", "V4")

MET = ("seen_alone", "seen", "refused")
SEEN = ("seen_alone", "seen")
LAST_STATUTORY_VISIT = visits(f"now.outcome IN ({listed(MET)}) AND v.capacity IN ({listed(Visit.REPRESENTATIVES)})")
IN_SCOPE = f"""subject.type NOT IN ({listed(codes.WITH_PARENTS + codes.FOR_ADOPTION)})
    AND NOT EXISTS (SELECT FROM children_legalstatus s WHERE s.child_id = subject.child_id
                    AND s.code IN ({listed(SHORT_BREAKS)}) AND {covers_today("s")})"""

BY_A_REPRESENTATIVE = Mend("placements:visit", "Record a visit", visited_by=Visit.REPRESENTATIVES)
LINE = ("social_worker", "team_manager", "head_of_service")  # from below up


def _their_own(capacity: str) -> Mend:
    """The visit of one of the line, or of somebody above where that post is empty."""
    above = LINE[LINE.index(capacity) + 1 :]
    return Mend("placements:visit", "Record a visit", visited_by=(capacity,), or_above=above)


STATUTORY_SCOPE = (
    "Placements a team follows; not short breaks (legal status V3, V4), children placed with their parents (P1) or "
    "placed for adoption (A3 to A6)."
)
STATUTORY_CLEARS = (
    "A visit in person by a representative of the authority at which the child was met, or refused the visit face to face. "
    "A telephone call, nobody home, or the visit of a guardian, a reviewing officer or the provider does not."
)

VIS_01 = Rule(
    code="VIS-01",
    source_id="VIS-01",
    title="First visit in this placement",
    authority=f"{REGULATIONS}, reg 28(2)(a): within one week of the start of any placement",
    basis=Basis.STATUTE,
    scope=STATUTORY_SCOPE,
    period="7 days",
    what_clears=STATUTORY_CLEARS,
    owned_by=Role.SOCIAL_WORKER,
    in_force_from=IN_FORCE,
    mend=BY_A_REPRESENTATIVE,
    clocks=clocks(
        FOLLOWED,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, '' AS limb,
                   {start_of("from_day")} AS clock_started_at, {start_of("from_day + 7 + 1")} AS due_at
            FROM subject
            LEFT JOIN LATERAL ({LAST_STATUTORY_VISIT}) AS visit ON true
            WHERE visit.occurred_at IS NULL AND {IN_SCOPE}""",
    ),
)


def _next_visit(where: str, due_on: str) -> str:
    """The visit after the last one. The regime is that of the day six weeks after it: in the first year, or later."""
    return clocks(
        FOLLOWED,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, '' AS limb,
                   visit.occurred_at AS clock_started_at, {start_of(f"{due_on} + 1")} AS due_at
            FROM subject
            CROSS JOIN LATERAL ({LAST_STATUTORY_VISIT}) AS visit
            CROSS JOIN LATERAL (SELECT {day_of("visit.occurred_at")} AS day) AS last
            CROSS JOIN LATERAL (SELECT last.day + 42 < (started_on + interval '1 year')::date AS it) AS first_year
            WHERE {where} AND {IN_SCOPE}""",
    )


VIS_02 = Rule(
    code="VIS-02",
    source_id="VIS-02",
    title="Next visit, in the first year of the placement",
    authority=f"{REGULATIONS}, reg 28(2)(b): at intervals of not more than six weeks during the first year",
    basis=Basis.STATUTE,
    scope=STATUTORY_SCOPE,
    period="42 days",
    what_clears=STATUTORY_CLEARS,
    owned_by=Role.SOCIAL_WORKER,
    in_force_from=IN_FORCE,
    mend=BY_A_REPRESENTATIVE,
    clocks=_next_visit("first_year.it", "last.day + 42"),
)

VIS_03 = Rule(
    code="VIS-03",
    source_id="VIS-03",
    title="Next visit, after the first year of the placement",
    authority=f"{REGULATIONS}, reg 28(2)(c): at intervals of not more than three months where the placement is meant "
    "to last until the child is 18, and otherwise of not more than six weeks",
    basis=Basis.STATUTE,
    scope=STATUTORY_SCOPE,
    period="3 calendar months if meant to last until 18, otherwise 42 days",
    what_clears=STATUTORY_CLEARS,
    owned_by=Role.SOCIAL_WORKER,
    in_force_from=IN_FORCE,
    mend=BY_A_REPRESENTATIVE,
    clocks=_next_visit(
        "NOT first_year.it", "CASE WHEN until_18 THEN (last.day + interval '3 months')::date ELSE last.day + 42 END"
    ),
)

# The later of: the placement's start, the day a team took it on, and the day it became high-risk.
BEGAN = "CROSS JOIN LATERAL (SELECT greatest(subject.from_day, risk.risky_from) AS day) AS began"
ENHANCED_SCOPE = (
    "Placements in a setting recorded as not registered, or of a child under a deprivation of liberty order."
)
ENHANCED_BASIS = (
    "Local standard. No statute asks for it: in the case this was learnt from the six-weekly visits were made, and the child "
    "was largely unseen."
)

# A visit by somebody above, where the post whose visit it is stands empty: as owners.py finds who holds its flag. Whose
# worker the child had is dated, so the day of the visit decides; who manages a team is not.
IN_THEIR_PLACE = f"""(part.limb = 'social_worker' AND v.capacity IN ('team_manager', 'head_of_service') AND NOT EXISTS (
        SELECT FROM children_allocation a JOIN core_user u ON u.id = a.worker_id
        WHERE a.child_id = subject.child_id AND a.part = 'social_worker' AND u.is_active
          AND u.authority_id = subject.authority_id AND a.started_on <= {day_of("v.occurred_at")}
          AND (a.ended_on IS NULL OR a.ended_on > {day_of("v.occurred_at")})
    ) OR part.limb = 'team_manager' AND v.capacity = 'head_of_service' AND NOT EXISTS (
        SELECT FROM children_child c JOIN core_user u ON u.team_id = c.team_id
        WHERE c.id = subject.child_id AND u.role = 'team_manager' AND u.is_active
          AND u.authority_id = subject.authority_id
    ))"""

VIS_07 = Rule(
    code="VIS-07",
    source_id="VIS-07",
    only=frozenset({Trait.HIGH_RISK}),
    title="Enhanced visiting",
    authority=f"{ENHANCED_BASIS} The child must have been seen: a refusal is recorded as an attempt.",
    basis=Basis.LOCAL,
    scope=ENHANCED_SCOPE,
    period="7 days; 10 working days then 28 days; 56 days",
    what_clears="A visit in person, by the person whose visit it is, at which the child was seen. Where that post is empty, "
    "one by somebody above: for the social worker, by the team manager or the head of service on a day on which the child "
    "had no social worker; for the team manager, by the head of service while the team has none.",
    limbs=(
        Limb(
            "social_worker",
            "Weekly visit by the social worker",
            Role.SOCIAL_WORKER,
            "7 days",
            mend=_their_own("social_worker"),
        ),
        Limb(
            "team_manager",
            "Visit by the team manager",
            Role.TEAM_MANAGER,
            "10 working days, then every 28 days",
            mend=_their_own("team_manager"),
        ),
        Limb(
            "head_of_service",
            "Visit by the head of service",
            Role.HEAD_OF_SERVICE,
            "56 days",
            mend=_their_own("head_of_service"),
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.WORKER, standards.MANAGER_FIRST, standards.MANAGER, standards.HEAD),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, part.limb,
                   coalesce(visit.occurred_at, {start_of("began.day")}) AS clock_started_at,
                   {start_of("coalesce(again.day, first.day, began.day + part.days) + 1")} AS due_at
            FROM subject
            JOIN risk USING (placement_id)
            JOIN standard USING (authority_id)
            {BEGAN}
            CROSS JOIN LATERAL (VALUES ('social_worker', worker), ('team_manager', manager), ('head_of_service', head))
                AS part(limb, days)
            LEFT JOIN LATERAL (
                {
            visits(
                f"now.outcome IN ({listed(SEEN)}) AND (v.capacity = part.limb OR {IN_THEIR_PLACE}) "
                f"AND v.occurred_at >= {start_of('began.day')}"
            )
        }
            ) AS visit ON true
            LEFT JOIN LATERAL (
                SELECT {day_of("visit.occurred_at")} + part.days AS day WHERE visit.occurred_at IS NOT NULL
            ) AS again ON true
            LEFT JOIN LATERAL (
                SELECT day FROM ({working_days_after("began.day", "manager_first")}) AS nth
                WHERE part.limb = 'team_manager' AND visit.occurred_at IS NULL
            ) AS first ON true""",
    ),
)

# Seen, or refused by her while the place, its rota or its logs were inspected: her refusal does not cancel inspection.
INSPECTED = f"""v.capacity IN ({listed(Visit.REPRESENTATIVES)}) AND NOT v.announced
    AND (now.outcome IN ({listed(SEEN)}) OR now.outcome = 'refused' AND v.checked ?| ARRAY[{listed(Visit.INSPECTED_THOUGH_REFUSED)}])
    AND v.occurred_at >= {start_of("began.day")}"""
AT_NIGHT = """((v.occurred_at AT TIME ZONE 'Europe/London')::time >= '22:00'
    OR (v.occurred_at AT TIME ZONE 'Europe/London')::time < '06:00')"""

VIS_08 = Rule(
    code="VIS-08",
    source_id="VIS-08",
    only=frozenset({Trait.HIGH_RISK}),
    title="Unannounced visits, one in three at night",
    authority="Local standard. No statute asks for it: nobody had come unannounced, or at night.",
    basis=Basis.LOCAL,
    scope=ENHANCED_SCOPE,
    period="28 days; one in 3 between 22:00 and 06:00",
    what_clears="An unannounced visit in person by a representative of the authority at which the child was seen or, if the child "
    "refused, the premises, the rota or the logs were inspected; for the night, one between 22:00 and 06:00.",
    limbs=(
        Limb("unannounced", "Unannounced visit", Role.SOCIAL_WORKER, "28 days"),
        Limb("night", "Unannounced visit at night", Role.TEAM_MANAGER, "one in every 3 unannounced visits"),
    ),
    mend=BY_A_REPRESENTATIVE,
    clocks=clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.UNANNOUNCED, standards.NIGHT),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, 'unannounced' AS limb,
                   coalesce(visit.occurred_at, {start_of("began.day")}) AS clock_started_at,
                   {start_of(f"coalesce({day_of('visit.occurred_at')}, began.day) + unannounced + 1")} AS due_at
            FROM subject
            JOIN risk USING (placement_id)
            JOIN standard USING (authority_id)
            {BEGAN}
            LEFT JOIN LATERAL ({visits(INSPECTED)}) AS visit ON true
            UNION ALL
            -- Breached by the visit, the third since the last at night, that should itself have been at night. Before
            -- it, "due" says that the next unannounced visit is the one.
            SELECT authority_id, child_id, placement_id, 'night' AS limb, coalesce(at_night.occurred_at, since.instant),
                   coalesce(should_have.occurred_at, {
            start_of(f"{day_of('one_before.occurred_at')} + unannounced + 1")
        })
            FROM subject
            JOIN risk USING (placement_id)
            JOIN standard USING (authority_id)
            {BEGAN}
            LEFT JOIN LATERAL ({visits(f"{INSPECTED} AND {AT_NIGHT}")}) AS at_night ON true
            CROSS JOIN LATERAL (SELECT {start_of("began.day")} AS instant) AS since
            LEFT JOIN LATERAL (
                {
            visits(
                f"{INSPECTED} AND v.occurred_at > coalesce(at_night.occurred_at, '-infinity')",
                order="ASC",
                rows="OFFSET standard.night - 1 LIMIT 1",
            )
        }
            ) AS should_have ON true
            LEFT JOIN LATERAL (
                {
            visits(
                f"{INSPECTED} AND v.occurred_at > coalesce(at_night.occurred_at, '-infinity')",
                order="ASC",
                rows="OFFSET greatest(standard.night - 2, 0) LIMIT 1",
            )
        }
            ) AS one_before ON true
            WHERE should_have.occurred_at IS NOT NULL
               OR %(as_of)s < {start_of(f"{day_of('one_before.occurred_at')} + unannounced + 1")}""",
    ),
)

RULES = (VIS_01, VIS_02, VIS_03, VIS_07, VIS_08)
