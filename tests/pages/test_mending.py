"""The work list and the page that sends, without a browser: what they show, what they hand in, what comes of it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.commands import main
from etl.configured import load
from etl.envelope import LOCAL
from etl.submitted import submit_decisions, take_all, waiting
from pages import _ask, mending
from pages._deciding import possible
from pages._kept import forget
from reporting.figures import Figures
from reporting.waiting import waiting as waiting_rows
from tests.pages.conftest import SHELL, Shown
from tests.pages.house import FORMULA, ID, SCRIPT, build, write
from warehouse.reader import Refusal

Visit = Callable[..., AppTest]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the small campaign for one test alone, three days loaded."""
    config = build(tmp_path / "own")
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    forget()  # another test's campaign has the same name and versions
    _ask._configuration.cache_clear()
    return config


@pytest.fixture
def visit(own: Path) -> Visit:
    assert own.exists()

    def go(page: str, **choices: str) -> AppTest:
        at = AppTest.from_file(str(SHELL), default_timeout=60)
        chosen = {"as_of": "2025-03-03"} | choices
        for name, value in chosen.items():
            at.query_params[name] = value
        at.session_state["cd_here"] = "overview"
        at.session_state["cd_go"] = f"/{page}?" + "&".join(f"{k}={v}" for k, v in chosen.items())
        return at.run()

    return go


def press(at: AppTest, label: str) -> AppTest:
    found = next(one for one in at.button if one.label == label)
    return found.click().run()


def figures(config: Path) -> Figures:
    return Figures.open(load(config), ID)


def test_what_waits_is_listed_by_reason_with_what_stands(visit: Visit) -> None:
    html = Shown(visit("can-xu-ly")).html
    assert "3 dòng cần xử lý" in html
    assert html.index("Số lũy kế giảm: 2 dòng") < html.index("Không có đơn vị này: 1 dòng")
    assert 'Nhận được <b class="cd-wrong">9</b>' in html
    assert "Đang ghi nhận <b>10 (ngày 02/03/2025)</b>" in html
    assert "day-3.csv, dòng 14" in html


def test_a_district_sees_its_own_rows_only(visit: Visit) -> None:
    html = Shown(visit("can-xu-ly", district="A")).html
    assert "Không còn gì phải xử lý" in html
    assert "2 dòng cần xử lý" in Shown(visit("can-xu-ly", district="B")).html


def test_a_decision_needs_its_reason_and_then_waits_for_the_scheduler(own: Path, visit: Visit) -> None:
    at = press(visit("can-xu-ly"), "Xử lý")
    at = press(at, "Ghi nhận số này")
    assert "Cần ghi lý do" in Shown(at).html
    assert waiting(load(own)) == []
    at.text_area[-1].set_value("đã kiểm tra sổ gốc")
    at = press(at, "Ghi nhận số này")
    assert len(waiting(load(own))) == 1
    assert "đang chờ xử lý" in Shown(at).html
    take_all(load(own))
    at = at.run()
    html = Shown(at.run()).html
    assert "thực hiện 1" in html
    assert "2 dòng cần xử lý" in html
    assert Shown(at).table("decisions")[0][1:3] == ["người dùng máy này", "Ghi nhận"]


def test_many_rows_of_one_reason_are_accepted_with_one_reason(own: Path, visit: Visit) -> None:
    at = visit("can-xu-ly")
    at.text_area(key="cd-bulk-why-count_falls").set_value("rà soát, xóa trùng").run()
    press(at, "Ghi nhận 2 dòng")
    take_all(load(own))
    house = figures(own)
    assert [(one.outcome, one.why) for one in house.decisions()] == [("taken", "rà soát, xóa trùng")] * 2
    assert [row.reason for row in house.refusals(house.campaign.end)] == ["unknown_unit"]
    house.close()


def test_a_row_settled_by_somebody_else_while_it_is_open_says_by_whom(own: Path, visit: Visit) -> None:
    at = press(visit("can-xu-ly"), "Xử lý")
    house = figures(own)
    row = next(one for one in house.refusals(house.campaign.end) if one.row_number == 14)
    house.close()
    submit_decisions(
        load(own), ID, LOCAL, [{"what": "dismiss", "batch": row.batch, "file": row.file, "row": 14, "why": "sai"}]
    )
    take_all(load(own))
    at.text_area[-1].set_value("đúng")
    html = Shown(press(at, "Ghi nhận số này")).html
    assert "Người khác đã quyết định dòng này: người dùng máy này, Bỏ qua" in html
    assert waiting(load(own)) == []


def test_names_from_files_are_shown_and_never_obeyed(own: Path, visit: Visit) -> None:
    odd = write(own.parent / "odd.csv", [("unit_name", "category", "stage", "as_of", "count"),
                                         (SCRIPT + "x", "birth", "approved", "2025-03-03", FORMULA)])  # fmt: skip
    assert main(["--config", str(own), "ingest", "--campaign", ID, str(odd)]) == 0
    html = Shown(visit("can-xu-ly")).html
    assert SCRIPT not in html
    assert "&lt;script&gt;" in html


