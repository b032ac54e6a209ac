"""The least ticks one robot needs for one leaf, by plain uniform-cost search over world states.

Uses no table, bound or pruning of the planner: every skill with every argument, every push.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from heapq import heappop, heappush
from itertools import product

from grounding.logic.automaton import automaton
from grounding.logic.spec import HierarchicalSpec
from grounding.skills import apply, candidates, parse_atom, unmet, walk
from grounding.state import Proposition, WorldState, holds, initial_state, passable
from grounding.world import NEIGHBOURS, Skill, World


def least_ticks(spec: HierarchicalSpec, world: World, leaf: str, robot: str, most_states: int = 30_000) -> int | None:
    """The least ticks, None where the leaf is impossible.

    Raises:
        MemoryError: More states than ``most_states`` were met.
    """
    formulas = [spec.leaves[leaf].formula, *(rule.formula for rule in spec.rules.values())]
    automata = [automaton(f) for f in formulas]

    def step(states: tuple[int, ...], state: WorldState) -> tuple[int, ...] | None:
        after = []
        for auto, q in zip(automata, states, strict=True):
            true = {n for n in auto.atoms if holds(Proposition.parse(n).bind(robot), world, state)}
            after.append(auto.step(q, auto.letter(true)))
        return None if any(q in a.dead for a, q in zip(automata, after, strict=True)) else tuple(after)

    start = initial_state(world)
    first = step(tuple(a.initial for a in automata), start)
    if first is None:
        return None
    heap: list[tuple[int, int, WorldState, tuple[int, ...]]] = [(0, 0, start, first)]
    best = {_key(start, first): 0}
    count = 0
    while heap:
        cost, _, state, states = heappop(heap)
        if states[0] in automata[0].accepting:
            return cost
        if cost > best[_key(state, states)]:
            continue
        for ticks, letters in _moves(world, state, robot):
            after: tuple[int, ...] | None = states
            for letter in letters:
                after = None if after is None else step(after, letter)
            key = None if after is None else _key(letters[-1], after)
            if after is not None and key is not None and cost + ticks < best.get(key, math.inf):
                best[key] = cost + ticks
                count += 1
                heappush(heap, (cost + ticks, count, letters[-1], after))
        if len(best) > most_states:
            raise MemoryError
    return None


def _key(state: WorldState, states: tuple[int, ...]) -> object:
    robots = tuple((n, r.cell, r.holding) for n, r in state.robots.items())
    things = tuple((n, t.cell, t.support, t.held_by) for n, t in state.things.items())
    return robots, things, state.flags, states


def _moves(world: World, state: WorldState, robot: str) -> Iterator[tuple[int, list[WorldState]]]:
    """Ticks and the states passed through, for everything the robot could do next."""
    x, y = state.robots[robot].cell
    skills = [world.skills[name] for name in world.robots[robot].type.skills]
    pushes = any(s.behaviour == "push" for s in skills)
    for dx, dy in NEIGHBOURS:
        cell, behind = (x + dx, y + dy), (x + 2 * dx, y + 2 * dy)
        if passable(world, state, cell):
            yield 1, [walk(state, robot, cell, (0.0, 0.0, 0.0))]
        for name, thing in state.things.items():
            pushable = pushes and "pushable" in world.things[name].properties
            if pushable and thing.cell == cell and passable(world, state, behind):
                moved = replace(state, things={**state.things, name: replace(thing, cell=behind)})
                if passable(world, moved, cell):
                    yield 1, [walk(moved, robot, cell, (0.0, 0.0, 0.0))]
    for skill in skills:
        if skill.behaviour not in ("drive", "push"):
            yield from _acts(world, state, robot, skill)


def _acts(world: World, state: WorldState, robot: str, skill: Skill) -> Iterator[tuple[int, list[WorldState]]]:
    for args in product(*(candidates(world, kind) for kind in skill.parameters.values())):
        if unmet(world, state, robot, skill, args) is None:
            running = state
            binding = {"self": robot, **dict(zip(skill.parameters, args, strict=True))}
            for text in skill.during:
                atom = parse_atom(text).bind(binding)
                running = running.with_flag(atom.args[0], atom.args[1], atom.positive)
            ticks = max(1, math.ceil(skill.seconds / world.tick_s - 1e-9))
            yield ticks, [running, apply(world, state, robot, skill, args)]
