"""A return of a million rows is read in no more than 300 MB."""

import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.drills import ROOT, Drill

ROWS = 1_000_000
LIMIT_MB = 300
EPISODES_OF_A_CHILD = 5
COMMAND = """
import json, resource, subprocess, sys
done = subprocess.run([sys.executable, "manage.py", "import_ssda903", sys.argv[1], "--scratch", "--json"], stdout=subprocess.PIPE)
assert done.returncode == 0
counts = json.loads(done.stdout)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(json.dumps({"rows": counts["rows_read"], "episodes": counts["episodes"], "peak MB": peak}))
"""

ONE_AFTER_ANOTHER = """
import json, os, resource, sys
import django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
from django.core.management import call_command
from django.db import connection
from core.models import Authority
connection.settings_dict["NAME"], *folders = sys.argv[1:]
found = []
for code, folder in enumerate(folders):  # each a council's own
    Authority.objects.create(code=str(code), name=str(code))
    with open(f"{folder}/printed", "w") as printed:
        call_command("import_ssda903", folder, "--json", authority=str(code), stdout=printed)
    with open(f"{folder}/printed") as printed:
        counts = json.load(printed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found.append({"rows": counts["rows_read"], "episodes": counts["episodes"], "peak MB": peak})
print(json.dumps(found))
"""

# The system counts as a program's peak also what the one that started it held then: so a small one starts it.
BETWEEN = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"


def write(folder: Path, rows: int) -> None:
    """Children with five episodes each, every tenth row broken, so that problems are counted too."""
    from tests.exchange import returns

    start = dt.date(2010, 4, 1)
    with (folder / "header_2020.csv").open("w") as header, (folder / "episodes_2020.csv").open("w") as episodes:
        header.write(returns.HEADER + "\n")
        episodes.write(returns.EPISODES + "\n")
        for row in range(rows):
            number, turn = divmod(row, EPISODES_OF_A_CHILD)
            if turn == 0:
                header.write(returns.child(str(number)) + "\n")
            first, last = (start + dt.timedelta(days=400 * n) for n in (turn, turn + 1))
            line = returns.episode(
                str(number), f"{first:%d/%m/%Y}", f"{last:%d/%m/%Y}", rne="P" if turn else "S", post=f"ZZ1 {turn}AA"
            )
            episodes.write(("broken," if row % 10 == 9 else line) + "\n")


def measure(rows: int) -> dict[str, int]:
    """Import a return of so many rows into a scratch database, in a process of its own, and say its peak."""
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), rows)
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, name], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
    return json.loads(done.stdout)


def measure_one_after_another(*sizes: int, database: str) -> list[dict[str, int]]:
    """Import returns of so many rows, each longer than the one before, into an empty database, in one process, and say
    its peak after each."""
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / str(rows) for rows in sizes]
        for folder, rows in zip(folders, sizes, strict=True):
            folder.mkdir()
            write(folder, rows)
        command = [sys.executable, "-c", BETWEEN, sys.executable, "-c", ONE_AFTER_ANOTHER, database, *folders]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


@contextmanager
def make_ready() -> Iterator:
    def one_round(_: random.Random) -> dict[str, int]:
        found = measure(ROWS)
        return found | {"over the limit": int(found["peak MB"] > LIMIT_MB), "rows lost": ROWS - found["rows"]}

    yield one_round


DRILL = Drill(
    name="import-a-million-rows",
    goal=f"1,000,000 rows read in at most {LIMIT_MB} MB",
    rounds=1,
    make_ready=make_ready,
    must_be_zero=("over the limit", "rows lost"),
    only_in_full=True,
)
