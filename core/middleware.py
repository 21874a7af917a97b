"""What stands before every page: the session's limits, the declared access, and nothing left in a shared machine."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied

from core import clock
from core.access import PUBLIC, SIGNED_IN, Permission

STARTED, LAST_SEEN = "session_started", "session_last_seen"


class SessionLimits:
    """Ends a session that has been idle too long, or has lasted too long however busy.

    Limits are `SESSION_IDLE_SECONDS` and `SESSION_ABSOLUTE_SECONDS`. Typing is kept: forms save drafts on the server.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now = int(clock.now().timestamp())
            started = request.session.setdefault(STARTED, now)
            last_seen = request.session.get(LAST_SEEN, now)
            if now - last_seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_ABSOLUTE_SECONDS:
                logout(request)
                messages.info(request, "You were signed out because of the time. Anything you had typed is kept as a draft.")
            elif now - last_seen > 30 or LAST_SEEN not in request.session:
                # A write a click is not worth it; half a minute's grain is fine for a limit of minutes.
                request.session[LAST_SEEN] = now
        return self.get_response(request)


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
