from django.urls import path

from governance.views import quality

app_name = "governance"

urlpatterns = [
    path("placements/<int:pk>/quality/", quality.quality, name="quality"),
    path("placements/<int:pk>/quality/visit/", quality.quality_visit, name="quality_visit"),
    path("placements/<int:pk>/quality/premises/", quality.premises_check, name="premises_check"),
    path("quality-visits/<int:pk>/", quality.quality_visit_detail, name="quality_visit_detail"),
    path("quality-visits/<int:pk>/add/", quality.add_to_quality_visit, name="add_to_quality_visit"),
    path("quality-findings/<int:pk>/close/", quality.close_finding, name="close_finding"),
]
