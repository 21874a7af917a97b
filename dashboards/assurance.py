"""The figures by which the partnership knows that what it relies on is there (R1.1, R1.12, R1.13, R2.1 to R2.3)."""

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse

from core import clock
from core.models import User
from dashboards.quality import schedule
from governance.register import register_for, trained


@dataclass(frozen=True)
class Figure:
    """One thing that is to be none, how many there are, and where they are listed."""

    number: int
    label: str
    href: str
    explains: str


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
            f"{len(register.entries)} are on it. Each is entered within one working day.",
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
            "commissioners and partners whose yearly training is overdue",
            f"{reverse('governance:role_training')}?show=overdue",
            f"Of {len(people)}: in children’s social care, and in what each partner agency does.",
        ),
    ]
