"""STF-06, STF-07 and STF-08: who led a shift, whether enough people could see her, and whether they were awake."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Permission, Role
from oversight import standards
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import FOLLOWED, STAGE_AT_ONCE, clocks, covers_today, known, start_of
from oversight.rulebook.staffing.parts import (
    BEGUN,
    BY_REVIEW,
    DROPS_OUT,
    LATELY,
    RECENT,
    REVIEW,
    SOON,
    THERE,
    first_of,
    levels,
    needed,
    person,
    reviewed,
    stands,
)

SCOPE = "Shifts of placements a team follows; what was worked, also where the placement has ended since."
AHEAD = "%(as_of)s + interval '7 days'"
LEADS = f"""EXISTS (SELECT FROM staffing_assignment a WHERE a.shift_id = {{shift}} AND a.carer_id = {{leader}}
                    AND {stands("a", "removed_at")})"""

STF_06 = Rule(
    code="STF-06",
    for_provider=True,
    source_id="STF-06",
    only=frozenset({Trait.STAFFED}),
    title="One accountable leader a shift",
    authority="Local standard. Each shift has one leader, over everybody on it and every agency, and the leader has "
    "somebody who supervises them: nobody could say who had led, or to whom they answered.",
    basis=Basis.LOCAL,
    scope=f"Published shifts. {SCOPE}",
    period="a day before each shift; at all times",
    what_clears="Naming a leader who is on the shift; the name of the leader’s supervisor on record. Of a shift that has "
    f"been worked: its review by somebody who answers for the child. {DROPS_OUT}",
    limbs=(
        Limb(
            "leaders",
            "Shift without a leader who is on it",
            Role.SOCIAL_WORKER,
            "24 hours before the shift",
            mend=Mend("staffing:shift", "Open the shift", "shift"),
        ),
        Limb(
            "supervised",
            "Shift leader whom nobody supervises",
            Role.SOCIAL_WORKER,
            "the same day",
            mend=Mend("staffing:name_supervisor", "Name a supervisor", "carer"),
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        RECENT,
        BEGUN,
        about=("carer_id", "shift_id"),
        stage=STAGE_AT_ONCE,
        rows=f"""
            SELECT authority_id, child_id, placement_id, NULL::bigint AS carer_id, shift_id, 'leaders' AS limb,
                   due_at AS clock_started_at, due_at
            FROM ({
            first_of(
                f'''
                SELECT subject.authority_id, subject.child_id, subject.placement_id, s.id AS shift_id,
                       greatest(s.published_at, s.starts_at - interval '24 hours') AS due_at
                FROM subject JOIN staffing_shift s USING (placement_id)
                WHERE s.starts_at > %(as_of)s AND s.starts_at <= {AHEAD} AND s.published_at <= %(as_of)s
                  AND {stands("s", "cancelled_at")}
                  AND (s.leader_id IS NULL OR NOT {LEADS.format(shift="s.id", leader="s.leader_id")})
                UNION ALL
                SELECT authority_id, child_id, placement_id, shift_id, CASE WHEN led.it
                       THEN starts_at + interval '15 minutes'
                       ELSE greatest(published_at, starts_at - interval '24 hours') END
                FROM begun
                CROSS JOIN LATERAL (
                    SELECT coalesce({LEADS.format(shift="begun.shift_id", leader="begun.leader_id")}, false) AS it
                ) AS led
                -- It goes on until its leader comes, and without one until the end of the shift.
                LEFT JOIN LATERAL (
                    SELECT min(w.starts_at) AS at, max(w.put_right_at) AS put_right_at FROM staffing_presence w
                    WHERE led.it AND w.shift_id = begun.shift_id AND w.carer_id = leader_id AND w.kind = 'carer'
                      AND w.starts_at <= %(as_of)s AND {known("w")}
                ) AS came ON true
                WHERE published_at IS NOT NULL AND NOT {
                    reviewed("begun.shift_id", happened="greatest(least(came.at, begun.ends_at), came.put_right_at)")
                }
                  -- Named, and did not come: known once anybody is recorded, and a quarter of an hour allowed.
                  AND (NOT led.it OR %(as_of)s > starts_at + interval '15 minutes' AND EXISTS (
                      SELECT FROM staffing_presence w WHERE w.shift_id = begun.shift_id AND w.kind = 'carer'
                        AND w.starts_at <= %(as_of)s AND {known("w")}
                      HAVING count(*) > 0 AND NOT coalesce(bool_or(
                          w.carer_id = leader_id AND w.starts_at <= begun.starts_at + interval '15 minutes'), false)))'''
            )
        }) AS unled
            UNION ALL
            SELECT subject.authority_id, subject.child_id, subject.placement_id, in_charge.leader_id, NULL, 'supervised',
                   gap.since, gap.since
            FROM subject
            CROSS JOIN LATERAL (
                SELECT s.leader_id FROM staffing_shift s
                WHERE s.placement_id = subject.placement_id AND s.starts_at > {LATELY} AND s.starts_at <= {SOON}
                  AND s.leader_id IS NOT NULL AND s.published_at <= %(as_of)s AND {stands("s", "cancelled_at")}
                GROUP BY s.leader_id
            ) AS in_charge
            CROSS JOIN LATERAL (
                SELECT greatest(
                    (SELECT s.starts_at FROM staffing_shift s
                     WHERE s.leader_id = in_charge.leader_id AND s.placement_id = subject.placement_id
                       AND s.published_at <= %(as_of)s AND {stands("s", "cancelled_at")} ORDER BY s.starts_at LIMIT 1),
                    (SELECT {start_of("max(line.ended_on)")} FROM staffing_supervisionline line
                     WHERE line.carer_id = in_charge.leader_id AND line.ended_on <= %(today)s AND {
            known("line")
        })) AS since
            ) AS gap
            WHERE NOT EXISTS (
                SELECT FROM staffing_supervisionline line
                WHERE line.carer_id = in_charge.leader_id AND {covers_today("line")} AND {known("line")})
              AND EXISTS (SELECT FROM staffing_engagement e
                          WHERE e.carer_id = in_charge.leader_id AND {covers_today("e")})""",
    ),
)

# Somebody asleep on a sleep-in is not there to be awake: they count on their own shift and on no other.
COUNTED = "t.counts AND (t.kind <> 'sleep_in' OR s.kind = 'sleep_in')"

# When each was taken to sleep: from a look that found them asleep until the next look. Nobody asleep sees the child.
SLEPT = f"""slept AS MATERIALIZED (
    SELECT shift_id, person, range_agg(tstzrange(at, next)) AS spans, max(recorded_at) AS recorded_at
    FROM (
        SELECT c.shift_id, {person("c")} AS person, c.state, c.checked_at AS at, c.recorded_at,
               lead(c.checked_at) OVER (
                   PARTITION BY c.shift_id, {person("c")} ORDER BY c.checked_at, c.state = 'awake') AS next
        FROM begun JOIN staffing_awakecheck c USING (shift_id)
        WHERE begun.kind <> 'sleep_in' AND c.checked_at <= %(as_of)s AND {known("c")}
    ) AS look
    WHERE state = 'asleep' GROUP BY shift_id, person
)"""

STF_07 = Rule(
    code="STF-07",
    for_provider=True,
    source_id="STF-07",
    only=frozenset({Trait.STAFFED}),
    title="Enough staff who can see the child",
    authority="Local standard for what the order of the court or the plan says: so many staff, inside and able to see the "
    "child or out with the child. Whoever is in a car, outside, asleep or where they cannot see the child counts for nothing. "
    "Fewer by a later plan is never a breach.",
    basis=Basis.LOCAL,
    scope=f"{SCOPE} Where the number needed is on record, by the placement’s plan or by the order. A shift on which "
    "nobody at all is recorded is STF-11’s.",
    period="every shift; 15 minutes at a time are allowed for changing over",
    what_clears=f"Of a shift to come: enough carers on it. Of a shift that was worked: the true record of who was there, or {BY_REVIEW}",
    limbs=(
        Limb("worked", "Fewer staff with the child than needed", Role.SOCIAL_WORKER, "every shift", mend=REVIEW),
        Limb(
            "planned",
            "Rota with fewer staff than needed",
            Role.SOCIAL_WORKER,
            "24 hours before the shift",
            "amber",
            mend=Mend("staffing:shift", "Put carers on", "shift"),
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        RECENT,
        BEGUN,
        THERE,
        SLEPT,
        standards.columns(standards.TOLERANCE),
        f"""staffed AS MATERIALIZED (
            SELECT begun.*, needed.number AS need, newest.put_right_at,
                   greatest(newest.recorded_at, (
                       SELECT max(slept.recorded_at) FROM slept WHERE slept.shift_id = begun.shift_id)) AS recorded_at
            FROM begun {needed("begun", "begun.placement_id", "begun.child_id")}
            JOIN (
                SELECT shift_id, max(recorded_at) AS recorded_at, max(put_right_at) AS put_right_at
                FROM there GROUP BY shift_id
            ) AS newest USING (shift_id)
            WHERE needed.number > 0
        )""",
        levels(
            "inside",
            shifts="staffed",
            spans=f"""
                SELECT shift_id, person, lower(span) AS since, upper(span) AS until
                FROM (
                    SELECT s.shift_id, t.person, unnest(
                               tstzmultirange(tstzrange(greatest(t.came_at, s.starts_at), least(t.gone_at, s.until)))
                               - coalesce(slept.spans, '{{}}')) AS span
                    FROM staffed s JOIN there t ON t.placement_id = s.placement_id AND t.came_at < s.until
                     AND t.gone_at > s.starts_at
                    LEFT JOIN slept ON slept.shift_id = t.shift_id AND slept.person = t.person
                    WHERE {COUNTED}
                ) AS awake""",
        ),
        """short AS MATERIALIZED (
            SELECT shift_id, min(since) AS since, max(until) AS until
            FROM (
                SELECT inside.*, number < need AS few,
                       count(*) FILTER (WHERE number >= need) OVER (PARTITION BY shift_id ORDER BY since) AS stretch
                FROM inside JOIN staffed USING (shift_id)
            ) AS each
            WHERE few GROUP BY shift_id, stretch
        )""",
        f"""coming AS MATERIALIZED (
            SELECT subject.authority_id, subject.child_id, subject.placement_id, s.id AS shift_id, s.starts_at,
                   s.ends_at AS until, s.published_at, needed.number AS need
            FROM subject JOIN staffing_shift s USING (placement_id)
            {needed("s", "subject.placement_id", "subject.child_id")}
            WHERE s.starts_at > %(as_of)s AND s.starts_at <= {AHEAD} AND s.published_at <= %(as_of)s
              AND {stands("s", "cancelled_at")} AND needed.number > 0
        )""",
        levels(
            "put_on",
            shifts="coming",
            spans=f"""
                SELECT a.shift_id, a.carer_id AS person, a.starts_at AS since, a.ends_at AS until
                FROM coming JOIN staffing_assignment a USING (shift_id) WHERE {stands("a", "removed_at")}""",
        ),
        about=("shift_id",),
        stage=STAGE_AT_ONCE,
        rows=f"""
            SELECT authority_id, child_id, placement_id, shift_id, 'worked' AS limb, since AS clock_started_at, due_at
            FROM ({
            first_of(
                f'''
                SELECT staffed.*, short.since, short.since + tolerance * interval '1 minute' AS due_at
                FROM staffed JOIN short USING (shift_id) JOIN standard USING (authority_id)
                -- Short until now, it goes on: no review made before the shift ends covers it.
                CROSS JOIN LATERAL (
                    SELECT greatest(staffed.put_right_at, CASE WHEN short.until < staffed.until THEN short.until
                                                          ELSE staffed.ends_at END) AS at
                ) AS fact
                WHERE short.until - short.since > tolerance * interval '1 minute'
                  AND NOT {reviewed("staffed.shift_id", happened="fact.at", recorded="staffed.recorded_at")}'''
            )
        }) AS worked
            UNION ALL
            SELECT authority_id, child_id, placement_id, shift_id, 'planned', due_at, due_at
            FROM ({
            first_of(
                '''
                SELECT coming.*, greatest(published_at, starts_at - interval '24 hours') AS due_at
                FROM coming JOIN (SELECT shift_id, min(number) AS fewest FROM put_on GROUP BY shift_id) AS lowest
                     USING (shift_id)
                WHERE fewest < need'''
            )
        }) AS planned""",
    ),
)

# A look is due an hour after a carer came and an hour after each look, and may be a quarter of an hour late.
LATE = "interval '15 minutes'"

STF_08 = Rule(
    code="STF-08",
    for_provider=True,
    source_id="STF-08",
    only=frozenset({Trait.STAFFED}),
    title="Awake on a waking night",
    authority="Local standard. On a waking night nobody sleeps, and each carer is looked at every hour by somebody who "
    "signs for it. To be found asleep is a matter of conduct, the same day.",
    basis=Basis.LOCAL,
    scope=f"Waking nights; a carer found asleep, also by day, never on a sleep-in. {SCOPE} Whoever was found asleep at an earlier "
    "placement of the child’s is looked for on this one’s rota too.",
    period="every hour, and a quarter of an hour allowed; two missed by one carer on one shift are flagged",
    what_clears=f"The checks that were made, put on record; or {BY_REVIEW} Of a carer who is still on a shift to come: taking "
    "them off, or their stand-down, also where three people have lifted it since; never a review.",
    limbs=(
        Limb(
            "missed",
            "Awake checks missed on a waking night",
            Role.SOCIAL_WORKER,
            "two in one night",
            "amber",
            mend=REVIEW,
        ),
        Limb("asleep", "Carer found asleep", Role.SOCIAL_WORKER, "the same day", mend=REVIEW),
        Limb(
            "still_on",
            "Carer found asleep and still on a shift to come",
            Role.SOCIAL_WORKER,
            "from when they were found",
            mend=Mend("staffing:stand_down_carer", "Stand them down", "carer", needs=Permission.STAND_DOWN),
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        RECENT,
        BEGUN,
        THERE,
        """stay AS MATERIALIZED (
            SELECT shift_id, person, max(recorded_at) AS recorded_at, max(put_right_at) AS put_right_at,
                   unnest(range_agg(tstzrange(
                       greatest(came_at, starts_at), least(coalesce(left_at, until), until)))) AS span
            FROM there
            WHERE kind = 'waking_night' AND came_at < until AND (left_at IS NULL OR left_at > starts_at)
            GROUP BY shift_id, person
        )""",
        f"""looked AS MATERIALIZED (
            SELECT shift_id, person, recorded_at, put_right_at, span, at,
                   lead(at) OVER (PARTITION BY shift_id, person, span ORDER BY at) AS next
            FROM (
                SELECT stay.*, lower(span) AS at FROM stay
                UNION ALL
                SELECT stay.*, upper(span) FROM stay
                UNION ALL
                SELECT stay.*, c.checked_at
                FROM stay JOIN staffing_awakecheck c ON c.shift_id = stay.shift_id AND {person("c")} = stay.person
                WHERE c.checked_at >= lower(span) AND c.checked_at <= upper(span) AND {known("c")}
            ) AS point
        )""",
        f"""gap AS MATERIALIZED (
            SELECT looked.*, missed, sum(missed) OVER (PARTITION BY shift_id, person ORDER BY at, next) AS so_far,
                   greatest(put_right_at, max(at + missed * interval '1 hour' + {LATE}) FILTER (WHERE missed > 0)
                                          OVER (PARTITION BY shift_id, person)) AS over_at
            FROM looked CROSS JOIN LATERAL (
                SELECT greatest(0, ceil(extract(epoch FROM next - at - {LATE}) / 3600) - 1)::integer AS missed
            ) AS each
            WHERE next IS NOT NULL
        )""",
        about=("carer_id", "shift_id"),
        stage="'overdue'",
        rows=f"""
            SELECT authority_id, child_id, placement_id, NULL::bigint AS carer_id, shift_id, 'missed' AS limb,
                   starts_at AS clock_started_at, due_at
            FROM ({
            first_of(
                f'''
                SELECT begun.*, second.due_at
                FROM (SELECT gap.*, at + (2 - so_far + missed) * interval '1 hour' + {LATE} AS due_at FROM gap
                      WHERE so_far >= 2 AND so_far - missed < 2) AS second
                JOIN begun USING (shift_id)
                WHERE NOT {reviewed("second.shift_id", happened="second.over_at", recorded="second.recorded_at")}'''
            )
        }) AS missed
            UNION ALL
            SELECT DISTINCT authority_id, child_id, placement_id, carer_id, shift_id, 'asleep', due_at, due_at
            FROM ({
            first_of(
                f'''
                SELECT begun.*, c.carer_id, {person("c")} AS person, c.checked_at AS due_at
                FROM begun JOIN staffing_awakecheck c USING (shift_id)
                WHERE c.state = 'asleep' AND begun.kind <> 'sleep_in' AND c.checked_at <= %(as_of)s AND {known("c")}
                  AND NOT {reviewed("c.shift_id", happened="c.checked_at", recorded="c.recorded_at")}''',
                by=("shift_id", "person"),
            )
        }) AS asleep
            UNION ALL
            SELECT authority_id, child_id, placement_id, carer_id, NULL, 'still_on', due_at, due_at
            FROM ({
            first_of(
                f'''
                SELECT subject.authority_id, subject.child_id, subject.placement_id, c.carer_id, s.id AS shift_id,
                       c.checked_at AS due_at
                FROM subject
                JOIN placements_placement lived ON lived.child_id = subject.child_id
                JOIN staffing_shift s ON s.placement_id = lived.id AND s.kind <> 'sleep_in'
                 AND s.starts_at <= %(as_of)s AND s.starts_at > {LATELY}
                JOIN staffing_awakecheck c ON c.shift_id = s.id AND c.state = 'asleep' AND c.checked_at <= %(as_of)s
                WHERE {known("c")} AND {stands("s", "cancelled_at")}
                  AND EXISTS (
                      SELECT FROM staffing_assignment a JOIN staffing_shift next ON next.id = a.shift_id
                      WHERE a.carer_id = c.carer_id AND a.ends_at > %(as_of)s AND next.placement_id = subject.placement_id
                        AND next.starts_at > c.checked_at AND {stands("next", "cancelled_at")}
                        AND {stands("a", "removed_at")})
                  AND NOT EXISTS (
                      SELECT FROM staffing_standdown down
                      WHERE down.carer_id = c.carer_id AND down.starts_at <= %(as_of)s AND {known("down")}
                        AND (down.lifted_at IS NULL OR down.lifted_at > c.checked_at))''',
                by=("placement_id", "carer_id"),
            )
        }) AS still_on""",
    ),
)

RULES = (STF_06, STF_07, STF_08)
