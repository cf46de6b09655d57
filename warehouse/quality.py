"""Quality of what was sent: per unit, the rows that counted as they came, and those held or sent back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class Sent:
    """Rows one unit sent: `well` counted as they came; `badly` were held or rejected, whatever became of them."""

    well: int = 0
    badly: int = 0

    def __add__(self, other: Sent) -> Sent:
        return Sent(self.well + other.well, self.badly + other.badly)


def rows_sent(
    rows: Callable[[str, dict[str, Any]], list[tuple[Any, ...]]], as_of: date, known: Collection[str]
) -> dict[str, Sent]:
    """Return by unit the rows sent for days up to one; `rows` runs a query.

    A rejected row is its unit's when it carries the unit's code (`known`: the codes there are); else it is nobody's.
    """
    asked = {"as_of": as_of}
    well = {str(unit): int(count) for unit, count in rows(statement("reads", "sent_well"), asked)}
    badly: Counter[str] = Counter()
    for unit, content in rows(statement("reads", "sent_badly"), asked):
        code = unit if unit is not None else str(json.loads(content).get("unit_code") or "").strip()
        if code in known:
            badly[code] += 1
    return {code: Sent(well.get(code, 0), badly[code]) for code in well.keys() | badly.keys()}
