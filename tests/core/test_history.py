"""History: no way of writing goes round it, and nothing that is written in it can be changed.

Every way of writing is tried: the ORM one by one and in bulk, SQL as the app's role, and psql as the owner.
"""

import datetime as dt

import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from children.models import Allocation, Child, Decision
from core import clock, history
from core.actions import action, because, say_who
from core.db import as_owner
from core.fields import RecordedAt
from core.models import Authority, Refusal, Team
from placements.models import Placement, Visit
from tests.cast import at

NOW = clock.now()
MODELS = [model for model in apps.get_models(include_auto_created=True) if not hasattr(model, "history_object")]
TRACKED = history.tracked_models()
INSERT_ONLY = [model for model in apps.get_models() if getattr(model, "insert_only", False)]
APP, OWNER = "him_app", "him_owner"


@pytest.fixture
def psql(transactional_db):
    """A connection of its own, as somebody at a terminal has it: `psql()` as the owner, `psql(app=True)` as the app."""
    opened = []

    def connect(*, app=False):
        named = connection.settings_dict
        who = named if app else settings.DATABASE_OWNER
        opened.append(
            psycopg2.connect(
                host=named["HOST"],
                port=named["PORT"],
                dbname=named["NAME"],
                user=who["USER"],
                password=who["PASSWORD"],
                options="-c lock_timeout=5s",
            )
        )
        opened[-1].autocommit = True
        return opened[-1].cursor()

    yield connect
    for one in opened:
        one.close()


def rows(record):
    return list(type(record).history.filter(id=record.pk).order_by("history_id"))


def marks(record):
    return [row.history_type for row in rows(record)]


# --- every way of writing leaves its row ----------------------------------------------------------------------------


def test_saving_and_deleting(db):
    north = Authority.objects.create(code="1", name="North")
    north.name = "North Vale"
    north.save()
    pk = north.pk
    north.delete()
    kept = list(Authority.history.filter(id=pk).order_by("history_id"))
    assert [(row.history_type, row.name) for row in kept] == [("+", "North"), ("~", "North Vale"), ("-", "North Vale")]


def test_many_at_once(db):
    made = Authority.objects.bulk_create([Authority(code=str(n), name=f"Council {n}") for n in range(50)])
    Authority.objects.filter(code__lt="3").update(name=clock_name())
    for one in made[:10]:
        one.code = f"x{one.code}"
    Authority.objects.bulk_update(made[:10], ["code"])
    Authority.objects.all().delete()
    of_kind = {mark: Authority.history.filter(history_type=mark).count() for mark in "+~-"}
    changed_by_update = len([n for n in range(50) if str(n) < "3"])
    assert of_kind == {"+": 50, "~": changed_by_update + 10, "-": 50}


def clock_name():
    from django.db.models import F, Value
    from django.db.models.functions import Concat

    return Concat(F("name"), Value(" (new)"))


def test_upserts_and_insert_from_select(db):
    Authority.objects.create(code="1", name="North")
    Authority.objects.bulk_create(
        [Authority(code="1", name="North Vale"), Authority(code="2", name="South")],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name"],
    )
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_authority (code, name) SELECT code || 'x', name || 'x' FROM core_authority")
    assert sorted(Authority.history.values_list("history_type", "name")) == [
        ("+", "North"),
        ("+", "North Valex"),
        ("+", "South"),
        ("+", "Southx"),
        ("~", "North Vale"),
    ]


def test_sql_as_the_app(db):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_authority (code, name) VALUES ('1', 'North') RETURNING id")
        (pk,) = cursor.fetchone()
        cursor.execute("UPDATE core_authority SET name = 'South'")
        cursor.execute("DELETE FROM core_authority")
    kept = Authority.history.filter(id=pk)
    assert sorted(row.history_type for row in kept) == ["+", "-", "~"]
    assert {(row.history_user_id, row.history_change_reason, row.db_user) for row in kept} == {(None, None, APP)}


def test_psql_as_the_owner_is_kept_as_unattributed(psql):
    from core.history_panel import changes

    at_terminal = psql()
    at_terminal.execute("INSERT INTO core_authority (code, name) VALUES ('1', 'North')")
    at_terminal.execute("UPDATE core_authority SET name = 'South'")
    north = Authority.objects.get()
    assert [(row.history_type, row.history_user_id, row.db_user) for row in rows(north)] == [
        ("+", None, OWNER),
        ("~", None, OWNER),
    ]
    newest = changes(north)[0]
    assert (newest.who, newest.why) == ("unattributed (database user him_owner)", "")
    assert newest.changes == [("Name", "North", "South")]


