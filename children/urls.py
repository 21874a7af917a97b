from django.urls import path

from children.views import child, deciding

app_name = "children"

urlpatterns = [
    path("children/add/", child.add, name="add"),
    path("children/<str:reference>/details/", child.describe, name="describe"),
    path("children/<str:reference>/start-care/", child.start_care, name="start_care"),
    path("children/<str:reference>/end-care/", child.end_care, name="end_care"),
    path("children/<str:reference>/legal-status/", child.legal_status, name="legal_status"),
    path("children/<str:reference>/allocate/", child.allocate, name="allocate"),
    path("children/<str:reference>/handover/", child.handover, name="handover"),
    path("children/<str:reference>/why-this-worker/", child.why_this_worker, name="why_this_worker"),
    path("children/<str:reference>/supervision/", child.case_supervision, name="case_supervision"),
    path("children/<str:reference>/decide/", deciding.decide, name="decide"),
    path("children/<str:reference>/decisions/", deciding.decisions, name="decisions"),
    path("children/<str:reference>/who-decides/", deciding.decision_rights, name="decision_rights"),
    path("children/<str:reference>/leads/", deciding.leads, name="leads"),
    path("children/<str:reference>/wish/", deciding.wish, name="wish"),
    path("allocations/<int:pk>/end/", child.end_allocation, name="end_allocation"),
]
