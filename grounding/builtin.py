"""Skills that every robot has, whatever its world file says: corrections can ask for them at any time."""

from __future__ import annotations

from collections.abc import Mapping

from grounding.skills import Atom, parse_atom
from grounding.world import Skill, World

#: A small motion; :mod:`grounding.nudge` says what its two words may be.
NUDGE = Skill(
    "nudge",
    "nudge",
    {"direction": "direction", "amount": "amount"},
    description="Moves a little in its own frame, or turns, and stays there.",
)
#: "Put it down here": the thing comes to rest where the robot stands, or under the gripper of an arm.
PUT_DOWN = Skill(
    "put_down",
    "place",
    {"item": "portable"},
    pre=("holding(self, item)",),
    effects=("not holding(self, item)", "here(item)"),
    seconds=2.0,
    description="Sets a thing down where the robot stands.",
)
BUILT_IN: Mapping[str, Skill] = {skill.name: skill for skill in (NUDGE, PUT_DOWN)}


def skill_of(world: World, robot: str, name: str) -> Skill | None:
    """The skill that a robot has by this name: that of its type, else the built-in one, else None."""
    return world.skills[name] if name in world.robots[robot].type.skills else BUILT_IN.get(name)


def put_down(world: World, robot: str) -> Skill:
    """The skill by which a robot sets down what it holds where it stands: of its type if there is one."""
    for name in world.robots[robot].type.skills:
        skill = world.skills[name]
        if skill.behaviour == "place" and len(skill.parameters) == 1:
            item = next(iter(skill.parameters))
            if any(atom.positive and (atom.predicate, atom.args) == ("here", (item,)) for atom in _effects(skill)):
                return skill
    return PUT_DOWN


def _effects(skill: Skill) -> tuple[Atom, ...]:
    return tuple(map(parse_atom, skill.effects))
