"""``heed eval corrections``: acts and fields, judged under the rules of the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from grounding.language.contract import judged
from heed.cli.main import build

CONTEXT = {
    "robots": ["left_arm", "right_arm"],
    "addressed": "left_arm",
    "current": {
        "left_arm": {"skill": "pick_up", "object": "green apple"},
        "right_arm": {"skill": None, "object": None},
    },
    "last_finished": None,
}


def expected(act: str, **slots: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("skill", "object", "destination", "direction", "amount"))
    return {"act": act, "robots": [], **empty, "persistence": "once", **slots}


def evaluated(tmp_path: Path, *lines: dict[str, Any], file: str = "lines.jsonl") -> dict[str, Any]:
    path = tmp_path / file
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    arguments = ["eval", "corrections", str(path), "--json"]
    result = CliRunner().invoke(build(arguments), arguments)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.output)
    return answer


def test_right_and_wrong_answers_are_counted_by_act_and_world(tmp_path: Path) -> None:
    line = {"world": "table", "context": CONTEXT}
    right = expected("skill", skill="pick_up", object="the red apple")
    answer = evaluated(
        tmp_path,
        {**line, "text": "no, the red one", "expected": right},
        {**line, "text": "no, the red one", "expected": expected("veto")},
    )
    assert answer["n"] == 2
    assert answer["by_act"]["skill"]["exact"]["right"] == 1
    assert answer["by_act"]["veto"]["act"]["right"] == 0
    assert answer["by_world"]["table"]["exact"]["n"] == 2


def test_lines_that_lack_something_are_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"world": "table"}\n', encoding="utf-8")
    arguments = ["eval", "corrections", str(path)]
    result = CliRunner().invoke(build(arguments), arguments)
    assert result.exit_code != 0


def test_words_are_compared_as_the_contract_says() -> None:
    a = expected("motion", object="the Blue Crate", amount="two cells", robots=["left_arm"])
    b = expected("motion", object="blue crate", amount="2 cells")
    assert judged(a, b, "left_arm")["exact"]
    assert not judged(a, b, "right_arm")["robots"]
    assert judged(expected("motion"), expected("motion", amount="default"), None)["exact"]
    assert judged(expected("question"), expected("question", object="mug"), None)["exact"]


def test_two_acts_are_compared_in_order() -> None:
    both = [expected("stop"), expected("pause")]
    assert judged(both, both, None)["exact"]
    assert not judged(both, both[:1], None)["exact"]
    assert judged(both[0], both, None)["exact"]
