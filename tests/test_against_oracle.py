"""The product's command line against the oracle: every tally and every cell, on campaigns made by chance."""

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, note, settings

from tests.oracle.campaigns import Campaign
from tests.oracle.comparison import differences
from tests.oracle.inventing import campaigns

EXAMPLES = int(os.environ.get("CANDICH_ORACLE_EXAMPLES", "50"))
"""left out: the same ones each time; given: a hunt, each time elsewhere"""


@settings(
    max_examples=EXAMPLES,
    derandomize="CANDICH_ORACLE_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(campaigns)
def test_the_command_line_tells_what_the_definitions_say(campaign: Campaign) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = differences(campaign, Path(folder))
        if found:
            note(story(Path(folder)))
        assert not found, "\n".join(found)


def story(folder: Path) -> str:
    """Return the files of a campaign, to be read under a failure."""
    files = [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix in (".toml", ".csv", ".twin") and "data" not in file.parts
    ]
    return "\n".join(f"--- {file.relative_to(folder)}\n{file.read_text(encoding='utf-8-sig')}" for file in files)
