"""Taking: the tables of one load judged one after the other, and what they add put into the version being built."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import cast

from campaign.configuration import Configuration, Source
from campaign.judging import Judge, Terms
from campaign.rows import Fate, Row, Series, Tally, Verdict
from etl.alike import AlikeTable
from etl.bounds import within_scope
from etl.decisions import Coverage
from etl.ledger import Ledger
from etl.long_load import LongLoad
from etl.long_text import LongText
from etl.many_tables import MANY, LaidOut, ManyTables, ShortTable
from etl.opening import Rows, Tables
from etl.received import Received
from warehouse.writer import NextVersion, utc

MANY_ROWS = 5_000  # of one load's tables from which columns pay, however few the files are


def terms_of(source: Source | None) -> Terms:
    """Return how a source's rows are judged; the plain form's terms without one."""
    if source is None:
        return Terms()
    return Terms(source.on_fall == "accept", source.measure == "daily", source.combine == "sum")


def _kind(opened: tuple[str, Rows]) -> type:
    """Return how a table is taken: both kinds of short ones together."""
    return ShortTable if isinstance(opened[1], LaidOut | AlikeTable) else type(opened[1])


class Taking:
    """Takes one load into the version being built.

    `verdicts`: (file, verdict) of every row that was judged as one; the plain lines of a long text are only counted.
    """

    def __init__(
        self,
        version: NextVersion,
        config: Configuration,
        judge: Judge,
        received: Received,
        source: Source | None,
        moment: datetime,
    ) -> None:
        """Start with nothing taken; `moment`: the time of receipt."""
        self.version, self.judge, self.received, self.moment = version, judge, received, moment
        self.source_name = source.name if source else ""
        self.terms = terms_of(source)
        self.day = moment.astimezone(config.zone).date()
        self.tally = Tally()
        self.verdicts: list[tuple[str, Verdict]] = []
        self._ledger = Ledger(received.batch, utc(moment))
        self._coverage = Coverage(version.decisions.covered(), self.source_name)
        self._was_held = set(judge.standing.held)
        self._known: set[tuple[str, str]] | None = None
        self._written = False

    def take(self, tables: Tables) -> None:
        """Judge the tables of the load in their order; what is accepted of one stands for the next."""
        for kind, group in groupby(tables, key=_kind):
            if kind is LongText:
                for name, table in group:
                    self._long(name, cast("LongText", table))
            elif kind is list:
                self._rows([(name, cast("list[Row]", table)) for name, table in group])
            else:
                self._many([cast("ShortTable | AlikeTable | LaidOut", table) for _, table in group])

    def _many(self, tables: list[ShortTable | AlikeTable | LaidOut]) -> None:
        """Judge many short tables, what is plain in them all at once; the others' rows file by file, in order."""
        few = len(tables) < MANY and sum(len(one.numbers) for one in tables) < MANY_ROWS
        if few or self.received.envelope is not None:
            self._rows([(one.name, one.rows()) for one in tables])
            return
        self._flush()
        many = ManyTables(tables)
        load = LongLoad(self.version, self.judge, many, self.day, self.terms)
        load.read(self._troubled())
        others: list[int] = []
        for file, rows, reading in many.by_file(load.rows, load.reading):
            before = len(self._ledger.submissions)
            self._enter(tables[file].name, rows, self.judge.settle(reading, self.terms))
            others += many.places(file, [one.row_number for one in self._ledger.submissions[before:]])
        self._put_counts(load, others)

    def _put_counts(self, load: LongLoad, others: list[int]) -> None:
        """Put plain counts on record, between the rows accepted one by one (`others`: their numbers)."""
        load.count(self.tally)
        self._flush(load.numbered(others))
        self._written |= load.append(utc(self.moment), self.received.batch)
        self.judge.standing.forget()

    def _rows(self, tables: list[tuple[str, list[Row]]]) -> None:
        judge, envelope = self.judge, self.received.envelope
        readings = [within_scope(envelope, judge, judge.read(rows, self.day), self.day) for _, rows in tables]
        judge.standing.need({claim.series for reading in readings for claim in reading.claims})
        for (name, rows), reading in zip(tables, readings, strict=True):
            self._enter(name, rows, judge.settle(reading, self.terms))

    def _enter(self, name: str, rows: Iterable[Row], verdicts: Iterable[Verdict]) -> None:
        """Enter the verdicts on a file's rows; a row that was decided on before is as it was decided."""
        content = {row.number: row for row in rows}
        for judged in verdicts:
            row = content[judged.number]
            verdict = self._coverage.look(row, judged)
            self.tally.add(verdict)
            self.verdicts.append((name, verdict))
            if verdict.fate is Fate.REJECTED and self._known is None:
                self._known = self.version.open_rejections()
            self._ledger.enter(name, row, verdict, self._known or ())
        self._was_held |= self.judge.standing.held

    def _long(self, name: str, text: LongText) -> None:
        """Judge a long text, plain lines all at once; everything taken before it is on record by then."""
        self._flush()
        load = LongLoad(self.version, self.judge, text, self.day, self.terms)
        load.read(self._troubled())
        self._enter(name, load.rows, self.judge.settle(load.reading, self.terms))
        self._put_counts(load, [one.row_number for one in self._ledger.submissions])

    def _troubled(self) -> set[Series]:
        """Return the series of which something waits for a person, or was decided by one."""
        return {series for series, *_ in self.judge.standing.held} | self._coverage.series

    def _flush(self, numbers: list[int] | None = None) -> None:
        """Put on record what has been accepted so far."""
        ledger = self._ledger
        self._written |= bool(ledger.submissions or ledger.stated or ledger.targets)
        self.version.append_rows(ledger.submissions, ledger.stated, ledger.targets, numbers)
        for rows in (ledger.submissions, ledger.stated, ledger.targets):
            rows.clear()

    def close(self) -> None:
        """Put the load on record, unless it changes nothing."""
        batch, source = self.received.batch, self.source_name
        if self._coverage.close(self.version, batch) or self._ledger.any or self._written:
            files = [{"name": name, "sha256": digest} for name, _, digest in self.received.files]
            self.version.load(batch, source, self.moment, files, self.tally, self._ledger.rows)
            self.version.release(batch, list(self._was_held - self.judge.standing.held))
