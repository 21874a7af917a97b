"""The course of an import: asked for, claimed by a worker, its files read, and ended."""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from children import policies
from children.models import CareEpisode
from core import clock
from core.access import Permission
from core.actions import action
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import Authority, User
from core.outbox import ring
from exchange import reading
from exchange.actions.applying import LEASE
from exchange.bulk import copy_in
from exchange.models import ImportFile, ImportProblem, ImportRun, ReturnChild, ReturnEpisode, StagedRow
from exchange.reading import EPISODES, Return, Row, Trouble

ATTEMPTS = 4  # a run that fails this often without getting further is stopped


@action
def request_import(*, uploads: list[Any], year: int | None = None, by: User, as_of: dt.datetime) -> ImportRun:
    """Hand in the files of a return. The worker is told once they are safely kept."""
    policies.may(by, Permission.IMPORT_RETURNS, authority_id=by.authority_id)
    if not uploads or by.authority_id is None:
        raise Invalid({"uploads": "Select the files of the return"})
    run = ImportRun.objects.create(authority_id=by.authority_id, by=by, year=year, requested_at=as_of)
    for upload in uploads:
        name = upload.name[-255:]
        kept = ImportFile(import_run=run, name=name)
        kept.content.save("return", upload, save=False)  # under a name of our own making: nobody else's is trusted
        kept.save()
    ring("exchange.tasks.work_imports")
    return run


@action
def open_run(
    *, authority: Authority, year: int | None, names: Iterable[str], by: User | None, as_of: dt.datetime
) -> ImportRun:
    """Begin an import whose files are read where they lie, as the command does."""
    run = ImportRun.objects.create(
        authority=authority, by=by, year=year, requested_at=as_of, state=ImportRun.State.RUNNING,
        lease_until=clock.database_now() + LEASE,
    )  # fmt: skip
    ImportFile.objects.bulk_create([ImportFile(import_run=run, name=name[-255:]) for name in names])
    return run


@action
def close_dead_runs(*, authority: Authority, by: User | None, as_of: dt.datetime) -> None:
    """End what a killed command left: it cannot be gone on with, since only it knew where its files lay."""
    dead = ImportRun.objects.filter(
        authority=authority, by=None, state=ImportRun.State.RUNNING, lease_until__lt=clock.database_now()
    )
    StagedRow.objects.filter(import_run__in=dead).delete()
    dead.update(state=ImportRun.State.FAILED, finished_at=as_of, lease_until=None)


@action
def claim(*, by: User | None, as_of: dt.datetime) -> ImportRun | None:
    """Take the import that has waited longest and that no living worker holds, or None."""
    free = Q(state=ImportRun.State.WAITING) | Q(state=ImportRun.State.RUNNING, lease_until__lt=clock.database_now())
    run = (
        ImportRun.objects.filter(free, by__isnull=False)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("by", "authority")
        .order_by("requested_at")
        .first()
    )
    if run is None:
        return None
    run.state, run.attempts = ImportRun.State.RUNNING, run.attempts + 1
    run.save(update_fields=["state", "attempts"])
    ImportRun.objects.filter(pk=run.pk).update(lease_until=clock.database_now() + LEASE)
    return run


@action
def let_go(*, run: ImportRun, by: User | None, as_of: dt.datetime) -> None:
    """Stop for now: the next ring of the bell goes on with it."""
    ImportRun.objects.filter(pk=run.pk).update(lease_until=clock.database_now(), attempts=0)


@action
def fail(*, run: ImportRun, by: User | None, as_of: dt.datetime) -> None:
    """Stop for good. What was applied stays; what was not is in the files, which can be handed in again."""
    ImportProblem.objects.create(
        import_run=run,
        code="stopped",
        message="The import stopped because of a fault in our software. Children already dealt with are whole. "
        "Import the files again.",
    )
    _close(run, ImportRun.State.FAILED, as_of)


def _close(run: ImportRun, state: str, as_of: dt.datetime) -> None:
    run.state, run.finished_at, run.lease_until = state, as_of, None
    run.save(update_fields=["state", "finished_at", "lease_until"])
    StagedRow.objects.filter(import_run=run).delete()
    for file in ImportFile.objects.filter(import_run=run).exclude(content=""):
        _forget(file)


def _forget(file: ImportFile) -> None:
    """Delete an upload once the database no longer needs it."""
    storage, name = file.content.storage, file.content.name or ""
    file.content = ""
    file.save(update_fields=["content"])
    transaction.on_commit(lambda: storage.delete(name))


STRAY_AFTER = dt.timedelta(hours=1)  # far longer than a request takes to hand its files in


def sweep_up(*, as_of: dt.datetime) -> None:
    """Delete uploads that no import knows of: whoever stored or finished with them stopped before saying so.

    A file is stored before the record of it is committed, and deleted after; in between a machine may fail. What is left
    would be children's dates that nobody will ever read.
    """
    storage = default_storage
    try:
        _, names = storage.listdir(ImportFile.UPLOADS)
    except FileNotFoundError:  # nothing was ever handed in
        return
    stored = {f"{ImportFile.UPLOADS}{name}" for name in names}
    known = set(ImportFile.objects.filter(content__in=stored).values_list("content", flat=True))
    for name in stored - known:
        with suppress(FileNotFoundError):  # another worker sweeps too
            if storage.get_modified_time(name) < as_of - STRAY_AFTER:
                storage.delete(name)


# --- reading ----------------------------------------------------------------------------------------------------------


