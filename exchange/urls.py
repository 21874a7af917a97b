from django.urls import path

from exchange import views

app_name = "exchange"

urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/<int:pk>/", views.import_run, name="import"),
    path("imports/<int:pk>/problems.csv", views.problems, name="problems"),
    path("imports/quarantine/", views.quarantine, name="quarantine"),
    path("imports/quarantine/<int:pk>/mend/", views.mend, name="mend"),
    path("imports/quarantine/<int:pk>/set-aside/", views.set_aside, name="set_aside"),
]
