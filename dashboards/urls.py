from django.urls import path

from dashboards.views import assurance, child, director, find, lists, my_work, placement

app_name = "dashboards"

urlpatterns = [
    path("", my_work.my_work, name="my_work"),
    path("find/", find.find_child, name="find_child"),
    path("children/<str:reference>/", child.child, name="child"),
    path("placements/<int:pk>/", placement.placement, name="placement"),
    path("due-soon/", lists.due_soon, name="due_soon"),
    path("without-a-social-worker/", lists.without_worker, name="without_worker"),
    path("registration-not-known/", lists.not_known, name="not_known"),
    path("oversight/", director.director, name="director"),
    path("assurance/", assurance.assurance, name="assurance"),
    path("assurance/visits/", assurance.quality_schedule, name="quality_schedule"),
]
