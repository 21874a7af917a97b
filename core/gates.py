"""The codes a gate may refuse under: one for each act the house will not let be planned or permitted.

An action raises `Refused` with one of these and no other, and the rulebook has a rule of kind "gate" for each. A test
holds the two equal.
"""

from typing import Final

PLACING_UNDER_16: Final = "LEG-04-PLAN"
AUTHORISING_TOO_LONG: Final = "LEG-05-APPROVAL"
UNCHECKED_CARER: Final = "STF-01-ROTA"
WAIVING_CHECKS: Final = "STF-01-WAIVE"
STOOD_DOWN: Final = "STF-09-ROTA"
LIFTING: Final = "STF-09-LIFT"
NO_AGREEMENT: Final = "STF-10-PUBLISH"
CARE_DECISION: Final = "DEC-01-STAFF"
NO_PROFILE: Final = "CPL-04-SEARCH"
CLOSING_CONCERN: Final = "SAF-09-CLOSE"
DECISION_RIGHTS: Final = "DEC-01-CARE"
DECIDING_CONDUCT: Final = "SAF-01-DECIDE"
ALLEGATION_OUTCOME: Final = "SAF-06-CLOSE"
ESCALATION_SELF: Final = "ESC-05-SELF"
ESCALATION_REASON: Final = "ESC-05-REASON"

GATES: Final[dict[str, str]] = {
    PLACING_UNDER_16: "planning to place a child under 16 in other arrangements",
    AUTHORISING_TOO_LONG: "authorising an unregistered placement for longer than the local standard allows",
    UNCHECKED_CARER: "putting a carer on a shift whose checks are not complete and in date",
    WAIVING_CHECKS: "waiving a carer’s checks for longer than 48 hours, twice, or from commissioning",
    STOOD_DOWN: "putting a carer on a shift who is stood down",
    LIFTING: "lifting a stand-down without the three people it takes, or while it is held",
    NO_AGREEMENT: "publishing a rota with an agency that has signed no agreement in time, or putting its carers on one published",
    CARE_DECISION: "taking a care decision about staff that belongs to the social worker and the placement manager",
    NO_PROFILE: "searching for a home, or extending a block, without a referral profile that is true now and says outcomes",
    CLOSING_CONCERN: "closing a concern because it is already known, the best there is, or only for a short time",
    DECISION_RIGHTS: "taking a decision about a child that the decision-rights matrix gives to somebody else",
    DECIDING_CONDUCT: "deciding about one’s own conduct, or from commissioning, that nobody is referred to the LADO",
    ALLEGATION_OUTCOME: "ending an allegation in anything but one of the five outcomes",
    ESCALATION_SELF: "answering or closing an escalation by its subject, or by whoever took the decision it questions",
    ESCALATION_REASON: "answering an escalation, a dispute or a flag with that it is known, has no alternative, is short or best, or with nothing",
}

# Raised behind the LADO's door, and read there only.
BEHIND_THE_DOOR: Final = frozenset({DECIDING_CONDUCT, ALLEGATION_OUTCOME})
