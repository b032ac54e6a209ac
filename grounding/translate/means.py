"""What a skill works with besides the thing it changes: the lamp of "examine the watch under the lamp"."""

from __future__ import annotations

from grounding.mission.task import Literal
from grounding.skills import candidates, parse_atom
from grounding.translate.abilities import literal
from grounding.translate.lexemes import Flag
from grounding.world import Skill, World


def tools(flag: Flag, world: World) -> tuple[str, ...]:
    """Ids of what robots work with to bring a flag about."""
    found = (
        entity
        for skill in _bringing(flag, world)
        for name, kind in skill.parameters.items()
        if name not in _changed(skill, flag)
        for entity in candidates(world, kind)
    )
    return tuple(dict.fromkeys(found))


def conditions(tool: str, flag: Flag, world: World) -> tuple[Literal, ...]:
    """What must hold of a tool while it is worked with ("the lamp is switched on")."""
    found: dict[Literal, None] = {}
    for skill in _bringing(flag, world):
        for name, kind in skill.parameters.items():
            if name in _changed(skill, flag) or tool not in candidates(world, kind):
                continue
            for atom in map(parse_atom, skill.pre):
                if atom.predicate == "is" and atom.args[0] == name:
                    found[literal("is", tool, atom.args[1], positive=atom.positive)] = None
    return tuple(found)


def _bringing(flag: Flag, world: World) -> list[Skill]:
    return [skill for skill in world.skills.values() if _changed(skill, flag)]


def _changed(skill: Skill, flag: Flag) -> set[str]:
    """Parameters of a skill that get the flag."""
    atoms = map(parse_atom, skill.effects)
    return {a.args[0] for a in atoms if a.predicate == "is" and (a.args[1], a.positive) == flag} & set(skill.parameters)
