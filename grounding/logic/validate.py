"""Whether a specification is usable: well-formed, satisfiable, and about things the world has."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping

from grounding.errors import FormulaError, UnsatisfiableError
from grounding.logic.automaton import satisfiable
from grounding.logic.formula import conjuncts, parse
from grounding.logic.hierarchy import needed
from grounding.logic.spec import HierarchicalSpec
from grounding.skills import changeable_flags
from grounding.state import ANY, PREDICATES, SELF, Proposition
from grounding.world import World


def validate(spec: HierarchicalSpec, world: World, done: Collection[str] = ()) -> None:
    """Checks every formula of a specification and how they hang together.

    Args:
        spec: The specification.
        world: The world it speaks of.
        done: Leaves that are finished: nothing has to be finished before them any more.

    Raises:
        UnsatisfiableError: A formula contradicts itself.
        FormulaError: A formula is ill-formed, speaks of something the world does not have, or the
            hierarchy is inconsistent; the message names the formula and the proposition.
    """
    _hierarchy(spec)
    vocabulary = _Vocabulary(world)
    for name, formula in spec.formulas.items():
        names = _parsed(name, formula)
        if name in spec.leaves or name in spec.rules:
            for atom in names:
                vocabulary.check(name, atom, rule=name in spec.rules)
        else:
            _composite(spec, name, names)
        if not satisfiable(formula) and (name not in spec.leaves or needed(spec, [name])):
            # A leaf that the mission can do without is an alternative nobody can choose, no more.
            raise UnsatisfiableError(
                _called(spec, name), f"{formula!r} contradicts itself.", "Say what should hold at another moment."
            )
    for leaf in spec.leaves.values():
        _robots(spec, leaf.name, world)
    _order(spec, done)


def _called(spec: HierarchicalSpec, name: str) -> str:
    own = spec.leaves.get(name) or spec.rules.get(name)
    text = own.text if own else spec.text.get(name, "")
    return f"formula {name} ({text!r})" if text else f"formula {name}"


def _parsed(name: str, formula: str) -> tuple[str, ...]:
    try:
        return parse(formula).atoms
    except FormulaError as error:
        raise FormulaError(f"formula {name}, {formula!r}", error.reason, error.next_step) from error


def _near(word: str, known: Iterable[str]) -> str:
    """A hint with the known names closest to a word."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(map(repr, near))}?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"Known: {shown or 'none'}."


def _hierarchy(spec: HierarchicalSpec) -> None:
    """Every name is defined once and reached once from the root, and leaves are leaves."""
    formulas = spec.formulas
    roots = [name for name in (spec.levels[0] if spec.levels else ()) if name not in spec.rules]
    if len(roots) != 1:
        found = ", ".join(roots) or "none"
        raise FormulaError("the first level", f"needs exactly one root formula besides the rules, found {found}.")
    if sum(map(len, spec.levels)) != len(formulas):
        raise FormulaError("the levels", "use a name for more than one formula.", "Give every formula its own name.")
    for what, group in (("leaf", spec.leaves), ("rule", spec.rules)):
        for name, entry in group.items():
            if formulas.get(name) != entry.formula:
                raise FormulaError(
                    f"{what} {name}", f"has the formula {entry.formula!r}, but the levels say otherwise."
                )
    for parent, kids in spec.children.items():
        if parent not in formulas or parent in spec.leaves or parent in spec.rules:
            raise FormulaError(f"formula {parent}", "has children, but is not a composite formula of any level.")
        for kid in kids:
            if kid not in formulas or kid in spec.rules:
                raise FormulaError(f"formula {parent}", f"has the child {kid!r}, which is no task.")
    met: set[str] = set()
    queue = [*roots]
    while queue:
        name = queue.pop()
        if name in met:
            raise FormulaError(f"formula {name}", "is used by more than one parent, or contains itself.")
        met.add(name)
        queue.extend(spec.children.get(name, ()))
    for name in formulas:
        if name not in met and name not in spec.rules:
            raise FormulaError(f"formula {name}", "is used by no other formula.", f"Name it in {roots[0]} or drop it.")


def _composite(spec: HierarchicalSpec, name: str, names: Collection[str]) -> None:
    kids = spec.children.get(name, ())
    if not kids:
        raise FormulaError(f"formula {name}", "is neither a leaf nor a rule, and has no children.")
    for kid in kids:
        if kid not in names:
            raise FormulaError(f"formula {name}", f"does not speak of its child {kid!r}: {spec.formulas[name]!r}.")
    for atom in names:
        if atom not in kids:
            raise FormulaError(f"formula {name}", f"speaks of {atom!r}, which is not one of its children.")


