"""Is it alive, is it ready: for whoever runs the service. No personal data, no signing in."""

import datetime as dt

from django.db import DatabaseError, connection
from django.db.models import Max
from django.http import HttpRequest, JsonResponse

from core import clock
from core.access import public
from oversight.models import SweepRun

LATE_SECONDS = 30 * 60


@public
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"alive": True})


def last_sweep_ended() -> dt.datetime | None:
    """When the rules were last checked to the end, or None if they never were. Raises DatabaseError."""
    return SweepRun.objects.aggregate(last=Max("finished_at"))["last"]


@public
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and its tables are there; how many seconds ago the rules were last checked.

    A late sweep does not make the pages unready: they say themselves that they are late. `late` is for an alarm.
    """
    try:
        ended = last_sweep_ended()
    except DatabaseError:
        connection.close()
        return JsonResponse({"ready": False, "last_sweep_seconds_ago": None, "late": True}, status=503)
    age = None if ended is None else round((clock.now() - ended).total_seconds())
    return JsonResponse({"ready": True, "last_sweep_seconds_ago": age, "late": age is None or age > LATE_SECONDS})
