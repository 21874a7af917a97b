"""Invented records at scale, for measuring."""

import dataclasses
import json

from django.core.management.base import BaseCommand, CommandError

from core import clock
from exchange.seed import AlreadySeeded, seed


class Command(BaseCommand):
    help = "Adds a council of invented children with years of records. The same seed gives the same records."

    def add_arguments(self, parser):
        parser.add_argument("--children", type=int, default=1_000)
        parser.add_argument("--years", type=int, default=1)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, **options):
        if options["children"] < 1 or options["years"] < 1:
            raise CommandError("--children and --years must be at least 1.")
        try:
            counts = seed(
                children=options["children"],
                years=options["years"],
                seed=options["seed"],
                as_of=clock.now(),
                say=self.stderr.write,
            )
        except AlreadySeeded as error:
            raise CommandError(f"{error} Choose another --seed.") from error
        found = dataclasses.asdict(counts)
        self.stdout.write(json.dumps(found) if options["json"] else "\n".join(f"{k}: {v}" for k, v in found.items()))
