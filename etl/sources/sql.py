"""A database as a source: the rows of one SELECT, in a transaction that can only read, kept as JSON records."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Connection, CursorResult, bindparam, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from campaign.configuration import FIELDS, Configuration, Source
from campaign.errors import ConfigError, ContractError, SourceError
from etl.sources.arrival import Arrival, Fetched, note, recall
from etl.sources.databases import OUR_DRIVERS, reading, refused
from etl.sources.environment import Environment
from etl.sources.select import only_reads

AT_ONCE = 1000  # rows fetched from the server together
READERS: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat, "date": date.fromisoformat, "int": int, "str": str,
}  # fmt: skip
TYPES: dict[str, type] = {"datetime": datetime, "date": date, "int": int, "str": str}
_CAST_SINCE = re.compile(r"(?<![:\w\\]):since::")  # SQLAlchemy takes no name before a PostgreSQL cast for a parameter
SINCE = "since"


def fetch(config: Configuration, source: Source, scratch: Path) -> Fetched:
    """Write the rows of the source's query to one JSON file in `scratch`; nothing new when they are as last taken.

    Whole numbers stay whole, days are ISO, a moment with a zone is told in the configuration's. `:since` is moved on
    only when the rows are loaded. Raises ConfigError for an address or a query that cannot be used, SourceError for a
    database that cannot be had, ContractError when a column is gone.
    """
    environment = Environment(source)
    where = f"source {source.name}: {source.url}"
    address = _address(source, environment.expand(source.url or "", "url"), where)
    environment.keep_secret(address.password)
    only_reads(source, address.get_backend_name())
    _there(address, where)
    known = recall(config, "since", source)
    found = Rows(source, scratch / f"{source.name}.json", where, _bound(source, known))
    try:
        with reading(source, address) as connection, _run(source, connection, found.largest) as result:
            _check(source, list(result.keys()), where)
            found.write((dict(row) for row in result.mappings()), config)
    except DBAPIError as problem:
        raise refused(source, where, problem, environment.hide(str(problem.orig))) from None
    except ModuleNotFoundError as problem:
        raise ConfigError(where, f"its driver {problem.name} is not there", "install it into .venv") from None
    except SQLAlchemyError as problem:
        raise ConfigError(where, environment.hide(str(problem).partition("\n")[0]), "mend url or query") from None
    arrival = Arrival.of(found.file)
    state = {"sha256": arrival.sha256, "asked": _asked(source)}
    if source.since is not None:
        state |= _kept(found.largest)
    if not found.count or known.get("sha256") == arrival.sha256:
        return Fetched()
    return Fetched([arrival], where=where, whole=True, remember=lambda _: note(config, "since", source, state))


@dataclass
class Rows:
    """The rows of one answer on their way to a file, and the largest value of the column that `:since` goes by."""

    source: Source
    file: Path
    where: str
    largest: Any
    count: int = 0

    def write(self, records: Iterator[dict[str, Any]], config: Configuration) -> None:
        """Write every record on a line of its own; SourceError when they are too many, or take too long."""
        source, ends = self.source, monotonic() + self.source.deadline
        with self.file.open("w", encoding="utf-8") as out:
            for record in records:
                out.write(f"{',' if self.count else '['}\n{_line(record, config)}")
                self.count += 1
                if source.since is not None:
                    self.largest = _larger(source, self.largest, record)
                if out.tell() > source.most_mb << 20:
                    found = f"sends more than {source.most_mb} MB"
                    raise SourceError(self.where, found, "raise most_mb if that is right")
                if monotonic() > ends:
                    found = f"was not done after {source.deadline:g} s"
                    raise SourceError(self.where, found, "mend it, or raise deadline")
            out.write("\n]\n")


def _address(source: Source, url: str, where: str) -> URL:
    try:
        address = make_url(url)
        address.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError, ModuleNotFoundError):
        expected = "an address like postgresql+psycopg://user:password@host/database was expected"
        raise ConfigError(where, f"the environment variable of source {source.name} is no address", expected) from None
    return address.set(drivername=OUR_DRIVERS.get(address.drivername, address.drivername))


def _there(address: URL, where: str) -> None:
    """Raise SourceError when the file of an SQLite database is not there: who asks for it would make it, empty."""
    path = address.database or ""
    if address.get_backend_name() != "sqlite" or path in {"", ":memory:"} or path.startswith("file:"):
        return
    if not Path(path).exists():
        raise SourceError(where, "there is no file of this database", "bring it back, or mend its address")


def _run(source: Source, connection: Connection, since: Any) -> CursorResult[Any]:
    query = (source.query or "").strip().removesuffix(";")
    statement = text(_CAST_SINCE.sub(":since ::", query))
    if source.since is not None:
        statement = statement.bindparams(bindparam(SINCE, since))
    return connection.execution_options(stream_results=True, yield_per=AT_ONCE).execute(statement)


def _check(source: Source, columns: Sequence[str], where: str) -> None:
    """Raise ContractError when a column that the source maps, or counts on, is not there, or stands twice."""
    folded = Counter(column.casefold() for column in columns)
    wanted = [header for field in source.columns for header in source.headers(field)]
    for header in [*wanted, *([source.since.column] if source.since else [])]:
        if header.casefold() not in folded:
            raise ContractError(where, f"the column {header!r} is missing", f"the query gives {', '.join(columns)}")
    for header in [*wanted, *FIELDS, *([source.since.column] if source.since else [])]:
        if folded[header.casefold()] > 1:
            raise ContractError(where, f"the column {header!r} stands twice", f"the query gives {', '.join(columns)}")


def _line(record: dict[str, Any], config: Configuration) -> str:
    return json.dumps({name: _plain(value, config) for name, value in record.items()}, ensure_ascii=False)


def _plain(value: object, config: Configuration) -> object:
    """Return a value as JSON can carry it, nothing made up: a fraction stays one, and is refused as a count."""
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        local = value.astimezone(config.zone).replace(tzinfo=None) if value.tzinfo is not None else value
        return local.date().isoformat() if local.time() == time.min else local.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _asked(source: Source) -> str:
    """Return a hash of what is asked for: another query starts from the first value again."""
    return hashlib.sha256(source.model_dump_json(include={"url", "query", "since"}).encode()).hexdigest()[:16]


def _bound(source: Source, known: dict[str, Any]) -> Any:
    """Return what `:since` is bound to: the largest value taken so far, of the type it had, else the first."""
    if source.since is None:
        return None
    try:
        return READERS[known["type"]](known["value"]) if known.get("asked") == _asked(source) else source.since.first
    except (KeyError, ValueError, TypeError):
        return source.since.first


def _kept(value: object) -> dict[str, str]:
    kind = next(name for name in READERS if isinstance(value, TYPES[name]))
    return {"type": kind, "value": value.isoformat() if isinstance(value, date) else str(value)}


def _larger(source: Source, largest: Any, record: dict[str, Any]) -> Any:
    column = source.since.column.casefold() if source.since else ""
    value = next((one for name, one in record.items() if name.casefold() == column), None)
    if value is None:
        return largest
    if isinstance(value, Decimal | float) and math.isfinite(value) and value == int(value):
        value = int(value)
    found = f"the column has {value!r}, and first is {largest!r}"
    wrong = ConfigError(f"source {source.name}: since", found, "two of one kind, both with a zone or none")
    if isinstance(value, Decimal | float):  # where the next pull would start, nobody could write down exactly
        raise wrong
    try:
        return max(largest, value)
    except TypeError:
        raise wrong from None
