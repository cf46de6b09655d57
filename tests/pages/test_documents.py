"""Văn bản: what a notice would say, why it cannot go out yet, and what has gone out."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from campaign.notices import Order, Record
from campaign.period import read_period
from etl import office
from etl.configured import load
from etl.envelope import LOCAL
from etl.numbered import issue
from tests.pages.conftest import Shown
from tests.pages.house import CONFIG, ID, build, ingest, write

Show = Callable[..., Shown]
PAPER = """
[campaign.notice]
agency = "SỞ TƯ PHÁP"
place = "Thử"
symbol = "TB-STP"
[campaign.notice.signer]
authority = "KT. GIÁM ĐỐC"
post = "PHÓ GIÁM ĐỐC"
name = "Nguyễn Văn A"
"""


def with_paper(config: Path) -> Path:
    """Let the first campaign say who signs its notices."""
    first, second = CONFIG.split('\n[[campaign]]\nid = "chua', maxsplit=1)
    config.write_text(f'{first}{PAPER}\n[[campaign]]\nid = "chua{second}', "utf-8")
    return config


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small campaign with who signs its notices, three days loaded."""
    return with_paper(build(tmp_path_factory.mktemp("signed")))


@pytest.fixture
def visit(signed: Path, show: Show, monkeypatch: pytest.MonkeyPatch) -> Show:
    """Visit that campaign on a machine without LibreOffice: what a notice says stands in place of its pages."""
    monkeypatch.setenv("CANDICH_CONFIG", str(signed))
    monkeypatch.setattr(office, "office", lambda: None)
    return lambda **choices: show("van-ban", as_of="", **choices)


def issued(config: Path, **more: object) -> Record:
    configured = load(config)
    campaign = configured.campaign(ID)
    assert campaign is not None
    today = datetime.now(UTC).astimezone(configured.zone).date()
    wish = {"period": read_period("2025-03"), "signed_on": today, "language": "vi", "formats": ("xlsx",)} | more
    return issue(configured, campaign, Order(**wish), LOCAL)  # type: ignore[arg-type]


def test_without_an_office_the_sentences_of_the_notice_are_shown_and_a_pdf_is_not_offered(visit: Show) -> None:
    shown = visit()
    assert "Cần LibreOffice" in shown.html
    assert "tỉnh Thử đã thực hiện 550/1.000 thông tin, đạt 55,0%" in shown.html
    labels = [one.proto.label for one in shown.at.get("download_button")]
    assert labels[:3] == ["Phụ lục Excel", "Văn bản Word", "Tất cả (3 thông báo, zip)"]


def test_the_period_and_the_unit_are_in_the_address(visit: Show) -> None:
    day = visit(period="2025-03-02", unit="A")
    assert "Thông báo ngày 02/03/2025" in day.html
    assert "huyện An đã thực hiện 260/600 thông tin" in day.html  # 140 + 60 + 60
    assert "Trong ngày 02/03/2025 thực hiện 140 thông tin" in day.html  # 60 + 40 + 40
    week = visit(period="2025-W09")
    assert "tuần từ ngày 24/02/2025 đến ngày 02/03/2025" in week.html
    days = visit(period="2025-03-01..2025-03-02")
    assert "từ ngày 01/03/2025 đến ngày 02/03/2025" in days.html


def test_a_period_or_unit_nobody_knows_is_said_and_the_usual_one_shown(visit: Show) -> None:
    assert "kỳ “2025-99” không đọc được" in visit(period="2025-99").html
    assert "mang mã a1" in visit(unit="a1").html


def test_a_campaign_that_has_not_begun_says_so_in_words(visit: Show) -> None:
    html = visit(campaign="sap-toi").html
    assert "Chưa có số liệu để lập thông báo" in html
    assert "Chiến dịch bắt đầu ngày 01/03/2099" in html
    assert "không có số liệu của" in visit(period="2024-01").html
    assert "was expected" not in html


def test_an_empty_register_says_so(visit: Show) -> None:
    assert "Chưa phát hành văn bản nào" in visit().html


