"""Browsers are told of a new version once its first page need not be computed, and never much later."""

from pathlib import Path

import pytest

from etl.configured import load
from pages import _ask, _warm

SEEN = "thu-2025"


@pytest.fixture
def told(house: Path, monkeypatch: pytest.MonkeyPatch):
    """Return who tells which version browsers see: of the one published, the one that is warm, at a second."""
    config = load(house)
    monkeypatch.setattr(_warm, "_ready", {})
    monkeypatch.setattr(_warm, "_held", {})

    def at(second: float, published: str, warm: str | None) -> str | None:
        monkeypatch.setattr(_ask, "current", lambda *_: published)
        monkeypatch.setattr(_warm.time, "monotonic", lambda: second)
        if warm is not None:
            _warm._ready[config.data, SEEN] = warm
        return _warm.announced(config, SEEN)

    return at


def test_nothing_is_held_back_before_anything_was_warmed(told):
    assert told(0, "v000001", None) == "v000001"


def test_a_new_version_is_told_as_soon_as_it_is_warm(told):
    assert told(0, "v000001", "v000001") == "v000001"
    assert told(1, "v000002", "v000001") == "v000001"
    assert told(2, "v000002", "v000002") == "v000002"


def test_a_version_that_takes_long_to_warm_is_told_after_three_seconds(told):
    told(0, "v000001", "v000001")
    assert told(10, "v000002", "v000001") == "v000001"
    assert told(12.9, "v000002", "v000001") == "v000001"
    assert told(13, "v000002", "v000001") == "v000002"


def test_the_wait_begins_anew_with_each_version(told):
    told(10, "v000002", "v000001")
    assert told(20, "v000003", "v000001") == "v000001"
