"""The small campaign, ready to be sent files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.small import Small


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = Small(tmp_path / "house")
    yield made
    made.close()
