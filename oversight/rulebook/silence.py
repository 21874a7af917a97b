"""SAF-11: silence where there should be noise. Nobody looks at a high-risk placement, and the LADO hears nothing of it.

Of what is behind the LADO’s door only this is asked: whether anything about somebody who cares for children there reached
them, and on which day. Referrals about the council’s own people are left out, since they read these flags.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Kind, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import FOLLOWED, RISK, STAGE_OF_DAYS, clocks, day_of, known, start_of

# High-risk placements, each with the day it was last looked at or brought to the LADO, and whether anything was heard since.
QUIET = f"""quiet AS MATERIALIZED (
    SELECT subject.*, since.day AS silent_from,
           EXISTS (
               SELECT FROM governance_concern c
               WHERE c.child_id = subject.child_id AND c.received_at <= %(as_of)s AND {known("c")}
                 AND c.received_at >= {start_of("since.day + 1")})
           OR EXISTS (
               SELECT FROM governance_policeattendance a
               WHERE a.placement_id = subject.placement_id AND a.attended_at <= %(as_of)s AND {known("a")}
                 AND a.attended_at >= {start_of("since.day + 1")})
           OR EXISTS (
               SELECT FROM placements_dailylog l
               WHERE l.placement_id = subject.placement_id AND l.incidents <> '' AND l.occurred_at <= %(as_of)s
                 AND l.covers_from >= {start_of("since.day + 1")} AND {known("l")}) AS heard
    FROM subject
    JOIN risk USING (placement_id)
    LEFT JOIN LATERAL (
        SELECT {day_of("q.occurred_at")} AS day FROM governance_qualityvisit q
        WHERE q.placement_id = subject.placement_id AND q.kind <> 'premises' AND q.occurred_at <= %(as_of)s
          AND {known("q")} AND NOT EXISTS (
              SELECT FROM governance_qualityaddition w
              WHERE w.visit_id = q.id AND w.kind = 'withdrawal' AND {known("w")})
        ORDER BY q.occurred_at DESC LIMIT 1
    ) AS visited ON true
    LEFT JOIN LATERAL (
        SELECT {day_of("s.happened_at")} AS day
        FROM governance_concern c JOIN governance_concernstep s ON s.concern_id = c.id
        WHERE c.child_id = subject.child_id AND s.kind IN ('lado', 'passed') AND s.happened_at >= subject.started_at
          AND s.happened_at <= %(as_of)s AND {known("s")}
        ORDER BY s.happened_at DESC LIMIT 1
    ) AS consulted ON true
    LEFT JOIN LATERAL (
        SELECT {day_of("r.received_at")} AS day FROM lado_referral r
        WHERE r.placement_id = subject.placement_id AND r.account_id IS NULL AND r.received_at <= %(as_of)s AND {known("r")}
        ORDER BY r.received_at DESC LIMIT 1
    ) AS referred ON true
    CROSS JOIN LATERAL (
        SELECT greatest(subject.from_day, risk.risky_from, visited.day, consulted.day, referred.day) AS day
    ) AS since
)"""

SAF_11 = Rule(
    code="SAF-11",
    source_id="SAF-11",
    only=frozenset({Trait.HIGH_RISK}),
    kind=Kind.PATTERN,
    title="Silence about a high-risk placement",
    authority="Local standard. In the case this was learnt from there was one referral to the LADO in nine months; in the next "
    "placement, under a manager who spoke up, there were several in weeks. Much that is said of a place is a good sign, and "
    "silence is not.",
    basis=Basis.LOCAL,
    scope="Placements in a setting recorded as not registered, or of a child under a deprivation of liberty order. The more "
    "the LADO is consulted there the better it stands, and no number of consultations is ever counted against it.",
    period="28 days without a quality-assurance visit and without the LADO being consulted; 84 days at most",
    what_clears="A quality-assurance visit on record (a check of the premises is none), the record that the LADO was "
    "consulted about a concern of this child since they came to live there, or a referral to the LADO about somebody who "
    "cares for children there. A concern, a police attendance or an incident in "
    "the daily log turns red to amber, until the 84 days are over.",
    mend=Mend("governance:heard", "See what is heard of this placement"),
    limbs=(
        Limb("silence", "Nobody has looked, and the LADO was not consulted", Role.HEAD_OF_SERVICE, "28 days", "amber"),
        Limb("nothing", "Nobody has looked, and nothing at all is heard", Role.SAFEGUARDING_LEAD, "28 days"),
        Limb(
            "long", "Nobody has looked, nor was the LADO consulted, for far too long", Role.SAFEGUARDING_LEAD, "84 days"
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.QUIET, standards.QUIET_LONGEST),
        QUIET,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, each.limb, {start_of("silent_from")} AS clock_started_at,
                   {start_of("each.day + 1")} AS due_at
            FROM quiet
            JOIN standard USING (authority_id)
            CROSS JOIN LATERAL (
                -- One of the three: never the same silence twice.
                SELECT CASE WHEN NOT heard THEN 'nothing' WHEN %(today)s <= silent_from + quiet_longest THEN 'silence'
                            ELSE 'long' END AS limb,
                       silent_from + CASE WHEN heard AND %(today)s > silent_from + quiet_longest THEN quiet_longest
                                          ELSE quiet END AS day
            ) AS each""",
    ),
)

RULES = (SAF_11,)
