"""The course of an import from its files to the records, for the worker and for the command alike.

Files are read first, some thousand rows at a time; then children are dealt with in batches, each batch whole. Whatever stops it, the next
to work on the run goes on where it was, and comes to the same end.
"""

import datetime as dt
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, cast

from core.errors import Conflict
from core.models import Authority, User
from exchange import actions, reading
from exchange.models import ImportFile, ImportRun, StagedRow

CHILDREN = 500  # a batch: few enough to hold nobody up, many enough for the database to work in sets
ROWS_AT_ONCE = 5_000
TRIES = 3
SECONDS_A_RING = 200  # the worker lets go before its time limit, and goes on at the next ring
OURS = (".csv", ".xml")

Source = Callable[[ImportFile], AbstractContextManager[BinaryIO]]


def work(
    run: ImportRun, *, source: Source, by: User | None, as_of: dt.datetime, pause: Callable[[], bool] = lambda: False
) -> bool:
    """Do what is left of an import. False if `pause` said to stop before its end."""
    for file in run.files.filter(read=False):
        if pause():
            return False
        with source(file) as stream:
            if not _stage(run, file, stream, by=by, as_of=as_of, pause=pause):
                return False
    actions.date_undated_files(run=run, by=by, as_of=as_of)
    after = ""
    while numbers := _next_children(run, after):
        if pause():
            return False
        _apply(run, numbers, by=by, as_of=as_of)
        after = numbers[-1]
    actions.finish(run=run, by=by, as_of=as_of)
    return True


def _stage(
    run: ImportRun,
    file: ImportFile,
    stream: BinaryIO,
    *,
    by: User | None,
    as_of: dt.datetime,
    pause: Callable[[], bool],
) -> bool:
    """Read a file on to the pile, some thousand rows at a time, from where the last to work on it stopped.

    However large the file and however short a ring: each time at least some rows more are read.
    """
    try:
        opened = reading.open_return(stream, file.name)
        rows = itertools.islice(opened.rows, file.staged, None)
        while some := list(itertools.islice(rows, ROWS_AT_ONCE)):
            actions.pile(run=run, file=file, rows=some, by=by, as_of=as_of)
            if pause():
                opened.let_go()
                return False
    except reading.NotAReturn as not_one:
        actions.refuse_file(run=run, file=file, why=str(not_one), by=by, as_of=as_of)
    else:
        actions.close_file(run=run, file=file, opened=opened, by=by, as_of=as_of)
    return True


def _next_children(run: ImportRun, after: str) -> list[str]:
    """The next children, in order, about whom rows wait."""
    waiting = StagedRow.objects.filter(import_run=run, child_number__gt=after).values_list("child_number", flat=True)
    return list(waiting.order_by("child_number").distinct()[:CHILDREN])


def _apply(run: ImportRun, numbers: list[str], *, by: User | None, as_of: dt.datetime) -> None:
    """Apply a batch. Where others change the same records just then: try again, then smaller, then leave her out."""
    for _ in range(TRIES):
        try:
            actions.apply_batch(run=run, numbers=numbers, by=by, as_of=as_of)
        except Conflict:
            continue
        return
    if len(numbers) == 1:
        actions.give_up_on(run=run, number=numbers[0], by=by, as_of=as_of)
        return
    half = len(numbers) // 2
    _apply(run, numbers[:half], by=by, as_of=as_of)
    _apply(run, numbers[half:], by=by, as_of=as_of)


def work_waiting(*, as_of: dt.datetime, seconds: float = SECONDS_A_RING) -> None:
    """Work on the imports that wait, one after the other, for as long as a ring of the bell may take."""
    started = time.monotonic()
    actions.sweep_up(as_of=as_of)

    def late() -> bool:
        return time.monotonic() - started > seconds

    while not late() and (run := actions.claim(by=None, as_of=as_of)):
        if run.attempts > actions.ATTEMPTS:
            actions.fail(run=run, by=run.by, as_of=as_of)
            continue
        if not work(run, source=_upload, by=run.by, as_of=as_of, pause=late):
            actions.let_go(run=run, by=run.by, as_of=as_of)


def _upload(file: ImportFile) -> AbstractContextManager[BinaryIO]:
    return cast(AbstractContextManager[BinaryIO], file.content.open("rb"))


# --- from a folder ----------------------------------------------------------------------------------------------------


def files_under(folder: Path) -> Iterator[Path]:
    """Every CSV and XML file in a folder and the folders in it, in the order of their names."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and path.suffix.lower() in OURS and not hidden:
            yield path


def import_folder(folder: Path, *, authority: Authority, year: int | None, as_of: dt.datetime) -> ImportRun:
    """Import every return under a folder, in this process."""
    paths = {path.relative_to(folder).as_posix()[-255:]: path for path in files_under(folder)}
    actions.close_dead_runs(authority=authority, by=None, as_of=as_of)
    run = actions.open_run(authority=authority, year=year, names=paths, by=None, as_of=as_of)

    def source(file: ImportFile) -> AbstractContextManager[BinaryIO]:
        return paths[file.name].open("rb")

    work(run, source=source, by=None, as_of=as_of)
    run.refresh_from_db()
    return run


COUNTED = ("files", "rows_read", "children", "episodes", "created", "updated", "unchanged", "quarantined", "rejected")


def result(run: ImportRun) -> dict[str, int]:
    """What an import came to, by the names the contract gives."""
    return {name: run.counts.get(name, 0) for name in COUNTED} | {"rows_read": run.rows_read}


def problems(run: ImportRun) -> Iterator[dict[str, Any]]:
    """What it could not use or did not believe, a row at a time."""
    for problem in run.problems.iterator(chunk_size=5_000):
        yield {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "code": problem.code,
            "message": problem.message,
        }
