"""The quick view without a browser: its figures, its words, what it refuses, and what it hands out again."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from html import unescape
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.middleware import Middleware

from campaign.access import Grant, Others, Right, Viewer
from campaign.freshness import Outage
from campaign.scope import Scope
from etl.commands import main
from etl.configured import load
from pages._gate import Gate
from pages.quick.asked import Asked
from pages.quick.eyes import WHOLE, Eyes
from pages.quick.kept import Kept, made
from pages.quick.serving import QuickView
from tests.pages.house import EMPTY, FORMULA, ID, LATER, SCRIPT, build, ingest, report

DAY_3 = date(2025, 3, 3)
HERE = f"/xem/{ID}?as_of=2025-03-03"
BOARD_ROW = re.compile(
    r'<tr><td class="k">(?P<rank>[^<]*)<th scope="row">(?:<a href="(?P<link>[^"]*)">|<b[^>]*>)(?P<name>[^<]*)</.*?'
    r'<td class="p">(?P<share>[^<]*)<span class="t"><i style="width:(?P<width>[\d.]+)%">'
    r'.*?<td class="s (?P<status>\w+)">'
)
DUE_ROW = re.compile(
    r'<tr><th scope="row">(?:<a href="[^"]*">|<b>)(?P<name>[^<]*)</.*?'
    r'<td class="r">(?P<done>[\d.]+)/<wbr>(?P<due>[\d.]+)<td class="r"><b>(?P<short>[\d.]+)</b>'
)


class Client:
    """Asks the real routes behind the real gate, without a port."""

    def __init__(self, view: QuickView) -> None:
        """Ask the routes of `view`."""
        gate = Middleware(Gate, pages=(), not_found=lambda _: "")
        self.app = Starlette(routes=view.routes(), middleware=[gate])

    def ask(self, method: str, address: str, **headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            way = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=way, base_url="http://127.0.0.1", follow_redirects=True) as line:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await line.request(method, address, headers=named)

        with start_blocking_portal() as portal:  # a loop of its own: a browser test may have left one in this thread
            return portal.call(asked)

    def get(self, address: str, **headers: str) -> httpx.Response:
        return self.ask("GET", address, **headers)


@pytest.fixture(scope="module")
def view(house: Path) -> QuickView:
    return QuickView(load(house))


@pytest.fixture(scope="module")
def client(view: QuickView) -> Client:
    return Client(view)


def page(client: Client, address: str = HERE, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return answer.text


def progress(house: Path, capsys, day: int) -> dict[str, dict[str, str]]:
    asked = ["--config", str(house), "progress", "--campaign", ID, "--as-of", f"2025-03-0{day}", "--format", "csv"]
    assert main(asked) == 0
    return {row["code"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}


def shown(row: dict[str, str]) -> str:
    """Return a unit's completion as a Vietnamese reader sees it, by plain arithmetic."""
    if not row["target"]:
        return "–"
    tenths = int(Fraction(int(row["done"]), int(row["target"])) * 1000 + Fraction(1, 2))
    tenths = 999 if tenths == 1000 and row["status"] != "finished" else tenths
    return f"{tenths // 10},{tenths % 10}%"


def test_the_page_says_the_figures_of_the_third_day(client):
    html = page(client)
    assert "Tỉnh Thử chậm 50 thông tin so với kế hoạch." in html
    assert '<p class="fig">55,0% <small>550/1.000</small></p>' in html  # 550 of 1,000, where the plan asks for 600
    assert '<b style="left:60.0%">' in html
    assert "Đến 03/03/2025 đã thực hiện 550 trên 1.000; kế hoạch là 600." in html


def test_on_the_last_day_whether_it_was_kept_is_answered_in_one_word(client):
    whole, leaf = page(client, f"/xem/{ID}?as_of=2025-03-05"), page(client, f"/xem/{ID}/b2?as_of=2025-03-05")
    assert "Tỉnh Thử đến hạn còn thiếu 460 thông tin" in whole
    assert "đến hạn còn thiếu 180 thông tin" in leaf  # b2: 20 of 200
    for html in (whole, leaf):
        words = " ".join(re.sub(r"<[^>]*>", " ", html).split())
        assert "Có kịp hạn không? Không" in words
    assert "1/5 đơn vị về đích đúng hạn" in whole


