from django.urls import path

from governance.views import concern_acts, concern_patterns, concerns, police

app_name = "governance"

urlpatterns = [
    path("concerns/", concerns.concerns, name="concerns"),
    path("concerns/raise/", concerns.which_child, name="which_child"),
    path("concerns/<int:pk>/", concerns.concern, name="concern"),
    path("concerns/<int:pk>/decide/", concern_acts.triage, name="triage_concern"),
    path("concerns/<int:pk>/note/", concern_acts.note, name="note_concern"),
    path("concerns/<int:pk>/give/", concern_acts.hand_over, name="hand_over_concern"),
    path("concerns/<int:pk>/lado/", concern_acts.consult_lado, name="consult_lado"),
    path("concerns/<int:pk>/carer/", concern_acts.identify, name="identify_carer"),
    path("concerns/<int:pk>/escalate/", concern_acts.escalate, name="escalate_concern"),
    path("concerns/<int:pk>/answer/", concern_acts.answer, name="answer_concern"),
    path("concerns/<int:pk>/close/", concern_acts.close, name="close_concern"),
    path("concerns/escalations/<int:pk>/", concern_acts.reply, name="reply_to_escalation"),
    path("children/<str:reference>/concerns/", concern_patterns.of_child, name="child_concerns"),
    path("children/<str:reference>/concerns/raise/", concerns.raise_concern, name="raise_concern"),
    path("children/<str:reference>/concerns/meeting/", concern_patterns.review, name="record_concern_review"),
    path("homes/<int:pk>/concerns/", concern_patterns.of_home, name="home_concerns"),
    path("carers/<int:pk>/concerns/", concern_patterns.of_worker, name="worker_concerns"),
    path("placements/<int:pk>/police/", police.attendance, name="police_attendance"),
]