def _robots(spec: HierarchicalSpec, name: str, world: World) -> None:
    leaf = spec.leaves[name]
    for robot in leaf.robots:
        if robot not in world.robots:
            hint = _near(robot, world.robots)
            raise FormulaError(_called(spec, name), f"is for robot {robot!r}, which does not exist.", hint)
    seen = {name}
    other = leaf.same_robot_as
    while other is not None:
        if other not in spec.leaves:
            raise FormulaError(_called(spec, name), f"is tied to the robot of {other!r}, which is no leaf.")
        if other in seen:
            raise FormulaError(_called(spec, name), "is tied to its own robot in a circle.")
        seen.add(other)
        other = spec.leaves[other].same_robot_as


def _order(spec: HierarchicalSpec, done: Collection[str]) -> None:
    """``before`` speaks of leaves and has every pair that the composites ask for."""
    for pair in spec.before:
        for name in pair:
            if name not in spec.leaves:
                raise FormulaError(f"the order {pair[0]} before {pair[1]}", f"{name!r} is no leaf.")
    for name, kids in spec.children.items():
        for part in map(parse, conjuncts(spec.formulas[name])):
            if part.op != "U" or part.children[0].op != "!":
                continue
            later, first = part.children[0].children[0].atom, part.children[1].atom
            if later not in kids or first not in kids:
                continue
            for a in spec.leaves_under(first):
                for b in spec.leaves_under(later):
                    if (a, b) not in spec.before and b not in done:
                        raise FormulaError(f"formula {name}", f"puts {a} before {b}, but 'before' lacks that pair.")


class _Vocabulary:
    """What propositions may speak of in one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.flags: dict[str, set[str]] = {}
        for thing in world.things.values():
            self.flags.setdefault(thing.id, set()).update(thing.possible_flags)
        for door in world.doors:
            self.flags.setdefault(door, set()).add("open")
        for entity, flags in changeable_flags(world).items():
            self.flags.setdefault(entity, set()).update(flags)

    def check(self, name: str, atom: str, rule: bool) -> None:
        """Raises FormulaError where a proposition means nothing in the world."""
        where = f"formula {name}, proposition {atom!r}"
        proposition = Proposition.parse(atom)
        predicate, args = proposition.predicate, proposition.args
        if predicate not in PREDICATES:
            raise FormulaError(where, f"there is no predicate {predicate!r}.", _near(predicate, PREDICATES))
        if len(args) != PREDICATES[predicate]:
            reason = f"{predicate!r} takes {PREDICATES[predicate]} arguments, not {len(args)}."
            raise FormulaError(where, reason, f"Write it like {_EXAMPLES[predicate]}.")
        if rule and SELF in args:
            raise FormulaError(where, "a rule for the whole team cannot speak of 'self'.", "Name a robot or use 'any'.")
        world = self.world
        subject, value = args
        robots = {**world.robots, ANY: None} if rule else {**world.robots, ANY: None, SELF: None}
        match predicate:
            case "at":
                self._known(where, "robot", subject, robots)
                self._known(where, "zone", value, world.zones)
            case "holding":
                self._known(where, "robot", subject, robots)
                self._known(where, "thing", value, {**world.things, ANY: None})
            case "in":
                self._known(where, "thing", subject, world.things)
                containers = self._with("container")
                if value in world.things and value not in containers:
                    reason = f"nothing can be in {value!r}, it is not a container."
                    raise FormulaError(where, reason, _near(value, containers))
                if value not in world.zones:
                    self._known(where, "zone or container", value, {**world.zones, **containers})
            case "inside":
                self._known(where, "thing", subject, world.things)
                self._known(where, "zone", value, world.zones)
            case "on":
                self._known(where, "thing", subject, world.things)
                surfaces = self._with("surface")
                if value in world.things and value not in surfaces:
                    reason = f"nothing can lie on {value!r}, it is not a surface."
                    raise FormulaError(where, reason, _near(value, surfaces))
                self._known(where, "surface", value, surfaces)
            case "is":
                self._known(where, "entity", subject, {**robots, **world.things, **world.zones})
                self._flag(where, subject, value)

    def _with(self, quality: str) -> dict[str, None]:
        return {thing.id: None for thing in self.world.things.values() if quality in thing.properties}

    def _known(self, where: str, what: str, name: str, known: Mapping[str, object]) -> None:
        if name not in known:
            raise FormulaError(where, f"there is no {what} {name!r}.", _near(name, known))

    def _flag(self, where: str, subject: str, flag: str) -> None:
        members = list(self.world.robots) if subject in (SELF, ANY) else [subject]
        possible = {f for member in members for f in self.flags.get(member, ())}
        if flag not in possible:
            raise FormulaError(where, f"{subject!r} has no state {flag!r}.", _near(flag, possible))


_EXAMPLES = {
    "at": "at.self.kitchen", "holding": "holding.self.parcel", "in": "in.chair.blue_room",
    "inside": "inside.parcel.lobby", "on": "on.apple.plate", "is": "is.m1.photographed",
}  # fmt: skip
