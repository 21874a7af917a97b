"""Addresses of the routes beside the ladder: disputes and Cafcass, the protected route, and the policies."""

from django.urls import path

from escalations.views import dispute, dispute_acts, dispute_report, openness, policy, whistle

urlpatterns = [
    path("disputes/", dispute.disputes, name="disputes"),
    path("disputes/report/", dispute_report.dispute_report, name="dispute_report"),
    path("disputes/<int:pk>/", dispute.dispute, name="dispute"),
    path("disputes/<int:pk>/formal/", dispute_acts.make_formal, name="make_formal"),
    path("disputes/<int:pk>/note/", dispute_acts.note_dispute, name="note_dispute"),
    path("disputes/<int:pk>/answer/", dispute_acts.answer_dispute, name="answer_dispute"),
    path("disputes/<int:pk>/not-enough/", dispute_acts.not_enough, name="not_enough"),
    path("disputes/<int:pk>/over/", dispute_acts.resolve_dispute, name="resolve_dispute"),
    path("children/<str:reference>/disputes/", dispute.disputes_of, name="disputes_of"),
    path("children/<str:reference>/disputes/open/", dispute_acts.raise_dispute, name="raise_dispute"),
    path("children/<str:reference>/cafcass/", dispute_acts.refer_to_cafcass, name="refer_to_cafcass"),
    path("cafcass/<int:pk>/answer/", dispute_acts.cafcass_answer, name="cafcass_answer"),
    path("speaking-up/", whistle.speaking_up, name="speaking_up"),
    path("speaking-up/outside/", openness.outside_scrutiny, name="outside_scrutiny"),
    path("openness/", openness.openness_report, name="openness"),
    path("openness/sheet.csv", openness.openness_sheet, name="openness_sheet"),
    path("speaking-up/report/", whistle.blow_whistle, name="blow_whistle"),
    path("speaking-up/reports/", whistle.my_reports, name="my_reports"),
    path("speaking-up/reports/<int:pk>/add/", whistle.add_to_report, name="add_to_report"),
    path("speaking-up/reports/<int:pk>/name/", whistle.let_be_known, name="let_be_known"),
    path("speaking-up/reports/<int:pk>/reader/", whistle.choose_reader, name="choose_reader"),
    path("speaking-up/policies/", policy.consultations, name="consultations"),
    path("speaking-up/policies/record/", policy.consult, name="consult"),
    path("protected-reports/", whistle.reports, name="reports"),
    path("protected-reports/<int:pk>/", whistle.report, name="report"),
    path("protected-reports/<int:pk>/have-it/", whistle.acknowledge_report, name="acknowledge_report"),
    path("protected-reports/<int:pk>/tell/", whistle.answer_report, name="answer_report"),
    path("protected-reports/<int:pk>/close/", whistle.close_report, name="close_report"),
    path("protected-reports/<int:pk>/seal/", whistle.open_seal, name="open_seal"),
]
