"""How many times one may try to sign in.

Counted in the database, so that every web process knows. No name and no address is kept: only a keyed digest of both.
"""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from core.models import SignInFailure

WINDOW = dt.timedelta(minutes=5)
TRIES = 10  # for one e-mail from one address
TRIES_FROM_ONE_ADDRESS = 100  # for any e-mails: a whole council may share an address


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: in production, as our own proxy saw it."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def must_wait(*, email: str, address: str, as_of: dt.datetime) -> bool:
    """Whether so many tries have failed lately that the next is not even looked at."""
    recent = SignInFailure.objects.filter(failed_at__gt=as_of - WINDOW)
    return (
        recent.filter(mark=_mark(email, address)).count() >= TRIES
        or recent.filter(mark=_mark("", address)).count() >= TRIES_FROM_ONE_ADDRESS
    )


def note_failure(*, email: str, address: str, as_of: dt.datetime) -> None:
    """Remember a try that failed, and forget those that no longer count."""
    SignInFailure.objects.bulk_create(
        SignInFailure(mark=mark, failed_at=as_of) for mark in (_mark(email, address), _mark("", address))
    )
    SignInFailure.objects.filter(failed_at__lte=as_of - WINDOW).delete()


def _mark(email: str, address: str) -> str:
    return salted_hmac("core.sign_in", f"{email.strip().lower()}\n{address}", algorithm="sha256").hexdigest()
