"""The gate without a server: hosts and origins nobody can read, a store and a log that fail, a page nobody touches."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.testing.v1 import AppTest

from access.accounts import Accounts
from access.sessions import Sessions
from access.store import path_of
from campaign.configuration import Configuration, parse
from etl.configured import load
from pages import _viewer
from pages._address import PATHS
from pages._gate import Gate, Line
from pages.sign_in.door import Door
from pages.sign_in.oidc import _nameless
from tests.pages.conftest import SHELL
from tests.pages.house import CONFIG, build

GOOD, OTHER = "trời xanh mây trắng", "biển rộng sông dài"
HERE = "http://127.0.0.1:8501"
GRANT = '[[access.grant]]\nuser = "lan"\nrole = "leader"\n'
Ask = Callable[..., httpx.Response]


@pytest.fixture
def config(tmp_path: Path) -> Configuration:
    made = parse(f"[access]\n{GRANT}", tmp_path / "config.toml")
    Accounts(made).add("lan", "Lan", GOOD, datetime.now(UTC))
    return made


@pytest.fixture
def ask(config: Configuration) -> Ask:
    """Ask the gate and the door as a browser does; what they raise, the test is told."""
    pages = [Route(path, lambda _: PlainTextResponse("in")) for path in PATHS.values()]
    before = Middleware(Gate, pages=PATHS.values(), not_found=lambda _: "nothing", config=config)
    served = Starlette(routes=[*pages, *Door(config).routes()], middleware=[before])

    def asked(path: str, method: str = "GET", token: str = "", **said: str) -> httpx.Response:
        headers = {"Origin": HERE} if method == "POST" else {}
        headers |= {"Cookie": f"candich_session={token}"} if token else {}
        headers |= {name[1:]: said.pop(name) for name in list(said) if name[0] == "_"}

        async def sent() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=served)) as line:
                return await line.request(method, HERE + path, data=said or None, headers=headers)

        with start_blocking_portal() as portal:
            return portal.call(sent)

    return asked


def signed_in(config: Configuration) -> str:
    return Sessions(config).begin("lan", "Lan", "local", {}, datetime.now(UTC))


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://127.0.0.1:8501@evil.example", "null", ""])
def test_an_origin_nobody_can_read_is_somebody_elses(ask, origin):
    assert ask("/dang-nhap", "POST", _Origin=origin, user="lan", password=GOOD).status_code == 403


@pytest.mark.parametrize("host", ["evil@127.0.0.1", "127.0.0.1/evil", "127.0.0.1:1;script-src *", "127.0.0.1?x", "["])
def test_a_host_that_is_more_than_a_name_is_not_ours_and_writes_nothing_into_the_policy(ask, host):
    answer = ask("/dang-nhap", _Host=host)
    assert answer.status_code == 421
    assert ask("/dang-nhap", _Host="[::1]:8501").status_code == 200


def broken(config: Configuration) -> None:
    path_of(config).write_bytes(b"no database " * 400)


def gone(config: Configuration) -> None:
    path_of(config).unlink()
    path_of(config).mkdir()


@pytest.mark.parametrize("spoil", [broken, gone])
def test_while_accounts_cannot_be_had_nobody_gets_in_and_everybody_is_told_so(ask, config, spoil, caplog):
    token = signed_in(config)
    spoil(config)
    sent = {"user": "lan", "password": GOOD, "old": GOOD, "new": OTHER, "again": OTHER}
    with caplog.at_level(logging.CRITICAL + 1):
        answers = [
            ask("/xep-hang", token=token),
            ask("/dang-nhap", token=token),
            ask("/dang-nhap", "POST", **sent),
            ask("/dang-nhap?lang=vi", "POST", token=token, **sent),
            ask("/tai-khoan", token=token),
            ask("/tai-khoan/mat-khau", "POST", token=token, **sent),
            ask("/dang-xuat", "POST", token=token),
        ]
    for answer in answers:
        assert answer.status_code == 503
        assert "Máy chủ đang trục trặc" in answer.text
        assert "set-cookie" not in answer.headers
        assert answer.headers["x-frame-options"] == "DENY"
        assert "sqlite" not in answer.text
    assert ask("/xep-hang?lang=en", token=token).text.count("out of order") > 0
    assert ask("/api/version/x", token=token).text == "503 Service Unavailable"


def test_a_password_that_was_changed_is_said_to_be_though_the_log_fails(ask, config, caplog):
    token = signed_in(config)
    (config.data / "audit").write_text("in the way")
    with caplog.at_level(logging.CRITICAL + 1):
        answer = ask("/tai-khoan/mat-khau", "POST", token=token, old=GOOD, new=OTHER, again=OTHER)
    assert (answer.status_code, answer.headers["location"]) == (303, "/tai-khoan?xong=1")
    assert "candich_known" in answer.headers["set-cookie"]


def by_itself() -> bytes:
    asked = BackMsg()
    asked.rerun_script.is_auto_rerun = True
    return asked.SerializeToString()


def at_new_figures() -> bytes:
    asked = BackMsg()
    one = asked.rerun_script.widget_states.widgets.add()
    one.id, one.json_trigger_value = "events", '[{"event":"version","value":"v000002"}]'
    return asked.SerializeToString()


def by_hand() -> bytes:
    asked = BackMsg()
    one = asked.rerun_script.widget_states.widgets.add()
    one.id, one.json_trigger_value = "events", '[{"event":"go","value":"/xep-hang?q=\\"version\\""}]'
    return asked.SerializeToString()


@pytest.mark.parametrize(
    ("said", "is_use"),
    [(by_itself(), False), (at_new_figures(), False), (by_hand(), True), (b"", True), (b"\xff\xff", True)],
)
def test_a_page_that_looks_again_by_itself_does_not_keep_a_session_open(said, is_use):
    asked: list[bool] = []

    async def is_signed_in(_: str, *, used: bool) -> bool:
        asked.append(used)
        return True

    async def receive() -> Message:
        return {"type": "websocket.receive", "bytes": said}

    async def send(_: Message) -> None:
        raise AssertionError("the line is not closed")

    with start_blocking_portal() as portal:
        assert portal.call(Line(is_signed_in, "token", receive, send).receive)["bytes"] == said
    assert asked == [is_use]


def test_a_run_does_not_use_a_session_which_only_its_user_does(config, monkeypatch):
    before = datetime.now(UTC) - timedelta(hours=1)
    token = Sessions(config).begin("lan", "Lan", "local", {}, before)
    monkeypatch.setattr(_viewer, "configuration", lambda: config)
    monkeypatch.setattr(_viewer, "token", lambda: token)
    assert _viewer.viewer().id == "lan"
    found = Sessions(config).find(token, datetime.now(UTC), used=False)
    assert found is not None
    assert found.seen_at == before


@pytest.mark.parametrize("before", [b"", b" ", b"\xa0", b"\x85", b"\x1f"])
def test_no_blank_hides_the_frameworks_own_identity(before):
    """Take away whatever the framework would read as its cookie: it sees more blanks than ASCII has."""
    brought = b"a=1;" + before + b"_streamlit_user=x; candich_session=y;" + before + b"_streamlit_user_tokens=z"
    kept = _nameless({"type": "http", "headers": [(b"cookie", brought)]})
    assert dict(HTTPConnection(kept).cookies) == {"a": "1", "candich_session": "y"}


def test_what_a_page_kept_is_not_there_for_somebody_else_on_the_same_line(tmp_path, monkeypatch):
    build(tmp_path)
    path = tmp_path / "config.toml"
    path.write_text(f"{CONFIG}[access]\n{GRANT}{GRANT.replace('lan', 'mai')}", "utf-8")
    monkeypatch.setenv("CANDICH_CONFIG", str(path))
    sessions = Sessions(load(path))
    for user in ("lan", "mai"):
        Accounts(sessions.config).add(user, "", GOOD, datetime.now(UTC))
    tokens = {user: sessions.begin(user, "", "local", {}, datetime.now(UTC)) for user in ("lan", "mai")}
    at = AppTest.from_file(str(SHELL), default_timeout=60)
    kept = []
    for user in ("lan", "lan", "mai", "lan"):
        monkeypatch.setattr(_viewer, "token", lambda user=user: tokens[user])
        assert not at.run().exception
        kept.append("of_lan" in at.session_state)
        if len(kept) == 1:
            at.session_state["of_lan"] = "what became of what Lan sent"
    assert kept == [False, True, False, False]
