"""Random small worlds and missions for the planner tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random

from hypothesis import strategies as st

from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.world import World
from grounding.worldfile import parse_world

Cell = tuple[int, int]

SKILLS = {
    "go_to": {"behaviour": "drive", "parameters": {"target": "zone"}},
    "push_to": {"behaviour": "push", "parameters": {"item": "pushable", "target": "zone"}},
    "pick_up": {
        "behaviour": "pick",
        "parameters": {"item": "portable"},
        "pre": ["near(self, item)", "free(self)"],
        "effects": ["holding(self, item)"],
        "seconds": 2,
    },
    "put_down": {
        "behaviour": "place",
        "parameters": {"item": "portable"},
        "pre": ["holding(self, item)"],
        "effects": ["not holding(self, item)", "here(item)"],
        "seconds": 1,
    },
    "open": {
        "behaviour": "operate",
        "parameters": {"target": "door"},
        "pre": ["near(self, target)", "not is(target, open)"],
        "effects": ["is(target, open)"],
        "seconds": 2,
    },
    "close": {
        "behaviour": "operate",
        "parameters": {"target": "door"},
        "pre": ["near(self, target)", "not at(self, target)", "is(target, open)"],
        "effects": ["not is(target, open)"],
        "seconds": 1,
    },
    "photograph": {
        "behaviour": "photograph",
        "parameters": {"target": "room"},
        "pre": ["at(self, target)"],
        "effects": ["is(target, photographed)"],
        "during": ["is(self, camera_on)"],
        "seconds": 2,
    },
}
EVERYTHING = list(SKILLS)


def make_world(
    widths: Sequence[int] = (3, 3),
    height: int = 2,
    shut: Sequence[int] = (),
    robots: Sequence[tuple[Cell, Sequence[str]]] = (((0, 0), EVERYTHING),),
    boxes: Sequence[Cell] = (),
    carts: Sequence[Cell] = (),
    lanes: int = 2,
) -> World:
    """Rooms r0, r1, ... in a row above a hall, each with a door; given doors are shut at the start."""
    rooms: list[object] = []
    doors: list[object] = []
    left = 0
    for i, width in enumerate(widths):
        floor = lanes + 1
        rooms.append({"id": f"r{i}", "area": [[left, floor, left + width - 1, floor + height - 1]]})
        door = {"id": f"door{i}", "joins": [f"r{i}", "hall"], "cells": [[left + width // 2, lanes]]}
        doors.append({**door, "closable": True, "open": i not in shut})
        left += width + 1
    rooms.append({"id": "hall", "tags": ["public"], "area": [[0, 0, left - 2, lanes - 1]]})
    types = {f"type{i}": {"body": "mobile", "skills": list(own)} for i, (_, own) in enumerate(robots)}
    things = [{"id": f"box{i}", "class": "box", "at": list(cell)} for i, cell in enumerate(boxes)]
    things += [{"id": f"cart{i}", "class": "cart", "at": list(cell)} for i, cell in enumerate(carts)]
    file = {
        "name": "small",
        "rooms": rooms,
        "doors": doors,
        "classes": {"box": {"properties": ["portable"]}, "cart": {"properties": ["pushable"], "obstacle": True}},
        "things": things,
        "skills": SKILLS,
        "robot_types": types,
        "robots": [{"id": f"robot_{i}", "type": f"type{i}", "start": list(cell)} for i, (cell, _) in enumerate(robots)],
    }
    return parse_world(json.dumps(file))


def make_spec(
    leaves: Sequence[str],
    *,
    before: Sequence[tuple[int, int]] = (),
    rules: Sequence[str] = (),
    root: str = "",
    robots: Sequence[Sequence[str]] = (),
    same: Sequence[int | None] = (),
) -> HierarchicalSpec:
    """A two-level specification; leaves are p0_1, p0_2, ... and ``before`` counts from 1."""
    named = {}
    for i, formula in enumerate(leaves):
        name = f"p0_{i + 1}"
        tied = same[i] if i < len(same) else None
        who = tuple(robots[i]) if i < len(robots) else ()
        named[name] = Leaf(name, formula, f"task {i + 1}", who, None if tied is None else f"p0_{tied}")
    pairs = [(f"p0_{a}", f"p0_{b}") for a, b in before]
    numbered = {f"rule_{i + 1}": Rule(f"rule_{i + 1}", f, f"law {i + 1}") for i, f in enumerate(rules)}
    formula = root or " & ".join([*(f"F {n}" for n in named), *(f"(!{b} U {a})" for a, b in pairs)])
    levels = (
        {"p0": formula, **{name: rule.formula for name, rule in numbered.items()}},
        {name: leaf.formula for name, leaf in named.items()},
    )
    return HierarchicalSpec(levels, {"p0": tuple(named)}, named, numbered, {}, frozenset(pairs))


def _free(world_cells: list[Cell], random: Random) -> Cell:
    return world_cells.pop(random.randrange(len(world_cells)))


def random_world(random: Random, most_robots: int = 3) -> World:
    """A world with up to three rooms, two boxes, a cart and a few robots of mixed abilities."""
    widths = [random.randint(1, 3) for _ in range(random.randint(1, 3))]
    lanes, height = random.randint(1, 2), random.randint(1, 2)
    cells = [(x, y) for x in range(sum(widths) + len(widths) - 1) for y in range(lanes)]
    left = 0
    for width in widths:
        cells += [(left + x, lanes + 1 + y) for x in range(width) for y in range(height)]
        left += width + 1
    robots = []
    for _ in range(max(1, min(random.randint(1, most_robots), len(cells) - 3))):
        skills = [name for name in EVERYTHING if name == "go_to" or random.random() < 0.8]
        robots.append((_free(cells, random), skills))
    boxes = [_free(cells, random) for _ in range(min(random.randint(0, 2), len(cells)))]
    carts = [_free(cells, random) for _ in range(min(random.randint(0, 1), len(cells)))]
    shut = [i for i in range(len(widths)) if random.random() < 0.4]
    return make_world(widths, height, shut, robots, boxes, carts, lanes)


def random_spec(random: Random, world: World, most_leaves: int = 4) -> HierarchicalSpec:
    """A mission over what a world has: goals, rules of leaves and of the team, order, alternatives."""
    rooms, doors = list(world.rooms), list(world.doors)
    goals = [f"at.self.{r}" for r in rooms] + [f"is.{r}.photographed" for r in rooms]
    goals += [f"in.{t}.{r}" for t in world.things for r in rooms]
    goals += [f"{sign}is.{d}.open" for d in doors for sign in ("", "!")]
    goals += [f"holding.self.{t}" for t in world.things if t.startswith("box")]
    while_working = ["", "", "", *(f" & G !at.self.{r}" for r in rooms), *(f" & G !at.self.{d}" for d in doors)]
    while_working += [f" & G(holding.self.{t} -> !at.self.public)" for t in world.things if t.startswith("box")]
    count = random.randint(1, most_leaves)
    leaves = [f"F({random.choice(goals)}){random.choice(while_working)}" for _ in range(count)]
    team = [f"G !at.any.{r}" for r in rooms] + [f"G(at.any.{a} -> !at.any.{b})" for a in rooms for b in rooms if a < b]
    if world.capable("photograph"):
        team += [f"G(is.any.camera_on -> !at.any.{r})" for r in rooms]
    rules = random.sample(team, 1) if random.random() < 0.3 else []
    names = [f"p0_{i + 1}" for i in range(count)]
    root = ""
    before: list[tuple[int, int]] = []
    if count > 1 and random.random() < 0.3:
        root = " | ".join(f"F {name}" for name in names)
    elif random.random() < 0.5:
        before = [(a, b) for a in range(1, count) for b in range(a + 1, count + 1) if random.random() < 0.5]
    same = [None, *(random.choice([None, None, 1]) for _ in range(count - 1))]
    robots = [random.sample(list(world.robots), 1) if random.random() < 0.2 else [] for _ in range(count)]
    return make_spec(leaves, before=before, rules=rules, root=root, robots=robots, same=same)


@st.composite
def missions(draw: st.DrawFn, most_robots: int = 3, most_leaves: int = 4) -> tuple[World, HierarchicalSpec]:
    """Worlds with missions."""
    random = draw(st.randoms(use_true_random=False))
    world = random_world(random, most_robots)
    return world, random_spec(random, world, most_leaves)
