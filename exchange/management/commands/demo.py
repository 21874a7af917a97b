"""Load the invented demonstration service, or print its sign-ins."""

from django.core.management.base import BaseCommand

from core import clock
from exchange.demo import load, people


class Command(BaseCommand):
    help = "Loads the invented demonstration service into an empty database; --print-signins shows who can sign in."

    def add_arguments(self, parser):
        parser.add_argument("--print-signins", action="store_true", help="print the demonstration's sign-ins and stop")

    def handle(self, *args, print_signins=False, **options):
        if print_signins:
            for role, name, email in people.sign_ins():
                self.stdout.write(f"  {email:<28} {name:<16} {role}")
            self.stdout.write(f"  The password of every one of them: {people.PASSWORD}")
            return
        if not load.load(as_of=clock.now(), say=self.stderr.write):
            self.stderr.write("The database already holds records: nothing was loaded.")
