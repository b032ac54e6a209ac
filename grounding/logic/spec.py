"""Hierarchical LTL specifications (Luo and Liu 2024, section II; DESIGN: HierarchicalSpec).

A specification is a tree of named formulas. A formula above the leaves speaks of its children's
names (composite propositions); a leaf speaks of propositions of the world
(:class:`grounding.state.Proposition` names), where ``self`` is the robot that carries it out.

Reading, used by planner, checker and monitor alike: formulas are read over the finite trace of
the run; a leaf's trace starts when a robot starts working on it; a composite proposition is true
at the one moment at which its child's formula is first accepted; rules bind from the first to the
last moment of the mission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Leaf:
    """A task for one robot: one formula over propositions of the world.

    Attributes:
        name: Its composite proposition ("p1_2").
        formula: LTL over proposition names.
        text: The clause of the instruction it came from, for people.
        robots: Ids of the robots allowed to do it; empty = any robot.
        same_robot_as: Leaf whose robot must do this one too ("... and come back"), or None.
        task: Id of the task-tree node it came from.
    """

    name: str
    formula: str
    text: str
    robots: tuple[str, ...] = ()
    same_robot_as: str | None = None
    task: str = ""


@dataclass(frozen=True)
class Rule:
    """A formula that binds the whole team for the whole mission ("never enter the kitchen").

    Attributes:
        name: Identifier ("rule_1").
        formula: LTL over proposition names; speaks of ``any`` or named robots, never of ``self``.
        text: The clause of the instruction it came from.
    """

    name: str
    formula: str
    text: str


@dataclass(frozen=True)
class HierarchicalSpec:
    """A hierarchy of formulas.

    Attributes:
        levels: One mapping name -> formula per level, root first; leaves and rules included
            (rules stand on the first level beside the root).
        children: Composite name -> names of its children, in the order they were said.
        leaves: Leaf name -> leaf, in reading order.
        rules: Rule name -> rule.
        text: Name of a formula -> the words it stands for.
        before: Pairs (a, b) of leaf names: a must be finished before b is started. This is what
            ``!b U a`` between composites means for their leaves, spelled out (transitive closure).
    """

    levels: tuple[Mapping[str, str], ...]
    children: Mapping[str, tuple[str, ...]]
    leaves: Mapping[str, Leaf]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    before: frozenset[tuple[str, str]] = frozenset()

    @property
    def root(self) -> str:
        """Name of the root formula."""
        return next(name for name in self.levels[0] if name not in self.rules)

    @property
    def formulas(self) -> dict[str, str]:
        """Every formula by name, level by level."""
        return {name: formula for level in self.levels for name, formula in level.items()}

    def parent(self, name: str) -> str | None:
        """The composite that ``name`` is a child of, None for the root and rules."""
        return next((p for p, kids in self.children.items() if name in kids), None)

    def leaves_under(self, name: str) -> tuple[str, ...]:
        """Leaf names at or below a node, in reading order."""
        if name in self.leaves:
            return (name,)
        return tuple(leaf for kid in self.children.get(name, ()) for leaf in self.leaves_under(kid))

    def walk(self) -> Iterator[str]:
        """Names from the root downwards, parents before children."""
        queue = [self.root]
        while queue:
            name = queue.pop(0)
            yield name
            queue.extend(self.children.get(name, ()))
