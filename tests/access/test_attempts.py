"""A way through the provider is finished once, soon, and only where it began."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from access.attempts import LONGEST, Attempts

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)


def test_an_attempt_leads_where_it_was_begun_for():
    attempts = Attempts()
    found = attempts.read(attempts.begin("/xep-hang?as_of=2025-03-03&unit=A", NOW), NOW)
    assert found is not None
    assert found.leads_to == "/xep-hang?as_of=2025-03-03&unit=A"


def test_an_attempt_is_finished_once():
    attempts = Attempts()
    written = attempts.begin("/", NOW)
    found = attempts.read(written, NOW)
    assert found is not None
    assert attempts.finish(found, NOW)
    assert not attempts.finish(found, NOW), "two answers at the same moment"
    assert attempts.read(written, NOW) is None


def test_an_attempt_is_over_after_its_time_and_not_remembered_longer():
    attempts = Attempts()
    written = attempts.begin("/", NOW)
    found = attempts.read(written, NOW + LONGEST - timedelta(seconds=1))
    assert found is not None
    assert attempts.finish(found, NOW)
    assert attempts.read(written, NOW + LONGEST) is None
    other = attempts.read(attempts.begin("/", NOW + LONGEST), NOW + LONGEST)
    assert other is not None
    assert attempts.finish(other, NOW + LONGEST)
    assert len(attempts._finished) == 1  # what it holds on to


def test_an_attempt_from_the_future_is_none():
    attempts = Attempts()
    assert attempts.read(attempts.begin("/", NOW + timedelta(seconds=1)), NOW) is None


@pytest.mark.parametrize("spoilt", ["", "x", "a.b.c", "é", "WyJhIiwiLyIsMV0.x"])
def test_what_is_no_attempt_of_ours_is_none(spoilt):
    assert Attempts().read(spoilt, NOW) is None


def test_an_edited_attempt_and_one_of_another_process_are_none():
    attempts = Attempts()
    written = attempts.begin("/", NOW)
    body, _, sign = written.partition(".")
    other = Attempts().begin("/ben-kia", NOW)
    assert attempts.read(written, NOW) is not None
    assert attempts.read(f"{other.partition('.')[0]}.{sign}", NOW) is None
    assert attempts.read(f"{body}.{sign[:-1]}{'A' if sign[-1] != 'A' else 'B'}", NOW) is None
    assert attempts.read(other, NOW) is None


def test_an_address_no_cookie_could_carry_is_left_out():
    attempts = Attempts()
    noise = "".join(hashlib.sha512(bytes([n])).hexdigest() for n in range(100))
    found = attempts.read(attempts.begin("/?" + noise, NOW), NOW)
    assert found is not None
    assert found.leads_to == "/"
