"""Stored forecasts: what was forecast at the end of a day, one Parquet file a version and day, beside the versions.

A file is written once, whole, and never changed. When its version is pruned it goes too, but the last one of each
day stays: by it the forecast is judged when the day has shown what came.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from campaign.prospects import Prospect, Standing
from warehouse.versions import write_whole

FOLDER = "forecasts"
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})_(v\d{6,})")
_TEXTS = ("level", "code", "name", "category", "stage", "standing")
_DAYS = ("as_of", "finish_p10", "finish_p50", "finish_p90", "horizon")
_FLAGS = ("moving", "is_leaf")
_EXACT = ("p_on_time", "expected_final", "units_on_time")


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored forecast: of which day and version, by which model, and what it knew.

    `known_at`: None for one made from the whole version, else only what had arrived by then (UTC) was known.
    `through`: the last load it knew.
    """

    as_of: date
    version: str
    model: str
    known_at: datetime | None
    through: str


@cache
def model_mark() -> str:
    """Return the mark of the forecasting code: figures of another one are not served as today's."""
    folder = Path(__file__).resolve().parents[1] / "campaign"
    names = sorted([*folder.glob("forecast*.py"), *folder.glob("forecast*/*.py"), folder / "prospects.py"])
    return hashlib.sha256(b"".join(path.read_bytes() for path in names)).hexdigest()[:16]


@cache
def _parquet() -> tuple[Any, Any, Any]:
    """Return pyarrow, its Parquet module and the schema of a stored forecast, loaded when first needed."""
    import pyarrow as pa  # noqa: PLC0415 - every command opens figures, few read a stored forecast
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    band = pa.struct([("day", pa.date32()), *((p, pa.int64()) for p in ("p10", "p50", "p90"))])
    kinds = {
        **dict.fromkeys(_TEXTS, pa.string()),
        **dict.fromkeys(_DAYS, pa.date32()),
        **dict.fromkeys((*_EXACT, "pooled"), pa.float64()),
        **dict.fromkeys(_FLAGS, pa.bool_()),
        "band": pa.list_(band),
    }
    return pa, pq, pa.schema(list(kinds.items()))


class ForecastStore:
    """The stored forecasts of one campaign, in `folder` = <warehouse>/<campaign id>/forecasts."""

    def __init__(self, campaign_folder: Path) -> None:
        """Name the campaign's folder; nothing is made until something is written."""
        self.folder = campaign_folder / FOLDER

    def names(self) -> tuple[str, ...]:
        """Return the names of the files kept, in order of day, then version."""
        found = [path.stem for path in self.folder.glob("*.parquet") if _NAME.fullmatch(path.stem)]
        return tuple(sorted(found, key=_place))

    def last_of_days(self) -> dict[date, str]:
        """Return the name of each day's last forecast."""
        return {_place(name)[0]: name for name in self.names()}

    def write(self, kept: Stored, prospects: Sequence[Prospect]) -> str:
        """Keep one forecast, and return its name."""
        name = f"{kept.as_of}_{kept.version}"
        said = {
            "model": kept.model,
            "known_at": kept.known_at.isoformat() if kept.known_at else None,
            "through": kept.through,
        }
        pa, pq, schema = _parquet()
        table = pa.Table.from_pylist([_row(one) for one in prospects], schema)
        out = BytesIO()
        pq.write_table(table.replace_schema_metadata({"candich": json.dumps(said)}), out)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / f"{name}.parquet", out.getvalue())
        return name

    def about(self, name: str) -> Stored | None:
        """Return what one stored forecast says of itself; None when it is not there or cannot be read."""
        if not self._path(name).exists():
            return None
        pa, pq, _ = _parquet()
        try:
            said = json.loads((pq.read_schema(self._path(name)).metadata or {}).get(b"candich", b"{}"))
            known_at = datetime.fromisoformat(said["known_at"]) if said["known_at"] else None
            day, number = _place(name)
            return Stored(day, f"v{number:06d}", said["model"], known_at, said["through"])
        except (OSError, ValueError, KeyError, pa.ArrowException):
            return None

    def read(self, name: str) -> tuple[Prospect, ...] | None:
        """Return one stored forecast; None when it is not there or cannot be read."""
        pa, pq, _ = _parquet()
        try:
            rows = pq.read_table(self._path(name)).to_pylist()
            return tuple(_prospect(row) for row in rows)
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            return None

    def prune(self, versions: Iterable[str]) -> list[str]:
        """Remove the forecasts of versions no longer kept, the last of each day excepted; return their names."""
        kept, last = set(versions), set(self.last_of_days().values())
        removed = [name for name in self.names() if name not in last and name.partition("_")[2] not in kept]
        for name in removed:
            self._path(name).unlink(missing_ok=True)
        return removed

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"


def _place(name: str) -> tuple[date, int]:
    day, _, version = name.partition("_")
    return date.fromisoformat(day), int(version[1:])


def _row(one: Prospect) -> dict[str, object]:
    row = {name: getattr(one, name) for name in (*_TEXTS, *_DAYS, *_FLAGS, "pooled")}
    row |= {name: None if getattr(one, name) is None else float(getattr(one, name)) for name in _EXACT}
    band = [{"day": day, "p10": low, "p50": mid, "p90": high} for day, low, mid, high in one.band]
    return row | {"standing": str(one.standing), "band": band}


def _prospect(row: dict[str, object]) -> Prospect:
    band = tuple((one["day"], one["p10"], one["p50"], one["p90"]) for one in row.pop("band"))  # type: ignore[attr-defined]
    standing = Standing(str(row.pop("standing")))
    exact = {name: _exact(row.pop(name)) for name in _EXACT}
    return Prospect(**row, **exact, band=band, standing=standing)  # type: ignore[arg-type]


def _exact(value: object) -> Fraction | None:
    """Return the fraction that was stored: at most six decimals were kept of any."""
    return None if value is None else Fraction(round(float(str(value)) * 10**6), 10**6)
