"""Small campaigns computed by hand (each story.toml has the arithmetic): the oracle and the product both tell them."""

import csv
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.oracle.comparison import tables_differ
from tests.oracle.intake import Refused
from tests.oracle.worlds import OracleWorld, ProductWorld, Table

HERE = Path(__file__).parent
STORIES = sorted(story.parent.name for story in HERE.glob("*/story.toml"))


@pytest.mark.parametrize("world_of", [OracleWorld, ProductWorld], ids=["oracle", "product"])
@pytest.mark.parametrize("name", STORIES)
def test_a_campaign_computed_by_hand_is_told_cell_for_cell(name: str, world_of: type, tmp_path: Path) -> None:
    folder = tmp_path / name
    shutil.copytree(HERE / name, folder)
    story = tomllib.loads((folder / "story.toml").read_text(encoding="utf-8"))
    world = world_of(folder / "config.toml", story["campaign"])

    for load in story["load"]:
        files = [folder / "files" / file for file in load["files"]]
        if load.get("refused"):
            with pytest.raises(Refused):
                world.ingest(files, load["received_at"], load.get("source"))
        else:
            assert world.ingest(files, load["received_at"], load.get("source")) == load["tally"]

    for question in story.get("progress", []):
        asked = {name: value for name, value in question.items() if name not in ("as_of", "expected")}
        got = world.progress(question["as_of"], **asked)
        assert_same(read(folder / question["expected"]), got)
    for question in story.get("series", []):
        got = world.series(question["unit"], question["first"], question["last"])
        assert_same(read(folder / question["expected"]), got)


def read(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assert_same(expected: Table, got: Table) -> None:
    differences = tables_differ(expected, got)
    assert not differences, "\n".join(differences)
