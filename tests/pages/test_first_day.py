"""A campaign without figures on its pages: what it waits for, by whom, and the first file handed in there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from access.sessions import Sessions
from campaign.access import ANYBODY_HERE
from etl import heartbeat, office, request, unpublished
from etl.configured import load
from etl.submitted import result, take_all, waiting
from pages import _ask, _viewer
from pages._address import Address
from pages._view import read
from pages.quick.asked import Asked
from pages.quick.eyes import WHOLE
from pages.quick.making import Maker
from pages.quick.state import state_of
from reporting.figures import store_of
from tests.pages.conftest import SHELL, Shown
from tests.pages.house import EMPTY, LATER, build, write

SOURCE = f"""
[[source]]
name = "hop-thu"
campaign = "{EMPTY}"
kind = "folder"
path = "inbox"
schedule = "*/1 * * * *"
"""
ACCESS = """
[access]
[access.oidc]
[[access.grant]]
user = "oidc:clerk"
role = "clerk"
units = ["a1"]
[[access.grant]]
user = "oidc:officer"
role = "officer"
[[access.grant]]
user = "oidc:leader"
role = "leader"
[[access.grant]]
user = "oidc:viewer-a"
role = "viewer"
units = ["A"]
"""
FIGURES = (
    "",
    "chi-tieu-ngay",
    "xep-hang",
    "don-vi-cham",
    "so-sanh",
    "ban-do",
    "cung-ky",
    "du-bao",
    "don-vi",
    "van-ban",
)
TITLE = "Chiến dịch chưa có số liệu: đang chờ báo cáo đầu tiên của 5 đơn vị"
HEAD = ("unit_code", "as_of", "count")
Visit = Callable[..., AppTest]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small campaign's folder; the campaign without figures has a source."""
    config = build(tmp_path_factory.mktemp("first"), days=1)
    config.write_text(config.read_text("utf-8") + SOURCE, "utf-8")
    (config.parent / "inbox").mkdir()
    return config


