"""What a child's page says of the child's protection: what is running, for those who see it; to others, what they asked."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from children.models import Child
from core.access import Permission
from core.models import User
from governance.models import Enquiry, SeriousHarmNotice, StrategyDiscussion

SHOWN = 5


@dataclass(frozen=True)
class Line:
    label: str
    when: dt.date | dt.datetime
    href: str


def panel(child: Child, user: User) -> list[Line]:
    """Discussions nobody has answered, enquiries and serious harm that are not settled; at most a few of each."""
    discussions = StrategyDiscussion.for_user(user)
    if not user.can(Permission.SEE_PROTECTION):
        if not user.can(Permission.ASK_FOR_STRATEGY):
            return []
        mine = discussions.asked_by(user).filter(child=child).order_by("-asked_at", "-pk")[:SHOWN]
        asked = reverse("governance:asked_strategy")
        return [
            Line(
                "You asked for a strategy discussion" + (": not answered yet" if each.is_open else ""),
                each.asked_at,
                asked,
            )
            for each in mine
        ]
    unsettled = Q(assessed_on__isnull=True) | Q(conference_on__isnull=True, no_conference_on__isnull=True)
    enquiries = Enquiry.for_user(user).filter(unsettled, child=child)[:SHOWN]
    harm = SeriousHarmNotice.for_user(user).filter(child=child).exclude(criteria_met=False)[:SHOWN]
    waiting = discussions.in_full_to(user).filter(child=child).open().order_by("-asked_at", "-pk")[:SHOWN]
    return [
        *[Line("Strategy discussion asked for", each.asked_at, _page("strategy", each.pk)) for each in waiting],
        *[Line("Section 47 enquiry", each.started_on, _page("strategy", each.discussion_id)) for each in enquiries],
        *[Line("Serious harm", each.aware_at, _page("serious_harm", each.pk)) for each in harm],
    ]


def _page(name: str, pk: int) -> str:
    return reverse(f"governance:{name}", args=[pk])
