"""A small campaign on disk: two districts, three communes, five days; files are sent to it one after the other."""

from __future__ import annotations

import atexit
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from campaign.configuration import Campaign, Configuration
from campaign.progress import PROGRESS_COLUMNS, UnitProgress
from campaign.rows import Verdict
from etl.configured import load
from etl.intake import Outcome, ingest, received_store, source_for
from etl.publishing import failure_of
from etl.received import ReceivedStore
from reporting.faults import Issue, issues
from reporting.figures import Figures, store_of
from reporting.prints import csv_text
from warehouse.versions import VersionStore

ROOT = Path(__file__).resolve().parents[2]
ID = "nho"
UNITS = """code,name,level,parent_code
27,Tỉnh Nhỏ,province,
D1,Huyện Một,district,27
D2,Huyện Hai,district,27
00101,Xã An,commune,D1
00102,Xã Bình,commune,D1
00201,Phường An,commune,D2
"""
TARGETS = """unit_code,target
00101,100
00102,200
00201,100
"""
CONFIG = """[[campaign]]
id = "nho"
name = "Chiến dịch nhỏ"
start = 2025-02-03
end = 2025-02-07
units = "units.csv"
targets = "targets.csv"
"""
NAMED = """
[[campaign.group]]
id = "civil"
[[campaign.category]]
id = "birth"
group = "civil"
[[campaign.category]]
id = "death"
group = "civil"
[[campaign.stage]]
id = "entered"
[[campaign.stage]]
id = "approved"
headline = true
"""
NAMED_TARGETS = """unit_code,category,stage,target
00101,birth,approved,100
00101,death,approved,50
00102,birth,approved,200
00102,death,approved,50
00201,birth,approved,100
00201,death,approved,0
"""
FIRST_RECEIPT = datetime.fromisoformat("2025-02-08T08:00:00+07:00")


@dataclass
class Small:
    """One campaign in a folder of its own; each file sent arrives a minute after the one before."""

    folder: Path
    config_text: str = CONFIG
    units: str = UNITS
    targets: str = TARGETS
    sent: int = 0
    opened: list[Figures] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write("config.toml", self.config_text)
        self.write("units.csv", self.units)
        self.write("targets.csv", self.targets)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    @property
    def path(self) -> Path:
        return self.folder / "config.toml"

    @property
    def config(self) -> Configuration:
        return load(self.path)

    @property
    def campaign(self) -> Campaign:
        found = self.config.campaign(ID)
        assert found is not None
        return found

    @property
    def store(self) -> VersionStore:
        return store_of(self.config, ID)

    @property
    def received(self) -> ReceivedStore:
        return received_store(self.config, ID)

    @property
    def version(self) -> str:
        current = self.store.current()
        return current.version if current else ""

    def next_moment(self) -> datetime:
        self.sent += 1
        return FIRST_RECEIPT + timedelta(minutes=self.sent)

    def send(
        self,
        *contents: str | bytes,
        names: tuple[str, ...] = (),
        source: str | None = None,
        at: datetime | str | None = None,
        dry_run: bool = False,
    ) -> Outcome:
        """Ingest files in one load, received at `at` or a minute after the one before."""
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at or self.next_moment()
        called = names or tuple(f"{number}.csv" for number in range(len(contents)))
        files = [self.write(f"sent/{name}", content) for name, content in zip(called, contents, strict=True)]
        config = self.config
        campaign = config.campaign(ID)
        assert campaign is not None
        return ingest(config, campaign, files, source_for(config, campaign, source), moment, dry_run=dry_run)

    def judged(self, *contents: str | bytes, **more: object) -> list[tuple[str, str | None]]:
        """Return (fate, reason) of every row sent."""
        outcome = self.send(*contents, **more)  # type: ignore[arg-type]
        return [(one.fate.value, one.reason.value if one.reason else None) for _, one in outcome.verdicts]

    def figures(self, version: str | None = None) -> Figures:
        found = Figures.open(self.config, ID, version)
        self.opened.append(found)
        return found

    def progress(self, day: str = "2025-02-07", version: str | None = None, **more: object) -> dict[str, UnitProgress]:
        rows = self.figures(version).progress(date.fromisoformat(day), **more)  # type: ignore[arg-type]
        return {row.code: row for row in rows}

    def done(self, day: str = "2025-02-07", version: str | None = None, **more: object) -> int:
        return self.progress(day, version, **more)["27"].done

    def table(self, day: str = "2025-02-07", **more: object) -> str:
        """Return what `progress --format csv` prints."""
        return csv_text(self.figures().progress(date.fromisoformat(day), **more), PROGRESS_COLUMNS)  # type: ignore[arg-type]

    def command(self, *arguments: str, before: str = "") -> tuple[int, str, str]:
        """Run a command on this campaign's configuration; return exit code, stdout and stderr."""
        return run("--config", str(self.path), *arguments, before=before)

    def issues(self, day: str = "2025-02-07") -> list[Issue]:
        return issues(self.figures(), date.fromisoformat(day), failure_of(self.config, ID))

    def kinds(self, day: str = "2025-02-07") -> list[str]:
        return [one.kind.value for one in self.issues(day)]

    def close(self) -> None:
        for one in self.opened:
            one.close()


def counts(*rows: tuple[str, str, object], header: str = "unit_code,as_of,count") -> str:
    """Return a CSV of (unit, day of February, count)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows([row[0], f"2025-02-{int(row[1]):02d}", *row[2:]] for row in rows)
    return out.getvalue()


def verdict(outcome: Outcome) -> Verdict:
    """Return the verdict of a load of one row."""
    ((_, only),) = outcome.verdicts
    return only


NURSERY = """
import json, os, sys, tempfile
import duckdb, numpy, pandas
import etl.intake, etl.backup, etl.pull, etl.replay, etl.doctor, reporting.faults, reporting.prints
from etl.commands import main
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        for number, name in enumerate((os.devnull, asked["out"], asked["errors"])):
            opened = os.open(name, os.O_RDWR | os.O_CREAT)
            os.dup2(opened, number)
        code = 1
        try:
            exec(asked["before"], {"__name__": "before"})
            code = main(asked["arguments"])
        except BaseException:
            import traceback
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@cache
def nursery() -> subprocess.Popen[str]:
    """Return a process that has everything imported and forks one process a command: a command costs no start."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    atexit.register(process.communicate)
    return process


def run(*arguments: str, before: str = "") -> tuple[int, str, str]:
    """Run a command in a process of its own, after the Python in `before`; return exit code, stdout and stderr."""
    process = nursery()
    assert process.stdin is not None
    assert process.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        out, errors = Path(folder, "out"), Path(folder, "errors")
        asked = {"arguments": arguments, "before": before, "out": str(out), "errors": str(errors)}
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        code = int(process.stdout.readline())
        return code, out.read_text("utf-8"), errors.read_text("utf-8")


def everything_in(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def manifest(received: Path) -> dict[str, object]:
    """Return what a received load's manifest says."""
    content: dict[str, object] = json.loads((received / "manifest.json").read_text("utf-8"))
    return content
