"""SAF-11: silence where there should be noise. Nobody looks at a high-risk placement, and the LADO hears nothing of it.

Of what is behind the LADO’s door only this is asked: whether anything about somebody who cares for children there reached
them, and on which day. Referrals about the council’s own people are left out, since they read these flags.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Kind, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import FOLLOWED, PEERS, RISK, STAGE_OF_DAYS, clocks, day_of, known, stands, start_of

# Not of somebody with an account, and not of the council’s own, with one or by name.
OF_CARE = "r.account_id IS NULL AND r.post NOT IN ('social_worker', 'council')"
WINDOW, LEAST, OTHERS, TIMES = 84, 28, 3, 4  # days compared at most, and at least; placements; how much is far more

# High-risk placements, each with the day it was last looked at or brought to the LADO, and whether anything was heard since.
QUIET = f"""quiet AS MATERIALIZED (
    SELECT subject.*, since.day AS silent_from, greatest(subject.from_day, risk.risky_from) AS began,
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
                 AND l.covers_from >= {start_of("since.day + 1")} AND {known("l")} AND {stands("l")}) AS heard
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
        WHERE r.placement_id = subject.placement_id AND {OF_CARE}
          AND r.received_at <= %(as_of)s AND {known("r")}
        ORDER BY r.received_at DESC LIMIT 1
    ) AS referred ON true
    CROSS JOIN LATERAL (
        SELECT greatest(subject.from_day, risk.risky_from, visited.day, consulted.day, referred.day) AS day
    ) AS since
)"""


def _told(of: str, since: str) -> str:
    """The days, from one on, on which anything was said of a placement: by whomever, to whomever."""
    from_then = f">= {start_of(since)}"
    return f"""
        SELECT {day_of("c.received_at")} AS day FROM governance_concern c
        WHERE c.child_id = {of}.child_id AND c.received_at {from_then} AND c.received_at <= %(as_of)s AND {known("c")}
        UNION
        SELECT {day_of("s.happened_at")} FROM governance_concern c JOIN governance_concernstep s ON s.concern_id = c.id
        WHERE c.child_id = {of}.child_id AND s.kind IN ('lado', 'passed') AND s.happened_at {from_then}
          AND s.happened_at <= %(as_of)s AND {known("s")}
        UNION
        SELECT {day_of("r.received_at")} FROM lado_referral r
        WHERE r.placement_id = {of}.placement_id AND {OF_CARE} AND r.received_at {from_then}
          AND r.received_at <= %(as_of)s AND {known("r")}
        UNION
        SELECT {day_of("a.attended_at")} FROM governance_policeattendance a
        WHERE a.placement_id = {of}.placement_id AND a.attended_at {from_then} AND a.attended_at <= %(as_of)s
          AND {known("a")}
        UNION
        SELECT {day_of("l.covers_from")} FROM placements_dailylog l
        WHERE l.placement_id = {of}.placement_id AND l.incidents <> '' AND l.covers_from {from_then}
          AND l.occurred_at <= %(as_of)s AND {known("l")} AND {stands("l")}"""


# Of each high-risk placement of the council: over how many of the last 84 days, and on how many of them it was heard of.
# One of fewer than 28 says nothing yet, of itself or of others.
HEARD_OF = f"""heard_of AS MATERIALIZED (
    SELECT peer.placement_id, peer.authority_id, %(today)s - first.day + 1 AS days, told.days AS told
    FROM peer
    JOIN peer_risk USING (placement_id)
    CROSS JOIN LATERAL (
        SELECT greatest(peer.from_day, peer_risk.risky_from, %(today)s::date - {WINDOW - 1}) AS day
    ) AS first
    CROSS JOIN LATERAL (SELECT count(*) AS days FROM ({_told("peer", "first.day")}) AS each) AS told
    WHERE first.day <= %(today)s::date - {LEAST - 1}
)"""
# Half of the others or more were heard of four times as often; where nothing was heard, so often that it would have been
# on four days here. In whole numbers: no rate is rounded. Whoever nobody has looked at is silent already, above.
FEWER = f"""
    SELECT quiet.authority_id, quiet.child_id, quiet.placement_id, 'fewer' AS limb,
           {start_of("greatest(last.day, began)")} AS clock_started_at,
           {start_of(f"greatest(last.day + 1, began + {LEAST - 1})")} AS due_at
    FROM quiet
    JOIN standard USING (authority_id)
    JOIN heard_of own USING (placement_id)
    CROSS JOIN LATERAL (SELECT max(each.day) AS day FROM ({_told("quiet", "quiet.began")}) AS each) AS last
    CROSS JOIN LATERAL (
        SELECT count(*) AS others,
               count(*) FILTER (WHERE o.told * own.days >= {TIMES} * greatest(own.told, 1) * o.days) AS louder
        FROM heard_of o WHERE o.authority_id = quiet.authority_id AND o.placement_id <> quiet.placement_id
    ) AS compared
    WHERE %(today)s <= silent_from + standard.quiet AND coalesce(last.day < %(today)s, true)
      AND others >= {OTHERS} AND 2 * louder >= others"""

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
    "the LADO is consulted there the better it stands, and no number of consultations is ever counted against it. Where a "
    f"council has {OTHERS} others or more, each of {LEAST} days at least, it is compared with them: on how many of the last "
    f"{WINDOW} days anything was said of it. A rise at one of them is no reason to suspect the others: half of them have to be "
    f"heard of {TIMES} times as often.",
    period="28 days without a quality-assurance visit and without the LADO being consulted; 84 days at most; the last 12 weeks, "
    "compared with the council’s other high-risk placements",
    what_clears="A quality-assurance visit on record (a check of the premises is none), the record that the LADO was "
    "consulted about a concern of this child since they came to live there, or a referral to the LADO about somebody who "
    "cares for children there. A concern, a police attendance or an incident in "
    "the daily log turns red to amber, until the 84 days are over. Far less than of others: whatever is said of it, on its own "
    "day; it stands again the day after where that is still far less.",
    mend=Mend("governance:heard", "See what is heard of this placement"),
    limbs=(
        Limb("silence", "Nobody has looked, and the LADO was not consulted", Role.HEAD_OF_SERVICE, "28 days", "amber"),
        Limb("nothing", "Nobody has looked, and nothing at all is heard", Role.SAFEGUARDING_LEAD, "28 days"),
        Limb(
            "long", "Nobody has looked, nor was the LADO consulted, for far too long", Role.SAFEGUARDING_LEAD, "84 days"
        ),
        Limb(
            "fewer",
            "Far less is heard of it than of the council’s other high-risk placements",
            Role.HEAD_OF_SERVICE,
            "over 12 weeks, where there are 3 others or more to compare",
            "amber",
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.QUIET, standards.QUIET_LONGEST),
        QUIET,
        PEERS,
        HEARD_OF,
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
            ) AS each
            UNION ALL {FEWER}""",
    ),
)

RULES = (SAF_11,)
