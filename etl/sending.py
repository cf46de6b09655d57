"""The commands `brief` and `send`: tonight's brief in words or on a page, and messages by hand."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from access.audit import What
from campaign.configuration import Configuration
from campaign.errors import UsageError
from etl import messages
from etl.audited import by_command
from etl.outbox import Note, Outbox, State
from reporting import numbers
from reporting.figures import Figures
from reporting.texts import text
from warehouse.versions import write_whole

SHOWN = 60


def show_brief(config: Configuration, figures: Figures, asked: argparse.Namespace) -> int:
    """Print one unit's brief, or write it as a page."""
    from pathlib import Path  # noqa: PLC0415 - each command loads only what it needs

    now = datetime.now(UTC)
    as_of = asked.as_of or figures.default_as_of(now)
    made = messages.brief_of(config, figures, as_of, now, asked.lang or config.language, asked.unit)
    if asked.format == "text":
        print(made.text)
        return 0
    if not asked.out:
        raise UsageError(f"--format {asked.format}", "makes a file", "name it with --out FILE")
    from reporting.brief_page import picture_of, rendered  # noqa: PLC0415

    path = Path(asked.out)
    write_whole(path, rendered(made, picture_of(figures, made), asked.format, now))
    print(path)
    return 0


def send(config: Configuration, asked: argparse.Namespace) -> int:
    """Send, look or list; 1 when something asked for was not surely sent."""
    now = datetime.now(UTC)
    if asked.dry_run and not asked.name:
        raise UsageError("--dry-run", "looks at one message", "name it with --name")
    if asked.list:
        _show(list(Outbox(config).last().values())[-SHOWN:], config, as_json=asked.json)
        return 0
    if asked.dry_run:
        _dry_run(config, asked.name, now)
        return 0
    notes = messages.resend(config, asked.resend, now) if asked.resend else messages.send_now(config, asked.name, now)
    by_command(config, What.RESEND, message=asked.resend or asked.name, outcome=[one.state for one in notes])
    _show(notes, config, as_json=asked.json)
    return 0 if all(one.state is State.SENT for one in notes) else 1


def _dry_run(config: Configuration, name: str, now: datetime) -> None:
    """Print each brief and where it would go; nothing is sent or noted."""
    known, shown = Outbox(config).last(), set[str]()
    for one in messages.parcels(config, messages.named(config, name), now):
        last = known.get(one.key)
        stands = said(last, config.language) if last else text("message.state.new", config.language)
        if one.target.why:
            stands = text(f"message.why.{one.target.why}", config.language, code="")
        if one.unit not in shown:
            print(f"--- {one.title}\n{one.brief.text}\n")
            shown.add(one.unit)
        print(f"→ {one.target.named}: {stands}\n  {one.key}")


def _show(notes: Sequence[Note], config: Configuration, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(one) for one in notes], ensure_ascii=False))
        return
    for one in notes:
        at = numbers.moment(datetime.fromisoformat(one.at), config.zone, config.language)
        print(f"{at}  {one.message} → {one.to}: {said(one, config.language)}\n  {one.key}")
    if not notes:
        print(text("message.none", config.language))


def said(one: Note, lang: str) -> str:
    """Return how a message stands, and why, in words."""
    state = text(f"message.state.{one.state}", lang)
    why = text(f"message.why.{one.why}", lang, code=one.code and f" ({one.code})") if one.why else ""
    return f"{state}: {why}" if why else state
