"""Claims about the words of a letter in the cases a clerk would strike out if they were said as in the others."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from campaign.paperwork import Paper
from etl.office import to_pdf
from reporting.citations import already_cited, cited
from reporting.letter import letter
from reporting.letter_content import Letter, Stamp, letter_of
from reporting.letter_docx import balanced, text_width
from reporting.letter_words import campaign_spoken
from reporting.notice import notices
from tests.reporting.notice_campaign import CONFIG, figures_of
from tests.reporting.test_letter_paper import PAPER
from tests.reporting.test_notice_files import faults_of

NOW = datetime(2025, 3, 1, 3, tzinfo=UTC)
UNITS = """code,name,level,parent_code
27,Tỉnh Bắc Hà,province,
A,Huyện Quế Võ,district,27
B,Thành phố Bắc Hà,district,27
""" + "".join(f"A{n},Xã An {n},commune,A\nB{n},Phường Hòa {n},commune,B\n" for n in range(1, 5))
CODES = [f"{district}{n}" for district in "AB" for n in range(1, 5)]
TARGETS = "unit_code,category,stage,target\n" + "".join(
    f"{code},birth,approved,900\n{code},death,approved,100\n" for code in CODES
)
PLAIN = Paper(**{**PAPER.model_dump(), "form": "cong-van", "addressed_to": ("UBND các huyện, thành phố",)})


def counts(day: str, shares: dict[str, float]) -> str:
    """Return reports of one day: the same share of births and deaths."""
    rows = (
        f"{code},{category},approved,{day},{round(target * share)}\n"
        for code, share in shares.items()
        for category, target in (("birth", 900), ("death", 100))
    )
    return "unit_code,category,stage,as_of,count\n" + "".join(rows)


def more(first: str, *others: str) -> str:
    """Return several days' reports as one."""
    return first + "".join(one.split("\n", 1)[1] for one in others)


def told(
    folder: Path,
    reports: str,
    period: str,
    paper: Paper = PAPER,
    targets: str = TARGETS,
    stamp: Stamp | None = None,
    now: datetime = NOW,
) -> list[Letter]:
    figures = figures_of(folder, UNITS, targets, reports, CONFIG)
    try:
        return [letter_of(one, paper, stamp or Stamp()) for one in notices(figures, period, "vi", now, paper)]
    finally:
        figures.close()


def words(said: Letter) -> str:
    return "\n".join(one.text for one in said.body)


def test_a_single_request_goes_on_in_the_sentence_that_makes_it(tmp_path: Path) -> None:
    targets = "".join(line + "\n" for line in TARGETS.splitlines() if not line.startswith("A"))
    district = words(told(tmp_path, counts("2025-01-10", dict.fromkeys(CODES, 0.7)), "2025-01-10", targets=targets)[1])
    assert (
        "Sở Tư pháp đề nghị UBND huyện Quế Võ rà soát, giao chỉ tiêu cho các đơn vị trước ngày 13/01/2025." in district
    )


def test_what_is_asked_besides_does_not_replace_the_day_the_work_is_due(tmp_path: Path) -> None:
    targets = "".join(line + "\n" for line in TARGETS.splitlines() if not line.startswith("A3"))
    said = words(told(tmp_path, counts("2025-01-10", dict.fromkeys(CODES, 0.7)), "2025-01-10", targets=targets)[1])
    assert "Không có đơn vị nào chậm tiến độ.\nChưa được giao chỉ tiêu: xã An 3." in said
    assert "a) Tiếp tục duy trì tiến độ, bảo đảm hoàn thành chậm nhất ngày 15/01/2025;" in said
    assert "b) Rà soát, giao chỉ tiêu cho xã An 3 trước ngày 13/01/2025." in said