def test_the_burn_up_is_drawn_where_the_figures_are(client):
    html = page(client)
    picture = html.partition('role="img"')[2].partition("</svg>")[0]
    heights = dict(re.findall(r'<polyline class="(v[a-z])" points="([^"]*)"', picture.replace('class="vg"', "")))
    left, right = (tuple(map(int, point.split(","))) for point in heights["vt"].split())
    target = 1000 - left[1]  # how high 1,000 records stand
    ends = {kind: tuple(map(int, heights[kind].split()[-1].split(","))) for kind in ("vd", "vp")}
    # From 6 hours before the eve to noon of day 5: 138 hours; day 3 begins 78 hours after, day 5 126.
    assert (left[0], right, ends["vp"]) == (0, (1000, left[1]), (913, left[1]))
    assert ends["vd"][0] == 565
    assert abs((1000 - ends["vd"][1]) - 0.55 * target) <= 1


@pytest.mark.parametrize("day", [1, 2, 3])
def test_every_figure_of_the_boards_is_that_of_progress(client, house, capsys, day):
    expected = progress(house, capsys, day)
    by_name = {row["name"]: row for row in expected.values()}
    seen = set()
    for unit in ("", "/A", "/B", "/a1", "/b2"):
        rows = list(BOARD_ROW.finditer(page(client, f"/xem/{ID}{unit}?as_of=2025-03-0{day}")))
        assert rows
        for one in rows:
            row = by_name[unescape(one["name"])]
            assert (one["rank"], one["share"], one["status"]) == (row["rank"] or "–", shown(row), row["status"])
            share = Fraction(int(row["done"]), int(row["target"])) * 100
            assert abs(float(one["width"]) - min(float(share), 100)) <= 0.5
            seen.add(row["code"])
    assert seen == set(expected) - {"T"}


@pytest.mark.parametrize("day", [1, 2, 3])
def test_the_list_of_the_day_is_what_progress_says_is_missing_the_most_first(client, house, capsys, day):
    rows = [row for row in progress(house, capsys, day).values() if row["level"] == "commune"]
    missing = {row["name"]: int(row["catchup_today"]) - int(row["done_today"]) for row in rows}
    missing = {name: short for name, short in missing.items() if short > 0}
    found = [(unescape(one["name"]), int(one["short"].replace(".", "")))
             for one in DUE_ROW.finditer(page(client, f"/xem/{ID}?as_of=2025-03-0{day}"))]  # fmt: skip
    assert dict(found) == missing
    assert [short for _, short in found] == sorted(missing.values(), reverse=True)


def test_a_category_and_a_stage_are_followed_and_kept_in_the_links(client):
    html = page(client, f"{HERE}&category=death&stage=entered&lang=en")
    # 50 + 40 + 20 + 60 + 10 deaths entered of 250 by the end of day 3
    assert '<p class="fig">72.0% <small>180/250</small></p>' in html
    assert "Deaths · Entered" in html
    assert f'href="/xem/{ID}/A?lang=en&amp;as_of=2025-03-03&amp;category=death&amp;stage=entered"' in html


def test_names_are_shown_and_never_obeyed(client):
    html = page(client)
    assert SCRIPT not in html
    assert SCRIPT.replace("<", "&lt;").replace(">", "&gt;") in html
    assert f">{FORMULA}<" in html
    hostile = page(client, f"/xem/{ID}/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E", 404)
    assert "<script" not in hostile
    hostile = page(client, f"/xem/{ID}?as_of=%22%3E%3Cscript%3E", 400)
    assert "<script" not in hostile


