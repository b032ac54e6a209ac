"""What comes with Heed: worlds and models, in a checkout or an installed ROS package."""

from __future__ import annotations

from pathlib import Path


def shipped_file(path: str) -> Path | None:
    """A file or folder that comes with Heed, None where it does not.

    Args:
        path: From the root of the checkout: ``models/ltl/card.json``.
    """
    for base in Path(__file__).resolve().parents:
        for found in (base / path, base / "share" / "heed" / path):
            if found.exists():
                return found
    return None
