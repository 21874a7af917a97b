"""SAF-01 and SAF-04 to SAF-07: every matter of conduct is decided on, and every allegation comes to its end in time.

SAF-01 is an ordinary flag: it says that nobody has decided, and is cleared by a decision, whichever it was. The others
are behind the LADO's door: they are seen by the LADO and whoever holds them, and never by the person they are about.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core import gates
from core.access import Permission, Role
from oversight import standards
from oversight.rulebook.conduct import decider
from oversight.rulebook.governance.concerns import after
from oversight.rulebook.rule import Basis, Kind, Limb, Mend, Rule
from oversight.rulebook.sql import (
    FOLLOWED,
    STAGE_OF_DAYS,
    asked_about,
    clocks,
    covers_today,
    day_of,
    known,
    start_of,
)

# --- SAF-01: decided, by somebody, in a working day --------------------------------------------------------------------

# From when a concern is about the conduct of staff: as it was raised, or as somebody found.
CONDUCT_FROM = "CASE WHEN c.category = 'staff_conduct' THEN c.received_at ELSE c.conduct_from END"
# What is found by the child's: after a write no other child's concerns are read.
OF_THE_CHILD = """(%(placements)s::bigint[] IS NULL OR c.child_id IN (
          SELECT of.child_id FROM placements_placement of WHERE of.id = ANY(%(placements)s::bigint[])))"""
# Concerns about the conduct of staff that nobody has decided about: at the placement where the child lives now or, without
# one, lived when it was raised, or lived last. What somebody did goes on being owed where the child moves or leaves care.
MATTER = f"""matter AS MATERIALIZED (
    SELECT c.authority_id, c.child_id, coalesce(now.id, c.placement_id, last.id) AS placement_id, c.id AS concern_id,
           c.received_at AS raised_at, {CONDUCT_FROM} AS received_at, {day_of(CONDUCT_FROM)} AS day
    FROM governance_concern c
    LEFT JOIN LATERAL (
        SELECT p.id FROM placements_placement p
        WHERE p.child_id = c.child_id AND {covers_today("p")} AND (p.started_at IS NULL OR p.started_at <= %(as_of)s)
          AND {known("p")}
    ) AS now ON true
    LEFT JOIN LATERAL (
        SELECT p.id FROM placements_placement p
        WHERE p.child_id = c.child_id AND p.started_on <= %(today)s AND {known("p")}
        ORDER BY p.started_on DESC, p.id DESC LIMIT 1
    ) AS last ON true
    WHERE (c.category = 'staff_conduct' OR c.conduct_from <= %(as_of)s) AND c.received_at <= %(as_of)s AND {known("c")}
      AND {OF_THE_CHILD} AND {asked_about("coalesce(now.id, c.placement_id, last.id)")}
      AND coalesce(now.id, c.placement_id, last.id) IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM governance_concernstep s
          WHERE s.concern_id = c.id AND s.kind = 'passed' AND s.happened_at <= %(as_of)s AND {known("s")})
)"""

# Whether another before it was about the same carer, or the same colleague.
AGAIN = f"""EXISTS (
    SELECT FROM governance_conductsubject mine
    JOIN governance_conductsubject other
      ON (other.carer_id = mine.carer_id OR other.account_id = mine.account_id) AND other.concern_id <> mine.concern_id
    JOIN governance_concern c ON c.id = other.concern_id
    WHERE mine.concern_id = matter.concern_id AND c.authority_id = matter.authority_id AND {known("c")}
      AND (c.received_at, c.id) < (matter.raised_at, matter.concern_id))"""


def _undecided(field: str, of: str) -> str:
    return f"""NOT EXISTS (SELECT FROM lado_conductdecision d
        WHERE d.{field} = {of} AND d.decided_at <= %(as_of)s AND {known("d")})"""


# A carer asleep, wherever the child lived then; and one stood down, where it arose with a child of the council's or, where it
# arose at no one placement, with each of its children whom the carer was with: somebody must decide, wherever it was made.
FOUND = f"""found AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id, c.carer_id, c.shift_id, 'asleep' AS limb,
           c.checked_at AS received_at, {day_of("c.checked_at")} AS day
    FROM subject
    JOIN placements_placement lived ON lived.child_id = subject.child_id
    JOIN staffing_shift s ON s.placement_id = lived.id AND s.kind <> 'sleep_in'
    JOIN staffing_awakecheck c ON c.shift_id = s.id AND c.state = 'asleep' AND c.carer_id IS NOT NULL
    WHERE c.checked_at <= %(as_of)s AND {known("c")} AND {_undecided("look_id", "c.id")}
    UNION ALL
    SELECT subject.authority_id, subject.child_id, subject.placement_id, down.carer_id, NULL, 'stood_down',
           down.starts_at, {day_of("down.starts_at")}
    FROM subject
    JOIN placements_placement lived ON lived.child_id = subject.child_id
    JOIN staffing_standdowncase k ON k.placement_id = lived.id AND k.authority_id = subject.authority_id
    JOIN staffing_standdown down ON down.id = k.stand_down_id
    WHERE down.starts_at <= %(as_of)s AND {known("k")} AND {_undecided("case_id", "k.id")}
    UNION ALL
    SELECT subject.authority_id, subject.child_id, subject.placement_id, down.carer_id, NULL, 'stood_down',
           down.starts_at, {day_of("down.starts_at")}
    FROM staffing_standdowncase k
    JOIN staffing_standdown down ON down.id = k.stand_down_id
    CROSS JOIN LATERAL (
        SELECT s.placement_id FROM staffing_assignment a JOIN staffing_shift s ON s.id = a.shift_id
        WHERE a.carer_id = down.carer_id AND {known("a")}
        UNION
        SELECT s.placement_id FROM staffing_presence w JOIN staffing_shift s ON s.id = w.shift_id
        WHERE w.carer_id = down.carer_id AND w.starts_at <= %(as_of)s AND {known("w")}
    ) AS was_at
    JOIN placements_placement lived ON lived.id = was_at.placement_id
    JOIN subject ON subject.child_id = lived.child_id AND subject.authority_id = k.authority_id
    WHERE k.placement_id IS NULL AND down.starts_at <= %(as_of)s AND {known("k")} AND {_undecided("case_id", "k.id")}
)"""


def _raised(limb: str, where: str) -> str:
    return f"""
        SELECT matter.authority_id, matter.child_id, matter.placement_id, NULL::bigint AS carer_id, NULL::bigint AS shift_id,
               '{limb}' AS limb, matter.received_at, {after("matter", "lado")} AS due_at, matter.concern_id
        FROM matter JOIN standard USING (authority_id)
        WHERE {where}"""


OF_CARER_FOUND = "NOT EXISTS (SELECT FROM staffing_carer own WHERE own.id = owed.carer_id AND own.account_id = u.id)"
DECIDER = decider("ARRAY[owed.concern_id]", above=("repeated",), free=OF_CARER_FOUND)
OF_CARER = Mend("lado:decide_carer", "Decide about their conduct", of="carer", needs=Permission.DECIDE_CONDUCT)

SAF_01 = Rule(
    code="SAF-01",
    source_id="SAF-01",
    title="Whether an adult who works with the child is referred to the LADO",
    authority="Working Together to Safeguard Children, chapter 2; Children Act 2004 s11: within one working day. Harm, an "
    "offence, a risk or unsuitable behaviour, and professional neglect with them: asleep on a waking night.",
    basis=Basis.COURT,
    scope="Every concern about the conduct of staff, from when it was raised as that or found to be it, wherever the child lives "
    "now; and, of every child whose placement a team follows, carers found asleep but on a sleep-in, and carers stood down "
    "where it arose with the child or, where it arose at no one placement, who were with the child. A further concern about "
    "the same person is its own. The flag goes to whoever may decide: "
    "the team’s manager, the head of the service, the safeguarding lead, the director of children’s services; never to whom "
    "it is about.",
    period="1 working day",
    what_clears="The decision, by somebody who has no part in it: referred, or not referred, because …. The flag clears the "
    "same whichever it is, and which it is is read by the LADO alone.",
    mend=Mend("governance:child_concerns", "See the concerns", of="child"),
    names_holder=True,
    limbs=(
        Limb("concern", "Concern about the conduct of staff: not decided", Role.TEAM_MANAGER, "1 working day"),
        Limb(
            "repeated",
            "Another concern about the same member of staff: not decided",
            Role.HEAD_OF_SERVICE,
            "1 working day",
        ),
        Limb("asleep", "Carer found asleep: not decided", Role.TEAM_MANAGER, "1 working day", mend=OF_CARER),
        Limb("stood_down", "Carer stood down: not decided", Role.TEAM_MANAGER, "1 working day", mend=OF_CARER),
    ),
    clocks=clocks(
        FOLLOWED,
        standards.columns(standards.LADO),
        MATTER,
        FOUND,
        about=("carer_id", "shift_id"),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT DISTINCT ON (placement_id, limb, carer_id)
                   owed.authority_id, child_id, placement_id, carer_id, shift_id, limb, received_at AS clock_started_at, due_at,
                   {DECIDER} AS holder_id
            FROM ({_raised("concern", f"NOT {AGAIN}")} UNION ALL {_raised("repeated", AGAIN)}
                UNION ALL
                SELECT found.authority_id, found.child_id, found.placement_id, found.carer_id, found.shift_id, found.limb,
                       found.received_at, {after("found", "lado")}, NULL
                FROM found JOIN standard USING (authority_id)) AS owed
            JOIN children_child kid ON kid.id = owed.child_id
            LEFT JOIN core_team team ON team.id = kid.team_id
            ORDER BY placement_id, limb, carer_id, due_at, received_at, shift_id, concern_id""",
        held=True,
    ),
)

