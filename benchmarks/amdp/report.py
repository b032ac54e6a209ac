"""The page of figures from the results of :mod:`benchmarks.amdp.run`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

TITLES = {
    "cleanup": "The paper's world (9 x 9, one block)",
    "cleanup_large": "The large world (every coordinate doubled)",
    "cleanup_four_rooms": "13 x 13, four rooms, three blocks (not in the paper)",
}
TARGETS = {"cleanup": 50.0, "cleanup_large": 250.0}


def page(found: Mapping[str, Any]) -> str:
    """The page as Markdown."""
    where = found["machine"]
    lines = [
        "# Planning with abstract MDPs",
        "",
        f"Machine: {where['cpu']}, {where['cores']} cores, load {where['load_average'][0]}, {where['date']}, seed "
        f"{found['seed']}; {found['cpu_seconds']} CPU seconds in all.",
        f"Again with `{found['command']}`. What the columns mean and how it is done: [amdp.md](../amdp.md).",
        "",
        "CPU milliseconds of one process, start-up and reading files left out, distances and everything else that a",
        "command needs included, nothing kept between runs; median of 9 (blind: one run, 10 s of wall clock at most).",
        "*levels* is the planner (L0 commands are planned flat, L1 and L2 top-down), *flat* plans over primitive",
        "actions whatever the level, *blind* is the same without distances. All with `pull`, as in the authors' code;",
        "*push only* is what the simulated robots do. Published: mean of 1000 trials on the authors' machine,",
        "so only ratios within one machine compare planners.",
        "",
    ]
    for world, title in TITLES.items():
        lines += [f"## {title}", "", *_world([r for r in found["goals"] if r["world"] == world], TARGETS.get(world))]
    lines += ["## Several things at once (13 x 13 world)", "", *_beyond(found["beyond"])]
    lines += ["## Random small worlds", "", *_random(found["random"])]
    lines += ["## Bounded RTDP, the paper's solver, on level 0 of the paper's world", "", *_stochastic(found)]
    return "\n".join(lines)


def _world(rows: Sequence[Mapping[str, Any]], target: float | None) -> Iterator[str]:
    yield (
        "| level | goal | steps (optimum) | levels ms | flat ms | levels blind | flat blind | "
        "nodes: levels / flat / flat blind | push only: steps (optimum), ms | published AMDP / no heuristic / flat |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for r in rows:
        p, q = r["pull"], r["push"]
        published = " / ".join(f"{r['published_ms'][w]:.0f}" if w in r["published_ms"] else "-" for w in (
            "amdp", "amdp_no_heuristic", "flat"))  # fmt: skip
        yield (
            f"| {r['level']} | {_short(r['goal'])} | {_steps(p)} | {_ms(p, 'levels')} | {_ms(p, 'flat')} | "
            f"{_ms(p, 'levels_blind')} | {_ms(p, 'flat_blind')} | {_nodes(p, 'levels')} / {_nodes(p, 'flat')} / "
            f"{_nodes(p, 'flat_blind')} | {_steps(q)}, {_ms(q, 'levels')} | {published} |"
        )
    worst = max(max(r["pull"]["levels"]["cpu_ms"], r["push"]["levels"]["cpu_ms"]) for r in rows)
    exact = all(_is_optimal(r[k]) for r in rows for k in ("pull", "push"))
    yield ""
    yield (
        f"Worst command: {worst:.1f} ms" + (f" (target {target:g} ms)" if target else "") + ". "
        + ("Every plan has the fewest steps there are." if exact else "Not every plan has the fewest steps.")
    )  # fmt: skip
    yield ""


def _is_optimal(case: Mapping[str, Any]) -> bool:
    return "flat" not in case or case["levels"]["steps"] == case["flat"]["steps"]


def _beyond(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "Push only. *Bound* is what is proven without search."
    yield ""
    yield "| level | goal | steps | optimum | bound | ms | nodes | flat ms | flat nodes |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for r in rows:
        p = r["push"]
        made = p["levels"]
        yield (
            f"| {r['level']} | {_short(r['goal'])} | {made['steps'] or '-'} | {p['flat']['steps'] or '-'} | "
            f"{made['lower_bound']:g} | {_ms(p, 'levels')} | {_nodes(p, 'levels')} | "
            f"{_ms(p, 'flat')} | {_nodes(p, 'flat')} |"
        )
    yield ""


def _random(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "Two to four rooms, doors one or two cells wide, goals among rooms, doors and single cells;"
    yield "seeds 0, 1, 2, ..."
    yield ""
    yield (
        "| things | pull | level | worlds | solvable | same answer as flat | optimal | proven so | "
        "steps / optimum: mean | worst |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for r in rows:
        yield (
            f"| {r['things']} | {'yes' if r['pull'] else 'no'} | {r['level']} | {r['worlds']} | {r['solvable']} | "
            f"{r['same_answer']} | {r['optimal']} | {r['proven']} | {r['ratio_mean']:.4f} | {r['ratio_max']:.2f} |"
        )
    yield ""


def _stochastic(found: Mapping[str, Any]) -> Iterator[str]:
    yield "An action does nothing with the probability *slip*. Until the bounds on the expected number of actions are"
    yield "0.1 apart (20 s of wall clock at most); guided by our distances and without."
    yield ""
    yield "| goal | slip | guided ms | backups | blind ms | backups | expected actions |"
    yield "|---|---|---|---|---|---|---|"
    rows = found["bounded_rtdp"]
    for guided, plain in zip(rows[::2], rows[1::2], strict=True):
        yield (
            f"| {_short(guided['goal'])} | {guided['slip']:g} | {guided['cpu_ms']:.0f} | {guided['backups'] or '-'} | "
            f"{plain['cpu_ms']:.0f} | {plain['backups'] or '-'} | {guided['lower']} to {guided['upper']} |"
        )
    yield ""


def _short(goal: str) -> str:
    """A goal as people say it: "agent in room1, block0 in room2"."""
    words = goal.split()
    if words[0].startswith("go"):
        return goal
    atoms = zip(words[1::3], words[2::3], strict=True)
    return ", ".join(f"{subject.removesuffix('0')} in {region}" for subject, region in atoms)


def _steps(case: Mapping[str, Any]) -> str:
    best = case["flat"]["steps"] if "flat" in case else case["levels"]["steps"]
    return f"{case['levels']['steps'] or '-'} ({best or '-'})"


def _ms(case: Mapping[str, Any], way: str) -> str:
    if way not in case:
        return "-"
    value = f"{case[way]['cpu_ms']:.{1 if case[way]['cpu_ms'] < 100 else 0}f}"
    return f"> {value}" if case[way]["status"] == "timeout" else value


def _nodes(case: Mapping[str, Any], way: str) -> str:
    return str(sum(case[way]["expanded"].values())) if way in case else "-"
