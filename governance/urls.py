"""Every address of this floor."""

from django.urls import path

from governance.views import commissioning, long_term, meetings, plans, tasks

app_name = "governance"

urlpatterns = [
    path("children/<str:reference>/plans/", plans.plans, name="plans"),
    path("children/<str:reference>/plans/add/", plans.record_plan, name="record_plan"),
    path("children/<str:reference>/search/", plans.commissioning, name="commissioning"),
    path("children/<str:reference>/search/add/", plans.log_search, name="log_search"),
    path("searches/<int:pk>/answer/", plans.answer_search, name="answer_search"),
    path("children/<str:reference>/profile/write/", plans.write_profile, name="write_profile"),
    path("children/<str:reference>/profile/confirm/", plans.confirm_profile, name="confirm_profile"),
    path("placements/<int:pk>/agreement/", plans.agreement, name="agreement"),
    path("placements/<int:pk>/agreement/sign/", plans.sign_placement_agreement, name="sign_placement_agreement"),
    path("placements/<int:pk>/funding/add/", commissioning.record_funding, name="record_funding"),
    path("children/<str:reference>/long-term/add/", long_term.start, name="start_long_term_plan"),
    path("long-term-plans/<int:pk>/said/", long_term.said, name="say_of_plan"),
    path("long-term-plans/<int:pk>/end/", long_term.end, name="end_long_term_plan"),
    path("long-term-plans/<int:pk>/milestone/", long_term.add_milestone, name="add_milestone"),
    path("long-term-plans/<int:pk>/contingency/", long_term.contingency_of_plan, name="contingency_of_plan"),
    path("milestones/<int:pk>/met/", long_term.meet_milestone, name="meet_milestone"),
    path("children/<str:reference>/contingency/add/", long_term.make_contingency, name="make_contingency"),
    path("contingencies/<int:pk>/decide/", long_term.decide_contingency, name="decide_contingency"),
    path("placements/<int:pk>/crisis/", commissioning.crisis, name="crisis"),
    path("placements/<int:pk>/crisis/sign/", commissioning.sign_crisis_check, name="sign_crisis_check"),
    path("placements/<int:pk>/notice/add/", commissioning.record_notice, name="record_notice"),
    path("notices/<int:pk>/answer/", commissioning.answer_notice, name="answer_notice"),
    path("children/<str:reference>/court/add/", commissioning.add_court_task, name="add_court_task"),
    path("court-tasks/<int:pk>/done/", commissioning.finish_court_task, name="finish_court_task"),
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
