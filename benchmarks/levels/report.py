"""``docs/results/levels.md``: the figures of all models beside those of the paper."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

#: Level and joint accuracy in percent (Arumugam et al. 2017, ten folds, mean of three runs).
PAPER = {"ibm2": (79.87, 27.26), "multi-nn": (93.51, 36.05), "multi-rnn": (95.71, 80.11), "single-rnn": (95.91, 80.46)}
#: The same, Single-RNN trained on one level (first key) and tested on each.
PAPER_ACROSS = {
    "L0": {"L0": 77.67, "L1": 28.05, "L2": 23.26},
    "L1": {"L0": 32.79, "L1": 82.99, "L2": 74.65},
    "L2": {"L0": 14.19, "L1": 58.62, "L2": 87.91},
}
ORDER = ("heed", "single-rnn", "multi-rnn", "multi-nn", "ibm2")
Record = Mapping[str, Any]


def write_report(results: Path, path: Path) -> None:
    """Writes the page of all results there are."""
    records = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(results.glob("*.json"))}
    known = {name: records[name] for name in ORDER if name in records}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(_page(known)) + "\n", encoding="utf-8")


def _page(records: Mapping[str, Record]) -> Iterator[str]:
    yield "# Levels and reward functions in figures"
    yield ""
    yield "Made by `python -m benchmarks.levels.run` from `benchmarks/results/levels/*.json`; do not edit by hand."
    yield ""
    yield (
        "Commands of Arumugam et al. 2017 (RSS): 3047 lines, 22 pairs of level and reward function. In brackets 95 % "
        "intervals, by drawing commands again (all seeds of a command together). Percent, except calibration errors "
        "(15 bins of equal numbers) and times. Processor time, one thread."
    )
    yield ""
    yield from (f"- **{name}**: {record['summary']} {_origin(record)}" for name, record in records.items())
    yield from _folds("Published folds", "paper", records)
    yield ""
    yield (
        "20 % of the test lines of these folds also occur in their training part, word for word. The next table keeps "
        "identical sentences in one fold."
    )
    yield from _folds("Folds that do not part identical sentences", "grouped", records)
    yield from _levels(records)
    yield from _noise(records)
    yield from _refusals(records)
    yield from _read_again(records)
    yield from _across(records)
    yield from _unseen(records)
    yield from _times(records)


def _origin(record: Record) -> str:
    m = record["machine"]
    return f"({m['cpu']}, {m['cores']} cores, load {m['load_average'][0]}, {m['date'][:10]})"


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield from ("", f"## {title}", "", f"| {' | '.join(head)} |", "|" + "---|" * len(head))
        yield from (f"| {' | '.join(row)} |" for row in rows)


def _folds(title: str, protocol: str, records: Mapping[str, Record]) -> Iterator[str]:
    rows = []
    for name, record in records.items():
        if record.get(protocol, {}).get("clean"):
            found = record[protocol]
            clean = found["clean"]
            level, joint = PAPER.get(name, ("–", "–")) if protocol == "paper" else ("–", "–")
            rows.append(
                [
                    name, _percent(clean, "level_accuracy"), str(level), _percent(clean, "joint_accuracy"), str(joint),
                    _error(clean, "ece_level"), _error(clean, "ece_joint"), _percent(clean, "accuracy_at_80_coverage"),
                    f"{found['trainings']} ({', '.join(map(str, found['seeds']))})",
                ]
            )  # fmt: skip
    head = (
        "model", "level", "paper", "level + reward", "paper", "ECE level", "ECE joint", "at 80 % coverage",
        "trainings (seeds)",
    )  # fmt: skip
    yield from _table(title, head, rows)


def _levels(records: Mapping[str, Record]) -> Iterator[str]:
    rows = []
    for name, record in records.items():
        if "paper" in record:
            per = record["paper"]["per_level"]
            rows.append(
                [name, *(f"{100 * per[lv][k]:.2f}" for lv in per for k in ("level_accuracy", "joint_accuracy"))]
            )
    head = ("model", "L0 level", "L0 both", "L1 level", "L1 both", "L2 level", "L2 both")
    yield from _table("By level (published folds)", head, rows)


def _noise(records: Mapping[str, Record]) -> Iterator[str]:
    rows = [
        [name, *(_percent(record["paper"][kind], "joint_accuracy") for kind in ("clean", "typos", "misheard"))]
        for name, record in records.items()
        if record.get("paper", {}).get("typos")
    ]
    head = ("model", "clean", "two typos a command", "words dropped and misheard")
    yield from _table("Noisy commands, level + reward (published folds)", head, rows)


def _refusals(records: Mapping[str, Record]) -> Iterator[str]:
    rows = []
    for name, record in records.items():
        found = record.get("out_of_domain", {})
        for kind, title in (("own", "set in training"), ("cross_fitted", "5 % of the other folds")):
            if kind in found:
                at = found[kind]
                low, high = at["caught_ci95"]
                refused = [f"{100 * at[f'false_refusals_{c}']:.1f}" for c in ("clean", "typos", "misheard")]
                caught = f"{100 * at['caught']:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
                rows.append([name, title, caught, *refused, f"{found['auroc']:.3f}"])
    head = ("model", "threshold", "caught", "refused: clean", "typos", "misheard", "AUROC")
    yield from _table("Sentences that are no commands for this robot (86, test half)", head, rows)


def _read_again(records: Mapping[str, Record]) -> Iterator[str]:
    rows = []
    for name, record in records.items():
        if record.get("read_again"):
            a = record["read_again"]
            by_label, by_set = f"{100 * a['by_label']:.1f}", f"{100 * a['by_set']:.1f}"
            rows.append([name, by_label, by_set, f"{a['lines']} distinct"])
    head = ("model", "right by the label", "right by the set", "lines")
    yield from _table("150 lines drawn by chance and read again, level + reward", head, rows)
    if rows:
        yield ""
        yield (
            "26 of the 150 labels are wrong, or not the only ones that a reader may choose: a command that names the "
            "green room is labelled with the red one, say. `benchmarks/levels/acceptable.tsv` has the sets. Each "
            "distinct line counts once, with the mean of its answers."
        )


def _across(records: Mapping[str, Record]) -> Iterator[str]:
    rows = []
    for name, record in records.items():
        if "across" in record:
            table = record["across"]["table"]
            for trained in ("L0", "L1", "L2"):
                cells = [
                    f"{100 * table[trained][tested]:.1f}"
                    + (f" ({PAPER_ACROSS[trained][tested]})" if name == "single-rnn" else "")
                    for tested in ("L0", "L1", "L2")
                ]
                rows.append([name, trained, *cells, ""])
            rows[-1][-1] = f"{100 * record['across']['mean_of_others']:.1f}"
    head = ("model", "trained on", "tested on L0", "L1", "L2", "mean of the six others (paper: 38.6)")
    yield from _table("Trained on one level, tested on each: right reward functions (paper in brackets)", head, rows)


def _unseen(records: Mapping[str, Record]) -> Iterator[str]:
    rows = [
        [name, *(f"{100 * record['unseen'][level]['mean']:.1f}" for level in ("L1", "L2"))]
        for name, record in records.items()
        if {"L1", "L2"} <= set(record.get("unseen", {}))
    ]
    yield from _table("A pair of level and reward function left out of training", ("model", "L1", "L2"), rows)


def _times(records: Mapping[str, Record]) -> Iterator[str]:
    rows = []
    for name, record in records.items():
        if "latency_ms" in record:
            t = record["latency_ms"]
            cpu = record["training_cpu_s"]["paper"]
            rows.append([name, f"{t['p50']:.2f}", f"{t['p95']:.2f}", f"{t['p99']:.2f}", f"{cpu:.0f}"])
    head = ("model", "command to posterior, p50 ms", "p95", "p99", "one training, CPU s")
    yield from _table("Times", head, rows)


def _percent(found: Mapping[str, Any], name: str) -> str:
    low, high = found[f"{name}_ci95"]
    return f"{100 * found[name]:.2f} [{100 * low:.1f}, {100 * high:.1f}]"


def _error(found: Mapping[str, Any], name: str) -> str:
    low, high = found[f"{name}_ci95"]
    return f"{found[name]:.4f} [{low:.3f}, {high:.3f}]"
