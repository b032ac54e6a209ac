"""Tests models of levels: trains each of them again and again, and asks it what it has not seen.

Run as ``python -m benchmarks.levels.run MODEL... [--protocols paper grouped across unseen]``. What is
finished is kept in ``build/levels`` (outside git) and not done again. Writes
``benchmarks/results/levels/MODEL.json`` and ``docs/results/levels.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.levels.protocols import PROTOCOLS, SEEDS, Trial
from benchmarks.levels.report import write_report
from benchmarks.levels.summary import summary
from benchmarks.measure import machine
from grounding.levels.data import Command, data_folder, read_folds
from grounding.levels.model import MODELS, LevelModel, Posterior, Workshop, model_class

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "build" / "levels"
RESULTS = ROOT / "benchmarks" / "results" / "levels"
REPORT = ROOT / "docs" / "results" / "levels.md"


def main() -> None:
    """Runs what is missing and writes the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.levels.run", description=__doc__)
    parser.add_argument("models", nargs="*", choices=[*MODELS, []], help="which; none writes the report only")
    parser.add_argument("--protocols", nargs="+", choices=list(PROTOCOLS), default=["paper", "grouped", "across"])
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--again", action="store_true", help="do not use what is finished")
    options = parser.parse_args()
    _one_thread()
    folds = read_folds(data_folder() / "folds.tsv")
    for name in options.models:
        for protocol in options.protocols:
            for trial in PROTOCOLS[protocol](folds, options.seeds):
                kept = CACHE / name / f"{trial.name}.json"
                if options.again or not kept.is_file():
                    _keep(kept, attempt(name, trial))
                    print(f"{name} {trial.name}", flush=True)
        write_results(name)
    write_report(RESULTS, REPORT)
    print(REPORT)


def attempt(name: str, trial: Trial) -> dict[str, Any]:
    """Trains a model and asks it: one row for every answer."""
    began = time.process_time()
    checkpoint = CACHE / name / f"{trial.name}.part"
    model = model_class(name).fit(trial.train, seed=trial.seed, workshop=Workshop(checkpoint))
    trained = time.process_time()
    found: dict[str, Any] = {
        "model": name,
        "protocol": trial.protocol,
        "seed": trial.seed,
        "part": trial.part,
        "training_cpu_s": trained - began,
        "thresholds": {"refuse_above": model.thresholds.refuse_above, "ask_below": model.thresholds.ask_below},
        "tests": {condition: _ask(model, commands) for condition, commands in trial.tests.items()},
    }
    if trial.strange:
        found["strange"] = [answer.strangeness for answer in model.posterior(trial.strange)]
        found["latency_ms"] = _latency(model, [c.text for c in trial.tests["clean"]])
    found["testing_cpu_s"] = time.process_time() - trained
    checkpoint.unlink(missing_ok=True)
    return found


def _ask(model: LevelModel, commands: Sequence[Command]) -> list[dict[str, Any]]:
    answers = model.posterior([command.text for command in commands])
    return [_row(command, answer) for command, answer in zip(commands, answers, strict=True)]


def _row(command: Command, answer: Posterior) -> dict[str, Any]:
    best = answer.best
    return {
        "text": command.text,
        "true": [command.meaning.level.value, str(command.meaning.reward)],
        "best": [best.level.value, str(best.reward)],
        "p": round(answer.probability, 6),
        "p_level": round(answer.levels[best.level], 6),
        "strangeness": round(answer.strangeness, 6),
    }


def _latency(model: LevelModel, texts: Sequence[str]) -> list[float]:
    """Milliseconds of processor time for each text, one by one."""
    model.posterior(texts[:3])
    found = []
    for text in texts:
        began = time.process_time()
        model.posterior([text])
        found.append(round(1e3 * (time.process_time() - began), 3))
    return found


def write_results(name: str) -> None:
    """All figures of a model from what is finished; protocols not run here keep the figures they have."""
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((CACHE / name).glob("*.json"))]
    if not kept:
        return
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    found = summary(kept)
    found["training_cpu_s"] = before.get("training_cpu_s", {}) | found["training_cpu_s"]
    if not found["card"]:
        del found["card"]
    record = before | {"model": name, "summary": model_class(name).summary, "machine": machine(), **found}
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _keep(path: Path, found: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)


def _one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    import torch

    torch.set_num_threads(1)


if __name__ == "__main__":
    main()
