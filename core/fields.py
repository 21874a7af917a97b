"""Field types the whole house shares."""

import secrets

from django.db import models

from core.clock import database_now

# Crockford's base 32 without letters a tired person misreads.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class RecordedAt(models.DateTimeField):
    """When the database wrote the row. Always the server's own time, whatever a writer says.

    A trigger overwrites what is sent (see `core/history.py`), save in a scratch database, where a replay sets it.
    """

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("db_default", database_now())
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


def new_reference() -> str:
    """A reference that says nothing about whom it names: it may stand in an address or an e-mail."""
    return "C" + "".join(secrets.choice(ALPHABET) for _ in range(9))
