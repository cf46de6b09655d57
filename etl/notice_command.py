"""The command `notice`: a draft of a period's notices, one issued under a number, or one made again."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from campaign.configuration import Configuration
from campaign.errors import CheckFailed, UsageError
from campaign.notices import FORMATS, Order
from campaign.period import read_period

Opened = Callable[[argparse.Namespace], tuple[Configuration, Any]]


def arguments(notice: argparse.ArgumentParser, day: Callable[[str], date]) -> None:
    """Add what is asked of an issue to the arguments of the command."""
    notice.add_argument("--unit", default="", help="only this unit's notice (with --issue)")
    notice.add_argument("--zip", action="store_true", help="all files in one")
    notice.add_argument("--issue", action="store_true", help="issue it under a number, on record for good")
    notice.add_argument("--number", type=int, help="the next free one by default")
    notice.add_argument("--date", type=day, help="the date on the paper; today by default")
    notice.add_argument("--replaces", default="", metavar="ID", help="the notice that this one corrects")
    notice.add_argument("--again", metavar="ID", help="make an issued notice again and compare")


def run(asked: argparse.Namespace, opened: Opened, config: Callable[[argparse.Namespace], Configuration]) -> int:
    """Draft, issue or make again, as asked; print one line a file."""
    if asked.again:
        return _again(asked, config(asked))
    if not asked.campaign or not asked.period:
        raise UsageError("notice", "--campaign and --month or --period were not given", "see notice --help")
    if asked.issue:
        return _issue(asked, opened)
    if asked.number is not None or asked.date or asked.replaces or asked.unit:
        raise UsageError("notice", "--number, --date, --replaces and --unit are of an issue", "add --issue")
    if asked.out is None:
        raise UsageError("notice", "--out was not given", "name a folder")
    from etl.drawn import Drawn, write_files, zipped  # noqa: PLC0415 - each way loads only what it needs
    from etl.issuing import issue as draft  # noqa: PLC0415
    from reporting.notice import archive_name  # noqa: PLC0415

    formats = _formats(asked, ("xlsx",))
    configured, figures = opened(asked)
    lang = asked.lang or configured.language
    if not asked.zip:
        for path in draft(configured, figures, asked.period, asked.out, lang, formats):
            print(path)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        paths = draft(configured, figures, asked.period, Path(scratch), lang, formats)
        content = zipped((path.name, path.read_bytes()) for path in paths)
    top = figures.tree(figures.campaign.end).top.name
    named = archive_name(figures.campaign, read_period(asked.period), lang, top)
    print(*write_files(asked.out, [Drawn(named, "", "zip", content)]))
    return 0


def _formats(asked: argparse.Namespace, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Return the formats asked for, in the order they are offered."""
    wanted = {one.strip() for one in asked.format.split(",")} if asked.format else set(usual)
    unknown = sorted(wanted - set(FORMATS))
    if unknown:
        raise UsageError(f"--format {asked.format}", f"found {unknown[0]!r}", f"some of {', '.join(FORMATS)}")
    return tuple(one for one in FORMATS if one in wanted)


def _issue(asked: argparse.Namespace, opened: Opened) -> int:
    from access.audit import What  # noqa: PLC0415 - as above
    from etl.audited import by_command  # noqa: PLC0415
    from etl.drawn import made_ready  # noqa: PLC0415
    from etl.envelope import LOCAL  # noqa: PLC0415 - as above
    from etl.numbered import copied, issue  # noqa: PLC0415
    from etl.office import office  # noqa: PLC0415
    from etl.publishing import known_campaign  # noqa: PLC0415

    if asked.zip and asked.out is None:
        raise UsageError("notice --issue --zip", "--out was not given", "name a folder for the archive")
    configured, figures = opened(asked)
    figures.close()
    now = datetime.now(UTC)
    order = Order(
        period=read_period(asked.period),
        signed_on=asked.date or now.astimezone(configured.zone).date(),
        language=asked.lang or configured.language,
        unit=asked.unit,
        number=asked.number,
        replaces=asked.replaces,
        formats=_formats(asked, tuple(one for one in FORMATS if one != "pdf" or office() is not None)),
    )
    if asked.out is not None:
        made_ready(asked.out)  # before a number is taken
    record = issue(configured, known_campaign(configured, asked.campaign), order, LOCAL, now=now)
    about = {"period": asked.period, "unit": asked.unit, "reference": record.reference, "record": record.id}
    by_command(configured, What.ISSUE, asked.campaign, **about)
    print(f"{record.id}: {record.reference}, {record.version}, {len(record.files)} files")
    if asked.out is not None:
        for path in copied(configured, record, asked.out, zipped_as=f"{record.id}.zip" if asked.zip else ""):
            print(path)
    return 0


def _again(asked: argparse.Namespace, config: Configuration) -> int:
    from etl.numbered import again  # noqa: PLC0415 - as above
    from etl.register import record_of  # noqa: PLC0415

    if asked.out is None:
        raise UsageError("notice --again", "--out was not given", "name a folder")
    found = again(config, record_of(config, asked.again), asked.out)
    for one in found:
        print(f"{one.verdict} {asked.out / one.name}")
    differing = [one.name for one in found if one.verdict == "differs"]
    if differing:
        raise CheckFailed(
            f"notice {asked.again}", f"{len(differing)} files differ from those on record ({differing[0]})",
            "the files on record stand; the product or its texts have changed since",
        )  # fmt: skip
    return 0