def test_no_page_needs_or_allows_a_script(client):
    for more in ("", "&che-do=tuong", "&in=1"):
        answer = client.get(HERE + more)
        assert "script-src 'none'" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        assert not re.search(r'(src|href)="(?!/|data:)', answer.text)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/xem/khong-co", 404, "Không có chiến dịch mang mã khong-co."),
        ("/xem/khong-co?lang=en", 404, "no campaign"),
        (f"/xem/{ID}/zz?as_of=2025-03-03", 404, "Không có đơn vị mang mã zz"),
        (f"/xem/{ID}/zz?as_of=2025-03-03&lang=en", 404, "There is no unit with the code zz"),
        (f"/xem/{ID}?as_of=hom-qua", 400, "“hom-qua” không phải là lựa chọn hợp lệ"),
        (f"/xem/{ID}?as_of=1999-01-01", 400, "1999-01-01"),
        (f"/xem/{ID}?category=nha", 400, "“nha”"),
        (f"/xem/{ID}?stage=xong&lang=en", 400, "“xong”"),
        (f"/xem/{ID}?che-do=rap", 400, "“rap”"),
        (f"/xem/{ID}/A/b/c", 404, "Không tìm thấy trang"),
    ],
)
def test_what_there_is_not_is_said_in_the_readers_language_with_a_way_back(client, address, status, says):
    html = page(client, address, status)
    assert says in unescape(html)
    assert f'<html lang="{"en" if "lang=en" in address else "vi"}">' in html
    back = re.findall(r'<li><a href="([^"]*)"', html)
    assert len(back) == 1
    client.get(unescape(back[0])).raise_for_status()


def test_every_link_of_the_page_leads_to_a_page(client):
    met = 0
    for start in (
        HERE,
        f"/xem/{ID}/A?as_of=2025-03-03&lang=en",
        f"/xem/{ID}/a1",
        f"{HERE}&che-do=tuong",
        f"{HERE}&in=1",
    ):
        for link in set(re.findall(r'href="(/xem[^"]*)"', page(client, start))):
            page(client, unescape(link))
            met += 1
    assert met > 30


