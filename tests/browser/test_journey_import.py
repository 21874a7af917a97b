"""Hana hands in a return: the worker reads it while she watches, and what cannot be true waits for her to mend it."""

import csv
import io

import pytest

from exchange.models import ImportRun, ReturnEpisode
from exchange.tasks import work_imports
from placements.models import Placement
from tests.exchange.returns import EPISODES, HEADER, child, episode, table

pytestmark = pytest.mark.browser


@pytest.fixture
def files(tmp_path):
    """Two children: one's episodes overlap by two months; the header of another was left out."""
    (tmp_path / "header_2019.csv").write_text(table(HEADER, child("1001")), encoding="utf-8")
    rows = [
        episode("1001", "01/06/2019", "01/12/2019"),
        episode("1001", "01/10/2019", place="K2", rne="P"),
        episode("1002", "01/07/2019"),
    ]
    (tmp_path / "episodes_2019.csv").write_text(table(EPISODES, *rows), encoding="utf-8")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.7 not a return")
    (tmp_path / "empty_2019.csv").write_text("", encoding="utf-8")
    return tmp_path


def test_hana_imports_a_return_and_mends_what_could_not_be_used(cast, files, at_a_browser):
    hana = at_a_browser(cast.hana).is_signed_in()
    hana.opens("dashboards:my_work")
    hana.follows("Imports", exact=True)
    hana.sees("Import returns", "None yet.")

    hana.presses("Import", status=422)
    hana.is_told("Select the files of the return")
    picker = hana.page.get_by_label("Files of the return")
    picker.set_input_files([files / "notes.pdf", files / "empty_2019.csv"])
    hana.presses("Import", status=422)
    hana.sees("notes.pdf must be a CSV or XML file", "empty_2019.csv is empty")
    assert not ImportRun.objects.exists()

    picker.set_input_files([files / "header_2019.csv", files / "episodes_2019.csv"])
    hana.presses("Import")
    hana.sees("The files have arrived", "Waiting for the worker")
    run = ImportRun.objects.get()

    ImportRun.objects.update(state="running", rows_total=3, rows_read=1, lease_until="2020-01-01T00:00Z")
    hana.opens("exchange:import", run.pk)
    hana.sees("1 of 3 rows")
    bar = hana.page.get_by_role("progressbar")
    assert (bar.get_attribute("value"), bar.get_attribute("max")) == ("1", "3")
    ImportRun.objects.update(rows_total=0, rows_read=0)

    work_imports.apply(throw=True)  # the worker's own task; the page looks again by itself
    hana.page.get_by_text("The import is done").wait_for()
    hana.looks()
    hana.sees("3 rows read", "3 rows of your authority are in quarantine", "No header names this child")

    with hana.page.expect_download() as arriving:
        hana.page.get_by_role("button", name="Download the problem report (CSV)").click()
    report = arriving.value.path().read_text(encoding="utf-8-sig")
    problems = list(csv.DictReader(io.StringIO(report)))
    assert {problem["file"] for problem in problems} == {"episodes_2019.csv"}
    assert len(problems) == 3

    hana.follows("See and mend them")
    hana.sees("Rows in quarantine", "3 rows", "1002")
    hana.follows("Mend the episode of 1 June 2019, child 1001")
    hana.sees("both cannot be true", "This row")
    hana.dates("Episode ends (DEC)", ReturnEpisode.objects.get(decom="2019-10-01").decom)
    hana.presses("Save and judge again", status=422)
    hana.is_told("Enter why, and how you know")
    hana.enters("Why, and how you know", "The placement’s own record: she moved on 1 October.")
    hana.presses("Save and judge again")
    hana.sees("Row saved and judged again", "1 row", "1002")

    assert ReturnEpisode.objects.filter(child_number="1001", state="used").count() == 2
    mended = ReturnEpisode.objects.get(decom="2019-06-01")
    assert (mended.mended_by, mended.given["DEC"], mended.mended["DEC"]) == (cast.hana, "2019-12-01", "2019-10-01")
    assert Placement.objects.filter(child__external_id="1001").count() == 2

    hana.follows("See what helps the episode of 1 July 2019, child 1002")
    hana.follows("Set this row aside")
    hana.enters("Why, and how you know", "She is another council’s child.")
    hana.presses("Set aside")
    hana.sees("Row set aside", "Nothing is in quarantine")
    assert ReturnEpisode.objects.get(child_number="1002").state == "set_aside"


def test_amy_has_no_door_to_the_returns_and_another_council_sees_none_of_them(cast, files, at_a_browser):
    run = ImportRun.objects.create(authority=cast.north, by=cast.hana, requested_at="2026-01-05T09:00Z", state="done")
    amy = at_a_browser(cast.amy, widths=(1280,)).is_signed_in()
    amy.opens("exchange:imports", status=403)
    duncan = at_a_browser(cast.duncan, widths=(1280,)).is_signed_in()
    duncan.opens("exchange:import", run.pk, status=404)
    duncan.opens("exchange:imports").sees("None yet.")
