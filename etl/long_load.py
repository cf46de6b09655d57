"""Long load: a long text judged column by column where its lines are plain, and row by row where they are not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from campaign.configuration import ALL, DONE
from campaign.judging import Judge, Reading, Terms
from campaign.plain_counts import Counts, Judged, above_target, judge_counts, keys
from campaign.rows import Claim, Measure, Row, Series, Tally
from campaign.values import Unreadable, read_count, read_day, read_text
from etl.long_text import Ints, LongText, Place
from etl.many_tables import ManyTables
from warehouse.standing import OnRecord, Words
from warehouse.writer import NextVersion

_EPOCH = date(1970, 1, 1).toordinal()
_PLAIN_DIGITS = 15  # a text of so many digits is below every limit
_NOT_PLAIN = -1


class LongLoad:
    """One long text on its way in.

    A line is readable here when every field says plainly what it means: a leaf's code, a category and a stage of the
    campaign, a day, a count, and no target. What else stands in the file, and every line of a series that it touches,
    is `rows`, for the judge.
    """

    def __init__(
        self, version: NextVersion, judge: Judge, text: LongText | ManyTables, received_on: date, terms: Terms
    ) -> None:
        """Name the parts; `received_on`: the local day of receipt."""
        self.version, self.judge, self.text, self.received_on, self.terms = version, judge, text, received_on, terms
        reader = judge.reader
        parents = {unit.parent_code for unit in reader.registry.rows}
        campaign = reader.campaign
        named = text.fields.get("unit_code")
        said = text.column(named.column).texts if isinstance(named, Place) else [named]
        leaves = sorted((reader.registry.codes - parents).intersection(map(read_text, said)))
        self._words = Words(leaves, list(campaign.category_ids), list(campaign.stage_ids))
        self._places = [{word: place for place, word in enumerate(words)} for words in
                        (self._words.units, self._words.categories, self._words.stages)]  # fmt: skip
        self.rows: list[Row] = []
        self.reading = Reading()

    def read(self, troubled: set[Series]) -> None:
        """Judge the plain lines, and read the others as rows; series in `troubled` are not plain."""
        ask = partial(self.version.on_record, self._words)
        with ThreadPoolExecutor(1) as other:
            # what takes long is answered while rows are read; two threads that do little only wait for each other
            asked = other.submit(ask) if self.version.last_seq() else None
            unit, category, stage, day = self._columns()
            self._count = self._coded("count", _count)
            readable = (self._count >= 0) & (unit >= 0) & (category >= 0) & (stage >= 0) & (day >= 0)
            readable &= (self._coded("measure", _is_a_count) >= 0) & (self._coded("target", _is_blank) >= 0)
            self._series, self._day = self._number(unit, category, stage), day
            rows = self.text.rows(np.flatnonzero(~readable), odd=True)
            reading = self.judge.read(rows, self.received_on)
            record = asked.result() if asked is not None else ask()
        slow = self._slow({claim.series for claim in reading.claims} | troubled)
        slow[self.text.several(np.where(readable, self._series, _NOT_PLAIN))] = True
        judged = self._judge(readable, slow, record)
        places = np.flatnonzero(readable & ~judged.plain)
        again = self.text.rows(places, odd=False)
        more = self._claims(places, again)
        claims = sorted([*reading.claims, *more], key=attrgetter("number"))
        self.rows = rows + again
        self.reading = Reading(claims, reading.refused)
        self.judge.standing.need({claim.series for claim in claims})
        self._unchanged = judged.unchanged
        self._accepted = np.flatnonzero(judged.plain & ~judged.unchanged)
        self._replaces = bool((judged.plain & judged.known & ~judged.unchanged).any())

    def _columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        units, categories, stages = self._places
        campaign = self.judge.reader.campaign

        def day(value: object) -> int:
            try:
                found = read_day(value)
            except Unreadable:
                return _NOT_PLAIN
            return found.toordinal() if found <= self.received_on else _NOT_PLAIN

        return (
            self._coded("unit_code", _word(units, "")),
            self._coded("category", _word(categories, "" if campaign.names_categories else ALL)),
            self._coded("stage", _word(stages, "" if campaign.names_stages else DONE)),
            self._coded("as_of", day),
        )

    def _coded(self, field: str, meaning: Callable[[object], int]) -> Ints:
        """Return what a field means in every plain line; -1: not plain."""
        value = self.text.fields.get(field)
        if not isinstance(value, Place):
            return np.full(len(self.text.numbers), meaning(value), np.int64)
        column = self.text.column(value.column)
        return np.array([meaning(text) for text in column.texts], np.int64)[column.code]

    def _number(self, unit: Ints, category: Ints, stage: Ints) -> Ints:
        return (unit * len(self._words.categories) + category) * len(self._words.stages) + stage

    def _slow(self, touched: set[Series]) -> npt.NDArray[np.bool_]:
        """Return, by number of series, which ones are touched by rows that are not plain."""
        units, categories, stages = self._places
        found = np.zeros(len(units) * len(categories) * len(stages), bool)
        for one in touched:
            at = units.get(one.unit_code), categories.get(one.category), stages.get(one.stage)
            if one.measure in {Measure.COUNT, Measure.INCREMENT} and None not in at:
                found[self._number(*(np.array(place) for place in at))] = True
        return found

    def _claims(self, places: Ints, rows: list[Row]) -> list[Claim]:
        """Return readable lines as the claims they are; `rows`: the lines, in the same order."""
        words, days = self._words, {day: date.fromordinal(day) for day in np.unique(self._day[places]).tolist()}
        per_unit, stages = len(words.categories) * len(words.stages), len(words.stages)
        known = {
            one: Series(words.units[one // per_unit], words.categories[one % per_unit // stages],
                        words.stages[one % stages])
            for one in np.unique(self._series[places]).tolist()
        }  # fmt: skip
        columns = (self._series[places].tolist(), self._day[places].tolist(), self._count[places].tolist())
        return [
            Claim(number=row.number, series=known[series], as_of=days[day], count=count, stated=False,
                  reason=read_text(row.cells.get("reason")), reported_by=read_text(row.cells.get("reported_by")))
            for row, series, day, count in zip(rows, *columns, strict=True)
        ]  # fmt: skip

    def _judge(self, readable: npt.NDArray[np.bool_], slow: npt.NDArray[np.bool_], record: OnRecord) -> Judged:
        slow[record.daily["series"]] = True
        known = Counts.latest(keys(record.counts["series"], record.counts["day"]), record.counts["done"])
        self._targets = Counts.latest(keys(record.targets["series"], record.targets["day"]), record.targets["due"])
        free = np.ones(len(readable), bool)
        if not self.terms.accept_falls:
            free = self._coded("reason", _is_blank) < 0
        own = keys(self._series[readable], self._day[readable])
        some = judge_counts(own, self._count[readable], free[readable], known, slow)
        plain, known_day, unchanged = (np.zeros(len(readable), bool) for _ in range(3))
        plain[readable], known_day[readable], unchanged[readable] = some.plain, some.known, some.unchanged
        return Judged(plain, known_day, unchanged)

    def count(self, tally: Tally) -> None:
        """Count the plain lines."""
        unchanged, accepted = int(self._unchanged.sum()), len(self._accepted)
        tally.read += accepted + unchanged
        tally.accepted += accepted
        tally.unchanged += unchanged
        own = keys(self._series[self._accepted], self._day[self._accepted])
        tally.flagged += int(above_target(own, self._count[self._accepted], self._targets).sum())

    def numbered(self, others: list[int]) -> list[int]:
        """Give every accepted row of the file its seq, in file order; return those of `others` (their row numbers)."""
        own, last = self.text.numbers[self._accepted], self.version.last_seq()
        rows = np.array(others, np.int64)
        self._seq = last + 1 + np.arange(len(own)) + np.searchsorted(np.sort(rows), own)
        places = np.searchsorted(own, rows) + np.argsort(np.argsort(rows, kind="stable"))
        return [last + 1 + int(place) for place in places]

    def append(self, received_at: datetime, batch: str) -> bool:
        """Put the accepted plain lines on record; tell whether there are any."""
        if not len(self._accepted):
            return False
        import pyarrow as pa  # noqa: PLC0415 - a tenth of a second that only a run which writes rows pays

        at = self._accepted
        per_unit = len(self._words.categories) * len(self._words.stages)
        series = self._series[at]

        def worded(place: Ints, words: Any) -> Any:
            return pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32)), pa.array(words, pa.string()))

        columns = {
            "seq": pa.array(self._seq),
            "unit_code": worded(series // per_unit, self._words.units),
            "category": worded(series % per_unit // len(self._words.stages), self._words.categories),
            "stage": worded(series % len(self._words.stages), self._words.stages),
            "as_of": pa.array((self._day[at] - _EPOCH).astype(np.int32)).cast(pa.date32()),
            "count": pa.array(self._count[at]),
            "row_number": pa.array(self.text.row[at]),
            "file": worded(self.text.file[at], self.text.names),
        }
        for field in ("reason", "reported_by"):
            value = self.text.fields.get(field)
            if isinstance(value, Place):
                column = self.text.column(value.column)
                columns[field] = worded(column.code[at], [read_text(text) or None for text in column.texts])
            elif read_text(value):
                columns[field] = worded(np.zeros(len(at), np.int64), [read_text(value)])
        self.version.append_counts(pa.table(columns), received_at, batch, replaces=self._replaces)
        return True


def _word(places: dict[str, int], implied: str) -> Callable[[object], int]:
    def meaning(value: object) -> int:
        return places.get(read_text(value) or implied, _NOT_PLAIN)

    return meaning


def _count(value: object) -> int:
    if isinstance(value, str) and len(value) <= _PLAIN_DIGITS and value.isascii() and value.isdecimal():
        return int(value)
    try:
        return read_count(value)
    except Unreadable:
        return _NOT_PLAIN


def _is_blank(value: object) -> int:
    return 0 if read_text(value) == "" else _NOT_PLAIN


def _is_a_count(value: object) -> int:
    return 0 if read_text(value) in {"", Measure.COUNT.value} else _NOT_PLAIN
