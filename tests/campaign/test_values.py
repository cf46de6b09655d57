"""Values: whole counts and days, read strictly and never guessed."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.rows import Reason
from campaign.values import LARGEST, Unreadable, read_count, read_day, read_text


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0), ("0", 0), ("007", 7), (" 12 ", 12), (12.0, 12), ("1.234", 1234), ("1,234", 1234), ("519.537", 519537),
        ("1.234.567", 1234567), ("12,345,678", 12345678), ("\u00a012", 12), (str(LARGEST), LARGEST), ("-0", 0),
    ],
)  # fmt: skip
def test_a_whole_count_is_read(value: object, count: int) -> None:
    assert read_count(value) == count


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, "", " ", "-", "x", "1.5", 1.5, 519.537, "1.23", "1.2345", "1234.567", "1.234,567", "1,234.5",
        ".123", "1.", "1 234", "1e3", "0x10", "+5", "--5", "5-", "١٢", "½", "1_000", float("inf"), float("nan"),
        2**53 + 1, "9" * 40, date(2025, 1, 1), "1.234.56",
    ],
)  # fmt: skip
def test_what_is_no_whole_count_is_refused(value: object) -> None:
    with pytest.raises(Unreadable) as refused:
        read_count(value)
    assert refused.value.reason is Reason.BAD_COUNT


@pytest.mark.parametrize("value", [-1, -1.0, "-1", "−5", "- 5", "-1.234"])
def test_a_negative_count_is_called_so(value: object) -> None:
    with pytest.raises(Unreadable) as refused:
        read_count(value)
    assert refused.value.reason is Reason.NEGATIVE_COUNT


@given(st.integers(0, LARGEST))
def test_a_count_is_read_however_it_is_grouped(count: int) -> None:
    grouped = f"{count:,}"
    assert {read_count(one) for one in (count, str(count), grouped, grouped.replace(",", "."))} == {count}


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2025-02-03", date(2025, 2, 3)), ("3/2/2025", date(2025, 2, 3)), ("03/02/2025", date(2025, 2, 3)),
        ("3-2-2025", date(2025, 2, 3)), ("3.2.2025", date(2025, 2, 3)), (" 2025-02-03 ", date(2025, 2, 3)),
        ("29/02/2024", date(2024, 2, 29)), (date(2025, 2, 3), date(2025, 2, 3)),
        (datetime(2025, 2, 3, 23, 59), date(2025, 2, 3)),  # noqa: DTZ001 - a workbook's cell has no zone
    ],
)  # fmt: skip
def test_a_day_is_read_day_first(value: object, day: date) -> None:
    assert read_day(value) == day


@pytest.mark.parametrize(
    "value",
    [
        None, "", "2025-2-3", "2025/02/03", "30/02/2025", "29/02/2025", "13/13/2025", "02/13/2025", "3/2/25",
        "3/2-2025",
        "2025-02-03T00:00", "45691", 45691, 45691.0, "3 tháng 2", "0/1/2025", "2025-00-01", "٣/٢/٢٠٢٥", "1/1/0000",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(Unreadable) as refused:
        read_day(value)
    assert refused.value.reason is Reason.BAD_DATE


@given(st.dates(date(1900, 1, 1)))
def test_a_day_written_in_any_of_the_four_ways_is_that_day(day: date) -> None:
    ways = [day.isoformat(), *(f"{day.day}{sign}{day.month}{sign}{day.year}" for sign in "/-.")]
    assert {read_day(one) for one in ways} == {day}


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), ("  a ", "a"), (9163.0, "9163"), (9163, "9163"), ("00101", "00101"), (1.5, "1.5")]
)
def test_a_cell_is_read_as_the_text_a_person_sees(value: object, text: str) -> None:
    assert read_text(value) == text
