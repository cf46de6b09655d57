"""The gate and the door of a real process, asked by hand: what is let through, to whom, and what is said."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from access.accounts import Accounts
from access.sessions import Sessions
from etl.configured import load
from pages import _viewer
from pages._session import local_path
from tests.browser.conftest import Server
from tests.pages.conftest import SHELL
from tests.pages.house import CONFIG, ID, build

LAN, BOSS, IDLE, GOOD, OTHER = "lan", "chu.tich", "chua.giao", "trời xanh mây trắng", "biển rộng sông dài"
ACCESS = """
[access]
hosts = ["10.1.2.3"]
failures = 3
[[access.grant]]
user = "chu.tich"
role = "leader"
[[access.grant]]
user = "lan"
role = "lead"
units = ["A"]
[[access.grant]]
user = "doi.mat.khau"
role = "viewer"
[[access.grant]]
user = "moi.noi"
role = "viewer"
"""
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
PAGES = ("/", "/xep-hang", "/don-vi?unit=a1", "/van-ban", "/nhat-ky", f"/xem/{ID}", f"/xem/{ID}/a1?in=1", "/tai-khoan")
FILES = (
    f"/api/version/{ID}",
    f"/api/units/{ID}",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/bidi-components/x/y.js",
    "/media/abc.xlsx",
    "/static/index.html",
    "/secret",
    "/config.toml",
)


@dataclass
class Answer:
    """What the server said; header names in small letters."""

    status: int
    headers: dict[str, str]
    body: str
    set: dict[str, str]


@dataclass
class Hand:
    """A browser without a browser: keeps cookies, follows nothing."""

    server: Server
    jar: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        said = {"Host": f"127.0.0.1:{self.server.port}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if self.jar:
            said["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        with closing(HTTPConnection("127.0.0.1", self.server.port, timeout=60)) as line:
            line.request(method, path, body, said)
            answer = line.getresponse()
            content = b"" if answer.status == 101 else answer.read()
        found: dict[str, str] = {}
        for written in answer.msg.get_all("set-cookie") or []:
            for name, morsel in SimpleCookie(written).items():
                found[name] = written
                self.jar[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.jar[name]
        plain = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, plain, content.decode("utf-8", "replace"), found)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, origin: str | None = "own", **fields: str) -> Answer:
        headers = {"Content_Type": "application/x-www-form-urlencoded"}
        if origin is not None:
            headers["Origin"] = self.server.url if origin == "own" else origin
        return self.ask("POST", path, urlencode(fields), **headers)

    def sign_in(self, user: str, password: str = GOOD, leads_to: str = "/") -> Answer:
        return self.post("/dang-nhap", user=user, password=password, next=leads_to)

    def line(self) -> int:
        """Return the status of a websocket opened by hand."""
        return self.ask("GET", "/_stcore/stream", **{k.replace("-", "_"): v for k, v in UPGRADE.items()},
                        Origin=self.server.url).status  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the small campaign to those who have an account."""
    config = build(tmp_path_factory.mktemp("door"))
    config.write_text(config.read_text("utf-8") + ACCESS, "utf-8")
    for user in (LAN, BOSS, IDLE, "doi.mat.khau", "moi.noi", "nghi"):
        Accounts(load(config)).add(user, "", GOOD, datetime.now(UTC))
    with Server(config).running() as running:
        yield running


@pytest.fixture
def hand(server: Server) -> Hand:
    return Hand(server)


@pytest.fixture(scope="module")
def lan(server: Server) -> Hand:
    """Return somebody who has signed in and stays so."""
    found = Hand(server)
    assert found.sign_in(LAN).status == 303
    return found


