"""Is it alive, is it ready: for whoever runs the service. No personal data, no signing in."""

from django.apps import apps
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from core import clock
from core.access import public

LATE_SECONDS = 30 * 60


@public
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"alive": True})


@public
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and its tables are there; how many seconds ago the rules were last checked.

    A late sweep does not make the pages unready: they say themselves that they are late. `late` is for an alarm.
    """
    sweeps = apps.get_model("oversight", "SweepRun")._default_manager
    try:
        last = (
            sweeps.filter(finished_at__isnull=False)
            .order_by("-finished_at")
            .values_list("finished_at", flat=True)
            .first()
        )
    except DatabaseError:
        connection.close()
        return JsonResponse({"ready": False, "last_sweep_seconds_ago": None, "late": True}, status=503)
    age = None if last is None else round((clock.now() - last).total_seconds())
    return JsonResponse({"ready": True, "last_sweep_seconds_ago": age, "late": age is None or age > LATE_SECONDS})
