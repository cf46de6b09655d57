"""Uncollected: what reads very many cells makes no circles of objects; Python need not look for some meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 100  # files of a load from which looking costs more than it finds
LONG = 1 << 22  # bytes of a load from which it does


@contextmanager
def uncollected(files: int, content: int = 0) -> Iterator[None]:
    """Let Python look for circles of objects again only when the block has ended, where much is read.

    `files`: how many; `content`: their bytes together.
    """
    pause = (files >= MANY or content >= LONG) and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()
