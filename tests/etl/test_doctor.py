"""The doctor: what is whole is said to be, and what is not is named."""

import pytest

from tests.warehouse.small import ID, Small, counts


@pytest.fixture
def well(small: Small) -> Small:
    small.send(counts(("00101", "3", 10)))
    assert complaints(small) == []
    return small


def complaints(small: Small) -> list[str]:
    code, out, errors = small.command("doctor")
    found = [line for line in out.splitlines() if line.startswith("FAIL")]
    assert errors == ""
    assert code == (1 if found else 0)
    return found


def test_before_the_first_load_nothing_is_wrong(small: Small) -> None:
    assert complaints(small) == []
    assert not small.config.data.exists()


def test_a_version_that_is_not_the_bytes_published_is_named(well: Small) -> None:
    path = well.store.path(well.version)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert well.version in complaints(well)[0]


def test_a_missing_version_says_what_to_do(well: Small) -> None:
    well.store.path(well.version).unlink()
    (found,) = complaints(well)
    assert "rollback" in found
    assert "rebuild" in found


def test_a_received_file_that_is_not_as_it_arrived_is_named(well: Small) -> None:
    (load,) = well.received.loads()
    name, path, _ = load.files[0]
    path.write_text("changed", "utf-8")
    assert name in complaints(well)[0]


def test_a_damaged_manifest_is_named(well: Small) -> None:
    (load,) = well.received.loads()
    (load.folder / "manifest.json").write_text("{", "utf-8")
    assert load.batch in complaints(well)[0]


def test_a_load_without_its_manifest_is_named(well: Small) -> None:
    (load,) = well.received.loads()
    (load.folder / "manifest.json").unlink()
    assert load.batch in complaints(well)[0]


def test_broken_targets_are_named_with_their_line(well: Small) -> None:
    well.write("targets.csv", "unit_code,target\n00101,many\n")
    assert "line 2" in complaints(well)[0]


def test_a_damaged_current_is_named(well: Small) -> None:
    (well.store.folder / "CURRENT").write_text("?", "utf-8")
    assert "CURRENT" in complaints(well)[0]
    assert well.campaign.id == ID
