"""CPL-07, NOT-08 and LEG-07: the steps of a crisis, notices received, and what a court directed or was promised."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Role
from oversight.rulebook.governance.plans import PLANNED, PLANS, SEEKING
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import (
    FOLLOWED,
    RISK,
    SETTING,
    STAGE_OF_DAYS,
    clocks,
    day_of,
    known,
    listed,
    start_of,
    visits,
    working_days_after,
)
from oversight.rulebook.visits import SEEN
from placements.models import Visit

CRISIS = Mend("governance:crisis", "See the crisis clock")
STEPS = "'{hours_48,day_5,day_14,day_28,day_56,day_84,again}'::text[]"


def _step(code: str, title: str, owner: Role, period: str) -> Limb:
    return Limb(code, f"Crisis placement: {title}", owner, period)


CPL_07 = Rule(
    code="CPL-07",
    source_id="CPL-07",
    title="Crisis placement looked at again, at a rank that rises",
    authority="Local standard. That structures are missing in the first 24 to 48 hours of an emergency is understandable; what "
    "was set up for two days went on for nine months, and never became a placement with a structure.",
    basis=Basis.LOCAL,
    scope="Placements a team follows in a setting recorded as not registered, and emergencies of a child under a deprivation of "
    "liberty order.",
    period="48 hours; working day 5; days 14, 28, 56 and 84; then every 28 days",
    what_clears="That step of the crisis clock signed, or a later one, from the day the step before it fell due; the end of the "
    "placement.",
    only=frozenset({Trait.HIGH_RISK}),
    limbs=(
        _step("hours_48", "what is in place after 48 hours", Role.TEAM_MANAGER, "48 hours"),
        _step("day_5", "what is in place on working day 5", Role.HEAD_OF_SERVICE, "5 working days"),
        _step("day_14", "day 14", Role.HEAD_OF_SERVICE, "14 days"),
        _step("day_28", "day 28, a structure or an end", Role.DIRECTOR, "28 days"),
        _step("day_56", "day 56", Role.DIRECTOR, "56 days"),
        _step("day_84", "day 84", Role.DCS, "84 days"),
        _step("again", "28 days since it was last looked at", Role.DCS, "every 28 days after day 84"),
    ),
    mend=CRISIS,
    clocks=clocks(
        FOLLOWED,
        RISK,
        stage="CASE WHEN limb = 'hours_48' AND %(as_of)s > due_at OR limb <> 'hours_48' AND %(as_of)s >= due_at "
        "THEN 'overdue' ELSE 'due' END",
        rows=f"""
            SELECT authority_id, child_id, placement_id, each.limb, each.since AS clock_started_at, each.due_at
            FROM subject
            JOIN risk USING (placement_id)
            {SETTING}
            CROSS JOIN LATERAL (
                SELECT greatest(subject.started_at, {start_of("subject.from_day")}, {start_of("risk.risky_from")}) AS at
            ) AS since
            CROSS JOIN LATERAL (SELECT {day_of("since.at")} AS day) AS began
            CROSS JOIN LATERAL ({working_days_after("began.day", "5")}) AS fifth
            CROSS JOIN LATERAL (
                SELECT greatest(began.day + 84, {day_of("max(c.signed_at)")}) AS day FROM governance_crisischeck c
                WHERE c.placement_id = subject.placement_id AND c.step IN ('day_84', 'again')
                  AND c.signed_at >= since.at AND c.signed_at <= %(as_of)s AND {known("c")}
            ) AS last
            CROSS JOIN LATERAL (VALUES
                ('hours_48', since.at, since.at, since.at + interval '48 hours'),
                ('day_5', since.at, since.at + interval '48 hours', {start_of("fifth.day + 1")}),
                ('day_14', since.at, {start_of("fifth.day + 1")}, {start_of("began.day + 14 + 1")}),
                ('day_28', since.at, {start_of("began.day + 14 + 1")}, {start_of("began.day + 28 + 1")}),
                ('day_56', since.at, {start_of("began.day + 28 + 1")}, {start_of("began.day + 56 + 1")}),
                ('day_84', since.at, {start_of("began.day + 56 + 1")}, {start_of("began.day + 84 + 1")}),
                ('again', {start_of("last.day")}, NULL, {start_of("last.day + 28 + 1")})
            ) AS each(limb, since, opens_at, due_at)
            WHERE (setting.status = 'not_registered' OR subject.basis = 'emergency')
              AND NOT EXISTS (
                SELECT FROM governance_crisischeck c
                WHERE c.placement_id = subject.placement_id AND c.signed_at >= each.opens_at AND c.signed_at <= %(as_of)s
                  AND array_position({STEPS}, c.step::text) >= array_position({STEPS}, each.limb) AND {known("c")})""",
    ),
)

# Notices that stand for a placement: received, not taken back, with where nothing yet follows her.
NOTICES = f"""notice AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id, n.received_at, {day_of("n.received_at")} AS day,
           n.ends_at - n.received_at <= interval '48 hours' AS short,
           EXISTS (SELECT FROM governance_searchentry s WHERE s.child_id = subject.child_id
                   AND s.asked_on >= {day_of("n.received_at")} AND s.asked_on <= %(today)s AND {known("s")}) AS sought,
           EXISTS (SELECT FROM governance_contingency c WHERE c.child_id = subject.child_id
                   AND (c.made_on BETWEEN {day_of("n.received_at")} AND %(today)s
                        OR c.decided_on BETWEEN {day_of("n.received_at")} AND %(today)s)
                   AND {known("c")}) AS ready,
           EXISTS (SELECT FROM placements_placement next WHERE next.child_id = subject.child_id
                   AND next.started_on > %(today)s AND {known("next")}) AS placed
    FROM subject JOIN governance_noticereceived n ON n.placement_id = subject.placement_id
    WHERE n.received_at <= %(as_of)s AND (n.withdrawn_at IS NULL OR n.withdrawn_at > %(as_of)s) AND {known("n")}
)"""

NOT_08 = Rule(
    code="NOT-08",
    source_id="NOT-08",
    title="Notice received",
    authority="Local contract. A secure unit gave 48 hours’ notice after an earlier one, and nothing was ready. Giving notice "
    "is no failing of whoever gives it.",
    basis=Basis.LOCAL,
    scope="Placements a team follows, with a notice on record that was not taken back.",
    period="the search and the contingency the same day; the director at once; 48 hours’ notice stays with the director of "
    "children’s services until the child has somewhere to go",
    what_clears="A home asked, and a contingency made or decided about, since the notice came; for 48 hours’ notice the next "
    "placement planned; the notice taken back; the end of the placement.",
    limbs=(
        Limb("search", "Notice received, and no home asked since", Role.COMMISSIONER, "the same day"),
        Limb(
            "contingency",
            "Notice received, and no contingency made or decided about since",
            Role.TEAM_MANAGER,
            "the same day",
            mend=PLANS,
        ),
        Limb("alert", "Notice received", Role.DCS, "at once", "amber"),
        Limb("short", "48 hours’ notice or less, and nowhere to go", Role.DCS, "at once"),
    ),
    only=PLANNED,
    mend=SEEKING,
    clocks=clocks(
        FOLLOWED,
        NOTICES,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, limb, min(received_at) AS clock_started_at, min(due_at) AS due_at
            FROM notice CROSS JOIN LATERAL (
                SELECT 'search' AS limb, {start_of("notice.day + 1")} AS due_at WHERE NOT sought AND NOT placed
                UNION ALL SELECT 'contingency', {start_of("notice.day + 1")} WHERE NOT ready AND NOT placed
                UNION ALL SELECT 'alert', received_at WHERE NOT short AND NOT (sought AND ready) AND NOT placed
                UNION ALL SELECT 'short', received_at WHERE short AND NOT placed
            ) AS each
            GROUP BY authority_id, child_id, placement_id, limb""",
    ),
)

