"""What a letter says of those that have finished, in order of finishing, and of how far the others are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from reporting import numbers
from reporting.letter_annexes import FEW, About
from reporting.letter_units import Units, joined
from reporting.notice_content import BandLines, Line, Notice, Section
from reporting.notice_words import capital
from reporting.texts import text

FIRST = 3  # named in a sentence when they are too many to name all


class Finished:
    """Writes one letter's section about finished units."""

    def __init__(self, notice: Notice, units: Units, annex: Callable[[About], str]) -> None:
        """`annex`: how the text points to the annex that lists something, "" when there is none."""
        self.notice, self.units, self.annex, self.lang = notice, units, annex, notice.lang

    def _text(self, key: str, **params: object) -> str:
        return text(f"letter.{key}", self.lang, **params)

    def paragraphs(self) -> list[str]:
        """Return one sentence for each level that has work, and one about those that have not finished."""
        found = []
        for level in self.units.levels():
            with_work = self.units.with_work(level)
            section = next((one for one in self.notice.finished if one.level == level), None)
            if with_work:
                found.append(self._of_level(level, with_work, section))
        bands = self._bands()
        return [*found, bands] if bands else found

    def _of_level(self, level: str, with_work: int, section: Section | None) -> str:
        lines = section.lines if section else ()
        units = self.units.spoken(level)
        if not lines:
            return self._text("finished.none", units=units, n=with_work)
        only = with_work == 1
        key = "only" if only else "all" if len(lines) == with_work else "one" if len(lines) == 1 else "some"
        said = self._text(
            f"finished.{key}", done=len(lines), n=with_work, units=units, name=capital(self._on(lines[0]))
        )
        return said if only else said + self._who(lines)

    def _who(self, lines: Sequence[Line]) -> str:
        """Return who they are; of many the first, nobody left out who finished on the same day as one that is named."""
        days = [list(same) for _, same in groupby(lines, key=lambda line: line.finished_on)]
        annex = self.annex(About.FINISHED)
        if len(lines) <= FEW:
            if len(lines) == 1:
                return self._text("finished.names.one", names=self._on(lines[0]))
            if len(days) == 1:
                names = joined([self.units.name(line) for line in lines], self.lang)
                return self._text("finished.names.same", names=names, on=lines[0].finished_on)
            return self._text("finished.names", names=joined([self._on(line) for line in lines], self.lang))
        if len(days) == 1:
            return self._text("finished.names.day", on=lines[0].finished_on, annex=annex)
        first = days[0]
        if len(first) > FEW:
            return self._text("finished.names.crowd", n=len(first), on=first[0].finished_on, annex=annex)
        shown: list[Line] = []
        for same in days:
            if len(shown) >= FIRST or len(shown) + len(same) > FEW:
                break
            shown += same
        names = joined([self._on(line) for line in shown], self.lang)
        return self._text("finished.names.many", names=names, annex=annex)

    def _on(self, line: Line) -> str:
        return self._text("finished.on", name=self.units.name(line), on=line.finished_on)

    def _bands(self) -> str:
        """Return how far those are that have not finished; nothing when fewer than two are left."""
        banding = self.notice.bands[-1] if self.notice.bands else None
        if banding is None:
            return ""
        shown = [
            band
            for band in banding.bands
            if band.lines and band.group.value in ("above", "middle", "below", "not_begun")
        ]
        n = sum(len(band.lines) for band in shown)
        if n < 2:  # noqa: PLR2004 - of one unit the next section speaks
            return ""
        if any(band.low is None and band.high is None and band.group.value != "not_begun" for band in shown):
            return ""
        units = self.units.spoken(banding.level)
        if len(shown) == 1:
            key = self._band_key(shown[0]).replace("band.", "bands.one.", 1)
            low, high = self._bounds(shown[0])
            return self._text("bands.one", n=n, units=units, how=self._text(key, low=low, high=high))
        said = []
        for band in shown:
            low, high = self._bounds(band)
            said.append(self._text(self._band_key(band), n=len(band.lines), low=low, high=high))
        return self._text("bands", units=units, list="; ".join(said))

    def _bounds(self, band: BandLines) -> tuple[str, str]:
        return numbers.bound(band.low, self.lang), numbers.bound(band.high, self.lang)

    @staticmethod
    def _band_key(band: BandLines) -> str:
        key = f"band.{band.group}"
        if band.group.value == "below" and not band.low:
            return "band.below.zero"
        if band.group.value == "middle" and (band.low is None or band.high is None):
            return "band.middle.low" if band.low is not None else "band.middle.high"
        return key
