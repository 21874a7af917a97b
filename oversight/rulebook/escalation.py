"""ESC-01 to ESC-06: what is escalated is answered, and by nobody about themselves.

The ladder keeps these clocks (escalations/ladder.py): what is not answered in time raises no flag and goes to the next
person up. The rulebook has them so that everybody reads the same rules, and the two gates refuse.
"""

from core import gates
from core.access import Role
from oversight import standards
from oversight.rulebook.rule import Basis, Kind, Limb, Rule

CLIMBS = (
    "An answer in writing, shown to whoever raised it, which they accept; or which whoever gave it closes, once whoever raised "
    "it has had a level’s time to reject it since they read it, or has rejected one before."
)
_LEVELS = (
    ("practitioner", "Not answered by the practitioner", Role.SOCIAL_WORKER),
    ("manager", "Not answered by the line manager", Role.TEAM_MANAGER),
    ("head", "Not answered by the head of service or the safeguarding lead", Role.HEAD_OF_SERVICE),
    ("director", "Not answered by a director", Role.DIRECTOR),
    ("outside", "Not answered by the partnership’s scrutineer", Role.SCRUTINEER),
)


def _days(number: int) -> str:
    return f"{number} working day{'' if number == 1 else 's'}"


ESC_01 = Rule(
    code="ESC-01",
    source_id="ESC-01",
    title="An escalation climbs until somebody answers it",
    authority="Local standard. Working Together to Safeguard Children requires every partnership to have a clear policy for "
    "professional disagreement; these are its steps.",
    basis=Basis.LOCAL,
    scope="Every escalation, and every red flag whose owner has not answered it within their own level’s time: those of one "
    "placement are one escalation. An owner’s answer with a date holds until that date, and at most 20 working days from when "
    "the flag was raised, or 1 where it is urgent. Immediate danger begins at the third "
    "level, and is due the same day at each; so does a flag of what is urgent, not answered the day it was raised.",
    period="practitioner 1 working day; line manager 2; head of service or safeguarding lead 3; director 5; scrutineer 5",
    what_clears=f"{CLIMBS} One made of flags is over when records have cleared them all.",
    kept_by_ladder=True,
    limbs=tuple(
        Limb(code, title, owner, _days(standard.default))
        for (code, title, owner), standard in zip(_LEVELS, standards.LADDER, strict=True)
    ),
)
ESC_02 = Rule(
    code="ESC-02",
    source_id="ESC-02",
    title="Whatever was written to a manager or a director can be made formal by whoever wrote it",
    authority="Local standard. It is the sender who says that it is formal, and nobody can say that it is not.",
    basis=Basis.LOCAL,
    scope="A concern, an action, a decision, a flag, or anything else anybody writes.",
    period="the time of the level it is sent to, as ESC-01 has it",
    what_clears=CLIMBS,
    kept_by_ladder=True,
    owned_by=Role.TEAM_MANAGER,
)
ESC_03 = Rule(
    code="ESC-03",
    source_id="ESC-03",
    title="The reviewing officer’s dispute is answered, and Cafcass can be asked at any point",
    authority="Children Act 1989 s25B(3); IRO Handbook ch. 6.",
    basis=Basis.COURT,
    scope="A dispute that an independent reviewing officer has made formal.",
    period="answered in 10 working days; over in 20",
    what_clears="The answer, and the reviewing officer’s own word that it is resolved.",
    kept_by_ladder=True,
    owned_by=Role.TEAM_MANAGER,
)
ESC_04 = Rule(
    code="ESC-04",
    source_id="ESC-04",
    title="A guardian’s concern is an escalation by itself",
    authority="Local standard.",
    basis=Basis.LOCAL,
    scope="Every concern raised by a children’s guardian, or written down for one.",
    period=f"{_days(standards.GUARDIAN.default)} from when it was received; after that as ESC-01 has it",
    what_clears=CLIMBS,
    kept_by_ladder=True,
    owned_by=Role.TEAM_MANAGER,
)
ESC_05_SELF = Rule(
    code=gates.ESCALATION_SELF,
    source_id="ESC-05",
    title="Nobody answers or closes an escalation about themselves or about their own decision",
    authority="Local standard. It never comes to them, and what comes back twice goes outside.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Answering and closing an escalation.",
    period="before every answer and every closing",
    what_clears="An answer by somebody it is not about. Where a director tried, the partnership’s scrutineer has it next.",
    owned_by=Role.DIRECTOR,
)
ESC_05_REASON = Rule(
    code=gates.ESCALATION_REASON,
    source_id="ESC-05",
    title="“Known to directors”, “no alternative” and “only short” answer nothing",
    authority="Local standard.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Answering and closing an escalation, answering a formal or informal dispute, and answering a flag. A text is refused "
    "where it says nothing but this, in whatever words, or nothing at all.",
    period="before every answer and every closing",
    what_clears="What was done about it, or why it is not so. Of an escalation, where a director tried, the scrutineer has it next.",
    owned_by=Role.DIRECTOR,
)
ESC_06 = Rule(
    code="ESC-06",
    source_id="ESC-06",
    title="A protected report is acknowledged, and line management does not see it",
    authority="Public Interest Disclosure Act 1998.",
    basis=Basis.COURT,
    scope="Every report made by the protected route.",
    period="acknowledged in 2 working days",
    what_clears="The acknowledgement, to whoever made it.",
    kept_by_ladder=True,
    owned_by=Role.SCRUTINEER,
)

RULES = (ESC_01, ESC_02, ESC_03, ESC_04, ESC_05_SELF, ESC_05_REASON, ESC_06)