def test_units_that_finished_on_one_day_have_no_order(tmp_path: Path) -> None:
    province, district, _ = told(tmp_path, counts("2025-01-10", dict.fromkeys(CODES, 1)), "2025-01-10")
    assert "Tất cả 8/8 đơn vị cấp xã đã hoàn thành chỉ tiêu, đều trong ngày 10/01/2025 (danh sách tại " in words(
        province
    )
    same = "đã hoàn thành chỉ tiêu, gồm: xã An 1, xã An 2, xã An 3 và xã An 4 (cùng ngày 10/01/2025)."
    assert same in words(district)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (("A1",), "; sớm nhất là xã An 1 thuộc huyện Quế Võ (ngày 08/01/2025) (danh sách tại "),
        (("A1", "A2", "A3", "A4"), "xã An 4 thuộc huyện Quế Võ (ngày 08/01/2025) (danh sách tại "),
        (
            ("A1", "A2", "A3", "A4", "B1", "B2"),
            "; sớm nhất là 6 đơn vị cùng hoàn thành ngày 08/01/2025 (danh sách tại ",
        ),
    ],
)
def test_of_the_first_to_finish_none_is_left_out(tmp_path: Path, first: tuple[str, ...], said: str) -> None:
    early = counts("2025-01-08", dict.fromkeys(first, 1))
    late = counts("2025-01-09", {code: 1 for code in CODES if code not in first})
    assert said in words(told(tmp_path, more(early, late), "2025-01-10")[0])


def test_who_is_last_is_not_said_of_units_in_the_same_place(tmp_path: Path) -> None:
    province = words(told(tmp_path, counts("2025-01-10", dict.fromkeys(CODES, 0)), "2025-01-10")[0])
    assert "8 đơn vị, trong đó có xã An 1 thuộc huyện Quế Võ" in province
    assert "xếp cuối" not in province
    assert province.count("(danh sách tại Phụ lục III)") == 1  # an annex that nothing points to is none


def test_on_the_last_day_nobody_is_merely_at_risk(tmp_path: Path) -> None:
    shares = dict.fromkeys(CODES, 0.9) | {"A1": 0.5}
    province = words(told(tmp_path, counts("2025-01-15", shares), "2025-01-15")[0])
    assert "nguy cơ" not in province
    late = "a) Chưa hoàn thành đúng thời hạn, còn chậm nhiều so với kế hoạch: xã An 1 thuộc huyện Quế Võ"
    assert f"{late} (đạt 50,0% số phải đạt, thiếu 500 thông tin);" in province
    assert "b) Chưa hoàn thành đúng thời hạn, còn thiếu so với kế hoạch: 7 đơn vị" in province


def test_a_letter_dated_after_the_end_does_not_ask_for_work_by_a_day_gone_by(tmp_path: Path) -> None:
    on_time, late = counts("2025-01-10", dict.fromkeys(CODES, 0.7)), counts("2025-01-10", dict.fromkeys(CODES, 0.2))
    tmp_path.joinpath("late").mkdir()
    stamp = Stamp(5, date(2025, 1, 20))
    for folder, reports in ((tmp_path, on_time), (tmp_path / "late", late)):
        province = words(told(folder, reports, "2025-01-10", stamp=stamp)[0])
        assert "chậm nhất ngày" not in province
        assert "oàn thành dứt điểm phần còn lại" in province
        assert "trước ngày 23/01/2025" in province


def test_before_the_first_day_only_the_start_is_asked_for(tmp_path: Path) -> None:
    early = counts("2025-01-03", dict.fromkeys(CODES, 0.01))
    province = words(told(tmp_path, early, "2025-01", now=datetime(2025, 1, 4, 3, tzinfo=UTC))[0])
    asked = (
        "đề nghị UBND các huyện, thành phố chuẩn bị các điều kiện cần thiết, triển khai thực hiện từ ngày 06/01/2025"
    )
    assert asked in province
    assert "chậm tiến độ" not in province


def test_a_unit_without_work_is_not_praised_for_it(tmp_path: Path) -> None:
    targets = "".join(
        f"{line.rpartition(',')[0]},0\n" if line.startswith("B") else f"{line}\n" for line in TARGETS.splitlines()
    )
    reports = counts("2025-01-10", dict.fromkeys(CODES[:4], 0.7))
    town = words(told(tmp_path, reports, "2025-01-10", targets=targets)[2])
    assert "Thành phố Bắc Hà không có khối lượng công việc phải thực hiện trong đợt này." in town
    assert "ghi nhận kết quả" not in town
    assert "nêu tại Phụ lục kèm theo." in town


def test_one_unit_beyond_its_target_is_not_some_units(tmp_path: Path) -> None:
    shares = dict.fromkeys(CODES, 0.9) | {"A1": 1.2}
    province = words(told(tmp_path, counts("2025-01-10", shares), "2025-01-10")[0])
    assert "Có 200 thông tin thực hiện vượt chỉ tiêu; phần vượt không được tính bù cho phần còn thiếu." in province