@action
def pile(*, run: ImportRun, file: ImportFile, rows: list[Row | Trouble], by: User | None, as_of: dt.datetime) -> None:
    """Put the next rows read from a file on the pile, with what could not be read of them: all of these or none.

    `file.staged` says how far the file has been read, so that the next to work on it goes on from there.
    """
    held = ImportFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if held.staged != file.staged:
        raise Conflict("Somebody else is reading this file")
    staged = [row for row in rows if isinstance(row, Row)]
    troubles = [row for row in rows if isinstance(row, Trouble)]
    copy_in(
        StagedRow,
        [
            {
                "import_run_id": run.pk,
                "file_id": file.pk,
                "line": row.line,
                "kind": row.kind,
                "child_number": row.child,
                "decom": row.decom,
                "year": None if run.year else row.year,
                "values": row.values,
            }
            for row in staged
        ],
    )
    _note(run, file, troubles)
    file.staged = held.staged + len(rows)
    file.episodes = held.episodes + sum(row.kind == EPISODES for row in staged)
    file.lost = held.lost + sum(trouble.lost for trouble in troubles)
    file.save(update_fields=["staged", "episodes", "lost"])
    ImportRun.objects.filter(pk=run.pk).update(lease_until=clock.database_now() + LEASE, attempts=0)


@action
def close_file(*, run: ImportRun, file: ImportFile, opened: Return, by: User | None, as_of: dt.datetime) -> None:
    """A file is read to its end: say what it is, and count its rows with the others'."""
    _note(run, file, opened.notes)
    _read(run, file, opened.kind, opened.latest)


@action
def refuse_file(*, run: ImportRun, file: ImportFile, why: str, by: User | None, as_of: dt.datetime) -> None:
    """A file turns out, perhaps far into it, to be no return: nothing of it stays on the pile."""
    StagedRow.objects.filter(import_run=run, file=file).delete()
    file.episodes = file.lost = 0
    _note(run, file, [Trouble(None, "", "not_a_return", why)])
    _read(run, file, "", None)


def _read(run: ImportRun, file: ImportFile, kind: str, latest: dt.date | None) -> None:
    stated = run.year or reading.year_in_name(file.name.rpartition("/")[2])
    file.kind, file.read = kind, True
    file.year = stated or (reading.year_of(latest) if latest else None)
    file.save(update_fields=["kind", "year", "read", "episodes", "lost"])
    if file.content:
        _forget(file)
    held = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    held.rows_total += file.episodes + file.lost
    held.rows_read += file.lost
    held.counts["rejected"] = held.counts.get("rejected", 0) + file.lost
    held.attempts = 0
    held.save(update_fields=["rows_total", "rows_read", "counts", "attempts"])
    ImportRun.objects.filter(pk=run.pk).update(lease_until=clock.database_now() + LEASE)


def _note(run: ImportRun, file: ImportFile, troubles: Iterable[Trouble]) -> None:
    copy_in(
        ImportProblem,
        [asdict(trouble) | {"import_run_id": run.pk, "file": file.name} for trouble in troubles],
    )


@action
def date_undated_files(*, run: ImportRun, by: User | None, as_of: dt.datetime) -> None:
    """Give each file that says nothing of its year, as a header may, the year of the episodes that came beside it."""
    files = list(ImportFile.objects.filter(import_run=run))
    known: dict[str, int] = {}
    stated = dict(
        StagedRow.objects.filter(import_run=run, kind=EPISODES, year__isnull=False)
        .values_list("file")
        .annotate(latest=Max("year"))
    )
    for file in files:
        year = max(filter(None, (file.year, stated.get(file.pk))), default=None)
        if year and file.kind in (EPISODES, "XML"):
            folder = file.name.rpartition("/")[0]
            known[folder] = max(year, known.get(folder, 0))
    for file in files:
        if file.year is None:
            folder = file.name.rpartition("/")[0]
            file.year = (
                known.get(folder) or max(known.values(), default=None) or reading.year_of(clock.local_date(as_of))
            )
            file.save(update_fields=["year"])


# --- the end ----------------------------------------------------------------------------------------------------------


@action
def finish(*, run: ImportRun, by: User | None, as_of: dt.datetime) -> ImportRun:
    """Report what only the whole set shows, sum up, and close the run."""
    run.refresh_from_db()
    _report_left_open(run)
    run.counts |= {
        "files": run.files.exclude(kind="").count(),
        "children": _children(run.authority),
        "episodes": ReturnEpisode.objects.filter(authority=run.authority).count(),
    }
    run.save(update_fields=["counts"])
    _close(run, ImportRun.State.DONE, as_of)
    return run


def _children(authority: Authority) -> int:
    """The children the returns name, those whose header is still missing included."""
    headers = ReturnChild.objects.filter(authority=authority).values_list("child_number")
    episodes = ReturnEpisode.objects.filter(authority=authority).values_list("child_number")
    return headers.union(episodes).count()


def _report_left_open(run: ImportRun) -> None:
    """An episode open in an older return and absent from the newest: nobody has said how it ended. Once care is ended
    here, somebody has."""
    held = ReturnEpisode.objects.filter(authority=run.authority)
    newest = held.aggregate(Max("year"))["year__max"]
    open_still = Q(given__DEC__isnull=True, mended__DEC__isnull=True) | Q(mended__DEC="")
    cared_for = CareEpisode.objects.filter(child=OuterRef("child"), ended_on__isnull=True)
    left = held.filter(open_still, Exists(cared_for), state=ReturnEpisode.State.USED, year__lt=newest or 0)
    problems = [
        ImportProblem(
            import_run=run,
            column="DEC",
            child_number=each.child_number,
            code="open_then_absent",
            message=(
                f"Child {each.child_number}: the episode of {in_words(each.decom)} was open in the return for "
                f"{each.year}, and the one for {newest} does not name it. When did it end?"
            ),
        )
        for each in left.only("child_number", "decom", "year").iterator(chunk_size=5_000)
    ]
    ImportProblem.objects.bulk_create(problems, batch_size=1_000)
