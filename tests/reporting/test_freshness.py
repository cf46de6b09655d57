"""Who reported and who in time, from real loads; every number here was added up by hand.

Five days, 3 to 7 February. An (00101) is due every day, Bình (00102) every day but the 6th, on which it is excused,
Phường An (00201) finishes on the 3rd, and Xã Không has nothing to do at all: 3 + 2 + 2 + 1 + 2 = 10 reports due.
"""

from datetime import date
from fractions import Fraction

import pytest

from campaign.freshness import Tally
from reporting.freshness import _late_by_us, punctuality
from tests.warehouse.small import CONFIG, NAMED, TARGETS, UNITS, Small, counts

EXCUSED = """
[[campaign.excused]]
from = 2025-02-06
to = 2025-02-06
units = ["00102"]
"""
LAST = date(2025, 2, 7)


@pytest.fixture
def reports(tmp_path):
    made = Small(
        tmp_path / "house",
        config_text=CONFIG + EXCUSED,
        units=UNITS + "00202,Xã Không,commune,D2\n",
        targets=TARGETS + "00202,0\n",
    )
    made.send(
        counts(("00101", 3, 20), ("00102", 3, 30), ("00201", 3, 100), ("00202", 3, 0)), at="2025-02-03T16:00+07:00"
    )
    made.send(counts(("00101", 4, 40)), at="2025-02-04T17:00:01+07:00")
    made.send(counts(("00101", 5, 40), ("00102", 5, 20), ("00201", 5, 100)), at="2025-02-05T16:00+07:00")
    made.send(counts(("00101", 6, 60)), at="2025-02-06T16:00+07:00")
    made.send(counts(("00101", 7, 70)), at="2025-02-07T17:00+07:00")
    made.send(counts(("00102", 7, 90)), at="2025-02-08T08:00+07:00")
    yield made
    made.close()


def test_each_day_counts_whom_it_was_due_from_and_who_sent_in_time(reports):
    found = punctuality(reports.figures(), "27", LAST)
    assert [found.by_day[date(2025, 2, day)] for day in range(3, 8)] == [
        Tally(3, 3, 3),
        Tally(2, 1, 0),  # An one second late, Bình not at all; who finished the day before owes nothing
        Tally(2, 2, 2),  # Bình's count fell and is held: it did report; Phường An was not due and counts nowhere
        Tally(1, 1, 1),  # Bình is excused
        Tally(2, 2, 1),  # on the stroke of the cut-off is in time, the morning after is late
    ]


def test_the_whole_is_the_sum_of_its_days_and_of_its_units(reports):
    found = punctuality(reports.figures(), "27", LAST)
    assert found.whole == Tally(10, 9, 7)
    assert (found.whole.reporting_rate, found.whole.on_time_rate) == (Fraction(9, 10), Fraction(7, 10))
    assert found.by_unit == {
        "27": Tally(10, 9, 7), "D1": Tally(9, 8, 6), "D2": Tally(1, 1, 1),
        "00101": Tally(5, 5, 4), "00102": Tally(4, 3, 2), "00201": Tally(1, 1, 1),
    }  # fmt: skip


def test_a_correction_sent_later_makes_nobody_late(reports):
    before = punctuality(reports.figures(), "27", LAST).whole
    reports.send(counts(("00101", 3, 25)), at="2025-02-08T09:00+07:00")
    assert reports.progress("2025-02-03")["00101"].done == 25
    assert punctuality(reports.figures(), "27", LAST).whole == before


def test_sending_the_same_number_again_changes_nothing(reports):
    before = punctuality(reports.figures(), "27", LAST).whole
    reports.send(counts(("00101", 3, 20)), at="2025-02-08T09:00+07:00")
    assert punctuality(reports.figures(), "27", LAST).whole == before


def test_a_district_is_its_own_communes(reports):
    assert punctuality(reports.figures(), "D1", LAST).whole == Tally(9, 8, 6)


def test_a_day_still_open_stands_beside_the_rates_and_makes_nobody_late(reports):
    found = punctuality(reports.figures(), "27", date(2025, 2, 6), open_day=LAST)
    assert found.whole == Tally(8, 7, 6)
    assert (found.coming.expected, found.coming.reported) == (2, 2)


def test_days_after_the_campaign_expect_nothing(reports):
    assert punctuality(reports.figures(), "27", date(2025, 3, 1)).whole == Tally(10, 9, 7)


def test_a_view_of_one_category_asks_for_that_category_alone(tmp_path):
    targets = "unit_code,category,stage,target\n00101,birth,approved,100\n00101,death,approved,50\n"
    small = Small(tmp_path / "house", config_text=CONFIG + NAMED, targets=targets)
    text = (
        "unit_code,category,stage,as_of,count\n00101,birth,approved,2025-02-03,10\n00101,death,entered,2025-02-03,5\n"
    )
    small.send(text, at="2025-02-03T16:00+07:00")
    figures, first = small.figures(), date(2025, 2, 3)
    assert punctuality(figures, "27", first).whole == Tally(1, 1, 1)
    assert punctuality(figures, "27", first, category="birth").whole == Tally(1, 1, 1)
    assert punctuality(figures, "27", first, category="death").whole == Tally(1, 0, 0)
    small.close()


def test_the_days_a_failing_source_made_late_are_those_expected_late_and_seen():
    one, two, three = (date(2025, 3, day) for day in (1, 2, 3))
    expected = {"a": [("a", one), ("a", two)], "b": [("b", one)], "T": [("a", one), ("a", two), ("b", one)]}
    ours = {("a", two), ("a", one), ("a", three), ("b", one)}
    came_late = {("a", one): True, ("a", two): True, ("a", three): True, ("b", one): True}
    assert _late_by_us(expected, ours, came_late, {"a", "T"}) == {"a": (one, two)}
    assert _late_by_us(expected, ours, came_late | {("a", two): False}, {"a"}) == {"a": (one,)}
