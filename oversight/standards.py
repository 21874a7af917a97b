"""Local standards: the intervals no statute sets. Data, dated, per council; stricter than the default, never looser.

A rule names the standards it reads, and its query gets them as one row a council (see `columns`). Every number here is
"at most so many", so a smaller one is always the stricter.
"""

# ruff: noqa: S608 - the queries are put together from constants of this program; every value is a parameter

import datetime as dt
from dataclasses import dataclass

from core.models import Authority, LocalStandard


@dataclass(frozen=True)
class Standard:
    key: str  # as stored, never renamed
    column: str  # what the rules' queries call it
    default: int  # also the loosest that may be set: nothing looser has been agreed by anyone
    unit: str
    sentence: str


REAPPROVAL = Standard(
    "LEG-05 re-approval", "reapproval", 7, "days", "how long one authorisation of an unregistered placement runs"
)
LATE_APPROVAL = Standard(
    "LEG-05 emergency", "late_approval", 24, "hours", "how soon after an emergency move it must be authorised"
)
GRACE = Standard(
    "Emergency grace", "grace", 48, "hours", "how long an emergency placement may be without a manager or logs"
)
SILENCE = Standard("LOG-01 silence", "silence", 24, "hours", "how much time may pass without a log")
CLOSING = Standard("LOG-01 closing", "closing", 2, "hours", "how soon after its stretch of care ends a log is closed")
WORKER = Standard("VIS-07 social worker", "worker", 7, "days", "how often the social worker sees the child")
MANAGER_FIRST = Standard(
    "VIS-07 team manager first", "manager_first", 10, "working days", "how soon the team manager first sees the child"
)
MANAGER = Standard("VIS-07 team manager", "manager", 28, "days", "how often the team manager sees the child after that")
HEAD = Standard("VIS-07 head of service", "head", 56, "days", "how often the head of service sees the child")
UNANNOUNCED = Standard("VIS-08 unannounced", "unannounced", 28, "days", "how often somebody visits unannounced")
NIGHT = Standard("VIS-08 night", "night", 3, "visits", "one unannounced visit in how many is at night")

DBS = Standard("STF-01 DBS", "dbs", 36, "months", "how long after its date an enhanced DBS certificate counts")
UPDATE_SERVICE = Standard(
    "STF-01 update service", "update_service", 12, "months", "how long a look-up of the DBS update service counts"
)
TRAINING = Standard("STF-03 training", "training_days", 14, "days", "how soon after a first shift a carer is trained")
SUPERVISION_FIRST = Standard(
    "STF-04 first", "supervision_first", 7, "days", "how soon after a first shift a carer is supervised"
)
SUPERVISION = Standard("STF-04 supervision", "supervision", 28, "days", "how often a carer is supervised after that")
SUPERVISION_LONGEST = Standard(
    "STF-04 longest", "supervision_longest", 42, "days", "how long a carer may go without supervision at most"
)
CASE = Standard(
    "STF-04 case",
    "case_supervision",
    28,
    "days",
    "how often the social worker is supervised about a high-risk placement",
)
CASE_NEWLY_QUALIFIED = Standard(
    "STF-04 newly qualified", "case_newly_qualified", 7, "days", "the same, where the worker is newly qualified"
)
REFLECTION = Standard(
    "STF-04 reflective", "reflection", 84, "days", "how often all who care for the child reflect together"
)
TOLERANCE = Standard(
    "STF-07 tolerance", "tolerance", 15, "minutes", "how long at a time fewer staff than needed may be with the child"
)
RECORDED = Standard(
    "STF-11 recorded", "recorded", 2, "hours", "how soon after a shift ends it is recorded who was there"
)
STAFF_TYPE = Standard("STF-13 review", "staff_type", 28, "days", "how often the kind of staff is looked at again")
PROFILE = Standard("CPL-04 profile", "profile", 28, "days", "how long a referral profile is taken to be true")
AGENCIES_MEET = Standard(
    "MTG-03 agencies", "agencies_meet", 7, "days", "how often agencies that share a child’s care meet about the child"
)
HELD_MEETING = Standard(
    "MTG-01 held",
    "meeting_set_up",
    5,
    "working days",
    "how long a child in a high-risk placement may be without a meeting of the people round them",
)