LEG_07 = Rule(
    code="LEG-07",
    source_id="LEG-07",
    title="What the court directed or was promised",
    authority="The order, or the authority’s statement to the court. How it is kept here is a local standard. The court took the "
    "unusual step of asking for weekly visits by the guardian; the authority’s own visits stayed as they were.",
    basis=Basis.LOCAL,
    scope="Placements a team follows, of a child with a court task on record that is not done: the oldest. To do it is for the "
    "task’s own owner, as long as they have an account.",
    period="the day it is due; where the court has others visit, the social worker sees the child at least as often",
    what_clears="The task recorded as done, with what shows it; for the legal adviser also the day the court was told, and how; "
    "a visit at which the child was seen.",
    names_holder=True,
    limbs=(
        Limb("task", "Court task overdue", Role.SOCIAL_WORKER, "the day it is due"),
        Limb("lawyer", "Court task overdue: the court is to be told", Role.LEGAL, "the day it is due"),
        Limb(
            "visiting",
            "Visits at least as often as the court asked others for",
            Role.SOCIAL_WORKER,
            "as the court asked",
            mend=Mend("placements:visit", "Record a visit", visited_by=(Visit.Capacity.SOCIAL_WORKER,)),
        ),
    ),
    only=PLANNED,
    mend=PLANS,
    clocks=clocks(
        FOLLOWED,
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, limb, min(since) AS clock_started_at, min(due_at) AS due_at,
                   (array_agg(holder_id ORDER BY due_at, id))[1] AS holder_id
            FROM (
                SELECT subject.authority_id, subject.child_id, subject.placement_id, each.limb, t.id,
                       {start_of("t.made_on")} AS since, {start_of("t.due_on + 1")} AS due_at,
                       CASE WHEN each.limb = 'task' THEN owner.id END AS holder_id
                FROM subject
                JOIN governance_courttask t ON t.child_id = subject.child_id
                CROSS JOIN (VALUES ('task'), ('lawyer')) AS each(limb)
                LEFT JOIN core_user owner ON owner.id = t.owner_id AND owner.is_active
                     AND owner.authority_id = subject.authority_id
                WHERE t.kind <> 'visiting' AND t.made_on <= %(today)s AND (t.done_on IS NULL OR t.done_on > %(today)s)
                  AND (each.limb = 'task' OR t.told_on IS NULL OR t.told_on > %(today)s) AND {known("t")}
                UNION ALL
                SELECT subject.authority_id, subject.child_id, subject.placement_id, 'visiting', t.id, {start_of("last.day")},
                       {start_of("last.day + t.every_days + 1")}, NULL
                FROM subject
                JOIN governance_courttask t ON t.child_id = subject.child_id
                LEFT JOIN LATERAL ({visits(f"now.outcome IN ({listed(SEEN)}) AND v.capacity = '{Visit.Capacity.SOCIAL_WORKER}'")})
                    AS visit ON true
                CROSS JOIN LATERAL (
                    SELECT greatest(t.made_on, subject.from_day, {day_of("visit.occurred_at")}) AS day) AS last
                WHERE t.kind = 'visiting' AND t.made_on <= %(today)s AND t.due_on >= %(today)s
                  AND (t.done_on IS NULL OR t.done_on > %(today)s) AND {known("t")}
            ) AS each
            GROUP BY authority_id, child_id, placement_id, limb""",
        held=True,
    ),
)

RULES = (CPL_07, NOT_08, LEG_07)
