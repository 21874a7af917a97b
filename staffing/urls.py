from django.urls import path

from staffing.views import requests, rota, rota_shift, stand_downs

app_name = "staffing"

urlpatterns = [
    path("placements/<int:pk>/rota/", rota.rota, name="rota"),
    path("placements/<int:pk>/rota/put/", rota.put, name="rota_put"),
    path("placements/<int:pk>/rota/add/", rota.add_shifts, name="rota_add"),
    path("placements/<int:pk>/rota/copy/", rota.copy, name="rota_copy"),
    path("placements/<int:pk>/rota/copied/", rota.copied, name="rota_copied"),
    path("placements/<int:pk>/rota/publish/", rota.publish, name="rota_publish"),
    path("shifts/<int:pk>/", rota_shift.shift, name="shift"),
    path("shifts/<int:pk>/put/", rota_shift.assign, name="rota_assign"),
    path("shifts/<int:pk>/leader/", rota_shift.leader, name="rota_leader"),
    path("shifts/<int:pk>/times/", rota_shift.times, name="rota_times"),
    path("shifts/<int:pk>/cancel/", rota_shift.cancel, name="rota_cancel"),
    path("rota/<int:pk>/take-off/", rota_shift.take_off, name="rota_take_off"),
    path("carers/<int:pk>/stand-down/", stand_downs.stand_down_carer, name="stand_down_carer"),
    path("stand-downs/<int:pk>/", stand_downs.stand_down, name="stand_down"),
    path("stand-downs/<int:pk>/hold/", stand_downs.hold, name="hold"),
    path("stand-downs/<int:pk>/release/", stand_downs.release, name="release"),
    path("stand-downs/<int:pk>/lift/", stand_downs.propose_lift, name="propose_lift"),
    path("lifts/<int:pk>/", stand_downs.approve_lift, name="approve_lift"),
    path("lifts/<int:pk>/withdraw/", stand_downs.withdraw_lift, name="withdraw_lift"),
    path("carers/<int:pk>/waive/", requests.waive, name="waive"),
    path("shifts/<int:pk>/swap/", requests.ask_swap, name="ask_swap"),
    path("swaps/<int:pk>/", requests.swap, name="swap"),
    path("swaps/<int:pk>/decide/", requests.decide_swap, name="decide_swap"),
    path("placements/<int:pk>/rota/take-off/", requests.ask_off_rota, name="ask_off_rota"),
    path("rota-requests/<int:pk>/", requests.rota_request, name="rota_request"),
    path("rota-requests/<int:pk>/done/", requests.confirm_off_rota, name="confirm_off_rota"),
]
