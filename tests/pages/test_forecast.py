"""The pages say whether a unit will make it, warn early, answer what-if by address, and show the forecast's score."""

import re
from datetime import UTC, date, datetime

import pytest

from etl.configured import load
from etl.forecasting import keep
from reporting import forecasts
from reporting.figures import Figures
from tests.etl import odd
from tests.pages.house import EMPTY, FORMULA, ID, LATER, build

DAY = date(2025, 3, 3)


@pytest.fixture
def prospects(house):
    figures = Figures.open(load(house), ID)
    yield {one.code: one for one in figures.outlook(DAY)}
    figures.close()


def test_the_overview_says_how_many_units_will_make_it_and_what_is_needed(show, prospects):
    html = show().html
    units = round(float(prospects["T"].units_on_time))
    assert re.search(rf">{units}/5\s*<small>đơn vị dự kiến kịp hạn</small>", html)
    assert "Từ nay mỗi ngày 230 đến hạn 05/03" in html
    told = show("du-bao").html
    assert f"<b>{units}/5</b><small>đơn vị dự kiến kịp hạn</small>" in told
    assert "Khả năng về đích đúng hạn (mọi đơn vị đều xong)" in told


def test_a_unit_is_told_its_own_chance_and_whether_it_can_be_done(show, prospects):
    html = show("don-vi", unit="a2").html
    assert f"<b>{forecasts.likely(prospects['a2'], 'vi')}</b><small>Khả năng về đích đúng hạn</small>" in html
    assert "Đạt được</span> Mỗi ngày cần 40; ba ngày liền tốt nhất đã làm 40 mỗi ngày." in html


def test_more_days_are_asked_for_by_address(show):
    assert "Mỗi ngày cần 40;" in show("don-vi", unit="a2").html.split("Nếu thêm người")[1]
    html = show("don-vi", unit="a2", until="2025-03-12").html.split("Nếu thêm người")[1]
    assert "Mỗi ngày cần 9;" in html  # 80 left in 2 + 7 days
    assert re.search(r'until=2025-03-12"[^>]*aria-current', html)


@pytest.mark.parametrize("asked", ["never", "2025-02-30", "1999-01-01", "9999-12-31", "2025-03-05"])
def test_an_end_that_cannot_be_is_not_an_error(show, asked):
    html = show("don-vi", unit="a2", until=asked, people="-1").html
    assert "Nếu thêm người, thêm ngày" in html


def test_the_burnup_carries_the_band_from_the_day_on(show, prospects):
    traces = show().chart["data"]
    low, high, middle = traces[-3:]
    band = prospects["T"].band
    assert low["y"] == [550, *(one for _, one, _, _ in band)]
    assert high["y"] == [550, *(one for *_, one in band)]
    assert middle["line"]["dash"] == "dot"
    assert [day.isoformat() for day, *_ in band] == ["2025-03-04", "2025-03-05"]
    assert low["x"][0].startswith("2025-03-03")


def test_a_finished_unit_and_an_ended_campaign_have_no_band(show):
    for unit, day in (("a1", "2025-03-03"), ("a2", "2025-03-05")):
        assert "Dự báo (khoảng 80%)" not in show("don-vi", unit=unit, as_of=day).html
    assert "Đã về đích ngày 03/03/2025." in show("don-vi", unit="a1", as_of="2025-03-05").html


def test_early_warnings_come_before_the_groups_by_status(show, prospects):
    rows = show("don-vi-cham").table("warned")
    open_leaves = [one for one in prospects.values() if one.is_leaf and (one.p_on_time or 0) < 0.5]
    assert len(rows) == len(open_leaves)
    missing = [int(row[3].replace(".", "")) for row in rows]
    assert missing == sorted(missing, reverse=True)
    assert any("không phát sinh" in row[1] or "đứng yên" in row[1].lower() or "mức cần" in row[1] for row in rows)


def test_nobody_is_warned_before_the_start_or_after_the_end(show):
    with pytest.raises(AssertionError):
        show("don-vi-cham", campaign=LATER, as_of="").table("warned")


def test_the_forecast_page_lists_every_unit_least_likely_first(show, prospects):
    rows = show("du-bao").table("forecast")
    assert len(rows) == 5
    assert FORMULA in [row[0] for row in rows]
    assert rows[-1][1] == "100%"  # a1 is finished
    least = min((one for one in prospects.values() if one.is_leaf), key=lambda one: (one.p_on_time, one.code))
    assert rows[0][:2] == [least.name, forecasts.likely(least, "vi")]


def test_before_enough_days_the_score_says_so(show):
    assert "Chưa đủ ngày để kiểm chứng: cần ít nhất 2 ngày" in show("du-bao").html


def test_the_score_is_shown_day_by_day_once_there_is_one(tmp_path, monkeypatch, show):
    config = build(tmp_path / "whole", days=5)
    assert keep(load(config), ID, datetime(2025, 3, 9, tzinfo=UTC)) == 4
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    shown = show("du-bao", as_of="2025-03-05")
    rows = shown.table("score")
    assert [row[0] for row in rows] == ["04/03/2025", "03/03/2025", "02/03/2025", "01/03/2025"]
    assert [row[1] for row in rows] == ["4", "4", "5", "5"]  # a1 was finished on day 3
    assert [row[4] for row in rows] == ["0", "0", "1", "1"]
    assert re.search(r"Trong 4 ngày, \d+,\d% số liệu ngày hôm sau nằm trong khoảng dự báo", shown.html)
    assert "Brier" in shown.html
    warned = show("don-vi-cham", as_of="2025-03-04").table("warned")
    assert any("ngày liền" in row[5] for row in warned)


@pytest.mark.parametrize("page", ["", "du-bao", "don-vi-cham"])
def test_a_campaign_that_has_not_begun_says_so(show, page):
    html = show(page, campaign=LATER, as_of="").html
    assert "NaN" not in html
    if page != "don-vi-cham":
        assert "chưa có gì để dự báo" in html


def test_a_campaign_without_data_has_no_forecast_page(show):
    assert "Chiến dịch chưa có số liệu" in show("du-bao", campaign=EMPTY).html


@pytest.fixture(scope="module")
def strange(tmp_path_factory):
    return odd.build(tmp_path_factory.mktemp("odd"))


@pytest.mark.parametrize("day", ["2025-03-01", "2025-03-04", "2025-03-06"])
@pytest.mark.parametrize("page", ["", "du-bao", "don-vi-cham"])
def test_odd_units_are_drawn_without_a_fault(strange, monkeypatch, show, page, day):
    monkeypatch.setenv("CANDICH_CONFIG", str(strange))
    html = show(page, as_of=day).html
    assert not re.search(r"\b(nan|inf|None)\b", html, re.IGNORECASE)


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        ("zero", "Chưa có tiến triển"),
        ("silent", "Chưa có tiến triển"),
        ("finished", "Đã về đích ngày 03/03/2025."),
        ("unknown", "Không có chỉ tiêu để vẽ đường kế hoạch."),
        ("nothing", "không có việc phải làm"),
        ("falls", "Khả năng về đích đúng hạn"),
        ("excused", "Khả năng về đích đúng hạn"),
        ("one", "Khả năng về đích đúng hạn"),
    ],
)
def test_each_odd_unit_has_words_of_its_own(strange, monkeypatch, show, unit, says):
    monkeypatch.setenv("CANDICH_CONFIG", str(strange))
    html = show("don-vi", unit=unit, as_of="2025-03-04").html
    assert says in html
    assert not re.search(r"\b(nan|inf)\b", html, re.IGNORECASE)
