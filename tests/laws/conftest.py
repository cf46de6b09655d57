"""Laws hold for the oracle on Hypothesis's campaigns, and for the product's command line on a few fixed ones."""

import copy
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings

from tests.oracle.campaigns import Campaign
from tests.oracle.inventing import campaigns, invent
from tests.oracle.playing import Told, play
from tests.oracle.worlds import OracleWorld, ProductWorld

EXAMPLES = int(os.environ.get("CANDICH_ORACLE_EXAMPLES", "20"))
SEEDS = [378, 128, 398]
"""the product's campaigns for laws that only ask: weights, excuses and three levels, milestones; those laws that
also deliver take the first two"""

Law = Callable[[Told], None]


class EachCampaign(Protocol):
    def __call__(self, law: Law, *, delivers: bool = False) -> None:
        """Assert a law for every campaign; one that delivers more gets worlds of its own."""


def for_the_oracle(law: Law, *, delivers: bool = False) -> None:  # noqa: ARG001 - every world is its own
    @settings(
        max_examples=EXAMPLES,
        derandomize="CANDICH_ORACLE_EXAMPLES" not in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(campaigns)
    def holds(campaign: Campaign) -> None:
        with tempfile.TemporaryDirectory() as folder:
            law(play(copy.deepcopy(campaign), Path(folder), OracleWorld))

    holds()


@pytest.fixture(scope="session")
def for_the_product(tmp_path_factory: pytest.TempPathFactory) -> EachCampaign:
    def played(seed: int) -> Told:
        return play(invent(Random(seed)), tmp_path_factory.mktemp(f"law-{seed}"), ProductWorld)  # noqa: S311

    shared = cache(played)

    def each(law: Law, *, delivers: bool = False) -> None:
        for seed in SEEDS[:2] if delivers else SEEDS:
            law(played(seed) if delivers else shared(seed))

    return each


@pytest.fixture(params=["oracle", "product"])
def each_campaign(request: pytest.FixtureRequest) -> EachCampaign:
    return for_the_oracle if request.param == "oracle" else request.getfixturevalue("for_the_product")
