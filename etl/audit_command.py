"""The command `audit`: the audit log to read, to take away, and to prove against a head that was kept elsewhere."""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import date
from itertools import islice
from types import SimpleNamespace

from access.audit import What, folder, plain
from access.chain import Link, files_of
from access.entries import COLUMNS, Entry, Wanted, latest
from campaign.configuration import Configuration
from campaign.errors import CheckFailed, UsageError
from etl import audit_kept

WIDE = 100  # signs of a line of the table that tell what it was about
_LINK = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def run(asked: argparse.Namespace, config: Configuration) -> int:
    """Print the records asked for, oldest first, or whether the log is whole. CheckFailed when it is not."""
    if asked.what and asked.what not in {one.value for one in What}:
        raise UsageError("audit --what", f"found {asked.what!r}", f"one of {', '.join(What)} was expected")
    if asked.known and not asked.verify:
        raise UsageError("audit --known", "is for --verify", "add it")
    if asked.verify:
        return _verify(config, [_link(one) for one in asked.known])
    wanted = Wanted(what=asked.what, who=asked.who, since=asked.since, until=asked.until, zone=config.zone)
    if asked.format == "lines" and not asked.what and not asked.who and asked.last is None and not asked.until:
        _lines(config, asked.since)
        return 0
    _show(config, list(reversed(list(islice(latest(folder(config), wanted), asked.last)))), asked.format)
    return 0


def _link(written: str) -> Link:
    found = _LINK.fullmatch(written)
    if found is None:
        raise UsageError("audit --known", f"found {written!r}", "a record's number and hash, N:HASH, was expected")
    return Link(int(found[1]), found[2])


def _verify(config: Configuration, known: list[Link]) -> int:
    verdict = audit_kept.judged(config, known)
    if verdict.breaks:
        for one in verdict.breaks:
            print(one)
        raise CheckFailed("audit log", f"is not whole: {verdict.breaks[0]}", "compare it with a backup's")
    print(f"{verdict.last.n} records, whole; the last is {verdict.last}")
    return 0


def _lines(config: Configuration, since: date | None) -> None:
    """Write the files as they stand, for whoever checks the chain with tools of his own."""
    first = since.strftime("%Y-%m.jsonl") if since else ""
    for path in files_of(folder(config)):
        if path.name >= first:
            sys.stdout.flush()
            sys.stdout.buffer.write(path.read_bytes())


def _show(config: Configuration, found: list[Entry], form: str) -> None:
    from reporting.prints import csv_text, screen_text  # noqa: PLC0415 - loaded when something is printed

    if form == "lines":
        sys.stdout.writelines(f"{one.line}\n" for one in found)
    elif form == "json":
        print(json.dumps([json.loads(one.line) for one in found], ensure_ascii=False))
    elif form == "csv":
        sys.stdout.write(csv_text([_row(one, one.at.isoformat(), _json(one)) for one in found], COLUMNS))
    else:
        here = [(one, one.at.astimezone(config.zone).strftime("%Y-%m-%d %H:%M:%S")) for one in found]
        print(screen_text([_row(one, at, plain(one.facts(), WIDE)) for one, at in here], COLUMNS[:-1]))


def _row(one: Entry, at: str, about: str) -> SimpleNamespace:
    return SimpleNamespace(n=one.n, at=at, what=one.what, who=one.who, ip=one.ip, campaign=one.campaign, about=about,
                           hash=one.hash)  # fmt: skip


def _json(one: Entry) -> str:
    return json.dumps(one.about, ensure_ascii=False)
