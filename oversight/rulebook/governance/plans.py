"""CPL-01 to CPL-05: her plans, the profile a home is sought by, and what her placement agreed to achieve for her."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core import gates
from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Kind, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import (
    FOLLOWED,
    RISK,
    STAGE_OF_DAYS,
    clocks,
    covers_today,
    day_of,
    known,
    listed,
    start_of,
    working_days_after,
)
from oversight.rulebook.visits import IN_FORCE, REGULATIONS, SHORT_BREAKS
from placements import codes

PLANS = Mend("governance:plans", "See the plans", "child")
SEEKING = Mend("governance:commissioning", "See the search", "child")
AGREEMENT = Mend("governance:agreement", "See the agreement")
PLANNED = frozenset({Trait.PLANNED})
IDENTITY = dt.date(2011, 4, 1)


def pays(block: str) -> str:
    """A block of funding pays for a day at least, as far as is known today: it was not ended on its own first day."""
    return f"({block}.stopped_on IS DISTINCT FROM {block}.starts_on OR {block}.stop_approved_on > %(today)s)"


SCOPE = (
    "Every looked-after child in a placement a team follows; not short breaks (legal status V3, V4) or children placed "
    "for adoption (A3 to A6). A placement known only from a return is left out until a team takes it on: its plans were "
    "not ours to keep, and this does not know that there are none."
)
HIGH_RISK = "Placements a team follows, of a child in a setting recorded as not registered or under a deprivation of liberty order."
_NOT_SHORT = f"""subject.type NOT IN ({listed(codes.FOR_ADOPTION)})
    AND NOT EXISTS (SELECT FROM children_legalstatus s WHERE s.child_id = subject.child_id
                    AND s.code IN ({listed(SHORT_BREAKS)}) AND {covers_today("s")})"""
# The first day of the placement on which it was both ours to follow and high-risk.
FROM = "greatest(subject.from_day, risk.risky_from)"


def _without(kind: str, where: str) -> str:
    """Placements of children the law asks a plan of, without one. Found first: what the rest costs is then paid by few."""
    return f"""unplanned AS MATERIALIZED (
        SELECT subject.* FROM subject
        WHERE {_NOT_SHORT} AND NOT EXISTS (
            SELECT FROM governance_plan plan WHERE plan.kind = '{kind}' AND {where} AND {known("plan")})
    )"""


CPL_01 = Rule(
    code="CPL-01",
    source_id="CPL-01",
    title="Care plan",
    authority=f"{REGULATIONS}, reg 4(2): before the child is first placed or, if that is not practicable, within 10 "
    "working days of the start of the first placement. A move does not start it again.",
    basis=Basis.STATUTE,
    scope=SCOPE,
    period="10 working days from the start of the first placement",
    what_clears="A version of the care plan on record.",
    owned_by=Role.SOCIAL_WORKER,
    in_force_from=IN_FORCE,
    mend=PLANS,
    clocks=clocks(
        FOLLOWED,
        _without("care", "plan.child_id = subject.child_id AND plan.made_on <= %(today)s"),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, unplanned.child_id, placement_id, '' AS limb,
                   {start_of("first.day")} AS clock_started_at,
                   {start_of("due.day + 1")} AS due_at
            FROM unplanned
            JOIN children_careepisode e ON e.child_id = unplanned.child_id AND {covers_today("e")}
            CROSS JOIN LATERAL (
                SELECT min(greatest(p.started_on, p.followed_from)) AS day FROM placements_placement p
                WHERE p.child_id = unplanned.child_id AND p.started_on >= e.started_on
                  AND greatest(p.started_on, p.followed_from) <= %(today)s AND p.followed_from IS NOT NULL
                  AND (p.ended_on IS NULL OR p.ended_on > p.followed_from) AND {known("p")}
            ) AS first
            CROSS JOIN LATERAL ({working_days_after("first.day", "10")}) AS due
            WHERE first.day IS NOT NULL""",
    ),
)

