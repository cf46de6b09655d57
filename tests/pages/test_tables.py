"""The tables of the small campaign, and what leaves the screen as a file."""

import re

import pytest

from pages._tables import CHOICE
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


def heads(shown, key):
    return [column["label"] for column in shown._component(f"table-{key}")["columns"]]


def test_the_columns_the_address_names_are_shown_in_their_order_and_the_name_always(show):
    shown = show("xep-hang", cols="status,done,nonsense")
    assert heads(shown, "ranking-commune") == ["Đơn vị", "Đã làm", "Trạng thái"]
    assert column(shown.table("ranking-commune"), 1) == ["200", "150", "120", "60", "20"]
    assert heads(show("xep-hang", cols="nonsense"), "ranking-commune") == heads(show("xep-hang"), "ranking-commune")


def test_columns_of_roll_ups_are_offered_for_roll_ups_only(show):
    def offered(**choices):
        level = choices.get("level", "commune")
        return {name for name, _, _ in show("xep-hang", **choices)._component(f"table-ranking-{level}")["choices"]}

    assert offered(level="district") - offered() == {"units_finished", "units_with_target"}
    assert "done_today" in offered()


def test_units_pinned_in_the_address_stand_first_on_every_page(show):
    shown = show("chi-tieu-ngay", pin="b1,zz,a1")
    assert shown._component("table-targets")["pins"] == ["b1", "a1"]
    assert {page["href"] for page in shown.header["pages"] if page["icon"] == "ranking"} == {
        "/xep-hang?as_of=2025-03-03&pin=b1%2Czz%2Ca1"
    }


def test_every_column_that_can_be_shown_says_what_it_means(show):
    for lang, said in (("vi", "Số đã làm chia cho chỉ tiêu"), ("en", "Done divided by the target")):
        table = show("xep-hang", lang=lang, cols=",".join(CHOICE))._component("table-ranking-commune")
        assert [name for name, means in table["means"] if not means] == []
        assert any(means.startswith(said) for _, means in table["means"])


def test_a_figure_says_what_it_means_beside_it(show):
    html = show("chi-tieu-ngay").html
    assert html.count('<details class="cd-help">') == 4
    assert "chia đều phần còn lại, gồm cả phần còn nợ" in html


@pytest.mark.parametrize("path", ["chi-tieu-ngay", "don-vi", "du-bao", "nguon-so-lieu"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_figure_on_a_card_says_what_it_means(show, path, lang):
    found = re.findall(r'<section class="cd-card">.*?</section>', show(path, lang=lang).html, re.DOTALL)
    cards = [one for one in found if "cd-figure" in one]
    assert cards
    assert [one for one in cards if not re.search(r'<details class="cd-help">.*?<p>[^<]{20}', one, re.DOTALL)] == []
