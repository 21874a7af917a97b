"""`python -m config.probe web|worker|beat`: exit 0 if that program of this container is well (docker-compose.yml)."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


def web() -> bool:
    """It says it is ready, asked as one of the hosts it answers to."""
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0]
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/readyz"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=5) as answer:
        return bool(answer.status == 200)


def worker() -> bool:
    """It answers through the broker."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "inspect",
        "ping",
        "-d",
        f"celery@{socket.gethostname()}",
    ]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0


def beat() -> bool:
    """It wrote down its place in the timetable in the last ten minutes (it does so every three)."""
    written = [path.stat().st_mtime for path in Path(os.environ["HELD_DATA"]).glob("beat-schedule*")]
    return bool(written) and time.time() - max(written) < 600  # noqa: TID251 - compared with a file's age, not a record's


def main() -> int:
    try:
        return 0 if {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]() else 1
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
