"""The table of the figures, from the JSON files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Row = tuple[str, str, str, str]


def write_report(results: Path, path: Path) -> None:
    """Writes the table of all results there are."""
    records = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(results.glob("*.json"))}
    lines = [
        "# The system in figures",
        "",
        "Made by `make bench` from `benchmarks/results/*.json`; do not edit by hand.",
        "Medians with 95 % bootstrap intervals in brackets, n = number of measurements.",
    ]
    for name, title in (
        ("first_motion", "From text to first motion"),
        ("first_motion_levels", "From text to first motion, published commands of every level"),
        ("realtime", "Real-time factor"),
        ("replanning", "Changing the plan of a mission"),
        ("startup", "Start-up and memory"),
    ):
        if name in records:
            record = records[name]
            lines += [
                "",
                f"## {title}",
                "",
                _origin(record),
                "",
                "| what | figure | p90 | target |",
                "|---|---|---|---|",
            ]
            lines += [f"| {' | '.join(row)} |" for row in ROWS[name](record["figures"])]
            lines += NOTES.get(name, lambda _: [])(record["figures"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _origin(record: Mapping[str, Any]) -> str:
    m = record["machine"]
    software = ", ".join(f"{k} {v}" for k, v in m["versions"].items() if k in ("python", "rclpy", "spot", "pybullet"))
    return (
        f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']} GiB (load {m['load_average'][0]}), {software}; "
        f"{m['date']}, seed {record['seed']}, {record['cpu_seconds']} CPU seconds. "
        f"Again with `{record['command']}`."
    )


def _row(what: str, s: Mapping[str, Any], unit: str, target: str = "–", digits: int = 2) -> Row:
    low, high = s["p50_ci95"]
    low90, high90 = s["p90_ci95"]
    return (
        what,
        f"{s['p50']:.{digits}f} {unit} [{low:.{digits}f}, {high:.{digits}f}] (n = {s['n']}, max {s['max']:.{digits}f})",
        f"{s['p90']:.{digits}f} {unit} [{low90:.{digits}f}, {high90:.{digits}f}]",
        target,
    )


def _first_motion(figures: Mapping[str, Any]) -> Iterator[Row]:
    for name, values in figures["seconds"].items():
        yield _row(f"text to first motion, {name}", values, "s", "p90 under 1 s")
    for stage, values in figures["stage_ms"].items():
        yield _row(f"of which {stage}", values, "ms", digits=1)
    yield _row(
        "outside grounding and planning: messages, first skill, first observation",
        figures["outside_stages_ms"],
        "ms",
        digits=1,
    )
    direct = figures["without_ros_ms"]
    yield _row("understanding, checking and planning by plain calls, without ROS", direct, "ms", digits=1)
    overhead = 1e3 * figures["seconds"]["all"]["p50"] - direct["p50"]
    yield ("ROS, first order and first observation: difference of the medians", f"{overhead:.1f} ms", "–", "–")


def _still(figures: Mapping[str, Any]) -> list[str]:
    still = figures["nothing_moved"]
    lines = ["", f"The slowest was “{figures['slowest']}”.", ""]
    if not still:
        return [*lines, "Every command led to motion."]
    return [*lines, "Commands after which nothing moved:", "", *(f"- “{text}” {why}" for text, why in still.items())]


def _levels(figures: Mapping[str, Any]) -> Iterator[Row]:
    for name, values in figures["seconds"].items():
        yield _row(f"text to first motion, {name}", values, "s", "under 1 s")
    yield ("within 1 s", f"{100 * figures['within_1_s']:.0f} %", "–", "100 %")


def _unmoved(figures: Mapping[str, Any]) -> list[str]:
    reasons = ", ".join(f"{count} {why}" for why, count in figures["nothing_moved"].items()) or "none"
    return ["", f"Of {figures['drawn']} commands drawn by chance, nothing moved after: {reasons}."]


def _realtime(figures: Mapping[str, Any]) -> Iterator[Row]:
    for name, values in figures.items():
        yield _row(name, values, "x", "50 x" if name.startswith("kinematic") else "–", digits=1)


def _startup(figures: Mapping[str, Any]) -> Iterator[Row]:
    for name, values in figures.items():
        if name != "memory_mib":
            what, _, unit = name.rpartition(", ")
            yield _row(f"start-up, {what}", values, unit)
    for node, values in figures["memory_mib"].items():
        yield _row(f"memory of {node} (PSS)", values, "MiB", digits=0)


def _replanning(figures: Mapping[str, Any]) -> Iterator[Row]:
    yield _row("changing the plan", figures["cpu_s"], "CPU s", "0.1 CPU s", digits=3)
    yield _row("planning from scratch", figures["scratch_cpu_s"], "CPU s", digits=3)
    yield _row("makespan, changed plan to plan from scratch", figures["ratio"], "", "1.02", digits=3)
    yield ("the same, mean", f"{figures['mean_ratio']:.3f}", "–", "1.02")


def _changed(figures: Mapping[str, Any]) -> list[str]:
    lines = [
        "",
        "Missions of up to ten leaves, cut off at random moments; every plan was accepted by the checker.",
        "",
        "| what happened | n | CPU s, median | longest | makespan to scratch, mean | leaves that stay |",
        "|---|---|---|---|---|---|",
    ]
    for kind, f in figures["by_kind"].items():
        lines.append(
            f"| {kind} | {f['n']} | {f['cpu_s_p50']:.3f} | {f['cpu_s_max']:.3f} | {f['mean_ratio']:.3f} "
            f"| {100 * f['robots_kept']:.0f} % |"
        )
    return [*lines, "", f"Not solved by changing the plan, but from scratch: {len(figures['unsolved'])}."]


ROWS = {
    "first_motion": _first_motion,
    "first_motion_levels": _levels,
    "realtime": _realtime,
    "replanning": _replanning,
    "startup": _startup,
}
NOTES = {"first_motion": _still, "first_motion_levels": _unmoved, "replanning": _changed}
