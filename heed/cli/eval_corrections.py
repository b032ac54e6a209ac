"""``heed eval corrections``: measures how well what is said to a running fleet is understood."""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from grounding.errors import ConfigurationError
from grounding.language.contract import FIELDS, from_contract, judged, to_contract
from grounding.language.corrections import hear
from grounding.levels.calibrate import wilson
from grounding.world import World
from grounding.worldfile import load_world
from heed.cli.answer import write_rows


def corrections(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Utterances in context, one JSON object a line.")],
    world: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FILE", help="World file for a name that is not one of Heed's worlds; repeatable."),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="File for every answer, one JSON object a line.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measures how well what is said to a running fleet is understood.

    Prints the accuracy of the act, of each field, and of all fields together, with 95 % intervals,
    for all lines, by act and by world.
    """
    named = dict(_named(item) for item in world or ())
    lines = _read(file)
    answers = [_answer(line, named) for line in lines]
    result = figures(answers)
    if predictions is not None:
        write_rows(predictions, answers)
    if as_json:
        json.dump(result, sys.stdout, indent=1)
        print()
    else:
        _show(result)


def _named(item: str) -> tuple[str, str]:
    name, sep, path = item.partition("=")
    if not sep:
        raise ConfigurationError(f"--world {item}", "names no file.", "Write it as NAME=FILE.")
    return name, path


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(str(file), f"cannot be read ({error.strerror}).", "Give another file.") from error
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            missing = [k for k in ("world", "context", "text", "expected") if k not in row]
        except (ValueError, TypeError):
            row, missing = {}, ["a JSON object"]
        if missing:
            raise ConfigurationError(f"{file}:{number}", f"lacks {missing[0]}.", "See the page on corrections.")
        lines.append(row)
    if not lines:
        raise ConfigurationError(str(file), "holds no line.", "Give a file with one JSON object a line.")
    return lines


def _answer(line: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    """One line judged."""
    loaded: World = load_world(named.get(line["world"], line["world"]))
    context = from_contract(line["context"], loaded)
    start = time.perf_counter()
    hearing = hear(line["text"], context)
    took = time.perf_counter() - start
    given = to_contract(hearing, context)
    expected = line["expected"]
    first = expected[0] if isinstance(expected, list) else expected
    return {
        "id": line.get("id"), "world": line["world"], "text": line["text"], "act": first["act"], "expected": expected,
        "predicted": given, "unread": list(hearing.unread), "question": hearing.question,
        "right": judged(expected, given, context.addressed), "ms": 1000 * took,
    }  # fmt: skip


def figures(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Accuracies of judged answers: overall, by act and by world.

    Returns:
        ``n``, ``fields`` (act, every field and exact: right, n, share, ci95), ``by_act`` and ``by_world``
        (act and exact each), ``asked``, ``unread`` (how many answers were a question or had words left
        over) and ``ms_p50``.
    """
    times = sorted(a["ms"] for a in answers)
    return {
        "n": len(answers),
        "fields": {f: _share(answers, f) for f in (*FIELDS, "exact")},
        "by_act": _grouped(answers, lambda a: str(a["act"])),
        "by_world": _grouped(answers, lambda a: str(a["world"])),
        "asked": sum(bool(a["question"]) for a in answers),
        "unread": sum(bool(a["unread"]) for a in answers),
        "ms_p50": times[len(times) // 2],
    }


def _grouped(answers: Sequence[Mapping[str, Any]], key: Callable[[Mapping[str, Any]], str]) -> dict[str, Any]:
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for answer in answers:
        groups[key(answer)].append(answer)
    return {name: {f: _share(groups[name], f) for f in ("act", "exact")} for name in sorted(groups)}


def _share(answers: Sequence[Mapping[str, Any]], field: str) -> dict[str, Any]:
    counted = [a["right"][field] for a in answers if field in a["right"]]
    right, n = sum(counted), len(counted)
    if not n:
        return {"right": 0, "n": 0, "share": None, "ci95": None}
    return {"right": right, "n": n, "share": right / n, "ci95": list(wilson(right, n))}


def _show(result: Mapping[str, Any]) -> None:
    print(f"{result['n']} utterances, {result['asked']} asked about, {result['unread']} with words left over")
    for name, share in result["fields"].items():
        print(f"  {name:14}{_told(share)}")
    for title, groups in (("act", result["by_act"]), ("world", result["by_world"])):
        print(f"{title:18}{'act right':34}all fields")
        for name, shares in groups.items():
            print(f"  {name:16}{_told(shares['act']):34}{_told(shares['exact'])}")
    print(f"one utterance takes {result['ms_p50']:.2f} ms at the median")


def _told(share: Mapping[str, Any]) -> str:
    if not share["n"]:
        return "-"
    low, high = share["ci95"]
    return f"{100 * share['share']:5.1f} % [{100 * low:.1f}, {100 * high:.1f}] {share['right']}/{share['n']}"
