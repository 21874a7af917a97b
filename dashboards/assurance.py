"""The figures by which the partnership knows that what it relies on is there (R1.1, R1.12, R1.13, R2.1 to R2.3)."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from core import clock
from core.access import Scope
from core.dates import months_after
from core.models import User
from dashboards.quality import schedule
from governance.models import Action, MeetingSeries
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
    "MTG-01A": ("children at high risk about whom no meeting is held", "Each is to have one of their own."),
    "MTG-01 held": ("meetings about a child not held as often as their terms say", "Each such child once."),
    "MTG-04 drift": (
        "children of whom something was put off twice, or came back to three meetings running",
        "Each such child once.",
    ),
}
# And what is counted by itself: a rule's flag says of each placement that there is one, and not how many there are.
COUNTED = {
    "terms": (
        "meetings and panels whose terms of reference were not reviewed this year",
        "None exists without terms. A panel is one, however many children it looks at.",
    ),
    "actions": ("actions overdue", "Each has a person, a day and a measure."),
}
SHOWN = WATCHED | COUNTED


@dataclass(frozen=True)
class Standing:
    """What a figure counts, as far as a reader may know whose it is."""

    called: str
    href: str
    what: str
    owner: User
    role: str
    since: dt.date  # or an instant


def standing(user: User, code: str) -> list[Standing]:
    """The flags of a rule that stand on the placements this person answers for, the longest first."""
    rule, _, limb = code.partition(" ")
    flags = Flag.objects.assured_to(user).standing().of_rule(rule).select_related("child", "owner")
    sees = user.rights.scope != Scope.NONE
    return [
        Standing(
            called_for(user, flag.child),
            reverse("dashboards:placement", args=[flag.placement_id]) if sees and flag.placement_id else "",
            flag.title,
            flag.owner,
            flag.get_owner_role_display(),
            flag.due_at,
        )
        for flag in flags.order_by("due_at", "pk")
        if not limb or flag.limb == limb
    ]


def overdue_actions(user: User, *, as_of: dt.datetime) -> list[Standing]:
    """Every action whose day is over, the longest first. MTG-04 has one flag a placement, of the oldest: these are all."""
    today = clock.local_date(as_of)
    late = Action.objects.assured_to(user, today).open().filter(due_on__lt=today).select_related("child", "owner")
    seen = set(Action.for_user(user).filter(pk__in=late.values("pk")).values_list("pk", flat=True))
    return [
        Standing(
            called_for(user, action.child),
            reverse("governance:action", args=[action.pk]) if action.pk in seen else "",
            action.what[:150] if action.pk in seen else "Action agreed for this child",
            action.owner,
            action.owner.get_role_display(),
            action.due_on,
        )
        for action in late.order_by("due_on", "pk")
    ]


def unreviewed_terms(user: User, *, as_of: dt.datetime) -> list[Standing]:
    """Each meeting or panel nobody has asked about for a year, once. What it is called may say whose it is."""
    today = clock.local_date(as_of)
    held = MeetingSeries.objects.assured_to(user, today).with_last_look(today).select_related("child", "chair")
    seen = set(MeetingSeries.for_user(user).values_list("pk", flat=True))
    rows = [
        Standing(
            called_for(user, series.child) if series.child else "Panel",
            reverse("governance:series", args=[series.pk]) if series.pk in seen else "",
            series.name if series.pk in seen else "Terms of reference",
            series.chair,
            series.chair.get_role_display(),
            months_after(series.looked_at, 12),
        )
        for series in held.order_by("looked_at", "pk")
    ]
    return [row for row in rows if row.since < today]


def listed(user: User, show: str, *, as_of: dt.datetime) -> list[Standing]:
    """The rows of one figure: as many as its number says."""
    if show == "terms":
        return unreviewed_terms(user, as_of=as_of)
    return overdue_actions(user, as_of=as_of) if show == "actions" else standing(user, show)


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
            Figure(
                len(listed(user, code, as_of=as_of)),
                label,
                f"{reverse('dashboards:assurance')}?{urlencode({'show': code})}",
                explains,
            )
            for code, (label, explains) in SHOWN.items()
        ],
    ]
