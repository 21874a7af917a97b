"""Signing in and out, and one's own password."""

import logging
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from core import accounts, clock, forms
from core import sign_in as tries
from core.access import public, signed_in
from core.errors import Invalid
from core.middleware import begin_limits
from core.models import User

logger = logging.getLogger(__name__)

NOT_RECOGNISED = "The email address or the password is not right. Check both and try again."
WAIT = "There have been too many tries to sign in. Wait 5 minutes, then try again."
LINK_SENT = "If there is an account with that email address, a link for choosing a new password is on its way to it."
TOKEN_IN_SESSION = "choose_password_token"  # noqa: S105 - the name it is kept under
IN_SESSION = "chosen"


class SignIn(forms.Form):
    email = forms.EmailField(label="Email address", autocomplete="username")
    password = forms.PasswordField(label="Password", autocomplete="current-password")


@public
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Wrong e-mail and wrong password get one answer, after the same time."""
    to = _where_to(request)
    if request.user.is_authenticated:
        return redirect(to)
    as_of = clock.now()
    form = SignIn(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            email, address = form.cleaned_data["email"], tries.address_of(request)
            if tries.must_wait(email=email, address=address, as_of=as_of):
                logger.warning("sign-in refused: too many tries")
                form.add_error(None, WAIT)
                status = 429
            elif user := authenticate(request, username=email, password=form.cleaned_data["password"]):
                login(request, user)
                begin_limits(request, int(as_of.timestamp()))
                logger.info("user %s signed in", user.pk)
                return redirect(to)
            else:
                tries.note_failure(email=email, address=address, as_of=as_of)
                logger.warning("sign-in failed")
                form.add_error(None, NOT_RECOGNISED)
    page = {"form": form, "next": to, "reset_url": reverse("core:forgotten")}
    return render(request, "core/sign_in.html", page, status=status)


def _where_to(request: HttpRequest) -> str:
    """Where a person was going: an address of ours, or her start page."""
    to = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(to, allowed_hosts=None, require_https=request.is_secure())
    if ours and to.startswith("/") and urlsplit(to).path not in (reverse("core:sign_in"), reverse("core:sign_out")):
        return to
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session ends on the server, and the browser is asked to forget what it kept."""
    if request.user.is_authenticated:
        logger.info("user %s signed out", request.user.pk)
    logout(request)
    response = redirect("core:signed_out")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@public
@require_GET
def signed_out(request: HttpRequest) -> HttpResponse:
    page = {
        "title": "You have signed out",
        "paragraphs": ["If you share this device, close the browser too."],
        "link": ("Sign in again", reverse("core:sign_in")),
    }
    return render(request, "core/notice.html", page)


# --- passwords ----------------------------------------------------------------------------------------------------


class NewPassword(forms.Form):
    new_password = forms.PasswordField(label="New password", autocomplete="new-password")


class ChangePassword(NewPassword):
    old_password = forms.PasswordField(label="Present password", autocomplete="current-password")
    field_order = ["old_password", "new_password"]

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new_password"].help_text = " ".join(password_validators_help_texts())

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        if not self.user.check_password(old):
            raise ValidationError("Your present password is not right. Type it again.")
        return old


@signed_in
@sensitive_post_parameters("old_password", "new_password")
def password_change(request: HttpRequest) -> HttpResponse:
    user, as_of = request.user, clock.now()
    form = ChangePassword(request.POST or None, user=user)
    status = 200
    if request.method == "POST":
        status = 422
        address = tries.address_of(request)
        if tries.must_wait(email=user.email, address=address, as_of=as_of):
            form.add_error(None, WAIT)
            status = 429
        elif form.is_valid():
            if _set(form, by=user, as_of=as_of):
                update_session_auth_hash(request, user)
                messages.success(request, "Your password has been changed.")
                return redirect("core:account")
        elif "old_password" in form.errors:
            tries.note_failure(email=user.email, address=address, as_of=as_of)
    page = {"form": form, "back_url": reverse("core:account")}
    return render(request, "core/password_change.html", page, status=status)


def _set(form: NewPassword, *, by: User, as_of) -> bool:
    try:
        accounts.set_password(password=form.cleaned_data["new_password"], by=by, as_of=as_of)
    except Invalid as invalid:
        for field, sentence in invalid.errors.items():
            form.add_error(field, sentence)
        return False
    logger.info("user %s chose a password", by.pk)
    return True


@public
@sensitive_post_parameters("new_password")
def choose_password(request: HttpRequest, who: str, token: str) -> HttpResponse:
    """By a link from an e-mail. Its token goes into the session, so that it stands in no address once it is opened."""
    if token != IN_SESSION:
        if accounts.owner_of_link(who, token) is None:
            return _spent(request)
        request.session[TOKEN_IN_SESSION] = token
        return redirect("core:choose_password", who=who, token=IN_SESSION)
    user = accounts.owner_of_link(who, request.session.get(TOKEN_IN_SESSION, ""))
    if user is None:
        return _spent(request)
    form = NewPassword(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _set(form, by=user, as_of=clock.now()):
            logout(request)  # nobody who happened to be signed in here stays so
            messages.success(request, "Your password has been saved. Sign in with it now.")
            return redirect("core:sign_in")
    return render(request, "core/password_set.html", {"form": form, "valid_link": True}, status=status)


def _spent(request: HttpRequest) -> HttpResponse:
    page = {"valid_link": False, "reset_url": reverse("core:forgotten")}
    return render(request, "core/password_set.html", page, status=410)


class Forgotten(forms.Form):
    email = forms.EmailField(label="Email address", autocomplete="username")


@public
def forgotten(request: HttpRequest) -> HttpResponse:
    """The same answer whether there is such an account or not. At most one link an hour goes to each."""
    form = Forgotten(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accounts.forgotten(email=form.cleaned_data["email"], as_of=clock.now())
        page = {"title": "Look in your email", "paragraphs": [LINK_SENT, "The link works once, and for 24 hours."]}
        return render(request, "core/notice.html", page)
    return render(request, "core/password_reset.html", {"form": form}, status=422 if form.is_bound else 200)
