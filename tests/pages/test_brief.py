"""The brief on Tổng quan and the messages on Nguồn số liệu, on the small campaign of tests/pages/house.py."""

from datetime import UTC, datetime
from html import unescape

import pytest

from etl import messages
from etl.configured import load
from etl.outbox import Note, Outbox, State
from tests.etl.receivers import campaign, web_server
from tests.pages.house import LONG, SCRIPT

EVENING = datetime(2025, 3, 3, 10, 30, tzinfo=UTC)


def strip(html):
    start = html.index('<details class="cd-brief">')
    return html[start : html.index("</details>", start)]


def test_the_overview_names_whom_to_call_and_hands_the_brief_out(show):
    drawn = strip(show().html)
    assert drawn.index(LONG) < drawn.index("&lt;script&gt;")
    copied = unescape(drawn.split('data-copy="')[1].split('"')[0])
    assert copied.startswith("Tỉnh Thử chậm 50 thông tin so với kế hoạch.\nNgày 3/5: đạt 55,0%, kế hoạch 60,0%")
    assert "còn 180" in copied
    assert SCRIPT not in drawn


def test_the_line_that_opens_holds_no_link_and_the_brief_leads_to_each_unit_it_names(show):
    line, opened = strip(show().html).split("</summary>")
    assert line.endswith("<summary>Tin nhanh cuối ngày")
    assert f'1. <a href="/don-vi?as_of=2025-03-03&amp;unit=b2">{LONG}</a> (Huyện Bình)' in opened


def test_a_district_has_a_brief_of_its_own(show):
    drawn = strip(show(district="B").html)
    assert "Huyện Bình chậm 70 thông tin so với kế hoạch." in drawn
    assert "Huyện An" not in drawn


@pytest.mark.parametrize("chosen", [{"category": "birth"}, {"stage": "entered"}])
def test_there_is_no_brief_of_a_part_of_the_work(show, chosen):
    assert "cd-brief" not in show(**chosen).html


def test_the_brief_is_downloaded_as_a_picture_and_a_page(show):
    buttons = show().at.get("download_button")
    assert [one.proto.label for one in buttons][-2:] == ["Tải ảnh để gửi nhóm", "Tải PDF"]


def test_nothing_is_said_of_messages_where_there_are_none(show):
    assert "Tin nhắn đã gửi" not in show("nguon-so-lieu").html


@pytest.fixture
def sending(tmp_path, monkeypatch):
    path = campaign(tmp_path / "house")
    monkeypatch.setenv("CANDICH_CONFIG", str(path))
    return load(path)


def test_the_sources_page_lists_what_was_sent_and_what_nobody_knows(sending, show, monkeypatch):
    monkeypatch.setenv("CANDICH_CONFIG", str(sending.path))
    assert "Chưa có tin nào được gửi." in show("nguon-so-lieu").html
    with web_server(200, 500) as (_, address):
        monkeypatch.setenv("TO", f"{address} {address.replace('/zalo', '/khac')}")
        messages.send_now(sending, "toi", EVENING)
    html = show("nguon-so-lieu").html
    assert "toi → json (TO #1)" in html
    assert "đã gửi" in html
    assert "đã chuyển nhưng máy chủ không xác nhận (500)" in html
    assert "1 tin nhắn không rõ đã đến hay chưa" in html
    unknown = next(one for one in Outbox(sending).last().values() if one.state is State.UNKNOWN)
    assert unknown.key in html
    assert "127.0.0.1" not in html


def test_a_message_whose_sender_is_gone_is_not_said_to_be_on_its_way(sending, show, monkeypatch):
    monkeypatch.setenv("CANDICH_CONFIG", str(sending.path))
    box = Outbox(sending)
    with box.locked(0):
        box.write(Note("2025-03-03T10:30:00+00:00", "k", State.SENDING, "toi", "thu-2025", "T", "2025-03-03",
                       "mailto (TO)", 1, "schedule"))  # fmt: skip
    html = show("nguon-so-lieu").html
    assert "không rõ đã đến chưa" in html
    assert "đang gửi" not in html
