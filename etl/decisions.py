"""Decisions taken in: each one judged like a row, put on record, and what it covers from then on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from campaign.access import Right
from campaign.claims import Refused as Unreadable
from campaign.configuration import Configuration, Source
from campaign.decisions import Decision, Outcome, Refusal, What, read_decision
from campaign.explanations import EXPLAIN
from campaign.judging import Judge, Terms
from campaign.names import spelling
from campaign.rows import Claim, Fate, Measure, Reason, Row, Series, Tally, Verdict
from campaign.values import read_text
from etl.bounds import permitted
from etl.envelope import Envelope
from etl.explanations import explain
from etl.ledger import Ledger, content_of
from warehouse.decided import Decided
from warehouse.decisions import Covered, RowOnRecord
from warehouse.explanations import ExplanationRow
from warehouse.writer import NextVersion, utc

if TYPE_CHECKING:
    from etl.received import Received

NAMED = (Reason.UNKNOWN_UNIT,)
FATES = {Outcome.TAKEN: Fate.ACCEPTED, Outcome.UNCHANGED: Fate.UNCHANGED, Outcome.REFUSED: Fate.REJECTED}


class Refused(Exception):
    """A decision that is not taken: the word for why, and the load that had settled its row."""

    def __init__(self, why: Refusal | Reason, other: str | None = None) -> None:
        """Keep the word."""
        super().__init__(why.value)
        self.why, self.other = why.value, other


class AlreadySo(Exception):
    """The very same was decided before."""


class Desk:
    """Takes the decisions of one envelope, one after the other, each judged against what stands by then."""

    def __init__(
        self, version: NextVersion, config: Configuration, judge: Judge, received: Received, moment: datetime
    ) -> None:
        """Work in the version being built; `moment` is when the envelope was taken in (UTC)."""
        if received.envelope is None:
            raise ValueError("decisions come in an envelope")
        self.version, self.config, self.judge = version, config, judge
        self.envelope: Envelope = received.envelope
        self.batch, self.moment, self.files = received.batch, moment, received.files
        self.day = moment.astimezone(config.zone).date()
        self.ledger = Ledger(received.batch, utc(moment))
        self.records: list[Decided] = []
        self.explained: list[ExplanationRow] = []
        self.verdicts: list[Verdict] = []

    def decide(self, number: int, content: dict[str, Any]) -> None:
        """Take one decision, or put on record why not."""
        if content.get("what") == EXPLAIN:
            self._explain(number, content)
            return
        decision = read_decision(content)
        row, claim, refusal, outcome, over, other = None, None, "", Outcome.TAKEN, False, None
        try:
            row = self.version.decisions.row((decision.batch, decision.file, decision.row)) if decision else None
            claim, over = self._take(decision, row)
        except Refused as problem:
            refusal, outcome, other = problem.why, Outcome.REFUSED, problem.other
        except AlreadySo:
            outcome = Outcome.UNCHANGED
        self.verdicts.append(Verdict(number, FATES[outcome], None, found=refusal, over_target=over))
        if decision is not None:
            self._record(number, decision, row, claim, (outcome, refusal, other))

    def _explain(self, number: int, content: dict[str, Any]) -> None:
        """Take one explanation of a stated total, or put on record why not."""
        before = [*reversed(self.explained), *self.version.decisions.explanations()]
        outcome, refusal, row = explain(
            content, (self.batch, number), self.envelope, self.moment, self.day, self.judge, before
        )
        self.verdicts.append(Verdict(number, FATES[outcome], None, found=refusal))
        if row is not None:
            self.explained.append(row)

    def _take(self, decision: Decision | None, row: RowOnRecord | None) -> tuple[Claim | None, bool]:
        """Let a decision take effect; return the count that then stands, and whether it is over its target."""
        if decision is None:
            raise Refused(Refusal.UNREADABLE)
        if row is None:
            raise Refused(Refusal.GONE)
        if not decision.why:
            raise Refused(Refusal.NO_REASON)
        self._may(row.series.unit_code if row.series else None, row.as_of)
        if row.released_by is not None:
            self._too_late(decision, row)
        work = {What.ACCEPT: self._accept, What.CORRECT: self._correct, What.ALIAS: self._alias}.get(decision.what)
        verdict = work(decision, row) if work else None
        self.version.decisions.settle(row, self.batch)
        if verdict is None or verdict.claim is None:
            own = row.series is not None and row.as_of is not None and row.count is not None
            return (_claim_of(row) if own else None), False
        return verdict.claim, verdict.over_target

    def _too_late(self, decision: Decision, row: RowOnRecord) -> None:
        """Say that a row was settled before this decision, and whether by the very same one."""
        own = [one for one in self.records if one.outcome == Outcome.TAKEN]
        taken = [*self.version.decisions.taken(row.key)] + [
            one for one in own if (one.row_batch, one.row_file, one.row_number) == row.key
        ]
        if not taken:
            raise Refused(Refusal.ALREADY_SETTLED, row.released_by)
        one = taken[0]
        stood = {"unit_code": one.unit_code, "category": one.category, "stage": one.stage,
                 "as_of": one.as_of.isoformat() if one.as_of else "", "count": read_text(one.count)}  # fmt: skip
        same = all(stood[name] == value for name, value in decision.change.items())
        if one.what == decision.what and same and (one.means or "") == decision.means:
            raise AlreadySo
        raise Refused(Refusal.ALREADY_DECIDED, one.batch)

    def _may(self, unit: str | None, as_of: date | None = None) -> None:
        """Refuse a sender who may not mend a unit; only one who may mend all decides on a row of no unit."""
        scope = self.envelope.scope(Right.MEND)
        if scope.units is not None and (unit is None or not permitted(scope, self.judge, unit, self.day, as_of)):
            raise Refused(Refusal.OUTSIDE_SCOPE)

    def _accept(self, decision: Decision, row: RowOnRecord) -> Verdict:
        if row.fate != Fate.HELD:
            raise Refused(Refusal.NOT_HELD)
        daily = row.series is not None and row.series.measure is Measure.INCREMENT
        return self._judged(decision, row, _cells(row), Terms(daily=daily))

    def _correct(self, decision: Decision, row: RowOnRecord) -> Verdict:
        """Judge the row with its changes; its count is then the whole count at the end of the day."""
        cells = {**(_cells(row) if row.series else row.content), **decision.change}
        source = self.config.source(row.source) if row.source else None
        whole = row.series is not None and row.series.measure is not Measure.INCREMENT
        if _is_part(source) and not whole and "count" not in decision.change:
            raise Refused(Refusal.NO_COUNT)
        return self._judged(decision, row, cells, Terms())

    def _alias(self, decision: Decision, row: RowOnRecord) -> Verdict | None:
        """Let a name mean a unit from now on, and judge this row by it.

        A row of a source that adds rows up is a part of a count: it is not guessed, its file is sent again.
        """
        name = read_text(row.content.get("unit_name"))
        if row.reason not in NAMED or row.field != "unit_name" or not name:
            raise Refused(Refusal.NO_NAME)
        if decision.means not in self.judge.reader.registry.codes:
            raise Refused(Reason.UNKNOWN_UNIT)
        self._may(None)  # a name means the unit for whoever sends it
        source = self.config.source(row.source) if row.source else None
        before = self.judge.reader.learn(spelling(name), decision.means)
        if _is_part(source):
            return None
        try:
            return self._judged(decision, row, dict(row.content), _terms(source), decision.means)
        except Refused:
            self.judge.reader.learn(spelling(name), before)
            raise

    def _judged(
        self, decision: Decision, row: RowOnRecord, cells: dict[str, Any], terms: Terms, means: str = ""
    ) -> Verdict:
        """Judge a row as decided: the person's reason stands for the row's own, and it is on record who said so.

        A row decided along with another is refused where it would be held: the reason was not given for its count.
        """
        own = Row(decision.row, {**cells, "reason": row.content.get("reason")})
        cells = {**cells, "reason": decision.why, "reported_by": self.envelope.sender.name or self.envelope.sender.id}
        if not self.envelope.states_targets:
            cells["target"] = None  # it came with a row; who mends that may still not be who states targets
        made = Row(decision.row, cells)
        claim, refused = resolve(self.judge, made, self.day)
        if claim is None:
            raise Refused(refused or Refusal.UNREADABLE)
        unit = claim.series.unit_code
        self._may(unit, claim.as_of)
        if means and unit != means:
            raise Refused(Refusal.NAME_KNOWN)
        if decision.along and (problem := self.judge.at_odds(own, self.day)):
            raise Refused(problem)
        (verdict,) = self.judge.file([made], self.day, terms)
        if verdict.fate is Fate.REJECTED:
            raise Refused(verdict.reason or Refusal.UNREADABLE)
        self.ledger.enter(row.key[1], made, verdict, ())
        return verdict

    def _record(
        self, number: int, decision: Decision, row: RowOnRecord | None, claim: Claim | None,
        ended: tuple[Outcome, str, str | None],
    ) -> None:  # fmt: skip
        outcome, refusal, other = ended
        series: Series | None = claim.series if claim else None
        sender, name = self.envelope.sender, read_text(row.content.get("unit_name")) if row else ""
        is_alias = decision.what is What.ALIAS
        self.records.append(
            Decided(
                batch=self.batch,
                number=number,
                received_at=utc(self.moment),
                decided_at=utc(self.envelope.at),
                sender=sender.id,
                sender_name=sender.name,
                what=decision.what.value,
                why=decision.why,
                row_batch=decision.batch,
                row_file=decision.file,
                row_number=decision.row,
                row_fate=row.fate if row else "",
                row_reason=row.reason if row else "",
                row_content=row.content_text if row else "{}",
                unit_code=series.unit_code if series else None,
                category=series.category if series else None,
                stage=series.stage if series else None,
                as_of=claim.as_of if claim else None,
                count=claim.count if claim else None,
                alias=spelling(name) if is_alias and name else None,
                means=decision.means if is_alias else None,
                outcome=outcome.value,
                refusal=refusal,
                other=other,
                needless_by=None,
            )
        )

    def close(self) -> Tally:
        """Put the load on record and return its counts."""
        tally = Tally()
        for verdict in self.verdicts:
            tally.add(verdict)
        self.version.decisions.record(self.records)
        self.version.decisions.record_explanations(self.explained)
        files = [{"name": name, "sha256": digest} for name, _, digest in self.files]
        self.version.load(self.batch, "", self.moment, files, tally, self.ledger.rows)
        return tally


def put_decisions(
    version: NextVersion, config: Configuration, judge: Judge, received: Received, rows: Iterable[Row], moment: datetime
) -> tuple[Tally, list[Verdict]]:
    """Take the decisions of one envelope into the version being built; return counts and one verdict each."""
    desk = Desk(version, config, judge, received, moment)
    for row in rows:
        desk.decide(row.number, row.cells)
    return desk.close(), desk.verdicts


def _cells(row: RowOnRecord) -> dict[str, Any]:
    """Return the cells of a row that could be read: what it claimed, whole, whatever columns it came in."""
    if row.series is None:
        return dict(row.content)
    series = row.series
    return {"unit_code": series.unit_code, "category": series.category, "stage": series.stage,
            "as_of": row.as_of, "count": row.count}  # fmt: skip


def _claim_of(row: RowOnRecord) -> Claim:
    if row.series is None or row.as_of is None or row.count is None:
        raise ValueError("a row without a claim")
    series = row.series._replace(measure=Measure.COUNT)
    return Claim(row.key[2], series, row.as_of, row.count, stated=False)


def _is_part(source: Source | None) -> bool:
    """Tell whether a source's rows are parts that are added up, so that one row alone is no count."""
    return source is not None and (source.measure == "daily" or source.combine == "sum")


