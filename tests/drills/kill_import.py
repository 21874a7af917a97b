"""Kill -9 the worker in the middle of an import: whoever takes over comes to the same end, and no child is ever half there."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.drills import ROOT, Drill

CHILDREN = 1_200
PATIENCE = 60.0
WORK = "import django; django.setup(); from exchange.tasks import work_imports; work_imports()"


def _files(make):
    numbers = [str(n) for n in range(10_000, 10_000 + CHILDREN)]
    header = make.table(make.HEADER, *[make.child(n) for n in numbers])
    rows = []
    for n in numbers:
        rows += [
            make.episode(n, "01/06/2019", "01/09/2019"),
            make.episode(n, "01/09/2019", rne="P", place="K2"),
        ]
        if int(n) % 9 == 0:
            rows.append(make.episode(n, "01/08/2019", rne="P"))
    return {"header_2019.csv": header, "episodes_2019.csv": make.table(make.EPISODES, *rows)}


def hand_in(number: int):
    """A council of its own, and a return handed in by one of its people."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from core import clock
    from core.access import Role
    from core.models import Authority, User
    from exchange.actions import request_import
    from tests.exchange import returns

    mark = f"K{os.getpid() % 100_000}{number}"
    authority = Authority.objects.create(code=mark[:10], name=f"Council {mark}")
    dee = User.objects.create(email=f"{mark}@example.org", name="Dee", role=Role.DIRECTOR, authority=authority)
    uploads = [SimpleUploadedFile(name, text.encode()) for name, text in _files(returns).items()]
    return request_import(uploads=uploads, year=None, by=dee, as_of=clock.now())


def half_children(authority) -> int:
    """Children some of whose used episodes are in no placement, or whose rows are there without her."""
    from exchange.models import ReturnEpisode
    from placements.models import Placement

    used = set(ReturnEpisode.objects.filter(authority=authority, state="used").values_list("child_number", "decom"))
    placed = set(Placement.objects.filter(child__authority=authority).values_list("child__external_id", "started_on"))
    return len({number for number, _ in used ^ placed})


@contextmanager
def make_ready() -> Iterator:
    from django.core.management import call_command

    from core import clock
    from exchange.importing import work_waiting
    from exchange.models import ImportRun, StagedRow
    from tests.exchange.returns import everything

    call_command("migrate", verbosity=0)
    ImportRun.objects.exclude(state__in=["done", "failed"]).update(state="failed")
    whole = hand_in(0)
    started = time.monotonic()
    work_waiting(as_of=clock.now(), seconds=PATIENCE)
    length = time.monotonic() - started
    whole.refresh_from_db()
    assert whole.state == "done", whole.state
    wanted = everything(whole.authority)
    numbers = iter(range(1, 1_000_000))

    def one_round(chance: random.Random) -> dict[str, int]:
        run = hand_in(next(numbers))
        worker = subprocess.Popen(
            [sys.executable, "-c", WORK],
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        give_up = time.monotonic() + PATIENCE
        while ImportRun.objects.filter(pk=run.pk, state="waiting").exists() and time.monotonic() < give_up:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, length))
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        killed_inside = ImportRun.objects.filter(pk=run.pk, state="running").exists()
        half = half_children(run.authority)
        ImportRun.objects.filter(pk=run.pk, state="running").update(lease_until=clock.start_of(clock.now().date()))
        work_waiting(as_of=clock.now(), seconds=PATIENCE)
        run.refresh_from_db()
        return {
            "killed inside": int(killed_inside),
            "half a child": half,
            "not finished": int(run.state != "done"),
            "other counts": int(run.counts != whole.counts),
            "other records": int(everything(run.authority) != wanted),
            "rows left behind": StagedRow.objects.filter(import_run=run).count(),
        }

    yield one_round


DRILL = Drill(
    name="kill-worker-mid-import",
    goal="40 kills: every import ends as if it had not been killed, and no child is ever half there",
    rounds=40,
    make_ready=make_ready,
    must_be_zero=("half a child", "not finished", "other counts", "other records", "rows left behind"),
)
