"""Signing in through a provider, by hand: every step as a browser takes it, and every step bent."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from itsdangerous import URLSafeTimedSerializer

from tests.browser.conftest import ROOT, Server
from tests.crooked import CLIENT, METADATA, SECRET, Crooked, crooked_provider
from tests.pages.house import ID, SCRIPT, build

ACCESS = """
[access]
[access.oidc]
[[access.grant]]
user = "oidc:lan@x.example"
role = "administrator"
[[access.grant]]
claim = "chuc_vu"
value = "huyen"
role = "lead"
units = ["A"]
"""
OURS = "candich_session"
IDENTITY = "_streamlit_user"


@dataclass
class Answer:
    """What a server said."""

    status: int
    leads_to: str
    body: str
    set: dict[str, str]
    headers: dict[str, str]


@dataclass
class Hand:
    """A browser without a browser: keeps cookies, follows nothing by itself."""

    server: Server
    jar: dict[str, str] = field(default_factory=dict)

    def get(self, address: str) -> Answer:
        parts = urlsplit(address)
        own = not parts.netloc or parts.port == self.server.port
        said = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())} if own and self.jar else {}
        with closing(HTTPConnection("127.0.0.1", self.server.port if own else parts.port, timeout=20)) as line:
            line.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=said)
            found = line.getresponse()
            body = found.read().decode("utf-8", "replace")
        written = SimpleCookie()
        for one in found.headers.get_all("set-cookie") or []:
            written.load(one)
        for name, morsel in written.items():
            if morsel["max-age"] == "0" or not morsel.value:
                self.jar.pop(name, None)
            else:
                self.jar[name] = morsel.value
        values = {name: morsel.OutputString() for name, morsel in written.items()}
        return Answer(found.status, found.headers.get("location", ""), body, values, dict(found.headers))

    def to_the_provider(self, next_: str = "/") -> str:
        """Go to the provider's own page, and return its address."""
        login = self.get(f"/dang-nhap/oidc?next={next_}")
        assert login.status == 303
        assert login.leads_to.startswith("/auth/login?provider=")
        return self.get(login.leads_to).leads_to

    def callback(self, next_: str = "/") -> str:
        """Sign in there, and return the address the provider leads back to."""
        return self.get(self.to_the_provider(next_)).leads_to

    def is_in(self) -> bool:
        """Tell whether the gate lets us see anything."""
        return self.get("/xep-hang").status == 200


@pytest.fixture(scope="module")
def provider() -> Iterator[Crooked]:
    with crooked_provider() as running:
        yield running


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, provider: Crooked) -> Iterator[Server]:
    config = build(tmp_path_factory.mktemp("oidc"))
    config.write_text(config.read_text("utf-8") + ACCESS, "utf-8")
    config.with_name("secrets.toml").write_text(
        f'[auth]\nclient_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{provider.address}{METADATA}"\n',
        "utf-8",
    )
    with Server(config).running() as running:
        yield running


@pytest.fixture
def hand(started: Server, provider: Crooked) -> Hand:
    provider.honest()
    return Hand(started)


def test_whoever_the_provider_vouches_for_comes_in_where_he_wanted_to_go(hand):
    assert not hand.is_in()
    answer = hand.get(hand.callback("/xep-hang%3Fas_of%3D2025-03-03%26unit%3DA"))
    assert (answer.status, answer.leads_to) == (303, "/xep-hang?as_of=2025-03-03&unit=A")
    assert "httponly" in answer.set[OURS].lower()
    assert "samesite=lax" in answer.set[OURS].lower()
    assert "no-store" in answer.headers["cache-control"]
    assert hand.is_in()


def test_the_browser_never_holds_the_frameworks_own_identity(hand):
    answer = hand.get(hand.callback())
    assert not any(name.startswith(IDENTITY) for name in {**hand.jar, **answer.set})
    assert set(hand.jar) == {OURS}


@pytest.mark.parametrize(
    "next_",
    ["https://evil.example/", "//evil.example/", "/%5Cevil.example", "javascript:alert(1)", "/%0d%0aX:1", "xep-hang"],
)
def test_a_link_that_leads_elsewhere_leads_to_the_first_page(hand, next_):
    answer = hand.get(hand.callback(next_))
    assert (answer.status, answer.leads_to) == (303, "/")


def refusal(hand: Hand, address: str) -> Answer:
    answer = hand.get(address)
    assert answer.status == 403, answer
    assert OURS not in hand.jar
    assert not hand.is_in()
    return answer


def test_a_callback_cannot_be_replayed_with_everything_the_browser_had(hand, provider):
    address = hand.callback()
    before = dict(hand.jar)
    assert hand.get(address).status == 303
    again = Hand(hand.server, before)
    asked = provider.tokens_asked
    assert "đã được dùng" in refusal(again, address).body
    assert provider.tokens_asked == asked, "the provider is not even asked"


def test_a_callback_of_somebody_else_is_refused(hand):
    other = Hand(hand.server)
    refusal(other, hand.callback())
    theirs = Hand(hand.server)
    theirs.to_the_provider()
    refusal(theirs, hand.callback())


