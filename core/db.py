"""The two database roles, the owner, who makes tables, and the app, who may only use them; and long queries, planned once."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection, connections

# What each connection has planned: gone with it.
_planned: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


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


def rows_of(sql: str, types: Mapping[str, str], given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a long query whose text never changes. The database plans it once a connection, not once a page.

    `sql` names its parameters as %(name)s; `types` gives the type of each that it may use, `given` their values. Planning
    all the rules at once takes four times as long as running them for one child.
    """
    used = [name for name in types if f"%({name})s" in sql]
    name = f"held_{hashlib.sha256(sql.encode()).hexdigest()[:16]}"
    connection.ensure_connection()
    planned = _planned.setdefault(connection.connection, set())
    if name not in planned:
        places = {used_name: f"${place}" for place, used_name in enumerate(used, start=1)}
        text = re.sub(r"%\((\w+)\)s", lambda found: places[found[1]], sql).replace("%%", "%")
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute(f"PREPARE {name} ({', '.join(types[each] for each in used)}) AS {text}")
        planned.add(name)
    with connection.cursor() as cursor:
        cursor.execute(f"EXECUTE {name} ({', '.join(['%s'] * len(used))})", [given[each] for each in used])
        return cursor.fetchall()
