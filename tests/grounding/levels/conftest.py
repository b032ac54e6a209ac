"""A model trained in seconds on commands made from patterns, and worlds unlike the published one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
import torch

from grounding.levels.data import Command, labelled
from grounding.levels.model import LevelModel, model_class
from grounding.levels.neural import NeuralModel
from grounding.levels.reward import Level
from grounding.world import World
from grounding.worldfile import parse_world

_ROOMS = {"red": "room0", "green": "room1", "blue": "room2"}
_GO, _PUSH = ("go to", "move to", "walk to", "enter"), ("push", "take", "bring", "move")


def made_commands() -> list[Command]:
    """Commands of all three levels, a few hundred."""
    found = []
    for go, (colour, room) in product(_GO, _ROOMS.items()):
        found.append(labelled(f"{go} the {colour} room", f"agentInRegion agent0 {room}", Level.GOAL))
        for way in ("go through the door then", "go to the door and"):
            found.append(labelled(f"{way} {go} the {colour} room", f"agentInRegion agent0 {room}", Level.SUBGOAL))
    for push, noun, (colour, room) in product(_PUSH, ("chair", "object", "block"), _ROOMS.items()):
        reward = f"blockInRegion block0 {room}"
        found.append(labelled(f"{push} the {noun} to the {colour} room", reward, Level.GOAL))
        found.append(
            labelled(f"go through the door then {push} the {noun} to the {colour} room", reward, Level.SUBGOAL)
        )
    for colour, room in _ROOMS.items():
        for back, target in _ROOMS.items():
            if room != target:
                reward = f"blockInRegion block0 {room} agentInRegion agent0 {target}"
                for push in _PUSH:
                    text = f"{push} the chair to the {colour} room and go to the {back} room"
                    found.append(labelled(text, reward, Level.GOAL))
    for word, step in {"up": "North", "down": "South", "right": "East", "left": "West"}.items():
        found += [labelled(f"{go} {word}", f"go{step}") for go in ("go", "move", "walk", "take one step")]
    for count in ("three", "four", "five"):
        found.append(labelled(f"go down {count} steps", "agentInRoom agent0 room0"))
        found.append(labelled(f"go down {count} left {count} up two", "agentInRoom agent0 room1"))
    return found


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Small networks are slower on several threads."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def made() -> list[Command]:
    return made_commands()


Small = Callable[..., type[LevelModel]]


def _small(name: str, epochs: int = 40) -> type[LevelModel]:
    """A model with a recipe for little data."""
    kind = model_class(name)
    if not issubclass(kind, NeuralModel):
        return kind
    recipe = replace(kind.recipe, batch=8, epochs=epochs, dropout=0.0, rate=5e-3)
    return type(kind.__name__, (kind,), {"recipe": recipe})


@pytest.fixture(scope="session")
def small() -> Small:
    return _small


@pytest.fixture(scope="session")
def model(made: list[Command]) -> LevelModel:
    return _small("single-rnn").fit(made, seed=1)


_SKILLS = """
skills:
  go_to: {behaviour: drive, parameters: {target: zone}}
  push_to: {behaviour: push, parameters: {item: pushable, target: zone}}
robot_types:
  pusher: {body: mobile, skills: [go_to, push_to], radius: 0.3}
"""
HOUSE = (
    """
name: house
grid: {cell_size: 1.0, tick_s: 1.0}
rooms:
  - {id: orange_room, kind: room, colour: orange, area: [[1, 1, 7, 3]]}
  - {id: yellow_room, kind: room, colour: yellow, area: [[1, 5, 3, 7]]}
  - {id: kitchen, kind: kitchen, area: [[5, 5, 7, 7]]}
  - {id: den, kind: den, names: [snug], area: [[9, 1, 11, 7]]}
doors:
  - {id: d1, joins: [orange_room, kitchen], cells: [[6, 4]]}
  - {id: d2, joins: [orange_room, yellow_room], cells: [[2, 4]]}
  - {id: d3, joins: [orange_room, den], cells: [[8, 2]]}
classes:
  box: {properties: [pushable], obstacle: true, size: [0.5, 0.5, 0.6], mass: 4.0}
  dog: {properties: [pushable], obstacle: true, size: [0.5, 0.5, 0.6], mass: 4.0}
things:
  - {id: box, class: box, at: [2, 2]}
  - {id: rex, class: dog, at: [10, 5]}
robots:
  - {id: robot_1, type: pusher, start: [6, 6]}
"""
    + _SKILLS
)


@pytest.fixture(scope="session")
def house() -> World:
    """Four rooms with other names and colours, two things."""
    return parse_world(HOUSE)
