"""The import pages: they work, strangers find nothing, the wrong role is refused, and bad input is answered in words."""

import csv
import datetime as dt
import io
import os
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.models import FileRead
from core import clock
from exchange import actions as exchange
from exchange import importing
from exchange.forms import LARGEST
from exchange.models import ImportFile, ImportProblem, ImportRun, ReturnEpisode
from exchange.tasks import work_imports
from placements.models import Placement
from tests.exchange.returns import AS_OF, EPISODES, HEADER, Council, child, day, episode, table

FIRST, SECOND = day("2019-06-01"), day("2019-07-01")


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return settings.MEDIA_ROOT


@pytest.fixture
def dee(cast, client):
    client.force_login(cast.dee)
    return client


@pytest.fixture
def north(cast, tmp_path) -> Council:
    council = Council(cast.north, tmp_path / "returns")
    council.take_one(episode(decom="01/06/2019", dec="10/07/2019"), episode(decom="01/07/2019", rne="P", place="K2"))
    return council


def upload(name, content):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def good_files():
    return [
        upload("header 2019.csv", table(HEADER, child())),
        upload("../../episodes 2019.csv", table(EPISODES, episode(), "broken")),
    ]


def on_disk(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db(transaction=True)
def test_files_handed_in_are_read_by_the_worker_and_then_deleted(cast, dee, uploads):
    page = dee.post(reverse("exchange:imports"), {"uploads": good_files(), "year": ""})
    run = ImportRun.objects.get()
    assert page.headers["Location"] == reverse("exchange:import", args=[run.pk])
    assert (run.state, run.by, run.authority) == ("waiting", cast.dee, cast.north)
    assert len(on_disk(uploads)) == 2
    assert all("episodes" not in path.name for path in on_disk(uploads)), "names are our own"

    waiting = dee.get(reverse("exchange:import", args=[run.pk]))
    assert waiting.headers["Refresh"] == "3"
    assert "<progress" in waiting.content.decode()

    work_imports()
    run.refresh_from_db()
    assert run.state == "done"
    assert importing.result(run)["created"] == 1
    assert Placement.objects.get().history.get().history_user_id == cast.dee.pk
    assert on_disk(uploads) == []

    over = dee.get(reverse("exchange:import", args=[run.pk]))
    assert "Refresh" not in over.headers
    assert "1 cells" in over.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_died_is_taken_over_from_where_it_was(cast, dee, monkeypatch):
    numbers = [str(n) for n in range(3000, 3020)]
    files = [
        upload("header 2019.csv", table(HEADER, *map(child, numbers))),
        upload("episodes 2019.csv", table(EPISODES, *map(episode, numbers))),
    ]
    dee.post(reverse("exchange:imports"), {"uploads": files, "year": "2019"})
    monkeypatch.setattr(importing, "CHILDREN", 5)
    whole, done = importing._apply, []

    def dies(run, batch, **kwargs):
        if len(done) == 2:
            raise SystemExit("killed")
        done.append(batch)
        whole(run, batch, **kwargs)

    monkeypatch.setattr(importing, "_apply", dies)
    with pytest.raises(SystemExit):
        work_imports()
    run = ImportRun.objects.get()
    assert (run.state, run.rows_read) == ("running", 10)
    work_imports()
    assert ImportRun.objects.get().rows_read == 10, "its lease still runs: nobody else touches it"
    ImportRun.objects.update(lease_until=AS_OF.replace(year=2020))
    monkeypatch.setattr(importing, "_apply", whole)
    work_imports()
    run.refresh_from_db()
    assert (run.state, run.rows_read, run.counts["created"]) == ("done", 20, 20)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_takes_longer_than_a_task_may_is_read_over_several(cast, dee, monkeypatch, settings):
    """By this clock each look at it comes 60 seconds after the last: no ring of the bell may come near the limit, and all is read."""
    numbers = [str(n) for n in range(3000, 3020)]
    files = [upload("header 2019.csv", table(HEADER, *map(child, numbers))),
             upload("episodes 2019.csv", table(EPISODES, *map(episode, numbers)))]  # fmt: skip
    dee.post(reverse("exchange:imports"), {"uploads": files, "year": "2019"})
    monkeypatch.setattr(importing, "ROWS_AT_ONCE", 3)
    looks, rings, run = [], 0, ImportRun.objects.get()
    monkeypatch.setattr(
        importing, "time", SimpleNamespace(monotonic=lambda: looks.append(60 * len(looks)) or looks[-1])
    )
    total = 0
    while not run.is_over:
        looks.clear()
        work_imports()
        assert looks[-2] <= settings.CELERY_TASK_SOFT_TIME_LIMIT
        rings, total = rings + 1, total + looks[-2]
        run.refresh_from_db()
    assert (run.state, run.counts["created"], run.rows_read) == ("done", 20, 20)
    assert total > 3 * settings.CELERY_TASK_TIME_LIMIT
    assert rings > 5


@pytest.mark.django_db(transaction=True)
def test_uploads_no_import_knows_of_are_swept_up(dee, uploads):
    """As they are left by a machine that failed after the file was stored and before the import was committed."""
    dee.post(reverse("exchange:imports"), {"uploads": good_files(), "year": ""})
    handed_in = set(on_disk(uploads))
    folder = next(iter(handed_in)).parent
    stray, new = folder / "return_stray", folder / "return_new"
    for path in (stray, new):
        path.write_text("1001,14/05/2008")
    for path in (stray, *handed_in):
        old = (clock.now() - dt.timedelta(hours=2)).timestamp()
        os.utime(path, (old, old))
    exchange.sweep_up(as_of=clock.now())
    assert set(on_disk(uploads)) == {new, *handed_in}, "what is waited for, or may still be on its way in, stays"
    work_imports()
    assert on_disk(uploads) == [new]


@pytest.mark.django_db(transaction=True)
def test_an_import_that_keeps_failing_is_stopped_and_says_so(cast, dee, monkeypatch):
    dee.post(reverse("exchange:imports"), {"uploads": good_files(), "year": ""})

    def broken(*_args, **_kwargs):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(importing, "_apply", broken)
    for _ in range(4):
        with pytest.raises(RuntimeError):
            work_imports()
        ImportRun.objects.update(lease_until=AS_OF.replace(year=2020))
    ImportRun.objects.update(attempts=4)
    work_imports()
    run = ImportRun.objects.get()
    assert run.state == "failed"
    assert "The import stopped" in dee.get(reverse("exchange:import", args=[run.pk])).content.decode()
    assert not ImportFile.objects.exclude(content="").exists()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "Select the files of the return"),
        ([("return.pdf", b"x")], "return.pdf must be a CSV or XML file"),
        ([("return.csv", b"")], "return.csv is empty"),
        ([("return.csv", b"PK\x03\x04\x00\x00")], "return.csv is not text"),
        ([("a.csv", b"x")] * 61, "at most 60 files"),
    ],
)
def test_files_that_cannot_be_returns_are_answered_in_words(cast, dee, files, words):
    page = dee.post(reverse("exchange:imports"), {"uploads": [upload(*file) for file in files], "year": "2019"})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert 'value="2019"' in page.content.decode(), "what was typed is kept"
    assert not ImportRun.objects.exists()


