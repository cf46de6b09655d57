"""Kept: what a page asks for is worked out once an edition and shared by all sessions.

The framework's cache does the keeping; arguments reach it by name, as it looks up the names of unnamed ones anew at
every call, which cost a fifth of the time a page takes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import streamlit as st

P = ParamSpec("P")
R = TypeVar("R")


def kept(most: int, on_release: Callable[[Any], None] | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep at most so many answers of a function; arguments whose names begin with _ are no part of the key."""

    def of(function: Callable[P, R]) -> Callable[P, R]:
        cached = st.cache_resource(max_entries=most, show_spinner=False, on_release=on_release)(function)
        ask: Callable[..., R] = cached
        names = tuple(inspect.signature(function).parameters)

        @wraps(function)
        def asked(*given: P.args, **named: P.kwargs) -> R:
            return ask(**dict(zip(names, given, strict=False)), **named)

        return asked

    return of
