"""All campaigns as cards: running first, then to come, then ended; an address that names nothing may begin there."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from campaign.configuration import Campaign
from etl.commands import main
from etl.configured import load
from pages.quick.serving import QuickView
from reporting import campaigns
from tests.pages.conftest import SHELL, Shown
from tests.pages.house import EMPTY, ID, LATER, write
from tests.pages.test_quick import Client

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def campaign(name: str, start: str, end: str) -> Campaign:
    return Campaign.model_validate({"id": name, "name": name, "start": start, "end": end, "units": "units.csv"})


def test_running_ones_come_first_then_those_to_come_then_those_ended() -> None:
    known = [
        campaign("ended-long-ago", "2024-01-01", "2024-02-01"),
        campaign("ended", "2025-01-01", "2025-02-28"),
        campaign("later", "2025-05-01", "2025-05-15"),
        campaign("soon", "2025-03-02", "2025-06-15"),
        campaign("ends-late", "2025-02-01", "2025-04-01"),
        campaign("ends-today", "2025-01-01", "2025-03-01"),
    ]
    today = date(2025, 3, 1)
    assert [one.id for one in campaigns.in_order(known, today)] == [
        "ends-today", "ends-late", "soon", "later", "ended", "ended-long-ago",
    ]  # fmt: skip
    assert campaigns.title(known, today, "vi") == "6 chiến dịch: 2 đang diễn ra, 2 sắp bắt đầu, 2 đã kết thúc"
    assert campaigns.title(known[:1], today, "en") == "1 campaign: 1 ended"


def cards(html: str) -> dict[str, str]:
    """Return each card by the campaign its link leads to."""
    drawn = re.findall(r'<section class="cd-card cd-campaign">.*?</section>', html)
    return {re.search(r'href="/\?(?:lang=\w+&amp;)?campaign=([\w-]+)"', one)[1]: one for one in drawn}


def test_a_card_says_what_the_overview_says(show) -> None:
    found = cards(show("chien-dich", as_of="").html)
    assert list(found) == [LATER, EMPTY, ID]  # to come, then ended
    card = re.sub(r"<[^>]*>", " ", found[ID])
    for said in ("Chiến dịch thử", "Đã kết thúc", "Số liệu mô phỏng", "55,0%", "kế hoạch 100,0%", "4/5 đơn vị chậm"):
        assert said in card, said
    assert "Chiến dịch bắt đầu ngày 01/03/2099" in found[LATER]
    assert "Chiến dịch chưa có số liệu" in found[EMPTY]


def test_every_page_leads_to_all_campaigns_and_keeps_where_one_comes_from(show) -> None:
    start = show("xep-hang").header["start"]
    assert start == {"href": f"/chien-dich?campaign={ID}", "label": "Tất cả chiến dịch"}
    header = show("chien-dich", campaign=LATER, as_of="").header
    links = {page["icon"]: page["href"] for page in header["pages"]}
    assert links["ranking"] == f"/xep-hang?campaign={LATER}"
    assert (header["filters"], header["start"], header["quick"]) == ([], None, "/xem")


TWO = """
data = "data"
[[campaign]]
id = "mot"
name = "Chiến dịch một"
start = {begun}
end = {ends}
units = "units.csv"
targets = "targets.csv"
[[campaign]]
id = "hai"
name = "Chiến dịch hai"
start = {begun}
end = {ends}
units = "units.csv"
targets = "targets.csv"
"""


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the configuration of two campaigns of nine days, the fifth of which is today."""
    today = datetime.now(ZONE).date()
    config = tmp_path / "config.toml"
    config.write_text(TWO.format(begun=today - timedelta(days=4), ends=today + timedelta(days=4)), "utf-8")
    write(tmp_path / "units.csv", [("code", "name", "level", "parent_code"),
        ("T", "Tỉnh", "province", ""), ("a", "Xã A", "commune", "T"), ("b", "Xã B", "commune", "T")])  # fmt: skip
    write(tmp_path / "targets.csv", [("unit_code", "target"), ("a", 90), ("b", 90)])
    report = write(tmp_path / "r.csv", [("unit_code", "as_of", "count"), ("a", today - timedelta(days=2), 90)])
    for one in ("mot", "hai"):
        assert main(["--config", str(config), "ingest", "--campaign", one, str(report)]) == 0
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    return config


def visited(**choices: str) -> AppTest:
    at = AppTest.from_file(str(SHELL), default_timeout=60)
    for name, value in choices.items():
        at.query_params[name] = value
    return at.run()


@pytest.mark.usefixtures("two")
def test_an_address_that_names_nothing_begins_at_all_campaigns_where_several_run() -> None:
    shown = Shown(visited(lang="vi"))
    assert "2 chiến dịch: 2 đang diễn ra" in shown.html
    card = re.sub(r"<[^>]*>", " ", cards(shown.html)["mot"])
    assert "Ngày 5/9, còn 4 ngày" in card
    assert "50,0%" in card
    again = shown.at.run()  # a visit that has begun goes where it is sent
    assert not again.exception


@pytest.mark.usefixtures("two")
def test_a_deep_link_is_never_led_elsewhere_and_the_switch_always_names_its_campaign() -> None:
    shown = Shown(visited(campaign="hai"))
    assert "Tỉnh" in shown.html
    assert not cards(shown.html)
    switch = next(one for one in shown.header["filters"] if one["name"] == "campaign")
    assert (switch["value"], switch["standard"]) == ("hai", "")


def test_one_running_campaign_is_shown_at_once(show) -> None:
    assert not cards(show(as_of="").html)


def test_the_quick_view_begins_with_the_same_cards(show, house: Path) -> None:
    client = Client(QuickView(load(house)))
    html = client.get("/xem").text
    assert re.findall(r'<h2 class="big"><a href="/xem/([\w-]+)">', html) == [LATER, EMPTY, ID]
    quick, page = (re.sub(r"<[^>]*>|\s+", " ", one) for one in (html, show("chien-dich", as_of="").html))
    for said in ("55,0%", "kế hoạch 100,0%", "4/5 đơn vị chậm", "3 chiến dịch: 1 sắp bắt đầu, 2 đã kết thúc"):
        assert said in quick, said
        assert said in page, said
    assert len(html.encode()) < 60_000
    assert 'href="/chien-dich"' in html
    english = client.get("/xem?lang=en").text
    assert f'href="/xem/{ID}?lang=en"' in english
    assert urlsplit(str(client.get("/xem").url)).path == "/xem"


def test_the_quick_start_is_made_once_a_state_and_looks_again(house: Path) -> None:
    view = QuickView(load(house))
    client = Client(view)
    first, again = client.get("/xem"), client.get("/xem")
    assert first.headers["etag"] == again.headers["etag"]
    assert first.headers["refresh"] == "60"
    assert len(view._starts) == 1
