"""Kept: what a page asks for is worked out once an edition and shared by all sessions.

The framework's own cache looks at its arguments piece by piece at every call, an eighth of the time a page takes; what
is kept here is named by an edition and a few words and days, which a dictionary finds at once. Of sessions that ask for
the same at once, one works it out and the others wait for it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable
from threading import Condition
from typing import Any, ParamSpec, TypeVar

from cachetools import LRUCache, cached

P = ParamSpec("P")
R = TypeVar("R")
_all: list[Any] = []


def kept(most: int, on_release: Callable[[Any], None] | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep at most so many answers of a function, those asked for last; `on_release` is given each that makes room.

    Arguments whose names begin with _ are no part of the key; the others must be hashable. An exception is not kept.
    """

    def of(function: Callable[P, R]) -> Callable[P, R]:
        names = tuple(inspect.signature(function).parameters)
        named = tuple(place for place, name in enumerate(names) if not name.startswith("_"))

        def key(*given: Hashable, **more: Hashable) -> tuple[Hashable, ...]:
            if more:
                given = (*given, *(more[name] for name in names[len(given) :]))
            return tuple(given[place] for place in named)

        asked = cached(_Released(most, on_release), key=key, condition=Condition())(function)
        _all.append(asked)
        return asked

    return of


def forget() -> None:
    """Forget all that is kept, as a fresh process has."""
    for one in _all:
        one.cache_clear()


class _Released(LRUCache[Any, Any]):
    """Keeps what was asked for last, and says goodbye to what makes room for it."""

    def __init__(self, most: int, on_release: Callable[[Any], None] | None) -> None:
        super().__init__(most)
        self._on_release = on_release

    def popitem(self) -> tuple[Any, Any]:
        key, value = super().popitem()
        if self._on_release is not None:
            self._on_release(value)
        return key, value
