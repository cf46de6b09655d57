"""Freshness: who reported, who in time, whose silence is ours; every number here was added up by hand."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from campaign.freshness import (
    Cause,
    Gap,
    Tally,
    carried,
    cause_of,
    gap,
    is_expected,
    masked,
    tally,
    waiting,
)
from campaign.progress import Status, UnitProgress

FIRST, LAST = date(2025, 3, 1), date(2025, 3, 5)
NOON = datetime(2025, 3, 3, 5, tzinfo=UTC)


def row(code="a", day=3, status=Status.ON_TRACK, **changes):
    standard = {
        "campaign": "c", "as_of": date(2025, 3, day), "level": "commune", "code": code, "name": code,
        "parent_code": "T", "category": "all", "stage": "done", "target": 10, "done": 5, "remaining": 5, "excess": 0,
        "completion": None, "planned_share": None, "expected": None, "variance": None, "pace": None, "done_today": 1,
        "planned_today": None, "catchup_today": 2, "required_per_day": None, "rank": None, "rank_change": None,
        "status": status, "finished_on": None, "last_as_of": None, "days_silent": 0, "units_with_target": 1,
        "units_finished": 0, "gap_share": None, "stalled_days": 0, "is_leaf": True,
    }  # fmt: skip
    return UnitProgress(**(standard | changes))


def test_a_unit_with_something_to_do_on_a_campaign_day_is_expected_to_report():
    assert is_expected(row(), FIRST, LAST)
    assert is_expected(row(day=1), FIRST, LAST)
    assert is_expected(row(day=5), FIRST, LAST)


@pytest.mark.parametrize(
    "changes",
    [
        {"catchup_today": 0},  # finished the evening before, nothing to do, or excused
        {"catchup_today": None},  # no target at all
        {"is_leaf": False},  # a roll-up sends nothing itself
        {"as_of": date(2025, 2, 28)},
        {"as_of": date(2025, 3, 6)},
    ],
)
def test_nobody_else_is(changes):
    assert not is_expected(row(**changes), FIRST, LAST)


def test_both_rates_are_over_the_same_reports_due():
    third = date(2025, 3, 3)
    came_late = {("a", third): False, ("b", third): True, ("zz", third): False, ("a", date(2025, 3, 4)): False}
    found = tally([("a", third), ("b", third), ("c", third), ("d", third)], came_late)
    assert found == Tally(expected=4, reported=2, on_time=1)
    assert (found.late, found.missing) == (1, 2)
    assert found.reporting_rate == Fraction(1, 2)
    assert found.on_time_rate == Fraction(1, 4)


def test_a_report_nobody_was_due_to_send_moves_no_rate():
    day = date(2025, 3, 3)
    assert tally([("a", day)], {("a", day): False, ("b", day): True}).reporting_rate == 1


def test_rates_are_of_sums_never_means_of_rates():
    whole = Tally(1, 1, 1) + Tally(9, 3, 0)
    assert whole.reporting_rate == Fraction(4, 10)
    assert whole.on_time_rate == Fraction(1, 10)


def test_nothing_due_has_no_rate():
    assert Tally().reporting_rate is None
    assert Tally().on_time_rate is None


def test_a_source_carries_whom_its_loads_brought():
    brought = {"one": {"a", "gone"}, "two": {"b"}}
    assert carried("one", ["a", "b", "c"], brought, ["one", "two"]) == {"a"}


def test_the_only_source_carries_everybody_before_its_first_load_and_one_of_two_nobody():
    assert carried("one", ["a", "b"], {"": {"a"}}, ["one"]) == {"a", "b"}
    assert carried("one", ["a", "b"], {"two": {"a"}}, ["one", "two"]) == frozenset()


def test_units_wait_for_a_failing_source_while_work_is_left_and_nothing_came_another_way():
    rows = [row("a"), row("b"), row("c", remaining=0), row("d", remaining=None), row("T", is_leaf=False), row("x")]
    came = {"a": NOON - timedelta(hours=1), "b": NOON + timedelta(minutes=1)}
    assert waiting(rows, frozenset("abcdT"), came, NOON) == {"a"}


def test_a_silence_is_ours_only_while_its_source_fails():
    silent = row("a", status=Status.SILENT)
    assert gap(silent, [silent], frozenset("a")) is Gap.SOURCE_DOWN
    assert gap(silent, [silent], frozenset("b")) is Gap.SILENT
    assert gap(row("a"), [row("a")], frozenset("a")) is Gap.REPORTED


def test_a_district_is_down_unless_one_of_its_communes_is_silent_of_its_own_accord():
    district = row("T", status=Status.SILENT, is_leaf=False)
    a, b = row("a", status=Status.SILENT), row("b", status=Status.SILENT)
    done = row("c", status=Status.FINISHED)
    assert gap(district, [a, b, done], frozenset("ab")) is Gap.SOURCE_DOWN
    assert gap(district, [a, b, done], frozenset("a")) is Gap.SILENT
    assert gap(district, [done], frozenset("ab")) is Gap.SILENT


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("source inbox: /srv/inbox: not readable (Permission denied); mend its rights", Cause.RIGHTS),
        ("source inbox: /srv/inbox: not readable (Not a directory); mend its rights", Cause.FOLDER),
        (
            "source inbox: a.csv: not readable (Text file busy); mend its rights (tried again by the next pull)",
            Cause.FILE,
        ),
        ("source inbox: a.xlsx: cannot be read (not tried again until it changes); taken in: files=2", Cause.FILE),
        ("source web: answered 503 Service Unavailable, 4 times; try again later", Cause.SERVER),
        ("source web: answered 429 Too Many Requests; try again later", Cause.BUSY),
        ("source web: answered 401 Unauthorized: it does not let us in; check TOKEN", Cause.ACCESS),
        ("source web: answered 404 Not Found; 200 OK was expected; check url and params", Cause.NOT_FOUND),
        ("source web: did not answer within 30 s, 4 times; try again later", Cause.TIMEOUT),
        ("source web: cannot be reached ([Errno 111] Connection refused); try again later", Cause.CONNECTION),
        ("source web: sends more than 200 MB; raise most_mb if it may", Cause.SETTING),
        (
            "source db: the database says: no such table: report; mend the query, or bring back what it reads",
            Cause.LAYOUT,
        ),
        ("OSError: [Errno 28] No space left on device (pull.py:9)", Cause.FULL),
        ("scheduler: it has stopped; start it again", Cause.SCHEDULER),
        ("something nobody thought of", Cause.UNKNOWN),
    ],
)
def test_a_failure_is_told_apart_by_what_a_person_can_do(error, cause):
    assert cause_of(error) is cause


def test_no_password_and_no_value_of_a_query_is_shown():
    shown = masked("postgresql://officer:s3cret@db.example/x and https://a.example/b?token=abc&year=2025; mend it")
    assert "s3cret" not in shown
    assert "officer" not in shown
    assert "abc" not in shown
    assert "https://a.example/b?token=…&year=…; mend it" in shown
