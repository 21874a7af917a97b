"""The command, and five real-shaped yearly returns through it, counted by a second reading in SQL."""

import datetime as dt
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from core import clock
from core.db import as_owner
from core.models import Authority, User
from exchange.models import ImportProblem, ReturnEpisode
from oversight import rulebook
from oversight.models import Flag
from oversight.sweep import sweep
from placements.models import Home, Placement, Provider, Registration
from tests.exchange import returns
from tests.exchange.returns import (
    AS_OF,
    EPISODES,
    HEADER,
    Council,
    child,
    codes,
    episode,
    everything,
    history_rows,
    table,
)

ROOT = Path(__file__).resolve().parent.parent.parent
REAL = ROOT.parent / "shared" / "data" / "ssda903_multiyear_2017_2021"


# --- the command --------------------------------------------------------------------------------------------------------


def command(*args, expect=0):
    done = subprocess.run(
        [sys.executable, "manage.py", "import_ssda903", *map(str, args)],
        cwd=ROOT,
        env=os.environ | {"HELD_PROFILE": "test"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == expect, done.stderr
    return done


def scratches() -> set[str]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'scratch\\_%'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_json_alone_and_throws_its_database_away(tmp_path):
    council = Council(None, tmp_path)
    folder = council.files(
        header_2019=table(HEADER, child()),
        episodes_2019=table(EPISODES, episode(dec="10/07/2019"), episode(decom="01/07/2019", rne="P"), "x"),
        other="nothing",
    )
    before = scratches()
    first, second = json.loads(command(folder, "--scratch", "--twice", "--json").stdout)
    assert scratches() == before
    assert set(first) == {
        "files", "rows_read", "children", "episodes", "created", "updated", "unchanged", "quarantined", "rejected", "problems",
    }  # fmt: skip
    assert (first["files"], first["rows_read"], first["quarantined"], first["rejected"]) == (2, 3, 2, 1)
    assert all(set(problem) == {"file", "line", "column", "code", "message"} for problem in first["problems"])
    assert (second["created"], second["updated"], second["quarantined"], second["unchanged"]) == (0, 0, 0, 2)


def test_the_command_asks_whose_return_it_is(db, tmp_path, capsys):
    with pytest.raises(CommandError, match="no authority"):
        call_command("import_ssda903", str(tmp_path))
    for code in ("901", "902"):
        Authority.objects.create(code=code, name=f"Council {code}")
    with pytest.raises(CommandError, match="901, 902"):
        call_command("import_ssda903", str(tmp_path))
    with pytest.raises(CommandError, match="no authority 903"):
        call_command("import_ssda903", str(tmp_path), authority="903")
    with pytest.raises(CommandError, match="not a folder"):
        call_command("import_ssda903", str(tmp_path / "nowhere"), authority="901")
    council = Council(Authority.objects.get(code="901"), tmp_path)
    call_command("import_ssda903", str(council.files(episodes_2019=table(EPISODES, episode()))), authority="901")
    assert "quarantined" in capsys.readouterr().out
    assert ReturnEpisode.objects.get().authority.code == "901"


# --- the five years -----------------------------------------------------------------------------------------------------


def _independently():
    """The five years counted with nothing of ours: distinct episodes, children, and neighbours that overlap."""
    import csv

    latest, children, rows = {}, set(), 0
    for path in sorted(REAL.glob("*-episodes.csv")):
        with path.open() as file:
            for row in csv.DictReader(file):
                rows += 1
                start, end = (_plain_date(row[column]) for column in ("DECOM", "DEC"))
                latest[row["CHILD"], start] = end
    for path in REAL.glob("*-header.csv"):
        with path.open() as file:
            children |= {row["CHILD"] for row in csv.DictReader(file)}
    by_child = {}
    for (number, start), end in latest.items():
        by_child.setdefault(number, []).append((start, end or dt.date.max))
    pairs, doubtful = 0, 0
    for spans in by_child.values():
        spans.sort()
        pairs += sum(end > following for (_, end), (following, _) in pairwise(spans))
        doubtful += sum(any(a < d and c < b for c, d in spans if (a, b) != (c, d)) for a, b in spans)
    return rows, len(latest), len(children), pairs, doubtful


def _plain_date(text):
    day, month, year = map(int, text.split("/")) if text else (0, 0, 0)
    return dt.date(year, month, day) if text else None


RESIDENTIAL = "('K1', 'K2', 'K3', 'H5', 'R1', 'R3', 'S1', 'Z1', 'Z11', 'Z12', 'Z13', 'Z14')"
OTHER = "('H5', 'K3', 'P2', 'P3', 'Z1', 'Z11', 'Z12', 'Z13', 'Z14')"
ALLOWED = "('childrens_home', 'secure_home', 'family_centre', 'school', 'holiday_scheme', 'care_home', 'hospital')"
# Who lives where on a day, from the tables as they are; `:day` is filled in. None of it is the rules' own text.
LIVING = """
    SELECT p.*, c.date_of_birth AS born, r.status, r.registered_for, s.code AS legal
    FROM placements_placement p
    JOIN children_child c ON c.id = p.child_id
    LEFT JOIN placements_registration r ON r.home_id = p.home_id AND daterange(r.started_on, r.ended_on) @> :day
    LEFT JOIN children_legalstatus s ON s.child_id = c.id AND daterange(s.started_on, s.ended_on) @> :day
    WHERE daterange(p.started_on, p.ended_on) @> :day AND extract(year FROM age(:day, c.date_of_birth)) < 18
      AND c.id IN (SELECT child_id FROM children_careepisode WHERE daterange(started_on, ended_on) @> :day)"""
# The sources of the rules the main job was built with: what stands of them is counted here, or nothing does.
FIRST_RULES = {"VIS-01", "VIS-02", "VIS-03", "VIS-07", "VIS-08", "LOG-01", "STF-05", "LEG-04", "LEG-05"}
COUNTED = {  # by rule or, where a rule has several limbs, by rule and limb
    "LEG-04": f"""started_on >= '2021-09-09' AND extract(year FROM age(:day, born)) < 16
        AND (coalesce(status, '') <> 'registered' AND (type IN {OTHER} OR status = 'not_registered')
             OR status = 'registered' AND registered_for NOT IN {ALLOWED})""",
    "LEG-05": "status = 'not_registered' AND id NOT IN (SELECT placement_id FROM placements_unregisteredauthorisation)",
    "VIS-01": """followed_from + 7 < :day AND type NOT IN ('P1', 'A3', 'A4', 'A5', 'A6')
        AND coalesce(legal, '') NOT IN ('V3', 'V4') AND id NOT IN (SELECT placement_id FROM placements_visit)""",
    "VIS-07 social_worker": "followed_from + 7 < :day AND status = 'not_registered'",
    # The tenth working day. Nobody came so lately that the bank holidays of the winter matter.
    "VIS-07 team_manager": """status = 'not_registered' AND 10 <= (
        SELECT count(*) FROM generate_series(followed_from + 1, :day - 1, interval '1 day') AS d
        WHERE extract(isodow FROM d) < 6)""",
    "VIS-07 head_of_service": "followed_from + 56 < :day AND status = 'not_registered'",
    "VIS-08 unannounced": "followed_from + 28 < :day AND status = 'not_registered'",
    "LOG-01": f"""followed_from + 1 < :day AND type IN {RESIDENTIAL} AND status = 'registered'
        AND id NOT IN (SELECT placement_id FROM placements_dailylog)""",
    "LOG-01L": f"""followed_from + 1 < :day AND coalesce(status, '') <> 'registered'
        AND (type IN {RESIDENTIAL} OR status = 'not_registered' AND type NOT LIKE 'U%%')
        AND id NOT IN (SELECT placement_id FROM placements_dailylog)""",
    "STF-05": f"followed_from <= :day AND type IN {RESIDENTIAL} AND status = 'registered'",
    "STF-05L": f"""followed_from <= :day AND coalesce(status, '') <> 'registered'
        AND (type IN {RESIDENTIAL} OR status = 'not_registered' AND type NOT LIKE 'U%%')""",
}


def _by_sql(rule, day):
    with connection.cursor() as cursor:
        query = f"SELECT count(*) FROM ({LIVING}) AS lives WHERE {COUNTED[rule]}".replace(":day", "%(day)s::date")
        cursor.execute(query, {"day": day})
        return cursor.fetchone()[0]


def _flags_are_those_counted_by_sql(council, day):
    """As imported no team follows anybody, and no home is known to be anything. Then homes are settled, some registered
    and some not, and a team takes every other placement on: now there is much to flag, and as much to count."""
    person = User.objects.create(email="dora@example.org", name="Dora", role="dcs", authority=council.authority)
    as_of = clock.at_local(day, dt.time(12))

    def both():
        assert sweep(as_of=as_of).failed_rules == []
        standing = Flag.objects.standing()
        others = {rule.code for rule in rulebook.ALL if rule.source_id in FIRST_RULES} - {
            of.split()[0] for of in COUNTED
        }
        assert {"VIS-02", "VIS-03"} <= others
        assert not standing.filter(rule__in=others), "nobody was visited, so no visit is the last that was in time"
        assert not standing.filter(rule="VIS-08").exclude(limb="unannounced")
        found = []
        for of in COUNTED:
            rule, _, limb = of.partition(" ")
            found.append((of, standing.filter(rule=rule, limb=limb).count(), _by_sql(of, day)))
        return found

    assert both() == [(rule, 0, 0) for rule in COUNTED], "nobody under 16 in these years began in other arrangements"
    provider = Provider.objects.create(name="Harbour Light Care")
    # Dealt out by type, not by key: a key depends on what other tests made before, and so would the numbers.
    lived = list(Placement.objects.order_by("type", "child__external_id", "started_on").values_list("pk", flat=True))
    settled = [
        ("not_registered", ""),
        ("registered", "childrens_home"),
        ("registered", "supported_accommodation"),
        ("", ""),
    ]
    for number, (status, kind) in enumerate(settled):
        home = Home.objects.create(authority=council.authority, provider=provider, name=f"Home {number}")
        if status:
            Registration.objects.create(
                home=home, status=status, registered_for=kind, regulator="ofsted" if kind else "",
                started_on=dt.date(2015, 1, 1), evidence="Looked up.", recorded_by=person,
            )  # fmt: skip
        Placement.objects.filter(pk__in=lived[number::4]).update(home=home)
    taken_on = [pk for start in range(0, len(lived), 8) for pk in lived[start : start + 4]]
    Placement.objects.filter(pk__in=taken_on).update(followed_from=F("started_on"))
    found = both()
    assert all(flags == counted for _, flags, counted in found), found
    assert all(flags >= 3 for _, flags, _ in found), f"so few that they prove little: {found}"


@pytest.mark.trap("14")
@pytest.mark.skipif(not REAL.exists(), reason="the sample returns are not beside this checkout")
def test_five_years_imported_twice_are_each_episode_once(council):
    rows, episodes, children, pairs, doubtful = _independently()
    assert (rows, episodes, children, pairs) == (3737, 2827, 820, 40)
    first = council.take(REAL)
    assert (first["rows_read"], first["episodes"], first["children"]) == (rows, episodes, children)
    assert first["quarantined"] == doubtful == ReturnEpisode.objects.filter(state="quarantined").count()
    assert codes(first).count("overlaps_next") == pairs
    assert first["created"] + first["quarantined"] == episodes
    before, written = everything(council.authority), history_rows()
    second = council.take(REAL)
    assert [second[name] for name in ("created", "updated", "quarantined", "rejected")] == [0, 0, 0, 0]
    assert (second["unchanged"], second["episodes"], second["children"]) == (rows, episodes, children)
    assert everything(council.authority) == before
    assert history_rows() == written
    used = ReturnEpisode.objects.filter(state="used")
    assert Placement.objects.count() <= used.count()
    assert {(c, d) for c, d in used.values_list("child__external_id", "decom")} >= set(
        Placement.objects.values_list("child__external_id", "started_on")
    )
    _flags_are_those_counted_by_sql(council, dt.date(2022, 3, 15))


def test_problems_name_the_return_they_came_from(council):
    assert returns.AS_OF == AS_OF == clock.at_local(dt.date(2026, 3, 2), dt.time(12))
    outcome = council.take_one(episode(rec="X1"))
    problem = ImportProblem.objects.get(import_run=outcome["run"])
    assert (problem.file, problem.line, problem.column, problem.code) == (
        "episodes_2019.csv",
        2,
        "REC",
        "reason_without_end",
    )
