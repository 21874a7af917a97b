"""`manage.py import_ssda903 DIR`: import statutory returns from a folder."""

import json
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from core import clock
from core.models import Authority
from exchange.importing import import_folder, problems, result
from exchange.models import ImportRun
from exchange.scratch import scratch_database

SHOWN = 20


class Command(BaseCommand):
    help = "Imports children looked after returns (SSDA903): every CSV and XML file under a folder, oldest year first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--authority", metavar="CODE", help="whose return it is; needed where several exist")
        parser.add_argument(
            "--year", type=int, metavar="Y", help="the year the return's period begins, for all its rows"
        )
        parser.add_argument(
            "--scratch", action="store_true", help="import into a database that is thrown away afterwards"
        )
        parser.add_argument("--twice", action="store_true", help="with --scratch: import again, and print both results")
        parser.add_argument("--json", action="store_true", help="print JSON alone on standard output")

    def handle(
        self, *, folder: Path, authority: str | None, year: int | None, scratch: bool, twice: bool, **options: Any
    ) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        if twice and not scratch:
            raise CommandError("--twice goes with --scratch.")
        if year is not None and not 1990 <= year <= 2100:
            raise CommandError(f"--year {year} is not the year of a return.")
        try:
            with scratch_database() if scratch else nullcontext():
                owner = self._scratch_authority(authority) if scratch else self._authority(authority)
                as_of = clock.now()
                runs = [import_folder(folder, authority=owner, year=year, as_of=as_of) for _ in range(1 + twice)]
                if options["json"]:
                    self._write_json(runs, as_list=twice)
                else:
                    for run in runs:
                        self._write(run)
        except DatabaseError as error:
            if scratch and "permission denied to create database" in str(error):
                raise CommandError("The owner’s role may not make databases: --scratch needs CREATEDB.") from error
            raise

    def _authority(self, code: str | None) -> Authority:
        found = list(Authority.objects.filter(code=code) if code else Authority.objects.all()[:2])
        if len(found) == 1:
            return found[0]
        known = ", ".join(Authority.objects.values_list("code", flat=True)[:10])
        if code:
            raise CommandError(f"There is no authority {code}. Known: {known or 'none'}.")
        raise CommandError(
            f"Say whose return it is with --authority CODE: {known}." if known else "There is no authority yet."
        )

    def _scratch_authority(self, code: str | None) -> Authority:
        return Authority.objects.create(code=(code or "scratch")[:10], name="Scratch")

    def _write_json(self, runs: list[ImportRun], *, as_list: bool) -> None:
        """Written a problem at a time: a broken file may have as many as it has rows."""

        def write(text: str) -> None:
            self.stdout.write(text, ending="")

        write("[" if as_list else "")
        for number, run in enumerate(runs):
            write(", " if number else "")
            write(json.dumps(result(run))[:-1] + ', "problems": [')
            for position, problem in enumerate(problems(run)):
                write((", " if position else "") + json.dumps(problem, ensure_ascii=False))
            write("]}")
        write("]\n" if as_list else "\n")

    def _write(self, run: ImportRun) -> None:
        for name, number in result(run).items():
            self.stdout.write(f"{name.replace('_', ' '):12} {number:>9,}")
        total = run.problems.count()
        for number, problem in enumerate(problems(run)):
            if number == SHOWN:
                self.stdout.write(f"… and {total - SHOWN:,} more; see them all with --json or on the import’s page.")
                break
            where = f"{problem['file']}:{problem['line'] or ''} {problem['column']}".strip(" :")
            self.stdout.write(f"{where}  {problem['message']}  [{problem['code']}]")