def test_recipients_keep_their_places_and_those_addressed_are_not_named_twice(tmp_path: Path) -> None:
    reports = counts("2025-01-10", dict.fromkeys(CODES, 0.7))
    paper = PAPER.model_copy(update={"recipients": ("UBND tỉnh (để báo cáo)", "UBND các huyện, thành phố", "Sở")})
    district = told(tmp_path, reports, "2025-01-10", paper)[1]
    assert district.recipients[:3] == ("- UBND tỉnh (để báo cáo);", "- UBND huyện Quế Võ;", "- Sở;")
    tmp_path.joinpath("plain").mkdir()
    plain = PLAIN.model_copy(update={"recipients": paper.recipients})
    for said in told(tmp_path / "plain", reports, "2025-01-10", plain)[:2]:
        assert said.recipients[:3] == ("- Như trên;", "- UBND tỉnh (để báo cáo);", "- Sở;")


def test_a_committee_that_orders_does_not_beg_at_the_end(tmp_path: Path) -> None:
    paper = PLAIN.model_copy(update={"agency": "UBND TỈNH BẮC HÀ"})
    province = told(tmp_path, counts("2025-01-10", dict.fromkeys(CODES, 0.1)), "2025-01-10", paper)[0]
    assert "UBND tỉnh Bắc Hà yêu cầu UBND các huyện, thành phố:" in words(province)
    assert province.body[-1].text == "UBND tỉnh Bắc Hà thông báo để UBND các huyện, thành phố biết, thực hiện./."


def test_the_plan_a_letter_is_grounded_on_is_cited_once(tmp_path: Path) -> None:
    reports = counts("2025-01-10", dict.fromkeys(CODES, 0.7))
    grounded = told(tmp_path, reports, "2025-01-10")[0]
    assert "Kế hoạch số 1/KH-UBND" in grounded.grounds[1]
    assert "Kế hoạch số 1/KH-UBND" not in words(grounded)
    tmp_path.joinpath("other").mkdir()
    other = PAPER.model_copy(update={"grounds": ("Luật Hộ tịch ngày 20-11-2014",)})
    said = told(tmp_path / "other", reports, "2025-01-10", other)[0]
    assert said.grounds == ("Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014.",)
    assert words(said).startswith("Thực hiện Kế hoạch số 1/KH-UBND, Sở Tư pháp thông báo")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Kế hoạch số 563/KH-UBND ngày 27-12-2024", "Kế hoạch số 563/KH-UBND ngày 27 tháng 12 năm 2024"),
        ("Luật ngày 5/1/2025 và ngày 29.6.2024", "Luật ngày 05 tháng 01 năm 2025 và ngày 29 tháng 6 năm 2024"),
        ("Kế hoạch ngày 31-02-2025", "Kế hoạch ngày 31-02-2025"),
        ("Quyết định ngày 20 tháng 11 năm 2014", "Quyết định ngày 20 tháng 11 năm 2014"),
    ],
)
def test_a_cited_document_has_its_day_written_out(given: str, said: str) -> None:
    assert cited(given) == said


def test_a_document_is_known_by_its_number_and_symbol() -> None:
    assert already_cited(["Kế hoạch số 563/KH-UBND của UBND tỉnh"], "Kế hoạch số 563/KH-UBND ngày 27-12-2024")
    assert not already_cited(["Kế hoạch số 56/KH-UBND"], "Kế hoạch số 563/KH-UBND")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Chiến dịch số hóa hộ tịch", "Chiến dịch số hóa hộ tịch"),
        ("Xóa nhà tạm, nhà dột nát", "xóa nhà tạm, nhà dột nát"),
        ("Làm giàu, làm sạch dữ liệu", "làm giàu, làm sạch dữ liệu"),
        ("Quang Trung", "Quang Trung"),
        ("CSDL đất đai", "CSDL đất đai"),
    ],
)
def test_a_campaign_has_a_capital_within_a_sentence_only_where_it_is_a_name(name: str, said: str) -> None:
    assert campaign_spoken(name) == said


