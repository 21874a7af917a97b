"""An import that is stopped half way, or meets somebody at work, leaves no child half and loses no row."""

import datetime as dt
from itertools import chain, islice, repeat

import pytest

from children.models import Child
from core.errors import Conflict
from exchange import actions, importing
from exchange.models import ImportRun, ReturnEpisode, StagedRow
from tests.exchange.returns import (
    AS_OF,
    EPISODES,
    HEADER,
    child,
    codes,
    episode,
    table,
)


def many(count):
    numbers = [str(n) for n in range(5000, 5000 + count)]
    return {
        "header_2019": table(HEADER, *[child(n) for n in numbers]),
        "episodes_2019": table(EPISODES, *[episode(n) for n in numbers], *[episode(n, "01/07/2019", rne="P") for n in numbers[::7]]),
    }  # fmt: skip


@pytest.mark.parametrize("stop_after", [0, 1, 2, 3, 5])
def test_an_import_that_was_stopped_goes_on_where_it_was(council, monkeypatch, stop_after):
    monkeypatch.setattr(importing, "CHILDREN", 8)
    folder = council.files(**many(30))
    paths = {path.name: path for path in importing.files_under(folder)}
    run = actions.open_run(authority=council.authority, year=None, names=paths, by=None, as_of=AS_OF)
    looks = iter(range(100))
    args = {"source": lambda file: paths[file.name].open("rb"), "by": None, "as_of": AS_OF}
    assert not importing.work(run, pause=lambda: next(looks) == stop_after, **args)
    assert importing.work(ImportRun.objects.get(pk=run.pk), **args)
    run.refresh_from_db()
    assert run.state == ImportRun.State.DONE
    assert importing.result(run) == {
        "files": 2, "rows_read": 35, "children": 30, "episodes": 35, "created": 25, "updated": 0, "unchanged": 0,
        "quarantined": 10, "rejected": 0,
    }  # fmt: skip
    assert not StagedRow.objects.exists()


def test_a_file_is_read_some_rows_a_time_and_none_twice(council, monkeypatch):
    """Each worker stops as soon as it has done anything at all, and the next goes on: in the end it is one import."""
    monkeypatch.setattr(importing, "CHILDREN", 8)
    monkeypatch.setattr(importing, "ROWS_AT_ONCE", 9)
    files = many(30)
    files["episodes_2019"] = files["episodes_2019"].replace("5003,", ",", 1) + "x\n"  # and two that cannot be read
    folder = council.files(**files)
    paths = {path.name: path for path in importing.files_under(folder)}
    run = actions.open_run(authority=council.authority, year=None, names=paths, by=None, as_of=AS_OF)
    args = {"source": lambda file: paths[file.name].open("rb"), "by": None, "as_of": AS_OF}
    pieces, workers = [], 0
    while not importing.work(run, pause=chain([False], repeat(True)).__next__, **args):
        workers += 1
        pieces.append(StagedRow.objects.count())
        run = ImportRun.objects.get(pk=run.pk)
        assert workers < 30
    run.refresh_from_db()
    assert (pieces[:4], max(pieces)) == ([8, 17, 26, 34], 64), "36 episodes in four pieces, then 30 headers"
    outcome = importing.result(run)
    assert (outcome["rows_read"], outcome["rejected"], outcome["children"]) == (36, 2, 30)
    assert run.rows_total == run.rows_read
    assert [problem["code"] for problem in importing.problems(run)].count("no_child") <= 1
    assert not StagedRow.objects.exists()


def test_what_turns_out_to_be_no_return_far_into_it_leaves_nothing(council, monkeypatch):
    monkeypatch.setattr(importing, "ROWS_AT_ONCE", 2)
    ordinary, piled = importing.reading.open_return, []

    def opened_and_broken(stream, name):
        opened = ordinary(stream, name)

        def rows(whole):
            yield from islice(whole, 5)
            piled.append(StagedRow.objects.count())
            raise importing.reading.NotAReturn("It goes wrong here.")

        opened.rows = rows(opened.rows)
        return opened

    monkeypatch.setattr(importing.reading, "open_return", opened_and_broken)
    outcome = council.take(episodes_2019=table(EPISODES, *[episode(str(n)) for n in range(6000, 6009)], "x"))
    assert piled == [4]
    assert (outcome["rows_read"], outcome["episodes"], outcome["files"]) == (0, 0, 0)
    assert codes(outcome) == ["not_a_return"]
    assert not StagedRow.objects.exists()


def test_a_child_is_whole_or_not_there(council, monkeypatch):
    """A fault in the last of a batch's writes leaves none of the batch."""
    from exchange.actions import applying

    def broken(*_args):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(applying, "note_progress", broken)
    with pytest.raises(RuntimeError):
        council.take_one(episode())
    assert not Child.objects.exists()
    assert not ReturnEpisode.objects.exists()
    assert StagedRow.objects.count() == 2


def test_somebody_changing_a_child_at_that_moment_costs_no_other_child(council, monkeypatch):
    whole = actions.apply_batch

    def contended(*, numbers, **kwargs):
        if "5003" in numbers:
            raise Conflict("somebody else")
        return whole(numbers=numbers, **kwargs)

    monkeypatch.setattr(actions, "apply_batch", contended)
    outcome = council.take(**many(6))
    assert (outcome["created"], outcome["quarantined"], outcome["rejected"]) == (4, 2, 1)
    assert "not_saved" in codes(outcome)


def test_what_a_killed_command_left_is_closed_by_the_next(council):
    dead = actions.open_run(authority=council.authority, year=None, names=["a.csv"], by=None, as_of=AS_OF)
    ImportRun.objects.filter(pk=dead.pk).update(lease_until=AS_OF - dt.timedelta(hours=1))
    council.take_one(episode())
    dead.refresh_from_db()
    assert dead.state == ImportRun.State.FAILED
