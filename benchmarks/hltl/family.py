"""Our own scaling family: offices of any size, teams of any size, any number of leaves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from planners.hltl.cases import ActionEdge, Case, CaseRobot, CaseWorld, Instance

_CELL = tuple[int, int]


def office(aisles: int, length: int) -> CaseWorld:
    """Corridors with desks and meeting rooms on both sides, joined by cross corridors.

    Args:
        aisles: Number of corridors.
        length: Cells in each.
    """
    free: set[_CELL] = set()
    regions: dict[str, tuple[_CELL, ...]] = {}
    for aisle in range(aisles):
        y = 5 * aisle + 3
        free |= {(x, y) for x in range(1, length + 1)}
        for x in range(3, length + 1, 3):
            for side in (-1, 1):
                free.add((x, y + side))
                kind = "m" if x % 4 == 0 else "d"
                regions[f"{kind}{aisle}_{x}_{side + 1}"] = ((x, y + side),)
        if aisle:
            for x in range(4, length + 1, 10):
                free |= {(x, y - step) for step in range(1, 5)}
    # Every cell can be reached around the public area: there is another cross corridor.
    y = 5 * (aisles // 2) + 3
    regions["publicc"] = tuple((14, y - step) for step in range(1, 5) if (14, y - step) in free)
    at = {cell: name for name, cells in regions.items() for cell in cells}
    edges = [ActionEdge("x", "x", "default")]
    for state, label in (("c", "carry"), ("g", "guide")):
        edges += [
            ActionEdge("x", state, label), ActionEdge(state, state, label), ActionEdge(state, "x", "default"),
        ]  # fmt: skip
    edges += [ActionEdge("x", "a", "camera"), ActionEdge("a", "a", "photo"), ActionEdge("a", "x", "default")]
    return CaseWorld(f"office_{aisles}x{length}", tuple(sorted(free)), regions, at, "x", tuple(edges))


def member(robots: int, leaves: int, seed: int, *, orders: int = 0) -> Case:
    """A case with random leaves and random starts.

    Args:
        robots, leaves: How many.
        seed: Of the generator.
        orders: Number of random pairs of leaves of which one must be finished first.
    """
    rng = np.random.default_rng(seed)
    size = max(2, round(np.sqrt(leaves)))
    world = office(size, 10 * size)
    names = sorted(set(world.regions) - {"publicc"})
    formulas: dict[str, str] = {}
    kids = tuple(f"p{i + 1}" for i in range(leaves))
    parts = [f"F {kid}" for kid in kids]
    for i, j in (sorted(rng.choice(leaves, 2, replace=False).tolist()) for _ in range(orders)):
        parts.append(f"(!{kids[j]} U {kids[i]})")
    formulas["p0"] = " & ".join(parts)
    for kid in kids:
        a, b = rng.choice(names, 2, replace=False).tolist()
        formulas[kid] = [
            f"F {a}",
            f"F({a} & photo) & G(publicc -> !camera)",
            f"F({a} & (carry U ({b} & X[!] !carry))) & G(carry -> !publicc)",
            f"F({a} & (guide U ({b} & X[!] !guide)))",
        ][int(rng.integers(4))]
    starts = rng.choice(len(world.cells), robots, replace=robots > len(world.cells)).tolist()
    team = tuple(CaseRobot(f"r{i + 1}", 1, world.cells[cell]) for i, cell in enumerate(starts))
    return Case(f"office_r{robots}_l{leaves}", world, "p0", formulas, {"p0": kids}, kids, (Instance(seed, team),))


def write(case: Case, folder: Path) -> Path:
    """Writes a case and its world in the format of the published cases."""
    folder.mkdir(parents=True, exist_ok=True)
    world = case.world
    (folder / f"{world.name}.json").write_text(
        json.dumps(
            {
                "name": world.name,
                "free_cells": world.cells,
                "regions": world.regions,
                "action_model": {
                    "initial": world.initial,
                    "edges": [{"from": e.source, "to": e.target, "label": e.label} for e in world.actions],
                    "preconditions": {e.label: [[r] for r in sorted(e.regions)] or [[]] for e in world.actions},
                },
            }
        )
    )
    path = folder / f"{case.id}.json"
    path.write_text(
        json.dumps({
            "id": case.id,
            "world": f"{world.name}.json",
            "hierarchy": [
                {case.root: case.formulas[case.root]}, {n: f for n, f in case.formulas.items() if n != case.root},
            ],
            "children": {name: list(kids) for name, kids in case.children.items()},
            "leaves": list(case.leaves),
            "instances": [
                {
                    "seed": instance.seed,
                    "robots": [{"id": r.id, "type": r.type, "start": list(r.start)} for r in instance.robots],
                    "reference_optimum": {"total_cost": None, "makespan_steps": None},
                    "peer_measured": [],
                }
                for instance in case.instances
            ],
        })
    )  # fmt: skip
    return path
