"""What somebody might try against the pages: crafted paths, links, names and bodies. Each fails without its defence."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

import app
from campaign.configuration import parse
from etl.configured import load
from pages._address import PATHS
from pages._gate import Gate
from pages.sign_in.oidc import oidc_of
from reporting.figures import store_of
from tests.browser.conftest import ROOT, Server
from tests.pages.house import ID, SCRIPT, build

MARK = "dau-hieu-rieng-5f1"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    config = build(tmp_path_factory.mktemp("hardened"))
    config.with_name("secrets.toml").write_text(f'SO_TOKEN = "{MARK}"\n', "utf-8")
    config.with_name("beside.html").write_text(MARK, "utf-8")
    with Server(config).running() as running:
        yield running


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Send a path as it is written: no client tidies it up on the way."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        said = {"Host": f"127.0.0.1:{server.port}", "Connection": "close"} | headers
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        line.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    status, _, rest = answer.decode("utf-8", "replace").partition("\r\n")
    return int(status.split()[1]), rest


# --- paths that climb -----------------------------------------------------------------------------------------

CLIMBS = ["../", "..%2f", "..%5c", "%2e%2e/", "....//", "..;/", "%252e%252e%252f", "..\\"]
ROOTS = ["/", "/assets/", "/fonts/", "/static/", "/media/", "/xem/", f"/xem/{ID}/", "/api/version/",
         "/_stcore/bidi-components/", "/_stcore/upload_file/"]  # fmt: skip


@pytest.mark.parametrize("root", ROOTS)
def test_no_path_climbs_out_of_its_folder(started, root):
    targets = {started.config.with_name("secrets.toml"): MARK, ROOT / "pages" / "_shell.py": "from pages"}
    for target, sign in targets.items():
        for climb in CLIMBS:
            for depth in (1, 8):
                status, said = ask(started, f"{root}{climb * depth}{str(target).lstrip('/')}")
                assert sign not in said, f"{root}{climb * depth}"
                assert status < 500, (status, root, climb)
        status, said = ask(started, f"{root}{quote(str(target), safe='')}")
        assert sign not in said
        assert status < 500


def test_what_is_in_the_folder_is_served_so_that_the_test_above_can_fail(started):
    assert ask(started, "/assets/candich.css")[0] == 200
    assert ask(started, "/assets/chrome.js")[0] == 200


@pytest.mark.parametrize(
    "name", ["..", ".", "%2e%2e", "..%2f..%2fetc", "a%00b", "thu-2025%0a", "thu-2025/../x", "*", "'"]
)
def test_a_campaign_that_is_no_name_of_ours_opens_no_file(started, name):
    for path in (f"/api/version/{name}", f"/xem/{name}", f"/xem/{name}/A"):
        status, said = ask(started, path)
        assert status in (303, 307, 308, 400, 404), path
        assert "Traceback" not in said


# --- links that carry code ------------------------------------------------------------------------------------

SQL = ["' or '1'='1", "'; drop table stg_counts; --", "\"; attach '/tmp/x.duckdb' as x; --", "1); select 1; --"]
HTML = [SCRIPT, '"><img src=x onerror=alert(1)>', "</style><script>"]


def stored(config: Path) -> str:
    """Return the digest of the published version, to the last byte."""
    store = store_of(load(config), ID)
    current = store.current()
    assert current is not None
    return sha256(store.path(current.version).read_bytes()).hexdigest()


@pytest.mark.parametrize("words", SQL)
def test_sql_in_a_link_is_a_wrong_word_and_nothing_else(show, house, words):
    before = stored(house)
    plain = show("xep-hang")
    for choice in ("unit", "category", "stage", "level", "as_of", "campaign"):
        shown = show("xep-hang", **{choice: words})
        if choice in ("category", "stage"):
            assert "cd-message" in shown.html, choice
    assert stored(house) == before
    assert show("xep-hang").html == plain.html


@pytest.mark.parametrize("words", SQL)
def test_sql_in_the_address_of_a_plain_page_finds_nothing(started, words):
    before = stored(started.config)
    for path in (f"/xem/{ID}/{quote(words, safe='')}", f"/xem/{quote(words, safe='')}"):
        assert ask(started, path)[0] in (303, 404)
    ask(started, f"/xem/{ID}/A?category={quote(words)}&stage={quote(words)}&as_of={quote(words)}")
    assert stored(started.config) == before


@pytest.mark.parametrize("words", HTML)
def test_html_in_a_link_stays_text(show, words):
    for choice in ("unit", "category", "stage", "level", "as_of", "campaign", "lang"):
        assert words not in show("xep-hang", **{choice: words}).html, choice


@pytest.mark.parametrize("words", HTML)
def test_html_in_the_address_of_a_plain_page_stays_text(started, words):
    written = quote(words, safe="")
    for path in (f"/xem/{ID}/{written}", f"/xem/{ID}/A?category={written}&lang={written}&che-do={written}",
                 f"/{written}?lang={written}", f"/xem/{written}", f"/api/version/{written}"):  # fmt: skip
        assert words not in ask(started, path)[1], path


@pytest.mark.parametrize("path", [path.strip("/") for path in PATHS.values()])
def test_a_unit_named_like_a_script_is_a_name_on_every_page(show, path):
    shown = show(path, unit="a3") if path == "don-vi" else show(path)
    assert SCRIPT not in shown.html


# --- what a configuration cannot switch off -------------------------------------------------------------------


@pytest.mark.parametrize("option", ["enableXsrfProtection", "enableCORS"])
def test_the_frameworks_protections_stay_on(tmp_path, option):
    path = tmp_path / "config.toml"
    path.write_text(f"[server]\n{option} = false\nenableStaticServing = true\n", "utf-8")
    found = app.options(load(path), {})
    assert found[f"server.{option}"] is True
    assert found["server.enableStaticServing"] is False
    assert found["client.showErrorDetails"] == "none"
    assert found["secrets.files"] == []


# --- bodies ---------------------------------------------------------------------------------------------------


def test_an_upload_without_its_token_is_refused_before_it_is_read(started):
    with closing(HTTPConnection("127.0.0.1", started.port, timeout=20)) as line:
        line.putrequest("PUT", "/_stcore/upload_file/session/file")
        line.putheader("Origin", started.url)
        line.putheader("Content-Length", str(300 << 20))
        line.endheaders()
        assert line.getresponse().status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"])
def test_pages_only_answer_to_being_read(started, method):
    for path in ("/", "/xep-hang", "/health", "/assets/candich.css", f"/xem/{ID}"):
        assert ask(started, path, method)[0] in (400, 403, 404, 405), (method, path)


def test_a_head_without_end_is_refused(started):
    try:
        status, _ = ask(started, "/", **{"X-Long": "a" * 200_000})
    except ConnectionError:  # hung up on while it was still talking
        status = 400
    assert status in (400, 431)


# --- TLS ------------------------------------------------------------------------------------------------------


def got(served: ASGIApp, url: str, **headers: str) -> httpx.Response:
    """Ask an application without a server."""

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=served)) as line:
            return await line.get(url, headers=headers)

    with start_blocking_portal() as portal:
        return portal.call(asked)


@pytest.mark.parametrize(("public_url", "bound"), [("https://so-hoa.example", True), ("http://so-hoa.example", False)])
def test_browsers_are_bound_to_tls_once_the_public_address_has_it(tmp_path, public_url, bound):
    config = parse(f'public_url = "{public_url}"\ndata = "{tmp_path}"\n[access]\n', tmp_path / "config.toml")
    gate = Gate(PlainTextResponse("in"), PATHS.values(), lambda _: "nothing", config)
    for path in ("/health", "/", "/secret"):
        assert ("strict-transport-security" in got(gate, public_url + path).headers) is bound, path
    assert got(gate, f"{public_url}/health", Host="evil.example").status_code == 421


def test_the_way_through_the_provider_is_carried_over_tls_only(tmp_path):
    head = 'public_url = "https://so-hoa.example"\n[access]\n[access.oidc]\n'
    secrets = {"CANDICH_OIDC_CLIENT_ID": "x", "CANDICH_OIDC_CLIENT_SECRET": "y",
               "CANDICH_OIDC_METADATA_URL": "https://id.example/.well-known/openid-configuration"}  # fmt: skip
    oidc = oidc_of(parse(head, tmp_path / "config.toml"), secrets, 8501)
    assert oidc is not None
    assert oidc.secrets()["auth"]["redirect_uri"] == "https://so-hoa.example/oauth2callback"
    carried = got(Starlette(routes=oidc.routes()), "https://so-hoa.example/dang-nhap/oidc").headers["set-cookie"]
    assert all(sign in carried for sign in ("Secure", "HttpOnly", "SameSite=lax", "Path=/oauth2callback"))