def test_nothing_left_is_said(own: Path, visit: Visit) -> None:
    house = figures(own)
    rows = house.refusals(house.campaign.end)
    house.close()
    decisions = [
        {"what": "dismiss", "batch": one.batch, "file": one.file, "row": one.row_number, "why": "sai"} for one in rows
    ]
    submit_decisions(load(own), ID, LOCAL, decisions)
    take_all(load(own))
    assert "Không còn gì phải xử lý" in Shown(visit("can-xu-ly")).html


def test_the_short_form_shows_what_stands_and_checks_as_one_types(own: Path, visit: Visit) -> None:
    at = visit("gui-so-lieu", unit="a1")
    at.segmented_control(key="cd-way").set_value("form").run()
    assert any("đang ghi nhận 150 (ngày 03/03/2025), chỉ tiêu 150" in one.value for one in at.caption)
    births = next(one for one in at.text_input if one.label == "Khai sinh")
    shown = Shown(births.set_value("149").run())
    ((name, _, _, before, after, fate),) = shown.table("preview")
    assert (name, before, after, fate) == ("Xã Đông", "150", "149", "Chờ xác nhận")
    next(one for one in at.text_input if one.label == "Lý do, nếu số giảm").set_value("xóa trùng")
    shown = Shown(at.run())
    assert shown.table("preview")[0][-1] == "Thay số"
    at = press(at, "Gửi 1 dòng")
    take_all(load(own))
    assert "ghi nhận 1" in Shown(at.run().run()).html
    house = figures(own)
    assert house.unit("a1", house.campaign.start.replace(day=3), category="birth").done == 149
    house.close()


def test_a_file_is_seen_before_it_is_sent_and_nothing_new_cannot_be_sent(own: Path, visit: Visit) -> None:
    at = visit("gui-so-lieu")
    content = (
        b"unit_code,category,stage,as_of,count\na1,birth,approved,2025-03-03,150\nzz,birth,approved,2025-03-03,1\n"
    )
    at.file_uploader[0].upload("a.csv", content, "text/csv").run()
    fates = [row[-1] for row in Shown(at).table("preview")]
    assert fates == ["Trả lại", "Không đổi"]
    assert waiting(load(own)) == []
    at.file_uploader[0].upload("b.csv", content[: content.index(b"zz")], "text/csv").run()
    (button,) = [one for one in at.button if one.label == "Không có gì mới để gửi."]
    assert button.disabled


def test_the_day_of_a_refused_row_is_shown_as_every_day(visit: Visit) -> None:
    at = visit("gui-so-lieu", unit="a1", way="form")
    shown = Shown(next(one for one in at.text_input if one.label == "Khai sinh").set_value("1,5").run())
    ((_, _, day, before, after, fate),) = shown.table("preview")
    assert (day, before, after, fate) == ("03/03/2025", "–", "1,5", "Trả lại")


def test_a_file_that_cannot_be_read_says_so(visit: Visit) -> None:
    at = visit("gui-so-lieu")
    at.file_uploader[0].upload("a.csv", b"<html>", "text/csv").run()
    assert "Không đọc được tệp này; chưa có gì thay đổi" in Shown(at).html


def refused(config: Path, name: str, *lines: tuple[object, ...], at: str = "17:30") -> None:
    """Load rows of day 3, received that evening."""
    file = write(
        config.parent / f"{name}.csv", [("unit_code", "category", "stage", "as_of", "count", "reason"), *lines]
    )
    moment = f"2025-03-03T{at}:00+07:00"
    assert main(["--config", str(config), "ingest", "--campaign", ID, "--received-at", moment, str(file)]) == 0


def test_a_row_overtaken_by_a_valid_report_is_set_apart_and_dismissed_by_one_tap(own: Path, visit: Visit) -> None:
    refused(own, "later", ("b2", "birth", "approved", "2025-03-03", 11, ""))
    html = Shown(visit("can-xu-ly")).html
    assert "2 dòng cần xử lý" in html  # b2's births entered, and the unknown unit of day 2
    assert "Số lũy kế giảm: 1 dòng" in html
    at = press(visit("can-xu-ly"), "Bỏ qua cả 1 dòng")
    take_all(load(own))
    assert at.button
    house = figures(own)
    assert [(one.what, one.category, one.stage) for one in house.decisions()] == [("dismiss", "birth", "approved")]
    assert len(house.refusals(house.campaign.end)) == 2
    house.close()


