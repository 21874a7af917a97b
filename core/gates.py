"""The codes a gate may refuse under: one for each act the house will not let be planned or permitted.

An action raises `Refused` with one of these and no other, and the rulebook has a rule of kind "gate" for each. A test
holds the two equal.
"""

from typing import Final

PLACING_UNDER_16: Final = "LEG-04-PLAN"
AUTHORISING_TOO_LONG: Final = "LEG-05-APPROVAL"

GATES: Final[dict[str, str]] = {
    PLACING_UNDER_16: "planning to place a child under 16 in other arrangements",
    AUTHORISING_TOO_LONG: "authorising an unregistered placement for longer than the local standard allows",
}
