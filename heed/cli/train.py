"""``heed train``: trains a model of Heed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from grounding.encoder import installed
from grounding.levels.model import CARD, DEFAULT_MODEL, MODELS, WEIGHTS
from grounding.levels.train import published, train
from grounding.translate.lifted.data import published_folder, read_pairs
from grounding.translate.lifted.files import save as save_translator
from grounding.translate.lifted.model import Translator
from grounding.translate.reader.corpus import corpus
from grounding.translate.reader.files import save as save_reader
from grounding.translate.reader.reader import Calibration
from grounding.translate.reader.train import Recipe
from grounding.translate.reader.train import train as train_reader
from heed.cli.eval_levels import progress

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "levels"

#: Instructions made up for the reader of free English.
MADE = 7000

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


@app.command()
def translate(
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for weights and card; models/translate by default.")
    ] = None,
    household: Annotated[
        Path | None, typer.Option(metavar="F.jsonl", help="Compositions to learn from; the published ones by default.")
    ] = None,
    alfred: Annotated[
        Path | None, typer.Option(metavar="F.jsonl", help="Goals of ALFRED; the published ones by default.")
    ] = None,
    made: Annotated[int, typer.Option(min=0, help="Instructions made up from a grammar.")] = MADE,
    epochs: Annotated[int, typer.Option(min=1, help="How often everything is seen.")] = Recipe().epochs,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Trains the reader of free English.

    An interrupted training goes on where it stopped when the same command is given again.
    """
    folder = (out or Path("models") / "translate").expanduser()
    checkpoint = folder / "training.part"
    examples = corpus(made, seed, household, alfred)
    encoder = installed()
    with progress() as workshop:
        recipe = Recipe(epochs=epochs, seed=seed)
        tagger = train_reader(examples, recipe, checkpoint=checkpoint, report=workshop.report, encoder=encoder)
    options = [
        f"--seed {seed}",
        *([f"--out {out}"] if out else []),
        *([f"--household {household}"] if household else []),
    ]
    card = {
        "summary": "Tags the words of free instructions: tasks, references, links, rules (GRU and CRF over MiniLM).",
        "data": str(household) if household else "Household compositions of Nl2Hltl2Plan (floor plans "
        "whose number leaves 0 or 1 by five left out), goals of ALFRED, "
        "and instructions made up from a grammar; not in the repository.",
        "instructions": len(examples),
        "licence": "Weights: Apache-2.0, as Heed. The published data is under the MIT licence.",
        "figures": "docs/results/translate.md" if household is None else "Not measured.",
        "command": " ".join(["heed train translate", *options]),
    }  # fmt: skip
    save_reader(tagger, Calibration(), encoder.width, folder, card)
    checkpoint.unlink(missing_ok=True)
    print(f"Trained on {len(examples)} instructions: {folder}.")


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
