"""NOT-10: that the partnership's executive knows of every child in a setting nobody registered, and asks after each."""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Limb, Mend, Rule, Trait
from oversight.rulebook.sql import LIVE, SETTING, STAGE_OF_DAYS, clocks, known, start_of, working_days_after

STANDING = f"""
    SELECT e.id, e.entered_on FROM governance_registerentry e
    WHERE e.placement_id = subject.placement_id AND e.entered_on <= %(today)s
      AND (e.left_on IS NULL OR e.left_on > %(today)s) AND {known("e")}"""

NOT_10 = Rule(
    code="NOT-10",
    source_id="NOT-10",
    only=frozenset({Trait.HIGH_RISK}),
    title="The partnership’s register",
    authority="Local standard: the partnership’s executive holds a register of every child in an unregistered setting, and "
    "minutes each of them every month. No regulator is there to do it.",
    basis=Basis.LOCAL,
    scope="Placements in a home recorded as not registered, followed by a team or not. Registration not known is settled first.",
    period="1 working day from the start, or from the day the home was not registered; then every month",
    what_clears="The entry in the register; the executive’s minute about this child.",
    limbs=(
        Limb(
            "entry",
            "Child not on the partnership’s register",
            Role.SAFEGUARDING_LEAD,
            "1 working day",
            mend=Mend("governance:enter_in_register", "Enter in the register"),
        ),
        Limb(
            "review",
            "No monthly minute about a child on the register",
            Role.SAFEGUARDING_LEAD,
            "every month",
            mend=Mend("governance:review_register", "Record the minute"),
        ),
    ),
    clocks=clocks(
        LIVE,
        standards.columns(standards.REGISTER_ENTRY, standards.REGISTER_REVIEW),
        stage=STAGE_OF_DAYS,
        rows=f"""
            SELECT authority_id, child_id, placement_id, each.limb, {start_of("each.since")} AS clock_started_at,
                   {start_of("each.day + 1")} AS due_at
            FROM subject
            JOIN standard USING (authority_id)
            {SETTING}
            LEFT JOIN LATERAL ({STANDING}) AS entry ON true
            LEFT JOIN LATERAL (
                SELECT r.reviewed_on FROM governance_registerreview r
                WHERE r.entry_id = entry.id AND r.reviewed_on <= %(today)s AND {known("r")}
                ORDER BY r.reviewed_on DESC LIMIT 1
            ) AS last ON true
            CROSS JOIN LATERAL (
                SELECT greatest(subject.started_on, setting.started_on) AS began,
                       coalesce(last.reviewed_on, entry.entered_on) AS asked
            ) AS since
            CROSS JOIN LATERAL (
                SELECT 'entry' AS limb, since.began AS since,
                       ({working_days_after("since.began", "register_entry")}) AS day
                WHERE entry.id IS NULL
                UNION ALL
                SELECT 'review', since.asked,
                       least((since.asked + interval '1 month')::date, since.asked + register_review)
                WHERE entry.id IS NOT NULL
            ) AS each
            WHERE setting.status = 'not_registered'""",
    ),
)

RULES = (NOT_10,)
