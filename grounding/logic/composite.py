"""How a formula speaks of the tasks below it: that one is done, and that one is done before another."""

from __future__ import annotations

from grounding.logic.formula import conjuncts, parse


def asked(task: str) -> str:
    """The formula that a task is done at some time.

    >>> asked("p0_1")
    'F p0_1'
    """
    return f"F {task}"


def ordered(first: str, then: str) -> str:
    """The formula that a task is not done before another one is.

    >>> ordered("p0_1", "p0_2")
    '(!p0_2 U p0_1)'
    """
    return f"(!{then} U {first})"


def without(formula: str, task: str) -> str | None:
    """A composite formula that no longer asks for a task, nor for an order with it.

    Returns:
        The formula, ``1`` where nothing is left; None where it speaks of the task in another way.

    >>> without("F a & F b & F c & (!b U a) & (!c U b)", "b")
    'F a & F c & !c U a'
    >>> without("F(a & F b)", "b") is None
    True
    """
    parts = [(text, parse(text)) for text in conjuncts(formula)]
    about = {text for text, node in parts if task in node.atoms}
    orders = {(a, b) for _, node in parts for a in node.atoms for b in node.atoms
              if a != b and node == parse(ordered(a, b))}  # fmt: skip
    plain = {str(parse(asked(task))), *(str(parse(ordered(a, b))) for a, b in orders)}
    if not about <= plain:
        return None
    through = [(a, b) for a, x in orders if x == task for y, b in orders if y == task]
    left = [text for text, _ in parts if text not in about]
    left += [text for pair in through if (text := str(parse(ordered(*pair)))) not in left]
    return " & ".join(left) or "1"
