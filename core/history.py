"""History that no path can write around.

django-simple-history gives each tracked model a table and the words for reading it (`as_of`, `diff_against`). Its own
writing is switched off: statement-level triggers fill the tables instead, so the ORM, bulk writes, raw SQL and psql all
leave a row saying who, why and when. Who and why come from the action that is running; a write outside any action is
kept as unattributed, with the database user that made it.

`install()` is called by our `migrate` command, so a new table or column cannot be forgotten.
"""

import hashlib

from django.apps import apps
from django.db import connection, models
from django.db.models import Model
from simple_history.models import HistoricalRecords

from core.fields import RecordedAt


class HistoryRow(models.Model):
    """What each history row says beyond the record itself and simple-history's own columns."""

    db_user = models.TextField(default="", help_text="The database user that wrote, for writes outside any action.")

    class Meta:
        abstract = True


def tracked(**kwargs) -> HistoricalRecords:
    """Declare a model tracked: `history = tracked()`."""
    return HistoricalRecords(
        bases=[HistoryRow],
        history_change_reason_field=models.TextField(null=True),
        user_db_constraint=False,
        **kwargs,
    )


def tracked_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if hasattr(model, "history")]


# Other people's models. Ours say it themselves: `history = tracked()`, `insert_only = True` or `untracked = "why"`. A
# finished note that can be recorded in error says `marked_once` too: the one column that is set afterwards, and once.
UNTRACKED = {"sessions.Session": "it says who is signed in now, and goes when they leave"}
# Installed with the libraries and not used: the app's role may read these tables and write nothing in them.
UNUSED = {
    "auth.Permission": "permissions are in core/access.py",
    "auth.Group": "roles are in core/access.py",
    "auth.Group_permissions": "roles are in core/access.py",
    "core.User_groups": "one account has one role",
    "core.User_user_permissions": "permissions come with the role",
    "contenttypes.ContentType": "it lists the models, and is written by `migrate`",
    "guardian.UserObjectPermission": "exceptional access to one child comes later, and its grants will be tracked then",
    "guardian.GroupObjectPermission": "access is given to persons, never to groups",
}


def keeping(model: type[Model]) -> tuple[str, str]:
    """How what happens to a model's rows is kept: one word for it, and why where they are not tracked."""
    label = model._meta.label
    if label in UNUSED:
        return "unused", UNUSED[label]
    if hasattr(model, "history"):
        return "tracked", ""
    if getattr(model, "insert_only", False):
        return "insert-only", ""
    if reason := UNTRACKED.get(label) or getattr(model, "untracked", ""):
        return "untracked", reason
    raise LookupError(f"{label} is neither tracked, nor insert-only, nor untracked because of anything")


def history_table(model: type[Model]) -> str:
    return model.history.model._meta.db_table  # type: ignore[attr-defined]


def history_columns(model: type[Model]) -> list[str]:
    """The columns of the record that its history keeps (a password's hash, say, is left out)."""
    own = {field.column for field in model._meta.concrete_fields}
    return [f.column for f in model.history.model._meta.concrete_fields if f.column in own]  # type: ignore[attr-defined]


FUNCTIONS = """
CREATE OR REPLACE FUNCTION held_write_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE
    target text := TG_ARGV[0];
    columns text := TG_ARGV[1];
    source text;
    mark text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        mark := '+'; source := format('SELECT %s FROM new_rows', columns);
    ELSIF TG_OP = 'DELETE' THEN
        mark := '-'; source := format('SELECT %s FROM old_rows', columns);
    ELSE
        mark := '~'; source := format('SELECT %1$s FROM new_rows EXCEPT SELECT %1$s FROM old_rows', columns);
    END IF;
    EXECUTE format(
        'INSERT INTO %I (%s, history_type, history_date, history_user_id, history_change_reason, db_user)
         SELECT written.*, %L, clock_timestamp(), $1, $2, $3 FROM (%s) AS written',
        target, columns, mark, source)
    USING nullif(current_setting('app.user_id', true), '')::bigint,
          nullif(current_setting('app.reason', true), ''),
          session_user::text;
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION held_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $body$;

CREATE OR REPLACE FUNCTION held_server_time() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.recorded_at := OLD.recorded_at;
    ELSIF NEW.recorded_at IS NULL OR left(current_database(), 8) <> 'scratch_' THEN
        NEW.recorded_at := now();
    END IF;
    RETURN NEW;
END $body$;
"""


