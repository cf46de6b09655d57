"""A campaign that crosses a merger: figures by the units of the day, of the day before, and of the day after."""

import io
from csv import DictReader
from datetime import date
from pathlib import Path

import pytest

from campaign.errors import ConfigError
from campaign.scope import Scope
from reporting.figures import Figures
from tests.warehouse.small import CONFIG, ID, Small, counts

# On 5 February An and Bình become Đồng; Cường is split 60 : 40; its code goes to Đồng's new neighbour, made of Dũng;
# on 6 February the districts are gone.
UNITS = """code,name,level,parent_code,valid_from,valid_to,successor
27,Tỉnh Nhỏ,province,,,,
D1,Huyện Một,district,27,,2025-02-05,
D2,Huyện Hai,district,27,,2025-02-05,
101,Xã An,commune,D1,,2025-02-04,103
102,Xã Bình,commune,D1,,2025-02-04,103
103,Phường Đồng,commune,D1,2025-02-05,2025-02-05,
103,Phường Đồng,commune,27,2025-02-06,,
201,Xã Cường,commune,D2,,2025-02-04,203:0.6 204:0.4
202,Xã Dũng,commune,D2,,2025-02-04,201
201,Xã Dũng Mới,commune,D2,2025-02-05,2025-02-05,
201,Xã Dũng Mới,commune,27,2025-02-06,,
203,Xã Cường Đông,commune,D2,2025-02-05,2025-02-05,
203,Xã Cường Đông,commune,27,2025-02-06,,
204,Xã Cường Tây,commune,D2,2025-02-05,2025-02-05,
204,Xã Cường Tây,commune,27,2025-02-06,,
"""
TARGETS = """unit_code,target,valid_from,reason
101,100,,
102,50,,
201,31,,
202,40,,
103,160,2025-02-05,thêm sổ
"""
EXCUSED = """
[[campaign.excused]]
from = 2025-02-03
to = 2025-02-03
units = ["D1"]
reason = "lễ"
"""
REPORTS = counts(
    ("101", 3, 10),
    ("102", 3, 20),
    ("201", 3, 11),
    ("202", 4, 8),
    ("101", 4, 40),
    ("103", 6, 80),
    ("201", 6, 6),
    ("203", 7, 9),
)


@pytest.fixture
def crossed(tmp_path: Path):
    small = Small(tmp_path, CONFIG + EXCUSED, UNITS, TARGETS)
    small.send(REPORTS)
    yield small
    small.close()


def done(figures: Figures, day: int, level: str = "commune") -> dict[str, int]:
    return {row.code: row.done for row in figures.progress(date(2025, 2, day)) if row.level == level}


def test_each_day_is_shown_by_its_own_units(crossed: Small) -> None:
    figures = crossed.figures()
    assert done(figures, 4) == {"101": 40, "102": 20, "201": 11, "202": 8}
    assert done(figures, 5) == {"103": 60, "201": 8, "203": 7, "204": 4}  # 11 as 6.6 and 4.4
    assert done(figures, 7) == {"103": 80, "201": 6, "203": 9, "204": 4}
    assert done(figures, 5, "district") == {"D1": 60, "D2": 19}
    assert done(figures, 6, "district") == {}
    targets = {row.code: row.target for row in figures.progress(date(2025, 2, 7))}
    assert targets == {"27": 231, "103": 160, "201": 40, "203": 19, "204": 12}  # 31 as 18.6 and 12.4
    assert {row.code: row.last_as_of for row in figures.progress(date(2025, 2, 5))}["103"] == date(2025, 2, 4)


def test_any_day_is_shown_by_the_units_before_the_merger(crossed: Small) -> None:
    figures = crossed.figures().under(date(2025, 2, 4))
    # Đồng's 20 more go by what An and Bình lacked on the 4th: 60 and 30. Dũng Mới has 6 of Dũng's 8: a fall.
    assert done(figures, 7) == {"101": 40 + 13, "102": 20 + 7, "201": 13, "202": 6}
    assert done(figures, 7, "district") == {"D1": 80, "D2": 19}
    assert [row.done for row in figures.series("101", last=date(2025, 2, 7))] == [10, 40, 40, 53, 53]
    assert figures.unit("201", date(2025, 2, 7)).name == "Xã Cường"
    assert [figures.estimated_since(date(2025, 2, day)) for day in (4, 7)] == [None, date(2025, 2, 5)]
    assert crossed.figures().estimated_since(date(2025, 2, 7)) is None


def test_any_day_is_shown_by_the_units_after_it(crossed: Small) -> None:
    figures = crossed.figures().under(date(2025, 2, 7))
    assert done(figures, 3) == {"103": 30, "201": 0, "203": 7, "204": 4}
    assert [row.done for row in figures.series("103", last=date(2025, 2, 7))] == [30, 60, 60, 80, 80]
    assert [row.target for row in figures.series("103", last=date(2025, 2, 7))] == [150, 150, 160, 160, 160]