TRIAGE = Standard("SAF-09 triage", "triage", 1, "working days", "how soon a manager decides about a concern")
ANSWER = Standard("SAF-09 answer", "answer", 3, "working days", "how soon whoever raised a concern is answered")
UNREAD = Standard("SAF-08 unread", "unread", 24, "hours", "how long a police notice may stay unopened")
MEETING = Standard(
    "SAF-09 meeting", "meeting", 5, "working days", "how soon a run of concerns or police attendances is met about"
)
LADO = Standard("SAF-09 LADO", "lado", 1, "working days", "how soon the LADO is consulted")
STILL_OPEN = Standard(
    "SAF-09 open", "still_open", 28, "days", "how long a concern that was decided on and answered may lie open"
)

LADO_EVALUATION = Standard(
    "SAF-04 evaluation", "lado_evaluation", 1, "working days", "how soon the LADO evaluates a referral"
)
LADO_MEETING = Standard("SAF-04 meeting", "lado_meeting", 5, "working days", "how soon an allegations meeting is held")
LADO_REVIEW = Standard("SAF-04 review", "lado_review", 28, "days", "how often an allegation is reviewed")
LADO_REVIEW_POLICE = Standard(
    "SAF-04 police review", "lado_review_police", 14, "days", "the same, where the police are involved"
)
LADO_FIRST = Standard("SAF-05 first", "lado_first", 1, "months", "how long an allegation is open before it is flagged")
LADO_SECOND = Standard("SAF-05 second", "lado_second", 3, "months", "how long before it is flagged again")
LADO_THIRD = Standard("SAF-05 third", "lado_third", 12, "months", "how long before it is flagged as red")
LADO_DBS = Standard(
    "SAF-07 DBS",
    "lado_dbs",
    1,
    "months",
    "how soon the Disclosure and Barring Service is told of somebody removed for harm",
)

QUALITY_VISIT = Standard(
    "QA-01 visit", "quality_visit", 14, "days", "how often somebody independent visits a setting not registered"
)
QUALITY_LONGEST = Standard(
    "QA-01 longest",
    "quality_longest",
    28,
    "days",
    "how long a setting not registered may go without such a visit at most",
)
QUALITY_REVIEW = Standard(
    "QA-02 review",
    "quality_review",
    84,
    "days",
    "how often the quality of care is reviewed in a setting not registered",
)
QUALITY_TOGETHER = Standard(
    "QA-03 together", "quality_together", 28, "days", "how often social care, health and education visit together"
)
PREMISES = Standard(
    "QA-04 premises", "premises_hours", 24, "hours", "how soon after an emergency move the premises are checked"
)
REGISTER_ENTRY = Standard(
    "NOT-10 entry", "register_entry", 1, "working days", "how soon a child is on the partnership’s register"
)
REGISTER_REVIEW = Standard(
    "NOT-10 review", "register_review", 31, "days", "how often each child on it is minuted, and at least every month"
)

STRATEGY = Standard(
    "SAF-02 strategy", "strategy", 1, "working days", "how soon a strategy discussion is held, or an asker answered"
)
SAME_DAY = Standard(
    "SAF-10 hours",
    "same_day",
    24,
    "hours",
    "how soon the gravest suspicions are acted on, and never later than the day they are raised",
)
HARM_TEST = Standard(
    "SAF-10 test", "harm_test", 1, "working days", "how soon it is decided whether serious harm must be notified"
)
QUIET = Standard(
    "SAF-11 silence", "quiet", 28, "days", "how long a high-risk placement may go unvisited and the LADO unconsulted"
)
QUIET_LONGEST = Standard("SAF-11 longest", "quiet_longest", 84, "days", "how long that may be at the very most")
DISPUTE_ALERT = Standard(
    "ESC-03 alert",
    "dispute_alert",
    10,
    "working days",
    "how soon a formal dispute of the reviewing officer is answered",
)
DISPUTE_TOTAL = Standard("ESC-03 total", "dispute_total", 20, "working days", "how soon such a dispute is over")
DISPUTE_PROMPT = Standard(
    "ESC-03 prompt",
    "dispute_prompt",
    10,
    "working days",
    "how long a reviewing officer’s own concern, or an informal dispute, may lie before they are asked to make it formal",
)
WHISTLE_ACKNOWLEDGED = Standard(
    "ESC-06 acknowledged", "whistle_acknowledged", 2, "working days", "how soon a protected report is acknowledged"
)

SENIOR_CONTACT = Standard(
    "DEC-03 contact",
    "senior_contact",
    24,
    "hours",
    "how soon a senior manager’s contact with a child is written and, once it is, seen by the social worker",
)

