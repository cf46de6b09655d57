"""A target moves what everybody is measured by: a row states one only by the right to run the campaign."""

import json
from typing import Any

import pytest

from etl.envelope import Kind
from etl.replay import rebuild
from etl.submitted import submit
from tests.etl.test_rights import HEAD, decide, house, looked, send, taken, who
from tests.warehouse.small import ID, Small, counts, manifest

__all__ = ["house"]
HEADER = "unit_code,as_of,count,target"
LOWER = counts(("00101", 5, 41, 6), header=HEADER)
HELD = counts(("00101", 5, 4, 6), header=HEADER)  # its count waits for a person; its target would not
ALL_CLERK = f"{HEAD}all,clerk,*,*,,\n"


def target(house: Small) -> tuple[int | None, int | None]:
    found = house.progress()
    return found["00101"].target, found["27"].target


@pytest.mark.parametrize("kind", [Kind.FILES, Kind.FORM])
@pytest.mark.parametrize("user", ["clerk", "officer-d1", "all"])
@pytest.mark.parametrize("content", [LOWER, HELD])
def test_nobody_lowers_his_own_target(house: Small, user: str, content: str, kind: Kind) -> None:
    house.write("grants.csv", ALL_CLERK)
    assert send(house, who(user), content, kind) == (0, 1)
    assert target(house) == (100, 400)
    (row,) = house.figures().refusals(house.campaign.end)
    assert (row.reason, row.field) == ("outside_scope", "target")
    rebuild(house.config, house.campaign)
    assert target(house) == (100, 400)


def test_the_target_that_stands_may_be_repeated(house: Small) -> None:
    assert send(house, who("clerk"), counts(("00101", 5, 41, 100), header=HEADER)) == (1, 0)
    assert target(house) == (100, 400)


def test_whoever_runs_the_campaign_states_targets(house: Small) -> None:
    assert send(house, who("officer"), LOWER) == (1, 0)
    assert target(house) == (6, 306)


def test_the_preview_says_so_too(house: Small) -> None:
    (line,) = looked(house, who("clerk"), LOWER).lines
    assert (line.verdict.reason, line.verdict.field) == ("outside_scope", "target")


def test_a_row_that_is_mended_brings_no_target_along(house: Small) -> None:
    send(house, who("clerk"), LOWER)
    (row,) = house.figures().refusals(house.campaign.end)
    asked = {"what": "correct", "batch": row.batch, "file": row.file, "row": row.row_number, "why": "đã xem sổ"}
    house.write("grants.csv", f"{HEAD}mender,officer,00101,*,,\n")
    found = decide(house, who("mender"), {**asked, "change": {"unit_code": "00101"}})
    assert found == [("refused", "outside_scope")]  # a row of no unit is for whoever may mend all
    house.write("grants.csv", f"{HEAD}all,mends,*,*,,\n")
    house.write("config.toml", house.path.read_text("utf-8") + '[access.role.mends]\nrights = ["see", "mend"]\n')
    assert decide(house, who("all"), {**asked, "change": {"unit_code": "00101"}}) == [("taken", "")]
    assert (house.progress()["00101"].done, target(house)) == (41, (100, 400))


def test_what_was_taken_before_this_was_asked_stays_as_it_was_taken(house: Small) -> None:
    name = submit(house.config, ID, Kind.FILES, who("officer"), [("a.csv", LOWER.encode())])
    assert taken(house, name)["accepted"] == 1
    (load,) = [one for one in house.received.loads() if one.envelope]
    content: Any = manifest(load.folder)
    del content["envelope"]["rights"]["operate"]
    (load.folder / "manifest.json").write_text(json.dumps(content), "utf-8")
    rebuild(house.config, house.campaign)
    assert target(house) == (6, 306)
