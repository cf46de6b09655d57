"""Reading JSON: a list of records, or an object that holds one, as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from campaign.configuration import Source
from campaign.errors import ContractError
from etl.reading import Table, looks_like_page


def json_table(content: bytes, name: str, source: Source | None) -> Table:
    """Return the records of a JSON file, numbered from 1; ContractError says what is wrong with it.

    `records` of the source is a JMESPath to the list (`results`, `data.rows`, `rows[*].{ou: [0], count: [1]}`); without
    one the file is the list, or an object with a single list in it. An object inside a record is spread out: its
    fields are `outer.inner`. JSON Lines, one record a line, are read too.
    """
    try:
        return as_table(records_of(content, name, source), source)
    except RecursionError:
        raise ContractError(name, "is JSON of too many levels", "a list of records was expected") from None


def records_of(content: bytes, name: str, source: Source | None) -> list[dict[str, Any]]:
    """Return a JSON file's records as they are."""
    found = _parsed(content, name)
    path = source.records if source else None
    if path is not None:
        found = search(path, found, f"source {source.name if source else ''}: records")
        if found is None:
            raise ContractError(
                name, f"there is nothing at {path!r}", "mend the source's key records, or what it sends"
            )
    elif isinstance(found, dict):
        lists = [one for one in found.values() if isinstance(one, list)]
        if len(lists) != 1:
            where = "say where with the key records"
            raise ContractError(name, f"is a JSON object with {len(lists)} lists ({', '.join(found)})", where)
        found = lists[0]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ContractError(
            name, f"{path or 'the file'} is not a list of records", "a JSON list of objects was expected"
        )
    return found


def search(path: str, document: object, where: str) -> Any:
    """Return what a JMESPath finds in a document; ContractError names a path that cannot be read."""
    import jmespath  # noqa: PLC0415 - needed for JSON only
    from jmespath.exceptions import JMESPathError  # noqa: PLC0415

    try:
        return jmespath.search(path, document)
    except JMESPathError as problem:
        told = " ".join(str(problem).split())
        raise ContractError(where, f"found {path!r} ({told})", "a JMESPath like data.results was expected") from None


def _parsed(content: bytes, name: str) -> Any:
    if looks_like_page(content):
        raise ContractError(name, "is not what its name says: it is a web page", "JSON was expected")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ContractError(name, "is not UTF-8", "JSON in UTF-8 was expected") from None
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as problem:
        broken = ContractError(name, f"is not valid JSON ({problem})", "mend what the source sends")
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        records = [_record(line) for line in lines]
    except (ValueError, RecursionError):
        raise broken from None
    return records


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; ValueError when it says a key twice: which one is meant, nobody knows."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {doubled!r} stands twice in one object")
    return found


def _record(line: str) -> dict[str, Any]:
    record = json.loads(line, object_pairs_hook=_once)
    if not isinstance(record, dict):
        raise ValueError("no record")  # noqa: TRY004 - told as the JSON it is not
    return record


def as_table(records: Sequence[dict[str, Any]], source: Source | None) -> Table:
    """Return records as a table: every field that any of them has is a column."""
    spread = [_spread(one) for one in records]
    header = list(dict.fromkeys(name for one in spread for name in one))
    if not records and source is not None:
        header = [one for field in source.columns for one in source.headers(field)]
    return Table(header, [(number, [one.get(name) for name in header]) for number, one in enumerate(spread, 1)])


def _spread(record: dict[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": one for inner, one in _spread(value).items()}
        else:
            found[name] = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    return found
