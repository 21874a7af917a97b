"""`make run`'s own process: what it starts, what it starts again, and that nothing outlives it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config import embedded
from tests.config.test_embedded import is_alive, within

FOLDER = settings.DATA / f"run-{os.getpid()}"  # its own: two workers may each have one of these tests
STARTING_SECONDS = 180.0  # for a machine that does much else; it takes a few


def start(port: int) -> "subprocess.Popen[str]":
    outside = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    log = (FOLDER / "log").open("a")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "config.run"],
            env={**outside, "HELD_DATA": str(FOLDER), "PORT": str(port)},
            cwd=settings.BASE_DIR,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def said() -> str:
    return (FOLDER / "log").read_text()


def started_by(pid: int) -> dict[str, int]:
    """The programs whose parent is `pid`, by what they are."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            command = (path.parent / "cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            found[next(name for name in ("gunicorn", "worker", "beat", "other") if name in [*command, "other"])] = int(
                path.parent.name
            )
    return found


def answers(run: "subprocess.Popen[str]") -> bool:
    return within(STARTING_SECONDS, lambda: "Held in Mind is at" in said() or run.poll() is not None)


@pytest.fixture(scope="module", autouse=True)
def folder():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    yield
    shutil.rmtree(FOLDER)


@pytest.fixture
def port():
    (FOLDER / "log").write_text("")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_it_starts_three_programs_and_leaves_none(port):
    """One test, so that the second start finds the service of the first."""
    it_starts_again_one_that_dies_and_ends_all_when_stopped(port)
    killed_outright_it_takes_everything_along(port)


def it_starts_again_one_that_dies_and_ends_all_when_stopped(port):
    run = start(port)
    try:
        assert answers(run), said()
        assert within(30, lambda: set(started_by(run.pid)) == {"gunicorn", "worker", "beat"}), started_by(run.pid)
        first = started_by(run.pid)
        os.kill(first["worker"], signal.SIGKILL)
        assert within(30, lambda: started_by(run.pid).get("worker", first["worker"]) != first["worker"]), said()

        taken = subprocess.run(
            [sys.executable, "-m", "config.run"],
            env={**os.environ, "HELD_DATA": str(FOLDER), "PORT": str(port)},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert taken.returncode == 1
        assert f"Port {port} cannot be used" in taken.stderr
        assert "PORT=8001 make run" in taken.stderr

        programs = started_by(run.pid)
        servers = embedded._read(FOLDER / "test")
    finally:
        run.send_signal(signal.SIGINT)
        run.wait(timeout=30)
    assert run.returncode == 0
    assert not [pid for pid in (*programs.values(), servers.postgres, servers.valkey) if is_alive(pid)]


def killed_outright_it_takes_everything_along(port):
    run = start(port)
    assert answers(run), said()
    assert within(30, lambda: len(started_by(run.pid)) == 3)
    servers = embedded._read(FOLDER / "test")
    everything = [*started_by(run.pid).values(), servers.postgres, servers.valkey, servers.supervisor]
    run.kill()
    run.wait()
    assert within(20, lambda: not [pid for pid in everything if is_alive(pid)])
