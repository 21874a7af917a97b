"""Every address of this floor."""

from django.urls import path

from escalations.urls_routes import urlpatterns as routes
from escalations.views import ladder, raising

app_name = "escalations"

urlpatterns = [
    *routes,
    path("escalations/", ladder.escalations, name="escalations"),
    path("escalations/raise/", raising.anything, name="raise"),
    path("escalations/<int:pk>/", ladder.escalation, name="escalation"),
    path("escalations/<int:pk>/answer/", ladder.answer, name="answer"),
    path("escalations/<int:pk>/close/", ladder.close, name="close"),
    path("escalations/<int:pk>/pass-back/", ladder.pass_back, name="pass_back"),
    path("escalations/<int:pk>/accept/", ladder.accept, name="accept"),
    path("escalations/<int:pk>/reject/", ladder.reject, name="reject"),
    path("escalations/<int:pk>/outside/", ladder.ask_outside, name="ask_outside"),
    path("escalations/<int:pk>/not-theirs/", ladder.name_conflict, name="name_conflict"),
    path("children/<str:reference>/escalate/", raising.about_child, name="escalate_child"),
    path("concerns/<int:pk>/escalate/", raising.concern, name="escalate_concern"),
    path("actions/<int:pk>/escalate/", raising.action, name="escalate_action"),
    path("decisions/<int:pk>/escalate/", raising.decision, name="escalate_decision"),
    path("flags/<int:pk>/escalate/", raising.flag, name="escalate_flag"),
]