@pytest.fixture
def config(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of it that a test may hand things in to."""
    shutil.copytree(made.parent, tmp_path / "house")
    found = tmp_path / "house" / made.name
    monkeypatch.setenv("CANDICH_CONFIG", str(found))
    monkeypatch.setattr(office, "office", lambda: None)
    monkeypatch.setattr(_viewer, "address_of_client", lambda: "10.0.0.7")  # nobody is connected here
    st.cache_resource.clear()
    _ask._configuration.cache_clear()
    return found


@pytest.fixture
def visit(config: Path, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Return a visitor of the campaign without figures; a named one signs in, and the house asks for it."""

    def go(page: str = "", user: str = "", **choices: str) -> AppTest:
        if user and "[access]" not in config.read_text("utf-8"):
            config.write_text(config.read_text("utf-8") + ACCESS, "utf-8")
            _ask._configuration.cache_clear()
        if user:
            token = Sessions(load(config)).begin(f"oidc:{user}", f"Người {user}", "oidc", {}, datetime.now(UTC))
            monkeypatch.setattr(_viewer, "token", lambda: token)
        at = AppTest.from_file(str(SHELL), default_timeout=120)
        chosen = {"campaign": EMPTY} | choices
        at.query_params.update(chosen)
        if page:
            at.session_state["cd_here"] = "overview"
            at.session_state["cd_go"] = f"/{page}?" + "&".join(f"{k}={v}" for k, v in chosen.items())
        return at.run()

    return go


def alive(config: Path, next_at: datetime) -> None:
    """Let the scheduler have beaten just now, and pull the source next at a moment."""
    now = datetime.now(UTC).isoformat()
    heartbeat.write(load(config), {"at": now, "jobs": [{"source": "hop-thu", "next": next_at.isoformat()}]})


@pytest.mark.parametrize("page", FIGURES)
def test_every_page_of_figures_says_what_is_missing_and_what_to_do(visit: Visit, page: str) -> None:
    shown = Shown(visit(page))
    assert f"<h1>{TITLE}</h1>" in shown.html
    assert "Chưa có số liệu · Đã kết thúc" in shown.html  # its name, and which day it is
    assert "Chỉ tiêu 10 thông tin, hạn 05/03/2025." in shown.html
    assert f'href="/gui-so-lieu?campaign={EMPTY}">Nộp số liệu đầu tiên</a>' in shown.html
    assert f'href="/gui-so-lieu?campaign={EMPTY}&amp;way=form">Nhập nhanh một đơn vị</a>' in shown.html
    assert "tên và mã của 5 đơn vị" in shown.html
    assert [one.label for one in shown.at.button] == ["Lấy số liệu ngay"]
    assert [one["name"] for one in shown.header["filters"]] == ["campaign"]
    assert shown.header["seen"] == "null|null|"  # as /api/version says it


def test_english_says_the_same(visit: Visit) -> None:
    html = Shown(visit(lang="en")).html
    assert "The campaign has no figures yet: the first report of 5 units is awaited" in html
    assert "Target 10 records, due by 2025-03-05." in html
    assert "Send the first figures</a>" in html


def test_the_sources_page_opens_and_a_pull_is_asked_for(config: Path, visit: Visit) -> None:
    at = visit("nguon-so-lieu")
    assert "hop-thu" in Shown(at).html
    assert "5/5 đơn vị" in Shown(at).html
    at.button[0].click().run()
    assert [wish for _, wish in request.take(load(config))] == [{"do": "pull", "source": "hop-thu"}]


def test_the_first_file_is_previewed_sent_and_shown(config: Path, visit: Visit) -> None:
    at = visit("gui-so-lieu")
    rows = [("a1", "2025-03-02", 4), ("a2", "2025-03-02", 7), ("zz", "2025-03-02", 1)]
    content = write(config.parent / "first.csv", [HEAD, *rows]).read_bytes()
    at.file_uploader[0].upload("first.csv", content, "text/csv").run()
    table = Shown(at).table("preview")
    assert sorted(row[0] for row in table) == ["=1+1", "Xã Đông", "zz"]
    assert store_of(load(config), EMPTY).current() is None  # a preview leaves nothing
    next(one for one in at.button if one.label.startswith("Gửi")).click().run()
    (place,) = waiting(load(config))
    take_all(load(config))
    found = result(load(config), place.name)
    assert found is not None
    assert (found["version"], found["accepted"], found["rejected"]) == ("v000001", 2, 1)
    shown = Shown(visit())
    assert TITLE not in shown.html
    assert "<h1>Tỉnh Thử đến hạn còn thiếu 6 thông tin</h1>" in shown.html  # 10 were due of a1, 4 came
    assert shown.header["seen"].startswith("v000001|2025-03-05|")


def test_a_first_file_of_which_nothing_was_accepted_leads_to_what_waits(config: Path, visit: Visit) -> None:
    at = visit("gui-so-lieu")
    content = write(config.parent / "none.csv", [HEAD, ("zz", "2025-03-02", 1)]).read_bytes()
    at.file_uploader[0].upload("none.csv", content, "text/csv").run()
    next(one for one in at.button if one.label.startswith("Gửi")).click().run()
    take_all(load(config))
    html = Shown(visit()).html
    assert TITLE in html
    assert f'href="/can-xu-ly?campaign={EMPTY}">' in html
    assert "1 dòng chờ xử lý" in html
    assert "Chiến dịch chưa có số liệu" not in Shown(visit("can-xu-ly")).html
    campaign = load(config).campaign(EMPTY)
    assert campaign is not None
    assert store_of(load(config), EMPTY).current() is not None
    assert state_of(load(config), campaign, datetime.now(UTC)) is None  # the quick view says it too


def test_a_clerk_is_asked_for_his_own_unit_and_told_when_the_next_pull_is(config: Path, visit: Visit) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=9)
    alive(config, at)
    shown = Shown(visit("", "clerk"))
    assert "đang chờ báo cáo đầu tiên của 1 đơn vị" in shown.html
    assert "tên và mã của 1 đơn vị" in shown.html
    clock = at.astimezone(load(config).zone).strftime("%H:%M")
    assert re.search(rf"Lần lấy số liệu tự động tới: {clock}", shown.html)
    assert [one.label for one in shown.at.button] == []
    for hidden in ("hop-thu", "Huyện", "Xã có một cái tên", "5 đơn vị"):
        assert hidden not in shown.html


