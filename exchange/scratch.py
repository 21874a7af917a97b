"""A throw-away database: made by the owner, used as the app's role, and dropped whatever happens."""

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from core.db import as_owner


class Stopped(BaseException):
    """The process was asked to end while a scratch database stood."""


@contextmanager
def scratch_database() -> Iterator[None]:
    """Within it, the default connection is to an empty, migrated database named scratch_…, gone afterwards."""
    home, name = connection.settings_dict["NAME"], f"scratch_{secrets.token_hex(8)}"

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    before = signal.signal(signal.SIGTERM, stop)
    try:
        _as_owner(f'CREATE DATABASE "{name}"')
        _use(name)
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        yield
    except Stopped:
        raise SystemExit(128 + signal.SIGTERM) from None
    finally:
        signal.signal(signal.SIGTERM, before)
        _use(home)
        # Not by force: that needs the right to end the server's own housekeeping, which a plain drop ends by itself.
        _as_owner(f'DROP DATABASE IF EXISTS "{name}"')


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _as_owner(statement: str) -> None:
    """Run a statement that no transaction may hold, as the owner, connected to the database we live in."""
    if not settings.DATABASE_OWNER:
        raise RuntimeError("DATABASE_OWNER_URL is not set: only the owner may make a database.")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)
