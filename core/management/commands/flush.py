"""Django's `flush`, run as the owner: the app's role may empty nothing. Used between tests that commit."""

from django.core.management.commands.flush import Command as Flush

from core.db import as_owner


class Command(Flush):
    help = "Empties every table, as the owner. Refused by the database where history is protected."

    def handle(self, **options):
        with as_owner(options["database"]):
            super().handle(**options)