@pytest.mark.parametrize("name", ["state", "code"])
def test_a_wrong_state_or_code_is_refused(hand, name):
    address = hand.callback()
    said = parse_qs(urlsplit(address).query)[name][0]
    refusal(hand, address.replace(said, said[:-1] + ("a" if said[-1] != "a" else "b")))


def test_a_callback_without_anything_is_refused(hand):
    refusal(hand, "/oauth2callback")
    refusal(hand, "/oauth2callback?code=1&state=2")
    hand.to_the_provider()
    refusal(hand, "/oauth2callback")


def test_whoever_gives_up_at_the_provider_is_told_so_and_may_try_again(hand):
    hand.to_the_provider("/xep-hang")
    answer = refusal(hand, "/oauth2callback?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "dừng đăng nhập" in answer.body
    assert "<script>" not in answer.body
    assert "/dang-nhap?next=%2Fxep-hang" in answer.body


def expired(claims):
    return claims | {"iat": int(time.time()) - 9000, "exp": int(time.time()) - 8000}


@pytest.mark.parametrize(
    "bend",
    [
        expired,
        lambda claims: claims | {"nonce": "another"},
        lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
        lambda claims: claims | {"aud": "another"},
        lambda claims: claims | {"iss": "https://evil.example"},
        lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    ],
    ids=["expired", "wrong nonce", "no nonce", "wrong audience", "wrong issuer", "never expires"],
)
def test_an_id_token_that_is_not_for_this_moment_and_place_is_refused(hand, provider, bend):
    provider.bend = bend
    assert "Không xác nhận được" in refusal(hand, hand.callback()).body


def test_an_id_token_with_a_forged_signature_is_refused(hand, provider):
    provider.forged = True
    refusal(hand, hand.callback())


def test_an_answer_without_an_id_token_is_refused(hand, provider):
    provider.without_token = True
    refusal(hand, hand.callback())


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"email": ""}, "không cho biết tên"),
        ({"email": None}, "không cho biết tên"),
        ({"email": "\u212aim@x.example"}, "có ký tự không dùng được"),
        ({"email_verified": False}, "chưa được nhà cung cấp xác minh"),
        ({"email_verified": None}, "chưa được nhà cung cấp xác minh"),
    ],
)
def test_a_user_whose_name_is_missing_or_unverified_is_refused(hand, provider, claims, says):
    provider.honest(**claims)
    assert says in refusal(hand, hand.callback()).body


def test_no_cookie_of_the_frameworks_lets_anybody_in_however_well_it_is_signed(hand):
    told = '{"email": "lan@x.example", "email_verified": true, "is_logged_in": true, "provider": "default"}'
    for secret in (SECRET, "", "x" * 32):
        signed = URLSafeTimedSerializer(secret or "empty", salt=IDENTITY).dumps(told)
        forged = Hand(hand.server, {IDENTITY: signed, OURS: signed})
        assert not forged.is_in()
        refusal(Hand(hand.server, {IDENTITY: signed}), "/oauth2callback")


def test_a_session_that_is_edited_opens_nothing(hand):
    hand.get(hand.callback())
    token = hand.jar[OURS]
    assert not Hand(hand.server, {OURS: token[:-1] + ("A" if token[-1] != "A" else "B")}).is_in()
    assert not Hand(hand.server, {OURS: token + "A"}).is_in()
    assert Hand(hand.server, {OURS: token}).is_in()


def test_a_provider_that_is_down_is_said_to_be_and_nobody_comes_in(hand, provider):
    provider.down = True
    login = hand.get("/dang-nhap/oidc")
    answer = hand.get(login.leads_to)
    assert answer.status == 502
    assert "Chưa kết nối được" in answer.body
    assert not hand.is_in()


def test_the_frameworks_sign_out_is_out_of_reach(hand):
    hand.get(hand.callback())
    assert hand.get("/auth/logout").status == 404


def test_another_name_of_this_machine_is_led_to_the_one_the_provider_knows(hand):
    with closing(HTTPConnection("127.0.0.1", hand.server.port, timeout=20)) as line:
        line.request("GET", "/dang-nhap/oidc?next=/xep-hang", headers={"Host": f"localhost:{hand.server.port}"})
        found = line.getresponse()
    assert found.status == 303
    assert found.headers["location"] == f"{hand.server.url}/dang-nhap/oidc?next=%2Fxep-hang"


def test_neither_the_secret_nor_a_code_nor_a_token_stands_in_a_log(hand, provider):
    address = hand.callback()
    code = parse_qs(urlsplit(address).query)["code"][0]
    hand.get(address)
    token = hand.jar[OURS]
    provider.forged = True
    refusal(Hand(hand.server), Hand(hand.server).callback())
    written = [hand.server.log, *(path for path in hand.server.config.parent.rglob("*.jsonl") if path.is_file())]
    for path in written:
        told = path.read_text("utf-8", "replace")
        assert SECRET not in told
        assert token not in told
        assert f"code={code}" not in told
    store = hand.server.config.parent / "data" / "access" / "access.sqlite"
    assert token.encode() not in store.read_bytes()
    assert SECRET.encode() not in store.read_bytes()