def test_the_first_deep_link_and_websocket_of_a_fresh_process_are_refused(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(f"{CONFIG}[access]\n", "utf-8")
    with Server(config).running() as fresh:
        assert Hand(fresh).line() == 403
        found = Hand(fresh).get("/don-vi?unit=a1")
        assert (found.status, found.headers["location"]) == (303, "/dang-nhap?next=%2Fdon-vi%3Funit%3Da1")


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_who_asks_for_a_page_is_led_to_the_way_in_and_the_link_is_kept(hand, path):
    found = hand.get(path)
    assert found.status == 303
    assert found.headers["location"] == "/dang-nhap" + ("" if path == "/" else "?" + urlencode({"next": path}))
    assert found.body == ""
    assert found.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("path", FILES)
def test_a_stranger_who_asks_for_anything_else_is_told_no_more_than_that(hand, path):
    found = hand.get(path)
    assert (found.status, json.loads(found.body)) == (401, {"error": "sign in first"})


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_a_stranger_sends_nothing(hand, method):
    found = hand.ask(method, "/_stcore/upload_file/session/file", Origin=hand.server.url)
    assert found.status == 401


@pytest.mark.parametrize(
    "path", ["/health", "/assets/candich.css", "/assets/sign_in.css", "/fonts/BeVietnamPro-Regular.ttf", "/dang-nhap"]
)
def test_the_way_in_needs_no_session(hand, path):
    assert hand.get(path).status == 200


@pytest.mark.parametrize("cookie", ["x", "", "a.b.c", "%00", "x" * 4000])
def test_a_forged_session_is_none(hand, cookie):
    hand.jar["candich_session"] = cookie
    assert hand.get("/xep-hang").status == 303
    assert hand.line() == 403


def test_a_websocket_needs_a_session(hand, lan):
    assert hand.line() == 403
    assert lan.line() == 101


@pytest.mark.parametrize(
    ("host", "status"), [("evil.example", 421), ("10.1.2.3:8501", 200), ("localhost", 200), ("", 421)]
)
def test_only_names_of_ours_are_answered(hand, host, status):
    assert hand.get("/health", Host=host).status == status


def test_signing_in_leads_on_and_the_cookie_is_out_of_reach_of_scripts_and_others(hand):
    found = hand.sign_in(LAN, leads_to="/don-vi?unit=a1")
    assert (found.status, found.headers["location"]) == (303, "/don-vi?unit=a1")
    written = found.set["candich_session"].lower()
    assert "httponly" in written
    assert "samesite=lax" in written
    assert "path=/" in written
    assert "domain" not in written
    assert hand.get("/don-vi?unit=a1").status == 200


@pytest.mark.parametrize(
    "link",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/%09/evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/xem/../evil",
        "/dang-xuat",
        "/nowhere",
        "/@evil.example",
        "x" * 3000,
        "/xep-hang\r\nX: y",
    ],
)
def test_nobody_is_led_elsewhere(link):
    assert local_path(link) == "/"


@pytest.mark.parametrize("link", ["/", "/xep-hang?as_of=2025-03-03", "/xem/thu-2025/a1?in=1", "/xem", "/tai-khoan"])
def test_a_page_of_ours_is_led_to(link):
    assert local_path(link) == link


def test_a_stranger_given_a_foreign_link_is_led_to_the_front_page(hand):
    assert hand.sign_in(LAN, leads_to="//evil.example/x").headers["location"] == "/"
    assert hand.get("/dang-nhap?" + urlencode({"next": "https://evil.example"})).headers["location"] == "/"


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1"])
def test_another_sites_form_signs_nobody_in_or_out(hand, lan, origin):
    found = hand.post("/dang-nhap", origin, user=LAN, password=GOOD)
    assert (found.status, found.set) == (403, {})
    assert lan.post("/dang-xuat", origin).status == 403
    assert lan.get("/xep-hang").status == 200


def test_wrong_passwords_are_counted_aloud_and_then_nobody_is_let_in(hand):
    for left in (2, 1):
        found = hand.sign_in("nghi", "sai mật khẩu rồi")
        assert (found.status, found.set) == (401, {})
        assert f"Còn {left} lần thử" in found.body
        assert 'role="alert"' in found.body
    assert hand.sign_in("nghi", "sai mật khẩu rồi").status == 429
    found = hand.sign_in("nghi", GOOD)
    assert (found.status, found.set) == (429, {})
    assert 800 < int(found.headers["retry-after"]) <= 900
    assert "15 phút" in found.body


def test_the_page_says_the_same_of_a_name_nobody_has(server):
    one, other = Hand(server).sign_in("ai.do", "sai mật khẩu rồi"), Hand(server).sign_in("ai.khac", "sai mật khẩu rồi")
    assert one.status == 401
    assert one.body.replace("ai.do", "") == other.body.replace("ai.khac", "")


def test_what_is_typed_is_shown_and_never_obeyed(hand):
    found = hand.sign_in('"><script>alert(1)</script>', "x" * 10)
    assert "<script>" not in found.body
    assert "&lt;script&gt;" in found.body
    assert found.body.count('type="password"') == 1
    assert not re.search(r'type="password"[^>]*value=', found.body)


@pytest.mark.parametrize(
    "body", ["user=" + "x" * 20_000, "&".join(f"a{n}=1" for n in range(50)), "user=%ff%fe", "\u00e9"]
)
def test_an_odd_form_breaks_nothing(hand, body):
    found = hand.ask(
        "POST", "/dang-nhap", body, Content_Type="application/x-www-form-urlencoded", Origin=hand.server.url
    )
    assert found.status in {400, 413}


