"""Differences on the work list and the overview, without a browser: who explains one, and what is shown then."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.commands import main
from etl.configured import load
from etl.submitted import take_all, waiting
from pages import _ask
from pages._kept import forget
from tests.pages.conftest import SHELL, Shown
from tests.pages.house import ID, build, write

Visit = Callable[..., AppTest]
HEADER = ("unit_code", "category", "stage", "as_of", "count")
SAID = "tính cả <b>10</b> sổ lưu ở huyện"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the small campaign, 550 approved on day 3, 380 of them in A: stated are 560 and 381."""
    config = build(tmp_path / "own")
    state(config, ("T", "all", "approved", "2025-03-03", 560), ("A", "all", "approved", "2025-03-03", 381))
    monkeypatch.setenv("CANDICH_CONFIG", str(config))
    forget()  # another test's campaign has the same name and versions
    _ask._configuration.cache_clear()
    return config


def state(config: Path, *rows: tuple[object, ...]) -> None:
    stated = write(config.parent / "stated.csv", [HEADER, *rows])
    assert main(["--config", str(config), "ingest", "--campaign", ID, str(stated)]) == 0


@pytest.fixture
def visit(own: Path) -> Visit:
    assert own.exists()

    def go(page: str = "", **choices: str) -> AppTest:
        at = AppTest.from_file(str(SHELL), default_timeout=60)
        chosen = {"as_of": "2025-03-03"} | choices
        for name, value in chosen.items():
            at.query_params[name] = value
        if page:
            at.session_state["cd_here"] = "overview"
            at.session_state["cd_go"] = f"/{page}?" + "&".join(f"{k}={v}" for k, v in chosen.items())
        return at.run()

    return go


def test_what_keeps_a_notice_from_going_out_stands_before_the_rows_that_wait(visit: Visit) -> None:
    html = Shown(visit("can-xu-ly")).html
    assert html.index("Chênh lệch cần giải trình: 2") < html.index("Số lũy kế giảm: 2 dòng")


def press(at: AppTest, label: str, number: int = 0) -> AppTest:
    return [one for one in at.button if one.label == label][number].click().run()


def field(at: AppTest, start: str) -> str:
    """Return the key of the one field whose key begins so."""
    (key,) = [one.key for one in (*at.text_area, *at.text_input) if str(one.key).startswith(start)]
    return str(key)


def test_a_difference_is_explained_with_a_sentence_and_a_name(own: Path, visit: Visit) -> None:
    at = visit("can-xu-ly")
    html = Shown(at).html
    assert "Chênh lệch cần giải trình: 2" in html
    assert "Số tổng được báo cáo 560, cộng từ các đơn vị 550: nhiều hơn 10" in html
    at = press(at, "Giải trình")
    at = press(at, "Gửi giải trình")
    assert "Cần ghi câu giải trình" in Shown(at).html
    at.text_area(key=field(at, "cd-why-x")).set_value(SAID)
    at = press(at, "Gửi giải trình")
    assert "Cần ghi họ và tên" in Shown(at).html
    assert waiting(load(own)) == []
    at.text_input(key=field(at, "cd-by-x")).set_value("Nguyễn Văn A")
    at = press(at, "Gửi giải trình")
    assert len(waiting(load(own))) == 1
    take_all(load(own))
    at = at.run()
    html = Shown(at.run()).html
    assert "thực hiện 1" in html
    assert "Chênh lệch cần giải trình: 1" in html
    assert "tính cả &lt;b&gt;10&lt;/b&gt; sổ lưu ở huyện" in html
    assert "Nguyễn Văn A, lúc" in html
    assert Shown(at).table("decisions")[0][1:6] == ["Nguyễn Văn A", "Giải trình", "Tỉnh Thử", "560 ≠ 550", SAID]


def test_figures_that_changed_are_said_to_need_a_new_explanation(own: Path, visit: Visit) -> None:
    at = press(visit("can-xu-ly"), "Giải trình")
    at.text_area(key=field(at, "cd-why-x")).set_value(SAID)
    at.text_input(key=field(at, "cd-by-x")).set_value("Nguyễn Văn A")
    press(at, "Gửi giải trình")
    take_all(load(own))
    state(own, ("T", "all", "approved", "2025-03-03", 570))
    html = Shown(visit("can-xu-ly")).html
    assert "Chênh lệch cần giải trình: 2" in html
    assert "Số liệu đã thay đổi sau khi giải trình" in html


def test_a_district_sees_its_own_differences_only(visit: Visit) -> None:
    html = Shown(visit("can-xu-ly", district="A")).html
    assert "1 chênh lệch cần giải trình" in html
    assert "560" not in html
    assert "giải trình" not in Shown(visit("can-xu-ly", district="B")).html


def test_the_overview_counts_explained_differences_apart(own: Path, visit: Visit) -> None:
    assert "Chênh lệch đối chiếu <b>2</b>" in Shown(visit()).html
    at = press(visit("can-xu-ly"), "Giải trình", 1)
    at.text_area(key=field(at, "cd-why-x")).set_value(SAID)
    at.text_input(key=field(at, "cd-by-x")).set_value("Nguyễn Văn A")
    press(at, "Gửi giải trình")
    take_all(load(own))
    html = Shown(visit()).html
    assert "Chênh lệch đối chiếu <b>1</b>" in html
    assert "Chênh lệch đã giải trình <b>1</b>" in html
    assert html.index("cộng từ các đơn vị 550") < html.index("cộng từ các đơn vị 380"), "what waits comes first"
