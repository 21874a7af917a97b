"""DEC: who decides about a child, whether it is on her record, who answers for her, and who else is in touch with her."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core import gates
from core.access import Permission, Role
from oversight.rulebook.rule import Basis, Kind, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import (
    FOLLOWED,
    RISK,
    STAGE_OF_DAYS,
    clocks,
    covers_today,
    known,
    start_of,
    working_days_after,
)

DEC_01_CARE = Rule(
    code=gates.DECISION_RIGHTS,
    source_id="DEC-01",
    title="A decision is taken by whoever the decision-rights matrix gives it",
    authority="Local standard: care decisions are taken by those who answer for the child’s care. Commissioning and "
    "directors do not take them.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Every decision put on a child’s record, by itself or with the act it decides. Devices, trips, contact, "
    "restrictions and everyday care: the social worker’s line and the placement’s manager.",
    period="always",
    what_clears="The decision of whoever the matrix names. What the child asks for is recorded as a wish.",
    owned_by=Role.SOCIAL_WORKER,
)

DEC_04 = Rule(
    code="DEC-04",
    source_id="DEC-04",
    only=frozenset({Trait.HIGH_RISK}),
    title="Somebody leads, day to day, in the long term and in commissioning",
    authority="Local standard: one named person answers for the child day to day and one for the long-term plan, and one "
    "in commissioning for the placement, at every moment.",
    basis=Basis.LOCAL,
    scope="Placements a team follows, in a setting recorded as not registered or of a child under a deprivation of liberty "
    "order.",
    period="at every moment; a gap of one working day at most",
    what_clears="Appointing a lead.",
    mend=Mend("children:leads", "Name who leads", "child", needs=Permission.ALLOCATE),
    limbs=(
        Limb("day_to_day", "Nobody leads day to day", Role.TEAM_MANAGER, "1 working day"),
        Limb("long_term", "Nobody leads the long-term plan", Role.TEAM_MANAGER, "1 working day"),
        Limb("commissioning", "Nobody leads in commissioning", Role.HEAD_OF_SERVICE, "1 working day"),
    ),
    clocks=clocks(
        FOLLOWED,
        RISK,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, part.limb, {start_of("gap.since")} AS clock_started_at,
                   {start_of("due.day + 1")} AS due_at
            FROM subject JOIN risk USING (placement_id)
            CROSS JOIN (VALUES ('day_to_day', 'lead_day_to_day'), ('long_term', 'lead_long_term'),
                               ('commissioning', 'commissioner')) AS part(limb, code)
            CROSS JOIN LATERAL (
                SELECT greatest(subject.from_day, risk.risky_from, max(al.ended_on)) AS since
                FROM children_allocation al
                WHERE al.child_id = subject.child_id AND al.part = part.code AND al.ended_on > al.started_on
                  AND al.ended_on <= %(today)s AND {known("al")}
            ) AS gap
            CROSS JOIN LATERAL ({working_days_after("gap.since", "1")}) AS due
            WHERE NOT EXISTS (
                SELECT FROM children_allocation al
                WHERE al.child_id = subject.child_id AND al.part = part.code AND {covers_today("al")} AND {known("al")})""",
    ),
)

RULES = (DEC_01_CARE, DEC_04)
