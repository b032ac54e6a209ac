"""The results of the translator as a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TITLES = {
    "utterances": ("Unseen utterances (Lang2LTL, split dev)", "T5-base 91.80, GPT-3 93.81, from scratch 61.10", "92"),
    "formulas": ("Unseen formulas (Lang2LTL, 5 folds)", "T5-base with constrained decoding 74.45", "80"),
    "pick": ("Pick and place (5 folds)", "BART 95.97, with leaks", "96"),
    "drone": ("Drone planning (5 folds)", "BART 90.86, with leaks", "90"),
}
_TEXT = """
Right = satisfied by the same infinite words, found by Spot. Each distinct utterance counts once; where the data
gives one utterance several formulas, it counts by the share that is right, so that the best possible figure is
below 100. No utterance is in training and test part; lines of the split dev are never trained on. The published
figures are from other splits with more training data: they stand beside ours for orientation. "By line" counts
every line of the file, repeated ones too, as the published figures probably do: compare these with them. "Nearest"
copies the formula of the most similar training sentence, which is often the same sentence about another place.
Many drone and pick-and-place sentences differ in the names of places or colours only, so folds by utterance are
easy folds.

The folds of unseen formulas give the translator no list of the formulas held out. It finds schemes in the training
formulas (`grounding/translate/lifted/scheme.py`) and writes other sizes of them. A scheme with a single formula in
the data (wait, past avoidance, four reactions: 92 of 662 utterances) cannot be found when that formula is held out:
all of these count as wrong, and are most of what is missing there.

## What fell short, and what was tried

- Unseen utterances: below 92. By cross-validation on the training part alone: words 77.5, with words of one meaning
  as one 81.9, with subordinate clauses behind main clauses and pairs of meanings 86.2, weaker penalty 86.8. Sentence
  states of MiniLM (six layers, mean, frozen) added 1.3 to the second and 0.5 to the third, for a second of loading;
  they are left out. The dev part was looked at several times while the reader of clauses and chains was written,
  so the dev figure may flatter; the cross-validated one is the safer guess.
- Ordered and strictly ordered visits are confused most: the data has the same wording for both now and then.
- Pick and place: which colour is left out is chosen by words alone, so "the green ... ignore all green" fails when
  it was not seen for green; and "all blocks" is labelled both `a` and `r`.
- No round trip through English ranks the candidates yet.
"""


def report(found: Mapping[str, Any]) -> str:
    """The page."""
    machine = found["machine"]
    lines = [
        "# Lifted sentences to temporal formulas, in figures",
        "",
        "Made by `python -m benchmarks.ltl.run` from `benchmarks/results/ltl.json`; do not edit by hand.",
        "",
        f"{machine['cpu']}, {machine['cores']} cores, load {machine['load_average'][0]}, {machine['date'][:10]}; "
        f"seed {found['seed']} (of the folds; training has no chance in it); one thread.",
        "",
        "| test | n | right, % [95 %] | by line | same string | nearest | best possible | published | goal |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, (title, reference, goal) in _TITLES.items():
        row = found["tests"][name]
        low, high = row["ci95"]["equivalent"]
        nearest = f"{100 * row['nearest'][0]:.1f}" if row["nearest"] else "–"
        lines.append(
            f"| {title} | {row['n']} | {100 * row['equivalent']:.1f} [{100 * low:.1f}, {100 * high:.1f}] "
            f"| {100 * row['equivalent_weighted']:.1f} | {100 * row['exact']:.1f} "
            f"| {nearest} | {100 * row['best_possible']:.1f} | {reference} | {goal} |"
        )
    tests = found["tests"].values()
    lines += [
        "",
        f"Formulas offered in all tests: {sum(r['candidates'] for r in tests):,}; ill-formed: none can be written; "
        f"unsatisfiable: {sum(r['unsatisfiable'] for r in tests)}.",
        "",
        "| test | one training, CPU s | one answer judged, CPU ms |",
        "|---|---|---|",
        *(
            f"| {_TITLES[name][0]} | {row['training_cpu_s']:.0f} | {row['answer_cpu_ms']:.1f} |"
            for name, row in found["tests"].items()
        ),
        "",
        "## Lang2LTL by type: right, % (n)",
        "",
        "| type | unseen utterances | unseen formulas |",
        "|---|---|---|",
    ]
    seen, unseen = (found["tests"][name]["by_type"] for name in ("utterances", "formulas"))
    for kind, row in unseen.items():
        own = f"{100 * seen[kind]['equivalent']:.0f} ({seen[kind]['n']})" if kind in seen else "–"
        lines.append(f"| {kind.replace('_', ' ')} | {own} | {100 * row['equivalent']:.0f} ({row['n']}) |")
    return "\n".join(lines) + "\n" + _TEXT
