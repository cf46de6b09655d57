"""Explanations: what a person says of a stated total that is not our sum; good for the very figures it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeVar

from campaign.rows import Measure

EXPLAIN = "explain"  # `what` of such a decision
MOST = 10**15  # a larger number is none of ours, and no warehouse holds it
MEASURES = (Measure.COUNT, Measure.TARGET, Measure.UNITS_FINISHED)


class Key(NamedTuple):
    """Which stated total: of which unit, category view, stage and measure, for which day."""

    unit_code: str
    category: str
    stage: str
    measure: str
    as_of: date


class Explained(Protocol):
    """Whatever explains: a total by its key, and the two figures that stood when it was said."""

    @property
    def key(self) -> Key:
        """Return which stated total."""

    @property
    def stated(self) -> int:
        """Return the total as it was stated."""

    @property
    def summed(self) -> int:
        """Return our sum as it was then."""


Some = TypeVar("Some", bound=Explained)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One explanation as it is handed in. `by`: the name of who gives it, where the sender has none of his own."""

    key: Key
    stated: int
    summed: int
    why: str
    by: str = ""

    def document(self) -> dict[str, Any]:
        """Return the explanation as JSON carries it."""
        named = self.key._asdict() | {"as_of": self.key.as_of.isoformat()}
        said = {name: value for name, value in asdict(self).items() if name != "key"}
        return {"what": EXPLAIN, **named, **said}


def read_explanation(content: Mapping[str, Any]) -> Explanation | None:
    """Return an explanation as it was written down; None when it cannot be one."""
    try:
        found = Explanation(
            key=Key(
                unit_code=str(content["unit_code"]),
                category=str(content["category"]),
                stage=str(content["stage"]),
                measure=Measure(content["measure"]).value,
                as_of=date.fromisoformat(content["as_of"]),
            ),
            stated=content["stated"],
            summed=content["summed"],
            why=_one_line(content.get("why")),
            by=_one_line(content.get("by")),
        )
    except (KeyError, ValueError, TypeError):
        return None
    counts = all(type(one) is int and 0 <= one <= MOST for one in (found.stated, found.summed))
    return found if counts and found.key.measure in MEASURES else None


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())


def holds(said: Iterable[Some], key: Key, stated: int, summed: int) -> tuple[Some | None, Some | None]:
    """Return (the explanation that holds, else the one that lapsed) of a difference; `said`: the latest first.

    One holds while the very figures it names stand; one about the same unit, category, stage and measure, of this day
    or an earlier one, that names others has lapsed.
    """
    about = [one for one in said if one.key[:4] == key[:4] and one.key.as_of <= key.as_of]
    exact = (one for one in about if (one.key, one.stated, one.summed) == (key, stated, summed))
    standing = next(exact, None)
    return standing, (about[0] if about and standing is None else None)
