from django.urls import path

from dashboards.views import assurance, child, director, find, lists, meeting, my_work, placement

app_name = "dashboards"

urlpatterns = [
    path("", my_work.my_work, name="my_work"),
    path("find/", find.find_child, name="find_child"),
    path("children/<str:reference>/", child.child, name="child"),
    path("placements/<int:pk>/", placement.placement, name="placement"),
    path("meetings/<int:pk>/", meeting.meeting, name="meeting"),
    path("meetings/<int:pk>/pack/", meeting.pack, name="meeting_pack"),
    path("meetings/<int:pk>/pack.txt", meeting.pack_text, name="meeting_pack_text"),
    path("due-soon/", lists.due_soon, name="due_soon"),
    path("without-a-social-worker/", lists.without_worker, name="without_worker"),
    path("registration-not-known/", lists.not_known, name="not_known"),
    path("oversight/", director.director, name="director"),
    path("assurance/", assurance.assurance, name="assurance"),
    path("assurance/visits/", assurance.quality_schedule, name="quality_schedule"),
]
