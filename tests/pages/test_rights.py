"""What each may do, as pages offer it: his menu, his buttons, his units; and whose name goes with what he hands in."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from access.sessions import Sessions
from etl import office
from etl.configured import load
from etl.submitted import folder, result, take_all, waiting
from pages import _ask, _viewer, sending
from pages._kept import forget
from reporting.figures import Figures
from reporting.template_workbook import Template
from tests.pages.conftest import SHELL, Shown
from tests.pages.house import CONFIG, ID, build, ingest, write
from tests.pages.test_documents import PAPER

SOURCE = f"""
[[source]]
name = "hop-thu"
campaign = "{ID}"
kind = "folder"
path = "inbox"
"""
GRANTED = {
    "officer": ("officer", None), "officer-a": ("officer", ["A"]), "lead-b": ("lead", ["B"]),
    "clerk": ("clerk", ["a1"]), "two": ("clerk", ["a1", "b1"]), "leader": ("leader", None),
    "viewer-a": ("viewer", ["A"]), "administrator": ("administrator", None),
}  # fmt: skip
ACCESS = "[access]\n[access.oidc]\n" + "".join(
    f'[[access.grant]]\nuser = "oidc:{user}"\nrole = "{role}"\n' + (f"units = {json.dumps(units)}\n" if units else "")
    for user, (role, units) in GRANTED.items()
)
WATCHED = {"overview", "targets", "ranking", "lagging", "comparing", "forecast", "unit"}
WORK = {
    "officer": {"sources", "issues", "sending", "documents"},
    "officer-a": {"sources", "issues", "sending", "documents"},
    "administrator": {"sources", "issues", "sending", "documents"},
    "lead-b": {"issues", "documents"},
    "clerk": {"issues", "sending"},
    "leader": {"sources", "issues", "documents"},
    "viewer-a": set(),
}
AT = {"sources": "nguon-so-lieu", "issues": "can-xu-ly", "sending": "gui-so-lieu", "documents": "van-ban"}
Visit = Callable[..., AppTest]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the small campaign where everybody signs in; b2 waits for two decisions, T and B state other totals."""
    made = build(tmp_path / "signed")
    totals = [("T", "birth", "approved", "2025-03-03", 1), ("B", "birth", "approved", "2025-03-03", 2)]
    head = ("unit_code", "category", "stage", "as_of", "count")
    ingest(made, write(made.parent / "totals.csv", [head, *totals]), 3, "16:30")
    first, second = CONFIG.split('\n[[campaign]]\nid = "chua', maxsplit=1)
    made.write_text(f'{first}{PAPER}\n[[campaign]]\nid = "chua{second}{SOURCE}{ACCESS}', "utf-8")
    monkeypatch.setenv("CANDICH_CONFIG", str(made))
    monkeypatch.setattr(office, "office", lambda: None)
    monkeypatch.setattr(_viewer, "address_of_client", lambda: "10.0.0.7")  # nobody is connected here
    forget()
    _ask._configuration.cache_clear()
    return made


