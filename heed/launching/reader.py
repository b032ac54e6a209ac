"""Reads ROS 2 launch files (YAML) without ROS: which processes they start, with which arguments.

The files are those of ``ros2 launch``; this reads the part of the format that fleets of nodes
need, and says clearly what it does not support.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from grounding.errors import ConfigurationError
from heed.launching.entity import Entity, root_entities
from heed.launching.substitutions import Scope, truth

TYPES: Mapping[str, Callable[[str], Any]] = {"str": str, "int": int, "float": float, "bool": truth}


@dataclass(frozen=True)
class Argument:
    """An argument of a launch file.

    Attributes:
        name: Name, given as ``name:=value``.
        default: Default as it is written, None when a value has to be given.
        description: One sentence.
        choices: Allowed values, empty for any.
    """

    name: str
    default: str | None = None
    description: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProcessSpec:
    """A node to start.

    Attributes:
        name: Name for people, unique in the launch.
        package, executable: What to start.
        node: Full name of the node, empty where its own code names it.
        args: Arguments before ``--ros-args``.
        ros_args: Arguments after it: names, remappings, log level.
        parameters: Parameter files, and parameter -> value where the launch file sets them itself.
        environment: Environment variables that differ from those of the launch.
        screen: Whether it has the terminal to itself; what others say goes to the log.
        ends_launch: Whether the launch ends when it ends, with its exit status.
    """

    name: str
    package: str
    executable: str
    node: str = ""
    args: tuple[str, ...] = ()
    ros_args: tuple[str, ...] = ()
    parameters: tuple[Path | Mapping[str, Any], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    screen: bool = False
    ends_launch: bool = False


def read_arguments(path: Path) -> tuple[Argument, ...]:
    """The arguments that a launch file takes, in its order.

    Raises:
        ConfigurationError: The file cannot be read or is not a launch file.
    """
    found: list[Argument] = []

    def collect(entities: Iterable[Entity]) -> None:
        for entity in entities:
            if entity.tag == "arg":
                found.append(_argument(entity))
            elif entity.tag == "group":
                collect(entity.children())

    collect(root_entities(path))
    return tuple(found)


def read_launch(
    path: Path, values: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None
) -> tuple[ProcessSpec, ...]:
    """The processes that a launch file starts, in its order.

    Args:
        path: The file.
        values: Argument -> value.
        environ: The environment; that of this process where None.

    Raises:
        ConfigurationError: The file cannot be read or has something unsupported in it, or an
            argument is unknown, missing or not one of its choices.
    """
    values = dict(values or {})
    arguments = {argument.name: argument for argument in read_arguments(path)}
    for name, value in values.items():
        if name not in arguments:
            near = difflib.get_close_matches(name, arguments, n=1)
            hint = f"Did you mean {near[0]}:=?" if near else f"It takes: {', '.join(arguments) or 'none'}."
            raise ConfigurationError(f"{path}, argument {name}:={value}", "is not known.", hint)
    environment = dict(os.environ if environ is None else environ)
    reader = _Reader(values, before=dict(environment))
    reader.read(root_entities(path), Scope(path, dict(values), environment))
    return tuple(reader.processes)


def _argument(entity: Entity) -> Argument:
    entity.only("name", "default", "description", "choice")
    name = entity.text("name")
    if not name:
        raise entity.fail("needs the attribute 'name'.")
    choices = tuple(choice.text("value") or "" for choice in entity.entities("choice"))
    return Argument(name, entity.text("default"), entity.text("description") or "", choices)


class _Reader:
    """Follows a launch file from top to bottom, as ``ros2 launch`` does."""

    def __init__(self, values: Mapping[str, str], before: Mapping[str, str]) -> None:
        self._values = values
        self._before = before
        self._tags: Mapping[str, Callable[[Entity, Scope], None]] = {
            "arg": self._arg,
            "let": self._let,
            "set_env": self._set_env,
            "group": self._group,
            "push_ros_namespace": self._namespace,
            "push-ros-namespace": self._namespace,
            "node": self._node,
        }
        self.processes: list[ProcessSpec] = []

    def read(self, entities: Iterable[Entity], scope: Scope) -> None:
        for entity in entities:
            handle = self._tags.get(entity.tag)
            if handle is None:
                raise entity.fail(
                    "is not supported by heed launch.",
                    f"Supported: {', '.join(self._tags)}. With a ROS 2 install, use ros2 launch.",
                )
            if entity.condition(scope):
                handle(entity, scope)

    def _arg(self, entity: Entity, scope: Scope) -> None:
        argument = _argument(entity)
        if argument.name in self._values:
            value = self._values[argument.name]
        elif argument.default is None:
            raise entity.fail(f"{argument.name!r} has no default.", f"Give it: {argument.name}:=...")
        else:
            value = scope.variables.get(argument.name, entity.fill(argument.default, scope))
        if argument.choices and value not in argument.choices:
            raise entity.fail(f"{argument.name} cannot be {value!r}.", f"Choose from: {', '.join(argument.choices)}.")
        scope.variables[argument.name] = value

    def _let(self, entity: Entity, scope: Scope) -> None:
        entity.only("name", "value", "if", "unless")
        scope.variables[entity.required("name", scope)] = entity.required("value", scope)

    def _set_env(self, entity: Entity, scope: Scope) -> None:
        entity.only("name", "value", "if", "unless")
        scope.environment[entity.required("name", scope)] = entity.required("value", scope)

    def _group(self, entity: Entity, scope: Scope) -> None:
        scoped = True
        if isinstance(entity.node, yaml.MappingNode):
            entity.only("scoped", "children", "if", "unless")
            scoped = bool(entity.value("scoped")) if entity.has("scoped") else True
        self.read(entity.children(), scope.copy() if scoped else scope)

    def _namespace(self, entity: Entity, scope: Scope) -> None:
        entity.only("namespace", "if", "unless")
        scope.namespace = join_namespace(scope.namespace, entity.required("namespace", scope))

    def _node(self, entity: Entity, scope: Scope) -> None:
        entity.only(
            "pkg", "exec", "name", "namespace", "args", "ros_args", "param", "remap", "env", "output", "on_exit",
            "if", "unless",
        )  # fmt: skip
        executable = entity.required("exec", scope)
        node_name = entity.filled("name", scope)
        namespace = join_namespace(scope.namespace, entity.filled("namespace", scope) or "")
        ros_args = (entity.filled("ros_args", scope) or "").split()
        if node_name:
            ros_args += ["-r", f"__node:={node_name}"]
        if namespace:
            ros_args += ["-r", f"__ns:={namespace}"]
        for remap in entity.entities("remap"):
            ros_args += ["-r", f"{remap.required('from', scope)}:={remap.required('to', scope)}"]
        environment = {name: value for name, value in scope.environment.items() if self._before.get(name) != value}
        environment.update({e.required("name", scope): e.required("value", scope) for e in entity.entities("env")})
        output, on_exit = entity.filled("output", scope) or "log", entity.text("on_exit")
        if output not in ("log", "screen"):
            raise entity.fail(f"the output {output!r} is not supported by heed launch.", "Use log or screen.")
        if on_exit not in (None, "shutdown"):
            raise entity.fail(f"on_exit {on_exit!r} is not supported by heed launch.", "Use shutdown, or leave it out.")
        self.processes.append(
            ProcessSpec(
                name=self._unique(node_name or executable),
                package=entity.required("pkg", scope),
                executable=executable,
                node=f"{namespace}/{node_name}" if node_name else "",
                args=tuple((entity.filled("args", scope) or "").split()),
                ros_args=tuple(ros_args),
                parameters=tuple(_parameter(param, scope) for param in entity.entities("param")),
                environment=environment,
                screen=output == "screen",
                ends_launch=on_exit == "shutdown",
            )
        )

    def _unique(self, name: str) -> str:
        taken = {process.name for process in self.processes}
        return next(n for n in (name, *(f"{name}-{i}" for i in range(2, len(taken) + 3))) if n not in taken)


def _parameter(entity: Entity, scope: Scope) -> Path | dict[str, Any]:
    """A parameter file, or one parameter and its value."""
    entity.only("name", "value", "type", "from")
    file = entity.filled("from", scope)
    if file is not None:
        if not Path(file).is_file():
            raise entity.fail(f"the parameter file {file} does not exist.", "Give the path of one.")
        return Path(file).absolute()
    name = entity.required("name", scope)
    if not entity.has("value"):
        raise entity.fail("needs the attribute 'value' or 'from'.")
    value = entity.value("value")
    if isinstance(value, str):
        value = _typed(entity, entity.fill(value, scope), entity.text("type"))
    return {name: value}


def _typed(entity: Entity, text: str, kind: str | None) -> Any:
    """The value that a text stands for, of the wanted type or of the one YAML sees in it."""
    try:
        if kind is None:
            value = yaml.safe_load(text)
            return text if value is None else value
        if kind in TYPES:
            return TYPES[kind](text)
    except (ValueError, yaml.YAMLError):
        raise entity.fail(f"{text!r} is not of type {kind or 'YAML'}.", "Mend the value.") from None
    raise entity.fail(f"the type {kind!r} is not supported.", f"Use one of: {', '.join(TYPES)}.")


def join_namespace(outer: str, inner: str) -> str:
    """A namespace inside another; one that begins with a slash stands alone."""
    if inner.startswith("/") or not inner:
        return inner.rstrip("/") or outer
    return f"{outer}/{inner.rstrip('/')}"
