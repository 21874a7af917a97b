"""The test database: the migrations are run once, into a template, and each worker of each run gets a copy of it.

The template is named after everything it is made of, so a changed migration or model makes a new one and the old one
goes. Running the migrations takes twenty seconds of a processor, a copy a fifth of one.
"""

import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases

from core import history
from core.db import as_owner

ONE_AT_A_TIME = 8_246_311  # the number of the lock under which templates are made, copied and dropped


def make() -> None:
    """Make this process's database and turn the connection to it. Made by the owner, used as the app's role."""
    mine = settings.DATABASES["default"]["TEST"]["NAME"]
    with as_owner(), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])  # let go when this cursor's connection ends
        _drop_what_killed_runs_left(cursor)
        template = f"held_template_{_fingerprint()}"
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'held\\_template\\_%'")
        there = {name for (name,) in cursor.fetchall()}
        if template not in there:
            for old in there:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            setup_databases(verbosity=0, interactive=False)  # under this process's name: killed now, it is dropped
            _let_tests_empty_tables()
            connection.close()
            cursor.execute(f'ALTER DATABASE "{mine}" RENAME TO "{template}"')
        cursor.execute(f'CREATE DATABASE "{mine}" TEMPLATE "{template}"')
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = mine


def drop() -> None:
    """A browser's last request may still hold a connection, so the database goes whoever looks at it.

    The owner may not end the app's connections; the app may end its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
    with as_owner():
        name = connection.settings_dict["NAME"]
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _fingerprint() -> str:
    """Of everything the template is made of: the migrations, the triggers and grants, the libraries' own tables."""
    parts = [history.protection_sql(settings.DATABASE_APP_ROLE).encode(), Path(__file__).read_bytes()]
    parts.append((settings.BASE_DIR / "requirements.lock").read_bytes())
    parts += [
        path.read_bytes() for app in apps.get_app_configs() for path in sorted(Path(app.path).glob("migrations/*.py"))
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _drop_what_killed_runs_left(cursor) -> None:
    """A test database is named after its process: those whose process is gone are dropped."""
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_held\\_%'")
    for (name,) in cursor.fetchall():
        if not Path(f"/proc/{name.rsplit('_', 1)[1]}").exists() and Path("/proc/self").exists():
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _let_tests_empty_tables() -> None:
    """Tests that commit are cleaned up with TRUNCATE, by the owner. Everything else about history stays protected.

    That the app's role cannot truncate, and that production's triggers refuse even the owner, has its own test.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'held_no_truncate'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER held_no_truncate ON {table}")