def test_without_a_signer_it_is_blocked_with_what_is_missing(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "office", lambda: None)
    shown = show("van-ban")
    assert "Chưa phát hành được" in shown.html
    assert "Cấu hình chưa ghi họ tên người ký" in shown.html
    assert not [one for one in shown.at.button if one.label == "Phát hành văn bản"]


def test_a_document_of_the_agency_that_cannot_be_used_blocks_in_the_readers_words(
    tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = with_paper(build(tmp_path / "house"))
    config.write_text(config.read_text("utf-8").replace('place = "Thử"', 'place = "Thử"\nletter = "mau.docx"'), "utf-8")
    (config.parent / "mau.docx").write_bytes(b"no document")
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    monkeypatch.setattr(office, "office", lambda: None)
    shown = show("van-ban", as_of="")
    assert "Mẫu văn bản của cơ quan chưa dùng được. mau.docx: không phải tài liệu đọc được" in shown.html
    assert "expected" not in shown.html
    assert str(config.parent) not in shown.html
    assert not [one for one in shown.at.button if one.label == "Phát hành văn bản"]
    labels = [one.proto.label for one in shown.at.get("download_button")]
    assert labels[0] == "Phụ lục Excel"
    assert "Văn bản Word" not in labels


def test_an_order_that_waits_is_told_where_the_button_was_and_cannot_be_given_twice(
    tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = with_paper(build(tmp_path / "house"))
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    monkeypatch.setattr(office, "office", lambda: None)
    at = show("van-ban", as_of="").at
    next(one for one in at.button if one.label == "Phát hành văn bản").click().run()
    shown = Shown(at)
    assert shown.html.index("Phát hành</h2>") < shown.html.index("Đã gửi, đang chờ xử lý…")
    assert not [one for one in at.button if one.label == "Phát hành văn bản"]


def test_a_difference_blocks_with_a_link_to_where_it_is_explained(
    tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = with_paper(build(tmp_path / "house"))
    stated = [("unit_code", "category", "stage", "as_of", "count"), ("T", "all", "approved", "2025-03-03", 505)]
    ingest(config, write(config.parent / "stated.csv", stated), 4)
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    monkeypatch.setattr(office, "office", lambda: None)
    html = show("van-ban", as_of="").html
    assert "1 số liệu tổng hợp chưa khớp và chưa có giải trình (Tỉnh Thử)" in html
    assert 'href="/can-xu-ly?as_of=2025-03-05"' in html
    assert "Chưa phát hành được" not in show("van-ban", as_of="", unit="B").html


def test_a_notice_on_record_is_listed_with_its_files_and_what_corrects_it(
    tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = with_paper(build(tmp_path / "house"))
    old = issued(config)
    new = issued(config, replaces=old.id)
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    monkeypatch.setattr(office, "office", lambda: None)
    shown = show("van-ban", as_of="", row=old.id)
    assert shown.html.index("Số 02/TB-STP") < shown.html.index("Số 01/TB-STP")
    assert "Đã được thay thế bằng văn bản số 02/TB-STP" in shown.html
    assert "Thay thế văn bản số 01/TB-STP" in shown.html
    assert f"Phiên bản số liệu {new.version}" in shown.html
    assert "Nguyễn Văn A, PHÓ GIÁM ĐỐC (KT. GIÁM ĐỐC)" in shown.html
    labels = [one.proto.label.replace("\\", "") for one in shown.at.get("download_button")]
    assert [label for label in labels if label.startswith("Tải T")] == [f"Tải {file.name}" for file in old.files]
    assert "Tải tất cả (zip)" in labels
    (config.parent / "data" / "notices" / old.id / old.files[0].name).write_bytes(b"other")
    assert "Tệp lưu không còn đúng như khi phát hành" in show("van-ban", as_of="", row=old.id).html
    assert next(iter(shown.at.number_input)).value == 3


def test_both_languages_say_the_same(visit: Show) -> None:
    html = visit(lang="en").html
    assert "Notices issued" in html
    assert "LibreOffice is needed" in html
    assert date(2025, 3, 5).isoformat() in html
