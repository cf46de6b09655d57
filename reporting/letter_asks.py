"""What a letter asks for: of whom, what, and by which day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from campaign.paperwork import Paper
from campaign.progress import Status
from reporting.letter_units import Units, lettered
from reporting.notice_content import Notice, Section
from reporting.texts import text

_LATE = (Status.SILENT, Status.STALLED, Status.BEHIND, Status.AT_RISK)


class Asks:
    """Writes the last section of one letter."""

    def __init__(
        self, notice: Notice, paper: Paper, units: Units, due: date, places: Mapping[str, int], agency: str
    ) -> None:
        """`places`: under which number each section stands."""
        self.notice, self.paper, self.units, self.due = notice, paper, units, due
        self.places, self.agency, self.lang = places, agency, notice.lang
        self.of = {section.status: section for section in notice.lagging}

    def _text(self, key: str, **params: object) -> str:
        return text(f"letter.ask.{key}", self.lang, **params)

    def paragraphs(self) -> list[str]:
        """Return what is asked: the agency's own sentence where it has one, else what the figures call for."""
        if self.paper.request.strip():
            return [self.paper.request.strip()]
        notice, to = self.notice, self.units.addressee()
        asks = self._asks()
        if not asks:
            key = "kept" if notice.total.whole.remaining == 0 else "go_on"
            return [self._text(key, agency=self.agency, verb=self._verb(), to=to, end=notice.end)]
        if len(asks) == 1:
            return [self._text("one", agency=self.agency, verb=self._verb(), to=to, what=asks[0]) + "."]
        return [self._text("several", agency=self.agency, verb=self._verb(), to=to), *lettered(asks)]

    def _verb(self) -> str:
        """Return how an agency asks: a people's committee orders, a department requests."""
        commands = self.agency.startswith(("UBND", "Ủy ban nhân dân", "Uỷ ban nhân dân"))
        return self._text("verb.orders" if commands else "verb.requests")

    def _asks(self) -> list[str]:
        notice = self.notice
        whole = notice.total.whole
        found: list[str] = []
        if whole.target is None:
            found.append(self._text("targets.all"))
        elif whole.remaining and notice.as_of < notice.start:
            found.append(self._text("prepare", start=notice.start, end=notice.end))
        elif whole.remaining and notice.lagging:
            found += self._of_the_late()
        if any(not one.explained for one in notice.differences) and "differences" in self.places:
            found.append(self._text("differences", place=self.places["differences"], due=self.due))
        return found

    def _of_the_late(self) -> list[str]:
        notice, whole, found = self.notice, self.notice.total.whole, []
        over = notice.as_of >= notice.end
        late = self._late_word()
        if Status.OVERDUE in self.of or any(status in self.of for status in _LATE):
            key = "work.over" if over else "work"
            found.append(self._text(key, late=late, n=whole.remaining, counts=notice.counts, end=notice.end))
        if Status.SILENT in self.of:
            found.append(self._text("silent", who=self._who(self.of[Status.SILENT], "silent")))
        if Status.NO_TARGET in self.of:
            found.append(self._text("targets", who=self._who(self.of[Status.NO_TARGET], "targets")))
        if Status.OVERDUE in self.of or any(status in self.of for status in _LATE):
            found.append(self._text("report", agency=self.agency, due=self.due))
        return found

    def _late_word(self) -> str:
        """Return who is to hurry: nobody else than the unit itself, or the units named above."""
        if self.notice.row is not None and self.notice.row.is_leaf:
            return self._text("late.itself")
        lines = [
            line for section in self.notice.lagging for line in section.lines if section.status != Status.NO_TARGET
        ]
        if len(lines) == 1:
            return self._text("late.one", name=self.units.name(lines[0]))
        return self._text("late.many", place=self.places.get("lagging", 0))

    def _who(self, section: Section, key: str) -> str:
        if len(section.lines) == 1:
            return self.units.name(section.lines[0])
        return self._text(f"{key}.many", n=len(section.lines))
