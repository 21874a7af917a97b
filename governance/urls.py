from django.urls import path

from governance.views import quality, register

app_name = "governance"

urlpatterns = [
    path("placements/<int:pk>/quality/", quality.quality, name="quality"),
    path("placements/<int:pk>/quality/visit/", quality.quality_visit, name="quality_visit"),
    path("placements/<int:pk>/quality/premises/", quality.premises_check, name="premises_check"),
    path("quality-visits/<int:pk>/", quality.quality_visit_detail, name="quality_visit_detail"),
    path("quality-visits/<int:pk>/add/", quality.add_to_quality_visit, name="add_to_quality_visit"),
    path("quality-findings/<int:pk>/close/", quality.close_finding, name="close_finding"),
    path("register/", register.register, name="register"),
    path("register/<int:pk>/", register.entry, name="register_entry"),
    path("register/<int:pk>/take-off/", register.take_off, name="take_off_register"),
    path("register/training/", register.role_training, name="role_training"),
    path("register/training/record/", register.train, name="record_role_training"),
    path("placements/<int:pk>/register/", register.enter, name="enter_in_register"),
    path("placements/<int:pk>/register/minute/", register.review, name="review_register"),
]