def test_copy_leaves_its_rows(psql):
    import io

    psql().copy_expert("COPY core_authority (code, name) FROM STDIN WITH CSV", io.StringIO("1,North\n2,South\n"))
    assert Authority.history.filter(history_type="+", db_user=OWNER).count() == 2


def test_a_write_that_changes_nothing_leaves_nothing(db):
    north = Authority.objects.create(code="1", name="North")
    north.save()
    assert marks(north) == ["+"]


def test_a_rolled_back_write_leaves_nothing(db):
    with transaction.atomic():
        Authority.objects.create(code="1", name="North")
        transaction.set_rollback(True)
    assert not Authority.history.exists()


# --- who and why ----------------------------------------------------------------------------------------------------


@action
def rename(*, team, name, why="", by, as_of):
    team.name = name
    team.save()
    if why:
        because(why)
    Team.objects.filter(pk=team.pk).update(name=f"{name}, moved")


def test_an_action_says_who_and_why(cast):
    rename(team=cast.team, name="Care", why="The service was divided", by=cast.tom, as_of=NOW)
    said = [(row.history_user, row.history_change_reason) for row in rows(cast.team)[1:]]
    assert said == [(cast.tom, "rename"), (cast.tom, "The service was divided")]


def test_after_an_action_nobody_is_named(cast):
    rename(team=cast.team, name="Care", by=cast.tom, as_of=NOW)
    Team.objects.filter(pk=cast.team.pk).update(name="By hand")
    row = rows(cast.team)[-1]
    assert (row.history_user, row.history_change_reason, row.db_user) == (None, None, APP)


@pytest.mark.django_db(transaction=True)
def test_after_an_action_that_committed_nobody_is_named(cast):
    rename(team=cast.team, name="Care", by=cast.tom, as_of=NOW)
    Team.objects.filter(pk=cast.team.pk).update(name="By hand")
    assert [row.history_user for row in rows(cast.team)] == [None, cast.tom, cast.tom, None]


def test_when_is_the_databases_clock(cast):
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (before,) = cursor.fetchone()
    rename(team=cast.team, name="Care", by=cast.tom, as_of=at(dt.date(2001, 1, 1)))
    assert all(row.history_date >= before for row in rows(cast.team)[1:])


def test_a_made_up_user_id_is_refused_not_kept(cast):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.user_id', 'tom', true)")
        with pytest.raises(DatabaseError), transaction.atomic():
            Team.objects.filter(pk=cast.team.pk).update(name="X")
        say_who(None, "")
    assert marks(cast.team) == ["+"]


# --- nothing in it can be changed -----------------------------------------------------------------------------------

PROTECTED = [model.history.model._meta.db_table for model in TRACKED] + [m._meta.db_table for m in INSERT_ONLY]


def refused(cursor, statement, *, code="42501"):
    with pytest.raises(psycopg2.Error) as error:
        cursor.execute(statement)
    assert error.value.pgcode == code, error.value
    return error.value


def a_row_in(table, cursor):
    """Rows, so that a row trigger has something to refuse."""
    cursor.execute(f"SELECT count(*) FROM {table}")
    return cursor.fetchone()[0]


@pytest.fixture
def full(transactional_db):
    """At least one row in a history table and in an insert-only one."""
    from tests.cast import Cast

    cast = Cast()
    child = cast.child()
    placement = cast.placement(child, dt.date(2024, 1, 1))
    Visit.objects.create(
        placement=placement,
        occurred_at=at(dt.date(2024, 1, 5)),
        outcome="seen_alone",
        announced=True,
        visitor="Amy Sparrow",
        capacity="social_worker",
        place="The home",
        recorded_by=cast.amy,
    )
    return cast


