"""Proofs by violence: the same code at full figures in `make drill`, at a fiftieth in `make test`.

A drill is a function of one round. Rounds are seeded by their number, so a failing one can be run again, and the number
done is kept, so a stopped drill goes on where it was.
"""

import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
Round = Callable[[random.Random], dict[str, int]]


@dataclass(frozen=True)
class Drill:
    """A proof: `make_ready` gives the round to run; each round returns counts, which are added up.

    `must_be_zero` names the counts that are failures; `goal` says it in words.
    """

    name: str
    goal: str
    rounds: int
    make_ready: Callable[[], AbstractContextManager[Round]]
    must_be_zero: tuple[str, ...]
    only_in_full: bool = False  # one long round: a test of its own proves the same in small


def use_own_servers() -> None:
    """Servers and data of the drill's own, durable like those of `make run`, before Django reads its settings."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "HELD_PROFILE"):
        os.environ.pop(name, None)
    os.environ["HELD_DATA"] = str(ROOT / ".data" / "drill")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def run(drill: Drill, *, rounds: int, seed: int, progress: Path | None) -> dict:
    """Run a drill's rounds. The result has the counts added up; AssertionError if a count that must be zero is not."""
    done, counts = _resume(progress, drill, seed) if progress else (0, {})
    with drill.make_ready() as one_round:
        for number in range(done, rounds):
            for name, count in one_round(random.Random(f"{seed}/{drill.name}/{number}")).items():
                counts[name] = counts.get(name, 0) + count
            if progress:
                progress.write_text(json.dumps({"seed": seed, "done": number + 1, "counts": counts}))
            print(f"\r{drill.name}: {number + 1}/{rounds} {counts}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    failed = {name: counts.get(name, 0) for name in drill.must_be_zero if counts.get(name, 0)}
    result = {"name": drill.name, "rounds": rounds, "goal": drill.goal, "result": counts}
    if failed:
        raise AssertionError(f"{drill.name}: {failed} in {rounds} rounds; goal: {drill.goal}")
    return result


def _resume(progress: Path, drill: Drill, seed: int) -> tuple[int, dict[str, int]]:
    if not progress.exists():
        return 0, {}
    kept = json.loads(progress.read_text())
    return (kept["done"], kept["counts"]) if kept["seed"] == seed else (0, {})


def drills() -> Iterator[Drill]:
    from tests.drills import (
        climb,
        decisions,
        kill_import,
        kill_sweep,
        ladder,
        large_import,
        outage,
        rota_races,
        stand_down_races,
    )

    yield kill_sweep.DRILL
    yield kill_import.DRILL
    yield large_import.DRILL
    yield stand_down_races.DRILL
    yield rota_races.DRILL
    yield decisions.DRILL
    yield ladder.DRILL
    yield climb.DRILL
    yield outage.DRILL
