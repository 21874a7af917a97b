"""SAF-02, SAF-03, SAF-10 and NOT-09: what is done when a child may be coming to harm.

Titles name the step that is owed, and never the suspicion: a flag is read by more people than the record behind it.
Whether the LADO was consulted is read from the ledger alone, where every consultation leaves the same words. What the
LADO decided is behind their door, and no flag here may be a window in it.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt

from core.access import Role
from oversight import standards
from oversight.rulebook.conduct import HOLDER, held
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import (
    FOLLOWED,
    STAGE_OF_DAYS,
    asked_about,
    clocks,
    covers_today,
    day_of,
    known,
    listed,
    start_of,
    working_days_after,
)

CONFERENCE, ASSESSMENT, NOTIFY, REVIEW = 15, 45, 5, 15  # working days
NOTICES_FROM = dt.date(2018, 6, 29)
PROTECTED = frozenset({Trait.PROTECTED})
PAGE = Mend("governance:protection", "See what is owed", of="child")
SCOPE = "Every child whose placement a team follows."
WORKING_TOGETHER = "Working Together to Safeguard Children"


def _after(day: str, number: str | int) -> str:
    """The first instant after so many working days since a day."""
    return f"(SELECT {start_of('nth.day + 1')} FROM ({working_days_after(day, str(number))}) AS nth)"


def _first(rows: str) -> str:
    """Of each limb at each placement, the row that fell due first."""
    return f"""
        SELECT DISTINCT ON (placement_id, limb) authority_id, child_id, placement_id, limb, since AS clock_started_at,
               due_at, concerns
        FROM ({rows}) AS owed WHERE placement_id IS NOT NULL ORDER BY placement_id, limb, due_at, since, concerns"""


def _owed(limb: str, due: str, where: str, table: str, joined: str = "JOIN standard USING (authority_id)") -> str:
    return f"""
            SELECT {table}.authority_id, {table}.child_id, {table}.placement_id, '{limb}' AS limb, {table}.since,
                   {due} AS due_at, {table}.concerns
            FROM {table} {joined} WHERE {where}"""


def _by_guidance(limb: str, days: int, where: str, table: str) -> str:
    """The same for a number of working days that no council sets."""
    return _owed(limb, _after(f"{table}.day", days), where, table, joined="")


def _step(*kinds: str) -> str:
    """Whether a step of one of some kinds has been taken about a concern."""
    return f"""EXISTS (
        SELECT FROM governance_concernstep s
        WHERE s.concern_id = c.id AND s.kind IN ({listed(kinds)}) AND s.happened_at <= %(as_of)s AND {known("s")})"""


HELD = f"""EXISTS (
        SELECT FROM governance_strategyconcern a JOIN governance_strategydiscussion d ON d.id = a.discussion_id
        WHERE a.concern_id = c.id AND d.held_at <= %(as_of)s AND {known("d")})"""
# Whether serious harm must be notified may be decided again: its history says what had been decided by an instant.
DECIDED = """FROM governance_historicalseriousharmnotice h
        WHERE h.id = {notice}.id AND h.decided_at <= %(as_of)s"""
TESTED = f"""EXISTS (
        SELECT FROM governance_seriousharmnotice n
        WHERE n.concern_id = c.id AND {known("n")} AND EXISTS (SELECT {DECIDED.format(notice="n")}))"""

# Cared for closely on the day of the concern: in a setting not registered, under an order, or with staff set for the child.
DAY = day_of("c.received_at")
CLOSELY = f"""(
        EXISTS (
            SELECT FROM placements_placement p JOIN placements_registration r ON r.home_id = p.home_id
            WHERE p.id = c.placement_id AND r.status = 'not_registered' AND r.started_on <= {DAY}
              AND (r.ended_on IS NULL OR r.ended_on > {DAY}))
        OR EXISTS (
            SELECT FROM placements_dolorder o
            WHERE o.child_id = c.child_id AND o.starts_on <= {DAY} AND o.expires_on >= {DAY}
              AND (o.discharged_on IS NULL OR o.discharged_on > {DAY}) AND {known("o")})
        OR coalesce((
            SELECT plan.by_day + plan.by_night > 0 FROM staffing_staffingplan plan
            WHERE plan.placement_id = c.placement_id AND plan.effective_from <= c.received_at AND {known("plan")}
            ORDER BY plan.effective_from DESC, plan.id DESC LIMIT 1), false))"""

# Concerns of suspected sexual harm, each with what has been done. No closing undoes what is owed.
SUSPECTED = f"""suspected AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id, c.received_at AS since, {DAY} AS day, c.source,
           ARRAY[c.id] AS concerns,
           {CLOSELY} AS closely, {HELD} AS held, {TESTED} AS tested, {_step("lado", "seen")} AS lado,
           {_step("told_police")} AS told_police, {_step("told_health")} AS told_health
    FROM subject JOIN governance_concern c USING (child_id, authority_id)
    WHERE c.category = 'sexual_harm' AND c.received_at <= %(as_of)s AND {known("c")}
)"""

# Concerns for which a manager last decided on a strategy discussion. The clock began with the concern or, where it was
# first decided otherwise, with the decision.
CALLED = f"""called AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id,
           CASE WHEN otherwise.at IS NULL THEN c.received_at ELSE decided.at END AS since, {HELD} AS held,
           ARRAY[c.id] AS concerns
    FROM subject JOIN governance_concern c USING (child_id, authority_id)
    CROSS JOIN LATERAL (
        SELECT max(s.happened_at) AS at FROM governance_concernstep s
        WHERE s.concern_id = c.id AND s.kind = 'triaged' AND s.decision <> 'strategy'
          AND s.happened_at <= %(as_of)s AND {known("s")}
    ) AS otherwise
    CROSS JOIN LATERAL (
        SELECT min(s.happened_at) AS at FROM governance_concernstep s
        WHERE s.concern_id = c.id AND s.kind = 'triaged' AND s.decision = 'strategy'
          AND s.happened_at <= %(as_of)s AND {known("s")} AND (otherwise.at IS NULL OR s.happened_at > otherwise.at)
    ) AS decided
    WHERE c.category <> 'sexual_harm' AND c.received_at <= %(as_of)s AND {known("c")} AND decided.at IS NOT NULL
)"""

ASKED = f"""asked AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id, d.asked_at AS since, ARRAY(
           SELECT a.concern_id FROM governance_strategyconcern a WHERE a.discussion_id = d.id) AS concerns
    FROM subject JOIN governance_strategydiscussion d USING (child_id)
    WHERE d.asked_at <= %(as_of)s AND {known("d")}
      AND coalesce(d.held_at, d.declined_at, 'infinity') > %(as_of)s
)"""

SAF_02 = Rule(
    code="SAF-02",
    source_id="SAF-02",
    only=PROTECTED,
    title="Strategy discussion",
    authority=f"Children Act 1989, s 47, and {WORKING_TOGETHER}: where there is reasonable cause to suspect significant "
    "harm, children’s services, the police and health discuss it as soon as possible. That this is one working day is a "
    "local standard. Anybody who works with the child may ask for one, and is answered.",
    basis=Basis.LOCAL,
    scope=f"{SCOPE} A discussion is owed where somebody asked for it, where a manager decided on it about a concern, and "
    f"where sexual harm is suspected of a child whom staff do not care for closely (of others: SAF-10). {HOLDER}",
    period="1 working day",
    what_clears="The strategy discussion on record as held, with social care, police and health there and its outcome, "
    "about that concern. A request: that, or the manager’s reasons for holding none. A decision: another one, with "
    "reasons.",
    mend=PAGE,
    names_holder=True,
    limbs=(
        Limb("asked", "Strategy discussion asked for, and no answer", Role.TEAM_MANAGER, "1 working day"),
        Limb("decided", "Strategy discussion decided on, and not held", Role.TEAM_MANAGER, "1 working day"),
        Limb("harm", "Strategy discussion about a concern, not held", Role.TEAM_MANAGER, "1 working day"),
    ),
    clocks=clocks(
        FOLLOWED,
        standards.columns(standards.STRATEGY),
        SUSPECTED,
        CALLED,
        ASKED,
        stage=STAGE_OF_DAYS,
        rows=held(
            _first(
                " UNION ALL ".join(
                    [
                        _owed("asked", _after(day_of("asked.since"), "standard.strategy"), "true", "asked"),
                        _owed("decided", _after(day_of("called.since"), "standard.strategy"), "NOT held", "called"),
                        _owed(
                            "harm",
                            _after("suspected.day", "standard.strategy"),
                            "NOT held AND NOT closely",
                            "suspected",
                        ),
                    ]
                )
            )
        ),
        held=True,
    ),
)

TODAY_BY = f"least({start_of('suspected.day + 1')}, suspected.since + standard.same_day * interval '1 hour')"

SAF_10 = Rule(
    code="SAF-10",
    source_id="SAF-10",
    only=PROTECTED,
    title="What is done the same day about the gravest suspicions",
    authority="Children Act 1989, s 47, and by analogy the Children’s Homes (England) Regulations 2015, reg 40(4)(a), which "
    "binds registered homes. That it is all done the same day is a local standard. In the case this was learnt from a "
    "pregnancy was found after nine months of care by five staff to one child.",
    basis=Basis.LOCAL,
    scope=f"{SCOPE} Suspected sexual abuse or exploitation, or pregnancy, of a child who on that day lived in a setting not "
    f"registered, under a deprivation of liberty order, or with a number of staff set for them. {HOLDER}",
    period="strategy discussion, LADO, police and health the same day; whether it must be notified in 1 working day",
    what_clears="The strategy discussion on record as held about that concern; the record, on the concern, that the LADO was "
    "consulted or has seen what was decided about a referral (the decision alone is not enough), and that police and health "
    "were told (whoever raised it, or was at the discussion, knows); and the decision whether it is serious harm that must "
    "be notified.",
    mend=PAGE,
    names_holder=True,
    limbs=(
        Limb("strategy", "Strategy discussion not held the same day", Role.TEAM_MANAGER, "the same day"),
        Limb("lado", "LADO not consulted the same day", Role.TEAM_MANAGER, "the same day"),
        Limb("police", "Police not told the same day", Role.TEAM_MANAGER, "the same day"),
        Limb("health", "Health not told the same day", Role.TEAM_MANAGER, "the same day"),
        Limb("test", "Not decided whether it must be notified", Role.HEAD_OF_SERVICE, "1 working day"),
    ),
    clocks=clocks(
        FOLLOWED,
        standards.columns(standards.SAME_DAY, standards.HARM_TEST),
        SUSPECTED,
        stage=STAGE_OF_DAYS,
        rows=held(
            _first(
                " UNION ALL ".join(
                    _owed(limb, due, f"closely AND NOT ({done})", "suspected")
                    for limb, due, done in (
                        ("strategy", TODAY_BY, "held"),
                        ("lado", TODAY_BY, "lado"),
                        ("police", TODAY_BY, "held OR told_police OR source = 'police'"),
                        ("health", TODAY_BY, "held OR told_health OR source = 'health'"),
                        ("test", _after("suspected.day", "standard.harm_test"), "tested"),
                    )
                )
            ),
            above=("test",),
        ),
        held=True,
    ),
)


def _of_record(table: str, columns: str, where: str) -> str:
    """Rows of a record about a child, at the placement where she lives now or, without one, where she lived then.

    These clocks run on when she moves, leaves care, comes of age or dies.
    """
    return f"""{table} AS MATERIALIZED (
    SELECT kid.authority_id, r.child_id, coalesce(now.id, r.placement_id) AS placement_id, {columns}, NULL::bigint[] AS concerns
    FROM {where}
    JOIN children_child kid ON kid.id = r.child_id
    LEFT JOIN LATERAL (
        SELECT p.id FROM placements_placement p
        WHERE p.child_id = r.child_id AND {covers_today("p")} AND (p.started_at IS NULL OR p.started_at <= %(as_of)s)
          AND {known("p")}
    ) AS now ON true
    WHERE {asked_about("coalesce(now.id, r.placement_id)")} AND {known("r")}"""


BEGUN = f"""{
    _of_record(
        "begun",
        f"r.held_at AS since, {day_of('r.held_at')} AS day, e.conference_on, e.no_conference_on, e.assessed_on",
        "governance_enquiry e JOIN governance_strategydiscussion r ON r.id = e.discussion_id",
    )
} AND r.held_at <= %(as_of)s AND {known("e")}
)"""

SAF_03 = Rule(
    code="SAF-03",
    source_id="SAF-03",
    only=PROTECTED,
    title="Section 47 enquiry: conference and assessment",
    authority=f"Children Act 1989, s 47; {WORKING_TOGETHER}: the initial child protection conference is held within 15 "
    "working days of the strategy discussion, and the assessment is finished within 45 working days.",
    basis=Basis.COURT,
    scope="Every section 47 enquiry a strategy discussion began, wherever the child lives now.",
    period="conference 15 working days, assessment 45 working days from the strategy discussion",
    what_clears="The conference on record, or a manager’s reasons why none is needed; the assessment on record as finished.",
    mend=PAGE,
    limbs=(
        Limb("conference", "Child protection conference not held", Role.TEAM_MANAGER, "15 working days"),
        Limb("assessment", "Assessment of a section 47 enquiry not finished", Role.SOCIAL_WORKER, "45 working days"),
    ),
    clocks=clocks(
        BEGUN,
        stage=STAGE_OF_DAYS,
        rows=_first(
            " UNION ALL ".join(
                [
                    _by_guidance(
                        "conference",
                        CONFERENCE,
                        "coalesce(least(conference_on, no_conference_on), 'infinity') > %(today)s",
                        "begun",
                    ),
                    _by_guidance(
                        "assessment",
                        ASSESSMENT,
                        "coalesce(assessed_on, 'infinity') > %(today)s",
                        "begun",
                    ),
                ]
            )
        ),
    ),
)


def _noted() -> str:
    """Serious harm that nobody has decided need not be notified."""
    columns = f"""r.aware_at AS since, {day_of("r.aware_at")} AS day, r.rapid_review_on,
           coalesce(greatest(r.panel_told_at, r.ofsted_told_at, r.partners_told_at) <= %(as_of)s
                    AND num_nulls(r.panel_told_at, r.ofsted_told_at, r.partners_told_at) = 0, false) AS told"""
    return f"""{_of_record("noted", columns, "governance_seriousharmnotice r")}
      AND r.aware_at <= %(as_of)s AND {day_of("r.aware_at")} >= '{NOTICES_FROM}'
      AND coalesce((
          SELECT h.criteria_met {DECIDED.format(notice="r")} ORDER BY h.decided_at DESC, h.history_id DESC LIMIT 1), true)
)"""


NOTED = _noted()
OF_NOTICES = (
    "Serious harm on record, with abuse or neglect known or suspected, of which the council became aware on or "
)
OF_NOTICES += "after 29 June 2018, unless it was decided, with reasons, that it need not be notified."

NOT_09 = Rule(
    code="NOT-09",
    source_id="NOT-09",
    only=PROTECTED,
    title="Serious harm not notified",
    authority="Children Act 2004, s 16C, in force from 29 June 2018: the council notifies the Child Safeguarding Practice "
    f"Review Panel; {WORKING_TOGETHER}: within 5 working days of becoming aware, and Ofsted and the safeguarding partners "
    "with it.",
    basis=Basis.STATUTE,
    scope=OF_NOTICES,
    period="5 working days from becoming aware",
    what_clears="When the Panel, Ofsted and the safeguarding partners were each told, on record; or the decision that it "
    "need not be notified, with reasons and whose it was.",
    owned_by=Role.DCS,
    in_force_from=NOTICES_FROM,
    mend=PAGE,
    clocks=clocks(
        NOTED,
        stage=STAGE_OF_DAYS,
        rows=_first(_by_guidance("", NOTIFY, "NOT told", "noted")),
    ),
)

NOT_09_REVIEW = Rule(
    code="NOT-09R",
    source_id="NOT-09",
    only=PROTECTED,
    title="Rapid review of serious harm not held",
    authority=f"{WORKING_TOGETHER}: the safeguarding partners hold a rapid review within 15 working days of the council "
    "becoming aware.",
    basis=Basis.COURT,
    scope=OF_NOTICES,
    period="15 working days from becoming aware",
    what_clears="The rapid review on record, with what it decided; or the decision that it need not be notified.",
    owned_by=Role.SAFEGUARDING_LEAD,
    in_force_from=NOTICES_FROM,
    mend=PAGE,
    clocks=clocks(
        NOTED,
        stage=STAGE_OF_DAYS,
        rows=_first(_by_guidance("", REVIEW, "coalesce(rapid_review_on, 'infinity') > %(today)s", "noted")),
    ),
)

RULES = (SAF_02, SAF_03, SAF_10, NOT_09, NOT_09_REVIEW)
