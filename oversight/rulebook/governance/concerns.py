"""SAF-08, SAF-09 and LOG-05: a concern is decided, answered and counted; police attendances are counted too.

One flag a limb: it is about the first concern that is owed something, and after it the next. Passing a concern on stops
no clock. A run of concerns or attendances is counted from the last meeting about it (or, for the LADO, from the last time
they were consulted), and only from when the child came to live where they live now: once it has called a meeting, no
closing undoes that.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

from core import gates
from core.access import Role
from oversight import standards
from oversight.rulebook.conduct import HOLDER, held
from oversight.rulebook.rule import Basis, Kind, Limb, Mend, Rule
from oversight.rulebook.sql import (
    FOLLOWED,
    STAGE_OF_DAYS,
    STAGE_OF_HOURS,
    clocks,
    day_of,
    known,
    start_of,
    working_days_after,
)

WINDOW, OPEN, SOURCES, ATTENDANCES = 28, 3, 2, 3  # days; how many of each call a meeting
LEDGER = Mend("governance:child_concerns", "See the concerns", of="child")
SCOPE = "Every child whose placement a team follows."

# Every concern about the children asked about. Times of what was done since count only once they have come. Whether it was
# answered is read off its steps: whoever raised it may say that an answer is not enough, and then the concern itself no
# longer says that it had been answered until that day.
STEP = f"""FROM governance_concernstep s
        WHERE s.concern_id = c.id AND s.happened_at <= %(as_of)s AND {known("s")}"""
HEARD = f"""heard AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id, subject.started_at AS lived_from,
           c.id AS concern_id, c.category, c.risk, c.source, c.received_at, {day_of("c.received_at")} AS day,
           c.read_at <= %(as_of)s AS read, c.triaged_at <= %(as_of)s AS triaged, answered.at IS NOT NULL AS answered,
           {day_of("greatest(c.received_at, unsettled.at)")} AS unanswered_from,
           c.closed_at, c.closed_at <= %(as_of)s AS closed, c.triaged_at, answered.at AS answered_at
    FROM subject JOIN governance_concern c USING (child_id, authority_id)
    LEFT JOIN LATERAL (
        SELECT s.happened_at AS at, s.id {STEP} AND s.kind = 'unsettled' ORDER BY s.happened_at DESC, s.id DESC LIMIT 1
    ) AS unsettled ON true
    CROSS JOIN LATERAL (
        SELECT min(s.happened_at) AS at {STEP} AND s.kind = 'answered'
          AND (unsettled.id IS NULL OR (s.happened_at, s.id) > (unsettled.at, unsettled.id))
    ) AS answered
    WHERE c.received_at <= %(as_of)s AND {known("c")}
)"""

MET = f"""SELECT r.held_at AS at FROM governance_concernreview r
    WHERE r.child_id = subject.child_id AND r.held_at <= %(as_of)s AND jsonb_array_length(r.there) >= {SOURCES}
      AND {known("r")} ORDER BY r.held_at DESC LIMIT 1"""
CONSULTED = f"""SELECT s.happened_at AS at
    FROM governance_concern c JOIN governance_concernstep s ON s.concern_id = c.id
    WHERE c.child_id = subject.child_id AND s.kind IN ('lado', 'seen') AND s.happened_at <= %(as_of)s AND {known("s")}
    ORDER BY s.happened_at DESC LIMIT 1"""


def _run(name: str, last: str) -> str:
    """Tables: the concerns since the last time something was done about a run of them, and the first that makes it one."""
    return f"""{name}_run AS MATERIALIZED (
    SELECT heard.* FROM heard
    JOIN subject USING (placement_id)
    LEFT JOIN LATERAL ({last}) AS last ON true
    WHERE heard.received_at >= heard.lived_from AND (last.at IS NULL OR heard.received_at > last.at)
), {name} AS MATERIALIZED (
    SELECT DISTINCT ON (placement_id) run.*
    FROM {name}_run run
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE e.closed_at IS NULL OR e.closed_at > run.received_at) AS open,
               count(DISTINCT e.source) AS sources
        FROM {name}_run e
        WHERE e.placement_id = run.placement_id AND e.day > run.day - {WINDOW}
          AND (e.received_at, e.concern_id) <= (run.received_at, run.concern_id)
    ) AS so_far
    WHERE so_far.open >= {OPEN} OR so_far.sources >= {SOURCES}
    ORDER BY placement_id, received_at, concern_id
)"""


def after(table: str, number: str, day: str = "day") -> str:
    """The first instant after so many working days since the day of a row."""
    nth = working_days_after(f"{table}.{day}", f"standard.{number}")
    return f"(SELECT {start_of('nth.day + 1')} FROM ({nth}) AS nth)"


def _first(rows: str) -> str:
    """Of each limb at each placement, the row that fell due first."""
    return f"""
        SELECT DISTINCT ON (placement_id, limb) authority_id, child_id, placement_id, limb,
               received_at AS clock_started_at, due_at, concerns
        FROM ({rows}) AS owed ORDER BY placement_id, limb, due_at, received_at, concerns"""


def _owed(limb: str, due: str, where: str, table: str = "heard", concerns: str = "ARRAY[heard.concern_id]") -> str:
    return f"""
            SELECT {table}.authority_id, {table}.child_id, {table}.placement_id, '{limb}' AS limb, {table}.received_at,
                   {due} AS due_at, {concerns} AS concerns
            FROM {table} JOIN standard USING (authority_id) WHERE {where}"""


def _owed_of_run(name: str) -> str:
    """About all of a run: whom one of its concerns is about has no part in what is owed for the run."""
    of_it = f"(SELECT array_agg(e.concern_id) FROM {name}_run e WHERE e.placement_id = {name}.placement_id)"
    return _owed(name, after(name, name), "true", name, of_it)


TRIAGE_BY = "A manager’s decision, with reasons: act, call a strategy discussion, find out more, or nothing more."
ANSWER_BY = (
    "The answer to whoever raised it, on the record; for somebody without an account, how they were told. Where they say that "
    "it does not answer it, another is due as many days from then."
)
MEETING_BY = (
    "The record of a meeting held since at which two agencies or more were, beside the provider, with the decision whether "
    "the child stays or moves, and who took it: one whose minutes were sent here, or one held elsewhere, with who was there. "
    "That a weekly meeting had the concerns on its agenda is not enough, until that decision is recorded of it."
)
LADO_BY = (
    "The record, on the concern (of several, on any of them, open or closed), of who at the LADO’s was consulted and what "
    "they advised; or, once it is decided whether somebody is referred, that the LADO has seen what was decided, whichever "
    "it was. The decision alone is not enough."
)

SAF_08 = Rule(
    code="SAF-08",
    source_id="SAF-08",
    title="Police notices about a child",
    authority="Local standard, by analogy with the one working day that Working Together to Safeguard Children gives a "
    "referral. A notice (VIST or PPN) is decided on by a manager; sending it to the social worker closes nothing.",
    basis=Basis.LOCAL,
    scope=f"Concerns with a risk graded by the police. {SCOPE} {HOLDER}",
    period="opened in 24 hours; decided in 1 working day; answered in 3 working days",
    what_clears=f"Opened: by anybody of the council’s who has the ledger. {TRIAGE_BY} {ANSWER_BY}",
    mend=LEDGER,
    names_holder=True,
    limbs=(
        Limb("decision", "Police notice not decided on", Role.TEAM_MANAGER, "1 working day"),
        Limb("unread", "Police notice nobody has opened", Role.HEAD_OF_SERVICE, "24 hours"),
        Limb("feedback", "Police not told what came of their notice", Role.TEAM_MANAGER, "3 working days", "amber"),
    ),
    clocks=clocks(
        FOLLOWED,
        standards.columns(standards.TRIAGE, standards.UNREAD, standards.ANSWER),
        HEARD,
        stage=f"CASE WHEN limb = 'unread' THEN {STAGE_OF_HOURS} ELSE {STAGE_OF_DAYS} END",
        rows=held(
            _first(
                " UNION ALL ".join(
                    [
                        _owed("decision", after("heard", "triage"), "risk <> '' AND triaged IS NOT TRUE"),
                        _owed(
                            "unread",
                            "received_at + standard.unread * interval '1 hour'",
                            "risk <> '' AND read IS NOT TRUE",
                        ),
                        _owed(
                            "feedback",
                            after("heard", "answer", "unanswered_from"),
                            "risk <> '' AND answered IS NOT TRUE",
                        ),
                    ]
                )
            ),
            above=("unread",),
        ),
        held=True,
    ),
)

# The last day on which something was decided, told or made safer about a concern that is still open.
TENDED = day_of(
    f"""greatest(heard.triaged_at, heard.answered_at, (
        SELECT max(s.happened_at) FROM governance_concernstep s
        WHERE s.concern_id = heard.concern_id AND s.kind = 'mitigation' AND s.happened_at <= %(as_of)s AND {known("s")}))"""
)

SAF_09 = Rule(
    code="SAF-09",
    source_id="SAF-09",
    title="Concerns about a child",
    authority="Local standard. Whoever raises it, a worker, the child, a mother or a neighbour, a concern is numbered, has "
    "an owner, is decided on and is answered; several of them call a meeting, and a decision whether the child stays.",
    basis=Basis.LOCAL,
    scope=f"{SCOPE} A run of concerns is {OPEN} open within {WINDOW} days, or any from {SOURCES} different sources: each "
    "agency is one, the family is one, so are the child and neighbours. It counts from the last such meeting, and from the "
    f"day the child came to live there. {HOLDER}",
    period="decided in 1 working day; answered in 3; the LADO consulted in 1; a meeting in 5; closed, or made safer, in 28 "
    "days from then",
    what_clears=f"{TRIAGE_BY} {ANSWER_BY} One that lies open, a police notice too: closing it for a reason that counts, or "
    f"what was done meanwhile to make it safer, which gives it as long again. A meeting: {MEETING_BY[0].lower()}{MEETING_BY[1:]} The LADO: "
    f"{LADO_BY[0].lower()}{LADO_BY[1:]}",
    mend=LEDGER,
    names_holder=True,
    limbs=(
        Limb("open", "Concern answered, and left open since", Role.TEAM_MANAGER, "28 days", "amber"),
        Limb("triage", "Concern not decided on", Role.TEAM_MANAGER, "1 working day"),
        Limb("answer", "Whoever raised a concern is not answered", Role.TEAM_MANAGER, "3 working days", "amber"),
        Limb("meeting", "Several concerns, and no meeting about them", Role.HEAD_OF_SERVICE, "5 working days"),
        Limb("lado", "Several concerns, and the LADO not consulted", Role.TEAM_MANAGER, "1 working day"),
    ),
    clocks=clocks(
        FOLLOWED,
        standards.columns(standards.TRIAGE, standards.ANSWER, standards.MEETING, standards.LADO, standards.STILL_OPEN),
        HEARD,
        _run("meeting", MET),
        _run("lado", CONSULTED),
        stage=STAGE_OF_DAYS,
        rows=held(
            _first(
                " UNION ALL ".join(
                    [
                        _owed("triage", after("heard", "triage"), "risk = '' AND triaged IS NOT TRUE"),
                        _owed(
                            "answer", after("heard", "answer", "unanswered_from"), "risk = '' AND answered IS NOT TRUE"
                        ),
                        _owed(
                            "open",
                            start_of(f"{TENDED} + standard.still_open + 1"),
                            "triaged AND answered AND closed IS NOT TRUE",
                        ),
                        _owed_of_run("meeting"),
                        _owed_of_run("lado"),
                    ]
                )
            ),
            above=("meeting",),
        ),
        held=True,
    ),
)

LOG_05 = Rule(
    code="LOG-05",
    source_id="LOG-05",
    title="Police called to where the child lives, again and again",
    authority="Local standard. Each attendance is counted, whoever called: many are a pattern that somebody must look at.",
    basis=Basis.LOCAL,
    scope=f"{SCOPE} {ATTENDANCES} attendances within {WINDOW} days at one placement, counted from the last meeting.",
    period="a meeting in 5 working days of the third",
    what_clears=MEETING_BY,
    mend=LEDGER,
    owned_by=Role.TEAM_MANAGER,
    clocks=clocks(
        FOLLOWED,
        standards.columns(standards.MEETING),
        f"""attended AS MATERIALIZED (
    SELECT subject.authority_id, subject.child_id, subject.placement_id, a.id, a.attended_at AS received_at,
           {day_of("a.attended_at")} AS day
    FROM subject JOIN governance_policeattendance a USING (placement_id)
    LEFT JOIN LATERAL ({MET}) AS last ON true
    WHERE a.attended_at <= %(as_of)s AND {known("a")} AND (last.at IS NULL OR a.attended_at > last.at)
), run AS MATERIALIZED (
    SELECT attended.* FROM attended
    WHERE (SELECT count(*) FROM attended e
           WHERE e.placement_id = attended.placement_id AND e.day > attended.day - {WINDOW}
             AND (e.received_at, e.id) <= (attended.received_at, attended.id)) >= {ATTENDANCES}
)""",
        stage=STAGE_OF_DAYS,
        rows=_first(_owed("", after("run", "meeting"), "true", "run", "NULL::bigint[]")),
    ),
)

SAF_09_CLOSE = Rule(
    code=gates.CLOSING_CONCERN,
    source_id="SAF-09",
    title="No concern is closed because it is known, the best there is, or short",
    authority="Local standard.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Closing a concern of the ledger.",
    period="before every closing",
    what_clears="A reason that counts, with what was done. Until there is one: what is done meanwhile to make it safer, "
    "recorded on the concern, which stays open.",
    owned_by=Role.TEAM_MANAGER,
)

RULES = (SAF_08, SAF_09, LOG_05, SAF_09_CLOSE)
