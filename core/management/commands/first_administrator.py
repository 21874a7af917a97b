"""Opens an authority with its first administrator, and prints her link. She invites everybody else.

An authority left without one gets another in the same way: give its name and number as they are.
"""

from django.core.management.base import BaseCommand, CommandError

from core import accounts, clock
from core.errors import Conflict, Invalid


class Command(BaseCommand):
    help = "Opens an authority with its first system administrator. The link it prints works once, and for 24 hours."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="the administrator's full name")
        parser.add_argument("--authority", required=True, help="the council's name")
        parser.add_argument("--code", required=True, help="the council's number in the DfE's list")

    def handle(self, *, email, name, authority, code, **options):
        try:
            user = accounts.begin(
                code=code, authority_name=authority, email=email, name=name, by=None, as_of=clock.now()
            )
        except Invalid as invalid:
            raise CommandError(str(invalid)) from invalid
        except Conflict as conflict:
            raise CommandError(conflict.sentence) from conflict
        self.stdout.write(accounts.password_link(user))
