"""``heed eval ltl``: measures how well lifted sentences are translated into temporal formulas."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from grounding.errors import ConfigurationError
from grounding.translate.lifted.data import LiftedDataError, read_pairs
from grounding.translate.lifted.files import load, shipped
from grounding.translate.lifted.model import Translator
from grounding.translate.lifted.reading import Names
from grounding.translate.lifted.score import HOLDOUTS, Judged, figures, folds, judge_all
from heed.cli.answer import write_rows


def ltl(
    pairs: Annotated[
        Path,
        typer.Argument(
            metavar="F.tsv", help="Columns utterance and formula (prefix or infix); perhaps type, weight, split."
        ),
    ],
    split: Annotated[str | None, typer.Option(help="Test only lines of this split, such as dev.")] = None,
    cross: Annotated[
        int | None, typer.Option("--folds", help="Cross-validate on the file instead, with so many trainings.")
    ] = None,
    holdout: Annotated[str, typer.Option(help=f"What no two folds share: {' or '.join(HOLDOUTS)}.")] = HOLDOUTS[0],
    model: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of a trained translator; Heed's own by default.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the partition into folds.")] = 0,
    predictions: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="File for every answer, one JSON object a line.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measures how well lifted sentences are translated into temporal formulas.

    An answer is right if automata find that it is satisfied by the same infinite words as the formula of
    the file. Lines of the split dev are never trained on.
    """
    if holdout not in HOLDOUTS:
        raise ConfigurationError(f"--holdout {holdout}", "is not known.", f"Use one of: {', '.join(HOLDOUTS)}.")
    read = read_pairs(pairs)
    tested = [pair for pair in read if split is None or pair.split == split]
    if not tested:
        known = sorted({pair.split for pair in read if pair.split})
        raise LiftedDataError(
            f"--split {split}", "is the split of no line.", f"There are: {', '.join(known) or 'no splits'}."
        )
    if cross is None:
        # Placeholders may have any names; which sentence means which of them is not looked at.
        names = Names.placeholders(sorted({name for pair in read for name in pair.formula.atoms}))
        judged = judge_all(load(model or shipped()), tested, names)
        protocol = "trained model"
    else:
        judged = [
            one
            for train, test in folds(read, cross, holdout, seed)
            for one in judge_all(Translator.fit(train), [p for p in test if split is None or p.split == split])
        ]
        protocol = f"{cross} folds without common {holdout}, seed {seed}"
    answer = {"protocol": protocol, **figures(judged)}
    if predictions is not None:
        _write(predictions, judged)
    if as_json:
        json.dump(answer, sys.stdout, indent=1)
        print()
    else:
        _show(answer)


def _write(path: Path, judged: Sequence[Judged]) -> None:
    rows = [
        {
            "utterance": one.pair.utterance,
            "type": one.pair.kind,
            "true": str(one.pair.formula),
            "formula": str(one.candidates[0].formula) if one.candidates else None,
            "probability": one.candidates[0].probability if one.candidates else None,
            "exact": one.exact,
            "equivalent": one.right,
            "alternatives": [[str(c.formula), c.probability] for c in one.candidates[1:]],
        }
        for one in judged
    ]
    write_rows(path, rows)


def _show(answer: Mapping[str, Any]) -> None:
    print(f"{answer['protocol']}, {answer['n']} utterances")
    for name, title in (("exact", "same formula"), ("equivalent", "same meaning")):
        low, high = answer["ci95"][name]
        print(f"{title:32}{100 * answer[name]:6.2f} %  95 % interval {100 * low:.1f} to {100 * high:.1f}")
    print(f"{'same meaning, weighted':32}{100 * answer['equivalent_weighted']:6.2f} %")
    print(f"{'calibration error':32}{100 * answer['ece']:6.2f} %")
    print(f"{'right of the surest four fifths':32}{100 * answer['at_coverage_80']:6.2f} %")
    for kind, row in answer["by_type"].items():
        if kind:
            print(f"  {kind:30}{100 * row['equivalent']:6.2f} %  ({row['n']})")
