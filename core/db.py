"""The two database roles: the owner, who makes tables, and the app, who may only use them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections


@contextmanager
def as_owner(alias: str = "default") -> Iterator[None]:
    """Connect as the owner for a while: to migrate, and to make and clear test databases. Never while serving.

    Raises django.db.transaction.TransactionManagementError if a transaction is open, since the connection changes.
    """
    connection = connections[alias]
    app = {key: connection.settings_dict[key] for key in settings.DATABASE_OWNER}
    connection.close()
    connection.settings_dict.update(settings.DATABASE_OWNER)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(app)
