"""Nhật ký on its page: what it shows, finds and hands out, and what it says of a log that is not whole."""

import ast
import csv
import io
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from access.audit import What, folder, record
from access.chain import files_of
from access.entries import Wanted, latest
from access.sessions import Sessions
from campaign.configuration import Configuration
from etl.configured import load
from etl.rights import admission_of
from pages import _ask, _recorded, _viewer, audit
from pages._kept import forget
from pages._recorded import Counted, Lately
from pages.quick import serving
from pages.quick.serving import QuickView
from tests.pages.conftest import SHELL, Shown
from tests.pages.house import ID, SCRIPT, build
from tests.pages.test_quick import Client

Show = Callable[..., Shown]
ACCESS = """
[access]
[access.oidc]
[[access.grant]]
user = "oidc:lan"
role = "lead"
units = ["A"]
[[access.grant]]
user = "oidc:quan"
role = "administrator"
"""
PAGES = Path(audit.__file__).parent
AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)  # 08:30 here


@pytest.fixture
def config(tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch) -> Configuration:  # noqa: ARG001 - it sets the house first
    path = build(tmp_path / "house", 1)
    monkeypatch.setenv("CANDICH_CONFIG", str(path))
    made = load(path)
    shutil.rmtree(folder(made))  # what its loads left there
    return made


def filled(config: Configuration, records: int = 3) -> None:
    for number in range(1, records + 1):
        what = What.VIEW if number % 2 else What.DOWNLOAD
        record(config, what, f"user{number}", "10.0.0.9", "thu-2025", at=AT, page="unit", unit=f"a{number}", rows=1234)


def listed(shown: Shown) -> str:
    return next(one for one in shown.html.split("\n") if "cd-list" in one)


def test_the_log_is_shown_latest_first_in_words_and_said_to_be_whole(config: Configuration, show: Show) -> None:
    filled(config)
    shown = show("nhat-ky", as_of="")
    assert "Nhật ký còn nguyên vẹn: 3 dòng" in shown.html
    html = listed(shown)
    assert html.index("user3") < html.index("user2") < html.index("user1")
    assert "Tải về<small>user2</small>" in html
    assert "08:30 22/11/2026 · 2" in html
    assert "trang: Đơn vị · đơn vị: a2 · số dòng: 1.234 · thu-2025 · 10.0.0.9" in html


def test_what_somebody_typed_is_shown_and_never_obeyed(config: Configuration, show: Show) -> None:
    record(config, What.SIGN_IN_FAILED, SCRIPT, SCRIPT, at=AT, agent=SCRIPT)
    html = listed(show("nhat-ky", as_of=""))
    assert SCRIPT not in html
    assert html.count("&lt;script&gt;") == 3


def test_records_are_found_by_what_who_and_day(config: Configuration, show: Show) -> None:
    filled(config)
    assert "user1" not in listed(show("nhat-ky", as_of="", what="download"))
    found = listed(show("nhat-ky", as_of="", who="USER1"))
    assert "user1" in found
    assert "user2" not in found
    assert "Không có dòng nào như vậy" in show("nhat-ky", as_of="", since="2026-11-23").html
    assert "user1" in listed(show("nhat-ky", as_of="", since="2026-11-22", until="2026-11-22"))
    assert "user1" in listed(show("nhat-ky", as_of="", since="hôm nay", before="x", what="nothing", who="user1"))


def test_fifty_are_shown_and_the_rest_is_a_link_away(config: Configuration, show: Show) -> None:
    filled(config, 53)
    first = show("nhat-ky", as_of="")
    assert listed(first).count("<li>") == 50
    assert "before=4" in first.html
    second = show("nhat-ky", as_of="", before="4")
    assert listed(second).count("<li>") == 3
    assert "Về dòng mới nhất" in second.html


def test_a_changed_line_is_named_on_the_page(config: Configuration, show: Show) -> None:
    filled(config)
    path = files_of(folder(config))[0]
    path.write_bytes(path.read_bytes().replace(b"user2", b"user9"))
    shown = show("nhat-ky", as_of="")
    assert "Nhật ký không còn nguyên vẹn" in shown.html
    assert "tệp 2026-11.jsonl, dòng 2" in shown.html


def test_the_page_stands_in_the_menu_of_the_machines_own_user(show: Show) -> None:
    assert [page["href"].split("?")[0] for page in show().header["pages"] if page["icon"] == "audit"] == ["/nhat-ky"]


def test_the_table_neutralises_formulas_and_the_lines_go_home_as_they_stand(config: Configuration) -> None:
    record(config, What.SIGN_IN_FAILED, "=cmd|'/c calc'!A1", "+1", at=AT, agent="@x")
    made = audit._table(audit.Wanted(zone=config.zone), config, "vi")
    (head, row) = csv.reader(io.StringIO(made.content.decode("utf-8-sig")))
    assert head[:4] == ["Số", "Lúc", "Việc", "Ai"]
    assert row[:5] == ["1", "2026-11-22 08:30:00+07:00", "Đăng nhập không được", "'=cmd|'/c calc'!A1", "'+1"]
    assert made.rows == 1
    assert b"".join(audit._files(config)) == files_of(folder(config))[0].read_bytes()


def test_looking_again_within_ten_minutes_is_not_recorded_again() -> None:
    lately = Lately(600, 2)
    assert lately.is_new("a", 0)
    assert not lately.is_new("a", 599)
    assert lately.is_new("a", 600)
    assert lately.is_new("b", 601)
    assert lately.is_new("c", 602)
    assert lately.is_new("a", 603)  # the third thing let it go