CPL_02 = Rule(
    code="CPL-02",
    source_id="CPL-02",
    title="Placement plan, agreed and signed",
    authority=f"{REGULATIONS}, reg 9: before the placement or, if that is not practicable, within 5 working days of its "
    "start, agreed with and signed by whoever cares for the child. Each placement has its own.",
    basis=Basis.STATUTE,
    scope=SCOPE,
    period="5 working days from the start of each placement",
    what_clears="A placement plan for this placement on record, signed by the carer or the manager.",
    owned_by=Role.SOCIAL_WORKER,
    in_force_from=IN_FORCE,
    mend=PLANS,
    clocks=clocks(
        FOLLOWED,
        _without("placement", "plan.placement_id = subject.placement_id AND plan.signed_on <= %(today)s"),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, '' AS limb, {start_of("from_day")} AS clock_started_at,
                   {start_of("due.day + 1")} AS due_at
            FROM unplanned
            CROSS JOIN LATERAL ({working_days_after("from_day", "5")}) AS due""",
    ),
)

SECTIONS = (
    "health", "education", "emotional", "religion", "origin", "culture", "language", "family", "permanence", "iro", "wishes",
)  # fmt: skip
CPL_03 = Rule(
    code="CPL-03",
    source_id="CPL-03",
    title="Care plan with a part missing",
    authority=f"{REGULATIONS}, reg 5 and Schedule 1: the health plan, the personal education plan, emotional and "
    "behavioural development, identity (with regard to religious persuasion, racial origin and cultural and linguistic "
    "background), family and social relationships, permanence, the name of the independent reviewing officer, and the "
    "child’s wishes and feelings.",
    basis=Basis.STATUTE,
    scope="Placements a team follows, of a child whose care plan is on record here.",
    period="at each version",
    what_clears="A version of the care plan on record with every part written.",
    owned_by=Role.SOCIAL_WORKER,
    severity="amber",
    in_force_from=IDENTITY,
    mend=PLANS,
    clocks=clocks(
        FOLLOWED,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, '' AS limb, {start_of("plan.made_on")} AS clock_started_at,
                   {start_of("plan.made_on")} AS due_at
            FROM subject
            CROSS JOIN LATERAL (
                SELECT p.made_on, p.sections FROM governance_plan p
                WHERE p.child_id = subject.child_id AND p.kind = 'care' AND p.made_on <= %(today)s AND {known("p")}
                ORDER BY p.made_on DESC, p.version DESC LIMIT 1
            ) AS plan
            WHERE NOT plan.sections @> '[{", ".join(f'"{code}"' for code in SECTIONS)}]'::jsonb""",
    ),
)

# The last day the profile was confirmed, and the last thing that changed what it must say: a notice, or an order.
LAST_CONFIRMED = f"""LEFT JOIN LATERAL (
    SELECT max(p.confirmed_on) AS day FROM governance_referralprofile p
    WHERE p.child_id = subject.child_id AND p.confirmed_on <= %(today)s AND {known("p")}
) AS confirmed ON true"""
CRITICAL = f"""CROSS JOIN LATERAL (
    SELECT max(day) AS day FROM (
        SELECT {day_of("n.received_at")} AS day FROM governance_noticereceived n
        JOIN placements_placement p ON p.id = n.placement_id
        WHERE p.child_id = subject.child_id AND n.received_at <= %(as_of)s AND {known("n")}
        UNION ALL
        SELECT o.made_on FROM placements_dolorder o
        WHERE o.child_id = subject.child_id AND o.made_on <= %(today)s AND {known("o")}
    ) AS each
) AS event"""
# Each search, and each block after the first, that was begun when no profile had been confirmed within the standard.
UNFOUNDED = f"""CROSS JOIN LATERAL (
    SELECT min(day) AS day FROM (
        SELECT s.asked_on AS day FROM governance_searchentry s
        WHERE s.child_id = subject.child_id AND s.asked_on <= %(today)s AND {known("s")}
        UNION ALL
        SELECT f.starts_on FROM governance_funding f JOIN placements_placement p ON p.id = f.placement_id
        WHERE p.child_id = subject.child_id AND f.starts_on <= %(today)s AND {known("f")} AND {pays("f")} AND EXISTS (
            SELECT FROM governance_funding earlier JOIN placements_placement q ON q.id = earlier.placement_id
            WHERE q.child_id = p.child_id AND (earlier.starts_on, earlier.id) < (f.starts_on, f.id) AND {known("earlier")}
              AND {pays("earlier")})
    ) AS each
    WHERE day >= subject.started_on AND NOT EXISTS (
        SELECT FROM governance_referralprofile p
        WHERE p.child_id = subject.child_id AND p.confirmed_on >= each.day - profile AND p.confirmed_on <= %(today)s
          AND {known("p")})
) AS unfounded"""

