"""Room: a disk that is full is told as that, and is never taken for the fault of a file or a server."""

from __future__ import annotations

import errno

from campaign.errors import SourceError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def no_room(where: str, problem: BaseException) -> SourceError | None:
    """Return the error that says a disk is full, when that is the problem; else None."""
    if not isinstance(problem, OSError) or problem.errno not in _FULL:
        return None
    found = f"cannot be kept here ({problem.strerror or 'disk full'})"
    return SourceError(where, found, "make room on the disk; it is tried again")