# --- behind the door ---------------------------------------------------------------------------------------------------

# Who may hold a flag behind the door, the nearest first. Whoever an allegation is about holds none of it.
HOLDERS = (Role.LADO, Role.SAFEGUARDING_LEAD, Role.DCS, Role.DIRECTOR, Role.HEAD_OF_SERVICE)
FREE = """u.is_active AND u.id IS DISTINCT FROM r.account_id AND NOT EXISTS (
            SELECT FROM staffing_carer own WHERE own.id = r.carer_id AND own.account_id = u.id)"""
REFERRAL = f"""referral AS MATERIALIZED (
    SELECT r.id, r.authority_id, r.child_id, r.placement_id, r.carer_id, r.received_at, r.removed_on, r.police_involved,
           {day_of("r.received_at")} AS day, r.closed_at IS NULL OR r.closed_at > %(as_of)s AS open,
           coalesce(
               (SELECT u.id FROM core_user u WHERE u.id = r.owner_id AND {FREE}),
               (SELECT u.id FROM core_user u
                WHERE u.authority_id = r.authority_id AND u.role IN ({", ".join(f"'{role.value}'" for role in HOLDERS)}) AND {FREE}
                ORDER BY array_position(ARRAY[{", ".join(f"'{role.value}'" for role in HOLDERS)}]::text[], u.role::text), u.id
                LIMIT 1)
           ) AS holder_id
    FROM lado_referral r
    WHERE r.child_id IS NOT NULL AND r.received_at <= %(as_of)s AND {asked_about("r.placement_id")} AND {known("r")}
      AND r.placement_id IS NOT NULL
)"""
STEPS = f"""evaluated AS MATERIALIZED (
    SELECT DISTINCT ON (s.referral_id) s.referral_id, s.decision, s.happened_at
    FROM referral JOIN lado_referralstep s ON s.referral_id = referral.id
    WHERE s.kind = 'evaluation' AND s.happened_at <= %(as_of)s AND {known("s")}
    ORDER BY s.referral_id, s.happened_at DESC, s.id DESC
), met AS MATERIALIZED (
    SELECT DISTINCT ON (s.referral_id) s.referral_id, s.happened_at, s.next_review_on
    FROM referral JOIN lado_referralstep s ON s.referral_id = referral.id
    WHERE s.kind IN ('meeting', 'review') AND s.happened_at <= %(as_of)s AND {known("s")}
    ORDER BY s.referral_id, s.happened_at DESC, s.id DESC
)"""


