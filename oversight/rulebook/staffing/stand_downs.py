"""STF-09: whoever must not be deployed is on no shift; a request to take somebody off a rota is carried out, and stays so.

Nothing here says, or turns on, why anybody was stood down.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Role
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import FOLLOWED, STAGE_OF_HOURS, clocks, known
from oversight.rulebook.staffing.parts import (
    BEGUN,
    BY_REVIEW,
    LATELY,
    RECENT,
    REVIEW,
    THERE,
    first_of,
    reviewed,
    stands,
)

# Asked by then, and not withdrawn by then.
BINDING = f"""r.asked_at <= %(as_of)s AND (r.withdrawn_at IS NULL OR r.withdrawn_at > %(as_of)s) AND {known("r")}"""

STF_09 = Rule(
    code="STF-09",
    for_provider=True,
    source_id="STF-09",
    only=frozenset({Trait.STAFFED}),
    title="Carers who must not be deployed",
    authority="Local standard. Whoever is stood down is on no rota, at any placement and through any agency, until "
    "safeguarding, the social worker and the placement manager lift it together; never commissioning, and never because "
    "the child asks. A stand-down is a neutral act.",
    basis=Basis.LOCAL,
    scope="Carers recorded as present at placements a team follows, also where the placement has ended since; requests to "
    "take a carer off a rota, which go with the child to the next placement; and carers put on a shift with the child, drafts "
    "too, after somebody asked that they be taken off. A planned shift of whoever is stood down is refused by STF-09-ROTA.",
    period="at once; a request within 24 hours",
    what_clears="A request: the confirmation that the carer is on no shift to come, or its withdrawal by whoever asked or by "
    "the child’s social worker or their team manager. Put back: that the carer is off the shift again, or that the social "
    "worker or their team manager withdraws the request, with a reason; never commissioning. Of a shift that was worked: "
    f"{BY_REVIEW}",
    limbs=(
        Limb("worked", "Carer who must not be deployed was on a shift", Role.SOCIAL_WORKER, "at once", mend=REVIEW),
        Limb(
            "request",
            "Request to take a carer off the rota",
            Role.SOCIAL_WORKER,
            "24 hours",
            mend=Mend("staffing:off_rota", "Open the request", of="placement carer"),
        ),
        Limb(
            "put_back",
            "Carer put back after a request to take them off",
            Role.SOCIAL_WORKER,
            "at once",
            mend=Mend("staffing:shift", "Open the shift", of="shift"),
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        RECENT,
        BEGUN,
        THERE,
        about=("carer_id", "shift_id"),
        # On a shift: at once. A request has all of its last hour.
        stage=f"CASE WHEN limb IN ('worked', 'put_back') THEN 'overdue' ELSE {STAGE_OF_HOURS} END",
        rows=f"""
            SELECT authority_id, child_id, placement_id, carer_id, shift_id, 'worked' AS limb,
                   due_at AS clock_started_at, due_at
            FROM ({
            first_of(
                f'''
                SELECT t.*, greatest(t.came_at, sd.starts_at) AS due_at
                FROM there t JOIN staffing_standdown sd USING (carer_id)
                WHERE sd.starts_at <= %(as_of)s AND {known("sd")}
                  AND t.gone_at > sd.starts_at
                  AND (sd.lifted_at IS NULL OR sd.lifted_at > %(as_of)s OR sd.lifted_at > t.came_at)
                  AND NOT {
                    reviewed(
                        "t.shift_id",
                        happened="greatest(least(t.gone_at, sd.lifted_at), t.put_right_at)",
                        recorded="greatest(t.recorded_at, sd.recorded_at)",
                    )
                }''',
                by=("shift_id", "carer_id"),
            )
        }) AS worked
            UNION ALL
            SELECT subject.authority_id, subject.child_id, subject.placement_id, r.carer_id, NULL, 'request',
                   r.asked_at, r.due_at
            FROM subject
            -- a move ends no request: once its own placement is over, it is asked where she lives now
            JOIN placements_placement made
              ON made.child_id = subject.child_id AND (made.id = subject.placement_id OR made.ended_on <= %(today)s)
            JOIN staffing_rotarequest r ON r.placement_id = made.id
            WHERE (r.done_at IS NULL OR r.done_at > %(as_of)s) AND {BINDING}
            UNION ALL
            SELECT authority_id, child_id, placement_id, carer_id, shift_id, 'put_back', due_at, due_at
            FROM ({
            first_of(
                f'''
                SELECT recent.*, r.carer_id, s.id AS shift_id, put.at AS due_at
                FROM recent
                JOIN placements_placement made ON made.child_id = recent.child_id
                JOIN staffing_rotarequest r ON r.placement_id = made.id
                JOIN staffing_assignment a ON a.carer_id = r.carer_id
                JOIN staffing_shift s ON s.id = a.shift_id AND s.placement_id = recent.placement_id
                CROSS JOIN LATERAL (SELECT coalesce(a.put_on_at, a.recorded_at) AS at) AS put
                WHERE {BINDING} AND r.asked_at < put.at AND put.at <= %(as_of)s AND s.starts_at > {LATELY}
                  AND {stands("s", "cancelled_at")} AND {stands("a", "removed_at")}
                  AND NOT {reviewed("s.id", happened="a.ends_at", recorded="a.recorded_at")}''',
                by=("placement_id", "carer_id"),
            )
        }) AS put_back""",
    ),
)

RULES = (STF_09,)
