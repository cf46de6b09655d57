"""Emulation scores and recognition from a real store, against plain arithmetic.

Four communes of 100 each and one with nothing to do; the plan asks for 20 a day from Monday 3 to Friday 7 February.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from campaign.credit import planned
from campaign.emulation import Part
from campaign.errors import ConfigError
from campaign.freshness import Past
from campaign.paperwork import Emulation
from campaign.period import day_of, month_of
from campaign.scope import Scope
from reporting.emulation import Scored, scored
from reporting.figures import Figures
from reporting.recognition import Recogniser, recogniser
from tests.warehouse.small import CONFIG, ID, Small

UNITS = """code,name,level,parent_code
27,Tỉnh Nhỏ,province,
D1,Huyện Một,district,27
D2,Huyện Hai,district,27
a,Xã A,commune,D1
b,Xã B,commune,D1
c,Xã C,commune,D2
d,Xã D,commune,D2
e,Xã E,commune,D2
"""
TARGETS = "unit_code,target\na,100\nb,100\nc,100\nd,100\ne,0\n"
DAYS = {  # what each commune reports for 3, 4, 5, 6 and 7 February; None: nothing
    "a": (20, 45, 65, 100, None),
    "b": (0, 20, 40, 60, 130),
    "c": (25, 25, 60, None, 80),
    "d": (None, None, None, None, None),
    "e": (0, 0, 0, 0, 0),
}
END = date(2025, 2, 7)
EVEN = Emulation.model_validate({"weights": dict.fromkeys(Part, 20)})


def report(day: int, *only: str, **other: int) -> str:
    rows = {code: counts[day - 3] for code, counts in DAYS.items() if not only or code in only} | other
    said = "".join(f"{code},2025-02-0{day},{count}\n" for code, count in rows.items() if count is not None)
    return "unit_code,as_of,count\n" + said


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Small]:
    """Return the campaign with all reports, each in the afternoon of its day, those of C for the 5th a day late."""
    made = Small(tmp_path / "house", CONFIG.replace("end =", 'cutoff = "17:00"\nend ='), UNITS, TARGETS)
    for day in range(3, 8):
        codes = ("a", "b", "e") if day == 5 else ()
        made.send(report(day, *codes), at=f"2025-02-0{day}T16:00:00+07:00")
        if day == 5:
            made.send(report(5, "c"), at="2025-02-05T17:00:01+07:00")
    yield made
    made.close()


def of(house: Small, emulation: Emulation = EVEN, level: str = "commune", as_of: date = END) -> dict[str, Scored]:
    return {one.row.code: one for one in scored(house.figures(), as_of, level, emulation)}


def parts(house: Small, code: str, level: str = "commune") -> tuple[Fraction, ...]:
    return tuple(of(house, level=level)[code].score.parts.values())


def test_every_part_of_every_score_is_what_pencil_and_paper_say(house: Small) -> None:
    # A: done on the 4th working day of 5: 1/5 of the plan was to come; met 20 a day on all 4 it worked; four reports
    # were due (none after it had finished).
    assert parts(house, "a") == (1, 1, Fraction(1, 5), 1, 1)
    # B: 130 of 100 is 100; finished on the last day; nothing on the 3rd, then four days met.
    assert parts(house, "b") == (1, 1, 0, Fraction(4, 5), 1)
    # C: 3rd met, 4th not, 5th met (late), 6th silent, 7th met: the longest run is one day; 3 of 5 reports in time.
    assert parts(house, "c") == (Fraction(4, 5), Fraction(3, 5), 0, Fraction(1, 5), 1)
    # D never said anything.
    assert parts(house, "d") == (0, 0, 0, 0, 0)
    assert {code: one.score.points for code, one in of(house).items()} == {
        "a": 20 * Fraction(21, 5), "b": 20 * Fraction(19, 5), "c": 20 * Fraction(13, 5), "d": 0, "e": None,
    }  # fmt: skip
    assert [(code, one.score.rank) for code, one in of(house).items()] == [
        ("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", None),
    ]  # fmt: skip


def test_a_district_is_scored_by_the_sums_of_its_communes(house: Small) -> None:
    # D1: 200 of 200, finished on the last day; 9 of 9 reports; 20+20, 25+20, 20+20, 35+20, 0+40 against 40 a day.
    # B's first day brings nothing: 20 against 40. Then 45, 40, 55 and B's 40 of 70: met four days running.
    assert parts(house, "D1", "district") == (1, 1, 0, Fraction(4, 5), 1)
    # D2: C's 80 of 200; three of ten reports in time (E owes none); C's 25, 0, 35, 0, 20 never make 40 a day.
    assert parts(house, "D2", "district") == (Fraction(2, 5), Fraction(3, 10), 0, 0, 1)


def test_what_lies_above_a_target_earns_nothing(house: Small) -> None:
    before = of(house)
    house.send(report(7, "c", a=500, b=900), at="2025-02-07T16:30:00+07:00")
    assert {code: one.score.points for code, one in of(house).items()} == {
        code: one.score.points for code, one in before.items()
    }


def test_a_count_that_is_held_or_rejected_earns_nothing_and_costs_quality(house: Small) -> None:
    house.send("unit_code,as_of,count\nd,2025-02-03,x\nd,2025-02-04,90\n", at="2025-02-07T16:30:00+07:00")
    house.send("unit_code,as_of,count\nd,2025-02-05,80\n", at="2025-02-07T16:31:00+07:00")
    # one row counted (the 4th, three days late), one was rejected and one is held
    assert parts(house, "d") == (Fraction(9, 10), 0, 0, Fraction(1, 5), Fraction(1, 3))


def test_a_held_report_is_no_report_in_time(tmp_path: Path) -> None:
    made = Small(tmp_path / "house", CONFIG.replace("end =", 'cutoff = "17:00"\nend ='), UNITS, TARGETS)
    made.send(report(3, "b", c=25), at="2025-02-03T16:00:00+07:00")
    made.send("unit_code,as_of,count\nc,2025-02-04,5\n", at="2025-02-04T16:00:00+07:00")
    found = {one.row.code: one for one in scored(made.figures(), date(2025, 2, 4), "commune", EVEN)}
    assert found["c"].score.parts[Part.ON_TIME] == Fraction(1, 2)
    assert found["c"].score.parts[Part.DATA_QUALITY] == Fraction(1, 2)
    made.close()


def test_what_our_own_failure_made_late_counts_neither_for_nor_against(house: Small) -> None:
    down = Past("", datetime(2025, 2, 5, 9, tzinfo=UTC), datetime(2025, 2, 5, 11, tzinfo=UTC))
    found = scored(house.figures(), END, "commune", EVEN, past=[down], configured=[""])
    assert {one.row.code: one.score.parts[Part.ON_TIME] for one in found if one.row.code == "c"} == {
        "c": Fraction(3, 4)
    }


def test_nobody_is_late_for_a_day_that_is_still_open(house: Small) -> None:
    found = scored(house.figures(), END, "commune", EVEN, closed=date(2025, 2, 5))
    assert {one.row.code: one.score.parts[Part.ON_TIME] for one in found if one.row.code == "c"} == {
        "c": Fraction(2, 3)
    }


def test_an_excused_day_neither_breaks_nor_lengthens_a_run(tmp_path: Path) -> None:
    excused = '[[campaign.excused]]\nfrom = 2025-02-05\nto = 2025-02-05\nunits = ["b"]\nreason = "lũ"\n'
    made = Small(tmp_path / "house", CONFIG + excused, UNITS, TARGETS)
    for day, count in ((3, 25), (4, 50), (6, 75), (7, 90)):
        made.send(report(day, "d", b=count), at=f"2025-02-0{day}T16:00:00+07:00")
    run = made.figures().credit(END).runs(END)["b"]
    assert (run.length, run.worked, run.first, run.last) == (3, 4, date(2025, 2, 3), date(2025, 2, 6))
    made.close()


def test_days_met_agree_with_the_figures_everybody_sees(house: Small) -> None:
    figures = house.figures()
    cube = figures.credit(END).cube
    for day in range(1, 10):
        on = date(2025, 2, day)
        rows = {row.code: row.planned_today or 0 for row in figures.progress(on)}
        assert dict(zip(cube.codes, planned(cube, on), strict=True)) == rows


def test_the_weights_of_the_configuration_make_the_score(house: Small) -> None:
    only = Emulation.model_validate({"weights": {"completion": 75, "streak": 25}})
    assert {code: one.score.points for code, one in of(house, only).items()} == {
        "a": 100, "b": 95, "c": 65, "d": 0, "e": None,
    }  # fmt: skip


def test_ranks_are_over_all_units_whatever_may_be_seen(house: Small) -> None:
    own = Figures.open(house.config, ID, scope=Scope(units=frozenset({"D2"})))
    assert [(one.row.code, one.score.rank) for one in scored(own, END, "commune", EVEN)] == [
        ("c", 3), ("d", 4), ("e", None),
    ]  # fmt: skip
    own.close()


# Recognition


def test_those_to_be_named_are_found(house: Small) -> None:
    found = Recogniser(house.figures(), date(2025, 2, 4), END).of("commune")
    assert found.first is not None
    assert (found.first.codes, found.first.on) == (("a",), date(2025, 2, 6))
    ((best,), (run,)) = found.improved, [found.steadiest]
    assert (best.codes, best.rise) == (("b",), Fraction(80, 100)), "from 20 to 100 of 100, not to 130"
    assert run is not None
    assert (run.codes, run.days) == (("a", "b"), 4)


def test_a_target_that_was_lowered_lifts_nobody(house: Small) -> None:
    house.write("targets.csv", "unit_code,target,valid_from\na,100,\nb,100,\nc,100,\nd,1000,\nd,1,2025-02-07\n")
    house.send(report(3, d=1), at="2025-02-07T18:00:00+07:00")
    found = Recogniser(house.figures(), date(2025, 2, 6), END).of("commune")
    assert [one.codes for one in found.improved] == [("b",)]
    assert house.figures().credit(END).gained(date(2025, 2, 6), END)["d"] == 0


def test_classes_named_in_the_configuration_are_compared_by_themselves(house: Small) -> None:
    house.write("config.toml", house.path.read_text("utf-8") + '[campaign.classes]\n"Xã miền núi" = ["c", "d"]\n')
    house.send(report(7, "e"), at="2025-02-07T18:00:00+07:00")
    found = Recogniser(house.figures(), date(2025, 2, 2), END).of("commune")
    assert {one.in_class: (one.codes, one.rise) for one in found.improved} == {
        "Xã miền núi": (("c",), Fraction(4, 5)),
        "whole": (("a", "b"), 1),
    }


def test_a_class_of_unknown_units_is_said(house: Small) -> None:
    house.write("config.toml", house.path.read_text("utf-8") + '[campaign.classes]\n"Xã miền núi" = ["zz"]\n')
    with pytest.raises(ConfigError, match=r"classes\.Xã miền núi: found 'zz'"):
        house.send(report(7, "e"), at="2025-02-07T18:00:00+07:00")


def test_a_notice_of_a_period_has_its_sentences_in_words(house: Small) -> None:
    said = recogniser(house.figures(), month_of(END), END).said("vi")
    assert said == (
        "Cấp xã về đích đầu tiên: Xã A (ngày 06/02/2025).",
        "Cấp xã tiến bộ nhất trong kỳ: Xã A, Xã B (tỷ lệ hoàn thành tăng 100,0 điểm phần trăm).",
        "Cấp xã có chuỗi ngày làm việc liên tục đạt kế hoạch dài nhất: Xã A, Xã B (4 ngày).",
        "Cấp huyện về đích đầu tiên: Huyện Một (ngày 07/02/2025).",
        "Cấp huyện tiến bộ nhất trong kỳ: Huyện Một (tỷ lệ hoàn thành tăng 100,0 điểm phần trăm).",
        "Cấp huyện có chuỗi ngày làm việc liên tục đạt kế hoạch dài nhất: Huyện Một (4 ngày).",
    )
    of_a_day = recogniser(house.figures(), day_of(date(2025, 2, 5)), date(2025, 2, 5)).said("vi", ("D2",))
    assert of_a_day == ("Cấp xã tiến bộ nhất trong kỳ: Xã C (tỷ lệ hoàn thành tăng 35,0 điểm phần trăm).",)


def test_who_may_not_be_seen_is_not_named(house: Small) -> None:
    own = Figures.open(house.config, ID, scope=Scope(units=frozenset({"D2"})))
    assert recogniser(own, month_of(END), END).said("vi") == ()
    own.close()
