"""Where published data lies: beside the repository, never in it."""

from __future__ import annotations

import os
from pathlib import Path

from grounding.errors import HeedError


def published_folder(name: str, what: str, error: type[HeedError]) -> Path:
    """A folder of published data: in ``$HEED_DATA``, or in ``../shared/data`` beside the repository.

    Args:
        name: Name of the folder.
        what: What lies in it, for the message.
        error: What to raise.

    Raises:
        HeedError: Of the given kind; the folder is not there.
    """
    root = Path(os.environ.get("HEED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
    folder = root / name
    if not folder.is_dir():
        raise error(
            str(folder), f"the folder with published {what} was not found.", "Set HEED_DATA to the folder above it."
        )
    return folder