def _terms(source: Source | None) -> Terms:
    return Terms(accept_falls=source is not None and source.on_fall == "accept")


def resolve(judge: Judge, row: Row, received_on: date) -> tuple[Claim | None, Reason | None]:
    """Return (what a row claims, why it cannot be read): one of them is None; nothing is judged."""
    try:
        return judge.reader.read(row, received_on), None
    except Unreadable as why:
        return None, why.reason


class Coverage:
    """Lets decisions cover the rows of one load that are sent again, and sees which decisions the source has mended."""

    def __init__(self, covered: Covered, source: str) -> None:
        """Look with what is covered at the start of the load."""
        self._covered, self._source = covered, source
        self._again: set[tuple[str, int]] = set()
        self._mended: set[tuple[str, int]] = set()

    @property
    def series(self) -> set[Series]:
        """Return every series that a decision taken is about."""
        return {series for series, *_ in self._covered.held} | {series for _, series, _ in self._covered.keys}

    def look(self, row: Row, verdict: Verdict) -> Verdict:
        """Return the verdict on a row; a rejected row that was decided on is unchanged."""
        covered = self._covered
        if not covered.any:
            return verdict
        if verdict.fate is Fate.REJECTED and verdict.reason is not None:
            places = covered.rejected.get((verdict.reason.value, content_of(row)))
            if places:
                self._again.update(places)
                return replace(verdict, fate=Fate.UNCHANGED, reason=None)
        claim = verdict.claim
        if claim is None:
            return verdict
        waiting = (claim.series, claim.as_of, claim.count)
        if claim.increment is not None:
            waiting = (claim.series._replace(measure=Measure.INCREMENT), claim.as_of, claim.increment)
        places = covered.held.get(waiting)
        if places and verdict.fate is Fate.UNCHANGED:
            self._again.update(places)
        elif verdict.fate in {Fate.ACCEPTED, Fate.UNCHANGED}:
            self._mended.update(covered.keys.get((self._source, claim.series, claim.as_of), ()))
        return verdict

    def close(self, version: NextVersion, batch: str) -> bool:
        """Note which decisions are no longer needed, or needed again; tell whether any changed."""
        needless = sorted(self._mended - self._again - self._covered.needless)
        needed = sorted(self._again & self._covered.needless)
        version.decisions.mend(needless, batch)
        version.decisions.mend(needed, None)
        return bool(needless or needed)
