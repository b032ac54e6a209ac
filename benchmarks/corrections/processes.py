"""Nodes in processes of their own that can be stopped, slowed, killed and started again, and a busy machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure import machine
from heed.environment import child_environment

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
NODES = ("sim", "grounding", "planner", "monitor", "recorder", "executive")
#: Part of the time that a slowed process may run, in seconds: on, then off.
PULSE_S = (0.05, 0.45)


def environment(domain: int) -> dict[str, str]:
    """The environment of a fleet that nobody outside this machine and this domain hears."""
    own = {"ROS_DOMAIN_ID": str(domain), "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    return child_environment({**os.environ, **own})


@contextmanager
def busy(processes: int, niceness: int) -> Iterator[None]:
    """Keeps a machine busy with processes that do nothing but count."""
    command = [sys.executable, "-c", f"import os; os.nice({niceness})\nwhile True: pass"]
    loads = [subprocess.Popen(command) for _ in range(processes)]
    try:
        yield
    finally:
        for load in loads:
            load.kill()
            load.wait()


class Nodes:
    """The nodes of one fleet.

    Args:
        domain: ROS domain.
        settings: Node -> parameter -> value.
    """

    def __init__(self, domain: int, settings: Mapping[str, Mapping[str, Any]]) -> None:
        self._environment, self._settings = environment(domain), settings
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        for node in NODES:
            self.start(node)

    def start(self, node: str) -> None:
        """Starts a node, anew where it has ended; it is heard where ``BENCH_LOG`` names a log level."""
        arguments = ["--ros-args", "-r", "__ns:=/heed", "--log-level", os.environ.get("BENCH_LOG", "fatal")]
        for name, value in self._settings.get(node, {}).items():
            arguments += ["-p", f"{name}:={value}"]
        out = None if os.environ.get("BENCH_LOG") else subprocess.DEVNULL
        self._processes[node] = subprocess.Popen(
            [sys.executable, "-c", f"from heed.nodes.{node} import main; main()", *arguments],
            cwd=ROOT, env=self._environment, stdout=out, stderr=out,
        )  # fmt: skip

    def disturb(self, node: str, how: str, seconds: float, over: threading.Event) -> None:
        """Stops, slows or kills a node for a while, then has it go on or starts it again.

        Args:
            node: Name of the node.
            how: ``stopped``, ``slowed`` or ``killed``.
            seconds: Wall seconds.
            over: Ends the disturbance early.
        """
        process = self._processes[node]
        if how == "killed":
            process.kill()
            process.wait()
            over.wait(seconds)
            self.start(node)
            return
        try:
            if how == "stopped":
                process.send_signal(signal.SIGSTOP)
                over.wait(seconds)
            for _ in range(int(seconds / sum(PULSE_S)) if how == "slowed" else 0):
                process.send_signal(signal.SIGCONT)
                over.wait(PULSE_S[0])
                process.send_signal(signal.SIGSTOP)
                if over.wait(PULSE_S[1]):
                    break
        finally:
            process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Ends every node."""
        for process in self._processes.values():
            process.send_signal(signal.SIGCONT)
            process.kill()
        for process in self._processes.values():
            process.wait()


def earlier(name: str, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The runs with these settings that a benchmark has made before, so that it can go on from there."""
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        return []
    record = json.loads(path.read_text(encoding="utf-8"))
    return list(record["runs"]) if record["settings"] == dict(settings) else []


def keep(name: str, settings: Mapping[str, Any], figures: Mapping[str, Any], runs: Sequence[Mapping[str, Any]]) -> None:
    """Writes the results of a benchmark, also of one that is not finished."""
    record = {"benchmark": name, "machine": machine(), "settings": dict(settings), "figures": dict(figures)}
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps({**record, "runs": list(runs)}, indent=1) + "\n", encoding="utf-8")
