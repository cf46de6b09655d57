"""The brief, every figure added up by hand: the house of tests/pages/house.py, and campaigns of two lines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from campaign.configuration import parse
from campaign.errors import UsageError
from campaign.freshness import Outage
from campaign.scope import Scope
from etl.configured import load
from etl.intake import ingest
from reporting.brief import Failing, brief
from reporting.brief_page import file_name, picture_of, rendered
from reporting.figures import Figures
from tests.pages.house import ID, LATER, LONG, build

EVENING = datetime(2025, 3, 3, 12, tzinfo=UTC)  # 19:00 of day 3
DAY_3 = date(2025, 3, 3)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return load(build(tmp_path_factory.mktemp("house"), days=5))


@pytest.fixture
def figures(house):
    opened = Figures.open(house, ID)
    yield opened
    opened.close()


@pytest.fixture
def only(house):
    """Open the house for whoever may see some units."""
    opened = []

    def of(*units: str) -> Figures:
        opened.append(Figures.open(house, ID, scope=Scope(units=frozenset(units))))
        return opened[-1]

    yield of
    for one in opened:
        one.close()


def made(tmp_path, counts, targets="a,100\nb,50\n", start="2025-03-01", end="2025-03-10"):
    """Take in a campaign of two communes, and open it; counts are lines of unit,day,count."""
    tmp_path.joinpath("units.csv").write_text("code,name,level,parent_code\nP,Tỉnh,province,\na,Xã A,commune,P\n"
                                              "b,Xã B,commune,P\n", "utf-8")  # fmt: skip
    tmp_path.joinpath("targets.csv").write_text(f"unit_code,target\n{targets}", "utf-8")
    tmp_path.joinpath("counts.csv").write_text(f"unit_code,as_of,count\n{counts}", "utf-8")
    config = parse(
        f'[[campaign]]\nid = "hai-xa"\nname = {{ vi = "Hai xã" }}\nstart = {start}\nend = {end}\n'
        'units = "units.csv"\ntargets = "targets.csv"\n',
        tmp_path / "config.toml",
    )
    ingest(config, config.campaigns[0], [tmp_path / "counts.csv"], received_at=datetime(2025, 3, 20, tzinfo=UTC))
    return Figures.open(config, "hai-xa")


def test_an_evening_is_told_in_words(figures):
    # 550 of 1,000 against 600 planned; 190 done on day 3 where 214 were needed; of the 460 left b2 has 180, a3 has 140
    found = brief(figures, DAY_3, EVENING, "vi")
    assert found.headline == "Tỉnh Thử chậm 50 thông tin so với kế hoạch."
    assert found.against == "Ngày 3/5: đạt 55,0%, kế hoạch 60,0%, chậm 0,3 ngày."
    assert found.today == "Hôm nay làm 190/214, thiếu 24."
    assert found.outlook.startswith("Dự kiến ")
    assert [(one.code, one.within, one.remaining) for one in found.calls] == [
        ("b2", "Huyện Bình", 180), ("a3", "Huyện An", 140)]  # fmt: skip
    assert [one.share for one in found.calls] == [Fraction(180, 460), Fraction(140, 460)]
    assert found.called[0] == f"1. {LONG} (Huyện Bình): 2 ngày không phát sinh, còn 180"
    assert found.called[1].endswith("mới đạt 50,0% kế hoạch, còn 140")
    assert found.simulated
    assert found.lines[-1] == "Số liệu mô phỏng, không phải số liệu chính thức."


def test_english_says_the_same(figures):
    told = brief(figures, DAY_3, EVENING, "en").text
    assert "Tỉnh Thử is 50 records behind plan." in told
    assert "Today: 190 of 214 done, 24 short." in told
    assert "no progress for 2 days, 180 left" in told


def test_a_day_that_is_past_is_not_called_today(figures):
    assert brief(figures, date(2025, 3, 2), EVENING, "vi").today.startswith("Ngày 02/03 làm ")


def test_a_district_is_told_of_itself_alone(only):
    # A: 380 of 600 against 360; a1 is done, a2 has 80 left and is on plan, a3 has 140 of the 220
    found = brief(only("A"), DAY_3, EVENING, "vi")
    assert found.headline == "Huyện An vượt kế hoạch 20 thông tin."
    assert [(one.code, one.within, float(one.share)) for one in found.calls] == [("a3", "", 140 / 220)]
    assert not any(word in found.text for word in ("Tỉnh Thử", "Huyện Bình", LONG))
    # the rows held and sent back are b2's and of a code nobody has
    assert (found.faulty.held, found.faulty.rejected, found.data) == (0, 0, ())


def test_a_unit_that_may_not_be_seen_has_no_brief(only):
    with pytest.raises(UsageError, match="unit 'B'"):
        brief(only("A"), DAY_3, EVENING, "vi", "B")


def test_a_leaf_has_nobody_to_call(figures):
    found = brief(figures, DAY_3, EVENING, "vi", "b2")
    assert (found.calls, found.nobody) == ((), "")
    assert found.outlook.startswith("Khả năng về đích đúng hạn ")


def test_rows_that_wait_are_counted(figures):
    found = brief(figures, DAY_3, EVENING, "vi")
    assert found.data == ("2 dòng chờ xác nhận", "1 dòng bị trả lại")
    assert "Số liệu: 2 dòng chờ xác nhận; 1 dòng bị trả lại." in found.lines


def test_a_unit_kept_silent_by_our_own_failure_is_not_called(figures):
    # a3 sent nothing on days 3 and 4; the only source fails since the evening of day 2
    day_4, since = date(2025, 3, 4), datetime(2025, 3, 2, 11, tzinfo=UTC)
    silent = brief(figures, day_4, EVENING, "vi")
    assert [one.code for one in silent.calls] == ["b2", "a3", "a2"]
    # what the house sent by hand came later than that, so only a3 still waits
    rows = {row.code: row.status for row in figures.progress(day_4)}
    assert rows["a3"] == "silent"
    ours = Failing((Outage("inbox", since, since, "did not answer"),), ("inbox",))
    found = brief(figures, day_4, EVENING, "vi", failing=ours)
    assert "nguồn inbox hỏng" in found.data
    assert found.faulty.down[0][0] == "inbox"


def test_silence_that_nobody_could_hear_is_told_and_not_called(tmp_path):
    # b is silent on days 2 to 4; all of both came on day 20, before which the one source failed since day 1
    figures = made(tmp_path, "a,2025-03-04,10\nb,2025-03-01,5\n")
    since = datetime(2025, 3, 21, tzinfo=UTC)
    heard = brief(figures, date(2025, 3, 4), EVENING, "vi")
    # a has 90 left and 10 of 40 planned, b 45
    assert [(one.code, one.why) for one in heard.calls] == [
        ("a", "mới đạt 25,0% kế hoạch"), ("b", "3 ngày chưa báo cáo")]  # fmt: skip
    ours = Failing((Outage("s", since, None, "did not answer"),), ("s",))
    found = brief(figures, date(2025, 3, 4), EVENING, "vi", failing=ours)
    assert [one.code for one in found.calls] == ["a"]
    assert found.faulty.unheard == 1
    assert "1 đơn vị im lặng do nguồn hỏng, không gọi" in found.data
    figures.close()


def test_before_the_campaign_it_says_when_it_begins(house):
    figures = Figures.open(house, LATER)
    found = brief(figures, date(2099, 2, 20), EVENING, "vi")
    figures.close()
    assert found.lines[:2] == ("Chiến dịch bắt đầu ngày 01/03/2099.", "Còn 9 ngày đến ngày bắt đầu.")
    assert (found.today, found.outlook, found.calls) == ("", "", ())


def test_a_first_day_without_reports_calls_nobody(tmp_path):
    figures = made(tmp_path, "")
    found = brief(figures, date(2025, 3, 1), EVENING, "vi")
    figures.close()
    assert found.calls == ()
    assert found.data == ("chưa đơn vị nào báo cáo",)
    assert found.against.startswith("Ngày 1/10: đạt 0,0%, kế hoạch 10,0%")


def test_all_finished_is_told_and_nobody_is_called(tmp_path):
    figures = made(tmp_path, "a,2025-03-03,100\nb,2025-03-04,60\n")
    found = brief(figures, date(2025, 3, 5), EVENING, "vi")
    figures.close()
    assert found.lines[:3] == (
        "Tỉnh đã cán đích.", "Đã thực hiện 160/150, đạt 106,7%.", "Đã về đích ngày 04/03/2025.")  # fmt: skip
    assert (found.calls, found.nobody, found.data) == ((), "", ())


def test_after_the_end_the_most_left_is_called_first(figures):
    found = brief(figures, date(2025, 3, 8), EVENING, "vi")
    # 780 done; 180 + 50 + 50 + 20 of what is left: b2, a2 and a3 lag most, b1 has 20
    assert found.headline == "Tỉnh Thử đã hết hạn, còn 300 thông tin."
    assert found.against == "Đã thực hiện 780/1.000, đạt 78,0%."
    assert (found.today, found.outlook) == ("", "")
    assert [(one.code, one.why) for one in found.calls] == [
        ("b2", "quá hạn 3 ngày"), ("a2", "quá hạn 3 ngày"), ("a3", "quá hạn 3 ngày")]  # fmt: skip


@pytest.mark.parametrize(
    ("targets", "headline"),
    [("a,0\nb,0\n", "Tỉnh không có việc phải làm."), ("", "Tỉnh chưa được giao chỉ tiêu.")],
)
def test_without_work_or_targets_there_is_nothing_to_say(tmp_path, targets, headline):
    figures = made(tmp_path, "a,2025-03-03,0\n", targets)
    found = brief(figures, date(2025, 3, 5), EVENING, "vi")
    figures.close()
    assert found.headline == headline
    assert (found.against, found.today, found.outlook, found.calls) == ("", "", "", ())


def test_everyone_on_plan_is_told_as_that(tmp_path):
    figures = made(tmp_path, "a,2025-03-02,30\nb,2025-03-02,15\n")
    found = brief(figures, date(2025, 3, 2), EVENING, "vi")
    figures.close()
    assert "Không có đơn vị nào cần gọi." in found.lines


def test_old_reports_and_a_failing_check_are_told(tmp_path):
    figures = made(tmp_path, "a,2025-03-02,20\nb,2025-03-02,10\n")
    found = brief(figures, date(2025, 3, 3), EVENING, "vi", failing=Failing(failure={"where": "x"}))
    figures.close()
    assert found.data == ("số mới không qua kiểm tra, đang dùng số cũ", "báo cáo gần nhất ngày 02/03")


def test_the_brief_reads_in_ten_seconds(tmp_path):
    figures = made(tmp_path, "a,2025-03-03,20\nb,2025-03-03,1\n")
    found = brief(figures, date(2025, 3, 3), EVENING, "vi")
    figures.close()
    assert len(found.text.split()) <= 90


def test_a_page_is_one_page_and_a_picture_fits_a_phone(figures):
    found = brief(figures, DAY_3, EVENING, "vi")
    drawn = picture_of(figures, found)
    picture, page = rendered(found, drawn, "png"), rendered(found, drawn, "pdf")
    assert int.from_bytes(picture[16:20], "big") == 1080  # the width a PNG says it has
    assert page.startswith(b"%PDF-")
    import pypdfium2  # noqa: PLC0415 - only this test reads a PDF

    document = pypdfium2.PdfDocument(page)
    assert len(document) == 1
    words = document[0].get_textpage().get_text_bounded()
    assert "Tỉnh Thử chậm 50 thông tin so với" in words
    assert "<script>alert(1)</script>" in words
    document.close()


def test_a_page_is_made_where_there_is_nothing_to_draw(house, figures):
    later = Figures.open(house, LATER)
    early = brief(later, date(2099, 2, 20), EVENING, "en")
    assert rendered(early, picture_of(later, early), "png")[:4] == b"\x89PNG"
    later.close()
    assert rendered(brief(figures, DAY_3, EVENING, "vi"), None, "pdf").startswith(b"%PDF-")


def test_a_page_has_a_name_that_every_system_takes(figures):
    assert file_name(brief(figures, DAY_3, EVENING, "vi"), "png") == "Tin nhanh - Tinh Thu - 2025-03-03.png"
    named = file_name(brief(figures, DAY_3, EVENING, "vi", "a3"), "pdf")
    assert not set(named) & set('<>:"/\\|?*')
