from django.urls import path

from governance.views import meetings, tasks

app_name = "governance"

urlpatterns = [
    path("meetings/", meetings.meetings, name="meetings"),
    path("panels/add/", meetings.add_panel, name="add_panel"),
    path("children/<str:reference>/meetings/", meetings.meetings_of, name="meetings_of"),
    path("children/<str:reference>/meetings/add/", meetings.add_series, name="add_series"),
    path("meeting-series/<int:pk>/", meetings.series, name="series"),
    path("meeting-series/<int:pk>/change/", meetings.change_series, name="change_series"),
    path("meeting-series/<int:pk>/end/", meetings.end_series, name="end_series"),
    path("meeting-series/<int:pk>/review/", meetings.review_terms, name="review_terms"),
    path("meeting-series/<int:pk>/member/", meetings.add_member, name="add_member"),
    path("meeting-series/<int:pk>/plan/", meetings.plan_meeting, name="plan_meeting"),
    path("members/<int:pk>/end/", meetings.end_member, name="end_member"),
    path("meetings/<int:pk>/call-off/", meetings.call_off, name="call_off"),
    path("actions/<int:pk>/", tasks.action, name="action"),
    path("actions/<int:pk>/close/", tasks.close_action, name="close_action"),
    path("actions/<int:pk>/another-day/", tasks.redate_action, name="redate_action"),
    path("actions/<int:pk>/hand-over/", tasks.hand_over_action, name="hand_over_action"),
]
