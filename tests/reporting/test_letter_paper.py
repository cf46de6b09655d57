"""Claims about the letter as paper: printed for real, and measured against Nghị định 30/2020/NĐ-CP, Phụ lục I."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from campaign.paperwork import Paper, Signer
from reporting.figures import Figures
from reporting.letter import letter
from reporting.letter_content import Stamp
from reporting.notice import notices
from reporting.notice_content import Notice
from tests.reporting.notice_campaign import COUNTS, LONG, NOW, TARGETS, UNITS, figures_of
from tests.reporting.printed import Printed

PAPER = Paper(
    superior="UBND tỉnh Bắc Hà",
    agency="SỞ TƯ PHÁP",
    place="Bắc Hà",
    symbol="TB-STP",
    grounds=("Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014", "Kế hoạch số 1/KH-UBND ngày 02 tháng 01 năm 2025."),
    recipients=("UBND tỉnh (để báo cáo)", "UBND các huyện"),
    filed="VT, HCTP",
    signer=Signer(authority="KT. GIÁM ĐỐC", post="PHÓ GIÁM ĐỐC", name="Nguyễn Văn Mẫu"),
)
STAMP = Stamp(5, date(2025, 2, 3))
MANY = 300
TEXT_MIDDLE = 30 + 165 / 2


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Figures]:
    opened = figures_of(tmp_path_factory.mktemp("campaign"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def notice(figures: Figures) -> Notice:
    return notices(figures, "2025-01", "vi", NOW, PAPER)[0]


@pytest.fixture(scope="module")
def printed(notice: Notice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printed]:
    made = Printed(letter(notice, PAPER, STAMP), tmp_path_factory.mktemp("paper"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def plain(notice: Notice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printed]:
    addressed = ("UBND huyện A", "UBND huyện B")
    paper = PAPER.model_copy(update={"form": "cong-van", "symbol": "STP-HCTP", "addressed_to": addressed})
    made = Printed(letter(notice, paper, Stamp()), tmp_path_factory.mktemp("plain"))
    yield made
    made.close()


def test_the_paper_is_a4_with_the_margins_of_the_decree(printed: Printed) -> None:
    width, height = printed.page(0).get_size()
    assert (round(width * 25.4 / 72), round(height * 25.4 / 72)) == (210, 297)
    for number in (0, 1):
        edges = printed.edges(number)
        assert 30 <= edges.left <= 35
        assert 15 <= 210 - edges.right <= 20
        assert edges.top >= 20
        assert 297 - edges.bottom >= 20


def test_country_and_motto_stand_on_the_right_in_their_sizes_with_a_rule_as_long_as_the_motto(printed: Printed) -> None:
    country = printed.find(0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    motto = printed.find(0, "Độc lập - Tự do - Hạnh phúc")
    assert country.size in (12, 13)
    assert motto.size in (13, 14)
    assert country.left > 90
    assert motto.middle == pytest.approx(country.middle, abs=0.7)
    assert 0 < motto.top - country.top < 8
    rule = next(one for one in printed.rules(0) if one.middle > 110 and one.top < 40)
    assert rule.width == pytest.approx(motto.width, rel=0.02)
    assert rule.middle == pytest.approx(motto.middle, abs=0.7)
    assert 0 < rule.top - motto.bottom < 3


def test_the_agency_stands_on_the_left_below_the_one_above_it_with_its_rule(printed: Printed) -> None:
    superior, agency = printed.find(0, "UBND TỈNH BẮC HÀ"), printed.find(0, "SỞ TƯ PHÁP")
    assert superior.size in (12, 13)
    assert agency.size in (12, 13)
    assert agency.top > superior.top
    assert agency.middle == pytest.approx(superior.middle, abs=0.7)
    assert agency.right < 95
    rule = next(one for one in printed.rules(0) if one.middle < 95 and one.top < 40)
    assert 1 / 3 <= rule.width / agency.width <= 1 / 2
    assert rule.middle == pytest.approx(agency.middle, abs=0.7)
    assert rule.top > agency.bottom


def test_number_and_date_share_a_line_below_agency_and_motto(printed: Printed) -> None:
    number = printed.find(0, "Số: 05/TB-STP")
    place = printed.find(0, "Bắc Hà, ngày 03 tháng 02 năm 2025")
    assert number.size == 13
    assert place.size in (13, 14)
    assert number.middle == pytest.approx(printed.find(0, "SỞ TƯ PHÁP").middle, abs=0.7)
    assert place.middle == pytest.approx(printed.find(0, "Độc lập - Tự do - Hạnh phúc").middle, abs=0.7)
    assert number.top == pytest.approx(place.top, abs=1.5)


def test_kind_and_subject_stand_in_the_middle_with_a_rule_of_a_third_to_a_half(printed: Printed) -> None:
    kind = printed.find(0, "THÔNG BÁO")
    subject = printed.find(0, "Kết quả thực hiện Chiến dịch số hóa Bắc Hà tháng 01/2025")
    assert kind.size in (13, 14)
    assert subject.size in (13, 14)
    assert kind.middle == pytest.approx(TEXT_MIDDLE, abs=0.7)
    assert subject.middle == pytest.approx(TEXT_MIDDLE, abs=0.7)
    rule = next(one for one in printed.rules(0) if one.top > subject.top)
    assert 1 / 3 <= rule.width / subject.width <= 1 / 2
    assert rule.middle == pytest.approx(TEXT_MIDDLE, abs=0.7)


def test_the_body_is_indented_and_its_paragraphs_and_lines_stand_apart(printed: Printed) -> None:
    opening = printed.find(0, "Sở Tư pháp thông báo kết quả")
    heading = printed.find(0, "1. Kết quả chung")
    assert opening.size in (13, 14)
    assert heading.size in (13, 14)
    assert heading.left - 30 == pytest.approx(12.7, abs=0.4) or heading.left - 30 == pytest.approx(10, abs=0.4)
    assert opening.left == pytest.approx(heading.left, abs=0.4)


def test_pages_are_numbered_in_the_top_margin_but_for_the_first(printed: Printed) -> None:
    assert printed.words(0).startswith("UBND TỈNH BẮC HÀ")
    assert printed.words(1).startswith("2")
    number = printed.find(1, "2")
    assert number.bottom < 20
    assert number.middle == pytest.approx(TEXT_MIDDLE, abs=0.7)
    assert number.size in (13, 14)


def test_recipients_and_signer_stand_side_by_side_in_their_sizes(printed: Printed) -> None:
    page = next(number for number in range(len(printed)) if "Nơi nhận:" in printed.words(number))
    to, first = printed.find(page, "Nơi nhận:"), printed.find(page, "- UBND tỉnh (để báo cáo);")
    authority, post = printed.find(page, "KT. GIÁM ĐỐC"), printed.find(page, "PHÓ GIÁM ĐỐC")
    name = printed.find(page, "Nguyễn Văn Mẫu")
    assert (to.size, first.size) == (12, 11)
    assert {authority.size, post.size, name.size} <= {13, 14}
    assert to.left == pytest.approx(30, abs=0.5)
    assert to.top == pytest.approx(authority.top, abs=2)
    assert post.middle == pytest.approx(authority.middle, abs=0.7)
    assert name.middle == pytest.approx(authority.middle, abs=0.7)
    assert authority.left > 105
    assert 20 < name.top - post.bottom < 40
    assert printed.find(page, "- Lưu: VT, HCTP.").size == 11
    assert "./." in printed.words(page)  # the signature never stands alone


def test_each_annex_begins_a_page_and_counts_its_own(printed: Printed) -> None:
    first = next(number for number in range(len(printed)) if "Phụ lục I\r\n" in printed.words(number))
    label = printed.find(first, "Phụ lục I")
    assert label.size == 14
    assert printed.words(first).startswith("Phụ lục I")
    assert printed.find(first, "KẾT QUẢ THỰC HIỆN").size in (13, 14)
    assert printed.find(first, "(Kèm theo Thông báo số 05/TB-STP ngày 03 tháng 02 năm 2025 của Sở Tư pháp)").size in (
        13,
        14,
    )
    assert printed.words(first + 1).startswith("Phụ lục II")
    width, height = printed.page(first).get_size()
    assert width > height  # two groups of columns and their sum need the page turned


def test_a_letter_that_is_no_notice_has_its_subject_under_its_number_and_says_to_whom(plain: Printed) -> None:
    subject, number = plain.find(0, "V/v thông báo kết quả"), plain.find(0, "/STP-HCTP")
    assert subject.size in (12, 13)
    assert subject.top > number.bottom
    assert subject.right < 95
    assert "THÔNG BÁO" not in plain.words(0)
    to = plain.find(0, "Kính gửi:")
    first, second = plain.find(0, "- UBND huyện A;"), plain.find(0, "- UBND huyện B.")
    assert to.size in (13, 14)
    assert first.left == pytest.approx(second.left, abs=0.3)
    assert first.left >= to.right
    page = next(number for number in range(len(plain)) if "Nơi nhận:" in plain.words(number))
    assert "- Như trên;" in plain.words(page)


def test_three_hundred_units_print_with_their_headers_on_every_page(tmp_path: Path) -> None:
    units = UNITS + "".join(f"C{n},Xã số {n},commune,B\n" for n in range(MANY))
    targets = TARGETS + "".join(f"C{n},birth,approved,100\nC{n},death,approved,10\n" for n in range(MANY))
    counts = COUNTS + "".join(f"C{n},birth,approved,2025-01-08,{n % 90}\n" for n in range(MANY))
    figures = figures_of(tmp_path, units=units, targets=targets, counts=counts)
    made = Printed(letter(notices(figures, "2025-01", "vi", NOW, PAPER)[0], PAPER, STAMP), tmp_path)
    figures.close()
    pages = [made.words(number) for number in range(len(made))]
    start = next(number for number, words in enumerate(pages) if words.startswith("Phụ lục II\r\n"))
    end = next(number for number, words in enumerate(pages) if words.startswith("Phụ lục III"))
    assert end - start > 5
    assert all("STT" in words and "Xếp" in words for words in pages[start:end])
    assert [words.split()[0] for words in pages[start + 1 : end]] == [f"{n}" for n in range(2, end - start + 1)]
    listed = "\n".join(pages[start:end])
    assert all(f"Xã số {n} " in " ".join(listed.split()) + " " for n in range(MANY))
    assert LONG.split()[2] in listed
    made.close()
