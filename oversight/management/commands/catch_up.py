"""Replays the days on which nobody checked the rules, then checks them now."""

import json

from django.core.management.base import BaseCommand

from core import clock
from oversight.sweep import catch_up


class Command(BaseCommand):
    help = "Replays missed days in order, so that an outage leaves no hole, then checks every rule now."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, **options):
        runs = catch_up(as_of=clock.now())
        failed = sorted({code for run in runs for code in run.failed_rules})
        found = {
            "as_of": runs[-1].as_of.isoformat(),
            "days_replayed": len(runs) - 1,
            "raised": sum(run.raised for run in runs),
            "cleared": sum(run.cleared for run in runs),
            "standing": runs[-1].standing,
            "failed_rules": failed,
        }
        self.stdout.write(json.dumps(found) if options["json"] else "\n".join(f"{k}: {v}" for k, v in found.items()))
        if failed:
            self.stderr.write(f"Could not be evaluated, and left as they stood: {', '.join(failed)}")
