"""What the commands print, which others rely on; and the printed rulebook."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from core import clock, gates
from oversight import rulebook
from oversight.models import Flag, SweepRun
from oversight.rulebook import Basis, Kind, Rule
from oversight.sweep import NotYet, sweep
from tests.cast import at

COLUMNS = [
    "code",
    "title",
    "authority",
    "basis",
    "kind",
    "owner",
    "in_force_from",
    "in_force_until",
    "period",
    "source_id",
]
START = dt.date(2022, 1, 10)
IN_THIS_PART = (
    {"VIS-01", "VIS-02", "VIS-03", "VIS-07", "VIS-08", "LEG-04", "LEG-05", "LEG-07", "NOT-08", "NOT-10"}
    | {
        "LOG-01",
        "LOG-05",
        "LOG-06",
        "SAF-01",
        "SAF-02",
        "SAF-03",
        "SAF-04",
        "SAF-05",
        "SAF-06",
        "SAF-07",
        "SAF-08",
        "SAF-09",
    }
    | {"SAF-10", "SAF-11", "NOT-09"}
    | {f"{family}-{number:02}" for family in ("DEC", "MTG", "QA") for number in range(1, 5)}
    | {f"CPL-{number:02}" for number in range(1, 9)}
    | {f"ESC-{number:02}" for number in range(1, 7)}
    | {f"STF-{number:02}" for number in range(1, 14)}
)


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


class TestRulebook:
    def test_the_contracts_columns(self):
        rows = json.loads(run("rulebook", "--json"))
        assert all(list(row) == COLUMNS for row in rows)
        assert {row["source_id"] for row in rows} == IN_THIS_PART
        assert {row["kind"] for row in rows} <= {"clock", "gate", "pattern"}
        assert {row["basis"] for row in rows} <= {"statute", "court or guidance", "local standard"}
        assert len({row["code"] for row in rows}) == len(rows)
        assert all(row["owner"] and row["title"] and row["authority"] and row["period"] for row in rows)

    def test_by_date(self):
        def codes(*arguments):
            return {row["code"] for row in json.loads(run("rulebook", "--json", *arguments))}

        assert "LEG-04" not in codes("--as-of", "2021-09-08")
        assert "LEG-04" in codes("--as-of", "2021-09-09")
        assert "VIS-01" not in codes("--as-of", "2011-03-31")
        assert "VIS-01" in codes("--as-of", "2011-04-01")
        assert codes("--all") == {rule.code for rule in rulebook.ALL} > codes("--as-of", "2011-03-31")

    def test_for_a_reader(self):
        assert "VIS-07" in run("rulebook")

    def test_gates_are_those_the_house_refuses_under(self):
        assert {rule.code for rule in rulebook.ALL if rule.kind == Kind.GATE} == set(gates.GATES)

    def test_the_printed_rulebook_is_up_to_date(self):
        from core import documents

        assert "docs/rulebook.md" not in documents.out_of_date()

    def test_a_rule_says_who_must_act_and_what_clears_it(self):
        for rule in rulebook.ALL:
            assert rule.what_clears.endswith(".")
            assert rule.scope.endswith(".")
            assert not rule.title.endswith(".")
        with pytest.raises(ValueError, match="somebody who must act"):
            Rule(
                code="X-01",
                source_id="X-01",
                title="",
                authority="",
                basis=Basis.LOCAL,
                scope="",
                period="",
                what_clears="",
            )


class TestSweep:
    def test_json_alone(self, cast):
        cast.unregistered(cast.child(), START)
        found = json.loads(run("sweep", "--as-of", "2022-03-11", "--json"))
        assert found["as_of"] == at(dt.date(2022, 3, 11), 23, 59).replace(second=59).isoformat()
        assert found["raised"] == found["standing"] == Flag.objects.standing().count() > 5
        assert (found["cleared"], found["failed_rules"]) == (0, [])
        assert "raised: 0" in run("sweep", "--as-of", "2022-03-11T23:59:59")

    def test_a_date_is_its_last_second_so_that_its_own_records_count(self, cast):
        placement = cast.placement(cast.child(), START, type="U6")
        run("sweep", "--as-of", "2022-01-17")
        assert not Flag.objects.exists()
        run("sweep", "--as-of", "2022-01-18")
        assert Flag.objects.standing().get().placement == placement

    def test_not_of_a_day_that_has_not_come(self, cast, monkeypatch):
        """It would hide what is overdue until that day, and accuse people of what is not overdue yet."""
        cast.placement(cast.child(), START, type="U6")
        ahead = clock.now() + dt.timedelta(days=400)
        with pytest.raises(CommandError, match="has not come"):
            run("sweep", "--as-of", ahead.isoformat())
        with pytest.raises(NotYet):
            sweep(as_of=clock.now() + dt.timedelta(minutes=2))
        assert not Flag.objects.exists()
        assert not SweepRun.objects.exists()
        assert sweep(as_of=clock.now() + dt.timedelta(seconds=50)).raised  # two clocks never agree to the second
        monkeypatch.setitem(connection.settings_dict, "NAME", "scratch_of_a_replay")
        assert sweep(as_of=ahead).finished_at

    def test_today_is_now(self, db):
        before = clock.now()
        found = json.loads(run("sweep", "--as-of", clock.local_date(before).isoformat(), "--json"))
        assert before <= dt.datetime.fromisoformat(found["as_of"]) <= clock.now()

    def test_nonsense(self, db):
        with pytest.raises(CommandError, match="is not a date"):
            run("sweep", "--as-of", "yesterday")

    def test_catch_up(self, cast):
        cast.placement(cast.child(), START, type="U6")
        first = json.loads(run("catch_up", "--json"))
        assert first["days_replayed"] == 0
        SweepRun.objects.update(as_of=F("as_of") - dt.timedelta(days=3))
        again = json.loads(run("catch_up", "--json"))
        assert again["days_replayed"] == 3
        assert set(again) == {"as_of", "days_replayed", "raised", "cleared", "standing", "failed_rules"}


def test_catalogue_ids_are_spelt_as_there():
    """A rule's `source_id` names a row of the catalogue; these are the ids as it has them."""
    assert {rule.source_id for rule in rulebook.ALL} == IN_THIS_PART