def _owed(limb: str, started: str, due: str, where: str, joins: str = "") -> str:
    return f"""
        SELECT referral.authority_id, referral.child_id, referral.placement_id, referral.carer_id, referral.holder_id,
               '{limb}' AS limb, {started} AS clock_started_at, {due} AS due_at
        FROM referral JOIN standard USING (authority_id)
        LEFT JOIN evaluated ON evaluated.referral_id = referral.id
        LEFT JOIN met ON met.referral_id = referral.id {joins}
        WHERE {where}"""


def _kept(standard_columns: str, rows: str) -> str:
    """A rule's query, each row with who holds it. Two referrals that owe the same on the same day are one flag."""
    return clocks(
        standard_columns,
        REFERRAL,
        STEPS,
        about=("carer_id",),
        stage=STAGE_OF_DAYS,
        rows=f"""SELECT DISTINCT ON (placement_id, limb, carer_id, due_at) * FROM ({rows}) AS owed
                 ORDER BY placement_id, limb, carer_id, due_at, clock_started_at""",
        held=True,
    )


def _months(standard: str) -> str:
    return start_of(f"(referral.day + standard.{standard} * interval '1 month')::date + 1")


# From the last meeting or, of what is left to the employer without one, from when it was.
SINCE = "coalesce(met.happened_at, evaluated.happened_at)"
REVIEWED_BY = start_of(
    f"least(({SINCE} AT TIME ZONE 'Europe/London')::date"
    " + CASE WHEN referral.police_involved THEN standard.lado_review_police ELSE standard.lado_review END,"
    " met.next_review_on) + 1"
)
SCOPE = "Referrals to the LADO with a child and a placement on record; those without are listed on the LADO’s own page."
CASE = Mend("lado:of_placement", "See the referral")
LOCAL_PROCEDURE = "Local procedures for managing allegations against people who work with children."

