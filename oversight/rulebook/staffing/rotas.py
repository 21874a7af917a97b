"""STF-11 and STF-13: that there is a rota, that it is kept as it was worked, why these kinds of staff, and until when."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import FOLLOWED, RISK, STAGE_AT_ONCE, STAGE_OF_HOURS, clocks, known, start_of
from oversight.rulebook.staffing import moved_along
from oversight.rulebook.staffing.parts import (
    BEGUN,
    BY_REVIEW,
    RECENT,
    REVIEW,
    ROTA,
    ROTA_SCOPE,
    THERE,
    by_law_and_elsewhere,
    first_of,
    reviewed,
    stands,
)


def _kept(where: str) -> str:
    published = f"s.published_at <= %(as_of)s AND {stands('s', 'cancelled_at')}"
    return clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.GRACE, standards.RECORDED),
        ROTA,
        RECENT,
        BEGUN,
        THERE,
        about=("carer_id", "shift_id"),
        stage=f"CASE WHEN limb = 'unlisted' THEN {STAGE_AT_ONCE} ELSE {STAGE_OF_HOURS} END",
        rows=f"""
            -- The stretch of published shifts without a gap that covers now runs out, or the last one has.
            SELECT authority_id, child_id, placement_id, NULL::bigint AS carer_id, NULL::bigint AS shift_id,
                   'planned' AS limb, duty_from AS clock_started_at,
                   greatest(duty_from, coalesce(covered.until, last.ended)) AS due_at
            FROM rota
            LEFT JOIN LATERAL (
                SELECT max(upper(stretch)) AS until FROM (
                    SELECT unnest(range_agg(tstzrange(s.starts_at, s.ends_at))) AS stretch FROM staffing_shift s
                    WHERE s.placement_id = rota.placement_id AND {published}
                      AND s.starts_at > %(as_of)s - interval '2 days' AND s.starts_at <= %(as_of)s + interval '14 days'
                ) AS each WHERE stretch @> %(as_of)s::timestamptz
            ) AS covered ON true
            LEFT JOIN LATERAL (
                SELECT s.ends_at AS ended FROM staffing_shift s
                WHERE s.placement_id = rota.placement_id AND {published} AND s.ends_at <= %(as_of)s
                ORDER BY s.starts_at DESC LIMIT 1
            ) AS last ON true
            WHERE {where}
            UNION ALL
            SELECT authority_id, child_id, placement_id, NULL, shift_id, 'worked', ends_at, due_at
            FROM ({
            first_of(
                f'''
                SELECT begun.*, ends_at + recorded * interval '1 hour' AS due_at
                FROM begun JOIN standard USING (authority_id)
                WHERE {where} AND published_at IS NOT NULL AND ends_at <= %(as_of)s
                  AND NOT EXISTS (SELECT FROM there t WHERE t.shift_id = begun.shift_id)
                  AND NOT {reviewed("begun.shift_id", happened="ends_at")}'''
            )
        }) AS unrecorded
            UNION ALL
            SELECT authority_id, child_id, placement_id, carer_id, shift_id, 'unlisted', due_at, due_at
            FROM ({
            first_of(
                f'''
                SELECT t.*, came_at AS due_at FROM there t
                WHERE {where} AND carer_id IS NOT NULL AND NOT EXISTS (
                    SELECT FROM staffing_assignment a WHERE a.shift_id = t.shift_id AND a.carer_id = t.carer_id
                      AND (a.removed_at IS NULL OR a.removed_at > t.came_at) AND {known("a")})
                  AND NOT {reviewed("t.shift_id", happened="t.over_at", recorded="t.recorded_at")}''',
                order="due_at, shift_id, carer_id",
            )
        }) AS unlisted""",
    )


STF_11, STF_11L = by_law_and_elsewhere(
    _kept,
    code="STF-11",
    for_provider=True,
    needs=Trait.CARED_FOR,
    title="Rota, planned and as worked",
    which="reg 37 and Schedule 4 paras 2 to 5",
    authority="the home keeps its rotas, as planned and as worked, and a record of every person who works there and of "
    "every visitor.",
    scope=f"{ROTA_SCOPE} As worked: shifts of the last 28 days, also where the placement has ended since.",
    period="a published shift at every hour, in an emergency 48 hours after its start; 2 hours after a shift ends",
    what_clears="A published shift that covers now. Of a shift that was worked: the record of who was there; or "
    f"{BY_REVIEW}",
    in_force_from=dt.date(2015, 4, 1),
    limbs=(
        Limb(
            "planned",
            "No published rota",
            Role.SOCIAL_WORKER,
            "at every hour",
            mend=Mend("staffing:rota", "Open the rota"),
        ),
        Limb(
            "worked",
            "Nobody recorded who was there",
            Role.SOCIAL_WORKER,
            "2 hours after the shift",
            mend=Mend("staffing:worked", "Record who was there", "shift"),
        ),
        Limb(
            "unlisted", "Carer on a shift who was not on its rota", Role.SOCIAL_WORKER, "at once", "amber", mend=REVIEW
        ),
    ),
)

STF_13 = Rule(
    code="STF-13",
    for_provider=True,
    source_id="STF-13",
    only=frozenset({Trait.CARED_FOR}),
    title="Why this kind of staff",
    authority="Local standard. What kind of staff the child needs is recorded with its reasons and with what clinicians "
    "advise, and is looked at again: mental health nurses were used, and nobody could say why. Of an agency’s carers who "
    "moved with the child it is planned, too, who takes their place and until when: they came because the child would not "
    "move without them, and stayed.",
    basis=Basis.LOCAL,
    scope=f"{ROTA_SCOPE} {moved_along.SCOPE}",
    period="from the start, in an emergency 48 hours after it; again every 28 days",
    what_clears="The kind of staff, the need they are to meet, the reasons and the advice, recorded or reviewed. Of those who "
    "moved with the child: a plan to replace them, by a day, or a further one; or that they are on no shift any more.",
    mend=Mend("staffing:record_staff_type", "Record the kind of staff"),
    owned_by=Role.SOCIAL_WORKER,
    limbs=moved_along.LIMBS,
    clocks=clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.GRACE, standards.STAFF_TYPE),
        ROTA,
        moved_along.MOVED_ALONG,
        about=("agency_id",),
        # A review is good until the end of its last day; the first is owed by the hour.
        stage="CASE WHEN %(as_of)s >= due_at AND (clock_started_at < due_at OR %(as_of)s > due_at) "
        "THEN 'overdue' ELSE 'due' END",
        rows=f"""
            SELECT authority_id, child_id, placement_id, NULL::bigint AS agency_id, '' AS limb,
                   coalesce({start_of("last.reviewed_on")}, duty_from) AS clock_started_at,
                   coalesce({start_of("last.reviewed_on + staff_type + 1")}, duty_from) AS due_at
            FROM rota
            JOIN standard USING (authority_id)
            LEFT JOIN LATERAL (
                SELECT max(t.reviewed_on) AS reviewed_on FROM staffing_stafftype t
                WHERE t.placement_id = rota.placement_id AND t.reviewed_on <= %(today)s AND {known("t")}
            ) AS last ON true
            UNION ALL
            {moved_along.ROWS}""",
    ),
)

RULES = (STF_11, STF_11L, STF_13)
