"""Reads and validates world files (YAML) into :class:`grounding.world.World`."""

from __future__ import annotations

import difflib
from pathlib import Path

from grounding.errors import WorldFileError
from grounding.shipped import shipped_file
from grounding.world import World
from grounding.worldbuild import Builder
from grounding.worldschema import Source


def worlds_folder() -> Path:
    """The folder with the shipped world files, in a checkout or an installed ROS package.

    Raises:
        WorldFileError: There is none.
    """
    folder = shipped_file("worlds")
    if folder is not None:
        return folder
    raise WorldFileError("worlds/", "the folder with world files was not found.", "Reinstall Heed.")


def shipped_worlds() -> tuple[str, ...]:
    """Names of the shipped worlds."""
    return tuple(sorted(p.stem for p in worlds_folder().glob("*.yaml")))


def load_world(world: str | Path) -> World:
    """Reads a world by name ("office") or path.

    Raises:
        WorldFileError: The file is missing or wrong; the message has the path, the line, what was
            expected and, where there is one, a suggestion.
    """
    path = Path(world)
    if path.suffix not in (".yaml", ".yml"):
        path = worlds_folder() / f"{world}.yaml"
        if not path.is_file():
            names = shipped_worlds()
            near = difflib.get_close_matches(str(world), names, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Shipped worlds: {', '.join(names)}."
            raise WorldFileError(f"world {str(world)!r}", "there is no such world.", hint)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise WorldFileError(str(path), f"cannot be read ({error}).", "Give the path of a world file.") from error
    return parse_world(text, source=str(path))


def parse_world(text: str, source: str = "<text>") -> World:
    """Builds a world from the text of a world file.

    Raises:
        WorldFileError: See :func:`load_world`.
    """
    return Builder(Source(text, source)).build()
