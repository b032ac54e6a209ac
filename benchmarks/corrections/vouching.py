"""Missions while nodes are stopped, slowed and killed at random, and a rule may be broken: who vouches for what?

The mission forbids a room. In half of the runs another client drives a robot into that room. One node is
disturbed at a random moment. An observer of its own, which nobody disturbs, sees every observation and
so knows whether the rule was broken. A run is bad where the mission is called SUCCEEDED although the
rule was broken, or although the monitor has a gap. Goes on where it was left.

``python -m benchmarks.corrections.vouching --runs 500`` writes ``benchmarks/results/vouching.json``.
"""

from __future__ import annotations

import argparse
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.corrections.processes import NODES, Nodes, earlier, keep
from benchmarks.measure import SEED
from heed.commander import Commander
from heed.outcome import Outcome

NAME = "vouching"
MISSION = f"{', then '.join(f'robot one goes to {room}' for room in 3 * ('m1', 'm2'))}; never enter the kitchen."
FORBIDDEN, TRESPASSER, HOME = "kitchen", "robot_4", "north_office"
#: Whom it strikes: the monitor as often as all others together.
STRUCK = (*NODES, *("monitor",) * (len(NODES) - 2))
DISTURBANCES = ("stopped", "slowed", "killed", "none")
#: How long a disturbance lasts, in wall seconds; after 20 s others give a stopped process up.
SECONDS = (0.5, 2.0, 6.0, 24.0)
#: Simulated per real seconds: 0 loses most observations, 5 gives a client time to trespass.
FACTORS = (5.0, 5.0, 5.0, 0.0)
PATIENCE_S = 240.0


def main() -> None:
    """Makes the runs that are missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corrections.vouching", description=__doc__)
    parser.add_argument("--runs", type=int, default=500, help="how many missions altogether")
    parser.add_argument("--domain", type=int, default=80, help="first of two ROS domains, used in turn")
    wanted = parser.parse_args()
    settings = {"mission": MISSION, "seed": SEED}
    runs = earlier(NAME, settings)
    while len(runs) < wanted.runs:
        runs.append(one_run(len(runs), wanted.domain + len(runs) % 2))
        keep(NAME, settings, figures(runs), runs)
        print(f"{len(runs)}/{wanted.runs}: {runs[-1]}", flush=True)


def figures(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the runs amount to."""
    succeeded = [run for run in runs if run["outcome"] == Outcome.SUCCEEDED.name]
    calm = [run for run in runs if not run["broken"] and run["how"] in ("stopped", "slowed", "none")]
    return {
        "missions": len(runs),
        "outcomes": dict(Counter(run["outcome"] for run in runs)),
        "rule broken": sum(run["broken"] for run in runs),
        "succeeded with the rule broken": sum(run["broken"] for run in succeeded),
        "succeeded with a gap": sum(bool(run["gaps"]) for run in succeeded),
        "internal errors though no node was killed": sum(r["outcome"] == Outcome.INTERNAL_ERROR.name for r in calm),
        "violations that did not happen": sum(run["blamed"] and not run["broken"] for run in runs),
    }


def one_run(number: int, domain: int) -> dict[str, Any]:
    """A fresh fleet, one mission, one disturbance."""
    draw = random.Random(SEED + number)
    how, node, seconds = draw.choice(DISTURBANCES), draw.choice(STRUCK), draw.choice(SECONDS)
    factor, trespass = draw.choice(FACTORS), draw.random() < 0.5
    delay = draw.uniform(0.0, 5.0 if factor else 0.3)
    os.environ.update(ROS_DOMAIN_ID=str(domain), ROS_AUTOMATIC_DISCOVERY_RANGE="LOCALHOST")
    from benchmarks.corrections.observer import Observer

    nodes = Nodes(domain, {"sim": {"real_time_factor": factor}, "recorder": {"episodes": "''"}})
    over = threading.Event()
    began = time.monotonic()
    try:
        with Commander(wait_s=PATIENCE_S) as heed, Observer(FORBIDDEN) as observer:
            heed.send(MISSION)
            while heed.feedback().stage not in ("execute", "verify", "done") and not heed.done():
                pass
            threads = [threading.Timer(delay, nodes.disturb, (node, how, seconds, over))] if how != "none" else []
            if trespass:
                threads.append(threading.Timer(draw.uniform(0.0, 2.0), observer.drive, (TRESPASSER, FORBIDDEN, HOME)))
            for thread in threads:
                thread.start()
            result = heed.result(PATIENCE_S)
            observer.stop()
            over.set()
            for thread in threads:
                thread.cancel()
                thread.join()
            return {
                "how": how, "node": node if how != "none" else "", "seconds": seconds, "factor": factor,
                "outcome": result.outcome.name, "message": result.message,
                "broken": observer.entered(result.mission), "gaps": observer.gaps(result.mission),
                "blamed": any(v.verdict.value == "violated" for n, v in result.monitor.items() if n.startswith("rule")),
                "wall": round(time.monotonic() - began, 1),
            }  # fmt: skip
    finally:
        over.set()
        nodes.close()


if __name__ == "__main__":
    main()
