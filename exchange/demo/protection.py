"""Two suspicions: about one everything is done the day it is raised, about the other hardly anything."""

from typing import TYPE_CHECKING

from governance.actions import concerns, protection
from governance.models import Concern
from placements.models import Placement

if TYPE_CHECKING:
    from exchange.demo.load import Loader

THERE = {
    "social_care": "Tom Heron, team manager; Ben Wren, social worker",
    "police": "Detective Sergeant Gannet",
    "health": "Nell Avocet, named nurse",
    "other": "Edie Crossbill, for the college",
}


def going_wrong(loader: "Loader", placement: Placement) -> None:
    """The officer asks for a strategy discussion and has no answer; the nurse’s suspicion is passed to the police alone."""
    people, child = loader.people, placement.child
    notice = Concern.objects.get(child=child, police_reference="ZZ/4502")
    protection.ask_for_strategy(
        child=child, concern=notice, by=people["pete"], as_of=loader.at(6, 10),
        why="Third notice in three weeks. Men in a car wait for her at the corner, and staff say that she knows them.",
    )  # fmt: skip
    suspected = concerns.raise_concern(
        child=child, category="sexual_harm", by=people["nell"], as_of=loader.at(4, 11),
        what="Asked me for a test at her health visit. Will not say who he is, and says that staff have met him.",
    )  # fmt: skip
    concerns.triage(
        concern=suspected,
        decision="strategy",
        reasons="She may be exploited.",
        by=people["tom"],
        as_of=loader.at(4, 16),
    )
    protection.tell_agency(
        concern=suspected, agency="police", who="The duty sergeant", text="What the nurse wrote.", by=people["tom"],
        as_of=loader.at(4, 17),
    )  # fmt: skip


def going_well(loader: "Loader", placement: Placement) -> None:
    """The college’s suspicion: discussed, and passed to all who must know, before the day was over."""
    people, child = loader.people, placement.child
    suspected = concerns.raise_concern(
        child=child, category="sexual_harm", raiser="education", raiser_name="The college’s safeguarding lead",
        what="An older man collects her from college twice a week and buys her presents.", by=people["ben"],
        as_of=loader.at(15, 10),
    )  # fmt: skip
    concerns.triage(
        concern=suspected,
        decision="strategy",
        reasons="Signs of exploitation.",
        by=people["tom"],
        as_of=loader.at(15, 11),
    )
    concerns.consult_lado(
        concern=suspected, spoke_to="Lee Martin", advice="Nothing points to anybody who works with her. Tell me if that changes.",
        by=people["tom"], as_of=loader.at(15, 12),
    )  # fmt: skip
    held = protection.record_strategy(
        child=child, why="An older man may be exploiting her.", held_at=loader.at(15, 14), chair="Tom Heron", there=THERE,
        outcome="enquiry", reasons="Reasonable cause to suspect exploitation. The police speak to the man today.",
        concerns=[suspected], by=people["tom"], as_of=loader.at(15, 16),
    )  # fmt: skip
    concerns.answer(
        concern=suspected, text="We met with the police and the nurse the same afternoon. Ben sees her tonight.",
        by=people["tom"], as_of=loader.at(15, 17),
    )  # fmt: skip
    harm = protection.record_serious_harm(
        child=child, aware_at=loader.at(15, 10), what="Possible exploitation. No harm is known.", concern=suspected,
        by=people["tom"], as_of=loader.at(15, 17),
    )  # fmt: skip
    protection.decide_serious_harm(
        notice=harm, met=False, why="She was stopped before harm was done. To be decided again if the enquiry finds any.",
        decided_by=people["sal"], by=people["sal"], as_of=loader.at(14, 10),
    )  # fmt: skip
    protection.need_no_conference(
        enquiry=held.enquiry, because="She is looked after, and safe where she lives; the risk is dealt with in her plan.",
        by=people["tom"], as_of=loader.at(10, 15),
    )  # fmt: skip
