from __future__ import annotations

import pytest

from grounding.translate.lifted.notation import read_formula, to_prefix
from grounding.translate.lifted.scheme import Tree, induce, node_of, tree_of

NAMES = "abcdhjk"


def tree(text: str) -> Tree:
    return tree_of(read_formula(text), {name: i for i, name in enumerate(NAMES)})


def written(found: Tree) -> str:
    return to_prefix(node_of(found, NAMES))


@pytest.mark.parametrize(
    ("seen", "unseen"),
    [
        (["F a", "& F a & F b F c"], {2: "& F a F b", 5: "& F a & F b & F c & F d F h"}),
        (["F & a F b", "F & a F & b F & c F d"], {3: "F & a F & b F c"}),
        (["& U ! b a F b", "& U ! b a & U ! c b & U ! d c F d"], {3: "& U ! b a & U ! c b F c"}),
        (["M & a F & ! a F & a F & ! a F a | ! a G | a G | ! a G | a G | ! a G | a G ! a", "M a | ! a G | a G ! a"],
         {2: "M & a F & ! a F a | ! a G | a G | ! a G | a G ! a"}),
    ],
)  # fmt: skip
def test_sizes_never_seen_are_written(seen: list[str], unseen: dict[int, str]) -> None:
    (scheme,) = induce([tree(text) for text in seen])
    for size, text in unseen.items():
        assert written(scheme.expand(size)) == text


def test_all_formulas_are_explained() -> None:
    texts = ["U a b", "U ! a b", "G i a X b", "F a", "& F a & F b F c", "G ! a"]
    found = induce([tree(text) for text in texts])
    everything = {written(t) for s in found for size in range(6) if (t := s.expand(size)) is not None}
    assert set(texts) <= everything


def test_no_formula_has_an_impossible_size() -> None:
    (scheme,) = induce([tree("& F a & F b F c")])
    assert scheme.expand(0) is None
    assert not scheme.counts
