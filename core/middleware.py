"""What stands before every page: the session's limits, the declared access, and nothing left in a shared machine."""

import logging
import re

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied

from core import clock
from core.access import PUBLIC, SIGNED_IN, Permission
from core.actions import save_draft
from core.pages import typed

logger = logging.getLogger(__name__)

STARTED, LAST_SEEN = "session_started", "session_last_seen"
GRAIN = 30  # seconds: a write a click is not worth it for limits of minutes


def begin_limits(request, now: int) -> None:
    """A session's two clocks start when it is signed in to."""
    request.session[STARTED] = request.session[LAST_SEEN] = now


class SessionLimits:
    """Ends a session that has been idle too long, or has lasted too long however busy.

    Limits are `SESSION_IDLE_SECONDS` and `SESSION_ABSOLUTE_SECONDS`. A form that arrives too late is not acted on, and
    its typing is not lost: it is kept as its sender's draft, and she finds it there when she has signed in again.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.too_late = None
        if request.user.is_authenticated:
            now = int(clock.now().timestamp())
            if STARTED not in request.session:
                begin_limits(request, now)
            started, last_seen = request.session[STARTED], request.session[LAST_SEEN]
            if now - last_seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_ABSOLUTE_SECONDS:
                request.too_late = request.user
                logger.info("user %s signed out by time", request.user.pk)
                logout(request)
            elif now - last_seen > GRAIN:
                request.session[LAST_SEEN] = now
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Here, and not above, since only now is it known that the form is one of ours."""
        if request.too_late is None:
            return
        said = "Time ran out and you were signed out."
        if request.method == "POST":
            key, data = request.POST.get("draft_key", ""), typed(request)
            if data and re.fullmatch(r"[-\w]{1,100}", key, re.ASCII):
                save_draft(by=request.too_late, key=key, data=data, as_of=clock.now())
                said = f"{said} What you had typed is kept as a draft."
        messages.info(request, said)


class DeclaredAccess:
    """Refuses every view that has not said who may use it, and everyone it does not say."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        needed = getattr(view, "access", None)
        if needed is None:
            raise PermissionDenied("this address has not declared who may use it")
        if needed == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if needed != SIGNED_IN and not request.user.can(Permission(needed)):
            logger.warning("user %s was refused %s", request.user.pk, request.resolver_match.view_name)
            raise PermissionDenied
        return None


class NoStore:
    """Nothing shown to a signed-in person stays in a browser's cache: placement tablets and cars are shared."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
