"""The ground's addresses. None holds a name."""

from django.urls import path

from core.views import accounts, here, signing_in

app_name = "core"

urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("signed-out/", signing_in.signed_out, name="signed_out"),
    path("password/", signing_in.password_change, name="password_change"),
    path("password/forgotten/", signing_in.forgotten, name="forgotten"),
    path("password/<str:who>/<str:token>/", signing_in.choose_password, name="choose_password"),
    path("account/", here.account, name="account"),
    path("accounts/", accounts.listed, name="accounts"),
    path("accounts/invite/", accounts.invite, name="invite"),
    path("accounts/teams/", accounts.teams, name="teams"),
    path("accounts/<int:pk>/", accounts.detail, name="account_detail"),
    path("accounts/<int:pk>/change/", accounts.change, name="change_account"),
    path("accounts/<int:pk>/deactivate/", accounts.deactivate, name="deactivate"),
    path("accounts/<int:pk>/reactivate/", accounts.reactivate, name="reactivate"),
    path("accounts/<int:pk>/reset/", accounts.reset, name="reset"),
    path("drafts/<slug:key>/", here.draft, name="draft"),
    path("hidden/", here.hidden, name="hidden"),
    path("accessibility/", here.accessibility, name="accessibility"),
]
