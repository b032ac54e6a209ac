"""Message types of Heed for rosbags, read from the installed (or checked out) definitions."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path

from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from grounding.errors import ConfigurationError

PACKAGE = "heed_interfaces"


def interface_folder() -> Path:
    """The folder of ``heed_interfaces`` that holds ``msg/*.msg``.

    Looks in ``AMENT_PREFIX_PATH``, in the running Python environment, then in the checkout.

    Raises:
        ConfigurationError: The definitions are nowhere to be found.
    """
    prefixes = [Path(p) for p in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if p]
    candidates = [prefix / "share" / PACKAGE for prefix in (*prefixes, Path(sys.prefix))]
    candidates.append(Path(__file__).resolve().parents[2] / PACKAGE)
    for folder in candidates:
        if any((folder / "msg").glob("*.msg")):
            return folder
    raise ConfigurationError(
        PACKAGE,
        f"its message definitions are in none of {', '.join(map(str, candidates))}.",
        "Run 'make sim' once, which builds them, or source the workspace that holds them.",
    )


@lru_cache(maxsize=1)
def typestore() -> Typestore:
    """The types of ROS 2 Kilted and of ``heed_interfaces``; do not change the returned object."""
    store = get_typestore(Stores.ROS2_KILTED)
    types = {}
    for path in sorted((interface_folder() / "msg").glob("*.msg")):
        types.update(get_types_from_msg(path.read_text(encoding="utf-8"), f"{PACKAGE}/msg/{path.stem}"))
    store.register(types)
    return store
