"""The page Nguồn số liệu and the marks it leaves elsewhere, on the small campaign with a source that fails.

One folder brought day 1 to 3, long after their cut-offs. On day 5, with nothing new, all but a1, which is finished, are
silent: of their own accord while the folder is read, by our own failure once it is not.
"""

from datetime import UTC, datetime, timedelta

import pytest

import etl.pull
from campaign.errors import CanDichError
from etl import heartbeat, request
from etl.configured import load
from etl.pull import pull_source
from pages import _tables
from tests.pages.house import ID, LATER, build, report

SOURCE = f"""
[[source]]
name = "hop-thu"
campaign = "{ID}"
kind = "folder"
path = "inbox"
schedule = "*/1 * * * *"
"""


@pytest.fixture
def house(tmp_path, monkeypatch):
    """The small campaign whose files came through its folder."""
    monkeypatch.setattr(etl.pull, "LOOK_AGAIN_AFTER", 0.05)
    config = build(tmp_path / "house", days=0)
    config.write_text(config.read_text("utf-8") + SOURCE, "utf-8")
    (config.parent / "inbox").mkdir()
    for day in (1, 2, 3):
        report(config.parent / "inbox", day)
    pull_source(load(config), "hop-thu")
    return config


def fail(config):
    (config.parent / "inbox").rename(config.parent / "away")
    (config.parent / "inbox").write_text("no folder")
    with pytest.raises(CanDichError):
        pull_source(load(config), "hop-thu")


def mend(config):
    (config.parent / "inbox").unlink()
    (config.parent / "away").rename(config.parent / "inbox")
    pull_source(load(config), "hop-thu")


def beat(config, **more):
    now = datetime.now(UTC)
    job = {"job": "pull hop-thu", "source": "hop-thu", "next": (now + timedelta(minutes=1)).isoformat()} | more
    heartbeat.write(load(config), {"at": now.isoformat(), "started": now.isoformat(), "jobs": [job]})


def test_a_source_that_works_says_when_it_was_read_and_what_came(house, show):
    beat(house)
    html = show("nguon-so-lieu").html
    assert "1 nguồn số liệu đang hoạt động bình thường" in html
    assert "hop-thu<small>Thư mục · inbox</small>" in html
    assert "Hoạt động</span>" in html
    assert "Đã đọc 57 dòng: ghi nhận 54, không đổi 0, chờ xác nhận 2, trả lại 1" in html
    assert "5/5 đơn vị" in html
    assert "1 lần lấy gần nhất" in html


def test_a_source_that_fails_says_since_when_why_and_what_to_do(house, show):
    beat(house)
    fail(house)
    html = show("nguon-so-lieu").html
    assert "1/1 nguồn số liệu đang hỏng" in html
    assert "Không mở được thư mục nhận số liệu." in html
    assert "Kiểm tra thư mục còn đó" in html
    assert html.count('<li class="cd-overdue"') == 1
    assert html.count('<li class="cd-on_track"') == 1


def test_the_overview_says_whom_a_failing_source_keeps_from_us_until_it_is_mended(house, show):
    assert "hop-thu hỏng từ" not in show(as_of="2025-03-05").html
    fail(house)
    html = show(as_of="").html
    assert "Nguồn hop-thu hỏng từ" in html
    assert "4 đơn vị chưa lấy được số liệu" in html  # a1 is finished: nothing more is due from it
    assert "/nguon-so-lieu" in html
    mend(house)
    assert "hop-thu hỏng từ" not in show(as_of="").html


def test_a_silence_of_our_own_is_not_among_the_units_to_call(house, show):
    before = show("don-vi-cham", as_of="2025-03-05")
    assert "4 đơn vị cần đôn đốc" in before.html
    silent = before.table("lagging-silent")
    assert len(silent) == 4
    fail(house)
    after = show("don-vi-cham", as_of="2025-03-05")
    assert "Không có đơn vị nào chậm." in after.html
    assert "đơn vị cần đôn đốc" not in after.html
    assert [row[0] for row in after.table("lagging-source_down")] == [row[0] for row in silent]
    with pytest.raises(AssertionError, match="nothing drawn"):
        after.table("lagging-silent")
    assert "Chưa lấy được số liệu" in show("don-vi", as_of="2025-03-05", unit="a3").html


def test_a_download_of_the_lagging_units_says_who_is_silent_by_our_own_failure(house, show, monkeypatch):
    made = []
    monkeypatch.setattr(_tables, "downloads", lambda _view, make, _name: made.append(make()))
    show("don-vi-cham", as_of="2025-03-05")
    fail(house)
    show("don-vi-cham", as_of="2025-03-05")
    before, after = made
    assert before.columns[-1].header == "Chưa lấy được số liệu (nguồn hỏng)"
    assert [row[-1] for row in before.rows] == ["Không"] * 4
    assert [row[-1] for row in after.rows] == ["Có"] * 4
    assert [row[:-1] for row in after.rows] == [row[:-1] for row in before.rows]


@pytest.mark.usefixtures("house")
def test_rates_of_the_small_campaign(show):
    shown = show("nguon-so-lieu", as_of="2025-03-03")
    assert "14 trên 15 lượt phải báo cáo" in shown.html  # a3 sent nothing on day 3
    assert "0 trên 15 lượt phải báo cáo" in shown.html
    assert [row[1:] for row in shown.table("punctuality-above")] == [
        ["9", "8", "0", "8", "1", "88,9%", "0,0%"],  # Huyện An: a1, a2, a3
        ["6", "6", "0", "6", "0", "100,0%", "0,0%"],
    ]
    assert "0,0% (0/3 lượt, muộn 2, không gửi 1)" in show("don-vi", unit="a3").html


def test_asking_for_a_pull_leaves_a_request_and_says_so(house, show):
    beat(house)
    at = show("nguon-so-lieu").at
    (button,) = [one for one in at.button if one.label == "Lấy số liệu ngay"]
    at = button.click().run()
    said = "\n".join(element.proto.body for element in at.get("html"))
    assert "Đã yêu cầu lúc" in said
    ((file, wish),) = request.take(load(house))
    assert wish == {"do": "pull", "source": "hop-thu"}
    file.unlink()
    pull_source(load(house), "hop-thu")
    said = "\n".join(element.proto.body for element in at.run().get("html"))
    assert "Đã lấy xong lúc" in said
    assert "Không có gì mới." in said


@pytest.mark.usefixtures("house")
def test_a_scheduler_that_does_not_run_is_said_so(show):
    assert "Bộ nhận số liệu tự động không chạy" in show("nguon-so-lieu").html


@pytest.mark.usefixtures("house")
def test_without_a_source_the_page_says_how_figures_come_in(show):
    html = show("nguon-so-lieu", campaign=LATER, as_of="").html
    assert "Chiến dịch chưa có nguồn số liệu tự động" in html
    assert "/gui-so-lieu" in html
    assert LATER in html


def test_what_a_file_lacks_is_said_in_the_language_of_the_page(house, show):
    (house.parent / "inbox" / "c.csv").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(CanDichError):
        pull_source(load(house), "hop-thu")
    vietnamese, english = show("nguon-so-lieu").html, show("nguon-so-lieu", lang="en").html
    assert "c.csv: dòng 1 không phải mã UTF-8" in vietnamese
    assert "is not UTF-8" not in vietnamese
    assert "c.csv: line 1 is not UTF-8" in english
