"""The tables of the small campaign, and what leaves the screen as a file."""

from tests.pages.house import FORMULA, LONG, MARKED, SCRIPT


def column(rows, index):
    return [row[index] for row in rows]


def test_daily_targets_put_the_largest_shortfall_first(show):
    shown = show("chi-tieu-ngay")
    rows = shown.table("targets")
    assert column(rows, 0)[:2] == [LONG, SCRIPT]
    assert rows[0][1:5] == ["40", "60", "0", "60"]
    assert "3/5" in shown.html  # a1, a2 and b1 did what catching up asked of them


def test_the_ranking_follows_the_covered_share_and_shows_movement(show):
    rows = show("xep-hang").table("ranking-commune")
    assert column(rows, 2) == ["Xã Đông", MARKED, FORMULA, SCRIPT, LONG]
    assert column(rows, 0) == ["1", "2", "3", "4", "5"]
    assert rows[3][1] == "▼ 1"
    assert rows[0][3] == "100,0%"


def test_districts_have_a_ranking_of_their_own(show):
    rows = show("xep-hang", level="district").table("ranking-district")
    assert column(rows, 2) == ["Huyện An", "Huyện Bình"]
    assert rows[0][4:6] == ["1", "3"]


def test_filtering_a_district_keeps_ranks_over_all_units(show):
    rows = show("xep-hang", district="B").table("ranking-commune")
    assert column(rows, 0) == ["2", "5"]


def test_lagging_units_are_grouped_by_why_with_for_how_long(show):
    shown = show("don-vi-cham")
    assert column(shown.table("lagging-stalled"), 0) == [LONG]
    assert shown.table("lagging-behind")[0][:2] == [SCRIPT, "đạt 50,0% số phải đạt, thiếu 60"]
    assert "2 đơn vị cần đôn đốc, còn 320 thông tin" in shown.html


def test_a_unit_shows_what_it_sent_and_what_is_held(show):
    shown = show("don-vi", unit="b2")
    refused = shown.table("refused")
    assert [row[0] for row in refused] == ["Chờ xác nhận", "Chờ xác nhận"]
    assert [row[5] for row in refused] == ["9", "9"]
    sent = shown.table("sent")
    assert len(sent) == 5  # births on days 1 and 2, deaths on days 1 to 3
    assert sent[0][0] == "03/03/2025"


def test_the_top_unit_shows_rows_of_units_nobody_knows(show):
    assert "zz" in [row[5] for row in show("don-vi").table("refused")]


def test_every_table_offers_both_files(show):
    for page in ("chi-tieu-ngay", "xep-hang", "don-vi-cham"):
        labels = [button.proto.label for button in show(page).at.get("download_button")]
        scores = ["Bảng điểm thi đua (XLSX)"] if page == "xep-hang" else []
        assert labels == ["Tải CSV", "Tải Excel", *scores]
