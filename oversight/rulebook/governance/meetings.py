"""MTG: a meeting is for something, its minutes go out, the right people come, and what is agreed is done.

A meeting's flags hang on the placement of each child it is about; those of a panel, on the children it looked at last.
All are local standards: no statute asks for a multi-agency meeting.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import (
    FOLLOWED,
    RISK,
    STAGE_AT_ONCE,
    STAGE_OF_DAYS,
    clocks,
    covers_today,
    day_of,
    known,
    start_of,
    working_days_after,
)

MEET = Mend("governance:meetings_of", "See the meetings", "child")
MINUTES_DAYS, ESCALATES_DAYS = 2, 5  # working days
MEETINGS_RUNNING = 3
HELD = f"m.held_at <= %(as_of)s AND (m.called_off_at IS NULL OR m.called_off_at > %(as_of)s) AND {known('m')}"

# The meetings that are held about each child: her own, and the panels that looked at her last time they sat.
SERIES = f"""series AS MATERIALIZED (
    SELECT subject.*, s.id AS series_id, s.every_days, s.child_id IS NULL AS is_panel, s.started_on AS set_up_on
    FROM subject JOIN governance_meetingseries s ON s.child_id = subject.child_id AND s.authority_id = subject.authority_id
    WHERE {covers_today("s")} AND {known("s")}
    UNION ALL
    SELECT subject.*, s.id, s.every_days, true, s.started_on
    FROM subject
    JOIN governance_meetingseries s ON s.child_id IS NULL AND s.authority_id = subject.authority_id
         AND {covers_today("s")} AND {known("s")}
    CROSS JOIN LATERAL (
        SELECT m.id FROM governance_meeting m WHERE m.series_id = s.id AND {HELD}
        ORDER BY m.held_at DESC, m.id DESC LIMIT 1
    ) AS last
    JOIN governance_discussed d ON d.meeting_id = last.id AND d.child_id = subject.child_id
)"""

MTG_01 = Rule(
    code="MTG-01",
    source_id="MTG-01",
    only=frozenset({Trait.MET}),
    title="Meetings that are for something",
    authority="Local standard (recommendations 2.7 and 2.10 of the review): no meeting or panel without terms of reference, "
    "purpose, chair and those who must be asked, which the database itself refuses; its terms are reviewed once a year, and "
    "it is held as often as they say.",
    basis=Basis.LOCAL,
    scope="Each meeting set up about a child whose placement a team follows, and each panel that looked at the child last "
    "time it sat.",
    period="12 months; as often as its own terms say",
    what_clears="The review of its terms, or the next meeting, recorded; or that it is no longer held.",
    mend=MEET,
    limbs=(
        Limb("terms", "Yearly review of a meeting’s terms of reference", Role.HEAD_OF_SERVICE, "12 months", "amber"),
        Limb("held", "Next meeting, as often as its terms say", Role.TEAM_MANAGER, "as its terms say", "amber"),
    ),
    clocks=clocks(
        FOLLOWED,
        SERIES,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT DISTINCT ON (placement_id, limb) authority_id, child_id, placement_id, each.limb,
                   {start_of("each.since")} AS clock_started_at, {start_of("each.day + 1")} AS due_at
            FROM series
            CROSS JOIN LATERAL (
                SELECT 'terms' AS limb, reviewed.day AS since, (reviewed.day + interval '12 months')::date AS day
                FROM (
                    SELECT greatest(set_up_on, (
                        SELECT max(r.reviewed_on) FROM governance_termsreview r
                        WHERE r.series_id = series.series_id AND r.reviewed_on <= %(today)s AND {known("r")})) AS day
                ) AS reviewed
                UNION ALL
                SELECT 'held', last.day, last.day + every_days
                FROM (
                    SELECT greatest(set_up_on, from_day, (
                        SELECT {day_of("max(m.held_at)")} FROM governance_meeting m
                        WHERE m.series_id = series.series_id AND {HELD})) AS day
                ) AS last
                WHERE NOT is_panel
            ) AS each
            ORDER BY placement_id, limb, due_at""",
    ),
)

