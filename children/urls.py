from django.urls import path

from children import views

app_name = "children"

urlpatterns = [
    path("children/add/", views.add, name="add"),
    path("children/<str:reference>/details/", views.describe, name="describe"),
    path("children/<str:reference>/start-care/", views.start_care, name="start_care"),
    path("children/<str:reference>/end-care/", views.end_care, name="end_care"),
    path("children/<str:reference>/legal-status/", views.legal_status, name="legal_status"),
    path("children/<str:reference>/allocate/", views.allocate, name="allocate"),
    path("children/<str:reference>/handover/", views.handover, name="handover"),
    path("children/<str:reference>/why-this-worker/", views.why_this_worker, name="why_this_worker"),
    path("children/<str:reference>/supervision/", views.case_supervision, name="case_supervision"),
    path("children/<str:reference>/decide/", views.decide, name="decide"),
    path("allocations/<int:pk>/end/", views.end_allocation, name="end_allocation"),
]