@pytest.fixture
def visit(config: Path, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Return a visitor with a session of his own."""

    def go(user: str, page: str = "", **choices: str) -> AppTest:
        name = f"Người {user}"
        token = Sessions(load(config)).begin(f"oidc:{user}", name, "oidc", {}, datetime.now(UTC))
        monkeypatch.setattr(_viewer, "token", lambda: token)
        at = AppTest.from_file(str(SHELL), default_timeout=120)
        chosen = {"as_of": "2025-03-03"} | choices
        for key, value in chosen.items():
            at.query_params[key] = value
        at.session_state["cd_here"] = "targets"
        at.session_state["cd_go"] = f"/{page}?" + "&".join(f"{k}={v}" for k, v in chosen.items())
        return at.run()

    return go


def labels(at: AppTest) -> list[str]:
    return [one.label for one in at.button]


@pytest.mark.parametrize("user", WORK)
def test_the_menu_lists_the_pages_somebody_has_use_for(visit: Visit, user: str) -> None:
    listed = {page["icon"] for page in Shown(visit(user, "chi-tieu-ngay")).header["pages"]}
    assert listed & {*WATCHED, *AT} == WATCHED | WORK[user]


@pytest.mark.parametrize(("user", "page"), [("leader", "sending"), ("clerk", "documents"), ("viewer-a", "issues")])
def test_a_page_that_is_not_his_is_not_found(visit: Visit, user: str, page: str) -> None:
    at = visit(user, AT[page])
    html = Shown(at).html
    assert "Không tìm thấy trang" in html
    assert labels(at) == []
    assert len(at.get("html")) == 1


def test_a_clerk_fills_in_and_sends_for_his_own_unit_under_his_own_name(
    config: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Template] = []
    monkeypatch.setattr(sending, "Template", lambda *given: made.append(Template(*given)) or made[-1])
    at = visit("clerk", "gui-so-lieu")
    assert [[unit.code for unit in one.units] for one in made] == [["a1"]]
    assert [one.key for one in at.selectbox] == ["cd-template-within", "cd-template-stage"]  # no source's form
    rows = [("a1", "birth", "approved", "2025-03-03", 151), ("b1", "birth", "approved", "2025-03-03", 91)]
    head = ("unit_code", "category", "stage", "as_of", "count")
    content = write(config.parent / "mine.csv", [head, *rows]).read_bytes()
    at.file_uploader[0].upload("mine.csv", content, "text/csv").run()
    (refused, taken) = Shown(at).table("preview")
    assert "Ngoài phạm vi được giao" in " ".join(str(cell) for cell in _notes(at, "preview"))
    assert refused[0] == "b1"  # a unit he may not see has no name for him
    assert taken[0] == "Xã Đông"
    next(one for one in at.button if one.label.startswith("Gửi")).click().run()
    (place,) = waiting(load(config))
    paper = json.loads((place / "envelope.json").read_text("utf-8"))
    assert (paper["sender"]["id"], paper["sender"]["name"]) == ("oidc:clerk", "Người clerk")
    assert (paper["sender"]["units"], paper["ip"]) == ([], "10.0.0.7")
    take_all(load(config))
    found = result(load(config), place.name)
    assert found is not None
    assert (found["accepted"], found["rejected"]) == (1, 1)


def _notes(at: AppTest, key: str) -> list[object]:
    (table,) = [one for one in at.get("bidi_component") if f"table-{key}" in one.proto.id]
    return [cell.get("note") for row in json.loads(table.proto.json)["rows"] for cell in row]


def test_the_short_form_of_somebody_with_two_units_offers_those_two(visit: Visit) -> None:
    at = visit("two", "gui-so-lieu", way="form")
    options = at.selectbox(key="cd-form-unit").options
    assert [one.rpartition("(")[2] for one in options] == ["a1)", "b1)"]


def test_rows_are_offered_for_decision_to_whoever_may_decide(visit: Visit) -> None:
    assert labels(visit("officer", "can-xu-ly")).count("Xử lý") == 3
    at = visit("leader", "can-xu-ly")
    html = Shown(at).html
    assert "3 dòng cần xử lý" in html
    assert "Chỉ cán bộ được giao xử lý dữ liệu mới quyết định được" in html
    assert "Chỉ người được giao giải trình mới ghi được giải trình" in html
    assert labels(at) == []
    assert list(at.text_area) == []
    at = visit("lead-b", "can-xu-ly")
    assert "2 dòng cần xử lý" in Shown(at).html
    assert "Xử lý" not in labels(at)


def test_an_explanation_carries_the_name_of_the_session_and_asks_for_none(config: Path, visit: Visit) -> None:
    at = visit("lead-b", "can-xu-ly")
    (opens,) = [one for one in at.button if one.label == "Giải trình"]
    at = opens.click().run()
    assert [one.key for one in at.text_input] == []
    at.text_area[-1].set_value("tính cả sổ lưu")
    next(one for one in at.button if one.key and "cd-form-explain" in one.key).click().run()
    take_all(load(config))
    figures = Figures.open(load(config), ID)
    (said,) = figures.reader.explanations()
    figures.close()
    assert (said.unit_code, said.signed, said.sender, said.outcome) == ("B", "Người lead-b", "oidc:lead-b", "taken")


def test_a_notice_is_issued_by_whoever_may_and_others_are_told_who(visit: Visit) -> None:
    day = date(2025, 3, 3).isoformat()
    at = visit("leader", "van-ban", period=day)
    assert "Chỉ cán bộ được giao phát hành văn bản" in Shown(at).html
    assert "Phát hành" not in " ".join(labels(at))
    at = visit("lead-b", "van-ban", period=day, unit="B")
    assert "Chỉ cán bộ được giao phát hành văn bản" in Shown(at).html
    at = visit("officer-a", "van-ban", period=day)
    assert at.selectbox(key="cd-unit-A").options == ["Huyện An"]  # nothing about all for who sees a part
    assert "Chỉ cán bộ được giao phát hành văn bản" not in Shown(at).html
    assert any(one.startswith("Phát hành") for one in labels(at))


def test_a_pull_is_asked_for_by_whoever_runs_the_campaign_and_in_his_name(config: Path, visit: Visit) -> None:
    for user in ("leader", "officer-a"):
        at = visit(user, "nguon-so-lieu")
        assert "Chỉ người vận hành chiến dịch mới lấy số liệu ngay được" in Shown(at).html
        assert labels(at) == []
    at = visit("officer", "nguon-so-lieu")
    at.button(key="pull-hop-thu").click().run()
    (wish,) = [json.loads(one.read_text("utf-8")) for one in (load(config).data / "requests").glob("*.json")]
    assert (wish["do"], wish["source"], wish["sender"]["id"]) == ("pull", "hop-thu", "oidc:officer")


def test_nothing_is_handed_in_once_the_session_is_over(config: Path, visit: Visit) -> None:
    at = visit("officer", "can-xu-ly")
    at.text_area(key="cd-bulk-why-count_falls").set_value("rà soát").run()
    press = next(one for one in at.button if one.label == "Ghi nhận 2 dòng")
    Sessions(load(config)).end_all("oidc:officer")
    at = press.click().run()
    assert not folder(load(config)).exists() or waiting(load(config)) == []
    assert "Phiên làm việc đã kết thúc" in "".join(one.proto.body for one in at.get("html"))
