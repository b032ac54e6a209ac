"""Small specifications for the tests of this room."""

from grounding.logic.spec import HierarchicalSpec, Leaf, Rule

Line = str | tuple[str, str] | Leaf


def flat(*leaves, rules=(), root=None, before=()):
    """A root ``p0`` over leaves ``p0_1``, ``p0_2``, ... given as formula, (formula, text) or Leaf."""
    made = {}
    for i, line in enumerate(leaves, 1):
        name = f"p0_{i}"
        formula, text = line if isinstance(line, tuple) else (line, "")
        made[name] = line if isinstance(line, Leaf) else Leaf(name, formula, text)
    ordered = frozenset((f"p0_{a}", f"p0_{b}") for a, b in before)
    if root is None:
        root = " & ".join([*(f"F {n}" for n in made), *(f"(!{b} U {a})" for a, b in sorted(ordered))])
    named = {f"rule_{i}": Rule(f"rule_{i}", formula, text) for i, (formula, text) in enumerate(rules, 1)}
    return HierarchicalSpec(
        levels=({"p0": root, **{n: r.formula for n, r in named.items()}}, {n: x.formula for n, x in made.items()}),
        children={"p0": tuple(made)},
        leaves=made,
        rules=named,
        text={"p0": "the mission"},
        before=ordered,
    )
