"""An address on the web as a source: what is taken, what is tried again, and what is told when it cannot be had."""

import contextlib
import gzip
import io
import json
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
import trustme

from campaign.errors import CanDichError, ConfigError, ContractError, SourceError
from etl.pull import pull_source
from etl.pulls import history
from etl.sources.client import _only_safer
from tests.served import Answer, Asked, Says, Served, serving
from tests.warehouse.small import CONFIG, Small, counts

JSON = {"Content-Type": "application/json"}
CSV = {"Content-Type": "text/csv; charset=utf-8"}
LONG = counts(*[("00101", "3", number) for number in range(999)]).encode()
PACKED = gzip.compress(LONG)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.sources.client.FIRST_WAIT", 0.01)


@pytest.fixture
def web() -> Iterator[Served]:
    with serving() as served:
        yield served


def configure(small: Small, url: str, more: str = "", tables: str = "", name: str = "web") -> None:
    source = f'[[source]]\nname = "{name}"\ncampaign = "nho"\nkind = "http"\nurl = "{url}"\nschedule = "* * * * *"\n'
    small.write("config.toml", f"{CONFIG}\n{source}{more}\n{tables}\n")


def pull(small: Small, name: str = "web") -> dict[str, Any]:
    return pull_source(small.config, name)


def records(*rows: tuple[str, str, object]) -> list[dict[str, object]]:
    return [{"unit_code": unit, "as_of": f"2025-02-{int(day):02d}", "count": count} for unit, day, count in rows]


def said(*rows: tuple[str, str, object], **more: object) -> Says:
    return Says(json.dumps({"results": records(*rows), **more}), headers=JSON)


def workbook(*rows: tuple[str, str, int]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["unit_code", "as_of", "count"])
    for unit, day, count in rows:
        sheet.append([unit, f"2025-02-{int(day):02d}", count])
    book.save(out)
    return out.getvalue()


# --- what is taken --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "headers", "more"),
    [
        ("/data", counts(("00101", "3", 5)), CSV, ""),
        ("/pub", counts(("00101", "3", 5)), {"Content-Type": "text/plain"}, 'format = "csv"'),
        ("/report.csv", counts(("00101", "3", 5)), {}, ""),
        ("/report.xlsx", workbook(("00101", "3", 5)), {"Content-Type": "application/octet-stream"}, ""),
        ("/export", workbook(("00101", "3", 5)), {"Content-Disposition": "attachment; filename=b.xlsx"}, ""),
        ("/data", json.dumps(records(("00101", "3", 5))), JSON, ""),
        ("/data", json.dumps({"results": records(("00101", "3", 5))}), JSON, 'records = "results"'),
        ("/data", json.dumps({"a": {"b": records(("00101", "3", 5))}}), JSON, 'records = "a.b"'),
        ("/data", gzip.compress(counts(("00101", "3", 5)).encode()), {**CSV, "Content-Encoding": "gzip"}, ""),
    ],
)
def test_csv_workbooks_and_json_are_taken_and_kept_as_they_came(
    small: Small, web: Served, path: str, body: str | bytes, headers: dict[str, str], more: str
) -> None:
    web.says[path] = Says(body, headers=headers)
    configure(small, f"{web.address}{path}?gid=1", more)
    taken = pull(small)
    assert (taken["files"], taken["accepted"], small.done()) == (1, 1, 5)
    ((_, kept, _),) = small.received.loads()[0].files
    sent = gzip.decompress(body) if "Content-Encoding" in headers else body  # type: ignore[arg-type]
    assert kept.read_bytes() == (sent.encode() if isinstance(sent, str) else sent)
    assert web.asked[0].query == {"gid": "1"}


def test_the_same_answer_makes_no_load_and_another_one_does(small: Small, web: Served) -> None:
    one, two = (Says(counts(("00101", "3", count)), headers=CSV) for count in (5, 6))
    web.says["/a"] = [one, one, two, one]
    configure(small, f"{web.address}/a")
    assert [pull(small)["files"] for _ in range(4)] == [1, 0, 1, 1]
    assert len(small.received.loads()) == 3


