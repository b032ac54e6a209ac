"""First missions on a busy machine: does a fleet that has just been started carry out what it is told?

Every run is a ``heed launch`` of its own, with a process a node, as ``make sim`` starts it. The machine is
kept busy by processes that count. A run is good where the mission SUCCEEDED. Goes on where it was left.

``python -m benchmarks.corrections.readiness --runs 50`` writes ``benchmarks/results/readiness.json``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from typing import Any

from benchmarks.corrections.processes import ROOT, busy, earlier, environment, keep
from benchmarks.measure import spread

NAME = "readiness"
MISSION = "Take a photo in meeting room m1, then go to m2."


def main() -> None:
    """Makes the runs that are missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corrections.readiness", description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="how many launches altogether")
    parser.add_argument("--load", type=int, default=12, help="how many processes keep the machine busy")
    parser.add_argument("--nice", type=int, default=0, help="their niceness")
    parser.add_argument("--domain", type=int, default=80, help="first of two ROS domains, used in turn")
    wanted = parser.parse_args()
    settings = {"load": wanted.load, "nice": wanted.nice, "mission": MISSION}
    runs = earlier(NAME, settings)
    with busy(wanted.load, wanted.nice):
        while len(runs) < wanted.runs:
            runs.append(_launch(wanted.domain + len(runs) % 2))
            figures = {
                "first missions": len(runs),
                "succeeded": sum(run["status"] == 0 for run in runs),
                "launch to end of mission, s": spread([run["seconds"] for run in runs]),
            }
            keep(NAME, settings, figures, runs)
            print(f"{len(runs)}/{wanted.runs}: {runs[-1]}", flush=True)


def _launch(domain: int) -> dict[str, Any]:
    """One launch; exit status, wall seconds, and the last lines where it went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "heed.cli.main", "launch", "launch/sim.launch.yaml", "headless:=true"]
        command += [f"instruction:={MISSION}", f"episodes:={folder}/episodes"]
        variables = {**environment(domain), "ROS_LOG_DIR": folder}
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - began
    run: dict[str, Any] = {"status": done.returncode, "seconds": round(seconds, 2)}
    if done.returncode:
        run["said"] = (done.stdout + done.stderr).splitlines()[-12:]
    return run


if __name__ == "__main__":
    main()
