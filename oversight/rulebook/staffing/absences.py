"""STF-05, its second half: a registered home's manager is away for long, and the regulator is told."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import CARE, FOLLOWED, RISK, STAGE_OF_DAYS, clocks, covers_today, known, listed, start_of
from placements.models import Registration

LONG, WARNING, TOLD_OF_RETURN = 28, 7, 7  # days
HOMES = (Registration.For.CHILDRENS_HOME, Registration.For.SECURE_HOME)  # no other setting is bound by regulation 48
OF_THE_HOME = f"""setting.status = 'registered' AND setting.regulator = '{Registration.Regulator.OFSTED.value}'
              AND setting.registered_for IN ({listed(HOMES)})"""
# Proposed to be so long, or with no known end. A shorter one that has run over counts once it has lasted so long.
PROPOSED = f"(a.expected_back_on IS NULL OR a.expected_back_on - a.began_on >= {LONG})"
A_MONTH_BEFORE = "(a.began_on - interval '1 month')::date"

STF_05_ABSENCE = Rule(
    code="STF-05-ABSENCE",
    for_provider=True,
    source_id="STF-05",
    only=frozenset({Trait.REGISTERED}),
    title="Notice of a manager’s absence",
    authority="Children’s Homes (England) Regulations 2015, reg 48: notice in writing to Ofsted of an absence of 28 "
    "days or more, and of the return. They allow a shorter warning where Ofsted has agreed to one.",
    basis=Basis.STATUTE,
    scope="Placements asked for a manager, in a home recorded as registered with Ofsted as a children’s home, while the "
    "manager recorded holds the post. An unplanned absence with no known end is taken to be long; one that was to be "
    "shorter counts from its 28th day.",
    period="a month before a planned absence of 28 days or more; within a week of an unforeseen one; 7 days after the return",
    what_clears="The record of the notice; or that the absence was called off, or ended before its 28th day.",
    limbs=(
        Limb(
            "notice",
            "Notice of a manager’s absence of 28 days or more",
            Role.TEAM_MANAGER,
            "a month before it, if planned; else a week after it began",
        ),
        Limb("return", "Notice of a manager’s return", Role.TEAM_MANAGER, "7 days after it", severity="amber"),
    ),
    in_force_from=dt.date(2015, 4, 1),
    mend=Mend("placements:absences", "Record the notice"),
    clocks=clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.GRACE),
        CARE,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, limb, owed.clock_started_at,
                   greatest(care.duty_from, owed.due_at) AS due_at
            FROM care
            JOIN placements_registration setting ON setting.home_id = care.home_id AND {OF_THE_HOME}
              AND {covers_today("setting")}
            JOIN placements_managerpost m USING (placement_id)
            -- A post that ended as it began was recorded in error.
            JOIN placements_managerabsence a ON a.post_id = m.id AND {known("a")} AND m.ended_at IS DISTINCT FROM m.started_at
            CROSS JOIN LATERAL (
                SELECT CASE WHEN a.returned_on <= %(today)s OR a.called_off <> '' THEN a.returned_on END AS back
            ) AS returned
            CROSS JOIN LATERAL (
                SELECT 'notice' AS limb, {start_of("a.began_on")} AS clock_started_at,
                       CASE WHEN NOT {PROPOSED} THEN {start_of(f"a.began_on + {LONG}")}
                            WHEN a.planned THEN {start_of(f"{A_MONTH_BEFORE} + 1")}
                            ELSE {start_of(f"a.began_on + {WARNING} + 1")} END AS due_at
                WHERE (a.notified_on IS NULL OR a.notified_on > %(today)s)
                  AND CASE WHEN back IS NOT NULL THEN back - a.began_on >= {LONG}
                           ELSE {PROPOSED} OR a.expected_back_on <= %(today)s END
                UNION ALL
                SELECT 'return', {start_of("back")}, {start_of(f"back + {TOLD_OF_RETURN} + 1")}
                WHERE back > a.began_on AND (back - a.began_on >= {LONG} OR a.notified_on <= back)
                  AND (a.return_notified_on IS NULL OR a.return_notified_on > %(today)s)
            ) AS owed
            WHERE m.started_at <= %(as_of)s AND (m.ended_at IS NULL OR m.ended_at > %(as_of)s)""",
    ),
)

RULES = (STF_05_ABSENCE,)
