"""Records: where figures come from - loads, counts as they arrived, what waits, what was decided - as may be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from reporting.lens import Lens
from warehouse.decided import Decided
from warehouse.explanations import ExplanationRow
from warehouse.reader import Batch, Refusal, StatedTotal, Submission


class Records(Lens):
    """What a version was built from, through the scope: what names no unit, or another's, is the whole's to see."""

    def submissions(self, unit: str, stage: str | None = None) -> list[tuple[Submission, bool]]:
        """Return the accepted counts of a unit and all below it, the latest first, each with whether it was late."""
        tree = self.map(self.campaign.end)
        codes = self.behind(tree.subtree(unit) if unit in tree else [unit], self.campaign.end)
        rows = self.reader.submissions(sorted(codes), stage)
        return [(one, self.is_late(one.as_of, one.received_at)) for one in rows if self.sees(one.unit_code, one.as_of)]

    def is_late(self, as_of: date, received_at: datetime) -> bool:
        """Tell whether a figure came after the cut-off of its day."""
        return received_at.astimezone(self.zone) > datetime.combine(as_of, self.campaign.cutoff, self.zone)

    def batches(self) -> list[Batch]:
        """Return every load, the latest first; none to a reader who may not see the whole campaign."""
        return [] if self.is_part else self.reader.batches()

    def refusals(self, as_of: date) -> list[Refusal]:
        """Return held and rejected rows; rows of no known unit only to a reader of everything.

        To others no row names units it may have meant: they are somebody else's.
        """
        rows = self.reader.refusals()
        if not self.is_part:
            return rows
        return [replace(row, near=()) for row in rows if self.sees(self._named(row, as_of), row.as_of or as_of)]

    def _named(self, row: Refusal, as_of: date) -> str | None:
        """Return the unit a row is about: as it was read, else by the code it carries, where that is one."""
        said = str(row.content.get("unit_code") or "").strip()
        return row.unit_code or (said if said in self.map(row.as_of or as_of) else None)

    def decisions(self) -> list[Decided]:
        """Return what people decided about held and rejected rows, the latest first, as far as it may be seen."""
        rows, end = self.reader.decisions(), self.campaign.end
        if not self.is_part:
            return rows
        own = [row for row in rows if self.sees(row.unit_code, row.as_of or end)]
        return [row for row in own if not row.means or self.sees(row.means, row.as_of or end)]

    def explanations(self) -> list[ExplanationRow]:
        """Return what people said of stated totals, taken or refused, the latest first, as far as it may be seen."""
        return [row for row in self.reader.explanations() if self.sees(row.unit_code, row.as_of)]

    def stated_totals(self, as_of: date) -> list[StatedTotal]:
        """Return, for each key, the latest total stated for a day up to `as_of`."""
        latest: dict[tuple[str, str, str, str], StatedTotal] = {}
        for one in self.reader.stated_totals():
            if one.as_of <= as_of and self.sees(one.unit_code, one.as_of):
                latest[one.unit_code, one.category, one.stage, one.measure] = one
        return list(latest.values())
