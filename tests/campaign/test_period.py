"""The period a report covers."""

from datetime import date

import pytest

from campaign.errors import UsageError
from campaign.period import Period, Span, month_of, read_period, week_of


@pytest.mark.parametrize(
    ("code", "first", "last", "span"),
    [
        ("2025-01", date(2025, 1, 1), date(2025, 1, 31), Span.MONTH),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), Span.MONTH),
        ("2025-W01", date(2024, 12, 30), date(2025, 1, 5), Span.WEEK),
        ("2025-01-05", date(2025, 1, 5), date(2025, 1, 5), Span.DAY),
        ("2025-01-01..2025-01-15", date(2025, 1, 1), date(2025, 1, 15), Span.DAYS),
    ],
)
def test_a_period_is_read_and_written_the_same_way(code: str, first: date, last: date, span: Span) -> None:
    found = read_period(code)
    assert found == Period(first, last, span)
    assert found.code == code


@pytest.mark.parametrize(
    "code",
    ["", "2025", "2025-13", "2025-1", "01-2025", "2025-W54", "2025-W00", "2025-02-30", "2025-01-15..2025-01-01", "x"],
)
def test_anything_else_is_refused_with_the_forms_that_are_taken(code: str) -> None:
    with pytest.raises(UsageError, match=r"2025-01-01\.\.2025-01-15"):
        read_period(code)


def test_a_day_lies_in_its_month_and_in_a_week_from_monday_to_sunday() -> None:
    assert month_of(date(2024, 12, 31)).code == "2024-12"
    assert week_of(date(2024, 12, 31)).code == "2025-W01"
    assert week_of(date(2025, 1, 5)) == week_of(date(2024, 12, 30))