def test_totals_and_plan_are_the_same_by_any_units(crossed: Small) -> None:
    figures = crossed.figures()
    for number in range(2, 9):
        day = date(2025, 2, number)
        tops = [figures.under(on).unit("27", day) for on in (None, *figures.unit_days)]
        assert len({(one.done, one.target, one.expected) for one in tops}) == 1, day


def test_an_excuse_follows_the_units(crossed: Small) -> None:
    figures = crossed.figures().under(date(2025, 2, 7))
    third = {row.code: row.expected for row in figures.progress(date(2025, 2, 3))}
    assert third["103"] == 0
    assert third["201"] == 8  # 40 over five days


def test_a_code_given_to_another_unit_has_no_rank_of_yesterday_and_is_not_judged_by_it(crossed: Small) -> None:
    assert crossed.figures().unit("201", date(2025, 2, 5)).rank_change is None
    assert "held" not in crossed.kinds()
    assert crossed.judged(counts(("201", 7, 5))) == [("held", "count_falls")]


def test_a_scope_follows_the_units_too(crossed: Small) -> None:
    whole = crossed.figures()
    seen = Figures.open(crossed.config, ID, scope=Scope(units=frozenset({"103"})))
    crossed.opened.append(seen)
    assert list(done(seen, 7)) == ["103"]
    assert done(seen.under(date(2025, 2, 7)), 3) == {"103": 30}
    assert done(seen, 3) == {"101": 10, "102": 20}, "what it was made of, before it was made"
    assert len(whole.progress(date(2025, 2, 7))) == 5


def test_a_late_correction_of_an_old_unit_moves_its_day(crossed: Small) -> None:
    crossed.send(counts(("202", 4, 9)))
    figures = crossed.figures()
    assert done(figures, 5)["201"] == 9
    assert done(figures, 7)["201"] == 6


def test_a_report_by_a_unit_that_has_gone_is_kept_and_pointed_out(crossed: Small) -> None:
    assert crossed.judged(counts(("102", 6, 77))) == [("accepted", None)]
    assert done(crossed.figures(), 7)["103"] == 80
    (found,) = [one for one in crossed.issues() if one.kind == "unit_not_valid"]
    assert (found.unit_code, found.as_of, found.found) == ("102", date(2025, 2, 6), "77")


def test_the_command_line_takes_the_day_of_the_units(crossed: Small) -> None:
    code, out, _ = crossed.command("series", "--campaign", ID, "--unit", "103", "--units-on", "2025-02-07",
                                   "--as-of", "2025-02-07", "--format", "csv")  # fmt: skip
    assert code == 0
    assert [row["done"] for row in DictReader(io.StringIO(out))] == ["30", "60", "60", "80", "80"]


def test_shares_that_do_not_add_up_are_refused_with_their_row(tmp_path: Path) -> None:
    small = Small(tmp_path, units=UNITS.replace("204:0.4", "204:0.5"), targets=TARGETS)
    with pytest.raises(ConfigError, match="add up to 11/10") as raised:
        small.send(REPORTS)
    assert "unit 201" in str(raised.value)


def test_the_name_of_a_unit_that_has_gone_is_refused_with_those_that_follow_it(crossed: Small) -> None:
    outcome = crossed.send(
        "unit_name,parent_name,as_of,count\nXã Bình,,2025-02-06,5\nX. Cường,Huyện Hai,2025-02-07,5\n"
        "Xã Dũng,,2025-02-06,5\nXã Bình,Huyện Một,2025-02-04,25\n"
    )
    told = [(one.reason and one.reason.value, one.near[:2]) for _, one in outcome.verdicts]
    assert told[0] == ("unknown_unit", ("Phường Đồng (103)",))
    assert told[1] == ("unknown_unit", ("Xã Cường Đông (203)", "Xã Cường Tây (204)"))
    assert told[2][1][0] == "Xã Dũng Mới (201)"
    assert outcome.verdicts[3][1].fate.value == "accepted", "on its own days the name is known"


def test_those_that_follow_are_found_through_units_that_have_gone_since(tmp_path: Path) -> None:
    chain = """code,name,level,parent_code,valid_from,valid_to,successor
27,Tỉnh Nhỏ,province,,,,
1,Xã Một,commune,27,,2025-02-03,2
2,Xã Hai,commune,27,2025-02-04,2025-02-05,3:0.5 4:0.5
3,Xã Ba,commune,27,2025-02-06,,
4,Xã Bốn,commune,27,2025-02-06,,
"""
    house = Small(tmp_path, CONFIG, chain, "unit_code,target\n1,10\n")
    outcome = house.send("unit_name,as_of,count\nXã Một,2025-02-05,5\nXã Một,2025-02-07,5\n")
    house.close()
    assert [one.near[:2] for _, one in outcome.verdicts] == [("Xã Hai (2)",), ("Xã Ba (3)", "Xã Bốn (4)")]
