"""STF-10 and CPL-05's agency half: who answers for an agency's carers, and what they are there to achieve for her."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import FOLLOWED, clocks, covers_today, day_of, known, start_of, working_days_after
from oversight.rulebook.staffing.parts import LATELY, SOON, stands

AGREE = Mend("staffing:agreements", "See the agreement")
WORKING_DAYS = 5  # as the gate on publishing allows: see staffing/actions/weeks.py

# The agencies that supply carers to a placement, other than the provider that runs it: those with an agreement that
# covers today, and those whose carers are on its published rota without any. `signed` is the agreement that counts.
SUPPLYING = f"""supplying AS MATERIALIZED (
    SELECT subject.*, supplier.agency_id,
           CASE WHEN agreed.expires_on < %(today)s AND agreed.signed_on IS NOT NULL THEN agreed.expires_on + 1
                ELSE coalesce(unsigned.since, agreed.started_on, rota.day) END AS day,
           CASE WHEN agreed.id IS NOT NULL THEN coalesce(unsigned.since, agreed.started_on) END AS agreed_from,
           agreed.outcomes,
           coalesce(agreed.signed_on <= %(today)s AND agreed.expires_on >= %(today)s, false) AS signed,
           agreed.signed_on <= %(today)s AS ever_signed
    FROM subject
    LEFT JOIN placements_home home ON home.id = subject.home_id
    JOIN placements_placement p ON p.id = subject.placement_id
    CROSS JOIN LATERAL (
        SELECT g.agency_id FROM staffing_agencyagreement g
        WHERE g.placement_id = subject.placement_id AND {covers_today("g")} AND {known("g")}
        UNION
        SELECT a.agency_id FROM staffing_shift s JOIN staffing_assignment a ON a.shift_id = s.id
        WHERE s.placement_id = subject.placement_id AND s.starts_at > {LATELY} AND s.starts_at <= {SOON}
          AND s.published_at <= %(as_of)s AND {stands("s", "cancelled_at")} AND {stands("a", "removed_at")}
          AND a.ends_at > %(as_of)s
    ) AS supplier
    LEFT JOIN staffing_agencyagreement agreed ON agreed.placement_id = subject.placement_id
         AND agreed.agency_id = supplier.agency_id AND {covers_today("agreed")} AND {known("agreed")}
    -- Ended and brought in anew, an agency that never signed has supplied the placement since it first did.
    CROSS JOIN LATERAL (
        SELECT min(u.started_on) AS since FROM staffing_agencyagreement u
        WHERE u.placement_id = subject.placement_id AND u.agency_id = supplier.agency_id
          AND u.started_on <= %(today)s AND (u.signed_on IS NULL OR u.signed_on > %(today)s) AND {known("u")}
          AND NOT EXISTS (
              SELECT FROM staffing_agencyagreement later
              WHERE later.placement_id = u.placement_id AND later.agency_id = u.agency_id AND {known("later")}
                AND later.started_on > u.started_on AND later.started_on <= %(today)s AND later.signed_on <= %(today)s)
    ) AS unsigned
    LEFT JOIN LATERAL (
        SELECT greatest(
            (SELECT max(ended.ended_on) FROM staffing_agencyagreement ended
             WHERE ended.placement_id = subject.placement_id AND ended.agency_id = supplier.agency_id
               AND ended.ended_on <= %(today)s),
            (SELECT {day_of("min(s.starts_at)")} FROM staffing_shift s JOIN staffing_assignment a ON a.shift_id = s.id
             WHERE s.placement_id = subject.placement_id AND a.agency_id = supplier.agency_id
               AND s.starts_at >= {start_of("subject.started_on")} AND s.published_at <= %(as_of)s
               AND {stands("s", "cancelled_at")} AND {stands("a", "removed_at")})) AS day
    ) AS rota ON agreed.id IS NULL
    WHERE supplier.agency_id IS DISTINCT FROM coalesce(home.provider_id, p.provider_id)
)"""


def _fifth(day: str) -> str:
    return f"CROSS JOIN LATERAL ({working_days_after(day, str(WORKING_DAYS))}) AS fifth"


SCOPE = (
    "Each agency that supplies carers to a placement a team follows, by an agreement or by its carers on the published rota; "
    "never the provider that runs the placement."
)

STF_10 = Rule(
    code="STF-10",
    for_provider=True,
    source_id="STF-10",
    only=frozenset({Trait.STAFFED}),
    title="Agreement with each agency",
    authority="Local standard. Before an agency’s carers begin it is agreed, and signed by both, who supervises, trains "
    "and disciplines them, who reports to the LADO and who receives the handover. Two agencies supplied carers for nine "
    "months, each thinking that somebody else was in charge of them.",
    basis=Basis.LOCAL,
    scope=SCOPE,
    period="from the agency’s start, in an emergency 48 hours after it; 5 working days at most. One that has run out is none",
    what_clears="The signed agreement on record; or that the agency no longer supplies the placement.",
    limbs=(
        Limb(
            "unsigned",
            "Agency without a signed agreement",
            Role.SOCIAL_WORKER,
            "at the start; 48 hours after an emergency",
            "amber",
            mend=AGREE,
        ),
        Limb("overdue", "Agency agreement long overdue", Role.TEAM_MANAGER, "5 working days", mend=AGREE),
    ),
    clocks=clocks(
        FOLLOWED,
        standards.columns(standards.GRACE),
        SUPPLYING,
        about=("agency_id",),
        stage="CASE WHEN limb = 'unsigned' AND %(as_of)s > due_at OR limb = 'overdue' AND %(as_of)s >= due_at "
        "THEN 'overdue' ELSE 'due' END",
        rows=f"""
            SELECT authority_id, child_id, placement_id, agency_id, each.limb, {start_of("supplying.day")} AS clock_started_at,
                   each.due_at
            FROM supplying
            JOIN standard USING (authority_id)
            {_fifth("supplying.day")}
            CROSS JOIN LATERAL (
                SELECT 'unsigned' AS limb, greatest({start_of("supplying.day")}, CASE WHEN basis = 'emergency'
                       THEN started_at + grace * interval '1 hour' END) AS due_at
                WHERE %(today)s <= fifth.day
                UNION ALL
                SELECT 'overdue', {start_of("fifth.day + 1")}
            ) AS each
            WHERE NOT signed""",
    ),
)

CPL_05A = Rule(
    code="CPL-05A",
    source_id="CPL-05",
    only=frozenset({Trait.STAFFED}),
    title="Agency agreement that says what its carers are to achieve for the child",
    authority="Local standard: the agreement with each staffing agency is about this child, says what its carers are to "
    "achieve, and is signed.",
    basis=Basis.LOCAL,
    scope=SCOPE,
    period="5 working days from the agency’s start",
    what_clears="The signed agreement on record, with its outcomes for the child.",
    mend=AGREE,
    owned_by=Role.SOCIAL_WORKER,
    clocks=clocks(
        FOLLOWED,
        SUPPLYING,
        about=("agency_id",),
        stage="CASE WHEN %(as_of)s >= due_at THEN 'overdue' ELSE 'due' END",
        rows=f"""
            SELECT authority_id, child_id, placement_id, agency_id, '' AS limb,
                   {start_of("supplying.agreed_from")} AS clock_started_at, {start_of("fifth.day + 1")} AS due_at
            FROM supplying {_fifth("supplying.agreed_from")}
            WHERE agreed_from IS NOT NULL AND (outcomes = '' OR NOT coalesce(ever_signed, false))""",
    ),
)

RULES = (STF_10, CPL_05A)
