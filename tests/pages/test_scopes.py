"""Who sees what, walked: every role, every page, every download, the quick view, and links with others' codes.

Each unit's name, code, files and reasons are words of its own (marked.py), so whatever is sent is searched for words
that may not be in it. Everybody looks after the administrator has: what he made warm must not warm them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pypdfium2
import pytest
import streamlit as st
from google.protobuf.json_format import MessageToJson
from streamlit.testing.v1 import AppTest

from campaign.access import Others, Viewer
from etl import office
from etl.configured import load
from etl.rights import admission_of
from pages import _viewer, finding
from pages._address import PATHS
from pages.quick.serving import QuickView
from tests.pages.conftest import SHELL
from tests.pages.marked import ID, OTHER, OWN, UNITS, WORDS, build, numbers_of, with_access
from tests.pages.test_quick import Client

ROLES = tuple(OWN)
PAGES = {page: path.strip("/") for page, path in PATHS.items() if page != "audit"}
TOLD = ("", "xep-hang", "don-vi")  # the pages that say something of others
EVERYBODY = tuple(UNITS)
ABOVE = {"huyen": ("XP0", "XB0", "XC0"), "can-bo": ("XP0", "XB0", "XC0"), "xa": ("XP0", "XA0", "XB0", "XC0"),
         "hai-noi": ("XP0", "XA0", "XB0", "XC0")}  # fmt: skip


def allowed(role: str, others: str) -> set[str]:
    """Return the units whose names somebody may read."""
    if others == Others.NAMES:
        return set(UNITS)
    return {*OWN[role], *(ABOVE[role] if others == Others.TOTALS else ())}


def forbidden(role: str, others: str, echoed: str = "") -> set[str]:
    """Return what nobody of a role may be sent; `echoed`: the code he wrote himself."""
    apart = [code for code in UNITS if code not in OWN[role]]
    names = {UNITS[code][0].split()[-1] for code in apart if code not in allowed(role, others)}
    words = {word for code in apart for word in WORDS[code] if word not in UNITS[code][0]}
    counts = set() if others in (Others.TOTALS, Others.NAMES) else numbers_of(tuple(apart)) - numbers_of(OWN[role])
    return ({*apart, OTHER, "XB9-la"} - {echoed}) | names | words | counts | {"Deltakamp"}


def words_of(content: bytes, name: str) -> str:
    """Return whatever can be read in a file."""
    if name.endswith((".xlsx", ".docx", ".zip")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(words_of(archive.read(part), part) for part in archive.namelist())
    if name.endswith(".pdf"):
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    return content.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    magic = st.get_option("runner.magicEnabled")
    st.config.set_option("runner.magicEnabled", False)  # noqa: FBT003 - its value; spares each run a look for it
    with pytest.MonkeyPatch.context() as patch:
        yield build(tmp_path_factory.mktemp("marked"), patch)
    st.config.set_option("runner.magicEnabled", magic)


class Walk:
    """Somebody who has signed in, going through the pages; `sent`: all that reaches his browser, and what he takes."""

    def __init__(self, config: Path, user: str, patch: pytest.MonkeyPatch) -> None:
        self.config, self.patch, self.taken = load(config), patch, list[tuple[str, bytes]]()
        patch.setenv("CANDICH_CONFIG", str(config))
        patch.setattr(office, "office", lambda: None)
        admitted = admission_of(self.config)
        now = datetime.now(UTC)
        token = admitted.sessions.begin(user, user, "oidc", {}, now)
        patch.setattr(_viewer, "token", lambda: token)
        self.viewer: Viewer = admitted.viewer(token, now)
        real = st.download_button

        def download(*args: Any, **more: Any) -> Any:
            made = more["data"]() if callable(more["data"]) else more["data"]
            self.taken.append((more["file_name"], made))
            return real(*args, **more)

        patch.setattr(st, "download_button", download)
        plain = st.delta_generator.DeltaGenerator.download_button

        def placed(where: Any, *args: Any, **more: Any) -> Any:
            made = more["data"]() if callable(more["data"]) else more["data"]
            self.taken.append((more["file_name"], made))
            return plain(where, *args, **more)

        patch.setattr(st.delta_generator.DeltaGenerator, "download_button", placed)

    def sent(self, page: str, **choices: str) -> str:
        """Return everything a page sends, and every file it offers."""
        self.taken.clear()
        at = AppTest.from_file(str(SHELL), default_timeout=120)
        for name, value in choices.items():
            at.query_params[name] = value
        at.session_state["cd_begun"] = True
        if page:
            at.session_state["cd_here"] = "overview"
            at.session_state["cd_go"] = f"/{page}?" + "&".join(f"{one}={quote(said)}" for one, said in choices.items())
        at.run()
        assert not at.exception, at.exception[0].value
        drawn = [MessageToJson(node.proto, ensure_ascii=False) for node in at._tree if getattr(node, "proto", None)]
        files = [f"{name}\n{words_of(content, name)}" for name, content in self.taken if not name.endswith(".png")]
        return "\n".join([*drawn, *files])


@pytest.fixture
def walk(data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Walk]:
    def begin(user: str, others: str) -> Walk:
        return Walk(with_access(data, others), user, monkeypatch)

    return begin


@pytest.fixture(scope="module")
def warmed(data: Path) -> dict[str, str]:
    """Return all that the administrator is sent, page by page: whatever he looked at is kept from now on."""
    found = {}
    for others in Others:
        with pytest.MonkeyPatch.context() as patch:
            admin = Walk(with_access(data, others), "quan-tri", patch)
            if others is not Others.RANKS:
                for page in TOLD:
                    admin.sent(page, campaign=ID, as_of="2025-03-03")
                continue
            for page in PAGES.values():
                found[page] = admin.sent(page, campaign=ID)
                admin.sent(page, campaign=ID, as_of="2025-03-03", unit="XB1" if page == "don-vi" else "")
    return found


def leaks(sent: str, words: set[str]) -> list[str]:
    """Return the words that stand in what was sent, each with what is around it."""
    found = []
    for word in sorted(one for one in words if one in sent):
        at = re.search(rf"(?<![0-9.A-Za-z-]){re.escape(word)}(?![0-9A-Za-z]|\.[0-9])", sent)
        if at:
            found.append(f"{word}: …{sent[max(at.start() - 160, 0) : at.end() + 60]}…")
    return found


def test_the_administrator_is_sent_every_mark(warmed: dict[str, str]) -> None:
    sent = "\n".join(warmed.values())
    missing = [word for words in WORDS.values() for word in words if word not in sent]
    assert missing == ["Bravolydo"], "a word nobody is ever sent proves nothing"


@pytest.mark.usefixtures("warmed")
@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_sent_what_is_not_his_on_any_page(walk, role: str) -> None:
    seeing = walk(role, "ranks")
    for page in PAGES.values():
        for asked in ({}, {"as_of": "2025-03-03", "unit": OWN[role][-1], "row": "1"}):
            sent = seeing.sent(page, campaign=ID, **asked)
            assert not leaks(sent, forbidden(role, "ranks")), (page, asked)


@pytest.mark.usefixtures("warmed")
@pytest.mark.parametrize("others", ["nothing", "totals", "names"])
@pytest.mark.parametrize("role", ROLES)
def test_of_others_no_more_is_known_than_is_allowed(walk, role: str, others: str) -> None:
    seeing, told = walk(role, others), ""
    for page in TOLD:
        sent = seeing.sent(page, campaign=ID, as_of="2025-03-03")
        assert not leaks(sent, forbidden(role, others)), page
        told += sent
    apart = {UNITS[code][0].split()[-1] for code in allowed(role, others) - set(OWN[role])}
    assert all(name in told for name in apart), "what is allowed is told"


@pytest.mark.parametrize("role", ROLES)
def test_a_link_with_anothers_code_says_what_one_with_nobodys_says(walk, role: str) -> None:
    seeing = walk(role, "ranks")
    for page, name in (("", "district"), ("don-vi", "unit"), ("don-vi", "district"), ("van-ban", "unit"),
                       ("gui-so-lieu", "unit"), ("so-sanh", "units_shown"), ("so-sanh", "open")):  # fmt: skip
        nobodys = seeing.sent(page, campaign=ID, as_of="2025-03-03", **{name: "XZ9"})
        for code in ("XB2", "XP0"):
            sent = seeing.sent(page, campaign=ID, as_of="2025-03-03", **{name: code})
            assert not leaks(sent, forbidden(role, "ranks", code)), (page, name, code)
            assert _bare(sent, code) == _bare(nobodys, "XZ9"), (page, name, code)
    assert _bare(seeing.sent("", campaign=OTHER), OTHER) == _bare(seeing.sent("", campaign="khong-co"), "khong-co")


def _bare(sent: str, code: str) -> str:
    """Return what was sent without the code itself and without what differs at every run."""
    sent = re.sub(r'"(id|key|formId|url|deferredFileId|fragmentId)": "[^"]*"', "", sent.replace(code, "?"))
    return re.sub(r"T\d\d:\d\d:\d\dZ", "", sent)


def quick_of(seeing: Walk) -> Client:
    view = QuickView(seeing.config)
    view.viewer_of = lambda _: seeing.viewer  # type: ignore[method-assign]
    return Client(view)


@pytest.mark.parametrize("others", [str(one) for one in Others])
@pytest.mark.parametrize("role", ROLES)
def test_the_quick_view_is_as_silent(walk, role: str, others: str) -> None:
    seeing = walk(role, others)
    view = QuickView(seeing.config)
    client = Client(view)
    ways = ("", "?in=1", "?che-do=tuong", "?che-do=tuong&man=don-vi", "?che-do=tuong&man=cham")
    for way in ways:  # whoever sees all looks first
        view.viewer_of = lambda _: admission_of(seeing.config).viewer_at("quan-tri", {}, datetime.now(UTC).date())
        assert "Papazulu" in client.get(f"/xem/{ID}{way}").text or "man=" in way
    view.viewer_of = lambda _: seeing.viewer
    told = ""
    for unit in ("", *(f"/{code}" for code in OWN[role])):
        for way in ways:
            answer = client.get(f"/xem/{ID}{unit}{way}")
            assert answer.status_code == 200
            assert not leaks(answer.text, forbidden(role, others)), (unit, way)
            told += answer.text
    for code in set(UNITS) - set(OWN[role]):
        answer, nobodys = client.get(f"/xem/{ID}/{code}"), client.get(f"/xem/{ID}/XZ9")
        assert answer.status_code == nobodys.status_code == 404
        assert answer.text.replace(code, "?") == nobodys.text.replace("XZ9", "?")
    assert client.get(f"/xem/{OTHER}").text.replace(OTHER, "?") == client.get("/xem/khong").text.replace("khong", "?")
    assert not leaks(client.get("/xem").text, forbidden(role, others))
    named = others == Others.TOTALS and role in ("huyen", "can-bo")  # the districts beside are, by name
    assert ("Đơn vị khác" in told) is (others in (Others.RANKS, Others.TOTALS) and not named)


@pytest.mark.parametrize("role", ROLES)
def test_the_list_one_searches_holds_ones_own_units_alone(walk, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seeing = walk(role, "names")
    lists = finding.UnitLists(seeing.config)
    client = Client(SimpleNamespace(routes=lambda: [lists.route()]))  # type: ignore[arg-type]
    monkeypatch.setattr(
        finding, "viewer_of",
        lambda _: admission_of(seeing.config).viewer_at("quan-tri", {}, datetime.now(UTC).date()),
    )  # fmt: skip
    assert len(client.get(f"/api/units/{ID}").json()["units"]) == len(UNITS)
    monkeypatch.setattr(finding, "viewer_of", lambda _: seeing.viewer)
    found = client.get(f"/api/units/{ID}").json()["units"]
    assert {code for code, _, _ in found} == set(OWN[role])
    assert not leaks(str(found), forbidden(role, "ranks"))
    assert client.get(f"/api/units/{OTHER}").status_code == client.get("/api/units/khong-co").status_code == 404


def test_whoever_sees_the_whole_campaign_shares_its_pages(walk) -> None:
    seeing = walk("sep", "ranks")
    view = QuickView(seeing.config)
    client = Client(view)
    view.viewer_of = lambda _: admission_of(seeing.config).viewer_at("quan-tri", {}, datetime.now(UTC).date())
    first = client.get(f"/xem/{ID}").text
    view.viewer_of = lambda _: seeing.viewer
    assert client.get(f"/xem/{ID}").text == first
    assert len(view.kept._pages) == 1
