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


def commands(agency: str) -> bool:
    """Return whether an agency orders, as a people's committee does, or requests, as its departments do."""
    return agency.startswith(("UBND", "Ủy ban nhân dân", "Uỷ ban nhân dân"))


class Asks:
    """Writes the last section of one letter."""

    def __init__(
        self,
        notice: Notice,
        paper: Paper,
        units: Units,
        due: date,
        places: Mapping[str, int],
        agency: str,
        latest: date,
    ) -> None:
        """`places`: under which number each section stands; `latest`: the day of the figures or of the letter."""
        self.latest = latest
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
            key = "kept" if notice.total.whole.target else "kept.nothing"
            return [self._text(key, agency=self.agency, verb=self._verb(), to=to)]
        if len(asks) == 1:
            what = asks[0][:1].lower() + asks[0][1:]
            return [self._text("one", agency=self.agency, verb=self._verb(), to=to, what=what) + "."]
        return [self._text("several", agency=self.agency, verb=self._verb(), to=to), *lettered(asks)]

    def _verb(self) -> str:
        """Return how an agency asks: a people's committee orders, a department requests."""
        return self._text("verb.orders" if commands(self.agency) else "verb.requests")

    def _asks(self) -> list[str]:
        notice = self.notice
        whole = notice.total.whole
        found: list[str] = []
        if whole.target is None:
            found.append(self._text("targets.all", due=self.due))
        elif whole.remaining and self.latest < notice.start:
            found.append(self._text("prepare", start=notice.start, end=notice.end))
        elif whole.remaining:
            found += self._of_the_late()
        if any(not one.explained for one in notice.differences) and "differences" in self.places:
            found.append(self._text("differences", place=self.places["differences"], due=self.due))
        return found

    def _of_the_late(self) -> list[str]:
        notice, whole, found = self.notice, self.notice.total.whole, []
        over = notice.as_of >= notice.end or self.latest > notice.end
        urged = notice.as_of >= notice.start and any(status in self.of for status in (Status.OVERDUE, *_LATE))
        key = ("work.over" if over else "work") if urged else "go_on.over" if over else "go_on"
        late = self._late_word() if urged else ""
        left = {"n": whole.remaining, "counts": notice.counts}
        found.append(self._text(key, late=late, end=notice.end, agency=self.agency, due=self.due, **left))
        if urged and Status.SILENT in self.of:
            found.append(self._text("silent", who=self._who(self.of[Status.SILENT], "silent")))
        if Status.NO_TARGET in self.of:
            found.append(self._text("targets", who=self._who(self.of[Status.NO_TARGET], "targets"), due=self.due))
        if urged:
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
