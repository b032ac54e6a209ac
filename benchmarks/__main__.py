"""Runs the benchmarks and writes ``benchmarks/results/*.json`` and ``docs/results/system.md``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from benchmarks import first_motion, first_motion_levels, realtime, replanning, startup
from benchmarks.measure import SEED, cpu_seconds, machine
from benchmarks.report import write_report

RESULTS = Path(__file__).parent / "results"
REPORT = Path(__file__).resolve().parents[1] / "docs" / "results" / "system.md"
BENCHMARKS = {
    "first_motion": first_motion,
    "first_motion_levels": first_motion_levels,
    "realtime": realtime,
    "replanning": replanning,
    "startup": startup,
}


def main() -> None:
    """Runs all benchmarks, or those named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which to run ({', '.join(BENCHMARKS)}); all where none is named")
    names = parser.parse_args().names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; choose from {', '.join(BENCHMARKS)}")
    os.environ.setdefault("AMENT_PREFIX_PATH", sys.prefix)
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name in names:
        print(f"{name}: {(BENCHMARKS[name].__doc__ or '').splitlines()[0]}", flush=True)
        began, used = time.perf_counter(), cpu_seconds()
        figures = BENCHMARKS[name].run()
        record = {
            "benchmark": name,
            "machine": machine(),
            "seed": SEED,
            "wall_seconds": round(time.perf_counter() - began, 1),
            "cpu_seconds": round(cpu_seconds() - used, 1),
            "command": f"python -m benchmarks {name}",
            "figures": figures,
        }
        (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    write_report(RESULTS, REPORT)
    print(REPORT)


if __name__ == "__main__":
    main()
