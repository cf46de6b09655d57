"""Who sees what where codes are given away, units merge and split across districts, and a map file names others.

Day 3 is the turn: QR1 of the second district goes to a commune of the first, QM1 of the first and QM2 of the second
become QM3 of the second, QS1 of the second is split between both. Each unit has a name of its own.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from etl.commands import main
from tests.pages.house import write
from tests.pages.test_scopes import PAGES, TOLD, Walk, leaks

ID = "xq-doi-ma"
TURN = "2025-03-03"
BEFORE, AFTER = ("", "2025-03-02"), (TURN, "")
UNITS = (
    ("QP0", "Tỉnh Papazulu", "province", "", "", "", ""),
    ("QD1", "Huyện Unokap", "district", "QP0", "", "", ""),
    ("QD2", "Huyện Duekap", "district", "QP0", "", "", ""),
    ("QA1", "Xã Almotu", "commune", "QD1", "", "", ""),
    ("QB1", "Xã Bramotu", "commune", "QD2", "", "", ""),
    ("QR1", "Xã Rotavecha", "commune", "QD2", *BEFORE, "QN2"),
    ("QN2", "Xã Rotamoved", "commune", "QD2", *AFTER, ""),
    ("QR1", "Xã Rotanova", "commune", "QD1", *AFTER, ""),
    ("QM1", "Xã Mergunok", "commune", "QD1", *BEFORE, "QM3"),
    ("QM2", "Xã Mergduek", "commune", "QD2", *BEFORE, "QM3"),
    ("QM3", "Xã Mergtrek", "commune", "QD2", *AFTER, ""),
    ("QS1", "Xã Splivecha", "commune", "QD2", *BEFORE, "QS2:0.5 QS3:0.5"),
    ("QS2", "Xã Splinova", "commune", "QD1", *AFTER, ""),
    ("QS3", "Xã Splitrek", "commune", "QD2", *AFTER, ""),
)
TARGETS = {"QA1": 2011, "QB1": 3011, "QR1": 3109, "QM1": 2111, "QM2": 3203, "QS1": 3301}
SENT = {
    1: {"QA1": 1013, "QB1": 1511, "QR1": 1523, "QM1": 1031, "QM2": 1531, "QS1": 1543},
    2: {"QA1": 1217, "QB1": 1613, "QR1": 1621, "QM1": 1223, "QM2": 1627, "QS1": 1637},
    3: {"QA1": 1301, "QB1": 1709, "QR1": 1039, "QN2": 1721, "QM3": 2903, "QS2": 1049, "QS3": 1061},
    4: {"QA1": 1409, "QB1": 1801, "QM3": 2909, "QR1": 1201, "QM2": 1999},  # QM2 is gone: counted nowhere
}
CONFIG = f"""
language = "vi"
timezone = "Asia/Ho_Chi_Minh"
data = "data"
[[campaign]]
id = "{ID}"
name = {{ vi = "Chiến dịch đổi mã" }}
start = 2025-03-01
end = 2025-03-05
units = "units.csv"
targets = "targets.csv"
map = "map.geojson"
"""
ACCESS = """
[access]
others = "ranks"
[access.oidc]
[[access.grant]]
user = "quan-tri"
role = "administrator"
[[access.grant]]
user = "mot"
role = "lead"
units = ["QD1"]
[[access.grant]]
user = "hai"
role = "lead"
units = ["QD2"]
"""
OF_ONE = {"Unokap", "Almotu", "Rotanova", "Mergunok", "Splinova"}
OF_TWO = {"Duekap", "Bramotu", "Rotavecha", "Rotamoved", "Mergduek", "Mergtrek", "Splivecha", "Splitrek"}
CODES_OF_TWO = {"QD2", "QB1", "QN2", "QM2", "QM3", "QS1", "QS3"}
COUNTS_OF_TWO = {1511, 1523, 1531, 1543, 1613, 1621, 1627, 1637, 1709, 1721, 2903, 1061, 1801, 2909, 1999,
                 3011, 3109, 3203, 3301}  # fmt: skip
NOT_HIS = {
    "mot": OF_TWO | CODES_OF_TWO | {f"{one:,}".replace(",", ".") for one in COUNTS_OF_TWO}
    | {str(one) for one in COUNTS_OF_TWO} | {"QX9-la", "Papazulu", "QP0"},
    # what Mergunok did is in Mergtrek, which is his
    "hai": (OF_ONE - {"Mergunok"}) | {"QD1", "QA1", "QS2", "QX9-la", "Papazulu", "QP0"}
    | {"1.013", "1.217", "1.301", "1.039", "1.049", "1.409", "1.201", "2.011"},
}  # fmt: skip


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("turned")
    path = folder / "config.toml"
    path.write_text(CONFIG, "utf-8")
    columns = ("code", "name", "level", "parent_code", "valid_from", "valid_to", "successor")
    write(folder / "units.csv", [columns, *UNITS])
    write(folder / "targets.csv", [("unit_code", "target"), *TARGETS.items()])
    _mapped(folder)
    for day, counts in SENT.items():
        rows = [("unit_code", "as_of", "count"), *((code, f"2025-03-0{day}", n) for code, n in counts.items())]
        at = f"2025-03-0{day}T16:00:00+07:00"
        asked = ["--config", str(path), "ingest", "--campaign", ID, "--received-at", at]
        assert main([*asked, str(write(folder / f"ngay-{day}.csv", rows))]) == 0
    path.write_text(CONFIG + ACCESS, "utf-8")
    with pytest.MonkeyPatch.context() as patch:  # whoever sees all looks first
        admin = Walk(path, "quan-tri", patch)
        asked = [(page, "2025-03-04") for page in PAGES.values()] + [(page, "2025-03-02") for page in TOLD]
        sent = "".join(admin.sent(page, campaign=ID, as_of=day) for page, day in asked)
        assert not [one for one in (*OF_ONE, *OF_TWO, "QX9-la", "1.523", "1.999") if one not in sent]
    return path


def _mapped(folder: Path, *, wrong: str = "") -> None:
    """Write a shape for each unit, and one of a code that is nobody's; that of `wrong` has no area."""
    features = []
    for place, code in enumerate(("QA1", "QB1", "QR1", "QM1", "QM2", "QM3", "QS1", "QS2", "QS3", "QN2", "QX9-la")):
        at = 105 + place / 10
        ring = [[at, 21], [at + 0.1, 21], [at + 0.1, 21.1], [at, 21]]
        shape = {"type": "Polygon", "coordinates": [ring[:2] if code == wrong else ring]}
        features.append({"type": "Feature", "properties": {"ma": code}, "geometry": shape})
    (folder / "map.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


@pytest.mark.parametrize("user", ["mot", "hai"])
def test_a_code_opens_what_it_means_today_and_what_that_was_made_of(config, monkeypatch, user: str) -> None:
    seeing = Walk(config, user, monkeypatch)
    found = []
    for page in PAGES.values():
        asked = [{"as_of": "2025-03-02"}, {"as_of": "2025-03-04"}]
        if page in TOLD:
            asked += [{"as_of": "2025-03-04", "units": "2025-03-01"}, {"as_of": "2025-03-02", "units": TURN}]
        for one in asked:
            found += [(page, one, word) for word in leaks(seeing.sent(page, campaign=ID, **one), NOT_HIS[user])]
    assert not found


@pytest.mark.parametrize("wrong", ["QB1", ""])
def test_whoever_sees_a_part_reads_nothing_out_of_the_map_file(config, monkeypatch, wrong: str) -> None:
    _mapped(config.parent, wrong=wrong)
    try:
        whole, part = (Walk(config, user, monkeypatch).sent("ban-do", campaign=ID) for user in ("quan-tri", "mot"))
    finally:
        _mapped(config.parent)
    assert (wrong or "QX9-la") in whole
    assert not leaks(part, NOT_HIS["mot"])
    assert ("Tệp bản đồ chưa dùng được" in part) is bool(wrong)


def test_a_damaged_notice_is_named_to_administrators_alone(config, monkeypatch) -> None:
    kept = config.parent / "data" / "notices" / "bi-mat-2026-01.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("{", "utf-8")
    try:
        whole, part = (Walk(config, user, monkeypatch).sent("van-ban", campaign=ID) for user in ("quan-tri", "mot"))
    finally:
        kept.unlink()
    assert "bi-mat-2026-01" in whole
    assert "bi-mat-2026-01" not in part
    assert str(config.parent) not in part
    assert "khôi phục từ bản sao lưu" in part