def _quoted(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _history_triggers(model: type[Model]) -> str:
    table, target = model._meta.db_table, history_table(model)
    arguments = f"'{target}', '{_quoted(history_columns(model))}'"
    statements = []
    for event, transitions in (
        ("INSERT", "NEW TABLE AS new_rows"),
        ("UPDATE", "NEW TABLE AS new_rows OLD TABLE AS old_rows"),
        ("DELETE", "OLD TABLE AS old_rows"),
    ):
        statements.append(
            f"CREATE OR REPLACE TRIGGER held_history_{event.lower()} AFTER {event} ON {table} REFERENCING {transitions}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION held_write_history({arguments});"
            f" ALTER TABLE {table} ENABLE ALWAYS TRIGGER held_history_{event.lower()};"
        )
    return "\n".join(statements)


def _append_only_trigger(table: str, mark: str = "") -> str:
    """Nothing of a row is changed or removed. A note's `mark` is put on it once, with nothing else of it changed."""
    once = f"""
        CREATE OR REPLACE TRIGGER held_marked_once BEFORE UPDATE ON {table} FOR EACH ROW
            WHEN (OLD.{mark} IS NOT NULL OR NEW.{mark} IS NULL OR to_jsonb(NEW) - '{mark}' <> to_jsonb(OLD) - '{mark}')
            EXECUTE FUNCTION held_append_only();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER held_marked_once;
    """
    return f"""
        CREATE OR REPLACE TRIGGER held_append_only BEFORE {"" if mark else "UPDATE OR "}DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION held_append_only();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER held_append_only;
        {once if mark else ""}
    """


def _no_truncate_trigger(table: str) -> str:
    """Emptying a table tells no trigger which rows went, so a table with a history is never emptied."""
    return f"""
        CREATE OR REPLACE TRIGGER held_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION held_append_only();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER held_no_truncate;
    """


def protection_sql(app_role: str) -> str:
    """Every trigger and grant the models call for, as one script that may be run again."""
    parts = [
        FUNCTIONS,
        # Whoever may hang a trigger function on a table of her own could have it write what she likes into a history.
        "REVOKE ALL ON FUNCTION held_write_history(), held_append_only(), held_server_time() FROM PUBLIC;",
        f'GRANT USAGE ON SCHEMA public TO "{app_role}";',
    ]
    history_tables = {history_table(model) for model in tracked_models()}
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed:
            continue
        table = model._meta.db_table
        parts.append(f'REVOKE ALL ON {table} FROM PUBLIC, "{app_role}";')
        if table in history_tables:
            parts += [_append_only_trigger(table), _no_truncate_trigger(table)]
            parts.append(f'GRANT SELECT ON {table} TO "{app_role}";')
            continue
        kept, _ = keeping(model)
        if kept == "tracked":
            parts += [_history_triggers(model), _no_truncate_trigger(table)]
        elif kept == "insert-only":
            mark = getattr(model, "marked_once", "")
            parts += [_append_only_trigger(table, mark), _no_truncate_trigger(table)]
            if mark:
                parts.append(f'GRANT UPDATE ({mark}) ON {table} TO "{app_role}";')
        may = {"unused": "SELECT", "insert-only": "SELECT, INSERT"}.get(kept, "SELECT, INSERT, UPDATE, DELETE")
        parts.append(f'GRANT {may} ON {table} TO "{app_role}";')
        if any(isinstance(field, RecordedAt) for field in model._meta.concrete_fields):
            parts.append(
                f"CREATE OR REPLACE TRIGGER held_server_time BEFORE INSERT OR UPDATE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION held_server_time();"
                f" ALTER TABLE {table} ENABLE ALWAYS TRIGGER held_server_time;"
            )
    parts.append(f'GRANT SELECT ON django_migrations TO "{app_role}";')
    return "\n".join(parts)


def install(app_role: str) -> bool:
    """Bring the database's triggers and grants up to the models. Run as the owner. True if anything was done.

    The script's fingerprint is kept as the function's comment, so a start with nothing new takes no locks.
    """
    script = protection_sql(app_role)
    fingerprint = hashlib.sha256(script.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regproc('held_write_history'), 'pg_proc')")
        if cursor.fetchone() == (fingerprint,):
            return False
        # No parameters are passed, so the percent signs inside format() stand as they are.
        cursor.execute(script)
        cursor.execute(f"COMMENT ON FUNCTION held_write_history() IS '{fingerprint}'")
    return True