def test_a_server_is_asked_only_for_what_changed_once_the_answer_is_loaded(
    small: Small, web: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = {"ETag": '"v1"', "Last-Modified": "Mon, 03 Feb 2025 10:00:00 GMT"}

    def answer(asked: Asked) -> Says:
        same = asked.headers["If-None-Match"] == '"v1"'
        return Says(status=304) if same else Says(counts(("00101", "3", 5)), headers={**CSV, **marks})

    web.says["/a"] = answer
    configure(small, f"{web.address}/a")
    with monkeypatch.context() as patched:
        patched.setattr("etl.pull.ingest", lambda *_, **__: (_ for _ in ()).throw(SourceError("lock", "is held")))
        with pytest.raises(SourceError):
            pull(small)
    assert [pull(small)["files"] for _ in range(3)] == [1, 0, 0]
    assert [one.headers["If-None-Match"] for one in web.asked] == [None, None, '"v1"', '"v1"']
    assert web.asked[2].headers["If-Modified-Since"] == marks["Last-Modified"]
    configure(small, f"{web.address}/a?b=1")
    pull(small)
    assert web.asked[-1].headers["If-None-Match"] is None, "another address has another ETag"


# --- pages ----------------------------------------------------------------------------------------------------

PAGES = [("00101", "3", 5), ("00102", "3", 6), ("00201", "3", 7)]


def test_pages_by_number_go_on_until_one_is_not_full(small: Small, web: Served) -> None:
    web.says["/a"] = lambda asked: said(*PAGES[(int(asked.query["page"]) - 1) * 2 :][:2])
    paging = '[source.pagination]\nkind = "page"\nsize = 2\nsize_param = "per_page"'
    configure(small, f"{web.address}/a", 'records = "results"', paging)
    taken = pull(small)
    assert (taken["files"], taken["accepted"], small.done()) == (2, 3, 18)
    assert [one.query for one in web.asked] == [{"page": "1", "per_page": "2"}, {"page": "2", "per_page": "2"}]
    assert [json.loads(kept.read_bytes())["results"] for _, kept, _ in small.received.loads()[0].files] == [
        records(*PAGES[:2]),
        records(*PAGES[2:]),
    ]


def test_pages_by_number_without_a_size_go_on_until_one_is_empty(small: Small, web: Served) -> None:
    web.says["/a"] = lambda asked: said(*PAGES[int(asked.query["trang"]) :][:1])
    configure(small, f"{web.address}/a", 'records = "results"',
              '[source.pagination]\nkind = "page"\nparam = "trang"\nfirst = 0')  # fmt: skip
    assert (pull(small)["accepted"], len(web.asked)) == (3, 4)


def test_pages_by_offset(small: Small, web: Served) -> None:
    web.says["/a"] = lambda asked: said(*PAGES[int(asked.query["$skip"]) :][:2])
    paging = '[source.pagination]\nkind = "offset"\nparam = "$skip"\nsize = 2\nsize_param = "$top"'
    configure(small, f"{web.address}/a", 'records = "results"', paging)
    assert pull(small)["accepted"] == 3
    assert [one.query["$skip"] for one in web.asked] == ["0", "2"]


@pytest.mark.parametrize("absolute", [True, False])
def test_pages_by_a_link_in_the_answer(small: Small, web: Served, absolute: bool) -> None:  # noqa: FBT001 - a parameter
    start = web.address if absolute else ""
    web.says["/a"] = said(PAGES[0], next=f"{start}/b?x=1")
    web.says["/b"] = said(PAGES[1], next=f"{start}/c")
    web.says["/c"] = said(PAGES[2], next=None)
    paging = '[source.pagination]\nkind = "next"\nnext = "next"'
    configure(small, f"{web.address}/a", 'records = "results"', paging)
    assert (pull(small)["accepted"], web.paths) == (3, ["/a", "/b", "/c"])


def test_pages_by_the_link_header(small: Small, web: Served) -> None:
    link = {"Link": '<b.csv>; rel="next", <a.csv>; rel="first"'}
    web.says["/x/a.csv"] = Says(counts(PAGES[0]), headers=link)
    web.says["/x/b.csv"] = Says(counts(PAGES[1]))
    configure(small, f"{web.address}/x/a.csv", "", '[source.pagination]\nkind = "next"')
    assert (pull(small)["accepted"], web.paths) == (2, ["/x/a.csv", "/x/b.csv"])


def test_one_key_on_two_pages_is_judged_as_one_file_would_be(small: Small, web: Served) -> None:
    """Daily increments of one unit and day stand on two pages: both count, once."""
    web.says["/a"] = [said(("00101", "3", 5)), said(("00101", "3", 6)), said()]
    configure(small, f"{web.address}/a", 'records = "results"\ncombine = "sum"\nmeasure = "daily"',
              '[source.pagination]\nkind = "page"')  # fmt: skip
    taken = pull(small)
    assert (taken["accepted"], small.done()) == (2, 11)
    assert small.command("rebuild", "--campaign", "nho")[0] == 0
    assert small.done() == 11


def test_a_field_that_one_page_lacks_is_no_column_gone(small: Small, web: Served) -> None:
    full = [{**one, "reason": "kiểm lại"} for one in records(("00101", "3", 5))]
    web.says["/a"] = [Says(json.dumps(full), headers=JSON), said(("00102", "3", 6)), said()]
    columns = "[source.columns]\n" + "\n".join(f'{one} = "{one}"' for one in ("unit_code", "as_of", "count", "reason"))
    configure(small, f"{web.address}/a", "", f'[source.pagination]\nkind = "page"\n{columns}')
    assert pull(small)["accepted"] == 2


def test_a_server_that_does_not_know_the_page_number_is_noticed(small: Small, web: Served) -> None:
    web.says["/a"] = said(*PAGES)
    configure(small, f"{web.address}/a", 'records = "results"', '[source.pagination]\nkind = "page"')
    with pytest.raises(SourceError, match="page 2: is the same as a page before it"):
        pull(small)
    assert len(web.asked) == 2


@pytest.mark.parametrize(("link", "told"), [("/a", "links to a page before it"), ("/b", "more than 3 pages")])
def test_links_in_a_circle_or_without_end_are_left(small: Small, web: Served, link: str, told: str) -> None:
    web.says["/a"] = said(PAGES[0], next="/a" if link == "/a" else "/b")
    web.says["/b"] = lambda _: said(PAGES[1], next=f"/b?{len(web.asked)}")
    paging = '[source.pagination]\nkind = "next"\nnext = "next"\nmost = 3'
    configure(small, f"{web.address}/a", 'records = "results"', paging)
    with pytest.raises(SourceError, match=told):
        pull(small)


def test_a_page_that_fails_leaves_all_of_them_out(small: Small, web: Served) -> None:
    web.says["/a"] = said(PAGES[0], next="/b")
    web.says["/b"] = Says("no", 500)
    configure(small, f"{web.address}/a", 'records = "results"\ntries = 2',
              '[source.pagination]\nkind = "next"\nnext = "next"')  # fmt: skip
    with pytest.raises(SourceError, match=r"page 2: answered 500 .* \(2 times\)"):
        pull(small)
    assert small.received.loads() == []


# --- secrets --------------------------------------------------------------------------------------------------

ASKING = """headers = { Authorization = "Token ${SO_TOKEN}", X-Ma-Rieng = "env:SO_TOKEN" }
params = { api_key = "${SO_TOKEN}" }"""


def test_a_token_comes_from_the_environment(small: Small, web: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SO_TOKEN", "rat-bi-mat\n")
    web.says["/a"] = said(PAGES[0])
    configure(small, f"{web.address}/a", ASKING)
    pull(small)
    (asked,) = web.asked
    assert (asked.headers["Authorization"], asked.headers["X-Ma-Rieng"]) == ("Token rat-bi-mat", "rat-bi-mat")
    assert asked.query == {"api_key": "rat-bi-mat"}


def test_a_token_that_is_missing_or_written_into_the_file_is_told(
    small: Small, web: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SO_TOKEN", raising=False)
    configure(small, f"{web.address}/a", ASKING)
    with pytest.raises(ConfigError, match="SO_TOKEN is not set"):
        pull(small)
    written = ('headers = { Authorization = "Token abc" }', 'params = { access_token = "abc" }')
    for query, more in (("", written[0]), ("", written[1]), ("?api_key=abc", "")):
        configure(small, f"{web.address}/a{query}", more)
        with pytest.raises(ConfigError, match="environment"):
            pull(small)
    assert web.asked == []


def test_another_host_gets_no_header_of_ours(small: Small, web: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SO_TOKEN", "rat-bi-mat")
    with serving(host="localhost") as other:
        web.says["/a"] = Says(status=302, headers={"Location": "/b"})
        web.says["/b"] = Says(status=307, headers={"Location": f"{other.address}/c"})
        other.says["/c"] = Says(status=302, headers={"Location": f"{other.address}/d"})
        other.says["/d"] = said(PAGES[0], next=f"{other.address}/e")
        other.says["/e"] = said(PAGES[1])
        configure(small, f"{web.address}/a", f'{ASKING}\nrecords = "results"',
                  '[source.pagination]\nkind = "next"\nnext = "next"')  # fmt: skip
        assert pull(small)["accepted"] == 2
        assert [one.headers["X-Ma-Rieng"] for one in web.asked] == ["rat-bi-mat"] * 2
        assert other.paths == ["/c", "/d", "/e"]
        for asked in other.asked:
            assert "rat-bi-mat" not in f"{asked.headers.items()}{asked.query}"


def test_only_a_redirect_to_https_on_the_same_host_keeps_our_headers() -> None:
    def safer(before: str, after: str) -> bool:
        return _only_safer(httpx.URL(before), httpx.URL(after))

    assert safer("http://so.gov.vn/a", "https://so.gov.vn/b")
    for after in ("https://www.so.gov.vn/b", "https://so.gov.vn:8443/b", "http://so.gov.vn/b", "https://gov.vn/b"):
        assert not safer("http://so.gov.vn/a", after)
    assert not safer("http://so.gov.vn:8080/a", "https://so.gov.vn/b")


def test_redirects_in_a_loop_are_left(small: Small, web: Served) -> None:
    web.says["/a"] = Says(status=302, headers={"Location": "/b"})
    web.says["/b"] = Says(status=301, headers={"Location": "/a"})
    configure(small, f"{web.address}/a")
    with pytest.raises(SourceError, match="redirects in a loop"):
        pull(small)


# --- what passes, and what does not ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        Says("busy", 503),
        Says("slow down", 429, headers={"Retry-After": "0"}),
        Says("slow down", 429, headers={"Retry-After": format_datetime(datetime.now(UTC) - timedelta(days=1))}),
        Says("", 502, headers={"Retry-After": "soon"}),
        Says(counts(PAGES[0]), headers=CSV, length=5000),
    ],
)
def test_what_passes_is_tried_again(small: Small, web: Served, first: Answer) -> None:
    web.says["/a"] = [first, first, Says(counts(PAGES[0]), headers=CSV)]
    configure(small, f"{web.address}/a")
    assert (pull(small)["accepted"], len(web.asked)) == (1, 3)


@pytest.mark.parametrize(
    ("packing", "packed"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", lambda content: gzip.compress(content[:30]) + gzip.compress(content[30:])),
        ("gzip", lambda content: gzip.compress(content) + b"\0" * 20),
        ("deflate", zlib.compress),
        ("deflate", lambda content: zlib.compress(content, wbits=-zlib.MAX_WBITS)),
    ],
)
@pytest.mark.parametrize("drip", [0.0, 0.001], ids=["at once", "byte by byte"])
def test_what_is_packed_is_taken_whole(
    small: Small, web: Served, packing: str, packed: Callable[[bytes], bytes], drip: float
) -> None:
    content = counts(("00101", "3", 5), ("00102", "3", 6), ("00201", "3", 7)).encode()
    web.says["/a"] = Says(packed(content), headers={**CSV, "Content-Encoding": packing}, drip=drip)
    configure(small, f"{web.address}/a")
    assert (pull(small)["accepted"], small.done()) == (3, 18)
    (load,) = small.received.loads()
    assert [path.read_bytes() for _, path, _ in load.files] == [content]


def test_retry_after_is_waited_for(small: Small, web: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    web.says["/a"] = [Says("", 429, headers={"Retry-After": "17"}), Says(counts(PAGES[0]), headers=CSV)]
    configure(small, f"{web.address}/a")
    pull(small)
    assert 17 in waited


@pytest.mark.parametrize(
    ("answer", "more", "told", "asked"),
    [
        (Says("", 500), "tries = 3", r"answered 500 Internal Server Error \(3 times\)", 3),
        (Says("", 429, headers={"Retry-After": "86400"}), "", "answered 429 Too Many Requests", 1),
        (Says("", 404), "", "answered 404 Not Found", 1),
        (Says("", 401), 'headers = { Cookie = "${SO_TOKEN}" }', "answered 401 .* check SO_TOKEN", 1),
        (Says("x" * 10, length=999, headers=CSV), "tries = 2", r"broke off in the middle.*\(2 times\)", 2),
        (Says(drip=None), "tries = 2\ntimeout = 0.2", r"did not answer within 0\.2 s \(2 times\)", 2),
        (Says("a" * 99, headers=CSV, drip=0.1), "deadline = 0.5\ntimeout = 5", r"not done after 0\.5 s", 1),
        (Says("x" * 1_100_000, headers=CSV), "most_mb = 1", "sends more than 1 MB", 1),
        (Says(gzip.compress(b"x" * 1_100_000), headers={**CSV, "Content-Encoding": "gzip"}), "most_mb = 1",
         "sends more than 1 MB", 1),
        (Says("not packed", headers={**CSV, "Content-Encoding": "gzip"}), "", "packed, and is not", 1),
        (Says(PACKED[:-200], headers={**CSV, "Content-Encoding": "gzip"}), "tries = 2",
         r"broke off in the middle.*\(2 times\)", 2),
        (Says(PACKED[:-1], headers={**CSV, "Content-Encoding": "gzip"}), "tries = 2", "broke off in the middle", 2),
        (Says(PACKED[:1], headers={**CSV, "Content-Encoding": "gzip"}), "tries = 2", "broke off in the middle", 2),
        (Says(PACKED + PACKED[:9], headers={**CSV, "Content-Encoding": "gzip"}), "tries = 2", "broke off", 2),
        (Says(zlib.compress(LONG)[:-3], headers={**CSV, "Content-Encoding": "deflate"}), "tries = 2", "broke off", 2),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_told_in_one_line(
    small: Small, web: Served, monkeypatch: pytest.MonkeyPatch, answer: Says, more: str, told: str, asked: int
) -> None:
    monkeypatch.setenv("SO_TOKEN", "rat-bi-mat")
    web.says["/a"] = answer
    configure(small, f"{web.address}/a?k=hidden-too", more)
    with pytest.raises(SourceError, match=told) as refused:
        pull(small)
    assert f"source web: {web.address}/a: " in str(refused.value)
    assert "hidden-too" not in str(refused.value)
    assert "rat-bi-mat" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(web.asked) == asked
    assert (history(small.config, "web")[0]["ok"], history(small.config, "web")[0]["error"]) == (
        False,
        str(refused.value),
    )


def test_headers_that_come_byte_by_byte_end_with_the_deadline(small: Small) -> None:
    """Every byte comes well within the time-out, and the headers never end."""
    ended = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not ended.wait(0.05):
                connection.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        configure(small, f"http://127.0.0.1:{server.getsockname()[1]}/a", "deadline = 0.6\ntimeout = 20")
        with pytest.raises(SourceError, match=r"not done after 0\.6 s"):
            pull(small)
        ended.set()
        thread.join()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:1/a", "cannot be reached"),
        ("ftp://127.0.0.1/a", "is no address"),
        ("so-tu-phap", "no address"),
    ],
)
def test_an_address_where_nobody_is_is_told(small: Small, url: str, told: str) -> None:
    configure(small, url, "tries = 1")
    with pytest.raises(CanDichError, match=told):
        pull(small)


@pytest.mark.parametrize(
    ("answer", "more", "told"),
    [
        (Says("<!DOCTYPE html><p>Đăng nhập", headers={"Content-Type": "text/html"}), "", "web page"),
        (Says("<html>lỗi</html>", headers={"Content-Type": "application/vnd.ms-excel"}), "", "web page"),
        (Says("<html>lỗi</html>", headers=CSV), "", "web page"),
        (Says("<html>lỗi</html>", headers=JSON), "", "web page"),
        (Says('{"results": [{"a": 1}', headers=JSON), "", "not valid JSON"),
        (Says('{"a": 1}', headers=JSON), "", "JSON object with 0 lists"),
        (Says('{"a": [1]}', headers=JSON), 'records = "b"', "nothing at 'b'"),
        (Says('{"a": [1]}', headers=JSON), 'records = "b["', "JMESPath"),
        (Says("[1, 2]", headers=JSON), "", "not a list of records"),
        (Says("", headers=CSV), "", "answer is empty"),
        (Says("\x00\x01", headers={"Content-Type": "application/octet-stream"}), "", "key format"),
        (said(("00101", "3", 5)), 'records = "results"\ncolumns = { count = "da_duyet" }', "da_duyet"),
        (Says("PK\x03\x04broken", headers={"Content-Type": "application/zip"}), "", "damaged"),
    ],
)
def test_what_is_not_as_agreed_is_told_kept_and_leaves_yesterday(
    small: Small, web: Served, answer: Says, more: str, told: str
) -> None:
    small.send(counts(("00101", "3", 4)))
    web.says["/a"] = answer
    configure(small, f"{web.address}/a", more)
    with pytest.raises(ContractError, match=told) as refused:
        pull(small)
    assert f"source web: {web.address}/a" in str(refused.value)
    assert small.done() == 4
    kept = [path for folder in small.received.folder.glob(".refused-*Z-web") for path in folder.iterdir()]
    assert [path.read_bytes() for path in kept] == [answer.content]
    with pytest.raises(ContractError):
        pull(small)
    (told_of,) = history(small.config, "web")
    assert (told_of["times"], told_of["ok"], told_of["read"]) == (2, False, 0)


def test_the_other_sources_go_on(small: Small, web: Served) -> None:
    web.says["/bad"], web.says["/good"] = Says("<html>", 200), Says(counts(PAGES[0]), headers=CSV)
    configure(small, f"{web.address}/bad", 'format = "csv"', name="bad")
    bad = (small.folder / "config.toml").read_text("utf-8")
    configure(small, f"{web.address}/good", name="good")
    good = (small.folder / "config.toml").read_text("utf-8").removeprefix(CONFIG)
    small.write("config.toml", bad + good)
    code, out, errors = small.command("run")
    assert (code, errors.count("\n")) == (1, 1)
    assert "web page" in errors
    assert "source=good" in out
    assert small.done() == 5


# --- TLS ------------------------------------------------------------------------------------------------------


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def tls(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_a_server_is_believed_only_when_it_is_vouched_for(small: Small, authority: trustme.CA) -> None:
    authority.cert_pem.write_to_path(str(small.folder / "ca.pem"))
    with serving(tls(authority), host="localhost") as web:
        web.says["/a"] = Says(counts(PAGES[0]), headers=CSV)
        configure(small, f"{web.address}/a")
        with pytest.raises(SourceError, match="certificate is refused"):
            pull(small)
        assert web.asked == []
        configure(small, f"{web.address}/a", 'ca = "ca.pem"')
        assert pull(small)["accepted"] == 1


def test_a_certificate_of_another_name_is_refused(small: Small, authority: trustme.CA) -> None:
    authority.cert_pem.write_to_path(str(small.folder / "ca.pem"))
    with serving(tls(authority, "example.org"), host="localhost") as web:
        configure(small, f"{web.address}/a", 'ca = "ca.pem"')
        with pytest.raises(SourceError, match="certificate is refused"):
            pull(small)
        assert web.asked == []


@pytest.mark.parametrize("how", ["redirect", "next"])
def test_the_way_never_leads_from_https_to_http(small: Small, authority: trustme.CA, web: Served, how: str) -> None:
    authority.cert_pem.write_to_path(str(small.folder / "ca.pem"))
    with serving(tls(authority), host="localhost") as safe:
        there = {"Location": f"{web.address}/b"}
        safe.says["/a"] = (
            Says(status=302, headers=there) if how == "redirect" else said(PAGES[0], next=there["Location"])
        )
        configure(small, f"{safe.address}/a", 'ca = "ca.pem"\nrecords = "results"',
                  '[source.pagination]\nkind = "next"\nnext = "next"')  # fmt: skip
        with pytest.raises(SourceError, match="http"):
            pull(small)
    assert web.asked == []


def test_a_ca_that_is_no_certificate_is_told(small: Small, tmp_path: Path) -> None:
    small.write("ca.pem", "no")
    configure(small, "https://localhost:1/a", 'ca = "ca.pem"')
    with pytest.raises(ConfigError, match=r"ca\.pem is not readable"):
        pull(small)
    assert tmp_path.exists()
