"""Checks every rule for every child."""

import json

from django.core.management.base import BaseCommand, CommandError

from core import clock
from oversight.management.commands._as_of import instant
from oversight.sweep import NotYet, sweep


class Command(BaseCommand):
    help = "Checks every rule now, or as of an instant: raises what breaches, clears what no longer does."

    def add_arguments(self, parser):
        parser.add_argument(
            "--as-of", type=instant, help="an instant, or a date (its last second), not in the future; by default now"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, **options):
        try:
            run = sweep(as_of=options["as_of"] or clock.now())
        except NotYet as refusal:
            raise CommandError(str(refusal)) from refusal
        found = {
            "as_of": run.as_of.isoformat(),
            "raised": run.raised,
            "cleared": run.cleared,
            "standing": run.standing,
            "failed_rules": run.failed_rules,
        }
        self.stdout.write(json.dumps(found) if options["json"] else "\n".join(f"{k}: {v}" for k, v in found.items()))
        if run.failed_rules:
            self.stderr.write(f"Could not be evaluated, and left as they stood: {', '.join(run.failed_rules)}")