def test_a_file_too_large_is_answered_in_words(cast, dee, monkeypatch):
    monkeypatch.setattr("exchange.forms.LARGEST", 10)
    page = dee.post(reverse("exchange:imports"), {"uploads": [upload("a.csv", b"x" * 11)], "year": ""})
    assert "a.csv must be smaller than" in page.content.decode()
    assert LARGEST >= 100 * 2**20


@pytest.mark.parametrize("year", ["next", "1066", "20199"])
def test_a_year_that_is_none_is_answered_in_words(cast, dee, year):
    page = dee.post(reverse("exchange:imports"), {"uploads": good_files(), "year": year})
    assert page.status_code == 422
    assert "Year the return" in page.content.decode()


def test_a_broken_file_is_read_and_reported(cast, dee, north):
    run = north.take(noise=bytes(range(256)) * 9)["run"]
    page = dee.get(reverse("exchange:import", args=[run.pk])).content.decode()
    assert "noise.csv" in page
    assert "does not hold the columns of any table" in page
    for said in ("Nothing was imported", "The file is not one of the return"):
        assert said in page
    assert "The import is done" not in page


def test_the_problem_report_is_a_spreadsheet_that_runs_nothing(cast, dee, north):
    run = north.take_one("=cmd|' /C calc'!A0,x", episode("1001", decom="@SUM(1)"))["run"]
    ImportProblem.objects.create(import_run=run, file="=evil.csv", code="x", message="+1")
    report = dee.get(reverse("exchange:problems", args=[run.pk]))
    assert report.headers["Content-Disposition"].startswith("attachment")
    text = b"".join(report.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["file", "line", "column", "code", "message"]
    assert rows[-1] == ["'=evil.csv", "", "", "x", "'+1"]
    assert len(rows) == 1 + ImportProblem.objects.filter(import_run=run).count()
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_rows_in_quarantine_are_listed_until_they_are_mended(cast, dee, north):
    page = dee.get(reverse("exchange:quarantine")).content.decode()
    assert page.count("1001") >= 2
    assert "both cannot be true" in page
    assert FileRead.objects.get(page="quarantine").child == north.episode(FIRST).child  # two rows, one child
    row = north.episode(FIRST)
    shown = dee.get(reverse("exchange:mend", args=[row.pk]))
    assert shown.status_code == 200
    assert FileRead.objects.filter(by=cast.dee, child=row.child, page="return rows").exists()
    data = {
        "DECOM_day": "1", "DECOM_month": "6", "DECOM_year": "2019", "DEC_day": "1", "DEC_month": "7", "DEC_year": "2019",
        "RNE": "S", "REC": "X1", "LS": "C2", "CIN": "N1", "PLACE": "U6", "PLACE_PROVIDER": "PR1",
        "REASON_PLACE_CHANGE": "", "PL_POST": "ZZ1 1AA", "URN": "1234567", "reason": "Her file says the first.",
    }  # fmt: skip
    done = dee.post(reverse("exchange:mend", args=[row.pk]), data)
    assert done.headers["Location"] == reverse("exchange:quarantine")
    assert set(ReturnEpisode.objects.values_list("state", flat=True)) == {"used"}
    assert north.episode(FIRST).mended == {"DEC": "2019-07-01"}
    assert "Nothing is in quarantine" in dee.get(reverse("exchange:quarantine")).content.decode()
    assert dee.get(reverse("exchange:mend", args=[row.pk])).status_code == 404


def test_a_row_without_a_header_is_offered_only_what_helps(cast, dee, tmp_path):
    orphans = Council(cast.north, tmp_path / "orphans")
    orphans.take(episodes_2019=table(EPISODES, episode("1009")))
    row = ReturnEpisode.objects.get(child_number="1009")
    assert "See what helps" in dee.get(reverse("exchange:quarantine")).content.decode()
    page = dee.get(reverse("exchange:mend", args=[row.pk])).content.decode()
    assert "No header names this child" in page
    assert "Save and judge again" not in page
    for way in (reverse("exchange:imports"), reverse("exchange:set_aside", args=[row.pk])):
        assert way in page


def test_what_was_left_open_leads_to_the_child(cast, dee, north):
    north.take_one(episode("1002"), year=2019)
    run = north.take_one(episode("1003"), year=2020)["run"]
    assert ImportProblem.objects.get(import_run=run, code="open_then_absent").child_number == "1002"
    left = Placement.objects.get(child__external_id="1002").child
    assert reverse("dashboards:child", args=[left.reference]) in dee.get(
        reverse("exchange:import", args=[run.pk])
    ).content.decode()  # fmt: skip


def test_a_mend_that_cannot_be_true_comes_back_with_the_typing(cast, dee, north):
    row = north.episode(FIRST)
    page = dee.post(
        reverse("exchange:mend", args=[row.pk]),
        {"DECOM_day": "1", "DECOM_month": "6", "DECOM_year": "2019", "DEC_day": "1", "DEC_month": "5",
         "DEC_year": "2019", "LS": "C2", "PLACE": "U6", "reason": "I think so."},
    )  # fmt: skip
    assert page.status_code == 422
    assert "before it starts on 1 June 2019" in page.content.decode()
    assert "I think so." in page.content.decode()


def test_a_code_that_is_none_stays_on_offer_until_it_is_changed(cast, dee, north):
    north.take_one(episode("1002", place="Q9"), year=2019)
    row = north.episode(FIRST, "1002")
    page = dee.get(reverse("exchange:mend", args=[row.pk])).content.decode()
    assert '<option value="Q9" selected>' in page.replace("  ", " ")


def test_a_row_is_set_aside_with_a_reason(cast, dee, north):
    row = north.episode(SECOND)
    address = reverse("exchange:set_aside", args=[row.pk])
    assert dee.post(address, {"reason": ""}).status_code == 422
    assert dee.post(address, {"reason": "Entered for her sister."}).status_code == 302
    assert north.episode(SECOND).state == "set_aside"


def addresses(north):
    run, row = ImportRun.objects.first(), north.episode(FIRST)
    return [
        reverse("exchange:import", args=[run.pk]),
        reverse("exchange:problems", args=[run.pk]),
        reverse("exchange:mend", args=[row.pk]),
        reverse("exchange:set_aside", args=[row.pk]),
    ]


def test_another_council_finds_nothing(cast, client, north):
    client.force_login(cast.duncan)
    for address in addresses(north):
        assert client.get(address).status_code == 404, address
        assert client.post(address, {"reason": "x"}).status_code == 404 or "problems" in address, address
    assert "1001" not in client.get(reverse("exchange:quarantine")).content.decode()
    assert "From the command line" not in client.get(reverse("exchange:imports")).content.decode()


@pytest.mark.parametrize("who", ["amy", "tom", "carl", "ines", "sam", "nina"])
def test_roles_that_do_not_import_are_refused(cast, client, north, who):
    client.force_login(getattr(cast, who))
    for address in [reverse("exchange:imports"), reverse("exchange:quarantine"), *addresses(north)]:
        assert client.get(address).status_code == 403, address


def test_nobody_sees_an_import_without_signing_in(client, cast, north):
    for address in [reverse("exchange:imports"), *addresses(north)]:
        assert client.get(address).status_code == 302


@pytest.mark.parametrize("name", ["exchange:quarantine", "exchange:imports"])
def test_a_longer_list_asks_the_database_no_more_questions(cast, dee, north, name):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            assert dee.get(reverse(name)).status_code == 200
        return len(asked)

    for known in "12":  # so that what is noted of whom is read is a row, and then several
        north.take_one(episode(f"1{known}", ls="Q9"))
    questions()
    few = questions()
    for year in range(2010, 2016):
        north.take_one(*[episode(f"{year}{n}", ls="Q9") for n in range(5)], year=year)
    assert questions() == few
