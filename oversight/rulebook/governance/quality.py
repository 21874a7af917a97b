"""QA: who has been to see whether the care is good, and whether the building is one for a child.

A registered children’s home is visited and reviewed by regulation. A setting nobody registered has nobody outside it at
all, so a council does the same there by its own standard, more often. What is not known is not taken to be unregistered.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core.access import Permission, Role
from oversight import standards
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import (
    FOLLOWED,
    RISK,
    SETTING,
    STAGE_OF_DAYS,
    STAGE_OF_HOURS,
    clocks,
    day_of,
    known,
    listed,
    start_of,
)
from placements import codes
from placements.models import Registration

HOMES_REGULATIONS = "Children’s Homes (England) Regulations 2015"
CHILDRENS_HOMES = (Registration.For.CHILDRENS_HOME, Registration.For.SECURE_HOME)
VISIT = Mend("governance:quality", "Record a visit", needs=Permission.QUALITY_ASSURE)
CHECK = Mend("governance:premises_check", "Check the premises")
SCOPE = "Placements in a setting recorded as not registered, or of a child under a deprivation of liberty order"


def _counts(alias: str) -> str:
    """It was made by now, and nobody has said since that it was recorded by mistake."""
    return f"""{alias}.occurred_at <= %(as_of)s AND {known(alias)} AND NOT EXISTS (
        SELECT FROM governance_qualityaddition w
        WHERE w.visit_id = {alias}.id AND w.kind = 'withdrawal' AND {known("w")})"""


def _assured(kind: str) -> str:
    """High-risk placements, each with the day of its last visit of a kind or, without one, the day the clock began."""
    return f"""assured AS MATERIALIZED (
        SELECT subject.*, coalesce(setting.status = 'not_registered', false) AS unregistered,
               coalesce(setting.status = 'registered' AND setting.registered_for IN ({listed(CHILDRENS_HOMES)}), false)
                   AS home,
               greatest(subject.from_day, risk.risky_from, last.day) AS day
        FROM subject
        JOIN risk USING (placement_id)
        {SETTING}
        LEFT JOIN LATERAL (
            SELECT {day_of("q.occurred_at")} AS day FROM governance_qualityvisit q
            WHERE q.placement_id = subject.placement_id AND q.kind = '{kind}' AND {_counts("q")}
            ORDER BY q.occurred_at DESC LIMIT 1
        ) AS last ON true
    )"""


def _every(kind: str, due: str, where: str, *needed: standards.Standard) -> str:
    """A visit of a kind, again and again: `due` is the last day of the next one."""
    return clocks(
        FOLLOWED,
        RISK,
        standards.columns(*needed or (standards.QUALITY_VISIT,)),
        _assured(kind),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, '' AS limb, {start_of("day")} AS clock_started_at,
                   {start_of(f"{due} + 1")} AS due_at
            FROM assured JOIN standard USING (authority_id) WHERE {where}""",
    )


QA_01 = Rule(
    code="QA-01",
    source_id="QA-01",
    only=frozenset({Trait.REGISTERED, Trait.HIGH_RISK}),
    title="Independent visit to a children’s home",
    authority=f"{HOMES_REGULATIONS}, reg 44: an independent person visits at least once each month, announced or not, and "
    "reports.",
    basis=Basis.STATUTE,
    scope=f"{SCOPE}, in a home registered as a children’s home or secure children’s home.",
    period="every month",
    what_clears="The independent visit on record, or the report of one. Each visitor is named, and qualified to judge.",
    owned_by=Role.SAFEGUARDING_LEAD,
    in_force_from=dt.date(2015, 4, 1),
    mend=VISIT,
    clocks=_every("independent", "(day + interval '1 month')::date", "home"),
)

