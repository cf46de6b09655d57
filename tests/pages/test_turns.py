"""Few pages are drawn at a time; none waits for ever, and who pauses lets another in."""

import threading
import time
from types import SimpleNamespace

import pytest

from pages import _turns


@pytest.fixture(autouse=True)
def one_turn(monkeypatch):
    monkeypatch.setattr(_turns, "_turns", threading.BoundedSemaphore(1))


def drawn(order: list[str], name: str, meanwhile=lambda: None) -> threading.Thread:
    """Start a page in a thread of its own; it notes when it has its turn and when it is done."""

    def draw() -> None:
        with _turns.turn():
            order.append(f"{name} begins")
            meanwhile()
            order.append(f"{name} ends")

    thread = threading.Thread(target=draw)
    thread.start()
    return thread


def test_the_second_waits_until_the_first_is_done(monkeypatch):
    monkeypatch.setattr(_turns, "LONGEST_WAIT_SECONDS", 30)
    order: list[str] = []
    begun, go_on = threading.Event(), threading.Event()
    first = drawn(order, "first", lambda: (begun.set(), go_on.wait(30)))
    assert begun.wait(30)
    second = drawn(order, "second")
    time.sleep(0.1)
    assert order == ["first begins"]
    go_on.set()
    first.join(30)
    second.join(30)
    assert order == ["first begins", "first ends", "second begins", "second ends"]


def test_who_waited_long_enough_goes_on_without_a_turn_and_gives_none_back(monkeypatch):
    monkeypatch.setattr(_turns, "LONGEST_WAIT_SECONDS", 0.01)
    order: list[str] = []
    begun, go_on = threading.Event(), threading.Event()
    slow = drawn(order, "slow", lambda: (begun.set(), go_on.wait(30)))
    assert begun.wait(30)
    drawn(order, "quick").join(30)
    assert order == ["slow begins", "quick begins", "quick ends"]
    assert not _turns._turns.acquire(blocking=False)  # the slow one still has the only turn
    go_on.set()
    slow.join(30)
    assert _turns._turns.acquire(blocking=False)


def test_a_pause_lets_another_in(monkeypatch):
    monkeypatch.setattr(_turns, "LONGEST_WAIT_SECONDS", 30)
    order: list[str] = []
    begun, other_ended = threading.Event(), threading.Event()
    monkeypatch.setattr(_turns, "time", SimpleNamespace(sleep=lambda _: (begun.set(), other_ended.wait(30))))
    first = drawn(order, "first", lambda: _turns.rest(0.3))
    assert begun.wait(30)
    second = drawn(order, "second")
    second.join(30)
    other_ended.set()
    first.join(30)
    assert order == ["first begins", "second begins", "second ends", "first ends"]


def test_a_page_that_fails_gives_its_turn_back():
    with pytest.raises(ZeroDivisionError), _turns.turn():
        raise ZeroDivisionError
    assert _turns._turns.acquire(blocking=False)


def test_a_pause_without_a_turn_takes_none():
    _turns.rest(0)
    assert _turns._turns.acquire(blocking=False)
