"""The test database is made by the owner and used as the app's role, as in life; its triggers stay on."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import setup_databases

from core.db import as_owner


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, django_db_keepdb):
    with django_db_blocker.unblock():
        # `migrate` inside takes and gives back the owner's role itself; making the database needs it too.
        with as_owner():
            _drop_what_killed_runs_left()
            setup_databases(verbosity=0, interactive=False, keepdb=django_db_keepdb)
            _let_tests_empty_tables()
        yield
        # A browser's last request may still hold a connection, so the database goes whoever looks at it. The owner may
        # not end the app's connections; the app may end its own.
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


def _drop_what_killed_runs_left() -> None:
    """A test database is named after its process: those whose process is gone are dropped."""
    with connection._nodb_cursor() as cursor:
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


@pytest.fixture
def cast(db):
    """The named people and children every test knows: see tests/cast.py."""
    from tests.cast import Cast

    return Cast()
