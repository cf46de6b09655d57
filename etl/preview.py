"""The preview: what a file would do if it were sent now, row by row, before and after; nothing is kept.

It judges against the published version, opened read-only: no lock is taken, and no load waits for it. Before the first
version it judges against what would be published of nothing, and leaves none.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from campaign.access import Right
from campaign.configuration import Campaign, Configuration, Source
from campaign.judging import Judge
from campaign.places import place_of
from campaign.rows import Row, Series, Tally, Verdict
from campaign.scope import Scope
from etl import unpublished
from etl.bounds import permitted, within_scope
from etl.configured import inputs_of
from etl.decisions import Coverage
from etl.envelope import Envelope, Kind, Sender
from etl.intake import new_judge, terms_of
from etl.publishing import ensure_current
from etl.rights import entitled
from etl.submission import read_upload
from etl.submitted import safe_name
from reporting.figures import store_of
from warehouse.writer import NextVersion, looking

Standing = tuple[date, int] | None


@dataclass(frozen=True)
class Line:
    """One row as it would end. `before`: what stands for that day, else for the nearest earlier one, and its day."""

    file: str
    number: int
    cells: Mapping[str, object]
    verdict: Verdict
    series: Series | None
    as_of: date | None
    before: Standing
    after: int | None
    target: int | None

    @property
    def place(self) -> str:
        """Return where the row stands, as people say it: a cell of the template, else the row's number."""
        return str(self.cells.get("cell") or place_of(self.number))


@dataclass(frozen=True)
class Preview:
    """What some files would do, against which version."""

    version: str
    tally: Tally
    lines: tuple[Line, ...]


def preview(
    config: Configuration, campaign: Campaign, files: Sequence[tuple[str, bytes]], sender: Sender,
    source: Source | None = None, now: datetime | None = None,
) -> Preview:  # fmt: skip
    """Return how every row of some files would end, judged in the order given, within the rights its sender has now.

    Raises ContractError for a file that cannot be read, UsageError for a sender who may hand in nothing.
    """
    moment = now or datetime.now(UTC)
    asked = Envelope("", Kind.FILES, campaign.id, sender, moment, source.name if source else "")
    envelope = entitled(config, asked)
    tables: list[tuple[str, list[Row]]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, (given, content) in enumerate(files):
            name = safe_name(given)
            path = Path(scratch) / f"{number}-{name}"
            path.write_bytes(content)
            tables.append((name, read_upload(path, name, source, campaign.id)))
    with _standing(config, campaign) as (version, standing):
        judge = new_judge(standing, campaign, inputs_of(config, campaign))
        tally, lines = _judged(standing, judge, tables, envelope, source, moment.astimezone(config.zone).date())
    return Preview(version, tally, tuple(lines))


@contextmanager
def _standing(config: Configuration, campaign: Campaign) -> Iterator[tuple[str, NextVersion]]:
    """Open what a file is judged against, and give its name."""
    store = store_of(config, campaign.id)
    if store.current() is not None:
        version = ensure_current(config, campaign)
        with looking(store.path(version)) as standing:
            yield version, standing
        return
    with tempfile.TemporaryDirectory() as scratch, looking(unpublished.built(config, campaign, Path(scratch))) as none:
        yield unpublished.name_of(config, campaign), none


def _judged(
    version: NextVersion, judge: Judge, tables: Sequence[tuple[str, list[Row]]], envelope: Envelope,
    source: Source | None, today: date,
) -> tuple[Tally, list[Line]]:  # fmt: skip
    coverage, scope = Coverage(version.decisions.covered(), envelope.source), envelope.scope(Right.SUBMIT)
    tally, lines = Tally(), []
    for name, rows in tables:
        reading = within_scope(envelope, judge, judge.read(rows, today), today)
        judge.standing.need({claim.series for claim in reading.claims})
        before = {claim.number: judge.standing.before(claim.series, claim.as_of) for claim in reading.claims}
        content = {row.number: row for row in rows}
        for judged in judge.settle(reading, terms_of(source)):
            row = content[judged.number]
            verdict = coverage.look(row, judged)
            tally.add(verdict)
            verdict = replace(verdict, near=_near(verdict, scope, judge, today))
            lines.append(_line(name, row, verdict, before.get(row.number), judge))
    return tally, lines


def _near(verdict: Verdict, scope: Scope, judge: Judge, today: date) -> tuple[str, ...]:
    """Return what comes near to what a row says; of units, written "name (code)", only those that are the sender's."""
    if scope.units is None or verdict.field not in ("unit_code", "unit_name"):
        return verdict.near
    return tuple(one for one in verdict.near if permitted(scope, judge, one.rpartition("(")[2].rstrip(")"), today))


def _line(name: str, row: Row, verdict: Verdict, before: Standing, judge: Judge) -> Line:
    claim = verdict.claim
    target: Any = None
    if claim is not None and not claim.stated:
        target = judge.standing.target(claim.series, claim.as_of)
    return Line(
        file=name,
        number=row.number,
        cells=row.cells,
        verdict=verdict,
        series=claim.series if claim else None,
        as_of=claim.as_of if claim else None,
        before=before,
        after=claim.count if claim else None,
        target=target,
    )
