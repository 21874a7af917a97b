"""Writes the documents that are printed from the code, or says which are out of date."""

from django.core.management.base import BaseCommand, CommandError

from core import documents


class Command(BaseCommand):
    help = "Writes docs/ from the code (docs/access.md, docs/rulebook.md, …)."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing; fail if a document is out of date")

    def handle(self, *, check, **options):
        if not check:
            for path in documents.write():
                self.stdout.write(f"wrote {path}")
        elif stale := documents.out_of_date():
            raise CommandError(f"out of date: {', '.join(stale)}. Run `manage.py documents` and commit what it writes.")
