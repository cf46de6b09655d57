"""The sentences of a notice: its results as a whole, such as a clerk can copy into the letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from campaign.period import Period
from campaign.progress import Status, UnitProgress
from reporting import numbers, periods
from reporting.notice_content import Line
from reporting.texts import named, text

LAGGING = (Status.OVERDUE, Status.SILENT, Status.STALLED, Status.BEHIND, Status.AT_RISK, Status.NO_TARGET)
_KINDS = ("Tỉnh ", "Thành phố ", "Thị xã ", "Quận ", "Huyện ", "Đặc khu ", "Phường ", "Thị trấn ", "Xã ")


def mid_sentence(name: str) -> str:
    """Return a name as it stands within a sentence: tỉnh Bắc Ninh."""
    return name[:1].lower() + name[1:] if name.startswith(_KINDS) else name


def capital(value: str) -> str:
    """Return a sentence with a capital at its head."""
    return value[:1].upper() + value[1:]


class Teller:
    """Says the results of one notice: what was done, where the plan stands, who has finished and who lags."""

    def __init__(self, lang: str, counts: str, part_titles: Sequence[str]) -> None:
        """Take what is counted, with a blank before it, and the titles of the groups, the whole last."""
        self.lang, self.counts, self.part_titles = lang, counts, part_titles

    def _text(self, key: str, **params: object) -> str:
        return text(f"notice.says.{key}", self.lang, **params)

    def results(self, unit: str, total: Line, as_of: date, period: Period) -> list[str]:
        """Return what was done by a day, in all and in each group, and in the period; one sentence without a target."""
        lang, whole = self.lang, total.whole
        if whole.target is None:
            return [self._text("no_target", unit=unit)]
        if not whole.target:
            return [self._text("nothing_to_do", unit=unit)]
        found = [
            self._text(
                "done" if whole.remaining else "done.all",
                on=as_of,
                unit=mid_sentence(unit),
                done=whole.done,
                target=whole.target,
                counts=self.counts,
                share=numbers.percent(whole.share.value, lang, whole.share.finished),
                remaining=whole.remaining,
            ),
        ]
        found += [
            "– " + self._text("part", name=title, done=part.done, target=part.target, share=shown)
            for title, part in zip(self.part_titles[:-1], total.parts[:-1], strict=True)
            if part.target
            for shown in [numbers.percent(part.share.value, lang, part.share.finished)]
        ]
        excess = (whole.done or 0) + (whole.remaining or 0) - whole.target
        if excess and whole.remaining:
            found.append(self._text("excess", n=excess, counts=self.counts))
        n = total.in_period or 0
        key = "period" if n > 0 else "period.less" if n < 0 else "period.none"
        found.append(self._text(key, within=periods.within(period, lang), n=abs(n), counts=self.counts))
        return found

    def against_plan(self, head: UnitProgress | None) -> list[str]:
        """Return how far a unit is before or behind its plan; nothing while it asks for nothing, or for everything."""
        if head is None or not head.expected or head.planned_share == 1 or head.variance is None:
            return []
        gap = numbers.half_up(head.variance)
        word = "above" if gap > 0 else "below" if gap < 0 else "exact"
        share, expected = numbers.percent(head.planned_share, self.lang), numbers.whole(head.expected, self.lang)
        return [self._text(word, expected=expected, share=share, n=abs(gap))]

    def units(self, leaves: Sequence[UnitProgress]) -> list[str]:
        """Return how many of the units that do the work have finished, and how many lag for which reason."""
        levels = {row.level for row in leaves}
        with_work, done = sum(row.units_with_target for row in leaves), sum(row.units_finished for row in leaves)
        if not with_work:
            found = []
        elif len(levels) == 1:
            word = named("levels", levels.pop(), self.lang).lower()
            found = [self._text("units.level", finished=done, n=with_work, levels=word)]
        else:
            found = [self._text("units", finished=done, n=with_work)]
        late = [(status, sum(row.status is status for row in leaves)) for status in LAGGING]
        listed = [
            self._text("lagging.one", status=named("status", status, self.lang).lower(), n=n) for status, n in late if n
        ]
        return [*found, self._text("lagging", list="; ".join(listed))] if listed else found

    def differences(self, n: int, explained: int) -> list[str]:
        """Return how many stated totals differ from the sums, and how many of them somebody has explained."""
        if not n:
            return []
        return [self._text("differences.explained" if n == explained else "differences", n=n)]
