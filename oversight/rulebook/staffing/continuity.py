"""STF-12: whether the people who know her stay, and what they leave behind when they go.

Of her own line only. That carers come and go raises nothing by itself: under scrutiny some leave, and a planned change
from an agency's staff to a provider's own is a good one.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Role
from oversight.rulebook.rule import Basis, Limb, Mend, Rule
from oversight.rulebook.sql import FOLLOWED, RISK, clocks, covers_today, known, start_of

MONTHS = 6
# Her social workers who have left in the last months; an allocation of no days was a slip.
LEFT = f"""
    SELECT al.worker_id, al.ended_on, al.handover FROM children_allocation al
    WHERE al.child_id = subject.child_id AND al.part = 'social_worker' AND al.ended_on <= %(today)s
      AND al.ended_on > (%(today)s - interval '{MONTHS} months')::date AND al.ended_on > al.started_on AND {known("al")}"""
HOLDS = "al.child_id = subject.child_id AND " + covers_today("al") + " AND " + known("al")

STF_12 = Rule(
    code="STF-12",
    source_id="STF-12",
    title="Continuity of the child’s own workers",
    authority="Local standard. A social worker leaves a handover note; two who leave within six months, or nobody "
    "permanent, is looked at; and a newly qualified worker is given a case like this only with the manager’s reasons. "
    "Nobody who knew the child was still in post after nine months.",
    basis=Basis.LOCAL,
    scope="Children in placements a team follows. Newly qualified workers: in a setting recorded as not registered, or "
    "under a deprivation of liberty order. Carers who come and go raise nothing here.",
    period="at each change; two in six months",
    what_clears="The handover note; the manager’s reasons; a permanent social worker or second worker. Changes: six months "
    "in which fewer than two leave.",
    limbs=(
        Limb("changes", "Two social workers left within six months", Role.TEAM_MANAGER, "six months"),
        Limb(
            "temporary",
            "No permanent worker for the child",
            Role.TEAM_MANAGER,
            "at all times",
            mend=Mend("children:allocate", "Allocate a worker", "child"),
        ),
        Limb("temporary_manager", "No permanent manager of the child’s team", Role.HEAD_OF_SERVICE, "at all times"),
        Limb(
            "handover",
            "Social worker left without a handover note",
            Role.TEAM_MANAGER,
            "before leaving",
            mend=Mend("children:handover", "Write a handover note", "child"),
        ),
        Limb(
            "newly_qualified",
            "Newly qualified worker without the manager’s reasons",
            Role.TEAM_MANAGER,
            "when allocated",
            mend=Mend("children:why_this_worker", "Say why this worker", "child"),
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        RISK,
        stage="'overdue'",
        rows=f"""
            SELECT authority_id, child_id, placement_id, 'changes' AS limb, {start_of("last.ended_on")} AS clock_started_at,
                   {start_of("last.ended_on")} AS due_at
            FROM subject
            CROSS JOIN LATERAL (
                SELECT max(ended_on) AS ended_on FROM ({LEFT}) AS each HAVING count(DISTINCT worker_id) > 1
            ) AS last
            UNION ALL
            SELECT authority_id, child_id, placement_id, 'temporary', {start_of("since.day")}, {start_of("since.day")}
            FROM subject
            CROSS JOIN LATERAL (
                SELECT al.started_on FROM children_allocation al JOIN core_user u ON u.id = al.worker_id
                WHERE {HOLDS} AND al.part = 'social_worker' AND u.terms = 'temporary'
            ) AS temporary
            CROSS JOIN LATERAL (
                SELECT greatest(subject.from_day, temporary.started_on, (
                    SELECT max(al.ended_on) FROM children_allocation al JOIN core_user u ON u.id = al.worker_id
                    WHERE al.child_id = subject.child_id AND al.part = 'second_worker' AND u.terms = 'permanent'
                      AND al.ended_on <= %(today)s)) AS day
            ) AS since
            WHERE NOT EXISTS (
                SELECT FROM children_allocation al JOIN core_user u ON u.id = al.worker_id
                WHERE {HOLDS} AND al.part = 'second_worker' AND u.terms = 'permanent')
            UNION ALL
            SELECT subject.authority_id, child_id, placement_id, 'temporary_manager', {start_of("from_day")}, {start_of("from_day")}
            FROM subject
            JOIN children_child c ON c.id = subject.child_id
            CROSS JOIN LATERAL (
                SELECT FROM core_user u WHERE u.team_id = c.team_id AND u.role = 'team_manager' AND u.is_active
                HAVING bool_and(u.terms = 'temporary')
            ) AS manager
            UNION ALL
            SELECT authority_id, child_id, placement_id, 'handover', {start_of("missing.ended_on")},
                   {start_of("missing.ended_on")}
            FROM subject
            CROSS JOIN LATERAL (SELECT min(ended_on) AS ended_on FROM ({LEFT}) AS each WHERE handover = '') AS missing
            WHERE missing.ended_on IS NOT NULL
            UNION ALL
            SELECT authority_id, child_id, placement_id, 'newly_qualified', {start_of("since.day")}, {start_of("since.day")}
            FROM subject
            JOIN risk USING (placement_id)
            CROSS JOIN LATERAL (
                SELECT greatest(subject.from_day, risk.risky_from, min(al.started_on)) AS day
                FROM children_allocation al JOIN core_user u ON u.id = al.worker_id
                WHERE {HOLDS} AND al.part IN ('social_worker', 'second_worker')
                  AND u.newly_qualified_until > %(today)s AND al.why_this_worker = ''
                HAVING count(*) > 0
            ) AS since""",
    ),
)

RULES = (STF_12,)
