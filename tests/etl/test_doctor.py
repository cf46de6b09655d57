"""The doctor: what is whole is said to be, and what is not is named."""

import json

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


def test_every_received_file_that_changed_or_is_gone_is_named(small: Small) -> None:
    small.send(counts(("00101", "3", 1)), counts(("00102", "3", 1)))
    (_, one, _), (_, two, _) = small.received.loads()[0].files
    one.write_text("changed", "utf-8")
    two.unlink()
    assert len(complaints(small)) == 2


@pytest.mark.parametrize("name", [".incoming-1", ".aborted-20250208T010000.000000Z-1"])
def test_what_killed_runs_left_is_told_and_is_no_fault(well: Small, name: str) -> None:
    (well.received.folder / name).mkdir()
    assert complaints(well) == []
    assert name in well.command("doctor")[1]


def test_a_load_that_was_not_finished_is_told(well: Small) -> None:
    (load,) = well.received.loads()
    (load.folder / "finished").unlink()
    assert complaints(well) == []
    assert f"{load.batch}: under way, or cut short" in well.command("doctor")[1]


def test_broken_targets_are_named_with_their_line(well: Small) -> None:
    well.write("targets.csv", "unit_code,target\n00101,many\n")
    assert "line 2" in complaints(well)[0]


def test_a_damaged_current_is_named(well: Small) -> None:
    (well.store.folder / "CURRENT").write_text("?", "utf-8")
    assert "CURRENT" in complaints(well)[0]
    assert well.campaign.id == ID


def test_variables_that_are_not_set_are_named_and_no_value_is_told(well: Small) -> None:
    source = """
[[source]]
name = "so-tu-phap"
campaign = "nho"
kind = "http"
url = "https://example.gov.vn/${PLACE}"
headers = { Authorization = "Bearer ${A_TOKEN}", X-Key = "env:SET_ALREADY" }
params = { token = "${A_TOKEN}" }
"""
    well.write("config.toml", well.config_text + source)
    before = 'import os; os.environ["SET_ALREADY"] = "tuyệt-mật"; os.environ.pop("PLACE", 0)'
    code, out, errors = well.command("doctor", before=before)
    found = [line for line in out.splitlines() if line.startswith("FAIL")]
    says = "is not set here; set it where start and doctor run"
    assert found == [f"FAIL source so-tu-phap: the environment variable {name} {says}" for name in ("PLACE", "A_TOKEN")]
    assert (code, errors) == (1, "")
    assert "mật" not in out


def test_a_map_file_that_cannot_be_used_and_units_without_a_shape_are_named(well: Small) -> None:
    path = well.config.path
    path.write_text(
        path.read_text("utf-8").replace(f'id = "{ID}"\n', f'id = "{ID}"\nmap = "map.geojson"\n', 1), "utf-8"
    )
    assert "not readable (No such file or directory)" in complaints(well)[0]
    ring = [[105, 21], [106, 21], [106, 22], [105, 21]]
    one = {"type": "Feature", "properties": {"ma": "00101"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    document = {"type": "FeatureCollection", "features": [one, one | {"properties": {"ma": "zz"}}]}
    path.with_name("map.geojson").write_text(json.dumps(document), "utf-8")
    (found,) = complaints(well)
    assert "units have no shape: 00102" in found
    assert "00101" not in found
