"""Inspecting: what `inspect` says of a file, in the words of the configuration's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from campaign.configuration import Campaign, Configuration
from campaign.errors import UsageError
from etl.configured import aliases, inputs_of
from etl.sheet_proposal import Proposal, propose, refusals, summary
from reporting.texts import has, text
from reporting.told import told

SHOWN = 12
_MOST_WIDE = 28


def inspect(config: Configuration, campaign_id: str | None, path: Path, *, every: bool = False) -> str:
    """Return what is to be said of a file: a layout to paste, what is unsure about it, and the figures it yields.

    Raises UsageError for a missing file or campaign, ContractError for a file with no table in it.
    """
    campaign = _campaign(config, campaign_id)
    if not path.is_file():
        raise UsageError(str(path), "there is no such file", "name a workbook or a CSV file")
    today = datetime.now(UTC).astimezone(config.zone).date()
    found = propose(path, campaign, inputs_of(config, campaign).registry, aliases(), today)
    return "\n".join(_said(found, config.language, every=every))


def _campaign(config: Configuration, campaign_id: str | None) -> Campaign:
    known = ", ".join(one.id for one in config.campaigns)
    if campaign_id is None and len(config.campaigns) == 1:
        return config.campaigns[0]
    found = next((one for one in config.campaigns if one.id == campaign_id), None)
    if found is None:
        raise UsageError(f"--campaign {campaign_id or ''}".strip(), "names no campaign", f"one of {known}")
    return found


def _said(found: Proposal, lang: str, *, every: bool) -> list[str]:
    lines = [text("inspect.paste", lang), "", found.toml] if found.toml else [text("inspect.plain", lang), ""]
    if found.doubts:
        lines += [text("inspect.unsure", lang)]
        lines += [f"  ? {_doubt(key, lang, said)}" for key, said in found.doubts]
        lines.append("")
    rows = summary(found.rows)
    shown = rows if every else rows[:SHOWN]
    lines += [text("inspect.preview", lang, n=len(rows)), *_table(shown)]
    if len(rows) > len(shown):
        lines.append(text("inspect.more", lang, n=len(rows) - len(shown)))
    lines.append("")
    if not found.refused:
        return [*lines, text("inspect.none_refused", lang)]
    lines.append(text("inspect.refused", lang, n=len(found.refused)))
    for place, reason, what, near, times in refusals(found):
        why = text(f"reason.{reason}", lang) if has(f"reason.{reason}") else reason
        lines.append(f"  {place}{f' (×{times})' if times > 1 else ''}: {why}: {what}{f' → {near}' if near else ''}")
    return lines


def _doubt(key: str, lang: str, said: Mapping[str, object]) -> str:
    """Return a doubt in a language; what an error said is one too."""
    if key == "inspect.unreadable":
        said = {**said, "what": told(str(said["what"]), lang)}
    return text(key, lang, **said)


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    cells = [[one if len(one) <= _MOST_WIDE else f"{one[: _MOST_WIDE - 1]}…" for one in row] for row in rows]
    kept = list(range(len(cells[0]))) if cells else []
    kept = [place for place in kept if any(row[place] for row in cells)]
    widths = {place: max(len(row[place]) for row in cells) for place in kept}
    return ["  " + "  ".join(row[place].ljust(widths[place]) for place in kept).rstrip() for row in cells]
