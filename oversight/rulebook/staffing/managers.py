"""STF: who is there to care for her, and who manages them."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Mend, Rule, Trait
from oversight.rulebook.sql import CARE, FOLLOWED, RISK, STAGE_OF_HOURS, clocks
from placements import codes

TYPES = ", ".join(codes.RESIDENTIAL)
CLEARS = (
    "Appointing a named manager. The post can stand empty, and is then flagged; it cannot be waived, by the child’s "
    "wish or anybody’s. A post recorded in error counts for nothing."
)
PERIOD = "from the start; in an emergency 48 hours after it"


def _clocks(where: str) -> str:
    return clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.GRACE),
        CARE,
        stage=STAGE_OF_HOURS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, '' AS limb,
                   greatest(care.started_at, post.ended_at) AS clock_started_at,
                   greatest(care.duty_from, post.ended_at) AS due_at
            FROM care
            LEFT JOIN LATERAL (
                SELECT m.ended_at FROM placements_managerpost m
                WHERE m.placement_id = care.placement_id AND m.started_at <= %(as_of)s
                  AND m.ended_at IS DISTINCT FROM m.started_at  -- recorded in error
                ORDER BY m.started_at DESC LIMIT 1
            ) AS post ON true
            WHERE {where} AND NOT EXISTS (
                SELECT FROM placements_managerpost m
                WHERE m.placement_id = care.placement_id AND m.started_at <= %(as_of)s
                  AND (m.ended_at IS NULL OR m.ended_at > %(as_of)s)
            )""",
    )


STF_05 = Rule(
    code="STF-05",
    for_provider=True,
    source_id="STF-05",
    only=frozenset({Trait.REGISTERED}),
    title="Manager of a registered home",
    authority="Children’s Homes (England) Regulations 2015, regs 27, 28 and 48: a home has a registered manager (other "
    "registered settings: their own regulations). The 48 hours after an emergency are a local allowance.",
    basis=Basis.STATUTE,
    scope=f"Residential placements ({TYPES}), and any under a deprivation of liberty order; never foster care. In a "
    "home recorded as registered.",
    period=PERIOD,
    what_clears=CLEARS,
    owned_by=Role.TEAM_MANAGER,
    in_force_from=dt.date(2015, 4, 1),
    mend=Mend("placements:appoint_manager", "Appoint a placement manager"),
    clocks=_clocks("care.registered"),
)
STF_05L = Rule(
    code="STF-05L",
    for_provider=True,
    source_id="STF-05",
    only=frozenset({Trait.ELSEWHERE}),
    title="Manager where no regulations ask for one",
    authority="Local standard, by analogy with the Children’s Homes (England) Regulations 2015, regs 27, 28 and 48, "
    "which do not bind a setting that is not registered: a manager with authority on site, named before the move.",
    basis=Basis.LOCAL,
    scope=f"Residential placements ({TYPES}), and any in an unregistered setting or under a deprivation of liberty "
    "order; never foster care. In a setting not registered, or whose registration is not known.",
    period=PERIOD,
    what_clears=CLEARS,
    owned_by=Role.TEAM_MANAGER,
    mend=Mend("placements:appoint_manager", "Appoint a placement manager"),
    clocks=_clocks("NOT care.registered"),
)

RULES = (STF_05, STF_05L)
