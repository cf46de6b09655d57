"""Submissions read: the files of an envelope as rows, whatever form a page offers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from campaign.access import Right
from campaign.configuration import Source
from campaign.errors import ContractError
from campaign.rows import Row
from etl.envelope import Envelope, Kind
from etl.opening import Tables, open_load
from etl.reading import read_rows
from etl.template import read_template

DECISIONS = "decisions.json"


def read_submitted(envelope: Envelope, files: Iterable[tuple[str, Path, str]], source: Source | None) -> Tables:
    """Return (file name, rows) of every file of an envelope; ContractError for one that cannot be read."""
    if envelope.kind is Kind.DECISIONS:
        return [(name, _decisions(path, name)) for name, path, _ in files]
    found: Tables = []
    for file in files:
        name, path, _ = file
        rows = read_template(path, name, envelope.campaign) if source is None else None
        if rows is None and envelope.scope(Right.SUBMIT).units is None and envelope.states_targets:
            found += open_load([file], source)
        else:
            found.append((name, list(read_rows(path, name, source)) if rows is None else rows))
    return found


def read_upload(path: Path, name: str, source: Source | None, campaign: str) -> list[Row]:
    """Return the rows of an uploaded file: the campaign's template, else the plain form or a source's mapping."""
    rows = read_template(path, name, campaign) if source is None else None
    return list(read_rows(path, name, source)) if rows is None else rows


def _decisions(path: Path, name: str) -> list[Row]:
    """Return the decisions of a file, each as a row of its own fields."""
    try:
        content: Any = json.loads(path.read_text("utf-8"))
        found = [Row(number, dict(one)) for number, one in enumerate(content["decisions"], 1)]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ContractError(name, f"holds no decisions ({problem!r})", "submit them again") from None
    return found