def test_the_secret_stays_out_of_every_answer(hand):
    for path in ("/dang-nhap", "/dang-nhap/oidc", "/", "/_stcore/host-config", "/oauth2callback", "/secrets.toml"):
        assert SECRET not in str(hand.get(path))


def manage(server: Server, *command: str) -> None:
    """Run a command of the product on the server's configuration."""
    done = subprocess.run(
        [sys.executable, "-m", "etl", "--config", str(server.config), *command],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_disabled_user_is_out_at_once_and_gets_in_nowhere(hand, provider):
    hand.get(hand.callback())
    assert hand.is_in()
    manage(hand.server, "user", "disable", "oidc:lan@x.example")
    try:
        assert not hand.is_in()
        again = Hand(hand.server)
        assert "không còn được dùng" in refusal(again, again.callback()).body
        provider.honest(email="LAN@X.example")  # however he is spelt
        again = Hand(hand.server)
        refusal(again, again.callback())
    finally:
        manage(hand.server, "user", "enable", "oidc:lan@x.example")
    assert not hand.is_in(), "the session that was ended stays ended"
    provider.honest()
    again = Hand(hand.server)
    again.get(again.callback())
    assert again.is_in()


def test_signing_out_everywhere_ends_every_session_of_a_user_of_the_provider(hand, provider):
    other = Hand(hand.server)
    for one in (hand, other):
        provider.honest()
        one.get(one.callback())
        assert one.is_in()
    manage(hand.server, "user", "sign-out", "oidc:lan@x.example")
    assert not hand.is_in()
    assert not other.is_in()


@pytest.mark.parametrize("claim", ["huyen", ["xa", "huyen"]])
def test_what_a_claim_grants_is_seen_and_nothing_else(hand, provider, claim):
    provider.honest(email="hoa@x.example", chuc_vu=claim)
    hand.get(hand.callback())
    assert hand.get(f"/xem/{ID}/A").status == 200
    told = hand.get(f"/xem/{ID}/A").body
    assert "Huyện An" in told
    assert hand.get(f"/xem/{ID}/B").status in (403, 404)


@pytest.mark.parametrize(
    "claims", [{}, {"chuc_vu": "xa"}, {"chuc_vu": None}, {"chuc_vu": {"huyen": 1}}, {"huyen": "chuc_vu"}]
)
def test_whoever_is_granted_nothing_sees_nothing(hand, provider, claims):
    provider.honest(email="hoa@x.example", **claims)
    hand.get(hand.callback())
    for path in ("/xem", f"/xem/{ID}", f"/xem/{ID}/A", "/xep-hang", f"/api/version/{ID}"):
        answer = hand.get(path)
        assert "Huyện An" not in answer.body, path
        assert "550" not in answer.body, path


def test_the_way_in_and_its_refusals_carry_the_security_headers_and_are_kept_by_no_browser(hand):
    for path, status in (("/dang-nhap", 200), ("/oauth2callback", 403), ("/dang-nhap/oidc", 303), ("/xep-hang", 303)):
        answer = hand.get(path)
        assert answer.status == status, path
        assert "no-store" in answer.headers["cache-control"], path
        assert answer.headers["x-frame-options"] == "DENY", path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path


def posted(server: Server, form: str, **headers: str) -> tuple[int, str]:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=20)) as line:
        said = {"Origin": server.url, "Content-Type": "application/x-www-form-urlencoded"} | headers
        line.request("POST", "/dang-nhap", form, said)
        found = line.getresponse()
        return found.status, found.read().decode("utf-8", "replace")


@pytest.mark.parametrize("words", [SCRIPT, '"><img src=x onerror=alert(1)>', "' or '1'='1"])
def test_what_is_typed_at_the_way_in_stays_text(hand, words):
    written = quote(words, safe="")
    for typed in ("user", "password", "next", "lang"):
        form = "&".join(f"{name}={written if name == typed else 'x'}" for name in ("user", "password", "next", "lang"))
        status, body = posted(hand.server, form)
        assert status in (400, 401, 429), (typed, status)
        assert words not in body, typed
    answer = hand.get(f"/dang-nhap?next={written}&lang={written}&ra={written}")
    assert answer.status == 200
    assert words not in answer.body


def test_the_way_in_takes_no_form_from_another_page_and_none_that_is_too_long(hand):
    assert posted(hand.server, "user=a&password=b", Origin="http://evil.example")[0] == 403
    assert posted(hand.server, "user=" + "a" * 20_000 + "&password=b")[0] == 413
    with closing(HTTPConnection("127.0.0.1", hand.server.port, timeout=20)) as line:
        line.putrequest("POST", "/dang-nhap")
        line.putheader("Origin", hand.server.url)
        line.putheader("Content-Length", str(300 << 20))
        line.endheaders(b"user=" + b"a" * 70_000)
        assert line.getresponse().status == 413, "told before the rest is sent"
