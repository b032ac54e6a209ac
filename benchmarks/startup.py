"""How long the whole system takes to come up, and how much memory each of its processes holds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import SEED, memory_mib, spread
from heed.commander import Commander

REPEATS = 5
ROOT = Path(__file__).resolve().parents[1]
MISSION = "Go to the kitchen."

IN_PROCESS = """
import sys, time
from heed.commander import Commander
with Commander(in_process=True, world="office") as commander:
    if not commander.plan("Go to the kitchen.").ok:
        sys.exit(1)
    print(time.monotonic(), flush=True)
"""


def run() -> dict[str, Any]:
    """Start-up both ways, and memory of the nodes of the one with a process each."""
    launches = [_launch(number) for number in range(REPEATS)]
    nodes = sorted({name for _, memory in launches for name in memory})
    return {
        "in one process, s": spread([_in_process() for _ in range(REPEATS)]),
        "one process a node, s": spread([seconds for seconds, _ in launches]),
        "heed run, process start to exit, s": spread([_command() for _ in range(REPEATS)]),
        "memory_mib": {name: spread([memory[name] for _, memory in launches if name in memory]) for name in nodes},
    }


def _in_process() -> float:
    """Seconds from the start of Python to the first answer of the planner."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", IN_PROCESS], capture_output=True, text=True, cwd=ROOT, check=True)
    return float(done.stdout.split()[-1]) - began


def _command() -> float:
    """Seconds that ``heed run`` takes altogether for a short command."""
    began = time.monotonic()
    command = [sys.executable, "-m", "heed.cli.main", "run", MISSION, "--json", "--no-record"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert json.loads(done.stdout)["outcome"] == "SUCCEEDED"
    return time.monotonic() - began


def _launch(number: int) -> tuple[float, dict[str, float]]:
    """Seconds until ``heed launch`` answers with a plan, and memory by node after one mission."""
    domain = str(20 + (SEED + number) % 80)
    os.environ["ROS_DOMAIN_ID"] = domain
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "heed.cli.main", "launch", "launch/sim.launch.yaml", f"episodes:={folder}"]
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            with Commander(wait_s=60.0) as commander:
                assert commander.plan(MISSION).ok
                seconds = time.monotonic() - began
                assert commander.run(MISSION, 60.0).ok
                memory = {name: memory_mib(pid) for name, pid in _nodes_below(process.pid).items()}
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(20.0)
            del os.environ["ROS_DOMAIN_ID"], os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"]
    return seconds, memory


def _nodes_below(parent: int) -> dict[str, int]:
    """Node name -> process id, of all processes that descend from one."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
                commands[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
    found = {}
    for pid, command in commands.items():
        above = pid
        while above in parents and above != parent:
            above = parents[above]
        node = next(
            (
                word
                for word in ("grounding", "planner", "executive", "sim", "monitor", "recorder")
                if f"{word}_node" in command or f"heed.nodes.{word}" in command
            ),
            None,
        )
        if above == parent and pid != parent and node:
            found[f"{node}_node"] = pid
    return found
