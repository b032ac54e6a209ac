"""Figures of a model from its kept answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.levels.protocols import acceptable, out_of_domain
from grounding.levels.calibrate import bootstrap, refusal_threshold
from grounding.levels.data import DataError, data_folder
from grounding.levels.score import STATISTICS

Row = Mapping[str, Any]
Attempt = Mapping[str, Any]
FALSE_REFUSALS = 0.05


def summary(attempts: Sequence[Attempt]) -> dict[str, Any]:
    """Every figure that the finished attempts allow.

    Returns:
        For each protocol its figures with 95 % intervals (shares of 1), ``card`` (the few that a
        model card shows) and ``training_cpu_s`` (mean of one training).
    """
    tried: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        tried[attempt["protocol"]].append(attempt)
    by_protocol = {protocol: _whole_seeds(own) for protocol, own in tried.items()}
    found: dict[str, Any] = {}
    if "paper" in by_protocol:
        found["paper"] = _folds(by_protocol["paper"])
        found["out_of_domain"] = _refusals(by_protocol["paper"])
        found["read_again"] = _read_again(by_protocol["paper"])
        found["latency_ms"] = _latency(by_protocol["paper"])
    if "grouped" in by_protocol:
        found["grouped"] = _folds(by_protocol["grouped"])
    if "across" in by_protocol:
        found["across"] = _across(by_protocol["across"])
    if "unseen" in by_protocol:
        found["unseen"] = _unseen(by_protocol["unseen"])
    found["training_cpu_s"] = {
        protocol: round(float(np.mean([a["training_cpu_s"] for a in own])), 1) for protocol, own in by_protocol.items()
    }
    found["card"] = _card(found)
    return found


def _whole_seeds(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts of seeds that have been tried on as many parts as any: others are still being worked on."""
    parts = Counter(attempt["seed"] for attempt in attempts)
    return [attempt for attempt in attempts if parts[attempt["seed"]] == max(parts.values())]


def _folds(attempts: Sequence[Attempt]) -> dict[str, Any]:
    """Figures of a cross-validation for each condition; a command's rows of all seeds are drawn together."""
    found: dict[str, Any] = {
        "seeds": sorted({a["seed"] for a in attempts}),
        "folds": len({a["part"] for a in attempts}),
        "trainings": len(attempts),
    }
    for condition in attempts[0]["tests"]:
        tables: dict[tuple[str, int], list[tuple[float, ...]]] = defaultdict(list)
        for attempt in attempts:
            for number, row in enumerate(attempt["tests"][condition]):
                tables[(attempt["part"], number)].append(_judged(row))
        whole = [np.array(rows) for rows in tables.values() if len(rows) == len(found["seeds"])]
        found[condition] = _with_intervals(np.stack(whole)) if whole else {}
    levels: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for attempt in attempts:
        for row in attempt["tests"]["clean"]:
            levels[row["true"][0]].append(_judged(row))
    found["per_level"] = {
        level: {
            "level_accuracy": float(np.mean([r[0] for r in rows])),
            "joint_accuracy": float(np.mean([r[1] for r in rows])),
        }
        for level, rows in sorted(levels.items())
    }
    return found


def _judged(row: Row) -> tuple[float, ...]:
    """Level right, both right, probability of the level, probability of both."""
    return float(row["true"][0] == row["best"][0]), float(row["true"] == row["best"]), row["p_level"], row["p"]


def _with_intervals(table: NDArray[np.float64]) -> dict[str, Any]:
    """Figures of a (commands, seeds, 4) table."""
    found: dict[str, Any] = {"n": int(table.shape[0])}
    for name, of in STATISTICS.items():
        flat = table.reshape(len(table), -1)

        def statistic(rows: NDArray[np.float64], of: Any = of) -> float:
            return float(of(rows.reshape(-1, table.shape[2])))

        found[name] = statistic(flat)
        found[f"{name}_ci95"] = list(bootstrap(flat, statistic, rounds=500))
    return found


def _refusals(attempts: Sequence[Attempt]) -> dict[str, Any]:
    """Sentences from elsewhere that are caught, and commands refused by mistake.

    ``cross_fitted``: the threshold of a fold is what 5 % of the clean commands of the other folds
    exceed. ``own``: the threshold that the model has set in training, where it has one.
    """
    test_half = np.array([half == "test" for half, _, _ in out_of_domain()])
    found: dict[str, Any] = {"auroc": float(np.mean([_auroc(a, test_half) for a in attempts]))}
    thresholds: dict[str, dict[int, float]] = {"cross_fitted": {}, "own": {}}
    for index, attempt in enumerate(attempts):
        others = [
            row["strangeness"]
            for other in attempts
            if other["seed"] == attempt["seed"] and other["part"] != attempt["part"]
            for row in other["tests"]["clean"]
        ]
        if others:
            thresholds["cross_fitted"][index] = refusal_threshold(others, FALSE_REFUSALS)
        if attempt["thresholds"]["refuse_above"] is not None:
            thresholds["own"][index] = attempt["thresholds"]["refuse_above"]
    for kind, limits in thresholds.items():
        if len(limits) == len(attempts):
            found[kind] = _at(attempts, limits, test_half)
    return found