MTG_01A = Rule(
    code="MTG-01A",
    source_id="MTG-01",
    only=frozenset({Trait.HIGH_RISK}),
    title="A meeting of the people round a child at high risk",
    authority="Local standard (recommendation 2.7 of the review): whoever cares for the child, teaches, treats or watches over "
    "them sits at one table. A meeting that nobody has set up is never late, so that it is not there is a flag of its own.",
    basis=Basis.LOCAL,
    scope="Placements a team follows, in a setting recorded as not registered or of a child under a deprivation of liberty "
    "order, while no meeting about the child is held again and again. A panel over many children is not such a meeting.",
    period="5 working days from the day it became so, or from the end of the last such meeting",
    what_clears="Setting up a meeting about the child.",
    owned_by=Role.TEAM_MANAGER,
    mend=MEET,
    clocks=clocks(
        FOLLOWED,
        RISK,
        standards.columns(standards.HELD_MEETING),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, subject.child_id, placement_id, '' AS limb, {start_of("without.day")} AS clock_started_at,
                   {start_of("nth.day + 1")} AS due_at
            FROM subject
            JOIN risk USING (placement_id)
            JOIN standard USING (authority_id)
            CROSS JOIN LATERAL (
                SELECT greatest(subject.from_day, risk.risky_from, max(s.ended_on)) AS day,
                       coalesce(bool_or({covers_today("s")}), false) AS held
                FROM governance_meetingseries s
                WHERE s.child_id = subject.child_id AND s.authority_id = subject.authority_id
                  AND s.started_on <= %(today)s AND {known("s")}
            ) AS without
            CROSS JOIN LATERAL ({working_days_after("without.day", "meeting_set_up")}) AS nth
            WHERE NOT without.held""",
    ),
)

MTG_02 = Rule(
    code="MTG-02",
    source_id="MTG-02",
    only=frozenset({Trait.MET}),
    title="Minutes sent after a meeting",
    authority="Local standard (recommendations 2.8 and 2.9 of the review): minutes go out within two working days. An action "
    "without a person, a day and a measure is refused by the database itself.",
    basis=Basis.LOCAL,
    scope="Each meeting held about a child whose placement a team follows, a panel’s too.",
    period="2 working days from the meeting",
    what_clears="Sending the minutes; or recording that the meeting was called off.",
    owned_by=Role.TEAM_MANAGER,
    mend=MEET,
    clocks=clocks(
        FOLLOWED,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT DISTINCT ON (placement_id) authority_id, subject.child_id, placement_id, '' AS limb,
                   m.held_at AS clock_started_at, {start_of("second.day + 1")} AS due_at
            FROM subject
            JOIN governance_discussed d ON d.child_id = subject.child_id
            JOIN governance_meeting m ON m.id = d.meeting_id
            CROSS JOIN LATERAL ({working_days_after(day_of("m.held_at"), str(MINUTES_DAYS))}) AS second
            WHERE {HELD} AND (m.sent_at IS NULL OR m.sent_at > %(as_of)s)
            ORDER BY placement_id, m.held_at""",
    ),
)

# What is recorded of a seat at a meeting. An agency's seat is filled by that agency alone.
SEAT_AT = f"""
    SELECT bool_or(a.state = 'present') AS came, bool_or(a.state <> 'not_invited') AS asked, count(*) > 0 AS recorded
    FROM governance_attendance a
    WHERE a.meeting_id = met.id AND a.part = seat.part AND {known("a")}
      AND (seat.agency_id IS NULL OR a.agency_id = seat.agency_id)"""

# Each seat that must be asked, at the last two meetings that were held while it had to be, the newest first.
SEATS = f"""seat AS MATERIALIZED (
    SELECT series.*, required.part, supplier.agency_id, coalesce(supplier.since, set_up_on) AS asked_from
    FROM series
    CROSS JOIN LATERAL (
        SELECT m.required FROM governance_meeting m WHERE m.series_id = series.series_id AND {HELD}
        ORDER BY m.held_at DESC, m.id DESC LIMIT 1
    ) AS newest
    CROSS JOIN LATERAL jsonb_array_elements_text(newest.required) AS required(part)
    LEFT JOIN LATERAL (
        SELECT g.agency_id, min(g.started_on) AS since FROM staffing_agencyagreement g
        WHERE required.part = 'agency' AND g.placement_id = series.placement_id AND {covers_today("g")} AND {known("g")}
        GROUP BY g.agency_id
    ) AS supplier ON true
    WHERE required.part <> 'agency' OR supplier.agency_id IS NOT NULL
), sat AS MATERIALIZED (
    SELECT seat.*, met.held_at, met.number, at.came, at.asked, at.recorded
    FROM seat
    CROSS JOIN LATERAL (
        SELECT m.id, m.held_at, row_number() OVER (ORDER BY m.held_at DESC, m.id DESC) AS number
        FROM governance_meeting m
        WHERE m.series_id = seat.series_id AND {HELD} AND m.held_at >= {start_of("seat.asked_from")}
          AND m.required ? seat.part
        ORDER BY m.held_at DESC, m.id DESC LIMIT 2
    ) AS met
    CROSS JOIN LATERAL ({SEAT_AT}) AS at
)"""

