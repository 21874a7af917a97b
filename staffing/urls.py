from django.urls import path

from staffing.views import requests, stand_downs

app_name = "staffing"

urlpatterns = [
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
