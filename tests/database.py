"""The test database: the migrations are run once, into a template, and each worker of each run gets a copy of it.

The template is named after everything it is made of, so a changed migration or model makes a new one and the old one
goes. Running the migrations takes ten seconds of a processor, a copy a fifth of one.
"""

import contextlib
import functools
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import OperationalError, ProgrammingError, connection
from django.test.utils import setup_databases

from core import history
from core.db import as_owner

# What a test that committed leaves is deleted by the owner, with the triggers that keep history off for so long. To empty
# all hundred tables takes a second (each is a new file, and so is each index); only a few have rows.
EMPTYING = """
CREATE FUNCTION empty_what_has_rows() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    "table" regclass;
    has_rows boolean;
    full_tables regclass[] := '{}';
    statement text;
BEGIN
    FOR "table" IN SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', "table") INTO has_rows;
        IF has_rows THEN
            full_tables := full_tables || "table";
        END IF;
    END LOOP;
    FOREACH "table" IN ARRAY full_tables LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', "table");
    END LOOP;
    SET CONSTRAINTS ALL DEFERRED;
    FOREACH "table" IN ARRAY full_tables LOOP
        EXECUTE format('DELETE FROM %s', "table");
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    FOR statement IN
        SELECT format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', tgrelid::regclass, tgname)
        FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'
    LOOP
        EXECUTE statement;
    END LOOP;
END $body$;
REVOKE ALL ON FUNCTION empty_what_has_rows() FROM PUBLIC;
"""
ONE_AT_A_TIME = 8_246_311  # the number of the lock under which templates are made, copied and dropped


def make() -> None:
    """Make this process's database and turn the connection to it. Made by the owner, used as the app's role."""
    mine = settings.DATABASES["default"]["TEST"]["NAME"]
    with as_owner(), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])  # let go when this cursor's connection ends
        _drop_what_killed_runs_left(cursor)
        template = _template()
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'held\\_template\\_%'")
        there = {name for (name,) in cursor.fetchall()}
        if template not in there:
            for old in there:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            setup_databases(verbosity=0, interactive=False)  # under this process's name: killed now, it is dropped
            with connection.cursor() as inside:
                inside.execute(EMPTYING)
            connection.close()
            cursor.execute(f'ALTER DATABASE "{mine}" RENAME TO "{template}"')
        cursor.execute(f'CREATE DATABASE "{mine}" TEMPLATE "{template}"')
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = mine


@contextlib.contextmanager
def copy() -> Iterator[str]:
    """A database for another process, as empty as each test finds this one's own: its name."""
    name = f"test_held_copy_{os.getpid()}"
    with as_owner(), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_template()}"')
    try:
        yield name
    finally:
        with as_owner(), connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def empty() -> None:
    """Take away what a test committed."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT empty_what_has_rows()")


def drop() -> None:
    """A browser's last request may still hold a connection: the app ends its own, which the owner may not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
    with as_owner():
        name = connection.settings_dict["NAME"]
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')  # waits five seconds for connections that are ending


@functools.cache
def _template() -> str:
    """Named after everything it is made of: the migrations, the triggers and grants, the libraries' own tables."""
    parts = [history.protection_sql(settings.DATABASE_APP_ROLE).encode(), EMPTYING.encode()]
    parts.append((settings.BASE_DIR / "requirements.lock").read_bytes())
    parts += [
        path.read_bytes() for app in apps.get_app_configs() for path in sorted(Path(app.path).glob("migrations/*.py"))
    ]
    return "held_template_" + hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _drop_what_killed_runs_left(cursor) -> None:
    """A test database is named after its process: those whose process is gone are dropped."""
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_held\\_%'")
    for (name,) in cursor.fetchall():
        if not Path(f"/proc/{name.rsplit('_', 1)[1]}").exists() and Path("/proc/self").exists():
            with contextlib.suppress(ProgrammingError, OperationalError):  # somebody is still looking: the next run may
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
