"""A campaign before its first version: judged against and looked at, and nothing of it is left behind."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign.errors import ConfigError
from etl import unpublished
from etl.envelope import LOCAL
from etl.preview import preview
from tests.warehouse.small import UNITS, Small, counts, everything_in


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "nho")


def test_its_figures_are_its_units_and_targets_and_nothing_done(small: Small) -> None:
    before = everything_in(small.folder)
    name = unpublished.name_of(small.config, small.campaign)
    found = unpublished.figures(small.config, small.campaign, name)
    rows = {row.code: (row.done, row.target) for row in found.progress(datetime(2025, 2, 5, tzinfo=UTC).date())}
    assert rows == {"27": (0, 400), "D1": (0, 300), "D2": (0, 100), "00101": (0, 100), "00102": (0, 200),
                    "00201": (0, 100)}  # fmt: skip
    assert (found.version, found.batches()) == (name, [])
    file = found.reader.path
    assert file.exists()
    found.close()
    del found
    gc.collect()
    assert not file.parent.exists()
    assert everything_in(small.folder) == before


def test_it_waits_for_its_first_figure_from_its_first_day_until_a_count_is_accepted(small: Small) -> None:
    eve, first = (datetime.fromisoformat(f"2025-02-0{day}T12:00:00+07:00") for day in (2, 3))
    none = unpublished.figures(small.config, small.campaign, "none-x")
    assert (none.awaits_first(eve), none.awaits_first(first)) == (False, True)
    none.close()
    small.send(counts(("99999", 3, 5)))  # of no unit: rejected, and published with nothing done
    assert small.figures().awaits_first(first)
    small.send(counts(("00101", 3, 0)))  # nothing done is a figure too
    assert not small.figures().awaits_first(first)
    small.close()


def test_its_name_changes_with_its_units_alone(small: Small) -> None:
    name = unpublished.name_of(small.config, small.campaign)
    assert unpublished.name_of(small.config, small.campaign) == name
    small.write("units.csv", UNITS.replace("Xã An", "Xã Yên"))
    assert unpublished.name_of(small.config, small.campaign) != name


def test_wrong_units_are_an_error_and_leave_nothing(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = small.folder.parent / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(unpublished.tempfile, "tempdir", str(scratch))
    small.write("units.csv", UNITS.replace("00201,Phường An,commune,D2", "00201,Phường An,commune,D9"))
    with pytest.raises(ConfigError):
        unpublished.figures(small.config, small.campaign, "none-x")
    assert list(scratch.iterdir()) == []


def test_a_preview_of_the_first_file_judges_every_row_and_publishes_nothing(small: Small) -> None:
    before = everything_in(small.folder)
    file = counts(("00101", 3, 40), ("00102", 3, 60), ("99999", 3, 5)).encode()
    at = datetime.fromisoformat("2025-02-04T09:00:00+07:00")
    found = preview(small.config, small.campaign, [("dau-tien.csv", file)], LOCAL, now=at)
    assert [(one.before, one.after, one.target) for one in found.lines] == [
        (None, 40, 100), (None, 60, 200), (None, None, None)]  # fmt: skip
    assert (found.tally.read, found.tally.accepted, found.tally.rejected) == (3, 2, 1)
    assert found.version == unpublished.name_of(small.config, small.campaign)
    assert (everything_in(small.folder), small.version) == (before, "")
    outcome = small.send(file)
    assert (outcome.version, outcome.tally.accepted, outcome.tally.rejected) == ("v000001", 2, 1)
