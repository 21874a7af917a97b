"""When the rules were last checked, for the foot of every page and beside every list of flags."""

import datetime as dt
from typing import Any

from django.http import HttpRequest

from core import clock
from oversight.models import SweepRun

LATE_AFTER = dt.timedelta(minutes=30)


def last_check(request: HttpRequest) -> dict[str, Any]:
    """The context processor. One short query, and only on pages of somebody signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    now = clock.now()
    at, failed = SweepRun.last_checked(as_of=now)
    return {
        "rules_are_checked": True,
        "last_checked": at,
        "last_checked_late": at is None or bool(failed) or now - at > LATE_AFTER,
        "last_checked_failed": failed,
    }
