"""Every address of this floor. A receipt's is drawn by lot, so that two of them count nothing."""

from django.urls import path

from lado.views import case_acts, cases, patterns, referring

app_name = "lado"

urlpatterns = [
    path("referrals/", referring.mine, name="mine"),
    path("referrals/new/", referring.refer, name="refer"),
    path("referrals/<str:reference>/", referring.receipt, name="receipt"),
    path("concerns/<int:pk>/refer/", referring.refer_concern, name="refer_concern"),
    path("carers/<int:pk>/refer/", referring.refer_carer, name="refer_carer"),
    path("children/<str:reference>/refer/", referring.refer_child, name="refer_child"),
    path("concerns/<int:pk>/conduct/", referring.decide_concern, name="decide_concern"),
    path("concerns/<int:pk>/not-referred/", referring.look, name="look"),
    path("carers/<int:pk>/conduct/", referring.decide_carer, name="decide_carer"),
    path("allegations/", cases.cases, name="cases"),
    path("allegations/workers/", patterns.workers, name="workers"),
    path("allegations/workers/<int:pk>/", patterns.worker, name="worker"),
    path("allegations/year/", patterns.year, name="year"),
    path("allegations/year.csv", patterns.year_sheet, name="year_sheet"),
    path("allegations/<int:pk>/", cases.case, name="case"),
    path("placements/<int:pk>/allegations/", cases.of_placement, name="of_placement"),
    path("allegations/<int:pk>/evaluate/", case_acts.evaluate, name="evaluate"),
    path("allegations/<int:pk>/meeting/", case_acts.meeting, name="meeting"),
    path("allegations/<int:pk>/note/", case_acts.note, name="note"),
    path("allegations/<int:pk>/ask/", case_acts.task, name="task"),
    path("allegations/<int:pk>/police/", case_acts.police, name="police"),
    path("allegations/<int:pk>/stand-down/", case_acts.stand_down, name="stand_down"),
    path("allegations/<int:pk>/removal/", case_acts.removal, name="removal"),
    path("allegations/<int:pk>/not-removed/", case_acts.not_removed, name="not_removed"),
    path("allegations/<int:pk>/about/", case_acts.identify, name="identify"),
    path("allegations/<int:pk>/placement/", case_acts.attach, name="attach"),
    path("allegations/<int:pk>/hand-over/", case_acts.hand_over, name="hand_over"),
    path("allegations/<int:pk>/let-in/", case_acts.admit, name="admit"),
    path("allegations/<int:pk>/close/", case_acts.close, name="close"),
    path("allegation-tasks/<int:pk>/done/", case_acts.done, name="done"),
    path("admissions/<int:pk>/end/", case_acts.end_admission, name="end_admission"),
]