QA_01L = Rule(
    code="QA-01L",
    source_id="QA-01",
    only=frozenset({Trait.HIGH_RISK}),
    title="Independent visit where no regulations ask for one",
    authority=f"Local standard, by analogy with the {HOMES_REGULATIONS}, reg 44, which binds registered homes only. In the "
    "case this was learnt from nobody independent looked at the placement for nine months.",
    basis=Basis.LOCAL,
    scope=f"{SCOPE}, anywhere but in a registered children’s home. Only a setting known not to be registered is visited "
    "every 14 days.",
    period="every 14 days in a setting not registered, and never more than 28; every month elsewhere",
    what_clears="The independent visit on record. Each visitor is named, and qualified to judge.",
    limbs=(
        Limb(
            "fortnightly", "Independent visit to a setting not registered", Role.SAFEGUARDING_LEAD, "14 days", "amber"
        ),
        Limb("none", "No independent visit for too long", Role.SAFEGUARDING_LEAD, "28 days, elsewhere a month"),
    ),
    mend=VISIT,
    clocks=clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.QUALITY_VISIT, standards.QUALITY_LONGEST),
        _assured("independent"),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, each.limb, {start_of("assured.day")} AS clock_started_at,
                   {start_of("each.day + 1")} AS due_at
            FROM assured
            JOIN standard USING (authority_id)
            CROSS JOIN LATERAL (
                -- Amber until it is far too late: one or the other, never the same thing twice.
                SELECT 'fortnightly' AS limb, assured.day + quality_visit AS day
                WHERE unregistered AND %(today)s <= assured.day + quality_longest
                UNION ALL
                SELECT 'none', CASE WHEN unregistered THEN assured.day + quality_longest
                                    ELSE (assured.day + interval '1 month')::date END
            ) AS each
            WHERE NOT home""",
    ),
)

QA_02 = Rule(
    code="QA-02",
    source_id="QA-02",
    only=frozenset({Trait.REGISTERED, Trait.HIGH_RISK}),
    title="Review of the quality of care in a children’s home",
    authority=f"{HOMES_REGULATIONS}, reg 45: the registered person reviews the quality of care at least once every 6 months, "
    "and sends a report to Ofsted within 28 days.",
    basis=Basis.STATUTE,
    scope=f"{SCOPE}, in a home registered as a children’s home or secure children’s home.",
    period="every 6 months",
    what_clears="The manager’s review on record.",
    owned_by=Role.HEAD_OF_SERVICE,
    in_force_from=dt.date(2015, 4, 1),
    mend=VISIT,
    clocks=_every("review", "(day + interval '6 months')::date", "home"),
)

QA_02L = Rule(
    code="QA-02L",
    source_id="QA-02",
    only=frozenset({Trait.HIGH_RISK}),
    title="Review of the quality of care where no regulations ask for one",
    authority=f"Local standard, by analogy with the {HOMES_REGULATIONS}, reg 45, which binds registered homes only.",
    basis=Basis.LOCAL,
    scope=f"{SCOPE}, anywhere but in a registered children’s home.",
    period="every 84 days in a setting not registered, every 6 months elsewhere",
    what_clears="The manager’s review on record.",
    owned_by=Role.HEAD_OF_SERVICE,
    mend=VISIT,
    clocks=_every(
        "review",
        "CASE WHEN unregistered THEN day + quality_review ELSE (day + interval '6 months')::date END",
        "NOT home",
        standards.QUALITY_REVIEW,
    ),
)

QA_03 = Rule(
    code="QA-03",
    source_id="QA-03",
    only=frozenset({Trait.HIGH_RISK}),
    title="Quality-assurance visit by social care, health and education together",
    authority="Local standard: each placement is tested against this child’s needs and outcomes by all three, with what it "
    "costs beside what it gives. In the case this was learnt from health and education were never asked.",
    basis=Basis.LOCAL,
    scope=f"{SCOPE}.",
    period="every 28 days",
    what_clears="The visit on record, with somebody named and qualified from each of the three.",
    owned_by=Role.HEAD_OF_SERVICE,
    mend=VISIT,
    clocks=_every("multi_agency", "day + quality_together", "true", standards.QUALITY_TOGETHER),
)

OTHER_ARRANGEMENTS = (
    f"(subject.type IN ({listed(codes.OTHER_ARRANGEMENTS)}) AND NOT (setting.status IS NOT DISTINCT FROM "
)
OTHER_ARRANGEMENTS += f"'registered' AND setting.registered_for IN ({listed(CHILDRENS_HOMES)})))"
PREMISES_PERIOD = "before the child moves in; in an emergency, or where the duty comes later, within 24 hours"
PREMISES_CLEARS = (
    "The check on record: kitchen, bedroom, safety, where it is, and harm by the child, by other children, by "
)
PREMISES_CLEARS += (
    "those who work there and by outsiders. What is not suitable has what makes up for it, a person and an end."
)


def _unchecked(where: str, *, risky: bool) -> str:
    """Placements, or only high-risk ones, whose premises nobody has checked, and when they were to be."""
    began = "greatest(subject.from_day, risk.risky_from)" if risky else "subject.from_day"
    return f"""
            SELECT authority_id, child_id, placement_id, 'premises' AS limb, subject.started_at AS clock_started_at,
                   greatest(
                       subject.started_at + CASE WHEN subject.basis = 'emergency'
                           THEN premises_hours * interval '1 hour' ELSE interval '0' END,
                       CASE WHEN began.day > subject.started_on
                           THEN {start_of("began.day")} + premises_hours * interval '1 hour' END) AS due_at
            FROM subject
            {"JOIN risk USING (placement_id)" if risky else ""}
            JOIN standard USING (authority_id)
            {SETTING}
            CROSS JOIN LATERAL (SELECT {began} AS day) AS began
            WHERE {where} AND NOT EXISTS (
                SELECT FROM governance_qualityvisit q
                WHERE q.placement_id = subject.placement_id AND q.kind = 'premises' AND {_counts("q")})"""


QA_04 = Rule(
    code="QA-04",
    source_id="QA-04",
    title="Premises checked before a child lives in other arrangements",
    authority="Care Planning, Placement and Case Review (England) Regulations 2010, reg 27 and Schedule 6: before placing a "
    "child in other arrangements the authority must be satisfied that the accommodation is suitable. The 24 hours after "
    "an emergency are a local allowance.",
    basis=Basis.STATUTE,
    scope="Every looked-after child in a placement a team follows whose type is other arrangements "
    f"({', '.join(codes.OTHER_ARRANGEMENTS)}); never in a registered children’s home.",
    period=PREMISES_PERIOD,
    what_clears=PREMISES_CLEARS,
    limbs=(Limb("premises", "Premises not checked", Role.SOCIAL_WORKER, "before the move, 24 hours in an emergency"),),
    in_force_from=dt.date(2011, 4, 1),
    mend=CHECK,
    clocks=clocks(
        FOLLOWED,
        standards.columns(standards.PREMISES),
        stage=STAGE_OF_HOURS,
        rows=_unchecked(OTHER_ARRANGEMENTS, risky=False),
    ),
)

QA_04L = Rule(
    code="QA-04L",
    source_id="QA-04",
    title="Premises suitable for a child",
    authority="Local standard, by analogy with the Care Planning, Placement and Case Review (England) Regulations 2010, reg 27 "
    "and Schedule 6. A building chosen since it kept a child from harming herself was where others harmed her.",
    basis=Basis.LOCAL,
    scope=f"That they are checked: {SCOPE[0].lower()}{SCOPE[1:]}, where regulation 27 does not ask for it. That what was "
    "found unsuitable comes to an end: every placement a team follows.",
    period=f"{PREMISES_PERIOD}; what is not suitable, until the day that was set",
    what_clears=PREMISES_CLEARS,
    limbs=(
        Limb("premises", "Premises not checked", Role.SOCIAL_WORKER, "before the move, 24 hours in an emergency"),
        Limb("mitigation", "Premises unsuitable for longer than was agreed", Role.TEAM_MANAGER, "the day that was set"),
    ),
    mend=CHECK,
    clocks=clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.PREMISES),
        stage="CASE WHEN limb = 'premises' AND %(as_of)s > due_at OR limb = 'mitigation' AND %(as_of)s >= due_at "
        "THEN 'overdue' ELSE 'due' END",
        rows=f"""{_unchecked(f"NOT {OTHER_ARRANGEMENTS}", risky=True)}
            UNION ALL
            SELECT authority_id, child_id, placement_id, 'mitigation', last.occurred_at, {start_of("unmet.day + 1")}
            FROM subject
            CROSS JOIN LATERAL (
                SELECT q.id, q.occurred_at FROM governance_qualityvisit q
                WHERE q.placement_id = subject.placement_id AND q.kind = 'premises' AND {_counts("q")}
                ORDER BY q.occurred_at DESC LIMIT 1
            ) AS last
            CROSS JOIN LATERAL (
                SELECT min(s.until) AS day FROM governance_qualityscore s
                WHERE s.visit_id = last.id AND s.part = 'premises' AND s.score <> 'met'
            ) AS unmet
            WHERE unmet.day IS NOT NULL""",
    ),
)

RULES = (QA_01, QA_01L, QA_02, QA_02L, QA_03, QA_04, QA_04L)
