"""Kept: a file of a load as we keep it: one of its own on the disk, or its place in a bundle."""

from __future__ import annotations

import os
from pathlib import Path

from etl.bundle import Inside

Kept = Path | Inside


def beside(folder: str, kept: Kept) -> Kept:
    """Return the same file after its folder was given another name."""
    if isinstance(kept, Inside):
        return kept._replace(bundle=f"{folder}{os.sep}{on_disk(kept)}")
    return Path(f"{folder}{os.sep}{kept.name}")


def on_disk(kept: Kept) -> str:
    """Return the name of the file on disk that holds a kept file."""
    return kept.bundle.rpartition(os.sep)[2] if isinstance(kept, Inside) else kept.name


def size_of(kept: Kept) -> int:
    """Return how many bytes a kept file has."""
    return kept.size if isinstance(kept, Inside) else kept.stat().st_size