SAF_04 = Rule(
    code="SAF-04",
    source_id="SAF-04",
    title="Allegations evaluated, met about and reviewed",
    authority=LOCAL_PROCEDURE,
    basis=Basis.LOCAL,
    scope=SCOPE,
    period="evaluated in 1 working day; a meeting in 5; reviewed every 4 weeks, every 2 where the police are involved",
    what_clears="The evaluation; the record of the meeting; the record of the review. What is left to the employer is reviewed "
    "from when it was left to them: by a meeting, or by evaluating it again.",
    behind_the_door=True,
    mend=CASE,
    limbs=(
        Limb("evaluation", "Allegation not evaluated", Role.LADO, "1 working day"),
        Limb("meeting", "Allegations meeting not held", Role.LADO, "5 working days"),
        Limb("review", "Allegation not reviewed", Role.LADO, "4 weeks, or 2 with the police"),
    ),
    clocks=_kept(
        standards.columns(
            standards.LADO_EVALUATION, standards.LADO_MEETING, standards.LADO_REVIEW, standards.LADO_REVIEW_POLICE
        ),
        " UNION ALL ".join(
            [
                _owed(
                    "evaluation",
                    "referral.received_at",
                    after("referral", "lado_evaluation"),
                    "referral.open AND evaluated.referral_id IS NULL",
                ),
                _owed(
                    "meeting",
                    "referral.received_at",
                    after("referral", "lado_meeting"),
                    "referral.open AND evaluated.decision IN ('strategy', 'meeting') AND met.referral_id IS NULL",
                ),
                _owed(
                    "review",
                    SINCE,
                    REVIEWED_BY,
                    "referral.open AND (met.referral_id IS NOT NULL OR evaluated.decision = 'employer')",
                ),
            ]
        ),
    ),
)

