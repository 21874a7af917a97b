"""STF-13's other half: carers of an agency who moved with a child stay for now, by a plan, and until a day.

She would move only if her carers came too, and they came. Each passes the gates of the new place like anybody else; what
nobody had said was why they stay, who takes their place and until when.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Role
from oversight.rulebook.rule import Limb, Mend
from oversight.rulebook.sql import covers_on, day_of, known, start_of, working_days_after
from oversight.rulebook.staffing.parts import LOOKS_BACK_DAYS, SOON, stands

WORKING_DAYS = 5
# Whoever is on no shift to come, and came to none in a week, has left. Shorter than rules look back elsewhere: that they
# were here is nothing wrong, and a plan for those who have gone would say nothing.
STILL_HERE = "%(as_of)s - interval '7 days'"
PLAN = Mend("staffing:plan_replacement", "Plan who replaces them")
PUBLISHED = f"s.published_at <= %(as_of)s AND {stands('s', 'cancelled_at')} AND {stands('a', 'removed_at')}"
WORKED = f"w.kind = 'carer' AND w.carer_id IS NOT NULL AND w.starts_at <= %(as_of)s AND {known('w')}"

LIMBS = (
    Limb(
        "moved_along",
        "Agency’s carers moved with the child, and no plan replaces them",
        Role.SOCIAL_WORKER,
        "5 working days after their first shift",
        "amber",
        mend=PLAN,
    ),
    Limb(
        "not_replaced",
        "Agency’s carers still on the rota after the last day of the plan to replace them",
        Role.SOCIAL_WORKER,
        "the last day of the plan",
        mend=PLAN,
    ),
)
SCOPE = (
    f"Moved with the child: carers who, in the {LOOKS_BACK_DAYS} days before the placement began, were on a published shift or "
    "recorded as present at another placement of the child’s in another home, and are on one here to come or were in the last "
    "7 days; through an agency that does not run the placement: by the rota or, where they came without it, by whom they work "
    "for. A shift counts by when it begins."
)

# Through which agency those who moved with her (`moved`) are on a shift `s`. A draft or cancelled one counts by who came.
THROUGH = f"""
    SELECT a.agency_id FROM staffing_assignment a
    WHERE a.shift_id = s.id AND a.carer_id = ANY(moved.carers) AND {PUBLISHED}
    UNION ALL
    SELECT coalesce(a.agency_id, e.agency_id)
    FROM staffing_presence w
    LEFT JOIN staffing_assignment a ON a.shift_id = w.shift_id AND a.carer_id = w.carer_id AND {known("a")}
    LEFT JOIN staffing_engagement e ON a.id IS NULL AND e.carer_id = w.carer_id AND {known("e")}
         AND {covers_on("e", day_of("w.starts_at"))}
    WHERE w.shift_id = s.id AND w.carer_id = ANY(moved.carers) AND {WORKED}
      AND NOT (a.id IS NULL AND EXISTS (
          SELECT FROM staffing_engagement o WHERE o.carer_id = w.carer_id AND o.agency_id = moved.own_id
            AND {covers_on("o", day_of("w.starts_at"))} AND {known("o")}))"""

# `moved`: who was on shift with her elsewhere just before. `along`: through which agencies they are on shift here, and
# until which. Need `rota`. Only shifts of the last days and to come are read, however long she has been here.
MOVED_ALONG = f"""moved AS MATERIALIZED (
    SELECT rota.placement_id, rota.authority_id, rota.child_id, {start_of("rota.from_day")} AS since,
           CASE WHEN home.id IS NULL THEN p.provider_id ELSE home.provider_id END AS own_id, each.carers
    FROM rota
    JOIN placements_placement p ON p.id = rota.placement_id
    LEFT JOIN placements_home home ON home.id = p.home_id
    CROSS JOIN LATERAL (
        SELECT array_agg(on_shift.carer_id) AS carers
        FROM placements_placement former
        CROSS JOIN LATERAL (
            SELECT a.carer_id FROM staffing_shift s JOIN staffing_assignment a ON a.shift_id = s.id
            WHERE s.placement_id = former.id AND {PUBLISHED} AND s.starts_at <= rota.started_at
              AND s.starts_at > {start_of(f"rota.started_on - {LOOKS_BACK_DAYS}")}
            UNION
            SELECT w.carer_id FROM staffing_shift s JOIN staffing_presence w ON w.shift_id = s.id
            WHERE s.placement_id = former.id AND {WORKED} AND s.starts_at <= rota.started_at
              AND s.starts_at > {start_of(f"rota.started_on - {LOOKS_BACK_DAYS}")}
        ) AS on_shift
        WHERE former.child_id = rota.child_id AND former.id <> rota.placement_id
          AND (former.home_id = rota.home_id) IS NOT TRUE AND {known("former")}
    ) AS each
    WHERE each.carers IS NOT NULL
), along AS MATERIALIZED (
    SELECT moved.*, here.agency_id, here.last_at
    FROM moved
    CROSS JOIN LATERAL (
        SELECT through.agency_id, max(s.starts_at) AS last_at
        FROM staffing_shift s
        CROSS JOIN LATERAL ({THROUGH}) AS through
        WHERE s.placement_id = moved.placement_id AND s.starts_at >= moved.since AND s.starts_at > {STILL_HERE}
          AND s.starts_at <= {SOON} AND through.agency_id <> coalesce(moved.own_id, 0)
        GROUP BY through.agency_id
    ) AS here
)"""

# The day of their first shift here through an agency: looked for from the beginning on, and no further than to it.
FIRST_DAY = f"""
    SELECT {day_of("s.starts_at")} AS day
    FROM staffing_shift s
    CROSS JOIN LATERAL ({THROUGH.replace("moved.", "along.")}) AS through
    WHERE s.placement_id = along.placement_id AND s.starts_at >= along.since AND s.starts_at <= {SOON}
      AND through.agency_id = along.agency_id
    ORDER BY s.starts_at LIMIT 1"""

# A plan that is made covers the agency until the end of its last day; of several the latest counts.
ROWS = f"""
    SELECT along.authority_id, along.child_id, along.placement_id, along.agency_id, owed.limb, owed.clock_started_at, owed.due_at
    FROM along
    LEFT JOIN LATERAL (
        SELECT plan.made_on, plan.last_day FROM staffing_replacementplan plan
        WHERE plan.placement_id = along.placement_id AND plan.agency_id = along.agency_id
          AND plan.made_on <= %(today)s AND {known("plan")}
        ORDER BY plan.made_on DESC, plan.id DESC LIMIT 1
    ) AS latest ON true
    CROSS JOIN LATERAL (
        SELECT 'moved_along' AS limb, {start_of("first.day")} AS clock_started_at, {start_of("fifth.day + 1")} AS due_at
        FROM ({FIRST_DAY}) AS first
        CROSS JOIN LATERAL ({working_days_after("first.day", str(WORKING_DAYS))}) AS fifth
        WHERE latest.made_on IS NULL
        UNION ALL
        SELECT 'not_replaced', {start_of("latest.made_on")}, {start_of("latest.last_day + 1")}
        WHERE along.last_at >= {start_of("latest.last_day + 1")}
    ) AS owed"""
