"""What reached the LADO of North Vale: one that waits, one that is late, one under way with the police, and one that ended."""

from typing import TYPE_CHECKING

from children.models import Child
from governance.actions import concerns
from lado import actions
from lado.models import ConductDecision, Referral

if TYPE_CHECKING:
    from exchange.demo.load import Loader


def handled(loader: "Loader") -> None:
    """Behind the door: sign in as Lee. What was found of Aldo is not decided by anybody, and stands flagged."""
    teya = Child.objects.get(forename="Teya", authority__name="North Vale")
    leah = Child.objects.get(forename="Leah", authority__name="North Vale")
    _late(loader, teya)
    _with_the_police(loader, teya)
    _ended(loader, leah)
    _not_referred(loader, leah)
    actions.refer(
        named="A volunteer at the youth club, called Wes", post="volunteer", criteria=["risk"], category="conduct",
        what="He sends messages to girls of fourteen late at night. Two of them told their tutor.",
        by=loader.people["vera"], as_of=loader.at(1, 16),
    )  # fmt: skip


def _refer(loader: "Loader", ago: int, hour: int, by: str, **fields: object) -> Referral:
    receipt = actions.refer(by=loader.people[by], as_of=loader.at(ago, hour), **fields)  # type: ignore[arg-type]
    return receipt.referral


def _late(loader: "Loader", child: Child) -> None:
    """Met about once, six weeks ago, and never reviewed."""
    lee = loader.people["lee"]
    referral = _refer(
        loader, 46, 10, "ines", child=child, named="The woman who led the day shift", post="shift_leader",
        employer_named="Marram Gate Nursing", criteria=["harmed", "unsuitable"], category="emotional",
        what="Teya says she was told that nobody else would have her.",
    )  # fmt: skip
    actions.evaluate(
        referral=referral, decision="meeting", text="She may have been harmed, and it may be how she is spoken to every day.",
        by=lee, as_of=loader.at(45, 10),
    )  # fmt: skip
    held = loader.at(41, 14)
    actions.hold_meeting(
        referral=referral, held_at=held, who_was_there="Lee Martin; Amy Sparrow; Marram Gate Nursing",
        text="The agency finds out who led each day shift in the first week.", by=lee, as_of=held,
    )  # fmt: skip
    actions.add_action(
        referral=referral, kind="employer", what="Say who led each day shift in the first week", who="Marram Gate Nursing",
        due_on=loader.day(34), by=lee, as_of=held,
    )  # fmt: skip


def _with_the_police(loader: "Loader", child: Child) -> None:
    """Cannabis in her room: the officer who found it refers, too."""
    lee = loader.people["lee"]
    referral = _refer(
        loader, 5, 9, "pete", child=child, named="One of the men on nights", post="carer", criteria=["harmed", "offence"],
        category="substances", what="She says that one of the men on nights gave it to her.", police_involved=True,
    )  # fmt: skip
    actions.evaluate(
        referral=referral, decision="strategy", text="A child may have been given drugs by whoever is paid to keep her safe.",
        by=lee, as_of=loader.at(4, 15),
    )  # fmt: skip
    held = loader.at(3, 10)
    actions.hold_meeting(
        referral=referral, held_at=held, who_was_there="Lee Martin; Pete Gannet, police; Sal Plover",
        text="The police speak to her with somebody she trusts.", next_review_on=None, by=lee, as_of=held,
    )  # fmt: skip
    actions.admit(
        referral=referral, person=loader.people["sal"], why="She leads for the council in the strategy discussion.", by=lee,
        as_of=held,
    )  # fmt: skip


def _ended(loader: "Loader", child: Child) -> None:
    """Reached its outcome in three weeks."""
    lee = loader.people["lee"]
    referral = _refer(
        loader, 80, 11, "amy", child=child, named="A carer who has left since", post="carer", criteria=["harmed"],
        category="physical", what="Leah says that she was pulled from the car by her arm.",
    )  # fmt: skip
    actions.evaluate(
        referral=referral, decision="meeting", text="It is an assault if it is so.", by=lee, as_of=loader.at(79, 10)
    )
    held = loader.at(76, 10)
    actions.hold_meeting(
        referral=referral, held_at=held, who_was_there="Lee Martin; Amy Sparrow; the employer", text="Three who were there are asked.",
        by=lee, as_of=held,
    )  # fmt: skip
    actions.close_case(
        referral=referral, outcome="unsubstantiated", reasons="Three were there. Two saw nothing, and one saw her helped.",
        summary="Not enough evidence either way. May work with children, with supervision.",
        learning="Getting out of a car has a plan of its own now.", answer="It was looked into with everybody who was there.",
        by=lee, as_of=loader.at(58, 15),
    )  # fmt: skip


def _not_referred(loader: "Loader", child: Child) -> None:
    """A matter of conduct that was decided the same day, and is no matter for the LADO."""
    tom, when = loader.people["tom"], loader.at(50, 10)
    concern = concerns.raise_concern(
        child=child, category="staff_conduct", what="On the telephone while Leah waited at the school gate.", named="Day staff",
        by=loader.people["amy"], as_of=when,
    )  # fmt: skip
    concerns.triage(
        concern=concern, decision="act", reasons="To be taken up in supervision.", by=tom, as_of=loader.at(50, 12)
    )
    actions.do_not_refer(
        concern=concern, because="Five minutes late, and sorry. It is a matter for supervision, and was taken up there.",
        by=tom, as_of=loader.at(50, 12),
    )  # fmt: skip
    decision = ConductDecision.objects.get(concern=concern)
    actions.look_at(decision=decision, by=loader.people["lee"], as_of=loader.at(50, 15))
    concerns.answer(
        concern=concern,
        text="It was taken up with them, and the rota says who collects her.",
        by=tom,
        as_of=loader.at(29, 9),
    )
    concern.refresh_from_db()
    concerns.close(
        concern=concern,
        reason="resolved",
        done="They collect her on time; Leah says so.",
        by=tom,
        as_of=loader.at(23, 9),
    )
