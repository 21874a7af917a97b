"""The embedded servers: shared, started again, stopped when unused, and never in the way of another instance."""

import contextlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings

from config import embedded

USER = """
import json, sys
from dataclasses import asdict
from pathlib import Path
sys.path.insert(0, "config")
import embedded
print(json.dumps(asdict(embedded.ensure(Path(sys.argv[1]), durable=False))), flush=True)
sys.stdin.read()
"""


class User:
    """A process of its own that uses the servers of a folder until it is killed."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=settings.BASE_DIR,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.servers = embedded.Servers(**json.loads(line))

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def is_alive(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def within(seconds: float, happened) -> bool:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if happened():
            return True
        time.sleep(0.05)
    return False


@contextlib.contextmanager
def connected(url: str) -> Iterator["psycopg2.extensions.cursor"]:
    with contextlib.closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        yield connection.cursor()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder of its own, below the tests' own data, where root's stand-in can reach it."""
    path = settings.DATA / f"launcher-{os.getpid()}"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    yield path
    assert within(10, lambda: not embedded._locked(path / "servers.lock"))
    shutil.rmtree(path)


@pytest.fixture
def user(folder: Path) -> Iterator[User]:
    user = User(folder)
    yield user
    user.kill()


def test_two_processes_share_one_instance(folder, user):
    other = User(folder)
    try:
        assert other.servers == user.servers
    finally:
        other.kill()


def test_the_app_may_not_make_tables_and_the_owner_may(user):
    with connected(user.servers.database_url) as app, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE mine (id int)")
    with connected(user.servers.database_owner_url) as owner:
        owner.execute("CREATE TABLE mine (period daterange, EXCLUDE USING gist (period WITH &&))")
        owner.execute("DROP TABLE mine")
    with connected(user.servers.database_url) as app, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        app.execute("SET ROLE him_owner")


def test_passwords_are_in_private_files_and_in_no_list_of_processes(folder, user):
    secret = json.loads((folder / "credentials").read_text())
    for name in ("credentials", "servers.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    for pid in (user.servers.supervisor, user.servers.postgres, user.servers.valkey):
        for file in ("cmdline", "environ"):
            said = Path(f"/proc/{pid}/{file}").read_text()
            assert not [name for name in ("superuser", "owner", "app", "valkey") if secret[name] in said]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user to change from")
def test_root_runs_neither_server(user):
    for pid in (user.servers.postgres, user.servers.valkey):
        assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_a_killed_supervisor_takes_its_servers_along_and_the_data_stays(folder, user):
    with connected(user.servers.database_owner_url) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        owner.execute("INSERT INTO kept VALUES (1)")
    os.kill(user.servers.supervisor, signal.SIGKILL)
    assert within(10, lambda: not is_alive(user.servers.postgres) and not is_alive(user.servers.valkey))
    after = User(folder)
    try:
        assert after.servers.supervisor != user.servers.supervisor
        assert after.servers.database_url == user.servers.database_url  # who was connected finds it again
        with connected(user.servers.database_owner_url) as owner:
            owner.execute("SELECT count(*) FROM kept")
            assert owner.fetchone() == (1,)
    finally:
        after.kill()


@pytest.mark.parametrize("server", ["postgres", "valkey"])
def test_a_killed_server_is_started_again_where_it_was(folder, user, server):
    before = getattr(user.servers, server)
    os.kill(before, signal.SIGKILL)
    assert within(15, lambda: getattr(embedded._read(folder), server) != before)
    assert embedded._read(folder).database_url == user.servers.database_url
    with connected(user.servers.database_url) as app:
        app.execute("SELECT 1")


def test_servers_nobody_uses_any_more_end_by_themselves(folder):
    user = User(folder)
    other = User(folder)
    user.kill()
    time.sleep(embedded.UNUSED_SECONDS + 0.5)
    assert is_alive(user.servers.postgres), "stopped while still in use"
    other.kill()
    pids = (user.servers.supervisor, user.servers.postgres, user.servers.valkey)
    assert within(embedded.UNUSED_SECONDS + 5, lambda: not any(map(is_alive, pids)))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user that may not reach a folder")
def test_a_folder_the_servers_user_cannot_reach_keeps_its_data_elsewhere_and_says_where(tmp_path):
    tmp_path.chmod(0o700)
    user = User(tmp_path)
    home = Path(f"/proc/{user.servers.postgres}/cwd").readlink().parent  # PostgreSQL's own folder is `postgres` in it
    try:
        with connected(user.servers.database_url) as app:
            app.execute("SELECT 1")
        assert not home.is_relative_to(tmp_path)
        assert str(home) in (tmp_path / "elsewhere.txt").read_text()
    finally:
        user.kill()
        assert within(10, lambda: not embedded._locked(tmp_path / "servers.lock"))
    shutil.rmtree(home)
