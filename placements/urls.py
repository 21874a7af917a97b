from django.urls import path

from placements.views import absences, keys, managers, notes, orders, placing, providers, registrations

app_name = "placements"

urlpatterns = [
    path("children/<str:reference>/placements/start/", placing.start, name="start"),
    path("placements/<int:pk>/move/", placing.move, name="move"),
    path("placements/<int:pk>/end/", placing.end, name="end"),
    path("placements/<int:pk>/call-off/", placing.call_off, name="call_off"),
    path("placements/<int:pk>/take-on/", placing.take_on, name="take_on"),
    path("placements/<int:pk>/home/", placing.where, name="where"),
    path("placements/<int:pk>/manager/", managers.appoint_manager, name="appoint_manager"),
    path("managers/<int:pk>/end/", managers.end_manager, name="end_manager"),
    path("managers/<int:pk>/in-error/", managers.withdraw_manager, name="withdraw_manager"),
    path("placements/<int:pk>/manager/absences/", absences.absences, name="absences"),
    path("managers/<int:pk>/absence/", absences.record, name="record_absence"),
    path("managers/absences/<int:pk>/notice/", absences.notice, name="notify_absence"),
    path("managers/absences/<int:pk>/back/", absences.back, name="end_absence"),
    path("managers/absences/<int:pk>/back/notice/", absences.notice_of_return, name="notify_return"),
    path("managers/absences/<int:pk>/call-off/", absences.call_off, name="call_off_absence"),
    path("placements/<int:pk>/authorise/", registrations.authorise, name="authorise"),
    path("accounts/appoint/", providers.appoint, name="appoint_to_provider"),
    path("accounts/<int:pk>/provider/", providers.posts, name="provider_posts"),
    path("accounts/<int:pk>/provider/end/", providers.end_post, name="end_provider_post"),
    path("children/<str:reference>/orders/add/", orders.dol_order, name="dol_order"),
    path("orders/<int:pk>/discharge/", orders.discharge_order, name="discharge_order"),
    path("homes/", registrations.homes, name="homes"),
    path("homes/add/", registrations.add_home, name="add_home"),
    path("homes/<int:pk>/", registrations.home, name="home"),
    path("homes/<int:pk>/details/", registrations.describe_home, name="describe_home"),
    path("homes/<int:pk>/registration/", registrations.registration, name="registration"),
    path("placements/<int:pk>/visit/", notes.visit, name="visit"),
    path("visits/<int:pk>/", notes.visit_detail, name="visit_detail"),
    path("visits/<int:pk>/add/", notes.visit_addition, name="add_to_visit"),
    path("placements/<int:pk>/log/", notes.log, name="log"),
    path("logs/<int:pk>/", notes.log_detail, name="log_detail"),
    path("logs/<int:pk>/add/", notes.log_addition, name="add_to_log"),
    path("placements/<int:pk>/keys/", keys.keys, name="keys"),
    path("placements/<int:pk>/keys/add/", keys.issue, name="issue_key"),
    path("keys/<int:pk>/revoke/", keys.revoke, name="revoke_key"),
]
