"""Is it alive, is it ready: for whoever runs the service. No personal data, no signing in."""

import datetime as dt

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from core import clock
from core.access import public
from oversight.models import SweepRun

LATE_SECONDS = 30 * 60


@public
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"alive": True})


def last_checked(as_of: dt.datetime) -> tuple[dt.datetime | None, list[str]]:
    """Up to when every rule has been checked, and which could not be. Raises DatabaseError."""
    return SweepRun.last_checked(as_of=as_of)


@public
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and its tables are there; how many seconds ago every rule had been checked.

    A late sweep, or one in which rules failed, does not make the pages unready: they say so themselves. `late` is for an
    alarm, and `failed_rules` for whoever hears it.
    """
    now = clock.now()
    try:
        at, failed = last_checked(now)
    except DatabaseError:
        connection.close()
        return JsonResponse(
            {"ready": False, "last_sweep_seconds_ago": None, "late": True, "failed_rules": []}, status=503
        )
    age = None if at is None else round((now - at).total_seconds())
    late = age is None or age > LATE_SECONDS or bool(failed)
    return JsonResponse({"ready": True, "last_sweep_seconds_ago": age, "late": late, "failed_rules": failed})
