"""Who decides about Teya: what she asked for, what was decided about it, and who else is in touch with her."""

from typing import Any

from children import actions as children
from children.models import Child
from governance.actions.deciding import record_contact, report_contact


def going_wrong(loader: Any, child: Child) -> None:
    """A wish and its decision, a device agreed by those who may, and two calls from above: one written, one not."""
    people, day, at = loader.people, loader.day, loader.at
    amy = people["amy"]
    wish = children.record_wish(
        child=child,
        asked_on=day(9),
        words="Only these staff. The others can go home.",
        analysis="She names the two who let her stay out. Wanting fewer adults, and these, may be a sign of harm.",
        what_happens="Amy decides by Friday, with the placement, and tells her herself.",
        by=amy,
        as_of=at(9, 16),
    )
    children.record_decision(
        child=child,
        decided_on=day(8),
        kind="rota",
        what="The rota stays as adults make it. She is told who is coming a day ahead.",
        why="Choosing her own carers would leave her with fewer, and with those she can send away.",
        alternatives="Two regular carers on each day: as soon as the agency can.",
        decider=amy,
        consulted="Teya, her advocate, and the provider.",
        not_consulted="Her mother.",
        why_not_consulted="She could not be reached. Amy rings again on Monday.",
        wish=wish,
        by=amy,
        as_of=at(8, 15),
    )
    children.record_decision(
        child=child,
        decided_on=day(6),
        kind="device",
        what="She may have a tablet, with the provider’s filter on, kept downstairs by night.",
        why="She asked for it, and school sends its work to it. Online safety was gone through with her.",
        decider=people["tom"],
        consulted="Teya, Amy, the virtual school.",
        by=amy,
        as_of=at(6, 17),
    )
    record_contact(
        child=child,
        occurred_at=at(3, 18),
        how="call",
        said="She rang. She said she is bored, and asked for Corin back on the rota.",
        promised="That he would ask about Corin.",
        who_agreed="Nobody yet.",
        by=people["carl"],
        as_of=at(3, 19),
    )
    report_contact(child=child, who=people["dee"], occurred_at=at(2, 20), how="message", by=amy, as_of=at(1, 9))
