"""What was raised about the invented placement going wrong, and what was not done about it."""

from typing import TYPE_CHECKING

from governance.actions import concerns, police
from placements.models import Placement

if TYPE_CHECKING:
    from exchange.demo.load import Loader

CAME = [
    (24, 22, "staff", "She would not go to her room."),
    (19, 23, "staff", "She had left by the kitchen window."),
    (15, 1, "neighbour", "Shouting in the garden."),
    (3, 22, "staff", "A plate was broken."),
]  # days ago, hour, who called, why


def going_unanswered(loader: "Loader", placement: Placement) -> None:
    """Two police notices and the guardian’s concern, all open: one notice only sent on by email, and nobody met."""
    people, child = loader.people, placement.child
    first = concerns.raise_concern(
        child=child, category="safety", what="Found at the bus station after midnight, two miles from home. Staff did not know.",
        risk="medium", police_reference="ZZ/4410", by=people["pete"], as_of=loader.at(20, 9),
    )  # fmt: skip
    concerns.triage(
        concern=first, decision="enquire", reasons="The home is asked for its account of that night.", by=people["tom"],
        as_of=loader.at(19, 15),
    )  # fmt: skip
    guardians = concerns.raise_concern(
        child=child, category="placement", what="Teya says nobody talks to her for days. I do not think that this is the right place.",
        by=people["greta"], as_of=loader.at(14, 11),
    )  # fmt: skip
    concerns.triage(
        concern=guardians, decision="act", reasons="To be looked into at the next visit.", owner=people["amy"],
        by=people["tom"], as_of=loader.at(13, 15),
    )  # fmt: skip
    notice = concerns.raise_concern(
        child=child, category="substances", what="Cannabis in her room, within sight of staff.", risk="high",
        police_reference="ZZ/4502", by=people["pete"], as_of=loader.at(6, 9),
    )  # fmt: skip
    concerns.note(
        concern=notice, kind="forwarded", text="Sent on by the help desk.", to="Amy Sparrow, by email", by=people["hana"],
        as_of=loader.at(6, 11),
    )  # fmt: skip
    for ago, hour, called_by, why in CAME:
        came = loader.at(ago, hour)
        police.record_attendance(
            placement=placement, attended_at=came, called_by=called_by, why=why, outcome="Words of advice.",
            by=people["priya"], as_of=came,
        )  # fmt: skip