def _at(attempts: Sequence[Attempt], limits: Mapping[int, float], test_half: NDArray[np.bool_]) -> dict[str, Any]:
    caught = np.array([np.array(a["strange"])[test_half] > limits[i] for i, a in enumerate(attempts)], dtype=float)
    found: dict[str, Any] = {
        "caught": float(caught.mean()),
        "caught_ci95": list(bootstrap(caught.mean(axis=0), lambda rows: float(rows.mean()))),
        "sentences": int(test_half.sum()),
    }
    for condition in attempts[0]["tests"]:
        refused = [
            float(row["strangeness"] > limits[i]) for i, a in enumerate(attempts) for row in a["tests"][condition]
        ]
        found[f"false_refusals_{condition}"] = float(np.mean(refused))
    return found


def _auroc(attempt: Attempt, test_half: NDArray[np.bool_]) -> float:
    """How often a sentence from elsewhere is stranger than a command."""
    strange = np.array(attempt["strange"])[test_half]
    commands = np.array([row["strangeness"] for row in attempt["tests"]["clean"]])
    above = (strange[:, None] > commands[None, :]).mean()
    return float(above + 0.5 * (strange[:, None] == commands[None, :]).mean())


def _read_again(attempts: Sequence[Attempt]) -> dict[str, Any]:
    """Joint accuracy on lines that were read again, by their labels and by sets of acceptable meanings."""
    try:
        sets = acceptable(data_folder())
    except DataError:
        return {}
    rights: dict[tuple[str, str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for attempt in attempts:
        for row in attempt["tests"]["clean"]:
            key = (row["true"][0], row["text"], row["true"][1])
            if key in sets:
                right = row["true"] == row["best"]
                rights[key].append((right, right or tuple(row["best"]) in sets[key]))
    if not rights:
        return {}
    by_label, by_set = np.mean([np.mean(pairs, axis=0) for pairs in rights.values()], axis=0)
    return {"lines": len(rights), "by_label": float(by_label), "by_set": float(by_set)}


def _latency(attempts: Sequence[Attempt]) -> dict[str, float]:
    values = [value for a in attempts for value in a["latency_ms"]]
    return {"n": len(values), **{f"p{q}": float(np.percentile(values, q)) for q in (50, 95, 99)}}


def _across(attempts: Sequence[Attempt]) -> dict[str, Any]:
    """Trained level -> tested level -> share of right reward functions, whatever the level said."""
    rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for attempt in attempts:
        for level, answers in attempt["tests"].items():
            rows[attempt["part"]][level] += [float(row["true"][1] == row["best"][1]) for row in answers]
    table = {trained: {tested: float(np.mean(v)) for tested, v in row.items()} for trained, row in rows.items()}
    off = [value for trained, row in table.items() for tested, value in row.items() if trained != tested]
    means = [_off_diagonal_mean([a for a in attempts if a["seed"] == seed]) for seed in {a["seed"] for a in attempts}]
    return {
        "seeds": sorted({a["seed"] for a in attempts}),
        "table": table,
        "mean_of_others": float(np.mean(off)),
        "mean_of_others_by_seed": means,
    }


def _off_diagonal_mean(attempts: Sequence[Attempt]) -> float:
    return float(
        np.mean(
            [
                np.mean([row["true"][1] == row["best"][1] for row in answers])
                for a in attempts
                for level, answers in a["tests"].items()
                if level != a["part"]
            ]
        )
    )


def _unseen(attempts: Sequence[Attempt]) -> dict[str, Any]:
    """Mean over meanings that were left out, for each level."""
    found: dict[str, Any] = {"seeds": sorted({a["seed"] for a in attempts})}
    for level in ("L1", "L2"):
        by_meaning: dict[str, list[float]] = defaultdict(list)
        for attempt in attempts:
            for row in attempt["tests"]["clean"]:
                if row["true"][0] == level:
                    by_meaning[row["true"][1]].append(float(row["true"] == row["best"]))
        if by_meaning:
            means = {meaning: float(np.mean(values)) for meaning, values in by_meaning.items()}
            found[level] = {"mean": float(np.mean(list(means.values()))), "by_reward": means}
    return found


def _card(found: Mapping[str, Any]) -> dict[str, Any]:
    """The figures that a model card shows."""
    if "paper" not in found or not found["paper"]["clean"]:
        return {}
    clean = found["paper"]["clean"]
    shown = {name: [round(clean[name], 4), [round(x, 4) for x in clean[f"{name}_ci95"]]] for name in STATISTICS}
    return {
        "protocol": "published folds, mean of the seeds, [value, 95 % interval]",
        "seeds": found["paper"]["seeds"],
        **shown,
    }
