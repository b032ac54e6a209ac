"""Substitutions of launch files, ``$(var world)`` and the like."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from heed.environment import package_share

TRUE, FALSE = ("true", "1"), ("false", "0")


@dataclass
class Scope:
    """What substitutions see; groups work on a copy of it.

    Attributes:
        file: The launch file.
        variables: Arguments and variables.
        environment: Environment variables.
        namespace: Namespace that nodes are put into.
    """

    file: Path
    variables: dict[str, str]
    environment: dict[str, str]
    namespace: str = ""

    def copy(self) -> Scope:
        """A scope whose changes stay inside it."""
        return Scope(self.file, dict(self.variables), dict(self.environment), self.namespace)


def substitute(text: str, scope: Scope) -> str:
    """Makes the substitutions ``$(name argument ...)`` of a text, inner ones first.

    Raises:
        ValueError: One of them is unknown, malformed or without a value; with a sentence.
    """
    return _template(text, 0, scope, ends="")[0]


def _template(text: str, at: int, scope: Scope, ends: str) -> tuple[str, int]:
    """Text up to one of the characters ``ends``, with substitutions made; and where it ended."""
    parts: list[str] = []
    while at < len(text) and text[at] not in ends:
        if text[at] == "\\" and at + 1 < len(text):
            parts.append(text[at + 1])
            at += 2
        elif text.startswith("$(", at):
            value, at = _substitution(text, at + 2, scope)
            parts.append(value)
        else:
            parts.append(text[at])
            at += 1
    return "".join(parts), at


def _substitution(text: str, at: int, scope: Scope) -> tuple[str, int]:
    """The value of the substitution whose name begins at ``at``; and where the text goes on."""
    begin = at
    words: list[str] = []
    while at < len(text) and text[at] != ")":
        if text[at] == " ":
            at += 1
        elif text[at] in "'\"":
            word, at = _template(text, at + 1, scope, ends=text[at])
            words.append(word)
            at += 1
        else:
            word, at = _template(text, at, scope, ends=" )")
            words.append(word)
    if at >= len(text) or not words:
        raise ValueError(f"the substitution $({text[begin:]} is not closed or empty.")
    name, *arguments = words
    if name not in SUBSTITUTIONS:
        known = ", ".join(SUBSTITUTIONS)
        raise ValueError(f"the substitution $({name} ...) is not supported by heed launch. Supported: {known}.")
    fewest, most, work = SUBSTITUTIONS[name]
    if not fewest <= len(arguments) <= most:
        raise ValueError(f"$({name} ...) takes {fewest} to {most} arguments, not {len(arguments)}.")
    return work(scope, arguments), at + 1


def _var(scope: Scope, arguments: Sequence[str]) -> str:
    if arguments[0] in scope.variables:
        return scope.variables[arguments[0]]
    if len(arguments) == 2:
        return arguments[1]
    near = difflib.get_close_matches(arguments[0], scope.variables, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "Declare it with 'arg' or 'let' above."
    raise ValueError(f"there is no argument or variable {arguments[0]!r} here. {hint}")


def _env(scope: Scope, arguments: Sequence[str]) -> str:
    if arguments[0] in scope.environment:
        return scope.environment[arguments[0]]
    if len(arguments) == 2:
        return arguments[1]
    raise ValueError(f"the environment variable {arguments[0]} is not set and has no default here.")


def _share(scope: Scope, arguments: Sequence[str]) -> str:
    share = package_share(arguments[0], scope.environment)
    if share is None:
        raise ValueError(f"the ROS package {arguments[0]!r} is not installed: it is not in AMENT_PREFIX_PATH.")
    return str(share)


def truth(text: str) -> bool:
    """Whether a text says true or false.

    Raises:
        ValueError: It says neither.
    """
    word = text.strip().lower()
    if word not in (*TRUE, *FALSE):
        raise ValueError(f"{text!r} is neither true nor false.")
    return word in TRUE


def _same(a: str, b: str) -> bool:
    """Equality as ``ros2 launch`` sees it: truth values and numbers by what they mean."""
    words = (*TRUE, *FALSE)
    if a.lower() in words and b.lower() in words:
        return truth(a) == truth(b)
    try:
        return a == b or float(a) == float(b)
    except ValueError:
        return a == b


def _word(value: bool) -> str:
    return "true" if value else "false"


#: Name -> fewest arguments, most arguments, what it does.
SUBSTITUTIONS: Mapping[str, tuple[int, int, Callable[[Scope, Sequence[str]], str]]] = {
    "var": (1, 2, _var),
    "env": (1, 2, _env),
    "find-pkg-share": (1, 1, _share),
    "dirname": (0, 0, lambda scope, _: str(scope.file.absolute().parent)),
    "filename": (0, 0, lambda scope, _: str(scope.file.absolute())),
    "equals": (2, 2, lambda _, a: _word(_same(*a))),
    "not-equals": (2, 2, lambda _, a: _word(not _same(*a))),
    "not": (1, 1, lambda _, a: _word(not truth(a[0]))),
    "and": (2, 2, lambda _, a: _word(truth(a[0]) and truth(a[1]))),
    "or": (2, 2, lambda _, a: _word(truth(a[0]) or truth(a[1]))),
}
