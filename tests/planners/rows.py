"""A case small enough to be planned by hand."""

from __future__ import annotations

import dataclasses

from benchmarks.hltl.bruteforce import random_case
from planners.hltl.cases import Case, CaseWorld


def row(**formulas: str) -> Case:
    """Three cells in a row with a region at each end, and one that no robot can reach."""
    case = random_case(0)
    cells = ((1, 1), (2, 1), (3, 1), (9, 9))
    regions = {"a": ((1, 1),), "b": ((3, 1),), "far": ((9, 9),), "mid": ((2, 1),)}
    at = {own[0]: name for name, own in regions.items()}
    world = CaseWorld("row", cells, regions, at, "s", case.world.actions)
    kids = tuple(name for name in formulas if name != "p")
    robot = dataclasses.replace(case.instances[0].robots[0], start=(1, 1))
    instance = dataclasses.replace(case.instances[0], robots=(robot,))
    return dataclasses.replace(
        case, world=world, formulas=formulas, children={"p": kids}, leaves=kids, instances=(instance,)
    )
