"""Tags of a launch file, with the lines they stand on."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import yaml

from grounding.errors import ConfigurationError
from heed.launching.substitutions import Scope, substitute, truth


class Entity:
    """One tag of a launch file, with the line it stands on."""

    def __init__(self, tag: str, node: yaml.Node, file: Path) -> None:
        self.tag, self.node, self.file = tag, node, file
        self._fields: dict[str, yaml.Node] = {}
        if isinstance(node, yaml.MappingNode):
            self._fields = {str(key.value): value for key, value in node.value}

    def fail(self, reason: str, next_step: str = "", node: yaml.Node | None = None) -> ConfigurationError:
        """The error about this tag, or about one attribute of it."""
        line = (node or self.node).start_mark.line + 1
        return ConfigurationError(f"{self.file}, line {line}, {self.tag}", reason, next_step)

    def only(self, *names: str) -> None:
        """Refuses attributes that this reader would have to ignore."""
        for name, node in self._fields.items():
            if name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f"Did you mean {near[0]!r}?" if near else f"Supported here: {', '.join(names)}."
                raise self.fail(f"the attribute {name!r} is not supported by heed launch.", hint, node)

    def text(self, name: str) -> str | None:
        """An attribute as it is written, None where it is missing."""
        node = self._fields.get(name)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str":
            raise self.fail(f"{name!r} has to be text.", f'Put it in quotes: {name}: "...".', node)
        return str(node.value)

    def filled(self, name: str, scope: Scope) -> str | None:
        """An attribute with its substitutions made, None where it is missing."""
        text = self.text(name)
        return None if text is None else self.fill(text, scope)

    def required(self, name: str, scope: Scope) -> str:
        """An attribute that has to be there, with its substitutions made."""
        text = self.filled(name, scope)
        if text is None:
            raise self.fail(f"needs the attribute {name!r}.", f"Add {name}: to it.")
        return text

    def fill(self, text: str, scope: Scope) -> str:
        """A text with its substitutions made."""
        try:
            return substitute(text, scope)
        except ValueError as error:
            raise self.fail(str(error)) from None

    def value(self, name: str) -> Any:
        """An attribute of any YAML type."""
        return yaml.constructor.SafeConstructor().construct_object(self._fields[name], deep=True)

    def has(self, name: str) -> bool:
        """Whether an attribute is there."""
        return name in self._fields

    def entities(self, name: str) -> list[Entity]:
        """The list of entities that an attribute holds."""
        node = self._fields.get(name)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail(f"{name!r} has to be a list.", f"Write its items as '- ...' below {name}:.", node)
        return [Entity(f"{self.tag}, {name}", item, self.file) for item in node.value]

    def children(self) -> list[Entity]:
        """The tags inside a group, which holds them directly or as its ``children``."""
        node = self._fields.get("children") if isinstance(self.node, yaml.MappingNode) else self.node
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail("holds no list of tags.", "Write '- node: ...' and the like below it.")
        return entities_of(node, self.file)

    def condition(self, scope: Scope) -> bool:
        """Whether ``if`` and ``unless`` let it through."""
        for name, wanted in (("if", True), ("unless", False)):
            text = self.filled(name, scope)
            if text is None:
                continue
            try:
                holds = truth(text)
            except ValueError as error:
                raise self.fail(f"the condition {name!r} is not usable: {error}") from None
            if holds is not wanted:
                return False
        return True


def root_entities(path: Path) -> list[Entity]:
    """The tags of a launch file.

    Raises:
        ConfigurationError: The file cannot be read or is not a launch file.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(str(path), f"cannot be read ({error}).", "Give the path of a launch file.") from error
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise ConfigurationError(f"{path}, line {line}", f"is not YAML: {problem}.", "Mend that line.") from None
    fields = {key.value: value for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
    if not isinstance(fields.get("launch"), yaml.SequenceNode):
        raise ConfigurationError(str(path), "is not a launch file: it does not begin with 'launch:' and a list.")
    return entities_of(fields["launch"], path)


def entities_of(sequence: yaml.SequenceNode, file: Path) -> list[Entity]:
    """The tags of a list of them."""
    entities = []
    for item in sequence.value:
        if not isinstance(item, yaml.MappingNode) or len(item.value) != 1:
            line = item.start_mark.line + 1
            raise ConfigurationError(
                f"{file}, line {line}", "has to be one tag.", "Write '- node:' or the like, its attributes below it."
            )
        tag, node = item.value[0]
        entities.append(Entity(str(tag.value), node, file))
    return entities
