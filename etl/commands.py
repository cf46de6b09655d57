"""Commands: what `manage.py COMMAND` does, one function a command. Errors: one line on stderr, exit 1 or 2."""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

from campaign.configuration import Configuration
from campaign.errors import CanDichError, CheckFailed, PartlyTaken, UsageError
from campaign.places import told
from campaign.values import Unreadable, read_day
from etl import emulation_command, notice_command, secret_file, user_command
from etl.configured import config_path, load
from etl.options import for_audit, for_messages


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError: main() prints it and exits with 2."""
        raise UsageError(self.prog, message, f"see {self.prog} --help")


def _day(text: str) -> date:
    try:
        return read_day(text)
    except Unreadable:
        raise argparse.ArgumentTypeError(f"found {text!r}; a date like 2025-01-31 was expected") from None


def _month(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) or text.startswith("0000"):
        raise argparse.ArgumentTypeError(f"found the month {text!r}; a month like 2025-01 was expected")
    return text


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        expected = "a moment with its zone like 2025-01-31T17:00:00+07:00 was expected"
        raise argparse.ArgumentTypeError(f"found {text!r}; {expected}")
    return moment


def _parser() -> argparse.ArgumentParser:  # noqa: PLR0915 - the whole command line, read top to bottom
    parser = _Parser(prog="manage.py", description="Cán Đích: the command room for campaigns with a deadline")
    parser.add_argument("--config", type=Path, help="the configuration file (or CANDICH_CONFIG)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def add(name: str, run: Callable[..., int], words: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=words, description=words)
        one.set_defaults(run=run)
        return one

    def viewed(one: argparse.ArgumentParser) -> None:
        one.add_argument("--campaign", required=True)
        one.add_argument("--category", default="all")
        one.add_argument("--stage")
        one.add_argument("--known-at", type=_instant)
        one.add_argument("--units-on", type=_day, help="by the units of this day, whatever day is asked")
        one.add_argument("--format", choices=("csv", "json", "table"), default="table")

    start = add("start", _start, "open the screens and run the scheduler")
    start.add_argument("--port", type=int)
    start.add_argument("--demo", action="store_true", help="show the demo campaigns")
    ingest = add("ingest", _ingest, "take files in, now")
    ingest.add_argument("--campaign", required=True)
    ingest.add_argument("--source")
    ingest.add_argument("--received-at", type=_instant)
    ingest.add_argument("--dry-run", action="store_true")
    ingest.add_argument("--json", action="store_true")
    ingest.add_argument("files", nargs="+", type=Path, metavar="FILE")
    inspect = add("inspect", _inspect, "look at a workbook and propose how it is to be read")
    inspect.add_argument("--campaign")
    inspect.add_argument("--all", action="store_true", help="show every figure, not only the first")
    inspect.add_argument("file", type=Path, metavar="FILE")
    run = add("run", _run, "pull every due source once")
    run.add_argument("--source")
    run.add_argument("--json", action="store_true")
    progress = add("progress", _progress, "the figures, one row a unit")
    viewed(progress)
    progress.add_argument("--as-of", type=_day)
    progress.add_argument("--level")
    forecast = add("forecast", _forecast, "who will be on time, and when each unit will be done")
    viewed(forecast)
    forecast.add_argument("--as-of", type=_day)
    forecast.add_argument("--level")
    series = add("series", _series, "one unit's figures, one row a day")
    viewed(series)
    series.add_argument("--as-of", type=_day, help="the last day shown")
    series.add_argument("--unit", required=True)
    issues = add("issues", _issues, "what is wrong with the data")
    issues.add_argument("--campaign", required=True)
    issues.add_argument("--as-of", type=_day)
    issues.add_argument("--units-on", type=_day, help="by the units of this day, whatever day is asked")
    issues.add_argument("--format", choices=("csv", "json", "table"), default="table")
    notice = add("notice", _notice, "the notices of a period: drafted, issued under a number, or made again")
    notice.add_argument("--campaign")
    period = notice.add_mutually_exclusive_group()
    period.add_argument("--month", dest="period", type=_month, metavar="YYYY-MM")
    period.add_argument("--period", help="2025-01, 2025-W02, 2025-01-05 or 2025-01-01..2025-01-15")
    notice.add_argument("--out", type=Path)
    notice.add_argument("--format", help="some of xlsx,docx,pdf")
    notice.add_argument("--lang", choices=("vi", "en"))
    notice_command.arguments(notice, _day)
    for_messages(add, _day, _brief, _send)
    emulation_command.arguments(add("emulation", _emulation, "the emulation scores, by the configured formula"), _day)
    backup = add("backup", _upkeep, "everything that cannot be made again, in one file")
    backup.add_argument("--out", required=True, type=Path)
    restore = add("restore", _upkeep, "bring back what a backup holds")
    restore.add_argument("file", type=Path, metavar="FILE")
    rollback = add("rollback", _upkeep, "publish an older version again")
    rollback.add_argument("--campaign", required=True)
    rollback.add_argument("--to", metavar="VERSION")
    rebuild = add("rebuild", _upkeep, "build a campaign anew from everything received")
    rebuild.add_argument("--campaign", required=True)
    for_audit(add, _day, _audit)
    user_command.arguments(add("user", _user, "the accounts of those who sign in with a password"))
    add("doctor", _doctor, "check the configuration, the versions and what was received")
    return parser


def _config_first(arguments: list[str]) -> list[str]:
    """Let --config stand before or after the command."""
    found: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for word in waiting:
        if word == "--config":
            found += [word, *[value for value in [next(waiting, None)] if value is not None]]
        elif word.startswith("--config="):
            found.append(word)
        else:
            rest.append(word)
    return [*found, *rest]


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code: 0, 1 for a run that failed, 2 for wrong use or configuration."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    asked = argparse.Namespace(command="manage.py")
    try:
        _parser().parse_args(_config_first(arguments), asked)
        code: int = asked.run(asked)
    except CanDichError as problem:
        print(" ".join(str(problem).split()), file=sys.stderr)
        return problem.exit_code
    except SystemExit as ended:
        return int(ended.code or 0)
    except BrokenPipeError:
        return 1
    except OSError as problem:
        where = problem.filename or asked.command
        print(f"{where}: {problem.strerror or problem}; mend it and run again", file=sys.stderr)
        return 1
    return code


def _print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False))


def _configured(asked: argparse.Namespace, *, demo: bool = False) -> Configuration:
    secret_file.into_environment(config_path(asked.config))
    return load(asked.config, demo=demo)


def _start(asked: argparse.Namespace) -> int:
    from etl.configured import inputs_of  # noqa: PLC0415 - each command loads only what it needs: it must answer in a second
    from etl.job import jobs  # noqa: PLC0415
    from etl.provider import checked  # noqa: PLC0415
    from etl.showing import ready  # noqa: PLC0415
    from etl.supervisor import listening, run  # noqa: PLC0415

    config = _configured(asked, demo=asked.demo)
    listening(config)
    checked(config)
    jobs(config)
    for campaign in config.campaigns:
        inputs_of(config, campaign)
    return run(config, asked.port, prepare=lambda: ready(config))


def _ingest(asked: argparse.Namespace) -> int:
    from access.audit import What  # noqa: PLC0415
    from etl.audited import by_command  # noqa: PLC0415
    from etl.forecasting import after_publishing  # noqa: PLC0415
    from etl.intake import ingest, source_for  # noqa: PLC0415
    from etl.publishing import known_campaign  # noqa: PLC0415
    from etl.showing import load_demo  # noqa: PLC0415

    config = _configured(asked)
    campaign = known_campaign(config, asked.campaign)
    source = source_for(config, campaign, asked.source)
    load_demo(config)
    outcome = ingest(config, campaign, asked.files, source, asked.received_at, dry_run=asked.dry_run)
    if not asked.dry_run:
        files = [one.name for one in asked.files]
        by_command(config, What.SUBMIT, campaign.id, file=files, source=asked.source, **outcome.document())
        after_publishing(config, campaign.id)
    document = outcome.document()
    if asked.json:
        _print_json(document)
        return 0
    print(" ".join(f"{name}={value}" for name, value in document.items()))
    for name, verdict in outcome.verdicts:
        if verdict.reason is not None:
            near = f" ({', '.join(verdict.near)})" if verdict.near else ""
            standing = f" < {verdict.standing}" if verdict.standing is not None else ""
            print(f"{name}, {told(verdict.number)}: {verdict.fate} {verdict.reason}"
                  f" {verdict.field}={verdict.found!r}{standing}{near}")  # fmt: skip
    return 0


def _inspect(asked: argparse.Namespace) -> int:
    from etl.inspecting import inspect  # noqa: PLC0415

    print(inspect(_configured(asked), asked.campaign, asked.file, every=asked.all))
    return 0


def _run(asked: argparse.Namespace) -> int:
    from etl.job import sentence  # noqa: PLC0415
    from etl.pull import pull_source  # noqa: PLC0415
    from etl.showing import load_demo  # noqa: PLC0415

    config = _configured(asked)
    load_demo(config)
    if asked.source:
        _pulled(config, asked.source)
    names = [asked.source] if asked.source else [one.name for one in config.sources if one.schedule]
    code, done = 0, []
    for name in names:
        try:
            done.append(pull_source(config, name))
        except Exception as problem:
            if isinstance(problem, PartlyTaken):
                done.append({**problem.done, "problem": " ".join(str(problem).split())})
            elif asked.source:
                raise
            print(" ".join(sentence(problem).split()), file=sys.stderr)  # the other sources go on, whatever it is
            code = max(code, problem.exit_code if isinstance(problem, CanDichError) else 1)
    if asked.json:
        _print_json(done)
    else:
        for one in done:
            print(" ".join(f"{name}={value}" for name, value in one.items() if name != "problem"))
    return code


def _pulled(config: Configuration, source: str) -> None:
    from access.audit import What  # noqa: PLC0415
    from etl.audited import by_command  # noqa: PLC0415

    found = config.source(source)
    if found is not None:
        by_command(config, What.PULL, found.campaign, source=source)


def _opened(asked: argparse.Namespace) -> tuple[Configuration, Any]:
    """Return the configuration and the asked campaign's figures, built with today's configuration."""
    from etl.publishing import ensure_current, known_campaign  # noqa: PLC0415
    from etl.showing import load_demo  # noqa: PLC0415
    from reporting.figures import Figures, store_of  # noqa: PLC0415

    config = _configured(asked)
    campaign = known_campaign(config, asked.campaign)
    load_demo(config)
    try:
        ensure_current(config, campaign)
    except CheckFailed as problem:
        if store_of(config, campaign.id).current() is None:
            raise
        print(" ".join(str(problem).split()), file=sys.stderr)
    return config, Figures.open(config, campaign.id).under(getattr(asked, "units_on", None))


def _show(rows: Sequence[object], columns: Sequence[str], form: str) -> None:
    from reporting.prints import csv_text, json_rows, screen_text  # noqa: PLC0415

    if form == "csv":
        sys.stdout.write(csv_text(rows, columns))
    elif form == "json":
        _print_json(json_rows(rows, columns))
    else:
        print(screen_text(rows, columns))


def _progress(asked: argparse.Namespace) -> int:
    from campaign.progress import PROGRESS_COLUMNS  # noqa: PLC0415

    _, figures = _opened(asked)
    as_of = asked.as_of or figures.default_as_of(datetime.now(UTC))
    rows = figures.progress(
        as_of, level=asked.level, category=asked.category, stage=asked.stage, known_at=asked.known_at
    )
    _show(rows, PROGRESS_COLUMNS, asked.format)
    return 0


def _forecast(asked: argparse.Namespace) -> int:
    from campaign.prospects import FORECAST_COLUMNS  # noqa: PLC0415

    _, figures = _opened(asked)
    as_of = asked.as_of or figures.default_as_of(datetime.now(UTC))
    rows = figures.outlook(
        as_of, level=asked.level, category=asked.category, stage=asked.stage, known_at=asked.known_at
    )
    _show(rows, FORECAST_COLUMNS, asked.format)
    return 0


def _series(asked: argparse.Namespace) -> int:
    from campaign.progress import SERIES_COLUMNS  # noqa: PLC0415

    _, figures = _opened(asked)
    last = asked.as_of or figures.default_as_of(datetime.now(UTC))
    rows = figures.series(asked.unit, category=asked.category, stage=asked.stage, last=last, known_at=asked.known_at)
    _show(rows, SERIES_COLUMNS, asked.format)
    return 0


def _issues(asked: argparse.Namespace) -> int:
    from etl.freshness import outages  # noqa: PLC0415
    from etl.publishing import failure_of  # noqa: PLC0415
    from reporting.explained import with_explanations  # noqa: PLC0415
    from reporting.faults import ISSUE_COLUMNS, in_words, issues  # noqa: PLC0415

    config, figures = _opened(asked)
    as_of = asked.as_of or figures.default_as_of(datetime.now(UTC))
    failing = outages(config, asked.campaign, datetime.now(UTC))
    configured = [one.name for one in config.sources if one.campaign == asked.campaign]
    found = issues(figures, as_of, failure_of(config, asked.campaign), failing, configured)
    found = with_explanations(figures, as_of, found, config.language)
    found = [in_words(one, config.language) for one in found]
    _show(found, ISSUE_COLUMNS, asked.format)
    return 0


def _notice(asked: argparse.Namespace) -> int:
    return notice_command.run(asked, _opened, _configured)


def _emulation(asked: argparse.Namespace) -> int:
    return emulation_command.run(asked, _opened, _show)


def _brief(asked: argparse.Namespace) -> int:
    from etl.sending import show_brief  # noqa: PLC0415

    return show_brief(*_opened(asked), asked)


def _send(asked: argparse.Namespace) -> int:
    from etl.sending import send  # noqa: PLC0415

    return send(_configured(asked), asked)


def _upkeep(asked: argparse.Namespace) -> int:
    from etl.upkeep import run  # noqa: PLC0415

    _print_json(run(asked, _configured(asked)))
    return 0


def _audit(asked: argparse.Namespace) -> int:
    from etl.audit_command import run  # noqa: PLC0415

    return run(asked, _configured(asked))


def _user(asked: argparse.Namespace) -> int:
    return user_command.run(asked, _configured(asked), _show)


def _doctor(asked: argparse.Namespace) -> int:
    from etl.doctor import examine  # noqa: PLC0415

    findings = examine(_configured(asked))
    for finding in findings:
        print(f"{'ok  ' if finding.well else 'FAIL'} {finding.subject}: {finding.words}")
    return 0 if all(finding.well for finding in findings) else 1
