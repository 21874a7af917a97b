"""Django's `migrate`, run as the owner, followed by the triggers and grants the models call for."""

from django.conf import settings
from django.core.management.commands import migrate
from django.core.management.commands.migrate import Command as Migrate

from core import history
from core.db import as_owner
from core.migrating import Executor

migrate.MigrationExecutor = Executor  # type: ignore[attr-defined]  # Django asks nobody which one to use


class Command(Migrate):
    help = "Brings the database up to date as its owner, with its history triggers and the app role's grants."

    def handle(self, *args, **options):
        with as_owner(options["database"]):
            super().handle(*args, **options)
            if options.get("plan") or options.get("check_unapplied"):
                return
            installed = history.install(settings.DATABASE_APP_ROLE)
        if installed and options["verbosity"] > 0:
            self.stdout.write("History triggers and grants brought up to date.")