def test_a_clerk_hands_the_first_file_in_for_his_own_unit_only(config: Path, visit: Visit) -> None:
    at = visit("gui-so-lieu", "clerk")
    rows = [("a1", "2025-03-02", 4), ("b1", "2025-03-02", 7)]
    content = write(config.parent / "first.csv", [HEAD, *rows]).read_bytes()
    at.file_uploader[0].upload("first.csv", content, "text/csv").run()
    assert [row[0] for row in Shown(at).table("preview")] == ["b1", "Xã Đông"]  # no name for what is not his
    next(one for one in at.button if one.label.startswith("Gửi")).click().run()
    (place,) = waiting(load(config))
    take_all(load(config))
    found = result(load(config), place.name)
    assert found is not None
    assert (found["accepted"], found["rejected"]) == (1, 1)
    assert "<b>4</b>" in Shown(visit("", "clerk")).html


def test_who_may_only_see_is_told_who_sends_and_when_the_sources_are_pulled(config: Path, visit: Visit) -> None:
    alive(config, datetime.now(UTC) + timedelta(minutes=9))
    viewer, leader, officer = (Shown(visit("", user)) for user in ("viewer-a", "leader", "officer"))
    for one in (viewer, leader):
        assert "tài khoản này không được giao việc đó" in one.html
        assert "Nộp số liệu đầu tiên" not in one.html
        assert [button.label for button in one.at.button] == []
    assert "của 3 đơn vị" in viewer.html
    assert "hop-thu" not in viewer.html
    assert "Lần lấy số liệu tự động tới" in viewer.html
    assert "hop-thu" in leader.html
    assert "Chỉ người vận hành chiến dịch mới lấy số liệu ngay được." in leader.html
    assert "Nộp số liệu đầu tiên" in officer.html
    assert [button.label for button in officer.at.button] == ["Lấy số liệu ngay"]


def test_units_that_cannot_be_read_are_said_without_naming_any(
    config: Path, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    units = config.parent / "units.csv"
    units.write_text(units.read_text("utf-8").replace("a3,", "a3-la,"), "utf-8")
    one_target = config.parent / "one-target.csv"
    one_target.write_text("unit_code,target\na3,10\n", "utf-8")
    whole = one_target.read_text("utf-8")
    for _ in range(2):
        html = Shown(visit()).html
        assert "Chưa mở được chiến dịch" in html
        assert "a3" not in html
    said = [one.getMessage() for one in caplog.records if "cannot be opened" in one.getMessage()]
    assert len(said) == 1  # once, however often it is looked at
    assert "a3" in said[0]
    one_target.write_text(whole.replace("a3", "a1"), "utf-8")
    assert TITLE in Shown(visit()).html  # mended, it opens without a restart


def test_one_that_has_not_begun_waits_for_nothing_yet(config: Path) -> None:
    shutil.rmtree(load(config).warehouse / LATER)
    view = read(Address("overview", {"campaign": LATER}), load(config), ANYBODY_HERE)
    assert view.figures.version.startswith(unpublished.PREFIX)
    assert not view.awaits_first
    house = load(config)
    campaign = house.campaign(LATER)
    assert campaign is not None
    state = state_of(house, campaign, datetime.now(UTC))
    assert state is not None
    assert "Chiến dịch bắt đầu ngày 01/03/2099" in Maker(house).page(state, WHOLE, Asked(LATER)).body.decode()
