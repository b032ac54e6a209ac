"""From a correction that is said to the robot's new command, on a running fleet at real-time factor 1.

A fleet of 3 or 10 robots works on a mission of ten tasks, recording on; corrections of every kind are
said to one robot after the other. Measured are the wall seconds from the call of ``say`` to the first
command that a robot in the scope is given (or, for halts, to the last one that ends), and what happened
to the robots outside the scope: a command of theirs that was cancelled, or a task that another robot got
or that changed its place, is an effect.

Usage: ``python -m benchmarks.corrections.latency [--count N] [--robots 3] [--world office]``.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchmarks.measure import SEED, cpu_seconds, machine, spread
from benchmarks.realtime import team_of
from grounding.worldfile import load_world
from heed import conversions as to
from heed.commander import Commander
from heed.dialogue import Reply, ReplyStatus
from heed.nodes import qos
from heed_interfaces.msg import Plan, SkillEvent
from planners.plan import TeamPlan
from sim.protocol import SkillStatus

RESULTS = Path(__file__).resolve().parent.parent / "results"

#: Acts -> what is said, {robot} being the robot spoken to; for worlds with rooms.
OFFICE = {
    "pause": "{robot}, pause",
    "resume": "{robot}, go on",
    "stop": "{robot}, stop",
    "motion": "{robot}, back a little",
    "skill": "{robot}, go to {room} now",
    "instead": "{robot}, go to {room} instead",
    "constraint": "from now on, {robot} must never enter {room}",
    "order": "{robot}, go to {room} first",
    "question": "{robot}, what are you doing?",
    "instruction": "{robot}, go to {room}",
}
