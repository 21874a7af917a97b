"""STF-03: nobody begins without an induction, and what was taught is proved and not only said."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Limb, Mend, Trait
from oversight.rulebook.sql import FOLLOWED, clocks, known, listed, start_of
from oversight.rulebook.staffing.parts import CARERS, CARERS_SCOPE, by_law_and_elsewhere, stands
from staffing.models import Training

Subject = Training.Subject
TAUGHT = tuple(subject for subject in Subject.values if subject not in (Subject.INDUCTION, Subject.DOL))
# It counts once there is a certificate, or the trainer has signed the attendance.
PROVED = "(t.evidence_id IS NOT NULL OR t.signed_on <= %(today)s)"
ITS = "(t.placement_id IS NULL OR t.placement_id = carers.placement_id)"


def _trained(where: str) -> str:
    theirs = f"t.carer_id = carers.carer_id AND t.given_on <= %(today)s AND {known('t')} AND {ITS}"
    return clocks(
        FOLLOWED,
        standards.columns(standards.TRAINING),
        CARERS,
        about=("carer_id",),
        # Induction is owed before the first hour; the rest by the end of a day.
        stage="CASE WHEN limb = 'induction' AND %(as_of)s > due_at OR limb <> 'induction' AND %(as_of)s >= due_at "
        "THEN 'overdue' ELSE 'due' END",
        rows=f"""
            SELECT authority_id, child_id, placement_id, carer_id, 'induction' AS limb,
                   first.at AS clock_started_at, first.at AS due_at
            FROM carers
            CROSS JOIN LATERAL (
                SELECT least(first_at, (
                    SELECT a.starts_at FROM staffing_assignment a JOIN staffing_shift s ON s.id = a.shift_id
                    WHERE a.carer_id = carers.carer_id AND s.published_at <= %(as_of)s
                      AND {stands("s", "cancelled_at")} AND {stands("a", "removed_at")}
                    ORDER BY a.starts_at LIMIT 1)) AS at
            ) AS first
            WHERE {where} AND NOT EXISTS (
                SELECT FROM staffing_training t WHERE {theirs} AND t.subject = 'induction' AND {PROVED})
            UNION ALL
            SELECT authority_id, child_id, placement_id, carer_id, 'training', {start_of("first_day")},
                   {start_of("min(lacking.from_day) + 1")}
            FROM carers
            JOIN standard USING (authority_id)
            CROSS JOIN LATERAL (
                SELECT greatest(first_day + training_days, max(t.valid_until)) AS from_day
                FROM (
                    SELECT unnest(ARRAY[{listed(TAUGHT)}]) AS subject
                    UNION ALL
                    SELECT 'dol' WHERE EXISTS (
                        SELECT FROM placements_dolorder o
                        WHERE o.child_id = carers.child_id AND o.starts_on <= %(today)s AND o.expires_on >= %(today)s
                          AND (o.discharged_on IS NULL OR o.discharged_on > %(today)s) AND {known("o")})
                ) AS asked
                LEFT JOIN staffing_training t ON {theirs} AND t.subject = asked.subject AND {PROVED}
                GROUP BY asked.subject
                HAVING NOT bool_or(t.id IS NOT NULL AND coalesce(t.valid_until >= %(today)s, true))
            ) AS lacking
            WHERE {where}
            GROUP BY authority_id, child_id, placement_id, carer_id, first_day
            UNION ALL
            SELECT authority_id, child_id, placement_id, carer_id, 'claimed', {start_of("claim.given_on")},
                   {start_of("claim.given_on")}
            FROM carers
            CROSS JOIN LATERAL (
                SELECT min(t.given_on) AS given_on FROM staffing_training t
                WHERE {theirs} AND NOT coalesce({PROVED}, false) AND NOT EXISTS (
                    SELECT FROM staffing_training later
                    WHERE later.carer_id = t.carer_id AND later.subject = t.subject AND later.given_on >= t.given_on
                      AND later.placement_id IS NOT DISTINCT FROM t.placement_id AND later.given_on <= %(today)s
                      AND (later.evidence_id IS NOT NULL OR later.signed_on <= %(today)s) AND {known("later")})
            ) AS claim
            WHERE {where} AND claim.given_on IS NOT NULL""",
    )


STF_03, STF_03L = by_law_and_elsewhere(
    _trained,
    code="STF-03",
    for_provider=True,
    needs=Trait.STAFFED,
    title="Induction and training, proved",
    which="reg 33(1)",
    authority="each person who works in the home completes an appropriate induction. What else is taught, and by when, is "
    "a local standard.",
    scope=f"{CARERS_SCOPE} What an order of the court allows is asked for where the child is under a deprivation of "
    "liberty order.",
    period="induction before the first shift; the rest 14 days after the first shift at this placement",
    what_clears="The training on record, signed by its trainer or with a certificate: trauma-informed care, de-escalation "
    "and restraint, medicines, safeguarding, the child’s own plan and what an order allows.",
    in_force_from=dt.date(2015, 4, 1),
    limbs=(
        Limb(
            "induction",
            "Carer without a signed induction",
            Role.SOCIAL_WORKER,
            "before the first shift at all",
            mend=Mend("staffing:record_training", "Record training", "carer"),
        ),
        Limb(
            "training",
            "Carer not trained for this work and this child",
            Role.SOCIAL_WORKER,
            "14 days",
            mend=Mend("staffing:record_training", "Record training", "carer"),
        ),
        Limb(
            "claimed",
            "Training said to be given, with no proof",
            Role.SOCIAL_WORKER,
            "the same day",
            mend=Mend("staffing:carer", "See what has no proof", "carer"),
        ),
    ),
)

RULES = (STF_03, STF_03L)