def test_a_row_that_names_its_unit_is_about_that_unit_though_its_count_was_refused(own: Path, visit: Visit) -> None:
    file = write(own.parent / "ten.csv", [
        ("unit_name", "parent_name", "category", "stage", "as_of", "count"),
        ("X. Đông", "Huyện An", "birth", "approved", "2025-03-03", "15x"),
        ("X. Đồng", "Huyện An", "birth", "approved", "2025-03-03", "15x"),
    ])  # fmt: skip
    moment = "2025-03-03T17:30:00+07:00"
    assert main(["--config", str(own), "ingest", "--campaign", ID, "--received-at", moment, str(file)]) == 0
    row = next(one for one in own_rows(own) if one.reason == "bad_count")
    at = visit("can-xu-ly", row=row_key(row))
    assert next(one for one in at.selectbox if one.label == "Đơn vị đúng").value == "a1"
    assert "15x" in Shown(visit("can-xu-ly", district="A")).html
    assert "15x" not in Shown(visit("can-xu-ly", district="B")).html
    refused(own, "bu.csv", ("a1", "birth", "approved", "2025-03-03", 155), at="17:45")
    assert "4 dòng cần xử lý" in Shown(visit("can-xu-ly")).html  # as before; the name without a unit waits on
    house = figures(own)
    assert [one.reason for one in waiting_rows(house, date(2025, 3, 3)).replaced] == ["bad_count"]
    house.close()


def test_a_name_below_another_parent_is_no_new_name_but_another_unit_to_choose(own: Path, visit: Visit) -> None:
    file = write(own.parent / "ten.csv", [
        ("unit_name", "parent_name", "category", "stage", "as_of", "count"),
        ("X. Đông", "Huyện Bình", "birth", "approved", "2025-03-03", 151),
    ])  # fmt: skip
    moment = "2025-03-03T17:30:00+07:00"
    assert main(["--config", str(own), "ingest", "--campaign", ID, "--received-at", moment, str(file)]) == 0
    row = next(one for one in own_rows(own) if one.content.get("unit_name") == "X. Đông")
    assert (row.reason, row.found) == ("unknown_unit", "X. Đông, Huyện Bình")
    assert [one.value for one in possible(row)] == ["correct", "dismiss"]
    at = press(visit("can-xu-ly", row=row_key(row)), "Có phải là Xã Đông, Huyện An?")
    assert next(one for one in at.selectbox if one.label == "Đơn vị đúng").value == "a1"


def test_a_valid_report_of_another_day_or_category_overtakes_nothing(own: Path, visit: Visit) -> None:
    refused(
        own,
        "other",
        ("b2", "death", "approved", "2025-03-03", 12, ""),
        ("b2", "birth", "approved", "2025-03-01", 9, "x"),
    )
    assert "3 dòng cần xử lý" in Shown(visit("can-xu-ly")).html


def test_one_correction_mends_every_row_of_the_same_unknown_code_but_one_that_would_overwrite_a_count(
    own: Path, visit: Visit
) -> None:
    refused(own, "codes", *(("zz", category, "approved", "2025-03-03", 70, "") for category in ("birth", "death")))
    at = visit("can-xu-ly")
    row = next(one for one in own_rows(own) if one.category is None and one.content["category"] == "death")
    at.query_params["row"] = row_key(row)
    at = at.run()
    assert any("cả 3 dòng cùng ghi “zz”" in one.label for one in at.checkbox)
    unit = next(one for one in at.selectbox if one.label == "Đơn vị đúng")
    unit.set_value("a3")
    at.text_area[-1].set_value("mã cũ của xã")
    press(at, "Ghi nhận theo bản sửa")
    take_all(load(own))
    house = figures(own)
    day = house.campaign.start.replace(day=3)
    assert {(one.category, one.as_of.day, one.count) for one in house.decisions() if one.as_of} == {
        ("birth", 3, 70), ("death", 3, 70),
    }  # fmt: skip
    # 5 births of day 2 would take the place of the 40 that stand: not unseen, along with another row
    assert [(one.row_file, one.refusal) for one in house.decisions() if one.refusal] == [("day-2.csv", "count_falls")]
    assert house.unit("a3", day.replace(day=2), category="birth").done == 40
    assert house.unit("a3", day, category="death").done == 70
    left = [row.file for row in house.refusals(house.campaign.end) if row.reason == "unknown_unit"]
    assert left == ["day-2.csv"]  # it waits on, for somebody to look at it alone
    house.close()


def test_rows_of_other_codes_are_left_alone(own: Path, visit: Visit) -> None:
    refused(own, "codes", ("yy", "birth", "approved", "2025-03-03", 70, ""))
    row = next(one for one in own_rows(own) if one.content["unit_code"] == "yy")
    at = visit("can-xu-ly", row=row_key(row))
    assert [one.label for one in at.checkbox] == []
    assert any(one.label == "Đóng" for one in at.button), "the address opened the row"


def own_rows(config: Path) -> list[Refusal]:
    house = figures(config)
    rows = house.refusals(house.campaign.end)
    house.close()
    return rows


def row_key(row: Refusal) -> str:
    return mending._key(row.batch, row.file, row.row_number)


def test_an_address_can_ask_for_the_short_form(visit: Visit) -> None:
    labels = [one.label for one in visit("gui-so-lieu", way="form", unit="a1").text_input]
    assert labels == ["Khai sinh", "Khai tử", "Lý do, nếu số giảm"]
    assert not visit("gui-so-lieu", way="nonsense").text_input
