"""Prints the rules."""

import json

from django.core.management.base import BaseCommand

from core import clock
from oversight import rulebook
from oversight.management.commands._as_of import instant


class Command(BaseCommand):
    help = "Prints every rule in force today, on another day, or whatever its dates."

    def add_arguments(self, parser):
        parser.add_argument("--as-of", type=instant, help="a date; by default today")
        parser.add_argument("--all", action="store_true", help="every rule, whatever its dates")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, **options):
        day = clock.local_date(options["as_of"] or clock.now())
        rules = rulebook.ALL if options["all"] else rulebook.in_force(day)
        if options["json"]:
            self.stdout.write(json.dumps([rule.as_row() for rule in rules], indent=2, ensure_ascii=False))
            return
        for rule in rules:
            self.stdout.write(
                f"{rule.code:<16} {rule.basis.value:<15} {rule.kind.value:<8} {rule.title} ({rule.period})"
            )
