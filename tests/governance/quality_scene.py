"""What a quality-assurance visit says, for tests to leave something out of."""

import datetime as dt

from governance.models.quality import CULTURE, PREMISES
from tests.cast import at

ALL_THREE = [
    {"name": "Ruth Mallard", "post": "Quality officer", "qualification": "Social worker", "sector": "social_care"},
    {"name": "Nell Avocet", "post": "Named nurse", "qualification": "Registered nurse", "sector": "health"},
    {"name": "Edie Crossbill", "post": "Head teacher", "qualification": "Teacher", "sector": "education"},
]
NEED = {"about": "Sleep", "score": "met", "evidence": "The night log."}
VALUE = {"weekly_cost": 9000, "staff_to_one": 5, "hours_paid": 840, "hours_delivered": 600, "outcome": "She is safe."}
SUITABLE = [{"about": code, "score": "met"} for code in PREMISES]


def outcome(day: dt.date, **fields):
    return {"about": "School", "score": "part", "evidence": "Two days a week.", "evidence_on": day} | fields


def culture(*there: str):
    return [{"about": c, "score": "not_met" if c in there else "met", "evidence": "Seen."} for c in CULTURE]


def unsuitable(owner, until: dt.date, *codes: str, mitigation="Meals are cooked next door."):
    no = {"score": "not_met", "mitigation": mitigation, "owner": owner, "until": until}
    return [{"about": c} | (no if c in codes else {"score": "met"}) for c in PREMISES]


def what_a_visit_says(kind: str, day: dt.date, *, hour=11, **fields):
    """All that a visit of a kind on a day needs, but for the placement and who records it."""
    says = {
        "kind": kind, "occurred_at": at(day, hour), "announced": False, "summary": "As it was.",
        "visitors": ALL_THREE if kind == "multi_agency" else ALL_THREE[:1],
    }  # fmt: skip
    if kind == "premises":
        says["premises"] = SUITABLE
    else:
        says |= {"needs": [NEED], "outcomes": [outcome(day)], "culture": culture()}
    if kind in ("multi_agency", "review"):
        says["value"] = VALUE
    return says | fields