CPL_04 = Rule(
    code="CPL-04",
    source_id="CPL-04",
    title="Referral profile that is true now",
    authority="Local standard: the profile a home is sought by says what is true of the child now, and what the placement "
    "is to achieve. It was inaccurate, out of date, and said nothing of outcomes.",
    basis=Basis.LOCAL,
    scope=f"{HIGH_RISK} A search or an extension made without one: every placement a team follows.",
    period="every 28 days; within 2 working days of a notice or a deprivation of liberty order; the same day as a search or "
    "an extension made without one",
    what_clears="The profile confirmed or written anew, with its outcomes.",
    limbs=(
        Limb("regular", "Referral profile not confirmed", Role.SOCIAL_WORKER, "28 days", "amber"),
        Limb("event", "Referral profile older than what has happened since", Role.SOCIAL_WORKER, "2 working days"),
        Limb(
            "unfounded",
            "Search or extension with a referral profile that was not true",
            Role.SOCIAL_WORKER,
            "the same day",
            "amber",
        ),
    ),
    only=PLANNED,
    mend=SEEKING,
    clocks=clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.PROFILE),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, each.limb, {start_of("each.since")} AS clock_started_at,
                   {start_of("each.due")} AS due_at
            FROM subject
            JOIN standard USING (authority_id)
            LEFT JOIN risk USING (placement_id)
            {LAST_CONFIRMED}
            {CRITICAL}
            {UNFOUNDED}
            CROSS JOIN LATERAL (
                SELECT 'regular' AS limb, since.day AS since, since.day + profile + 1 AS due
                FROM (SELECT coalesce(confirmed.day, {FROM}) AS day) AS since
                WHERE risk.placement_id IS NOT NULL
                UNION ALL
                SELECT 'event', event.day, after.day + 1
                FROM ({working_days_after("event.day", "2")}) AS after
                WHERE risk.placement_id IS NOT NULL AND event.day >= {FROM}
                  AND (confirmed.day IS NULL OR confirmed.day < event.day)
                UNION ALL
                SELECT 'unfounded', unfounded.day, unfounded.day + 1 WHERE unfounded.day IS NOT NULL
            ) AS each""",
    ),
)

CPL_04_SEARCH = Rule(
    code=gates.NO_PROFILE,
    source_id="CPL-04",
    title="No search and no extension without a referral profile that is true and says outcomes",
    authority="Local standard: see CPL-04.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="A home asked from today on, and a block after the first that begins today or later. What was done on an earlier "
    "day can always be recorded, and raises CPL-04.",
    period="28 days from the last confirmation; 2 working days from a notice or a deprivation of liberty order",
    what_clears="The profile confirmed or written anew by the child’s social worker or a manager.",
    owned_by=Role.SOCIAL_WORKER,
)

CPL_05 = Rule(
    code="CPL-05",
    source_id="CPL-05",
    title="Placement agreement about this child",
    authority="Local standard: what the placement is to achieve for this child, what health and education said, signed by "
    "both sides. Agreements were generic rather than specific to the needs of the child.",
    basis=Basis.LOCAL,
    scope=f"{HIGH_RISK} One that is the general text and no more: every placement a team follows.",
    period="5 working days from the start of the placement",
    what_clears="A signed agreement on record with lines that are this child’s.",
    limbs=(
        Limb("missing", "No placement agreement", Role.COMMISSIONER, "5 working days"),
        Limb(
            "generic",
            "Placement agreement that says nothing of this child",
            Role.COMMISSIONER,
            "5 working days",
            "amber",
        ),
    ),
    only=PLANNED,
    mend=AGREEMENT,
    clocks=clocks(
        FOLLOWED,
        RISK,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id,
                   CASE WHEN latest.own_lines IS NULL THEN 'missing' ELSE 'generic' END AS limb,
                   {start_of("since.day")} AS clock_started_at, {start_of("due.day + 1")} AS due_at
            FROM subject
            LEFT JOIN risk USING (placement_id)
            LEFT JOIN LATERAL (
                SELECT a.own_lines FROM governance_placementagreement a
                WHERE a.placement_id = subject.placement_id AND a.signed_on <= %(today)s AND {known("a")}
                ORDER BY a.signed_on DESC, a.id DESC LIMIT 1
            ) AS latest ON true
            CROSS JOIN LATERAL (
                SELECT CASE WHEN latest.own_lines IS NULL THEN {FROM} ELSE from_day END AS day) AS since
            CROSS JOIN LATERAL ({working_days_after("since.day", "5")}) AS due
            WHERE latest.own_lines = 0 OR (latest.own_lines IS NULL AND risk.placement_id IS NOT NULL)""",
    ),
)

RULES = (CPL_01, CPL_02, CPL_03, CPL_04, CPL_04_SEARCH, CPL_05)
