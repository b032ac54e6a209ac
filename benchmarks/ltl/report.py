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
easy folds. Calibration: bins of equal numbers, of 20 lines at least; with 110 lines the figure is coarse.

## What is written and what is learned

Two judges vote (`grounding/translate/lifted/pool.py`). The **model** is learned: it finds schemes in the training
formulas (`scheme.py`), writes other sizes of them, and ranks them by words. The **grammar** is written
(`cues.py`, `clauses.py`, `grammar.py`, `senses.py`). It knows:

- some 50 kinds of function words and phrases of English: until, before, after/whenever/once/if, if and only if,
  only after, immediately, later, then, only then, without, denials and verbs of avoiding, bounds (at least, at
  most, exactly, more than, fewer than), words of repetition, of order and of any order, of staying and leaving,
  of permission and of duty, verbs that enable, prevent, release or imply;
- how clauses follow and hang on one another, and that a denial of a denial demands;
- what each joint means, composed of F, G, X, U, not, and, or, implies, if and only if: "whenever x, y" is
  G(x -> F y), with "immediately" G(x -> X y), denied G(x -> X G !y); "not y until x" is !y U x; "stay in x until
  y" is x U y; "x, then y" is F(x & F y), with "not y before x" (!y U x) & F y; n visits have an absence between
  any two. Clauses that have nothing to do with one another are joined by "and".

It has no list of the formulas of the data, and proposes many that the data lacks: F(a | b), F(a & F b) & G !c.
Where a sentence may mean several things it proposes several.

**How far it may be believed.** Its rules were written and mended with the *training* sentences at hand, so that its
figures on them flatter it (98 % right alone); the folds of unseen formulas consist of these sentences for five
sixths. The line "never read" counts only the sentences of the split dev, at which nobody looked while the grammar was
written, in the folds in which their formulas were unseen, too: **this is the figure to believe**. The weight of the
grammar's vote is that which its first draft earned, written before any of its errors on the training sentences was
looked at (right on 90 %; by cross-validation on the training part the pool with that draft had 92.9 on unseen
utterances and 92.2 on unseen formulas).

## What fell short, and what was tried

- Unseen utterances: 101 of 110; 92 % would be 102. The model alone had 86.4, the grammar alone {grammar:.1f}. The
  dev part was judged once with the grammar; the model's reader of clauses was written in an earlier round, when the
  dev figure was looked at several times, which may flatter the model's share of it.
- Read training sentences that stay wrong: labels against the wording ("perpetually travel to b c and a" for four
  places; "you must avoid b only after you go to b" about a and b; "do not visit b until you go to a" as an order with
  a demand here, and without elsewhere), "a single visit", "successor" and "predecessor" without names, and what needs
  more than clauses ("one of a and b and then the other"; "a and b are always separated by one time instant").
  Ordered visits stay the weakest type: the data has the same wording for orders of several strictness.
- Pick and place: below 96. What is said of one colour now holds for all (`filler.py`; 88.9 before). Of the 134
  sentences that name no colour 109 are labelled `a` and 25 `r` ("lift arm and place objects in bin"), and nothing in
  the words tells them apart: 96.5 is the ceiling for anyone who does not know them by heart. 35 errors of one partition
  (seed 1) were read: 27 of that kind; 4 labelled against the colour that they name (`r` for "except for the green
  square", `a` for "the red block"); 3 with a list of the colours kept or a colour found nowhere else (peach, black);
  1 leaves two colours out.
- A round trip through English (`python -m benchmarks.ltl.roundtrip`): the best 5 formulas are described, and the
  likeness of MiniLM's states of description and sentence is added with a fitted weight. On held-out training
  sentences (n 552): 95.3 % right without and 95.5 with it, gain 0.2 points [0.0, 0.5]; the likest description alone
  is right for 45 %. It asks for torch and 20 ms a description and was left out. The descriptions stayed, for questions.
- Drone planning: 56 wrong sentences of one fold were read. 42 have two or three formulas in the data for the same
  words ("the twond floor" is any of three floors; "without changing floors" does not say which); 9 have a second
  sentence, "if you reached x you can stay there, or head to y"; 4 say "until you have been to the landmark" of a
  landmark named before, which is taken for another one; 1 is labelled against its words.
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
        "| test | n | right, % [95 %] | by line | grammar alone | nearest | best possible | ECE | surest 80 % "
        "| published | goal |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, (title, reference, goal) in _TITLES.items():
        row = found["tests"][name]
        low, high = row["ci95"]["equivalent"]
        nearest = f"{100 * row['nearest'][0]:.1f}" if row["nearest"] else "–"
        ruled = f"{100 * row['grammar']:.1f}" if row["grammar"] else "–"
        lines.append(
            f"| {title} | {row['n']} | {100 * row['equivalent']:.1f} [{100 * low:.1f}, {100 * high:.1f}] "
            f"| {100 * row['equivalent_weighted']:.1f} | {ruled} "
            f"| {nearest} | {100 * row['best_possible']:.1f} "
            f"| {100 * row['ece']:.1f} | {100 * row['at_coverage_80']:.1f} "
            f"| {reference} | {goal} |"
        )
        if name == "formulas":
            own = row["unread"]
            low, high = own["ci95"]["equivalent"]
            share = f"{100 * own['equivalent']:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
            lines.append(f"| of these, sentences never read | {own['n']} | {share} | | | | | | | | |")
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
    grammar = 100 * found["tests"]["utterances"]["grammar"]
    return "\n".join(lines) + "\n" + _TEXT.format(grammar=grammar)
