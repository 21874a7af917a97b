"""What every page knows without its view saying so: the navigation, and whether this is a demonstration."""

import functools
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse

from core.access import SIGNED_IN, Permission

SERVICE_NAME = "Held in Mind"

# The service navigation, in order. Who is shown an item is asked of the view behind it, so a link never leads to a
# refusal, and a page is never there without its link.
NAVIGATION = (
    ("My work", "dashboards:my_work"),
    ("Today’s shifts", "staffing:today"),
    ("Find a child", "dashboards:find_child"),
    ("Flags", "oversight:flags"),
    ("Meetings", "governance:meetings"),
    ("Concerns", "governance:concerns"),
    ("Escalations", "escalations:escalations"),
    ("Dispute or Cafcass", "escalations:disputes"),
    ("Protected reports", "escalations:reports"),
    ("Openness", "escalations:openness"),
    ("Carers", "staffing:carers"),
    ("Homes", "placements:homes"),
    ("Oversight", "dashboards:director"),
    ("Quality visits", "dashboards:quality_schedule"),
    ("Assurance", "dashboards:assurance"),
    ("Imports", "exchange:imports"),
    ("Accounts", "core:accounts"),
)

# On the pages of one child, an item leads to that child’s page of the same kind.
OF_A_CHILD = {"escalations:disputes": "escalations:disputes_of"}


@dataclass(frozen=True)
class NavigationItem:
    label: str
    href: str
    current: str  # "page" for the page itself, "true" for a page below it, "" for any other
    of_child: str = ""  # where it leads on the pages of one child, by the name of that address


@functools.cache
def _destination(url_name: str, urlconf: str) -> tuple[str, Any] | None:
    """The address of a page and the access its view declares. Asked once: addresses do not change while we run."""
    try:
        href = reverse(url_name, urlconf)
    except NoReverseMatch:
        return None
    return href, getattr(resolve(href, urlconf).func, "access", None)


def navigation(request: HttpRequest) -> list[NavigationItem]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    items = []
    for label, url_name in NAVIGATION:
        destination = _destination(url_name, settings.ROOT_URLCONF)
        if destination is None:
            continue
        href, needed = destination
        if needed == SIGNED_IN or (isinstance(needed, Permission) and user.can(needed)):
            below = href != "/" and request.path.startswith(href.rstrip("/") + "/")
            current = "page" if request.path == href else "true" if below else ""
            items.append(NavigationItem(label, href, current, OF_A_CHILD.get(url_name, "")))
    return items


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {
        "service_name": SERVICE_NAME,
        "navigation": navigation(request),
        "is_demonstration": getattr(settings, "DEMO", False),
    }
