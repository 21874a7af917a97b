"""The routes beside the ladder: what Teya’s reviewing officer disputes, what went to Cafcass, and a protected report."""

from typing import TYPE_CHECKING

from children.models import Child
from escalations.actions import dispute, policy, whistle
from governance.actions import concerns

if TYPE_CHECKING:
    from exchange.demo.load import Loader


def going_unheard(loader: "Loader", child: Child) -> None:
    """One dispute is over, one was not answered in time, and a concern of the officer’s lies where the manager left it."""
    people, at = loader.people, loader.at
    ines, tom, hana = people["ines"], people["tom"], people["hana"]
    schooling = dispute.raise_dispute(
        child=child, about="She has had no lesson since she moved.", wanted="A tutor within a week.", formal=True,
        said="Tom: the school has been asked.", by=ines, as_of=at(55, 10),
    )  # fmt: skip
    dispute.answer_dispute(
        dispute=schooling, text="A tutor comes on three mornings from Monday.", by=hana, as_of=at(48, 15)
    )
    dispute.resolve_dispute(
        dispute=schooling,
        resolution="done",
        why="Teya told me what she read with the tutor.",
        by=ines,
        as_of=at(40, 11),
    )
    lasting = dispute.raise_dispute(
        child=child, about="Nobody leads the long-term plan, and there is no day by which the placement ends.",
        wanted="A plan with days in it, and somebody who answers for it.", said="Tom: it is with commissioning.", by=ines,
        as_of=at(27, 9),
    )  # fmt: skip
    dispute.make_formal(dispute=lasting, why="Six days later it is still with commissioning.", by=ines, as_of=at(21, 9))
    dispute.refer_to_cafcass(
        child=child, dispute=lasting, why="The dispute has no answer, and every week there does harm.",
        sent="By letter to the legal team, with the dispute and my last two reviews.", by=ines, as_of=at(4, 14),
    )  # fmt: skip
    unheard = concerns.raise_concern(
        child=child, category="care", what="She eats alone, from packets, with a carer in the next room.", by=ines,
        as_of=at(24, 11),
    )  # fmt: skip
    concerns.triage(
        concern=unheard, decision="enquire", reasons="The home is asked about meals.", by=tom, as_of=at(23, 16)
    )
    report = whistle.blow_whistle(
        what="Logs of nights when nobody was awake were written the next morning by somebody who was not there.",
        about="The Moorings; two of the agency’s people, and whoever tells them to.", reader=people["nina"],
        by=people["priya"], as_of=at(6, 21),
    )  # fmt: skip
    whistle.acknowledge(report=report, by=people["nina"], as_of=at(5, 9))
    whistle.answer_report(
        report=report, kind="done", text="The rota and the logs of those nights are looked at by somebody outside.",
        by=people["nina"], as_of=at(3, 12),
    )  # fmt: skip


def asks_staff(loader: "Loader") -> None:
    """Staff were asked before the policy on escalation was changed."""
    policy.record_consultation(
        policy="escalation", version="4", held_on=loader.day(75), in_force_on=loader.day(40),
        who="Four team meetings, 31 people, 6 of them newly qualified; a meeting with police, health and the virtual school.",
        said="Emails to directors were not answered. Nobody knew whether they counted as escalations.",
        changed="Whoever writes says whether it is formal. An answer is owed by a day, and goes up by itself without one.",
        by=loader.people["sal"], as_of=loader.at(70, 12),
    )  # fmt: skip