def test_a_file_is_handed_out_only_when_that_is_on_record(
    config: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_recorded._viewer, "viewer", lambda: _recorded.Viewer("lan"))
    monkeypatch.setattr(_recorded._viewer, "address_of_client", lambda: "10.0.0.9")
    take = _recorded.taken(config, "x.csv", lambda: Counted(b"1,2\n", 1), "thu-2025", {"as_of": AT.date()}, always=True)
    assert take() == b"1,2\n"
    text = files_of(folder(config))[0].read_text()
    assert '"what":"download","who":"lan","ip":"10.0.0.9","campaign":"thu-2025"' in text
    assert '"file":"x.csv","as_of":"2026-11-22","bytes":4,"rows":1' in text


def test_no_page_offers_a_file_that_is_not_put_on_record() -> None:
    offered = [
        (path.name, call)
        for path in sorted(PAGES.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "download_button"
    ]
    assert len(offered) >= 10
    for name, call in offered:
        (data,) = [one.value for one in call.keywords if one.arg == "data"]
        assert ast.unparse(data).startswith(("_recorded.taken(", "_recorded.taken_from(")), (name, call.lineno)


@pytest.fixture
def signed(config: Configuration, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Return a visitor who signed in, in a house where one lead has district A alone."""
    config.path.write_text(config.path.read_text("utf-8") + ACCESS, "utf-8")
    forget()
    _ask._configuration.cache_clear()
    monkeypatch.setattr(_viewer, "address_of_client", lambda: "10.0.0.7")
    monkeypatch.setattr(_recorded, "_LATELY", Lately())

    def go(user: str, page: str = "", **choices: str) -> AppTest:
        token = Sessions(load(config.path)).begin(f"oidc:{user}", user, "oidc", {}, datetime.now(UTC))
        monkeypatch.setattr(_viewer, "token", lambda: token)
        at = AppTest.from_file(str(SHELL), default_timeout=120)
        chosen = {"campaign": ID} | choices
        for key, value in chosen.items():
            at.query_params[key] = value
        at.session_state["cd_here"] = "targets"
        at.session_state["cd_go"] = f"/{page}?" + "&".join(f"{k}={v}" for k, v in chosen.items())
        return at.run()

    return go


def told(config: Configuration) -> list[tuple[str, str, dict[str, object]]]:
    found = [one for one in reversed(list(latest(folder(config), Wanted()))) if one.what in ("view", "refused")]
    assert {(one.ip, one.campaign) for one in found} <= {("10.0.0.7", ID), ("10.0.0.7", "")}
    return [(one.what, one.who, dict(one.about)) for one in found]


def test_who_looked_at_which_unit_is_on_record_once_and_a_link_to_anothers_unit_is_on_record_as_refused(
    config: Configuration, signed: Callable[..., AppTest]
) -> None:
    for _ in range(3):
        assert "Xã Đông" in Shown(signed("lan", "don-vi", unit="a1")).html
    assert told(config) == [("view", "oidc:lan", {"page": "unit", "unit": "a1"})]
    signed("lan", "don-vi", unit="b1")
    signed("lan", "", district="B")
    signed("lan", "nhat-ky")
    signed("quan", "nhat-ky")
    assert told(config)[1:] == [
        ("refused", "oidc:lan", {"page": "unit", "unit": "b1"}),
        ("refused", "oidc:lan", {"page": "overview", "district": "B"}),
        ("refused", "oidc:lan", {"page": "audit"}),
        ("view", "oidc:quan", {"page": "audit"}),
    ]


def test_a_campaign_there_is_not_stands_in_no_column_of_its_own(
    config: Configuration, signed: Callable[..., AppTest]
) -> None:
    signed("lan", "", campaign="=A1")
    assert told(config) == [("refused", "oidc:lan", {"page": "overview", "campaign": "=A1"})]
    assert [one.campaign for one in latest(folder(config), Wanted(what="refused"))] == [""]


def test_the_log_is_the_administrators_alone(config: Configuration, signed: Callable[..., AppTest]) -> None:
    filled(config)
    mine, others = Shown(signed("quan", "nhat-ky")), Shown(signed("lan", "nhat-ky"))
    assert "user3" in mine.html
    assert "user3" not in others.html
    assert "Không tìm thấy trang" in others.html
    assert [page["icon"] for page in mine.header["pages"] if page["icon"] == "audit"] == ["audit"]
    assert [page["icon"] for page in others.header["pages"] if page["icon"] == "audit"] == []


def test_looks_at_the_quick_view_are_on_record(
    config: Configuration, signed: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed("lan", "don-vi", unit="a1")
    house = load(config.path)
    lan = admission_of(house).viewer(_viewer.token(), datetime.now(UTC))
    monkeypatch.setattr(_viewer, "viewer_of", lambda _: lan)
    monkeypatch.setattr(serving, "address_of", lambda _: "10.0.0.7")
    client = Client(QuickView(house))
    answers = [client.ask("GET", f"/xem/{ID}/{unit}").status_code for unit in ("a1", "a1", "b1")]
    assert answers == [200, 200, 404]
    assert told(config)[1:] == [
        ("view", "oidc:lan", {"page": "quick", "unit": "a1"}),
        ("refused", "oidc:lan", {"page": "quick", "unit": "b1"}),
    ]


def test_without_sign_in_nobody_is_named_and_no_look_is_kept(config: Configuration, show: Show) -> None:
    show("don-vi", unit="a1")
    assert told(config) == []
