"""The wrapper every write goes through: what it keeps and takes back, and what it tells to whom."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError, OperationalError

from children.models import Child
from core import actions, clock
from core.actions import SAME_MOMENT, action, because, one_recheck, touch
from core.errors import Conflict, Invalid, Refused
from core.models import Authority, Refusal, Team
from placements.models import Placement

NOW = clock.now()


@pytest.fixture
def rechecked(monkeypatch):
    """What the rules were asked about, after each commit."""
    asked = []

    def recheck(*, subjects, as_of):
        asked.append((set(subjects), as_of, connection.in_atomic_block))

    monkeypatch.setattr(actions, "_rechecks", [recheck])
    return asked


@action
def add_team(*, name, authority, then=None, by, as_of):
    team = Team.objects.create(name=name, authority=authority)
    if then:
        then(team)
    return team


def raising(error):
    def then(team):
        raise error

    return then


# --- refused, invalid, in conflict --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_recorded_and_nothing_else_is(cast):
    def then(team):
        touch(team=team, nothing=None)
        raise Refused("LEG-05", "The setting is not registered.", "Authorise it, or place her elsewhere.")

    with pytest.raises(Refused):
        add_team(name="New", authority=cast.north, then=then, by=cast.amy, as_of=NOW)
    assert not Team.objects.filter(name="New").exists()
    refusal = Refusal.objects.get()
    assert (refusal.code, refusal.sentence) == ("LEG-05", "The setting is not registered.")
    assert (refusal.by, refusal.action) == (cast.amy, "add_team")
    assert refusal.subjects[0].startswith("team ")


@pytest.mark.django_db(transaction=True)
def test_a_refusal_inside_another_action_is_recorded_once_and_takes_both_back(cast):
    @action
    def outer(*, by, as_of):
        Team.objects.create(name="Outer", authority=cast.north)
        add_team(name="Inner", authority=cast.north, then=raising(Refused("X-01", "No.")), by=by, as_of=as_of)

    with pytest.raises(Refused):
        outer(by=cast.amy, as_of=NOW)
    assert not Team.objects.filter(name__in=["Outer", "Inner"]).exists()
    assert [refusal.action for refusal in Refusal.objects.all()] == ["outer"]


@pytest.mark.parametrize("error", [Invalid({"name": "No."}), Conflict("No."), ValueError("a fault of ours")])
def test_whatever_else_goes_wrong_nothing_is_kept(cast, error):
    with pytest.raises(type(error)):
        add_team(name="New", authority=cast.north, then=raising(error), by=cast.amy, as_of=NOW)
    assert not Team.objects.filter(name="New").exists()
    assert not Refusal.objects.exists()


def test_an_overlap_is_a_conflict_in_the_constraints_own_words(cast):
    child = cast.child()
    cast.placement(child, dt.date(2024, 1, 1))

    @action
    def place(*, by, as_of):
        cast.placement(child, dt.date(2024, 2, 1))

    with pytest.raises(Conflict, match="already has a placement on some of these days"):
        place(by=cast.amy, as_of=NOW)
    assert Placement.objects.count() == 1


def test_a_thing_that_is_already_there_is_a_conflict(cast):
    child = cast.child(external_id="77")

    @action
    def again(*, by, as_of):
        Child.objects.create(authority=child.authority, external_id="77", sex="F", date_of_birth=child.date_of_birth)

    with pytest.raises(Conflict, match="A child with this identifier is already recorded"):
        again(by=cast.amy, as_of=NOW)
    with pytest.raises(Conflict) as clash:  # a constraint that has no words of its own
        add_team(name=cast.team.name, authority=cast.north, by=cast.amy, as_of=NOW)
    assert clash.value.sentence == SAME_MOMENT


def test_what_cannot_be_so_is_told_as_such(cast):
    child = cast.child()

    @action
    def place(*, by, as_of):
        cast.placement(child, dt.date(2024, 2, 1), ended_on=dt.date(2024, 1, 1))

    with pytest.raises(Invalid) as invalid:
        place(by=cast.amy, as_of=NOW)
    assert invalid.value.errors == {"": "The end cannot be before the start."}


def test_a_fault_of_ours_is_not_dressed_up(cast):
    @action
    def broken(*, by, as_of):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(DatabaseError):
        broken(by=cast.amy, as_of=NOW)


def in_threads(*functions):
    """Run at one moment, each with a connection of its own; what each returned or raised."""
    start, results = threading.Barrier(len(functions)), [None] * len(functions)

    def run(n, function):
        try:
            start.wait(10)
            results[n] = function()
        except Exception as error:
            results[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_at_one_moment_one_wins_and_one_is_told(cast):
    """Fifty rounds of two people placing one child at once: never two placements, never an unexplained error."""
    child = cast.child()

    @action
    def place(*, start, by, as_of):
        Placement.objects.create(child=child, type="K2", started_on=start, followed_from=start)

    for round_ in range(50):
        start = dt.date(2001, 1, 1)
        results = in_threads(
            lambda start=start: place(start=start, by=cast.amy, as_of=NOW),
            lambda start=start: place(start=start, by=cast.ben, as_of=NOW),
        )
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"], (round_, results)
        Placement.objects.all().delete()
    assert child.history.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_a_conflict(cast):
    """Two actions take the same two rows in opposite order: the database ends one, and its author may try again."""
    met = threading.Barrier(2)

    @action
    def rename_both(*, first, second, by, as_of):
        Team.objects.filter(pk=first.pk).update(name=f"{by.name} 1")
        met.wait(10)
        Team.objects.filter(pk=second.pk).update(name=f"{by.name} 2")
        return "done"

    results = in_threads(
        lambda: rename_both(first=cast.team, second=cast.service, by=cast.amy, as_of=NOW),
        lambda: rename_both(first=cast.service, second=cast.team, by=cast.ben, as_of=NOW),
    )
    assert "done" in results
    (told,) = [result for result in results if result != "done"]
    assert isinstance(told, Conflict)
    assert told.sentence == SAME_MOMENT


@pytest.mark.django_db(transaction=True)
def test_a_serialization_failure_is_a_conflict(cast):
    read = threading.Barrier(2)

    @action
    def append(*, by, as_of):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT name FROM core_team WHERE id = %s", [cast.team.pk])
            (name,) = cursor.fetchone()
        read.wait(10)
        Team.objects.filter(pk=cast.team.pk).update(name=f"{name}, {by.name}")
        return "done"

    # The wrapper's first statement would fix the snapshot, so the level is set where the connection begins.
    def run(by):
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return append(by=by, as_of=NOW)

    results = in_threads(lambda: run(cast.amy), lambda: run(cast.ben))
    assert "done" in results, results
    (told,) = [result for result in results if result != "done"]
    assert isinstance(told, Conflict), told


def test_a_lost_connection_is_not_called_a_conflict():
    assert actions.answer_to(OperationalError("server closed the connection")) is None


# --- what is told upstairs ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_rules_are_asked_once_after_the_commit_about_all_that_was_touched(cast, rechecked):
    child = cast.child()

    @action
    def act(*, by, as_of):
        touch(child=child)
        touch(child=child, placement=None, home=cast.team)
        add_team(name="Inner", authority=cast.north, then=lambda team: touch(team=team), by=by, as_of=as_of)
        assert rechecked == []

    act(by=cast.amy, as_of=NOW)
    inner = Team.objects.get(name="Inner")
    assert rechecked == [({("child", child.pk), ("home", cast.team.pk), ("team", inner.pk)}, NOW, False)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [Refused("X-01", "No."), Invalid({"": "No."}), ValueError()])
def test_and_not_after_a_rollback(cast, rechecked, error):
    def then(team):
        touch(team=team)
        raise error

    with pytest.raises(type(error)):
        add_team(name="New", authority=cast.north, then=then, by=cast.amy, as_of=NOW)
    assert rechecked == []


@pytest.mark.django_db(transaction=True)
def test_a_recheck_that_fails_does_not_undo_the_record(cast, monkeypatch, caplog):
    """The record is committed; the sweep, every 15 minutes, is the net below."""

    def broken(*, subjects, as_of):
        raise RuntimeError("a rule is broken")

    monkeypatch.setattr(actions, "_rechecks", [broken])
    add_team(name="New", authority=cast.north, then=lambda team: touch(team=team), by=cast.amy, as_of=NOW)
    assert Team.objects.filter(name="New").exists()
    assert "a rule is broken" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_what_the_recheck_writes_is_an_act_of_its_own(cast, monkeypatch):
    """It is not joined to the action that has just ended, and its history names nobody."""

    @action
    def mark(*, by, as_of):
        Authority.objects.filter(pk=cast.north.pk).update(name="Rechecked")
        assert connection.in_atomic_block

    monkeypatch.setattr(actions, "_rechecks", [lambda *, subjects, as_of: mark(by=None, as_of=as_of)])
    add_team(name="New", authority=cast.north, then=lambda team: touch(team=team), by=cast.amy, as_of=NOW)
    row = cast.north.history.first()
    assert (row.name, row.history_user, row.history_change_reason) == ("Rechecked", None, "mark")


@pytest.mark.django_db(transaction=True)
def test_many_acts_share_one_recheck(cast, rechecked):
    with one_recheck(as_of=NOW):
        for n in range(5):
            add_team(name=f"T{n}", authority=cast.north, then=lambda team: touch(team=team), by=cast.amy, as_of=NOW)
        assert rechecked == []
    ((subjects, _, _),) = rechecked
    assert len(subjects) == 5


def test_touching_outside_an_action_is_a_mistake(cast):
    with pytest.raises(RuntimeError):
        touch(child=cast.child())


def test_the_rules_and_the_ladder_asked_to_be_told_and_nobody_else():
    assert {recheck.__module__ for recheck in actions._rechecks} == {"oversight.sweep", "escalations.sweep"}


# --- reasons, drafts ----------------------------------------------------------------------------------------------


def test_a_stated_reason_replaces_the_actions_name(cast):
    @action
    def rename(*, by, as_of):
        because("The council moved the line")
        Team.objects.filter(pk=cast.team.pk).update(name="Moved")

    rename(by=cast.tom, as_of=NOW)
    assert cast.team.history.first().history_change_reason == "The council moved the line"


def test_one_persons_reason_does_not_leak_into_the_next_act(cast):
    with transaction.atomic():
        add_team(name="A", authority=cast.north, then=lambda team: because("Mine"), by=cast.tom, as_of=NOW)
        second = add_team(name="B", authority=cast.north, by=cast.amy, as_of=NOW)
    row = second.history.get()
    assert (row.history_user, row.history_change_reason) == (cast.amy, "add_team")


def test_a_draft_is_replaced_and_discarded_and_is_ones_own(cast):
    from core.models import Draft

    actions.save_draft(key="visit-1", data={"a": ["1"]}, by=cast.amy, as_of=NOW)
    actions.save_draft(key="visit-1", data={"a": ["2\x00"]}, by=cast.amy, as_of=NOW)
    actions.save_draft(key="visit-1", data={"a": ["3"]}, by=cast.ben, as_of=NOW)
    assert {draft.user: draft.data for draft in Draft.objects.all()} == {cast.amy: {"a": ["2"]}, cast.ben: {"a": ["3"]}}
    actions.discard_draft(key="visit-1", by=cast.amy)
    assert [draft.user for draft in Draft.objects.all()] == [cast.ben]
