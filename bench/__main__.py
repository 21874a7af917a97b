"""`python -m bench [--children N] [--years Y] [--rounds R]`: a table on screen and bench/results.json.

Runs against a scratch database of invented records, made once and kept for the next run of the same size.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results.json"
WARM_UP = 2


def median_ms(run: Callable[[], object], rounds: int) -> float:
    """The median of `rounds` runs, in milliseconds, after two that only warm up."""
    taken = []
    for number in range(rounds + WARM_UP):
        began = time.perf_counter()
        run()
        if number >= WARM_UP:
            taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def use_scratch_database(children: int, years: int) -> str:
    """Point the settings at a database of our own, made by the owner if it is not there. Returns its name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import psycopg2
    from django.conf import settings

    name = f"scratch_bench_{children}_{years}"
    at = settings.DATABASES["default"]
    owner = settings.DATABASE_OWNER
    connection = psycopg2.connect(
        host=at["HOST"], port=at["PORT"], dbname=at["NAME"], user=owner["USER"], password=owner["PASSWORD"]
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    at["NAME"] = name
    return name


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--children", type=int, default=10_000)
    arguments.add_argument("--years", type=int, default=3)
    arguments.add_argument("--rounds", type=int, default=9)
    given = arguments.parse_args()
    name = use_scratch_database(given.children, given.years)
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from bench import measures
    from core import clock
    from exchange.seed import AlreadySeeded, seed

    settings.ALLOWED_HOSTS.append("testserver")
    settings.ROOT_URLCONF = "bench.urls"
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    call_command("migrate", verbosity=0)
    as_of = clock.now()
    try:
        seed(
            children=given.children,
            years=given.years,
            seed=1,
            as_of=as_of,
            say=lambda line: print(line, file=sys.stderr),
        )
    except AlreadySeeded:
        print(f"Using the records already in {name}", file=sys.stderr)
    results = list(measures.all_of_them(as_of=as_of, rounds=given.rounds, timed=median_ms))
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(f"{'':<58}{'ours':>10}{'floor':>10}{'ratio':>8}")
    for row in results:
        print(f"{row['name']:<58}{row['ours']:>10.1f}{row['floor']:>10.1f}{row['ratio']:>8.1f}  {row['unit']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
