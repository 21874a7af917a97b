"""What the rules about carers and shifts are made of, beside the parts all rules share.

What has happened on a shift is looked at for 28 days, also when the placement has ended meanwhile: to move a child is no
answer to what happened to her. People are counted by placement and not by shift, so whoever stays on past the end of a
shift still counts.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from collections.abc import Iterable

from oversight import standards
from oversight.rulebook.rule import Basis, Mend, Rule, Trait
from oversight.rulebook.sql import asked_about, covers_today, day_of, known, listed, start_of
from placements import codes
from staffing.models import Presence

LOOKS_BACK_DAYS = LOOKS_AHEAD_DAYS = 28
REGULATIONS = "Children’s Homes (England) Regulations 2015"
BY_ANALOGY = (
    "Local standard, by analogy with the {regulations}, {which}, which do not bind a setting that is not registered."
)
REGISTERED = "In a home recorded as registered."
ELSEWHERE = "In a setting not registered, or whose registration is not known."
DROPS_OUT = "What is left without one drops out 28 days after the shift, and stays in the history of flags."
BY_REVIEW = (
    "the review of the shift by somebody who answers for the child, made once what it is about had ended; a fact put on "
    f"record or corrected later counts again. {DROPS_OUT}"
)

REVIEW = Mend("staffing:review_shifts", "Look into the shift")

LATELY = f"%(as_of)s - interval '{LOOKS_BACK_DAYS} days'"
SOON = f"%(as_of)s + interval '{LOOKS_AHEAD_DAYS} days'"


def by_law_and_elsewhere(make, *, code: str, authority: str, which: str, in_force_from, **fields) -> tuple[Rule, Rule]:
    """A rule where the law binds, and the same asked as a local standard elsewhere: two codes, one source.

    `make(where)` gives the query; `where` is the condition that `registered` is as it should be. `which` names the
    regulations, `authority` says what they ask for, and `needs` what a placement must have for any clock.
    """
    title, scope, needs = fields.pop("title"), fields.pop("scope"), fields.pop("needs")
    return (
        Rule(
            code=code, source_id=code, title=f"{title}: registered home", authority=f"{REGULATIONS}, {which}: {authority}",
            basis=Basis.STATUTE, scope=f"{scope} {REGISTERED}", in_force_from=in_force_from, clocks=make("registered"),
            only=frozenset({needs, Trait.REGISTERED}),
            **fields,
        ),
        Rule(
            code=f"{code}L", source_id=code, title=f"{title}: where no regulations ask for it",
            authority=BY_ANALOGY.format(regulations=REGULATIONS, which=which), basis=Basis.LOCAL,
            scope=f"{scope} {ELSEWHERE}", clocks=make("NOT registered"),
            only=frozenset({needs, Trait.ELSEWHERE}), **fields,
        ),
    )  # fmt: skip


# --- placements -------------------------------------------------------------------------------------------------------

# Followed placements, and those that ended within the days that are looked back on.
RECENT = f"""recent AS MATERIALIZED (
    SELECT p.id AS placement_id, p.child_id, c.authority_id, coalesce(setting.status = 'registered', false) AS registered
    FROM placements_placement p
    JOIN children_child c ON c.id = p.child_id
    LEFT JOIN placements_registration setting ON setting.home_id = p.home_id AND {covers_today("setting")}
    WHERE p.followed_from <= %(today)s AND (p.ended_on IS NULL OR p.ended_on > %(today)s - {LOOKS_BACK_DAYS})
      AND {asked_about("p.id")} AND {known("p")}
)"""

# Placements of which a rota is asked: high-risk ones, and those that have published shifts. Needs `subject`, `risk` and
# the standard `grace`; an emergency has its grace first.
ROTA = f"""rota AS MATERIALIZED (
    SELECT subject.*, risk.risky_from, coalesce(setting.status = 'registered', false) AS registered,
           greatest(subject.started_at, {start_of("subject.from_day")},
                    CASE WHEN subject.basis = 'emergency'
                         THEN subject.started_at + standard.grace * interval '1 hour' END,
                    CASE WHEN NOT published.any THEN {start_of("risk.risky_from")} END) AS duty_from
    FROM subject
    JOIN standard USING (authority_id)
    LEFT JOIN risk USING (placement_id)
    LEFT JOIN placements_registration setting ON setting.home_id = subject.home_id AND {covers_today("setting")}
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM staffing_shift s
            WHERE s.placement_id = subject.placement_id AND s.published_at <= %(as_of)s AND s.starts_at > {LATELY}
              AND (s.cancelled_at IS NULL OR s.cancelled_at > %(as_of)s) AND {known("s")}
        ) AS any
    ) AS published
    WHERE subject.type NOT IN ({listed(codes.FOSTER)}) AND (risk.placement_id IS NOT NULL OR published.any)
)"""
ROTA_SCOPE = (
    "Placements in a setting recorded as not registered or of a child under a deprivation of liberty order, and any other "
    "a team follows that has published shifts; never foster care."
)
ROTA_STANDARD = standards.GRACE


# --- shifts and people ------------------------------------------------------------------------------------------------


def stands(alias: str, ended: str) -> str:
    """A shift not cancelled, or an assignment not taken off, by then."""
    return f"({alias}.{ended} IS NULL OR {alias}.{ended} > %(as_of)s) AND {known(alias)}"


# Shifts that have begun, drafts too: what is on record of them has happened.
BEGUN = f"""begun AS MATERIALIZED (
    SELECT recent.*, s.id AS shift_id, s.kind, s.leader_id, s.starts_at, s.ends_at, least(s.ends_at, %(as_of)s) AS until,
           CASE WHEN s.published_at <= %(as_of)s THEN s.published_at END AS published_at
    FROM recent
    JOIN staffing_shift s USING (placement_id)
    WHERE s.starts_at <= %(as_of)s AND s.starts_at > {LATELY} AND {stands("s", "cancelled_at")}
)"""


def person(alias: str) -> str:
    """Whom a record is of, on record or known by name alone, so that each is told apart."""
    return f"CASE WHEN {alias}.carer_id IS NULL THEN lower({alias}.name) ELSE {alias}.carer_id::text || '#' END"


# The carers recorded as present on them, each in one place at a time. `person` tells those known by name apart. Whoever
# never signed off was there until the end of their own shift (`gone_at`), and a review covers what it says from then on
# or, where it was corrected since, from that moment (`over_at`).
THERE = f"""there AS MATERIALIZED (
    SELECT begun.*, w.carer_id, {person("w")} AS person,
           w.where IN ({listed(Presence.COUNTS)}) AS counts, w.recorded_at, w.starts_at AS came_at,
           CASE WHEN w.ends_at <= %(as_of)s THEN w.ends_at END AS left_at, w.put_right_at, each.gone_at,
           greatest(each.gone_at, w.put_right_at) AS over_at
    FROM begun
    JOIN staffing_presence w USING (shift_id)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN w.ends_at <= %(as_of)s THEN w.ends_at ELSE greatest(begun.ends_at, w.starts_at) END AS gone_at
    ) AS each
    WHERE w.kind = 'carer' AND w.starts_at <= %(as_of)s AND {known("w")}
)"""


def reviewed(shift: str, *, happened: str, recorded: str = "NULL::timestamptz") -> str:
    """Somebody has looked into a shift since a fact was over (`happened`) and was put on record."""
    return f"""EXISTS (
        SELECT FROM staffing_shiftreview r
        WHERE r.shift_id = {shift} AND r.reviewed_at <= %(as_of)s AND {known("r")}
          AND r.reviewed_at >= {happened} AND r.recorded_at >= coalesce({recorded}, r.recorded_at)
    )"""


# Carers on the rota: with a published shift, or recorded as present, in the last 28 days or the next; who still work for
# an agency. `first_at` is when their first shift at this placement begins or began. Needs `subject`.
CARERS = f"""carers AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id, each.carer_id, first.at AS first_at,
           {day_of("first.at")} AS first_day, coalesce(setting.status = 'registered', false) AS registered
    FROM subject
    LEFT JOIN placements_registration setting ON setting.home_id = subject.home_id AND {covers_today("setting")}
    CROSS JOIN LATERAL (
        SELECT a.carer_id FROM staffing_shift s JOIN staffing_assignment a ON a.shift_id = s.id
        WHERE s.placement_id = subject.placement_id AND s.starts_at > {LATELY} AND s.starts_at <= {SOON}
          AND s.published_at <= %(as_of)s AND {stands("s", "cancelled_at")} AND {stands("a", "removed_at")}
        UNION
        SELECT w.carer_id FROM staffing_shift s JOIN staffing_presence w ON w.shift_id = s.id
        WHERE s.placement_id = subject.placement_id AND s.starts_at > {LATELY} AND s.starts_at <= %(as_of)s
          AND w.kind = 'carer' AND w.carer_id IS NOT NULL AND w.starts_at <= %(as_of)s AND {known("w")}
    ) AS each
    CROSS JOIN LATERAL (
        SELECT min(found.starts_at) AS at FROM (
            (SELECT a.starts_at FROM staffing_assignment a JOIN staffing_shift s ON s.id = a.shift_id
             WHERE a.carer_id = each.carer_id AND s.placement_id = subject.placement_id
               AND s.published_at <= %(as_of)s AND {stands("s", "cancelled_at")} AND {stands("a", "removed_at")}
             ORDER BY a.starts_at LIMIT 1)
            UNION ALL
            (SELECT w.starts_at FROM staffing_presence w JOIN staffing_shift s ON s.id = w.shift_id
             WHERE w.carer_id = each.carer_id AND s.placement_id = subject.placement_id AND {known("w")}
             ORDER BY w.starts_at LIMIT 1)
        ) AS found
    ) AS first
    WHERE EXISTS (SELECT FROM staffing_engagement e WHERE e.carer_id = each.carer_id AND {covers_today("e")})
)"""
CARERS_SCOPE = (
    "Each carer with a published shift, or recorded as present, in the last 28 days or the next, at a placement a team "
    "follows; whoever no longer works for any agency is left out."
)


def needed(shift: str, placement: str, child: str) -> str:
    """A lateral join `needed(number)`: how many staff a shift is to have, by the plan in effect as it starts, else by the
    order in effect that day; null where neither says."""
    day = day_of(f"{shift}.starts_at")
    return f"""
        LEFT JOIN LATERAL (
            SELECT CASE {shift}.kind WHEN 'day' THEN plan.by_day WHEN 'waking_night' THEN plan.by_night
                   ELSE plan.sleeping_in END AS number
            FROM staffing_staffingplan plan
            WHERE plan.placement_id = {placement} AND plan.effective_from <= {shift}.starts_at AND {known("plan")}
            ORDER BY plan.effective_from DESC, plan.id DESC LIMIT 1
        ) AS planned ON true
        LEFT JOIN LATERAL (
            SELECT CASE WHEN {shift}.kind = 'sleep_in' THEN 0 ELSE o.staffing_ratio END AS number
            FROM placements_dolorder o
            WHERE o.child_id = {child} AND o.staffing_ratio IS NOT NULL AND o.starts_on <= {day} AND o.expires_on >= {day}
              AND (o.discharged_on IS NULL OR o.discharged_on > {day}) AND {known("o")}
            ORDER BY o.starts_on DESC, o.id DESC LIMIT 1
        ) AS ordered ON true
        CROSS JOIN LATERAL (SELECT coalesce(planned.number, ordered.number) AS number) AS needed"""


def levels(name: str, *, shifts: str, spans: str) -> str:
    """Tables that tell how many people were on each of some shifts, and when that changed.

    `shifts` has shift_id, starts_at and until; `spans` has shift_id, person, since and until within the shift, and may
    overlap for one person. `{name}` then has shift_id, number, since, until: a row from each change to the next. It
    grows with the number of spans, and not with its square: each coming and going is one step up or down.
    """
    return f"""{name}_span AS MATERIALIZED (
    SELECT shift_id, unnest(range_agg(tstzrange(since, until))) AS span
    FROM ({spans}) AS each GROUP BY shift_id, person
), {name} AS MATERIALIZED (
    SELECT shift_id, at AS since, coalesce(lead(at) OVER in_turn, until) AS until,
           sum(step) OVER (in_turn ROWS UNBOUNDED PRECEDING) AS number
    FROM (
        SELECT shift_id, at, sum(step) AS step, max(shift.until) AS until
        FROM (
            SELECT shift_id, lower(span) AS at, 1 AS step FROM {name}_span
            UNION ALL SELECT shift_id, upper(span), -1 FROM {name}_span
            UNION ALL SELECT shift_id, starts_at, 0 FROM {shifts}
        ) AS change
        JOIN (SELECT shift_id, until FROM {shifts}) AS shift USING (shift_id)
        WHERE at < shift.until
        GROUP BY shift_id, at
    ) AS changed
    WINDOW in_turn AS (PARTITION BY shift_id ORDER BY at)
)"""


def first_of(rows: str, *, by: Iterable[str] = ("placement_id",), order: str = "due_at") -> str:
    """The first of some rows for each placement (or whatever `by` names): one flag, and after it the next."""
    keys = ", ".join(by)
    return f"SELECT DISTINCT ON ({keys}) * FROM ({rows}) AS every ORDER BY {keys}, {order}, shift_id"
