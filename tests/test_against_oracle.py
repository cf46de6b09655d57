"""The product's command line against the oracle: every tally and every cell, on campaigns made by chance."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from etl import long_text
from tests.oracle.campaigns import Campaign
from tests.oracle.comparison import differences
from tests.oracle.dated import dated_differences, invent_dated
from tests.oracle.manners import MANNERS

EXAMPLES = os.environ.get("CANDICH_ORACLE_EXAMPLES")
"""left out: the same ones each time; given: a hunt, each time elsewhere"""


def hold_for_each(
    invent: Callable[[Random], Campaign], differ: Callable[[Campaign, Path], list[str]], examples: int
) -> None:
    """Assert that nothing differs on campaigns that Hypothesis's chance invents."""

    @settings(
        max_examples=int(EXAMPLES or examples),
        derandomize=EXAMPLES is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False).map(invent))
    def holds(campaign: Campaign) -> None:
        with tempfile.TemporaryDirectory() as folder:
            found = differ(campaign, Path(folder))
            if found:
                note(story(Path(folder)))
            assert not found, "\n".join(found)

    holds()


def test_the_command_line_tells_what_the_definitions_say() -> None:
    hold_for_each(MANNERS["any"], differences, 50)


@pytest.mark.parametrize(("manner", "examples"), [("daily", 8), ("restating", 6), ("deciding", 8), ("long", 3)])
def test_and_what_was_known_at_each_load_stays_so_when_all_is_replayed(manner: str, examples: int) -> None:
    hold_for_each(MANNERS[manner], lambda campaign, folder: differences(campaign, folder, afterwards=True), examples)


def test_read_by_columns_every_file_ends_as_it_does_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_text, "LONG", 0)
    monkeypatch.setattr(long_text, "_MOST_IRREGULAR", 1.0)
    hold_for_each(MANNERS["any"], differences, 8)


def test_every_map_tells_what_the_rules_of_merging_and_splitting_say() -> None:
    hold_for_each(invent_dated, dated_differences, 8)


def story(folder: Path) -> str:
    """Return the files of a campaign, to be read under a failure."""
    files = [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix in (".toml", ".csv", ".twin") and "data" not in file.parts
    ]
    return "\n".join(f"--- {file.relative_to(folder)}\n{file.read_text(encoding='utf-8-sig')}" for file in files)
