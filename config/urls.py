"""Every address, in order of the house's floors."""

from importlib.util import find_spec

from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    *[
        path("", include(f"{app}.urls"))
        for app in ("core", "children", "placements", "oversight", "exchange", "dashboards")
        if find_spec(f"{app}.urls")
    ],
]

handler400 = "core.views.here.not_understood"
handler403 = "core.views.here.not_allowed"
handler404 = "core.views.here.not_found"
handler500 = "core.views.here.went_wrong"
