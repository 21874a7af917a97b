"""`make run`: the whole app on this machine, with its demonstration, until Ctrl-C.

Brings the database up to date, loads the demonstration into an empty one, and looks after three programs: web, worker
and beat. One that dies is started again. However this process ends, they end too.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from types import FrameType

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from config import embedded

PORT = os.environ.get("PORT", "8000")
ADDRESS = f"http://127.0.0.1:{PORT}"
CELERY = ["celery", "--quiet", "-A", "config"]
PROGRAMS = {
    "web": ["gunicorn", "--config", "config/web.py", "config.wsgi"],
    "worker": [
        *CELERY,
        "worker",
        "--concurrency",
        "1",
        "--loglevel",
        "WARNING",
        "--without-gossip",
        "--without-mingle",
    ],
    "beat": [*CELERY, "beat", "--loglevel", "WARNING"],
}
# Celery's warning about root is for production, where the image runs as a user of its own.
QUIET = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
STOPPING_SECONDS = 10
TOO_MANY_STARTS, IN_SECONDS = 5, 60.0


class Stop(Exception):
    """Somebody asked to stop."""


@dataclass
class Program:
    """One of the three, and when it was started."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def look_after(self) -> None:
        """Start it if it does not run. Raises SystemExit when it keeps dying."""
        if self.process and self.process.poll() is None:
            return
        if self.process:
            say(f"The {self.name} ended with status {self.process.returncode}; starting it again.")
        now = time.monotonic()
        self.starts = [at for at in self.starts if now - at < IN_SECONDS] + [now]
        if len(self.starts) > TOO_MANY_STARTS:
            raise SystemExit(f"The {self.name} keeps ending at once; what it said is above. Stopping.")
        self.process = subprocess.Popen(
            [sys.executable, "-m", *PROGRAMS[self.name]],
            cwd=settings.BASE_DIR,
            env={**os.environ, **QUIET, "PORT": PORT},
            start_new_session=True,  # Ctrl-C comes to us, and we stop them in order
            preexec_fn=lambda: embedded.signal_when_parent_dies(signal.SIGTERM),
        )

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, give_up: float) -> None:
        if not self.process:
            return
        try:
            self.process.wait(timeout=max(0.1, give_up - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"The {self.name} did not stop in time; ending it.")
        with contextlib.suppress(ProcessLookupError):  # whatever of it is left: a pool's child, a worker of gunicorn's
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def say(text: str) -> None:
    print(text, flush=True)


def refuse_a_taken_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(PORT)))
        except (OSError, ValueError, OverflowError) as error:
            raise SystemExit(
                f"Port {PORT} cannot be used ({error}). If Held in Mind already runs in another terminal, open "
                f"{ADDRESS}; otherwise choose another port: PORT=8001 make run"
            ) from error


def prepare() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    if settings.DEMO:
        call_command("demo")
    connections.close_all()


def is_ready() -> bool:
    try:
        with urllib.request.urlopen(f"{ADDRESS}/readyz", timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def serve(programs: list[Program]) -> None:
    """Look after the programs until told to stop: the first alone until it answers, so that it answers soon."""
    announced = False
    while True:
        if settings.EMBEDDED:
            embedded.ensure(settings.DATA, durable=not settings.TESTING)  # they too may have been killed
        for program in programs if announced else programs[:1]:
            program.look_after()
        if announced:
            time.sleep(1)
        elif is_ready():
            announced = True
            if settings.DEMO:
                call_command("demo", print_signins=True)
                connections.close_all()
            say(f"\nHeld in Mind is at {ADDRESS} (Ctrl-C stops it)\n")
        else:
            time.sleep(0.2)


def main() -> None:
    began_by = os.getppid()
    if "MAKELEVEL" in os.environ:
        embedded.signal_when_parent_dies(signal.SIGTERM)
        if os.getppid() != began_by:
            raise SystemExit(1)

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    programs = [Program(name) for name in PROGRAMS]
    try:
        refuse_a_taken_port()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        prepare()
        serve(programs)
    except Stop:
        say("Stopping.")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        give_up = time.monotonic() + STOPPING_SECONDS
        for program in programs:
            program.stop()
        for program in programs:
            program.wait(give_up)
        if settings.configured and settings.EMBEDDED:
            connections.close_all()
            embedded.release(settings.DATA)


if __name__ == "__main__":
    main()
