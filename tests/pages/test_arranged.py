"""Long tables: what the server sends is what the browser would show of the whole, and no more."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from etl.configured import load
from pages import _tables
from pages._address import Address
from pages._arranged import LONG, MOST_SHOWN, Asked, asked_of, plain, value_of
from pages._view import read
from tests.pages.conftest import SHELL, Shown
from tests.warehouse.small import Small, counts

MANY = LONG + 50
CODES = [f"{number:05d}" for number in range(1, MANY + 1)]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many communes in two districts, the first half in D1; commune n has done n of 1,000, the last none."""
    half = MANY // 2
    made = Small(
        tmp_path_factory.mktemp("many"),
        units="code,name,level,parent_code\n27,Tỉnh Nhỏ,province,\nD1,Huyện Đông,district,27\n"
        "D2,Huyện Tây,district,27\n"
        + "".join(f"{code},Xã Số {int(code)},commune,{'D1' if int(code) <= half else 'D2'}\n" for code in CODES),
        targets="unit_code,target\n" + "".join(f"{code},1000\n" for code in CODES),
    )
    made.send(counts(*((code, "4", int(code)) for code in CODES[:-1])), at="2025-02-20T08:00:00+07:00")
    return made.path


@pytest.fixture
def show(many, monkeypatch):
    """Return a visitor of these communes' daily targets, who asks for a table and gets its data."""
    monkeypatch.setenv("CANDICH_CONFIG", str(many))

    def visit(**choices: str) -> dict[str, Any]:
        at = AppTest.from_file(str(SHELL), default_timeout=60)
        at.session_state["cd_here"] = "overview"
        at.session_state["cd_go"] = "/chi-tieu-ngay?" + urlencode({"as_of": "2025-02-04"} | choices)
        return Shown(at.run())._component("table-targets")

    return visit


def codes(table: dict[str, Any]) -> list[int]:
    return [int(cell["code"]) for row in table["rows"] for cell in row if "code" in cell]


def test_only_a_page_of_a_long_table_is_sent_with_how_many_there_are(show):
    table = show()
    assert (len(table["rows"]), table["whole"]) == (100, {"of": MANY, "found": MANY, "shown": 100})


def test_it_is_sorted_where_all_of_them_are_either_way_what_has_no_value_last(show):
    assert codes(show(sort="-done_today"))[:3] == [MANY - 1, MANY - 2, MANY - 3]
    rising = codes(show(sort="done_today"))
    assert rising[:3] == [MANY, 1, 2]  # who sent nothing did none that day
    assert codes(show(sort="name"))[:12] == list(range(1, 13))  # 2 before 10


def test_it_is_searched_where_all_of_them_are_by_name_code_and_unit_above(show):
    table = show(find="tay so 29")
    found = [n for n in range(MANY // 2 + 1, MANY + 1) if "29" in str(n)]
    assert (sorted(codes(table)), table["whole"]["found"]) == (found, len(found))
    assert codes(show(find="00007")) == [7]
    assert show(find="zzz")["rows"] == []


def test_those_pinned_stand_first_and_more_are_sent_when_asked_for(show):
    table = show(pin="00150,00250", sort="done_today", rows="200")
    assert codes(table)[:3] == [150, 250, MANY]
    assert (len(table["rows"]), table["whole"]["shown"]) == (200, 200)


@pytest.mark.parametrize("column", sorted(_tables.CELLS))
def test_what_sorts_a_column_here_sorts_it_in_the_browser_too(many, column):
    config = load(many)
    view = read(Address("targets", {"as_of": "2025-02-04"}), config)
    rows = view.rows()[:40]
    for row in rows:
        here, there = value_of(row, column), _tables.CELLS[column](view, row)
        if isinstance(here, (int, Fraction)):
            assert there["sort"] == float(here)
        elif isinstance(here, date):
            assert there["sort"] == here.isoformat()
        elif here is None:
            assert there["sort"] == ""
        else:
            assert there["text"] == here


def view(**chosen: str) -> SimpleNamespace:
    return SimpleNamespace(address=Address("targets", chosen))


def test_the_address_is_read_as_the_browser_writes_it():
    columns = ("name", "done", "remaining")
    assert asked_of(view(), "", columns, 100) == Asked("", falling=False, words=(), shown=100)
    asked = asked_of(view(sort="-done", find="Quế VÕ", rows="300"), "", columns, 100)
    assert asked == Asked("done", falling=True, words=("que", "vo"), shown=300)
    several = view(sort="behind.-remaining,silent.name", find="silent.đông", rows="behind.200")
    assert asked_of(several, "behind", columns, 100) == Asked("remaining", falling=True, words=(), shown=200)
    assert asked_of(several, "silent", columns, 100) == Asked("name", falling=False, words=("dong",), shown=100)
    assert asked_of(several, "stalled", columns, 100) == Asked("", falling=False, words=(), shown=100)


@pytest.mark.parametrize("rows", ["-5", "x", "1e3", "٣", "", "5", "99999999999999999999"])
def test_an_odd_number_of_rows_shows_a_page(rows):
    assert asked_of(view(rows=rows), "", (), 100).shown == 100


def test_no_more_rows_are_sent_than_a_browser_can_draw():
    assert asked_of(view(rows="9999"), "", (), 100).shown == MOST_SHOWN


def test_a_column_that_is_not_shown_sorts_nothing():
    assert asked_of(view(sort="-password"), "", ("name",), 100).column == ""


def test_letters_are_compared_without_their_marks():
    assert (plain("Xã Đông ĐÔ"), plain("Thị trấn Phố Mới")) == ("xa dong do", "thi tran pho moi")
