"""Errors, by what the reader does next.

CanDichError
├── ConfigError      mend the configuration, the units or the targets   (exit 2)
├── UsageError       call the command differently                       (exit 2)
├── SourceError      try again: a source or a lock was not to be had    (exit 1)
├── ContractError    mend the file that was sent                        (exit 1)
│   └── PartlyTaken  the same; the source's other files were taken in    (exit 1)
└── CheckFailed      nothing was published; yesterday's figures stand   (exit 1)
"""

from __future__ import annotations

from collections.abc import Mapping


class CanDichError(Exception):
    """Base of every error this project raises on purpose: one line a person can act on."""

    exit_code = 1

    def __init__(self, where: str, found: str, expected: str = "") -> None:
        """Say where it went wrong, what was found there, and what would have been right."""
        self.where, self.found, self.expected = where, found, expected
        super().__init__(f"{where}: {found}" + (f"; {expected}" if expected else ""))


class ConfigError(CanDichError):
    """The configuration, the units or the targets are wrong: mend them."""

    exit_code = 2


class UsageError(CanDichError):
    """The command was called wrongly."""

    exit_code = 2


class SourceError(CanDichError):
    """A source or a lock could not be had: try again."""


class ContractError(CanDichError):
    """A file that arrived is not what was agreed: mend the source."""


class PartlyTaken(ContractError):
    """Some files of a source are not what was agreed; `done`: what the load of the others did."""

    def __init__(self, where: str, found: str, expected: str, done: Mapping[str, object]) -> None:
        """Say what is wrong, as ever, and what was done in spite of it."""
        super().__init__(where, found, expected)
        self.done = done


class CheckFailed(CanDichError):
    """A check on the new version failed: the published version stays."""
