"""Every address, in order of the house's floors."""

from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("", include("core.urls")),
    path("", include("children.urls")),
    path("", include("placements.urls")),
    path("", include("staffing.urls")),
    path("", include("governance.urls")),
    path("", include("oversight.urls")),
    path("", include("escalations.urls")),
    path("", include("exchange.urls")),
    path("", include("dashboards.urls")),
]

handler400 = "core.views.here.not_understood"
handler403 = "core.views.here.not_allowed"
handler404 = "core.views.here.not_found"
handler500 = "core.views.here.went_wrong"
