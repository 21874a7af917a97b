"""What was escalated about the invented placements: one that a director could not settle, one that climbs, one that went well."""

from contextlib import suppress
from typing import TYPE_CHECKING

from core.errors import Refused
from core.models import User
from escalations.actions import ladder
from escalations.actions.raising import raise_escalation
from governance.models import Concern
from placements.models import Placement

if TYPE_CHECKING:
    from exchange.demo.load import Loader


def going_unanswered(loader: "Loader", placement: Placement) -> None:
    """A newly qualified worker’s email to a director; and the police, of whose notice nothing came."""
    people, at, child = loader.people, loader.at, placement.child
    jude, dee, nina = people["jude"], people["dee"], people["nina"]
    email = raise_escalation(
        child=child, to=dee, by=jude, as_of=at(13, 9),
        what="I wrote to you on Monday: Teya is alone with carers nobody supervises, and I do not think that she is safe.",
        wanted="A manager on site, and a date by which she moves.",
    )  # fmt: skip
    with suppress(Refused):  # which is kept, and takes it outside
        ladder.answer(escalation=email, text="Directors are already aware of this.", by=dee, as_of=at(13, 15))
    ladder.open_escalation(escalation=email, by=nina, as_of=at(13, 17))
    ladder.answer(
        escalation=email, by=nina, as_of=at(12, 11),
        text="I have asked the director of children’s services for a date in writing, and look at it with the partners on Friday.",
    )  # fmt: skip
    ladder.accept(escalation=email, by=jude, as_of=at(12, 15))
    notice = Concern.objects.filter(child=child, police_reference="ZZ/4502").get()
    raise_escalation(
        concern=notice, by=people["pete"], as_of=at(5, 9),
        what="Our notice was sent on by email, and no officer has heard what was decided.",
        wanted="A decision, and a strategy discussion.",
    )  # fmt: skip


def going_well(loader: "Loader", placement: Placement, worker: User) -> None:
    """Asked, answered the same day, and enough."""
    at = loader.at
    raised = raise_escalation(
        child=placement.child, by=worker, as_of=at(9, 10), what="The phone that was promised for calls home has not come.",
        wanted="That it comes this week.",
    )  # fmt: skip
    answer = "It is bought, and the carer brings it on the evening shift today."
    ladder.answer(escalation=raised, text=answer, by=raised.owner, as_of=at(9, 12))
    ladder.accept(escalation=raised, by=worker, as_of=at(9, 16))
