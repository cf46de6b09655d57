"""Look for campaigns on which the product and the oracle differ: `python -m tests.oracle.hunt --seeds 1..200`.

Each seed is one campaign. The first that differs is made as small as it stays different, written to a
folder with all its files, and told line by line; exit 1. None: exit 0.
"""

from __future__ import annotations

import argparse
import copy
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from etl import long_text
from tests.oracle.campaigns import Campaign
from tests.oracle.comparison import differences
from tests.oracle.manners import MANNERS


def main(arguments: list[str]) -> int:
    """Hunt and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", required=True, help="A..B, both ends included, or one")
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "oracle-hunt")
    parser.add_argument("--tries", type=int, default=150, help="how often to try a smaller campaign")
    parser.add_argument("--keep-going", action="store_true", help="tell of every seed, make none smaller")
    parser.add_argument("--manner", choices=MANNERS, default="any", help="what kind of campaigns")
    parser.add_argument("--by-columns", action="store_true", help="read every text as a long one")
    parser.add_argument("--afterwards", action="store_true", help="ask what was known at each load, and replay")
    options = parser.parse_args(arguments)
    first, _, last = options.seeds.partition("..")
    if options.by_columns:
        long_text.LONG, long_text._MOST_IRREGULAR = 0, 1.0
    played = partial(play_it, afterwards=options.afterwards)
    different = 0
    for seed in range(int(first), int(last or first) + 1):
        campaign = MANNERS[options.manner](Random(seed))  # noqa: S311 - chance, not secrecy
        found = played(campaign)
        if not found:
            print(f"seed {seed}: the same", file=sys.stderr, flush=True)
            continue
        different += 1
        print(f"seed {seed}: {len(found)} differences, the first: {found[0]}", flush=True)
        if not options.keep_going:
            tell(smaller(campaign, played, options.tries), options.out / str(seed))
            return 1
    print(f"seeds {options.seeds}: {different} differ")
    return 1 if different else 0


def play_it(campaign: Campaign, *, afterwards: bool) -> list[str]:
    """Return what differs on a campaign; a crash is a difference too."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return differences(campaign, Path(folder), afterwards=afterwards)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we hunt
            return [f"{type(error).__name__}: {error}"]


def tell(campaign: Campaign, folder: Path) -> None:
    """Write a campaign to a folder and print it with its differences."""
    shutil.rmtree(folder, ignore_errors=True)
    found = differences(campaign, folder)
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".toml", ".csv", ".twin") and "data" not in file.relative_to(folder).parts:
            print(f"--- {file.relative_to(folder)}\n{file.read_text(encoding='utf-8-sig').strip()}")
    print(f"--- differences, in {folder}", *found, sep="\n")


def smaller(campaign: Campaign, played: Callable[[Campaign], list[str]], tries: int) -> Campaign:
    """Return a campaign that still differs, with whatever can be left out left out."""
    shrunk = True
    while shrunk:
        shrunk = False
        for candidate in candidates(campaign):
            tries -= 1
            if tries < 0:
                return campaign
            if played(candidate):
                campaign, shrunk = candidate, True
                break
    return campaign


def candidates(campaign: Campaign) -> Iterator[Campaign]:
    """Yield campaigns with one thing less, large things first."""
    for name in ("questions", "deliveries"):
        yield from shorter(campaign, lambda whole, name=name: getattr(whole, name))
    for number, delivery in enumerate(campaign.deliveries):
        for part in range(len(delivery.files)):

            def rows(whole: Campaign, number: int = number, part: int = part) -> list[Any]:
                return whole.deliveries[number].files[part].rows

            yield from shorter(campaign, rows)
    for name in ("excuses", "targets"):
        yield from shorter(campaign, lambda whole, name=name: getattr(whole, name))
    for name in ("status", "weights", "milestones"):
        if getattr(campaign, name):
            candidate = copy.deepcopy(campaign)
            getattr(candidate, name).clear()
            yield candidate
    for leaf in campaign.leaves():
        candidate = copy.deepcopy(campaign)
        candidate.units = [unit for unit in candidate.units if unit.code != leaf]
        candidate.targets = [target for target in candidate.targets if target.unit != leaf]
        candidate.questions = [question for question in candidate.questions if question.unit != leaf]
        if candidate.units and not any(leaf in (units or []) for _, _, units in candidate.excuses):
            yield candidate


def shorter(campaign: Campaign, of: Any) -> Iterator[Campaign]:
    """Yield the campaign without a half, a quarter, … and then one item of a list."""
    length = len(of(campaign))
    size = max(length // 2, 1)
    while size and length:
        for start in range(0, length, size):
            candidate = copy.deepcopy(campaign)
            del of(candidate)[start : start + size]
            yield candidate
        size //= 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