def test_the_sign_in_page_needs_no_script_and_helps_whoever_fills_it_in(hand):
    body = hand.get("/dang-nhap?next=%2Fxep-hang").body
    assert "<script" not in body
    for part in ('<html lang="vi">', '<label for="user">', 'autocomplete="username"', '<label for="password">',
                 'autocomplete="current-password"', "autofocus", 'name="next" value="/xep-hang"'):  # fmt: skip
        assert part in body
    assert '<html lang="en">' in hand.get("/dang-nhap?lang=en").body


def test_signing_out_ends_the_session_wherever_it_is_kept(server):
    hand = Hand(server)
    hand.sign_in(BOSS)
    kept = dict(hand.jar)
    found = hand.post("/dang-xuat")
    assert (found.status, found.headers["location"]) == (303, "/dang-nhap?ra=1")
    assert "candich_session" not in hand.jar
    assert "Bạn đã đăng xuất" in hand.get("/dang-nhap?ra=1").body
    again = Hand(server, kept)
    assert again.get("/xep-hang").status == 303
    assert again.line() == 403


def test_signing_in_again_begins_a_new_session_and_ends_the_old(server):
    hand = Hand(server)
    hand.sign_in(BOSS)
    before = hand.jar["candich_session"]
    hand.sign_in(BOSS)
    assert hand.jar["candich_session"] != before
    assert Hand(server, {"candich_session": before}).get("/").status == 303


def test_signing_out_everywhere_ends_every_session(server):
    one, two = Hand(server), Hand(server)
    assert [each.sign_in("moi.noi").status for each in (one, two)] == [303, 303]
    assert one.post("/tai-khoan/dang-xuat-moi-noi").status == 303
    assert [each.get("/").status for each in (one, two)] == [303, 303]


def test_a_password_of_ones_own(server):
    here, there = Hand(server), Hand(server)
    assert [each.sign_in("doi.mat.khau").status for each in (here, there)] == [303, 303]
    path = "/tai-khoan/mat-khau"
    assert "không giống nhau" in here.post(path, old=GOOD, new=OTHER, again=OTHER + "x").body
    assert "quá dễ đoán" in here.post(path, old=GOOD, new="matkhau12345", again="matkhau12345").body
    assert "Còn 2 lần thử" in here.post(path, old="sai mật khẩu rồi", new=OTHER, again=OTHER).body
    assert here.post(path, old=GOOD, new=OTHER, again=OTHER).headers["location"] == "/tai-khoan?xong=1"
    assert here.get("/tai-khoan").status == 200
    assert there.get("/tai-khoan").status == 303
    assert Hand(server).sign_in("doi.mat.khau", GOOD).status == 401
    assert Hand(server).sign_in("doi.mat.khau", OTHER).status == 303


def test_the_account_page_says_who_one_is_and_what_one_may_do(lan):
    body = lan.get("/tai-khoan").body
    for words in (
        "lan",
        "Phụ trách huyện, cụm",
        "Huyện An",
        "Được xem số liệu, giải trình chênh lệch",
        "Trình duyệt này",
    ):
        assert words in body
    assert "Huyện Bình" not in body


def test_somebody_disabled_is_out_at_the_next_request(server):
    hand = Hand(server)
    accounts = Accounts(load(server.config))
    accounts.add("sap.nghi", "", GOOD, datetime.now(UTC))
    hand.sign_in("sap.nghi")
    assert hand.get("/tai-khoan").status == 200
    accounts.disable("sap.nghi", datetime.now(UTC))
    assert hand.get("/tai-khoan").status == 303
    assert "bị khóa" in hand.sign_in("sap.nghi").body


def test_somebody_without_any_right_is_told_so_and_sees_nothing(server):
    hand = Hand(server)
    hand.sign_in(IDLE)
    for path in ("/", "/xep-hang", f"/xem/{ID}"):
        found = hand.get(path)
        assert found.status == 403
        assert "chưa được cấp quyền" in found.body
        assert "Chiến dịch thử" not in found.body
    assert hand.get(f"/api/version/{ID}").status == 404
    assert hand.get("/tai-khoan").status == 200
    assert hand.line() == 403


@pytest.mark.parametrize("path", ["/gui-so-lieu", "/nguon-so-lieu", "/nhat-ky"])
def test_a_page_one_has_no_right_to_is_no_page(lan, path):
    found, none = lan.get(path), lan.get("/nowhere")
    assert (found.status, none.status) == (404, 404)
    assert found.body == none.body