ESCALATED_1 = Standard(
    "ESC-01 level 1", "escalated_1", 1, "working days", "how soon a practitioner answers an escalation"
)
ESCALATED_2 = Standard("ESC-01 level 2", "escalated_2", 2, "working days", "how soon a line manager answers one")
ESCALATED_3 = Standard(
    "ESC-01 level 3", "escalated_3", 3, "working days", "how soon a head of service or a safeguarding lead answers one"
)
ESCALATED_4 = Standard("ESC-01 level 4", "escalated_4", 5, "working days", "how soon a director answers one")
ESCALATED_5 = Standard(
    "ESC-01 level 5", "escalated_5", 5, "working days", "how soon the partnership’s scrutineer answers one"
)
GUARDIAN = Standard("ESC-04 guardian", "guardian", 5, "working days", "how soon a guardian’s concern is answered")
LADDER = (ESCALATED_1, ESCALATED_2, ESCALATED_3, ESCALATED_4, ESCALATED_5)

ALL = (
    *(REAPPROVAL, LATE_APPROVAL, GRACE, SILENCE, CLOSING, WORKER, MANAGER_FIRST, MANAGER, HEAD, UNANNOUNCED, NIGHT),
    *(DBS, UPDATE_SERVICE, TRAINING, SUPERVISION_FIRST, SUPERVISION, SUPERVISION_LONGEST, CASE, CASE_NEWLY_QUALIFIED),
    *(
        REFLECTION,
        TOLERANCE,
        RECORDED,
        STAFF_TYPE,
        PROFILE,
        AGENCIES_MEET,
        HELD_MEETING,
        TRIAGE,
        ANSWER,
        UNREAD,
        MEETING,
        LADO,
        STILL_OPEN,
    ),
    *(QUALITY_VISIT, QUALITY_LONGEST, QUALITY_REVIEW, QUALITY_TOGETHER, PREMISES),
    *(REGISTER_ENTRY, REGISTER_REVIEW),
    *(STRATEGY, SAME_DAY, HARM_TEST, QUIET, QUIET_LONGEST),
    *(LADO_EVALUATION, LADO_MEETING, LADO_REVIEW, LADO_REVIEW_POLICE, LADO_FIRST, LADO_SECOND, LADO_THIRD, LADO_DBS),
    SENIOR_CONTACT,
    *(DISPUTE_ALERT, DISPUTE_TOTAL, DISPUTE_PROMPT, WHISTLE_ACKNOWLEDGED),
    *(*LADDER, GUARDIAN),
)
BY_KEY = {standard.key: standard for standard in ALL}


def value(authority: Authority, standard: Standard, *, on: dt.date) -> int:
    """What the council's own standard says on a day: its latest value in effect, and never looser than the default."""
    set_by_council = (
        LocalStandard.objects.filter(authority=authority, key=standard.key, effective_from__lte=on)
        .order_by("-effective_from")
        .values_list("value", flat=True)
        .first()
    )
    return standard.default if set_by_council is None else min(set_by_council, standard.default)


@dataclass(frozen=True)
class InForce:
    """A standard as it stands for one council on a day: the value that counts, and what the council itself has set."""

    standard: Standard
    value: int
    own: LocalStandard | None  # in effect, unless it would be looser
    coming: list[LocalStandard]  # set, and not yet in effect


def in_force(authority: Authority, *, on: dt.date) -> list[InForce]:
    """Every standard as it stands for a council on a day. One query."""
    rows: dict[str, list[LocalStandard]] = {}
    for row in LocalStandard.objects.filter(authority=authority).select_related("set_by").order_by("effective_from"):
        rows.setdefault(row.key, []).append(row)
    found = []
    for standard in ALL:
        of_key = rows.get(standard.key, [])
        own = next((row for row in reversed(of_key) if row.effective_from <= on), None)
        value = standard.default if own is None else min(own.value, standard.default)
        found.append(InForce(standard, value, own, [row for row in of_key if row.effective_from > on]))
    return found


def columns(*standards: Standard) -> str:
    """The same for every council at once, as a CTE named `standard` with a column for each standard."""
    picked = ",\n".join(
        f"""least({s.default}, coalesce((
            SELECT own.value FROM core_localstandard own
            WHERE own.authority_id = a.id AND own.key = '{s.key}' AND own.effective_from <= %(today)s
            ORDER BY own.effective_from DESC LIMIT 1), {s.default})) AS {s.column}"""
        for s in standards
    )
    return f"standard AS MATERIALIZED (SELECT a.id AS authority_id, {picked} FROM core_authority a)"
