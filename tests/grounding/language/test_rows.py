"""Every row of the lexicon reads its own example."""

from __future__ import annotations

import pytest

from grounding.language.corrections import hear
from grounding.language.patterns import Row, rows

from .missions import OFFICE, TABLE

EXAMPLES = [(row, text) for row in rows() for text in (row["example"], *(row.extra.get("also") or ()))]


@pytest.mark.parametrize(("row", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])
def test_a_row_reads_its_example(row: Row, text: str) -> None:
    hearing = hear(text, TABLE if row["world"] == "table" else OFFICE)
    assert hearing.unread == ()
    assert hearing.question == "", hearing
    (heard,) = hearing.heard
    assert heard.act.kind.value == row.act
    for slot in ("direction", "about"):
        if row[slot]:
            assert row[slot] == (heard.act.direction if slot == "direction" else heard.about)
    if row["place"]:
        assert heard.place == row["place"]
    if row["polarity"]:
        assert heard.act.polarity == row["polarity"]
