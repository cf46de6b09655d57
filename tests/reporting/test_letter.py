"""Claims about what a letter says: each case in words of its own, and never a hole."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from campaign.errors import UsageError
from campaign.paperwork import Paper, Signer
from reporting.citations import date_parts
from reporting.figures import Figures
from reporting.letter import letter
from reporting.letter_annexes import roman
from reporting.letter_content import Letter, Stamp, letter_of, missing
from reporting.letter_words import due_on, spoken
from reporting.notice import notices
from reporting.notice_content import Notice
from tests.reporting.notice_campaign import LONG, NOW, SCRIPT, TARGETS, UNITS, figures_of
from tests.reporting.test_letter_paper import PAPER, STAMP

HEAD = "unit_code,category,stage,as_of,count\n"
Told = Callable[..., list[Letter]]


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Figures]:
    opened = figures_of(tmp_path_factory.mktemp("campaign"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def made(figures: Figures) -> list[Notice]:
    return notices(figures, "2025-01", "vi", NOW, PAPER)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    def tell(period: str = "2025-01", lang: str = "vi", paper: Paper = PAPER, **campaign: str) -> list[Letter]:
        figures = figures_of(tmp_path, **campaign)
        try:
            return [letter_of(one, paper, Stamp()) for one in notices(figures, period, lang, NOW, paper)]
        finally:
            figures.close()

    return tell


def words_of(said: Letter) -> str:
    return "\n".join(one.text for one in said.body)


def test_a_letter_tells_results_finishers_laggards_and_requests_in_this_order(made: list[Notice]) -> None:
    said = letter_of(made[0], PAPER, STAMP)
    assert [one.text for one in said.body if one.heading] == [
        "1. Kết quả chung",
        "2. Mức độ hoàn thành của các đơn vị",
        "3. Đơn vị chậm tiến độ",
        "4. Nội dung đề nghị",
    ]
    words = words_of(said)
    assert "tỉnh Bắc Hà đã thực hiện 10.992/16.017 thông tin, đạt 68,6%; còn lại 5.045 thông tin." in words
    assert "Chưa có đơn vị cấp huyện nào hoàn thành chỉ tiêu (0/2)." in words
    assert "Có 2/5 đơn vị cấp xã đã hoàn thành chỉ tiêu, theo thứ tự thời gian gồm: xã B thuộc huyện B" in words
    assert "a) Chậm gửi báo cáo: xã B thuộc huyện B (báo cáo gần nhất ngày 08/01/2025);" in words
    assert "d) Chưa được giao chỉ tiêu: phường Chưa Giao thuộc huyện B." in words
    assert "Sở Tư pháp đề nghị UBND các huyện:" in words
    assert said.body[-1].text == "Sở Tư pháp thông báo để UBND các huyện biết, thực hiện./."
    assert said.grounds[0].endswith(";")
    assert said.grounds[1] == "Căn cứ Kế hoạch số 1/KH-UBND ngày 02 tháng 01 năm 2025."


def test_a_districts_own_letter_asks_that_district_and_goes_to_it(made: list[Notice]) -> None:
    said = letter_of(made[2], PAPER, STAMP)
    words = words_of(said)
    assert "trên địa bàn huyện B" in said.subject
    assert "Sở Tư pháp đề nghị UBND huyện B:" in words
    assert "thuộc huyện B" not in words  # all of them are
    assert said.recipients == ("- UBND tỉnh (để báo cáo);", "- UBND huyện B;", "- Lưu: VT, HCTP.")
    assert "nêu tại Phụ lục kèm theo." in words
    assert [one.label for one in said.annexes] == ["Phụ lục"]


def test_when_all_have_finished_nobody_is_urged(told: Told) -> None:
    rows = (row.split(",") for row in TARGETS.split()[1:])
    counts = HEAD + "".join(f"{unit},{kind},approved,2025-01-12,{n}\n" for unit, kind, _, n in rows if n != "0")
    words = words_of(told(units=UNITS.replace("B4,Phường Chưa Giao,commune,B\n", ""), counts=counts)[0])
    assert "đã hoàn thành chỉ tiêu: thực hiện 16.017/16.017 thông tin, đạt 100,0%." in words
    assert "Tất cả 5/5 đơn vị cấp xã đã hoàn thành chỉ tiêu" in words
    assert "chậm" not in words
    assert "ghi nhận kết quả đã đạt được" in words


def test_when_nobody_has_begun_the_letter_says_so_without_a_share(told: Told) -> None:
    counts = HEAD + "A1,birth,approved,2025-01-08,0\n"
    words = words_of(told("2025-01-06..2025-01-08", counts=counts)[0])
    assert "tỉnh Bắc Hà chưa có kết quả; tổng số phải thực hiện là 16.017 thông tin." in words
    assert "phải đạt 4.805 thông tin (30,0%); kết quả thực hiện còn thiếu 4.805 thông tin." in words  # 3 days of 10
    assert "Cả 5 đơn vị cấp xã chưa hoàn thành đều chưa có kết quả (0%)." in words
    assert "chậm nhất ngày 15/01/2025" in words
    assert "0/16.017" not in words


def test_units_without_one_above_them_and_without_offices_are_units(told: Told) -> None:
    units = "code,name,level,parent_code\nA1,Cụm 1,to,\nA2,Cụm 2,to,\n"
    targets = "unit_code,category,stage,target\nA1,birth,approved,10\nA2,death,approved,7\n"
    counts = HEAD + "A1,birth,approved,2025-01-09,10\nA2,death,approved,2025-01-09,2\n"
    words = words_of(told("2025-W02", units=units, targets=targets, counts=counts)[0])
    assert "các đơn vị đã thực hiện 12/17 thông tin, đạt 70,6%; còn lại 5 thông tin." in words
    assert "Có 1/2 to đã hoàn thành chỉ tiêu, là Cụm 1 (ngày 09/01/2025)." in words
    assert "Sở Tư pháp đề nghị các đơn vị:" in words
    assert "UBND" not in words.replace("KH-UBND", "")


def test_a_single_unit_is_spoken_of_alone(told: Told) -> None:
    units = "code,name,level,parent_code\nA1,Xã Một,commune,\n"
    targets = "unit_code,category,stage,target\nA1,birth,approved,10\n"
    said = told("2025-01-09", units=units, targets=targets, counts=HEAD + "A1,birth,approved,2025-01-09,4\n")[0]
    words = words_of(said)
    assert "xã Một đã thực hiện 4/10 thông tin, đạt 40,0%; còn lại 6 thông tin." in words
    assert "đơn vị" not in words
    assert "Sở Tư pháp đề nghị UBND xã Một tiếp tục duy trì tiến độ" in words


def test_the_english_letter_tells_the_same_figures(figures: Figures) -> None:
    said = letter_of(notices(figures, "2025-01", "en", NOW, PAPER)[0], PAPER, STAMP)
    words = words_of(said)
    assert "had done 10,992 of 16,017" in words
    assert "2 of 5 communes have finished" in words
    assert said.place_and_date == "Bắc Hà, 3 February 2025"


def test_many_are_counted_with_the_last_named_and_listed_in_an_annex(told: Told) -> None:
    units = UNITS + "".join(f"C{n},Xã số {n},commune,B\n" for n in range(9))
    targets = TARGETS + "".join(f"C{n},birth,approved,100\n" for n in range(9))
    said = told(units=units, targets=targets, counts=HEAD + "A1,birth,approved,2025-01-15,1\n")[0]
    lagging = next(one for one in said.annexes if one.about == "lagging")
    words = words_of(said)
    assert f"(danh sách tại {lagging.label})" in words
    assert "a) Chậm gửi báo cáo: 13 đơn vị, trong đó có " in words
    listed = {row.cells[1] for row in lagging.rows if not row.heading}
    assert {f"Xã số {n}" for n in range(9)} <= listed
    assert all(one.label in words for one in said.annexes)  # every annex is pointed to


@pytest.mark.parametrize(
    ("day", "shown"),
    [(date(2025, 1, 5), ("05", "01", "2025")), (date(2025, 6, 29), ("29", "6", "2025")),
     (date(2025, 2, 10), ("10", "02", "2025")), (date(2025, 12, 9), ("09", "12", "2025")),
     (date(2025, 3, 3), ("03", "3", "2025"))],
)  # fmt: skip
def test_noughts_stand_before_days_below_ten_and_months_one_and_two_only(day: date, shown: tuple[str, ...]) -> None:
    assert date_parts(day) == shown


@pytest.mark.parametrize(("number", "shown"), [(5, "Số: 05/TB-STP"), (10, "Số: 10/TB-STP"), (123, "Số: 123/TB-STP")])
def test_numbers_below_ten_have_a_nought(made: list[Notice], number: int, shown: str) -> None:
    assert letter_of(made[0], PAPER, Stamp(number, date(2025, 2, 3))).number == shown


def test_a_draft_leaves_room_for_number_and_date(made: list[Notice]) -> None:
    said = letter_of(made[0], Paper(), Stamp())
    assert said.number.replace("\u00a0", "") == "Số: /TB"
    assert "ngày" in said.place_and_date
    assert said.signer == said.post == said.agency == "…………"
    assert letter(made[0], Paper(), Stamp())


def test_nothing_is_signed_by_nobody(made: list[Notice]) -> None:
    unsigned = PAPER.model_copy(update={"signer": Signer(post="GIÁM ĐỐC")})
    assert missing(unsigned) == ["họ và tên người ký (signer.name)"]
    assert missing(PAPER) == []
    with pytest.raises(UsageError, match=r"họ và tên người ký \(signer.name\)"):
        letter(made[0], unsigned, STAMP)


@pytest.mark.parametrize(
    ("signed_on", "due"), [(None, "2025-01-20"), (date(2025, 2, 3), "2025-02-06"), (date(2025, 2, 6), "2025-02-10")]
)
def test_an_answer_is_asked_by_a_working_day_after_the_letter(
    made: list[Notice], signed_on: date | None, due: str
) -> None:
    assert due_on(made[0], PAPER, signed_on) == date.fromisoformat(due)  # 15/01 + 3 and 06/02 + 3 are on a weekend


@pytest.mark.parametrize(
    ("name", "said"),
    [("SỞ TƯ PHÁP", "Sở Tư pháp"), ("SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH", "Sở Văn hóa, Thể thao và Du lịch"),
     ("UBND TỈNH BẮC NINH", "UBND tỉnh Bắc Ninh"), ("Sở Tư pháp", "Sở Tư pháp"), ("", ""),
     ("SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", "Sở Lao động - Thương binh và Xã hội"),
     ("PHÒNG TƯ PHÁP HUYỆN QUẾ VÕ", "Phòng Tư pháp huyện Quế Võ")],
)  # fmt: skip
def test_an_agency_is_written_as_officials_write_it(name: str, said: str) -> None:
    assert spoken(name) == said


def test_a_peoples_committee_orders_and_the_agencys_own_request_stands_in_place_of_ours(made: list[Notice]) -> None:
    orders = PAPER.model_copy(update={"agency": "UBND TỈNH BẮC HÀ"})
    assert "UBND tỉnh Bắc Hà yêu cầu UBND các huyện:" in words_of(letter_of(made[0], orders, STAMP))
    own = PAPER.model_copy(update={"request": "Đề nghị các đơn vị khẩn trương thực hiện."})
    said = [one.text for one in letter_of(made[0], own, STAMP).body]
    assert said[-2] == "Đề nghị các đơn vị khẩn trương thực hiện."


def test_a_correction_names_the_letter_it_stands_in_place_of(made: list[Notice]) -> None:
    sentence = "Thông báo này thay thế Thông báo số 04/TB-STP."
    said = letter_of(made[0], PAPER, replace(STAMP, replaces=sentence))
    assert [one.text for one in said.body][1] == sentence


def test_hostile_names_are_plain_words_in_body_and_annex(made: list[Notice]) -> None:
    document = Document(io.BytesIO(letter(made[0], PAPER, STAMP)))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {"=1+1", SCRIPT, LONG, "Huyện =1+1"} <= cells
    named = replace(made[0], unit="Tỉnh \x07+cmd|' /C calc'!A0")
    assert "+cmd|' /C calc'!A0" in "".join(p.text for p in Document(io.BytesIO(letter(named, PAPER, STAMP))).paragraphs)


def test_annex_rows_are_whole_their_headers_repeat_and_figures_equal_the_notice(made: list[Notice]) -> None:
    document = Document(io.BytesIO(letter(made[0], PAPER, STAMP)))
    table = next(one for one in document.tables if one.cell(0, 0).text == "STT")
    rows = table._tbl.tr_lst
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
    assert [row.trPr.find(qn("w:tblHeader")) is not None for row in rows] == [True, True] + [False] * (len(rows) - 2)
    for line, row in zip(made[0].rankings[0].lines, table.rows[2:], strict=False):
        shown = [cell.text for cell in row.cells]
        assert shown[1] == line.name
        assert f"{line.whole.done:,}".replace(",", ".") in shown


def test_the_same_letter_is_the_same_words_in_times_new_roman(made: list[Notice]) -> None:
    document = Document(io.BytesIO(letter(made[0], PAPER, STAMP)))
    faces = {run.font.name for one in document.paragraphs for run in one.runs if run.text}
    assert faces == {"Times New Roman"}
    assert document.core_properties.author == "SỞ TƯ PHÁP"


@pytest.mark.parametrize(("number", "shown"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV")])
def test_annexes_are_counted_in_roman_figures(number: int, shown: str) -> None:
    assert roman(number) == shown
