"""Kept: worked out once however many ask, forgotten oldest first, found by what is named and by nothing else."""

import threading
import time

import pytest

from pages._kept import forget, kept


def test_the_key_is_every_argument_whose_name_does_not_begin_with_an_underscore():
    made: list[tuple[int, str]] = []

    @kept(10)
    def found(number: int, word: str, _door: object) -> str:
        made.append((number, word))
        return f"{number}{word}"

    assert [found(1, "a", object()), found(1, word="a", _door=object()), found(1, "b", None)] == ["1a", "1a", "1b"]
    assert made == [(1, "a"), (1, "b")]


def test_what_was_asked_for_last_stays_and_what_makes_room_is_released():
    released: list[int] = []

    @kept(2, on_release=released.append)
    def found(number: int) -> int:
        return number

    for number in (1, 2, 1, 3):
        found(number)
    assert released == [2]


def test_of_many_who_ask_at_once_one_works_it_out():
    made: list[int] = []

    @kept(2)
    def found(number: int) -> int:
        made.append(number)
        time.sleep(0.2)
        return number

    threads = [threading.Thread(target=found, args=(7,)) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert made == [7]


def test_what_failed_is_tried_again_and_what_is_forgotten_made_again():
    made: list[int] = []

    @kept(2)
    def found(number: int) -> int:
        made.append(number)
        if len(made) == 1:
            raise ValueError(number)
        return number

    with pytest.raises(ValueError, match="7"):
        found(7)
    assert (found(7), found(7), made) == (7, 7, [7, 7])
    forget()
    assert (found(7), made) == (7, [7, 7, 7])
