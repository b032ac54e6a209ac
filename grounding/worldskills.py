"""Whether the skills of a world file make sense: behaviours, parameters, conditions and effects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grounding.builtin import NUDGE
from grounding.errors import SkillError
from grounding.skills import Atom, parse_atom
from grounding.world import PROPERTIES, Skill
from grounding.worldschema import Location, SkillEntry, Source

#: Parameter types besides object classes and properties, and what sort of entity they are.
SORTS: Mapping[str, str] = {"room": "zone", "door": "zone", "place": "zone", "zone": "zone", "thing": "thing"}
BEHAVIOURS = ("drive", "push", "pick", "place", "guide", "release", "photograph", "operate", "wait")

#: Behaviour -> sorts of its parameters, for those that have a fixed number.
_SIGNATURES: Mapping[str, tuple[set[str], ...]] = {
    "drive": ({"zone", "thing"},),
    "push": ({"thing"}, {"zone", "thing"}),
}
#: Behaviour -> effect it must have on its first parameter.
_NEEDED: Mapping[str, tuple[str, bool]] = {
    "pick": ("holding", True), "guide": ("holding", True), "place": ("holding", False), "release": ("holding", False),
}  # fmt: skip
#: Predicate -> sorts that each argument may be of.
_ARGUMENTS: Mapping[str, tuple[set[str], ...]] = {
    "near": ({"robot"}, {"thing", "zone"}), "at": ({"robot"}, {"zone"}), "free": ({"robot"},),
    "holding": ({"robot"}, {"thing"}), "in": ({"thing"}, {"thing", "zone"}), "on": ({"thing"}, {"thing"}),
    "is": ({"robot", "thing", "zone"},), "here": ({"thing"},),
}  # fmt: skip
#: Where atoms stand -> atoms that may stand there, as (predicate, positive).
_ROLES: Mapping[str, set[tuple[str, bool]]] = {
    "pre": {(p, value) for p in _ARGUMENTS if p != "here" for value in (True, False)},
    "effects": {
        ("holding", True), ("holding", False), ("here", True), ("in", True), ("on", True), ("is", True), ("is", False),
    },
    "during": {("is", True)},
}  # fmt: skip


def build_skills(source: Source, entities: Mapping[str, str]) -> dict[str, Skill]:
    """The skills of a world file.

    Args:
        source: The file.
        entities: Id -> sort (``zone`` or ``thing``) of everything the skills may name.

    Raises:
        WorldFileError: A skill makes no sense.
    """
    return {name: _skill(source, name, entry, entities) for name, entry in source.entry.skills.items()}


def _skill(source: Source, name: str, entry: SkillEntry, entities: Mapping[str, str]) -> Skill:
    here: Location = ["skills", name]
    if name == NUDGE.name:
        raise source.fail(here, f"{name!r} is built in: every robot has it.", "Rename the skill.")
    source.reference(entry.behaviour, BEHAVIOURS, [*here, "behaviour"], "behaviour")
    kinds = {*SORTS, *PROPERTIES, *source.entry.classes}
    sorts: dict[str, set[str]] = {"self": {"robot"}, **{id_: {sort} for id_, sort in entities.items()}}
    for parameter, kind in entry.parameters.items():
        place = [*here, "parameters", parameter]
        if parameter == "self" or parameter in entities:
            raise source.fail(place, f"{parameter!r} is already the name of something else.", "Rename the parameter.")
        for option in kind.split("|"):
            source.reference(option, kinds, place, "class or property")
        sorts[parameter] = {SORTS.get(option, "thing") for option in kind.split("|")}
    atoms = {
        key: [_atom(source, [*here, key, i], text, sorts, key) for i, text in enumerate(getattr(entry, key))]
        for key in _ROLES
    }
    _fits_behaviour(source, here, entry, [sorts[parameter] for parameter in entry.parameters], atoms["effects"])
    return Skill(
        name, entry.behaviour, dict(entry.parameters), tuple(entry.pre), tuple(entry.effects), tuple(entry.during),
        entry.seconds, entry.description,
    )  # fmt: skip


def _atom(source: Source, place: Location, text: str, sorts: Mapping[str, set[str]], role: str) -> Atom:
    try:
        atom = parse_atom(text)
    except SkillError as error:
        raise source.fail(place, f"{error.thing} {error.reason}", error.next_step) from error
    if (atom.predicate, atom.positive) not in _ROLES[role]:
        what = {"pre": "a condition", "effects": "an effect", "during": "true only while a skill runs"}[role]
        raise source.fail(place, f"{str(atom)!r} cannot be {what}.", _allowed(_ROLES[role]))
    for arg, allowed in zip(atom.args, _ARGUMENTS[atom.predicate], strict=False):
        source.reference(arg, sorts, place, "parameter or id")
        if not sorts[arg] <= allowed:
            wanted = " or ".join(sorted(allowed)).replace("robot", "'self'")
            reason = f"{arg!r} in {str(atom)!r} is a {' or '.join(sorted(sorts[arg]))}, expected {wanted}."
            raise source.fail(place, reason)
    return atom


def _allowed(role: Iterable[tuple[str, bool]]) -> str:
    names = sorted(("" if positive else "not ") + predicate for predicate, positive in role)
    return f"Allowed here: {', '.join(names)}."


def _fits_behaviour(
    source: Source, here: Location, entry: SkillEntry, given: list[set[str]], effects: list[Atom]
) -> None:
    behaviour = entry.behaviour
    signature = _SIGNATURES.get(behaviour)
    if signature is not None:
        if len(given) != len(signature) or not all(a <= b for a, b in zip(given, signature, strict=True)):
            wanted = ", then ".join("a " + " or ".join(sorted(allowed)) for allowed in signature)
            raise source.fail([*here, "parameters"], f"{behaviour!r} takes as parameters {wanted}.")
        if effects or entry.pre:
            key = "effects" if effects else "pre"
            raise source.fail([*here, key], f"a skill that behaves as {behaviour!r} has none: it only moves.")
    if behaviour in _NEEDED:
        predicate, positive = _NEEDED[behaviour]
        first = next(iter(entry.parameters), None)
        wanted_args = ("self", first)
        if not any((e.predicate, e.positive, e.args) == (predicate, positive, wanted_args) for e in effects):
            atom = f"{'' if positive else 'not '}{predicate}(self, {first or 'item'})"
            raise source.fail([*here, "effects"], f"{behaviour!r} needs the effect '{atom}' on its first parameter.")
    if behaviour in ("operate", "photograph") and not effects:
        raise source.fail([*here, "effects"], f"{behaviour!r} needs an effect, or it achieves nothing.")
