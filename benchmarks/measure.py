"""Numbers with their spread, and the machine they were taken on."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from heed.episodes.writer import versions

SEED = 20261122
RESAMPLES = 2000


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Median, 90th percentile, extremes, and 95 % bootstrap intervals of median and 90th percentile."""
    sample = np.asarray(values, dtype=float)
    draws = np.random.default_rng(SEED).choice(sample, size=(RESAMPLES, len(sample)))
    result: dict[str, Any] = {"n": len(sample), "min": float(sample.min()), "max": float(sample.max())}
    for name, percentile in (("p50", 50), ("p90", 90)):
        result[name] = float(np.percentile(sample, percentile))
        resampled = np.percentile(draws, percentile, axis=1)
        result[f"{name}_ci95"] = [float(x) for x in np.percentile(resampled, [2.5, 97.5])]
    return result


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    cpu = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**20, 1),
        "load_average": [round(x, 2) for x in os.getloadavg()],
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "versions": versions(),
    }


def cpu_seconds() -> float:
    """Processor time that this process and its finished children have used so far."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def memory_mib(pid: int) -> float:
    """Proportional set size of a process: its own memory and its share of what it shares."""
    return next(int(line.split()[1]) for line in _lines(f"/proc/{pid}/smaps_rollup") if line.startswith("Pss:")) / 1024


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