MTG_03 = Rule(
    code="MTG-03",
    source_id="MTG-03",
    for_provider=True,
    only=frozenset({Trait.MET}),
    title="Those who must be at a meeting",
    authority="Local standard: who must be asked is set by where the child lives, under what order and with which plan. In "
    "the review health was asked late, education at first not at all, and the care agencies rarely came.",
    basis=Basis.LOCAL,
    scope="Each meeting held about a child whose placement a team follows, and each panel that looked at the child last time "
    "it sat; for a care agency, from the day it supplies carers. Who must be asked is looked at again for each meeting, when it "
    "is planned and when it is minuted: an order, a move or an education plan asks for its own from the next meeting on, "
    "and so does a plan of which nobody has said that there is none.",
    period="at once where somebody was not asked; two meetings in a row where they did not come",
    what_clears="The next meeting, to which they are asked, or at which they are present; or that they need not be asked.",
    mend=MEET,
    limbs=(
        Limb(
            "uninvited",
            "Somebody who must be asked to a meeting was not",
            Role.SOCIAL_WORKER,
            "at once",
            "amber",
            for_provider=False,
        ),
        Limb(
            "missed",
            "Somebody who must be at it missed two meetings in a row",
            Role.TEAM_MANAGER,
            "2 meetings",
            "amber",
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        SERIES,
        SEATS,
        about=("agency_id",),
        stage=STAGE_AT_ONCE,
        rows="""
            SELECT DISTINCT ON (placement_id, agency_id, limb) authority_id, child_id, placement_id, agency_id, each.limb,
                   newest.held_at AS clock_started_at, newest.held_at AS due_at
            FROM sat AS newest
            CROSS JOIN LATERAL (
                SELECT 'uninvited' AS limb WHERE newest.recorded AND NOT newest.asked
                UNION ALL
                SELECT 'missed' WHERE newest.asked AND NOT newest.came AND EXISTS (
                    SELECT FROM sat AS before
                    WHERE before.number = 2 AND before.series_id = newest.series_id AND before.part = newest.part
                      AND before.placement_id = newest.placement_id
                      AND before.agency_id IS NOT DISTINCT FROM newest.agency_id AND before.recorded AND NOT before.came)
            ) AS each
            WHERE newest.number = 1
            ORDER BY placement_id, agency_id, limb, due_at""",
    ),
)

MTG_03A = Rule(
    code="MTG-03A",
    source_id="MTG-03",
    for_provider=True,
    only=frozenset({Trait.STAFFED}),
    title="Agencies that share a child’s care meet",
    authority="Local standard. In the review two agencies supplied carers to one child for nine months, and neither has a "
    "record of a meeting between them.",
    basis=Basis.LOCAL,
    scope="Placements a team follows to which two agencies or more supply carers today, by their agreements.",
    period="every 7 days from the day the second agency supplies",
    what_clears="A meeting about the child at which two of them or more were present.",
    owned_by=Role.TEAM_MANAGER,
    severity="amber",
    mend=MEET,
    clocks=clocks(
        FOLLOWED,
        standards.columns(standards.AGENCIES_MEET),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, '' AS limb, {start_of("last.day")} AS clock_started_at,
                   {start_of("last.day + agencies_meet + 1")} AS due_at
            FROM subject
            JOIN standard USING (authority_id)
            CROSS JOIN LATERAL (
                SELECT array_agg(agency_id) AS agencies, (array_agg(since ORDER BY since))[2] AS second_on
                FROM (
                    SELECT g.agency_id, min(g.started_on) AS since FROM staffing_agencyagreement g
                    WHERE g.placement_id = subject.placement_id AND {covers_today("g")} AND {known("g")}
                    GROUP BY g.agency_id
                ) AS each
            ) AS supplying
            CROSS JOIN LATERAL (
                SELECT greatest(from_day, second_on, (
                    SELECT max({day_of("m.held_at")})
                    FROM governance_discussed d JOIN governance_meeting m ON m.id = d.meeting_id
                    WHERE d.child_id = subject.child_id AND {HELD} AND (
                        SELECT count(DISTINCT a.agency_id) FROM governance_attendance a
                        WHERE a.meeting_id = m.id AND a.state = 'present' AND a.agency_id = ANY(supplying.agencies)
                          AND {known("a")}) >= 2)) AS day
            ) AS last
            WHERE second_on IS NOT NULL""",
    ),
)

# The day an action was due by, as it was known at an instant: a later re-dating has not happened yet.
DUE_AT = """coalesce((
    SELECT r.from_on FROM governance_actionredating r
    WHERE r.action_id = {alias}.id AND r.redated_at > {moment} ORDER BY r.redated_at, r.id LIMIT 1), {alias}.due_on)"""
OPEN = f"""open_action AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id, x.id, x.issue_id, x.agreed_at,
           {DUE_AT.format(alias="x", moment="%(as_of)s")} AS due_on
    FROM subject JOIN governance_action x ON x.child_id = subject.child_id
    WHERE x.agreed_at <= %(as_of)s AND (x.closed_at IS NULL OR x.closed_at > %(as_of)s) AND {known("x")}
)"""

# An issue comes back to a meeting if an action about it was born there, or one was overdue by then.
CAME_BACK = f"""EXISTS (
    SELECT FROM governance_action x
    WHERE x.issue_id = issue.id AND {known("x")} AND (
        x.meeting_id = met.id
        OR x.agreed_at < met.held_at AND (x.closed_at IS NULL OR x.closed_at > met.held_at)
           AND {DUE_AT.format(alias="x", moment="met.held_at")} < {day_of("met.held_at")}))"""
DRIFT = f"""
    SELECT authority_id, child_id, placement_id, second.at AS since, second.at AS due_at
    FROM open_action
    CROSS JOIN LATERAL (
        SELECT r.redated_at AS at FROM governance_actionredating r
        WHERE r.action_id = open_action.id AND r.redated_at <= %(as_of)s AND {known("r")}
        ORDER BY r.redated_at, r.id OFFSET 1 LIMIT 1
    ) AS second
    UNION ALL
    SELECT authority_id, child_id, placement_id, third.held_at, third.held_at
    FROM (
        SELECT DISTINCT authority_id, open_action.child_id, placement_id, i.id, i.series_id
        FROM open_action JOIN governance_issue i ON i.id = open_action.issue_id
        WHERE i.series_id IS NOT NULL
    ) AS issue
    CROSS JOIN LATERAL (
        SELECT held_at FROM (
            SELECT met.held_at, bool_and({CAME_BACK}) OVER (ORDER BY met.held_at DESC, met.id DESC) AS running
            FROM (
                SELECT m.id, m.held_at FROM governance_meeting m
                JOIN governance_discussed d ON d.meeting_id = m.id AND d.child_id = issue.child_id
                WHERE m.series_id = issue.series_id AND {HELD} AND m.held_at > %(as_of)s - interval '12 months'
            ) AS met
        ) AS each
        WHERE running ORDER BY held_at OFFSET {MEETINGS_RUNNING - 1} LIMIT 1
    ) AS third"""

MTG_04 = Rule(
    code="MTG-04",
    source_id="MTG-04",
    only=frozenset({Trait.MET}),
    title="Actions done by their day",
    authority="Local standard. In the review a manager for the unit, training and daily records came back to one meeting "
    "after another and were not resolved.",
    basis=Basis.LOCAL,
    scope="Each action agreed for a child whose placement a team follows, at a meeting or elsewhere.",
    period="the day it is due by; 5 working days after it, its manager; given another day twice, or the same issue in 3 "
    "meetings running, the head of service",
    what_clears="Closing the action with what shows that it is done; the first two, also another day with a reason, which is "
    "counted.",
    mend=MEET,
    limbs=(
        Limb("overdue", "Action overdue", Role.SOCIAL_WORKER, "the day it is due by", "amber"),
        Limb("escalated", "Action long overdue", Role.TEAM_MANAGER, "5 working days after that"),
        Limb(
            "drift",
            "Action put off twice, or the same issue in three meetings running",
            Role.HEAD_OF_SERVICE,
            "2 re-datings; 3 meetings",
        ),
    ),
    clocks=clocks(
        FOLLOWED,
        OPEN,
        # What drifts is wrong from that instant on; the other two when their day is over.
        stage=STAGE_OF_DAYS,
        rows=f"""
            (SELECT DISTINCT ON (placement_id, limb) authority_id, child_id, placement_id, each.limb,
                    each.since AS clock_started_at, each.due_at
            FROM (
                SELECT open_action.*, late.limb, open_action.agreed_at AS since, late.due_at
                FROM open_action
                CROSS JOIN LATERAL ({working_days_after("open_action.due_on", str(ESCALATES_DAYS))}) AS fifth
                CROSS JOIN LATERAL (
                    SELECT 'overdue' AS limb, {start_of("open_action.due_on + 1")} AS due_at WHERE %(today)s <= fifth.day
                    UNION ALL
                    SELECT 'escalated', {start_of("fifth.day + 1")} WHERE %(today)s > open_action.due_on
                ) AS late
            ) AS each ORDER BY placement_id, limb, due_at)
            UNION ALL
            (SELECT DISTINCT ON (placement_id) authority_id, child_id, placement_id, 'drift', since, due_at
            FROM ({DRIFT}) AS drift ORDER BY placement_id, due_at)""",
    ),
)

RULES = (MTG_01, MTG_01A, MTG_02, MTG_03, MTG_03A, MTG_04)
