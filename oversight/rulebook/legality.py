"""LEG: whether she may lawfully live there, and who has answered for it.

These two need facts: a placement's type, or what somebody has recorded of its home. Registration not known is for
somebody to settle (oversight/quality.py) and is never read as a breach. They look at every live placement, followed or
not: no record of ours is needed to know that a child may not be there.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core import gates
from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Kind, Mend, Rule, Trait
from oversight.rulebook.sql import LIVE, SETTING, STAGE_OF_HOURS, clocks, known, listed, start_of
from placements import codes
from placements.models import Registration

UNDER_16_FROM = dt.date(2021, 9, 9)
REGULATION_27A = (
    "Care Planning, Placement and Case Review (England) Regulations 2010, reg 27A (inserted by SI 2021/161 from "
    "9 September 2021): a child under 16 may be placed in other arrangements only in a care home, hospital, "
    "residential family centre, school or holiday scheme for disabled children"
)

LEG_04 = Rule(
    code="LEG-04",
    source_id="LEG-04",
    title="Under 16 in other arrangements",
    authority=REGULATION_27A + ". No order of a court changes that.",
    basis=Basis.STATUTE,
    scope=f"Placements that began on or after 9 September 2021, of a child under 16, whose type is other arrangements "
    f"({', '.join(codes.OTHER_ARRANGEMENTS)}), or whose home is recorded as not registered, or as registered for "
    "something the regulation does not allow. Never one registered as a children’s home or for something the "
    "regulation allows.",
    period="from the start of the placement",
    what_clears="The end of the placement, or the child’s 16th birthday; or the record that the home is registered for "
    "something the regulation allows, if that is so.",
    owned_by=Role.DCS,
    in_force_from=UNDER_16_FROM,
    mend=Mend("placements:end", "End the placement"),
    clocks=clocks(
        LIVE,
        # The law in force on the day she was placed decides, so an earlier start is never a breach of it.
        stage="'overdue'",
        rows=f"""
            SELECT authority_id, child_id, placement_id, '' AS limb, subject.started_at AS clock_started_at,
                   CASE WHEN subject.type IN ({listed(codes.OTHER_ARRANGEMENTS)}) THEN subject.started_at
                   ELSE greatest(subject.started_at, {start_of("setting.started_on")}) END AS due_at
            FROM subject {SETTING}
            WHERE subject.started_on >= '{UNDER_16_FROM}' AND date_of_birth + interval '16 years' > %(today)s
              AND CASE WHEN setting.status = 'registered'
                  THEN setting.registered_for NOT IN ({listed(Registration.ALLOWED_UNDER_16)})
                  ELSE subject.type IN ({listed(codes.OTHER_ARRANGEMENTS)}) OR setting.status = 'not_registered' END""",
    ),
)

LEG_05 = Rule(
    code="LEG-05",
    source_id="LEG-05",
    only=frozenset({Trait.HIGH_RISK}),
    title="Unregistered setting without the director’s authorisation",
    authority="Care Standards Act 2000, ss 1 and 11: to run or manage an unregistered children’s home is an offence, "
    "and no order of a court excuses it; Children Act 1989, s 22C(6). That the director of children’s services "
    "decides, with reasons, and decides again every 7 days, is a local standard.",
    basis=Basis.STATUTE,
    scope="Placements in a home recorded as not registered. Registration not known is settled first.",
    period="before the move, or within 24 hours if an emergency; again every 7 days",
    what_clears="The director’s authorisation, with its reasons; the end of the placement; or the home’s registration.",
    owned_by=Role.DCS,
    mend=Mend("placements:authorise", "Authorise, or end the placement"),
    clocks=clocks(
        LIVE,
        standards.columns(standards.REAPPROVAL, standards.LATE_APPROVAL),
        stage=STAGE_OF_HOURS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, '' AS limb,
                   coalesce(latest.authorised_at, subject.started_at) AS clock_started_at,
                   greatest(latest.until, {start_of("setting.started_on")}, subject.started_at + CASE
                       WHEN subject.basis = 'emergency' THEN late_approval * interval '1 hour' ELSE interval '0' END
                   ) AS due_at
            FROM subject
            JOIN standard USING (authority_id)
            {SETTING}
            LEFT JOIN LATERAL (
                SELECT a.authorised_at,
                       least(a.expires_at, a.authorised_at + reapproval * 24 * interval '1 hour') AS until
                FROM placements_unregisteredauthorisation a
                WHERE a.placement_id = subject.placement_id AND a.authorised_at <= %(as_of)s AND {known("a")}
                ORDER BY a.authorised_at DESC, a.id DESC LIMIT 1
            ) AS latest ON true
            WHERE setting.status = 'not_registered'""",
    ),
)

LEG_04_PLAN = Rule(
    code=gates.PLACING_UNDER_16,
    source_id="LEG-04",
    title="No plan may place a child under 16 in other arrangements",
    authority=REGULATION_27A,
    basis=Basis.STATUTE,
    kind=Kind.GATE,
    scope="Placements that have not begun. What has happened can always be recorded, and raises LEG-04.",
    period="from 9 September 2021",
    what_clears="A plan for a place where a child under 16 may live.",
    owned_by=Role.SOCIAL_WORKER,
    in_force_from=UNDER_16_FROM,
)
LEG_05_APPROVAL = Rule(
    code=gates.AUTHORISING_TOO_LONG,
    source_id="LEG-05",
    title="No authorisation of an unregistered placement runs longer than the local standard",
    authority="Local standard: the decision is short and is made again, with fresh reasons, or ended.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Authorisations of placements in a home recorded as not registered.",
    period="7 days",
    what_clears="A shorter authorisation.",
    owned_by=Role.DCS,
)

RULES = (LEG_04, LEG_05, LEG_04_PLAN, LEG_05_APPROVAL)
