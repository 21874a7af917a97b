"""The figures by which the partnership knows that what it relies on is there (R1.1, R1.12, R1.13, R2.1 to R2.3)."""

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse

from core import clock
from core.access import Scope
from core.models import User
from dashboards.quality import schedule
from governance.querysets.register import called_for
from governance.register import register_for, trained
from oversight.models import Flag


@dataclass(frozen=True)
class Figure:
    """One thing that is to be none, how many there are, and where they are listed."""

    number: int
    label: str
    href: str
    explains: str


# What else is to be none, by the rule that flags it.
WATCHED = {
    "DEC-04": ("gaps in who leads: day to day, in the long term, in commissioning", "At every moment, for each child."),
    "MTG-01": (
        "meetings not held, or whose terms of reference were not reviewed this year",
        "None exists without terms.",
    ),
    "MTG-04": ("actions overdue, or put off again and again", "Each has a person, a day and a measure."),
}


@dataclass(frozen=True)
class Standing:
    """A flag, as far as a reader may know whose it is."""

    flag: Flag
    called: str
    placement_id: int | None


def standing(user: User, code: str) -> list[Standing]:
    """The flags of a rule that stand on the placements this person answers for, the longest first."""
    flags = Flag.objects.assured_to(user).standing().of_rule(code).select_related("child", "owner")
    return [
        Standing(flag, called_for(user, flag.child), flag.placement_id if user.rights.scope != Scope.NONE else None)
        for flag in flags.order_by("due_at", "pk")
    ]


def figures(user: User, *, as_of: dt.datetime) -> list[Figure]:
    today = clock.local_date(as_of)
    register, visits = register_for(user, today=today), schedule(user, as_of=as_of)
    people = trained(user, today=today)
    registered, visited = reverse("governance:register"), reverse("dashboards:quality_schedule")
    return [
        Figure(
            len(register.missing),
            "children in unregistered settings who are not on the register",
            f"{registered}?show=missing",
            f"On it: {len(register.entries)}. Each child is entered within one working day.",
        ),
        Figure(
            len(register.untrue),
            "entries in the register that are no longer true",
            f"{registered}?show=untrue",
            "The child has moved, or the home is registered now.",
        ),
        Figure(
            len(register.unreviewed),
            "children on the register whom the executive did not minute in the last month",
            f"{registered}?show=unreviewed",
            "Each child is minuted every month.",
        ),
        Figure(
            sum(row.overdue for row in visits),
            "quality visits overdue",
            f"{visited}?show=overdue",
            f"Of {len(visits)} that are scheduled, each from the day its placement started.",
        ),
        Figure(
            sum(row.far_overdue for row in visits),
            "quality visits more than 7 days overdue",
            f"{visited}?show=far",
            "There is to be none.",
        ),
        Figure(
            sum(row.overdue for row in people),
            "people whose yearly training is overdue",
            f"{reverse('governance:role_training')}?show=overdue",
            f"Of {len(people)}: in social care, what each agency does, speaking up and the LADO’s role.",
        ),
        *[
            Figure(len(standing(user, code)), label, f"{reverse('dashboards:assurance')}?show={code}", explains)
            for code, (label, explains) in WATCHED.items()
        ],
    ]
