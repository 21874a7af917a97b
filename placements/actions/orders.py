"""Deprivation of liberty orders. Each is a ceiling for some months, beside her legal status and never one of them."""

import datetime as dt

from children import policies as for_child
from children.actions.deciding import decided
from children.models import Child
from core.access import Permission
from core.actions import action, because, touch
from core.dates import birthday, in_words, months_after
from core.errors import Invalid
from core.models import User
from placements.models import DolOrder

LONGEST = 12  # months: Re A-F [2018] EWHC 138 (Fam)
MOST_STAFF = 20  # to one child: more is a slip of the finger


@action
def record_dol_order(
    *,
    child: Child,
    made_on: dt.date,
    starts_on: dt.date,
    expires_on: dt.date,
    restrictions: str,
    staffing_ratio: int | None = None,
    case_number: str = "",
    by: User,
    as_of: dt.datetime,
) -> DolOrder:
    """Record an order as the court made it. `expires_on` is its last day."""
    for_child.may(by, Permission.RECORD_ORDER, authority_id=child.authority_id)
    for_child.required(
        expires_on=(expires_on, "Enter the last day of the order: every order states its own end"),
        restrictions=(restrictions, "Enter what the order authorises"),
    )
    for_child.not_future(made_on, as_of, "made_on", "The date the order was made")
    for_child.not_before(made_on, child.date_of_birth, "made_on", "The date the order was made", "the child was born")
    for_child.not_before(starts_on, made_on, "starts_on", "The first day of the order", "it was made")
    for_child.not_before(expires_on, starts_on, "expires_on", "The last day of the order", "it takes effect")
    if starts_on > months_after(made_on, LONGEST):
        raise Invalid({"starts_on": "The first day of the order must be within 12 months of the day it was made"})
    if expires_on > (latest := months_after(starts_on, LONGEST)):
        raise Invalid(
            {"expires_on": f"The last day of the order must be on or before {in_words(latest)}: 12 months is the most"}
        )
    if expires_on > (adult := birthday(child.date_of_birth, 18)):
        raise Invalid({"expires_on": f"The order cannot last beyond {in_words(adult)}, when the child turns 18"})
    if staffing_ratio is not None and not 1 <= staffing_ratio <= MOST_STAFF:
        raise Invalid({"staffing_ratio": f"Staff to one child must be between 1 and {MOST_STAFF}"})
    order = DolOrder.objects.create(
        child=child,
        made_on=made_on,
        starts_on=starts_on,
        expires_on=expires_on,
        restrictions=restrictions.strip(),
        staffing_ratio=staffing_ratio,
        case_number=case_number.strip(),
        recorded_by=by,
    )
    touch(child=child)
    span = f"from {in_words(starts_on)} until {in_words(expires_on)}"
    decided(
        "record_dol_order",
        child=child,
        what=f"A deprivation of liberty is authorised {span}: {order.restrictions}",
        why=f"Case {order.case_number}." if order.case_number else "As the order says.",
        on=made_on,
        decided_by="The court",
        by_what_authority="Order of the court",
        by=by,
        as_of=as_of,
    )
    return order


@action
def discharge_dol_order(
    *, order: DolOrder, discharged_on: dt.date, discharge_reason: str, by: User, as_of: dt.datetime
) -> DolOrder:
    """Record that the court discharged an order before its last day. Stepping down is never a breach."""
    for_child.may(by, Permission.RECORD_ORDER, authority_id=order.child.authority_id)
    for_child.hold(order)
    for_child.required(discharge_reason=(discharge_reason, "Enter why the order was discharged"))
    if order.discharged_on is not None:
        raise Invalid({"": f"This order was discharged on {in_words(order.discharged_on)}"})
    what = "The date the order was discharged"
    for_child.not_future(discharged_on, as_of, "discharged_on", what)
    for_child.not_before(discharged_on, order.made_on, "discharged_on", what, "it was made")
    if discharged_on > order.expires_on:
        raise Invalid({"discharged_on": f"The order had ended by then: its last day was {in_words(order.expires_on)}"})
    because(discharge_reason.strip())
    order.discharged_on, order.discharge_reason = discharged_on, discharge_reason.strip()
    order.save(update_fields=["discharged_on", "discharge_reason"])
    touch(child=order.child)
    decided(
        "discharge_dol_order",
        child=order.child,
        what=f"The deprivation of liberty order is discharged on {in_words(discharged_on)}.",
        why=discharge_reason,
        on=discharged_on,
        decided_by="The court",
        by_what_authority="Order of the court",
        by=by,
        as_of=as_of,
    )
    return order
