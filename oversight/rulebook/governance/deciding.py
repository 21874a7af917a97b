"""DEC: who decides about a child, whether it is on her record, who answers for her, and who else is in touch with her."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core import gates
from core.access import Permission, Role
from governance.models import SeniorContact
from oversight import standards
from oversight.rulebook.rule import Basis, Kind, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import (
    FOLLOWED,
    RISK,
    STAGE_OF_DAYS,
    STAGE_OF_HOURS,
    clocks,
    covers_today,
    day_of,
    known,
    listed,
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

DEC_02 = Rule(
    code="DEC-02",
    source_id="DEC-02",
    title="Decisions are on the child’s own record in time",
    authority="Care Planning, Placement and Case Review (England) Regulations 2010, regs 49 and 50, ask for a case record "
    "kept on each child. That a decision is on it within one working day is a local standard.",
    basis=Basis.LOCAL,
    scope="Late: decisions about a child in a placement a team follows, put on record in the last 28 days. Missing: the "
    "decision that the child lives there, taken up to 28 days before, for a placement in a setting recorded as not "
    "registered or of a child under a deprivation of liberty order.",
    period="1 working day after it was taken, or after the placement began",
    what_clears="Recording the decision. What was late is not mended: it stands for 28 days from the day it was put on "
    "record.",
    limbs=(
        Limb(
            "late",
            "Decision put on record late",
            Role.TEAM_MANAGER,
            "1 working day",
            "amber",
            mend=Mend("children:decisions", "See the decisions", "child"),
        ),
        Limb(
            "missing",
            "No decision on record that the child lives there",
            Role.SOCIAL_WORKER,
            "1 working day",
            mend=Mend("children:decide", "Record the decision", "child"),
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        RISK,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, 'late' AS limb,
                   {start_of("min(d.decided_on)")} AS clock_started_at, min({start_of("due.day + 1")}) AS due_at
            FROM subject
            JOIN children_decision d USING (child_id)
            CROSS JOIN LATERAL ({working_days_after("d.decided_on", "1")}) AS due
            WHERE d.entered_at <= %(as_of)s AND d.entered_at > %(as_of)s - interval '28 days' AND {known("d")}
              AND d.entered_at >= {start_of("due.day + 1")}
            GROUP BY authority_id, child_id, placement_id
            UNION ALL
            SELECT authority_id, child_id, placement_id, 'missing', {start_of("subject.from_day")},
                   {start_of("due.day + 1")}
            FROM subject JOIN risk USING (placement_id)
            CROSS JOIN LATERAL ({working_days_after("subject.from_day", "1")}) AS due
            WHERE NOT EXISTS (
                SELECT FROM children_decision d
                WHERE d.child_id = subject.child_id AND d.kind IN ('placement', 'unregistered')
                  AND d.decided_on >= subject.started_on - 28 AND d.decided_on <= %(today)s
                  AND (d.entered_at IS NULL OR d.entered_at <= %(as_of)s) AND {known("d")})""",
    ),
)

DEC_03 = Rule(
    code="DEC-03",
    source_id="DEC-03",
    title="Contact by senior managers and commissioners with the child",
    authority="Local standard: whoever is above the child’s own line and is in touch with the child writes down what was "
    "said and promised the same day, and the social worker sees it.",
    basis=Basis.LOCAL,
    scope="Contacts put on record about a child in a placement a team follows: the oldest that waits. To write it is for "
    "whoever had it, as long as they have that post and an account; then for the head of service to say why it cannot be written.",
    period="24 hours after the contact; 24 hours after it was written",
    what_clears="What was said, written by whoever had the contact or, where their account is closed, why it cannot be "
    "written; the social worker’s having seen it, with an answer to what was promised.",
    names_holder=True,
    mend=Mend("governance:contacts", "See the contacts", "child"),
    limbs=(
        Limb(
            "recorded",
            "Contact by a senior manager not written down",
            Role.HEAD_OF_SERVICE,
            "24 hours after the contact",
        ),
        Limb(
            "seen",
            "Contact by a senior manager the social worker has not seen",
            Role.SOCIAL_WORKER,
            "24 hours after it was written",
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        standards.columns(standards.SENIOR_CONTACT),
        stage=STAGE_OF_HOURS,
        rows=f"""
            SELECT DISTINCT ON (placement_id, each.limb)
                   subject.authority_id, child_id, placement_id, each.limb, each.since AS clock_started_at,
                   each.since + senior_contact * interval '1 hour' AS due_at,
                   CASE WHEN each.limb = 'recorded' THEN who.id END AS holder_id
            FROM subject
            JOIN standard USING (authority_id)
            JOIN governance_seniorcontact contact USING (child_id)
            CROSS JOIN LATERAL (
                SELECT least(contact.written_at, contact.unwritten_at) AS at) AS written
            CROSS JOIN LATERAL (
                SELECT 'seen' AS limb, written.at AS since WHERE written.at <= %(as_of)s
                UNION ALL
                SELECT 'recorded', contact.occurred_at WHERE written.at IS NULL OR written.at > %(as_of)s
            ) AS each
            LEFT JOIN core_user who ON who.id = contact.who_id AND who.is_active AND who.authority_id = subject.authority_id
                 AND who.role IN ({listed(SeniorContact.SENIOR)})
            WHERE contact.occurred_at <= %(as_of)s AND (contact.seen_at IS NULL OR contact.seen_at > %(as_of)s)
              AND {known("contact")}
            ORDER BY placement_id, each.limb, each.since, contact.id""",
        held=True,
    ),
)

# When a lead's account was closed, where it is closed now: the first line of its history since it was last open.
CLOSED = """LATERAL (
                SELECT min(h.history_date) AS at FROM core_historicaluser h
                WHERE h.id = u.id AND NOT u.is_active AND NOT h.is_active AND NOT EXISTS (
                    SELECT FROM core_historicaluser later
                    WHERE later.id = h.id AND later.is_active AND later.history_date > h.history_date)
            ) AS closed"""

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
    period="at every moment; somebody whose account is closed leads no more; a gap of one working day at most",
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
                SELECT greatest(subject.from_day, risk.risky_from, max(until.day)) AS since
                FROM children_allocation al JOIN core_user u ON u.id = al.worker_id
                CROSS JOIN {CLOSED}
                CROSS JOIN LATERAL (SELECT least(al.ended_on, {day_of("closed.at")}) AS day) AS until
                WHERE al.child_id = subject.child_id AND al.part = part.code
                  AND (al.ended_on IS NULL OR al.ended_on > al.started_on)
                  AND al.started_on <= %(today)s AND until.day <= %(today)s AND {known("al")}
            ) AS gap
            CROSS JOIN LATERAL ({working_days_after("gap.since", "1")}) AS due
            WHERE NOT EXISTS (
                SELECT FROM children_allocation al JOIN core_user u ON u.id = al.worker_id
                CROSS JOIN {CLOSED}
                WHERE al.child_id = subject.child_id AND al.part = part.code AND {covers_today("al")} AND {known("al")}
                  AND (u.is_active OR closed.at > %(as_of)s))""",
    ),
)

RULES = (DEC_01_CARE, DEC_02, DEC_03, DEC_04)