@pytest.mark.parametrize(
    "title",
    [
        "Kết quả thực hiện Chiến dịch 15 ngày số hóa hộ tịch tỉnh Bắc Ninh trên địa bàn huyện Lương Tài tháng 01/2025",
        "Kết quả thực hiện số hóa dữ liệu hộ tịch tỉnh Yên Bái năm 2024 trên địa bàn thành phố Yên Bái tháng 10/2024",
        "Kết quả thực hiện Chiến dịch số hóa hộ tịch tỉnh Bắc Hà tuần từ ngày 06/01/2025 đến ngày 12/01/2025",
    ],
)
def test_a_title_parts_neither_names_nor_years_from_their_word(title: str) -> None:
    room = 447.7
    lines = balanced(title, 14, room)
    assert " ".join(lines) == title
    assert len(lines) == 2
    assert text_width(lines[0], 14, bold=True) <= room
    last, first = lines[0].split()[-1], lines[1].split()[0]
    assert last not in ("tỉnh", "huyện", "phố", "năm", "tháng", "ngày")
    assert not (last.istitle() and first.istitle())


@pytest.mark.parametrize(
    ("reports", "period", "said"),
    [
        (
            counts("2025-01-10", dict.fromkeys(CODES, 1)),
            "2025-01-11",
            "Trong ngày 11/01/2025, kết quả không tăng thêm.",
        ),
        (counts("2025-01-10", dict.fromkeys(CODES, 1)), "2025-01-11", "đã hoàn thành chỉ tiêu: thực hiện 8.000/8.000"),
        (counts("2025-01-03", {"A1": 0.5}), "2025-01", "Trong tháng 01/2025 thực hiện 500 thông tin."),
    ],
)
def test_the_workbook_says_none_and_all_in_words(tmp_path: Path, reports: str, period: str, said: str) -> None:
    figures = figures_of(tmp_path, UNITS, TARGETS, reports, CONFIG)
    now = NOW if period != "2025-01" else datetime(2025, 1, 4, 3, tzinfo=UTC)
    says = "\n".join(notices(figures, period, "vi", now, PAPER)[0].says)
    figures.close()
    assert said in says
    assert "còn lại 0" not in says
    assert "thực hiện 0" not in says
    assert "phải đạt 0" not in says


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("ỦY BAN NHÂN DÂN TỈNH BẮC HÀ", ("ỦY BAN NHÂN DÂN", "TỈNH BẮC HÀ")),
        ("UBND TỈNH BẮC HÀ", ("UBND TỈNH BẮC HÀ",)),
    ],
)
def test_an_agency_is_parted_before_its_place(name: str, lines: tuple[str, ...]) -> None:
    assert balanced(name, 13, 169.4, bold=False) == lines


@pytest.mark.parametrize("paper", [PAPER, PLAIN])
def test_every_letter_keeps_to_the_open_xml_schemas(tmp_path: Path, paper: Paper) -> None:
    figures = figures_of(tmp_path, UNITS, TARGETS, counts("2025-01-10", {"A1": 0.5, "B1": 1}), CONFIG)
    path = tmp_path / "letter.docx"
    path.write_bytes(letter(notices(figures, "2025-01", "vi", NOW, paper)[0], paper, Stamp(5, date(2025, 1, 20))))
    figures.close()
    assert faults_of(path) == []


def test_no_page_of_an_annex_is_without_its_table(tmp_path: Path) -> None:
    """Whatever the number of units: with some of these lengths the table ends at the foot of its page."""
    made = []
    for number in range(18, 26):
        codes = [f"A{n}" for n in range(number)]
        folder = tmp_path / f"{number}"
        folder.mkdir()
        listed = UNITS.split("A1,")[0] + "".join(f"{one},Xã {one},commune,A\n" for one in codes)
        targets = "unit_code,category,stage,target\n" + "".join(f"{one},birth,approved,100\n" for one in codes)
        reports = "unit_code,category,stage,as_of,count\nA0,birth,approved,2025-01-10,50\n"
        figures = figures_of(folder, listed, targets, reports, CONFIG)
        made.append(tmp_path / f"{number}.docx")
        made[-1].write_bytes(letter(notices(figures, "2025-01-10", "vi", NOW, PAPER)[1], PAPER, Stamp()))
        figures.close()
    for printed in to_pdf(made, tmp_path / "out"):
        document = PdfDocument(printed.read_bytes())
        pages = [document[page].get_textpage().get_text_range() for page in range(len(document))]
        document.close()
        first = next(place for place, page in enumerate(pages) if "Phụ lục I\r\n" in page)
        assert "Phiên bản dữ liệu" in pages[first], printed.name
        assert all("Đã thực hiện" in page.replace("\r\n", " ") for page in pages[first:]), printed.name
