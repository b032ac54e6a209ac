"""``heed train``: trains a model of Heed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from grounding.levels.model import CARD, DEFAULT_MODEL, MODELS, WEIGHTS
from grounding.levels.train import published, train
from grounding.translate.lifted.data import published_folder, read_pairs
from grounding.translate.lifted.files import save as save_translator
from grounding.translate.lifted.model import Translator
from heed.cli.eval_levels import progress

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "levels"

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Trains a model of Heed.")


@app.callback()
def _group() -> None:
    pass


@app.command()
def levels(
    model: Annotated[str, typer.Option(help=f"Which model: {', '.join(MODELS)}.")] = DEFAULT_MODEL,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for weights and card; models/levels/MODEL by default.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with L0.en, L0.ml, ...; the published commands by default."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Trains a model that infers level and reward function of commands.

    An interrupted training goes on where it stopped when the same command is given again.
    """
    commands = published(data)
    folder = (out or Path("models") / "levels" / model).expanduser()
    with progress() as workshop:
        train(model, commands, folder, seed=seed, workshop=workshop, card=_card(model, out, data, seed))
    size = (folder / WEIGHTS).stat().st_size
    print(f"Trained {model} on {len(commands)} commands: {folder / WEIGHTS} ({size / 1e6:.1f} MB), {folder / CARD}.")


@app.command()
def ltl(
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="F.tsv", help="Lines to learn from, except those of the split dev; the published by default."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for weights and card; models/ltl by default.")
    ] = None,
) -> None:
    """Trains the translator of lifted sentences into temporal formulas; there is no chance in it."""
    pairs = [pair for pair in read_pairs(data or published_folder() / "lang2ltl.tsv") if pair.split != "dev"]
    folder = (out or Path("models") / "ltl").expanduser()
    source = f"Lifted utterances of Liu et al. 2023 (CoRL), {len(pairs)} lines, split train; not in the repository."
    options = [*([f"--data {data}"] if data else []), *([f"--out {out}"] if out else [])]
    card = {
        "summary": "Schemes of formulas found in examples, chosen by a log-linear model over words; pooled with a "
        "written grammar of temporal English (grounding/translate/lifted/grammar.py), with weights found on sentences "
        "held out.",
        "data": str(data) if data else source,
        "licence": "Weights: Apache-2.0, as Heed. The published data is under the MIT licence.",
        "figures": "docs/results/ltl.md" if data is None else "Not measured.",
        "command": " ".join(["heed train ltl", *options]),
    }
    save_translator(Translator.fit(pairs), folder, card)
    print(f"Trained on {len(pairs)} lines: {folder}.")


def _card(model: str, out: Path | None, data: Path | None, seed: int) -> dict[str, Any]:
    options = [f"--seed {seed}", *([f"--out {out}"] if out else []), *([f"--data {data}"] if data else [])]
    return {
        "data": str(data)
        if data
        else "Commands of Arumugam et al. 2017 (RSS), three levels, 3047 lines; not in the repository.",
        "licence": "Weights: Apache-2.0, as Heed. The training data was published without a licence file.",
        "figures": _figures(model) if data is None else "Not measured.",
        "command": " ".join(["heed train levels", f"--model {model}", *options]),
    }


def _figures(model: str) -> Any:
    """The measured figures of this kind of model, where the benchmarks have been run."""
    try:
        found = json.loads((RESULTS / f"{model}.json").read_text(encoding="utf-8"))
        return found["card"]
    except (OSError, ValueError, KeyError):
        return "Not measured yet; see docs/results/levels.md."
