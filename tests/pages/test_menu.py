"""The header: which pages stand where, how many rows wait, and by whose units a campaign across a merger is seen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.commands import main
from tests.pages.conftest import Shown
from tests.pages.house import LATER, write

Show = Callable[..., Shown]
MERGED = """
language = "vi"
timezone = "Asia/Ho_Chi_Minh"
data = "data"

[[campaign]]
id = "gop"
name = { vi = "Qua ngày sáp nhập" }
start = 2025-03-01
end = 2025-03-04
units = "units.csv"
targets = "targets.csv"
"""


def test_pages_one_watches_come_before_those_one_works_on(show: Show) -> None:
    groups = [page["group"] for page in show().header["pages"] if page["group"] != "linked"]
    assert groups == ["main"] * 4 + ["more"] * 4 + ["work"] * 5
    assert [page["label"] for page in show("gui-so-lieu").header["pages"] if page["current"]] == ["Gửi số liệu"]


def test_the_menu_counts_the_rows_of_the_units_in_view(show: Show) -> None:
    assert show().header["waiting"]["n"] == 3
    assert show(district="B").header["waiting"]["n"] == 2
    assert show(district="A").header["waiting"]["n"] == 0
    assert show(campaign=LATER, as_of="").header["waiting"]["n"] == 0


def test_the_first_page_counts_the_same_rows_as_the_menu(show: Show) -> None:
    assert "Chờ xác nhận <b>2</b>" in show().html
    assert "Trả lại <b>1</b>" in show().html
    assert "Trả lại" not in show(district="B").html
    assert "Chờ xác nhận" not in show(district="A").html


@pytest.fixture
def merged(tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch) -> Show:
    """Visit two communes that became one on day 3, 10 and 20 done by then, 5 and 5 on each day after."""
    config = tmp_path / "config.toml"
    config.write_text(MERGED, "utf-8")
    head = ("code", "name", "level", "parent_code", "valid_from", "valid_to", "successor")
    write(tmp_path / "units.csv", [head, ("T", "Tỉnh", "province", "", "", "", ""),
        ("a", "Xã Cũ Một", "commune", "T", "", "2025-03-02", "z"),
        ("b", "Xã Cũ Hai", "commune", "T", "", "2025-03-02", "z"),
        ("z", "Xã Mới", "commune", "T", "2025-03-03", "", "")])  # fmt: skip
    write(tmp_path / "targets.csv", [("unit_code", "target"), ("a", 100), ("b", 100)])
    counts = [("a", 2, 10), ("b", 2, 20), ("z", 3, 40), ("z", 4, 50)]
    rows = [(unit, f"2025-03-0{day}", count) for unit, day, count in counts]
    file = write(tmp_path / "counts.csv", [("unit_code", "as_of", "count"), *rows])
    at = "2025-03-04T16:00:00+07:00"
    assert main(["--config", str(config), "ingest", "--campaign", "gop", "--received-at", at, str(file)]) == 0
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    return show


def listed(shown: Shown) -> list[str]:
    found = [one for one in shown.header["filters"] if one["name"] == "units"]
    return [option["label"] for one in found for option in one["options"]]


def test_a_campaign_across_a_merger_is_seen_by_the_units_of_either_day(merged: Show) -> None:
    own = merged(as_of="2025-03-04")
    assert listed(own) == ["Của ngày đang xem", "01/03/2025 · 2 đơn vị", "03/03/2025 · 1 đơn vị"]
    assert "<b>50</b> trên 200" in own.html
    assert "Xã Mới" in own.html
    assert "Xã Cũ" not in own.html
    old = merged(as_of="2025-03-04", units="2025-03-01")
    assert "<b>50</b> trên 200" in old.html
    assert "Xã Cũ Một" in old.html
    assert "Xã Mới" not in old.html
    assert "Từ ngày 03/03/2025, số của các đơn vị cũ là ước tính" in old.html


def test_one_list_of_units_needs_no_choice_between_lists(show: Show) -> None:
    assert listed(show()) == []


def test_a_day_without_a_list_of_its_own_is_no_choice(merged: Show) -> None:
    html = merged(as_of="2025-03-04", units="2025-03-02").html
    assert "Địa chỉ không đúng" in html
    assert "Danh mục đơn vị" in html
