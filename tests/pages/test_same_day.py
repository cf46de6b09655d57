"""The page that lays two campaigns upon each other, and the list of units one searches."""

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from campaign.access import NOBODY, Grant, Right, Viewer
from etl.commands import main
from etl.configured import load
from pages import _against, finding
from pages._gate import Gate
from pages.finding import UnitLists
from tests.pages.house import CONFIG, EMPTY, ID, LATER, SCRIPT, build, write
from tests.pages.test_quick import Client

BEFORE = """
[[campaign]]
id = "nam-truoc"
name = { vi = "Năm trước" }
start = 2024-03-01
end = 2024-03-05
units = "units.csv"
targets = "one-target.csv"
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small campaign beside last year's: one commune, 10 to do, 4 done by day 2 and 6 by day 3."""
    config = build(tmp_path_factory.mktemp("house"))
    config.write_text(CONFIG + BEFORE, "utf-8")
    rows = [("unit_code", "as_of", "count"), ("a1", "2024-03-02", 4), ("a1", "2024-03-03", 6)]
    report = write(config.parent / "before.csv", rows)
    assert main(["--config", str(config), "ingest", "--campaign", "nam-truoc", str(report)]) == 0
    return config


def test_the_earlier_campaign_is_compared_first_on_its_own_same_day(show) -> None:
    html = show("cung-ky").html
    assert "Ngày thứ 3: đạt 55,0%; Năm trước khi đó đạt 60,0% (ở đây chậm hơn 5,0 điểm phần trăm)" in html
    assert "Hai bên đếm hai bước khác nhau: Đã duyệt và" in html
    assert 'href="/?campaign=nam-truoc&amp;as_of=2024-03-03"' in html
    assert "<span>Ghép theo</span>" not in html  # both last five days


def test_the_day_is_stepped_by_one_tap_and_stands_in_the_address(show) -> None:
    html = show("cung-ky", as_of="2025-03-02").html
    assert 'href="/cung-ky?as_of=2025-03-01">‹ Ngày 1</a>' in html
    assert 'href="/cung-ky?as_of=2025-03-03">Ngày 3 ›</a>' in html
    assert "Năm trước khi đó đạt 40,0%" in html


@pytest.mark.parametrize(
    ("against", "said"),
    [(LATER, "Sắp tới chưa bắt đầu (ngày 01/03/2099)"), (EMPTY, "Chưa có số liệu chưa có số liệu để so sánh.")],
)
def test_a_campaign_to_come_and_one_without_figures_are_said(show, against: str, said: str) -> None:
    assert said in show("cung-ky", against=against).html


def test_a_campaign_that_has_not_begun_is_told_when_it_does(show) -> None:
    html = show("cung-ky", campaign=LATER, as_of="").html
    assert "Chiến dịch bắt đầu ngày 01/03/2099; chưa có ngày nào để so sánh" in html


def test_the_two_ways_of_comparing_lead_to_each_other(show) -> None:
    assert 'href="/cung-ky?as_of=2025-03-03"' in show("so-sanh").html
    html = show("cung-ky").html
    assert 'href="/so-sanh?as_of=2025-03-03"' in html
    assert [page["label"] for page in show("cung-ky").header["pages"] if page["current"]] == ["So sánh", "Cùng kỳ"]


def test_only_campaigns_one_may_see_are_offered(show, monkeypatch: pytest.MonkeyPatch) -> None:
    html = show("cung-ky").html
    assert "Sắp tới" in html
    monkeypatch.setattr(_against, "viewer", lambda: seeing(campaigns=(ID, EMPTY)))
    html = show("cung-ky").html
    assert "Năm trước" not in html
    assert "Sắp tới" not in html


def seeing(units: tuple[str, ...] | None = None, campaigns: tuple[str, ...] | None = None) -> Viewer:
    """Return somebody who may see some units of some campaigns."""
    grant = Grant(user="ai-do", role="viewer", units=units, campaigns=campaigns)
    return Viewer("ai-do", grants=((grant, frozenset({Right.SEE})),))


# The list of units


@pytest.fixture
def client(house: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("CANDICH_CONFIG", str(house))
    made = Client.__new__(Client)
    gate = Middleware(Gate, pages=(), not_found=lambda _: "")
    made.app = Starlette(routes=[UnitLists(load(house)).route()], middleware=[gate])
    return made


def units(answer) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)["units"]


def test_the_list_names_every_unit_with_its_code_and_the_unit_above(client: Client) -> None:
    found = units(client.get(f"/api/units/{ID}?as_of=2025-03-03"))
    assert found[:3] == [["T", "Tỉnh Thử", ""], ["A", "Huyện An", ""], ["a1", "Xã Đông", "Huyện An"]]
    assert ["a3", SCRIPT, "Huyện An"] in found
    assert len(found) == 8


def test_a_campaign_without_figures_has_its_units_to_be_found(client: Client) -> None:
    assert units(client.get(f"/api/units/{EMPTY}")) == units(client.get(f"/api/units/{ID}"))


def test_the_list_is_not_sent_twice_to_who_has_it(client: Client) -> None:
    first = client.get(f"/api/units/{ID}")
    again = client.get(f"/api/units/{ID}", if_none_match=first.headers["etag"])
    assert (again.status_code, again.text) == (304, "")
    assert first.headers["cache-control"].startswith("private")


@pytest.mark.parametrize(
    "address",
    ["/api/units/nowhere", f"/api/units/{EMPTY}?as_of=x", f"/api/units/{ID}?as_of=x", f"/api/units/{ID}?units=x"],
)
def test_a_list_there_is_not_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_list_holds_nobody_outside_the_scope(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = units(client.get(f"/api/units/{ID}"))
    monkeypatch.setattr(finding, "viewer_of", lambda _: seeing(units=("b1",)))
    assert len(whole) == 8
    (only,) = units(client.get(f"/api/units/{ID}"))
    assert (only[0], only[2]) == ("b1", "")  # not even the district is named
    monkeypatch.setattr(finding, "viewer_of", lambda _: NOBODY)
    assert client.get(f"/api/units/{ID}").status_code == 404


def test_many_campaigns_to_choose_from_stand_in_a_list_that_opens(show, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "cd-pick" not in show("cung-ky").html
    monkeypatch.setattr(_against, "MOST_TABS", 2)
    html = show("cung-ky", against=LATER).html
    assert '<details class="cd-pick"><summary>Sắp tới</summary><nav aria-label="So với">' in html
    assert f'href="/cung-ky?as_of=2025-03-03&amp;against={EMPTY}">Chưa có số liệu</a>' in html
