"""The drills, at a fiftieth of their rounds: the same code, servers and worker as `make drill`."""

import json
import subprocess
import sys

from tests.drills import ROOT, drills
from tests.drills.decisions import ASKS


def test_a_fiftieth_of_every_drill(tmp_path):
    out = tmp_path / "drills.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills", "--share", "50", "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    results = {result["name"]: result for result in json.loads(out.read_text())}
    for drill in drills():
        if drill.only_in_full:
            continue
        result = results[drill.name]
        assert result["rounds"] == max(1, drill.rounds // 50)
        assert all(result["result"].get(count, 0) == 0 for count in drill.must_be_zero)
    assert results["kill-worker-and-broker-mid-sweep"]["result"]["flags"] > 0
    for name, clash in (("stand-down-races", "refused or in conflict"), ("rota-races", "in conflict")):
        assert results[name]["result"][clash] > 0  # they did meet
    assert results["rota-races"]["result"]["through pages"] > 0
    assert results["ladder"]["result"]["done"] > results["ladder"]["result"]["ended"] > 0
    decided = results["decisions"]["result"]
    assert decided["refused"] > decided["changes of rota"]
    for area in ASKS:  # each kind of change was really made, and so was looked at
        assert decided.get(f"changes of {area}", 0) > 0, area