@pytest.mark.parametrize("app", [True, False], ids=["as the app", "as the owner"])
def test_history_and_notes_are_neither_changed_nor_removed(full, psql, app):
    cursor = psql(app=app)
    for table in ("children_historicalchild", "placements_visit"):
        assert a_row_in(table, cursor) == 1
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            refused(cursor, statement)
        assert a_row_in(table, cursor) == 1
    # One column of a note is set afterwards, once and alone: that it was recorded in error.
    refused(cursor, "UPDATE placements_visit SET in_error_at = now(), place = 'Elsewhere'")
    cursor.execute("UPDATE placements_visit SET in_error_at = now()")
    for again in ("NULL", "now()"):
        refused(cursor, f"UPDATE placements_visit SET in_error_at = {again}")
    assert Child.history.count() == 1


def test_the_app_may_write_in_no_history_and_change_no_note(psql):
    cursor = psql(app=True)
    for table in PROTECTED:
        for privilege in ("UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            cursor.execute("SELECT has_table_privilege(%s, %s)", [table, privilege])
            assert cursor.fetchone() == (False,), (table, privilege)
    for model in TRACKED:
        table = model.history.model._meta.db_table
        cursor.execute("SELECT has_table_privilege(%s, 'INSERT'), has_table_privilege(%s, 'SELECT')", [table, table])
        assert cursor.fetchone() == (False, True), table
    for model in [*TRACKED, *INSERT_ONLY]:
        cursor.execute("SELECT has_table_privilege(%s, 'TRUNCATE')", [model._meta.db_table])
        assert cursor.fetchone() == (False,)


def test_the_app_forges_no_history(full, psql):
    cursor = psql(app=True)
    refused(cursor, "INSERT INTO core_historicalauthority SELECT * FROM core_historicalauthority")
    # Through the trigger function, hung on a table of its own:
    cursor.execute("CREATE TEMP TABLE forged (id bigint, code varchar, name varchar)")
    refused(
        cursor,
        """CREATE TRIGGER forge AFTER INSERT ON forged REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
           EXECUTE FUNCTION held_write_history('core_historicalauthority', '"id", "code", "name"')""",
    )
    assert Authority.history.count() == 1


def test_the_app_goes_round_no_trigger(full, psql):
    cursor = psql(app=True)
    refused(cursor, "ALTER TABLE core_authority DISABLE TRIGGER ALL")
    refused(cursor, "DROP TRIGGER held_history_update ON core_authority")
    refused(cursor, "SET session_replication_role = replica")
    refused(cursor, "DROP TABLE core_historicalauthority")
    refused(cursor, "CREATE OR REPLACE FUNCTION held_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'")
    refused(cursor, "CREATE TABLE public.mine (id int)")


def test_every_guard_fires_always(psql):
    """Even where triggers are told to rest, as a replica's are."""
    cursor = psql()
    cursor.execute(
        """SELECT tgrelid::regclass::text, tgname FROM pg_trigger
           WHERE NOT tgisinternal AND tgname LIKE 'held%' AND tgenabled <> 'A'"""
    )
    assert cursor.fetchall() == []


def test_production_empties_no_table_not_even_as_the_owner(full, psql):
    """Tests leave out this one guard (see conftest.py); the script that installs it is run here, and taken back."""
    cursor = psql()
    cursor.connection.autocommit = False
    cursor.execute(history.protection_sql(APP))
    for model in [*TRACKED, *INSERT_ONLY]:
        tables = {model._meta.db_table}
        if model in TRACKED:
            tables.add(model.history.model._meta.db_table)
        for table in tables:
            cursor.execute("SAVEPOINT before")
            refused(cursor, f"TRUNCATE {table} CASCADE")
            cursor.execute("ROLLBACK TO before")
    cursor.connection.rollback()


def test_installing_again_does_nothing(psql):
    with as_owner():
        assert history.install(APP) is False
    call_command("migrate", verbosity=0)


def test_a_model_that_becomes_insert_only_loses_what_it_was_granted(psql):
    cursor = psql()
    cursor.connection.autocommit = False
    cursor.execute(f"GRANT UPDATE, DELETE ON placements_visit TO {APP}")
    cursor.execute(history.protection_sql(APP))
    cursor.execute(f"SELECT has_table_privilege('{APP}', 'placements_visit', 'UPDATE, DELETE')")
    assert cursor.fetchone() == (False,)
    cursor.connection.rollback()


# --- every model, every column --------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_says_how_it_is_kept(model):
    kept, why = history.keeping(model)
    assert (len(why) > 20) == (kept in {"untracked", "unused"})
    if kept == "untracked":
        assert model._meta.app_label != "lado"


def test_what_is_said_of_other_peoples_models_is_about_models_that_exist():
    labels = {model._meta.label for model in MODELS}
    assert set(history.UNTRACKED) | set(history.UNUSED) <= labels


def test_a_child_or_a_placement_is_never_untracked():
    assert history.keeping(Child) == ("tracked", "")
    assert history.keeping(Placement) == ("tracked", "")
    assert history.keeping(Decision) == ("insert-only", "")


LEFT_OUT = {
    "core.User": {"password", "last_login"},  # a hash is for nobody to read; a sign-in is not a change of the account
    "exchange.ImportRun": {"lease_until", "rows_total", "rows_read", "counts"},  # how far the worker has got
}


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model._meta.label)
def test_a_history_has_every_column_of_its_record(model, db):
    """And each has a trigger for each way of writing that names them all."""
    left_out = LEFT_OUT.get(model._meta.label, set())
    columns = [f.column for f in model._meta.concrete_fields if f.name not in left_out]
    assert sorted(history.history_columns(model)) == sorted(columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.attname, r.atttypid = h.atttypid FROM pg_attribute r LEFT JOIN pg_attribute h
                   ON h.attrelid = %s::regclass AND h.attname = r.attname
               WHERE r.attrelid = %s::regclass AND r.attnum > 0 AND NOT r.attisdropped""",
            [model.history.model._meta.db_table, table],
        )
        same_type = dict(cursor.fetchall())
        cursor.execute(
            """SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger
               WHERE tgrelid = %s::regclass AND tgname LIKE 'held_history%%'""",
            [table],
        )
        triggers = dict(cursor.fetchall())
    assert {name for name, same in same_type.items() if same is None} == left_out
    assert set(triggers) == {"held_history_insert", "held_history_update", "held_history_delete"}
    for definition in triggers.values():
        assert ", ".join(f'"{column}"' for column in history.history_columns(model)) in definition


def test_nobody_writes_a_table_that_is_not_used(psql):
    cursor = psql(app=True)
    for label in history.UNUSED:
        table = next(m for m in MODELS if m._meta.label == label)._meta.db_table
        cursor.execute("SELECT has_table_privilege(%s, 'INSERT, UPDATE, DELETE')", [table])
        assert cursor.fetchone() == (False,), table


# --- the server's own time --------------------------------------------------------------------------------------------

LONG_AGO = at(dt.date(2001, 1, 1))


def test_nobody_chooses_when_a_thing_was_recorded(cast):
    child = cast.child(recorded_at=LONG_AGO)
    child.refresh_from_db()
    assert child.recorded_at.year > 2001
    honest = child.recorded_at
    Child.objects.filter(pk=child.pk).update(recorded_at=LONG_AGO, surname="Field")
    child.refresh_from_db()
    assert (child.recorded_at, child.surname) == (honest, "Field")
    made = Allocation.objects.bulk_create(
        [Allocation(child=child, worker=cast.ines, part="iro", started_on=dt.date(2024, 1, 1), recorded_at=LONG_AGO)]
    )
    assert Allocation.objects.get(pk=made[0].pk).recorded_at.year > 2001
    refusal = Refusal.objects.create(code="X", sentence="No", action="x", by=cast.amy, recorded_at=LONG_AGO)
    refusal.refresh_from_db()
    assert refusal.recorded_at.year > 2001


def test_the_owner_does_not_choose_it_either(full, psql):
    psql().execute("UPDATE children_child SET recorded_at = '2001-01-01'")
    assert Child.objects.get().recorded_at.year > 2001


def test_only_a_scratch_database_lets_a_replay_say_when(psql):
    """Its name decides, and only the owner of the server names databases."""
    assert not connection.settings_dict["NAME"].startswith("scratch_")
    cursor = psql()
    cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'held_server_time'")
    assert "'scratch_'" in cursor.fetchone()[0]


def test_every_recorded_at_has_its_guard(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'held_server_time'")
        guarded = {table for (table,) in cursor.fetchall()}
    have = {m._meta.db_table for m in apps.get_models() if any(isinstance(f, RecordedAt) for f in m._meta.fields)}
    histories = {m.history.model._meta.db_table for m in TRACKED}
    assert have - histories == guarded
