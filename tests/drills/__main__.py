"""`python -m tests.drills [--share N] [--seed S] [--only NAME] [--out FILE]`: run the drills, at 1/N of their rounds."""

import argparse
import json
import sys
from pathlib import Path

from tests import drills


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--share", type=int, default=1, help="run one in this many of the rounds")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--out", type=Path, default=drills.ROOT / "bench" / "drills.json")
    given = arguments.parse_args()
    drills.use_own_servers()
    import django

    django.setup()
    from django.conf import settings

    # A drill run by itself takes the place of its own earlier result, and leaves the others'.
    results = {row["name"]: row for row in json.loads(given.out.read_text())} if given.out.exists() else {}
    failed = False
    for drill in drills.drills():
        if given.only not in drill.name or (drill.only_in_full and given.share > 1):
            continue
        # Only full runs are long enough to be worth going on with.
        progress = settings.DATA / f"{drill.name}.json" if given.share == 1 else None
        try:
            result = drills.run(drill, rounds=max(1, drill.rounds // given.share), seed=given.seed, progress=progress)
        except AssertionError as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        if progress:
            progress.unlink(missing_ok=True)
        results[drill.name] = result
        given.out.write_text(json.dumps(list(results.values()), indent=2) + "\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