@pytest.mark.parametrize("path", ["/", "/xep-hang", f"/xem/{ID}/a1", "/tai-khoan", f"/api/version/{ID}"])
def test_nothing_of_ones_own_stays_in_a_shared_browser(lan, path):
    found = lan.get(path)
    assert found.status == 200
    assert found.headers["cache-control"] == "private, no-store"


def test_two_users_of_one_browser_are_not_shown_each_others_page(server):
    hand = Hand(server)
    hand.sign_in(BOSS)
    path = f"/xem/{ID}/b1"
    theirs = hand.get(path)
    assert theirs.status == 200
    hand.sign_in(LAN)
    assert hand.get(path, If_None_Match=theirs.headers.get("etag", "*")).status == 404


def test_the_metrics_are_nobodys(lan):
    assert lan.get("/_stcore/metrics").status == 404


def test_a_websocket_that_is_open_closes_when_its_session_ends(server):
    """Open a line as a browser does, end the session, and say something: the line is closed, not answered."""
    hand = Hand(server)
    hand.sign_in(BOSS)
    head = {"Host": f"127.0.0.1:{server.port}", "Origin": server.url, **UPGRADE,
            "Cookie": f"candich_session={hand.jar['candich_session']}"}  # fmt: skip
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        asked = "GET /_stcore/stream HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head.items())
        line.sendall(asked.encode() + b"\r\n")
        assert b" 101 " in line.recv(4096)
        Sessions(load(server.config)).end_all(BOSS)
        line.sendall(b"\x82\x80\x00\x00\x00\x00")  # an empty message, masked with zeros
        told = b""
        while piece := line.recv(4096):
            told += piece
            if b"\x88" in told:
                break
    assert told.endswith(b"\x88\x02\x03\xf0")  # closed: 1008


def test_the_log_knows_who_came_who_failed_and_who_left_and_no_password(server):
    hand = Hand(server)
    hand.sign_in(BOSS)
    hand.post("/dang-xuat")
    hand.sign_in("mật khẩu gõ nhầm chỗ", "sai mật khẩu rồi")
    folder = load(server.config).data / "audit"
    raw = "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.jsonl")))
    told = [json.loads(line) for line in raw.splitlines()]
    assert {("sign_in", BOSS), ("sign_out", BOSS), ("sign_in_failed", "")} <= {
        (one["what"], one["who"]) for one in told
    }
    assert "locked_out" in {one["what"] for one in told if one["who"] == "nghi"} or "nghi" not in raw
    for secret in (GOOD, OTHER, "sai mật khẩu rồi", "gõ nhầm chỗ", hand.jar.get("candich_known", "-none-")):
        assert secret not in raw


def test_sign_in_without_access_is_no_page(tmp_path):
    config: Path = tmp_path / "config.toml"
    config.write_text(CONFIG, "utf-8")
    with Server(config).running() as open_to_this_machine:
        hand = Hand(open_to_this_machine)
        assert hand.get("/dang-nhap").status == 404
        assert hand.get("/tai-khoan").status == 404
        assert hand.get("/").status == 200


def test_a_run_without_a_session_draws_nothing_but_the_way_in(server, monkeypatch):
    monkeypatch.setenv("CANDICH_CONFIG", str(server.config))
    at = AppTest.from_file(str(SHELL), default_timeout=60)
    at.query_params["as_of"] = "2025-03-03"
    at.run()
    assert not at.exception
    drawn = [element.proto.body for element in at.get("html")]
    assert len(drawn) == 1
    assert "Phiên làm việc đã kết thúc" in drawn[0]
    assert "/dang-nhap?next=%2F%3Fas_of%3D2025-03-03" in drawn[0]
    assert at.get("bidi_component") == []


def test_a_run_asks_anew_whether_its_session_still_stands(server, monkeypatch):
    monkeypatch.setenv("CANDICH_CONFIG", str(server.config))
    sessions = Sessions(load(server.config))
    token = sessions.begin(LAN, "Lan", "local", {}, datetime.now(UTC))
    monkeypatch.setattr(_viewer, "token", lambda: token)
    at = AppTest.from_file(str(SHELL), default_timeout=60)
    at.query_params["as_of"] = "2025-03-03"
    assert "Huyện An" in "".join(element.proto.body for element in at.run().get("html"))
    sessions.end(token)
    assert "Phiên làm việc đã kết thúc" in at.run().get("html")[0].proto.body