SAF_05 = Rule(
    code="SAF-05",
    source_id="SAF-05",
    title="Allegations brought to an outcome in time",
    authority="Local standard, by the targets of earlier editions of Working Together that LADOs still use: most in one month, "
    "nearly all in three, all but the exceptional in twelve.",
    basis=Basis.LOCAL,
    scope=SCOPE,
    period="1, 3 and 12 months",
    what_clears="The outcome.",
    severity="amber",
    behind_the_door=True,
    mend=CASE,
    limbs=(
        Limb("first", "Allegation open for more than a month", Role.LADO, "1 month"),
        Limb("second", "Allegation open for more than three months", Role.LADO, "3 months"),
        Limb("third", "Allegation open for more than a year", Role.LADO, "12 months", "red"),
    ),
    clocks=_kept(
        standards.columns(standards.LADO_FIRST, standards.LADO_SECOND, standards.LADO_THIRD),
        " UNION ALL ".join(
            _owed(limb, "referral.received_at", _months(f"lado_{limb}"), "referral.open")
            for limb in ("first", "second", "third")
        ),
    ),
)

SAF_07 = Rule(
    code="SAF-07",
    source_id="SAF-07",
    title="The Disclosure and Barring Service is told",
    authority="Safeguarding Vulnerable Groups Act 2006 s35: a duty of the employer or agency, once somebody was removed from the "
    "work for harm or a risk of it. The law gives no number; the local standard does.",
    basis=Basis.LOCAL,
    scope=f"{SCOPE} Also after the outcome, and where the person left first.",
    period="1 month after they were removed",
    what_clears="The record of the referral to the DBS, and of how it is known.",
    behind_the_door=True,
    mend=CASE,
    owned_by=Role.LADO,
    clocks=_kept(
        standards.columns(standards.LADO_DBS),
        _owed(
            "",
            start_of("referral.removed_on"),
            start_of("(referral.removed_on + standard.lado_dbs * interval '1 month')::date + 1"),
            f"""referral.removed_on <= %(today)s AND NOT EXISTS (
                SELECT FROM lado_referralaction a
                WHERE a.referral_id = referral.id AND a.kind = 'dbs' AND a.done_on <= %(today)s AND {known("a")})""",
        ),
    ),
)

SAF_01_DECIDE = Rule(
    code=gates.DECIDING_CONDUCT,
    source_id="SAF-01",
    title="Nobody decides about their own conduct, and commissioning decides about nobody’s",
    authority="Local standard.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Deciding that somebody is not referred. To refer takes nobody’s leave.",
    period="before every decision",
    what_clears="The decision of somebody who has no part in it. The refusal is read by the LADO alone.",
    owned_by=Role.TEAM_MANAGER,
)

SAF_06 = Rule(
    code=gates.ALLEGATION_OUTCOME,
    source_id="SAF-06",
    title="An allegation ends in one of five outcomes",
    authority="Working Together to Safeguard Children; Keeping Children Safe in Education, part 4.",
    basis=Basis.COURT,
    kind=Kind.GATE,
    scope="Closing a referral. That somebody has resigned, that the employer has dealt with it, or that nothing more is done, ends "
    "nothing.",
    period="before every closing",
    what_clears="Substantiated, unsubstantiated, unfounded, false or malicious, with reasons and a summary for the employer.",
    owned_by=Role.LADO,
)

RULES = (SAF_01, SAF_04, SAF_05, SAF_07, SAF_01_DECIDE, SAF_06)
