"""Submitting: what is handed in twice by one double click is handed in once, and never lost."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from etl.envelope import Kind
from pages import _submitting

VIEW: Any = SimpleNamespace(campaign=SimpleNamespace(id="thu"))


class Session(dict[str, Any]):
    """A session that ends the run of whoever asks it for anything a second time, as a second click does."""

    asked = 0

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Answer the first time a run asks."""
        self.asked += 1
        if self.asked > 1:
            raise InterruptedError
        return super().setdefault(key, default)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    session = Session()
    monkeypatch.setattr(_submitting.st, "session_state", session)
    return session


def hand_in(session: Session, done: list[str], content: object, kind: Kind = Kind.FORM) -> None:
    session.asked = 0

    def work() -> str:
        done.append(f"{len(done)}")
        return done[-1]

    _submitting._hand_in(VIEW, kind, hash(content), work)


def test_a_double_click_hands_in_once_and_it_is_known(session: Session) -> None:
    done: list[str] = []
    hand_in(session, done, "a")
    hand_in(session, done, "a")
    assert done == ["0"]
    assert [one["id"] for one in session[_submitting.SENT]] == ["0"]


def test_other_content_another_kind_and_the_same_again_later_are_handed_in(session: Session) -> None:
    done: list[str] = []
    hand_in(session, done, "a")
    hand_in(session, done, "b")
    hand_in(session, done, "a", Kind.FILES)
    for one in session[_submitting.SENT]:
        one["at"] -= _submitting.TWICE + timedelta(seconds=1)
    hand_in(session, done, "a")
    assert done == ["0", "1", "2", "3"]
    assert len(session[_submitting.SENT]) == 4
