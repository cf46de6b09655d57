"""The ledger of one load: verdicts as the rows the warehouse keeps."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from campaign.rows import Claim, Fate, Measure, Row, Verdict
from campaign.values import read_text
from warehouse.records import RefusedRow, StatedRow, SubmissionRow, TargetRow

_ENCODER = json.JSONEncoder(ensure_ascii=False)


@dataclass
class Ledger:
    """What one load adds: accepted counts, stated totals, refused rows, stated targets."""

    batch: str
    received_at: datetime
    submissions: list[SubmissionRow] = field(default_factory=list)
    stated: list[StatedRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    targets: list[TargetRow] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Tell whether the load adds anything at all."""
        return bool(self.submissions or self.stated or self.refused or self.targets)

    @property
    def rows(self) -> tuple[list[SubmissionRow], list[StatedRow], list[RefusedRow], list[TargetRow]]:
        """Return what the load adds, by table."""
        return self.submissions, self.stated, self.refused, self.targets

    def enter(self, file: str, row: Row, verdict: Verdict, known: Collection[tuple[str, str]]) -> None:
        """Enter one row; a rejection on record already (`known`: reason, content) is not repeated."""
        claim = verdict.claim
        if verdict.fate is Fate.ACCEPTED and claim is not None:
            self._accept(file, claim, verdict)
        elif verdict.fate in {Fate.HELD, Fate.REJECTED} and verdict.reason is not None:
            self._refuse(file, row, verdict, known)
        if claim is not None and claim.target is not None and verdict.fate is not Fate.REJECTED:
            self._state_target(file, claim)

    def _accept(self, file: str, claim: Claim, verdict: Verdict) -> None:
        """Enter an accepted count, and the later days it moved along."""
        moved = ((one.day, one.count, one.increment, claim.as_of) for one in verdict.moved)
        for day, count, increment, moved_by in ((claim.as_of, claim.count, claim.increment, None), *moved):
            self._count(file, claim, (day, count), increment, moved_by)

    def _count(
        self, file: str, claim: Claim, count: tuple[date, int], increment: int | None, moved_by: date | None
    ) -> None:
        series = claim.series
        if claim.stated:
            self.stated.append(
                StatedRow(
                    series.unit_code, series.category, series.stage, series.measure.value, *count,
                    self.received_at, self.batch, file, claim.number, increment, moved_by,
                ),
            )  # fmt: skip
            return
        reason = None if moved_by else claim.reason or None
        self.submissions.append(
            SubmissionRow(
                series.unit_code, series.category, series.stage, *count, self.received_at,
                self.batch, file, claim.number, reason, claim.reported_by or None, increment, moved_by,
            ),
        )  # fmt: skip

    def _state_target(self, file: str, claim: Claim) -> None:
        series, target = claim.series, claim.target
        if target is None:
            return
        if claim.stated:
            self.stated.append(
                StatedRow(
                    series.unit_code, series.category, series.stage, Measure.TARGET.value, claim.as_of, target,
                    self.received_at, self.batch, file, claim.number,
                ),
            )  # fmt: skip
        else:
            self.targets.append(
                TargetRow(series.unit_code, series.category, series.stage, target, claim.as_of, None, self.batch),
            )

    def _refuse(self, file: str, row: Row, verdict: Verdict, known: Collection[tuple[str, str]]) -> None:
        claim, reason = verdict.claim, verdict.reason.value if verdict.reason else ""
        content = content_of(row)
        if verdict.fate is Fate.REJECTED and (reason, content) in known:
            return
        series = claim.series if claim else None
        self.refused.append(
            RefusedRow(
                batch=self.batch,
                received_at=self.received_at,
                file=file,
                row_number=verdict.number,
                fate=verdict.fate.value,
                reason=reason,
                unit_code=series.unit_code if series else None,
                category=series.category if series else None,
                stage=series.stage if series else None,
                measure=series.measure.value if series else None,
                as_of=claim.as_of if claim else None,
                count=claim.count if claim else None,
                field=verdict.field,
                found=verdict.found,
                near=json.dumps(verdict.near, ensure_ascii=False),
                standing=verdict.standing,
                standing_day=verdict.standing_day,
                content=content,
                released_by=None,
            ),
        )


def content_of(row: Row) -> str:
    """Return a row as it was received, as JSON."""
    return _ENCODER.encode({name: _plain(value) for name, value in row.cells.items()})


def _plain(value: object) -> object:
    """Return a cell as JSON can carry it."""
    if type(value) is str:
        return value.strip()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | float | None) else read_text(value)