def test_what_was_handed_out_is_not_handed_out_again(client):
    first = client.get(HERE)
    again = client.get(HERE, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert client.get(HERE, if_none_match='W/"other"').status_code == 200


def test_it_is_packed_for_whom_that_suits_and_plain_for_others(client):
    plain = client.get(HERE, accept_encoding="identity")
    packed = client.get(HERE, accept_encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 3


def test_head_says_what_get_says_and_nothing_can_be_posted(client):
    head, got = client.ask("HEAD", HERE), client.get(HERE)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
    assert client.ask("POST", HERE).status_code == 405


def test_another_host_is_refused(client):
    assert client.get(HERE, host="evil.example").status_code == 421


def test_a_page_made_once_is_not_made_again(view, client, monkeypatch):
    page(client, f"{HERE}&category=birth")
    monkeypatch.setattr(view.maker, "page", None)
    page(client, f"{HERE}&category=birth")


def test_a_new_version_shows_and_what_was_made_of_the_earlier_one_is_let_go(tmp_path, monkeypatch):
    monkeypatch.setattr("pages.quick.serving.LOOK_EVERY_SECONDS", 0.0)
    config = build(tmp_path / "own", days=2)
    view = QuickView(load(config))
    client = Client(view)
    address = f"/xem/{ID}?as_of=2025-03-03"
    # Known by the evening of day 2: 140 of a1, 60 each of a2 and a3, 80 of b1, 20 of b2
    assert "360/1.000" in page(client, address)
    first, tag = view.kept.bytes, client.get(address).headers["etag"]
    ingest(config, report(tmp_path, 3), 3)
    answer = client.get(address, if_none_match=tag)
    assert answer.status_code == 200
    assert "550/1.000" in answer.text
    assert view.kept.bytes < 1.5 * first


def test_a_district_sees_itself_and_nothing_of_another(view):
    state = view.look(view.config.campaign(ID))
    seen = Eyes(Scope(frozenset({"A"})))
    own = view.maker.page(state, seen, Asked(ID, as_of=DAY_3)).body.decode()
    assert "<h1>Huyện An" in own
    assert "Xã Đông" in own
    for name in ("Huyện Bình", "Tỉnh Thử", "**Xã**"):
        assert name not in own
    other = view.maker.page(state, seen, Asked(ID, "B", as_of=DAY_3))
    assert (other.status, "Huyện Bình" in other.body.decode()) == (404, False)
    whole = view.maker.page(state, WHOLE, Asked(ID, as_of=DAY_3)).body.decode()
    assert "Huyện Bình" in whole


def seeing(**what) -> Viewer:
    return Viewer("ai", "Ai", ((Grant(user="ai", role="viewer", **what), frozenset({Right.SEE})),), Others.NOTHING)


def test_a_scope_has_pages_of_its_own(house):
    view = QuickView(load(house))
    page(Client(view))
    view.viewer_of = lambda _: seeing(units=("B",))
    assert "<h1>Huyện Bình" in page(Client(view))
    view.viewer_of = lambda _: seeing(campaigns=(LATER,))
    page(Client(view), HERE, 404)


def test_what_fails_on_our_side_is_said_first_and_nobody_is_called_for_it(view):
    state = view.look(view.config.campaign(ID))
    well = replace(state, quiet=False, outages=())
    since = datetime(2025, 3, 2, 3, tzinfo=UTC)
    down = replace(well, outages=(Outage("inbox", since, since, "no answer"),))
    asked = Asked(ID, as_of=DAY_3)
    fine, failing = (view.maker.page(one, WHOLE, asked).body.decode() for one in (well, down))
    quiet = view.maker.page(replace(well, quiet=True), WHOLE, asked).body.decode()
    assert "Nguồn inbox hỏng" not in fine
    assert "Nguồn inbox hỏng" in failing
    assert "Bộ nhận số liệu tự động không hoạt động" not in fine
    assert "Bộ nhận số liệu tự động không hoạt động" in quiet


def test_the_wall_goes_round_by_itself_and_paper_and_a_stopped_page_stay(client):
    wall = f"/xem/{ID}?che-do=tuong"
    views, at = [], wall
    for _ in range(3):
        again = client.get(at).headers["refresh"]
        seconds, _, at = again.partition("; url=")
        views.append(at)
        assert seconds == "30"
    assert views == [f"{wall}&man=don-vi", f"{wall}&man=cham", wall]
    assert client.get(HERE).headers["refresh"] == f"60; url={HERE}"
    for still in (f"{HERE}&in=1", f"{HERE}&tu-dong=0", f"{wall}&tu-dong=0", f"/xem/{ID}/zz"):
        assert "refresh" not in client.get(still).headers


def test_a_campaign_that_has_not_begun_or_has_no_figures_says_so(client):
    later = page(client, f"/xem/{LATER}")
    assert "Chiến dịch bắt đầu ngày 01/03/2099" in later
    answer = client.get(f"/xem/{EMPTY}")
    assert (answer.status_code, answer.headers["refresh"]) == (200, f"60; url=/xem/{EMPTY}")
    assert "Chiến dịch chưa có số liệu" in answer.text
    assert "Bộ nhận số liệu tự động không hoạt động" in answer.text  # so what is sent waits
    assert f'<a href="/?campaign={EMPTY}">Mở trang của chiến dịch</a>' in answer.text
    in_english = client.get(f"/xem/{EMPTY}?lang=en").text
    assert f'<a href="/?lang=en&amp;campaign={EMPTY}">Open the campaign&#39;s page</a>' in in_english


def test_the_start_names_the_campaigns(client):
    html = page(client, "/xem")
    for one in (ID, LATER, EMPTY):
        assert f'href="/xem/{one}"' in html


def test_the_wall_names_its_campaign_where_a_unit_lies_and_when_it_was_updated(client):
    wall = page(client, f"{HERE}&che-do=tuong")
    assert '<p class="drive">Chiến dịch thử</p>' in wall
    assert re.search(r'<footer class="foot"><p>Số liệu đến hết 03/03/2025, cập nhật \d\d:\d\d [\d/]{10}\.</p>', wall)
    called = re.findall(r'<p class="n"><b>[^<]*</b> <small>([^<]*)</small></p>', wall)
    assert called == ["Huyện Bình", "Huyện An"]


def test_the_pages_kept_are_bounded_by_their_bytes():
    one = made("x" * 1000)
    kept = Kept[int](most=5 * one.size)
    for number in range(20):
        kept.put(number, one)
        kept.get(0)  # asked for again and again: it stays
    assert kept.bytes == 5 * one.size
    assert [number for number in range(20) if kept.get(number)] == [0, 16, 17, 18, 19]
    kept.forget(lambda number: number > 16)
    assert (kept.get(17), kept.bytes) == (None, 2 * one.size)
