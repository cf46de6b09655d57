"""Kept: what is remembered from one question to the next, up to so many answers."""

from __future__ import annotations

from typing import Any


def make_room(kept: dict[Any, Any], most: int) -> None:
    """Let the oldest fall out until one more may be kept."""
    while len(kept) >= most:
        kept.pop(next(iter(kept)))
