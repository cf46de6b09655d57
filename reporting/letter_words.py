"""The words of a letter: what was achieved, who has finished, who lags, what does not agree, and what is asked.

Every sentence is written from the figures of one notice; each case (none, one, few, many, all) has words of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from campaign.paperwork import Paper
from campaign.progress import Status
from reporting import numbers, periods
from reporting.citations import already_cited
from reporting.letter_annexes import FEW, About, Annex
from reporting.letter_asks import Asks, commands
from reporting.letter_finished import Finished
from reporting.letter_units import Units, joined, lettered, mid
from reporting.notice_content import Difference, Line, Notice, Section
from reporting.notice_words import capital
from reporting.texts import text

DOTS = "…………"
_WORST = 3  # named in a sentence when they are too many to name all
_NAMES = ("Chiến dịch", "Chương trình", "Đề án", "Dự án", "Kế hoạch", "Cuộc vận động", "Tháng cao điểm")  # of campaigns
_PLACES = ("TỈNH", "THÀNH PHỐ", "HUYỆN", "QUẬN", "THỊ XÃ", "XÃ", "PHƯỜNG", "THỊ TRẤN", "ĐẶC KHU")
_SEVERAL = r"(UBND|Ủy ban nhân dân|Uỷ ban nhân dân) các "
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of a letter's body; a heading stands on a line of its own."""

    text: str
    heading: bool = False


def agency_spoken(paper: Paper) -> str:
    """Return the agency within a sentence: Sở Tư pháp; "" when none is configured."""
    return spoken(paper.agency_name or paper.agency)


def spoken(name: str) -> str:
    """Return a name given in capitals as it is written: SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH → Sở Văn hóa, Thể thao …."""
    bare = " ".join(name.split())
    if bare != bare.upper():
        return bare
    head, place = bare, ""
    for kind in _PLACES:
        if found := re.search(rf" {kind} (?=\S)(?!HỘI)", bare):
            head, place = bare[: found.start()], f" {kind.lower()} {bare[found.end() :].title()}"
            break
    if head in ("UBND", "ỦY BAN NHÂN DÂN"):
        return ("UBND" if head == "UBND" else "Ủy ban nhân dân") + place
    first, _, rest = head.partition(" ")
    fields = re.split(r"(, | VÀ | - )", rest)
    return " ".join([first.capitalize(), "".join(_field(one) for one in fields)]).strip() + place


def campaign_spoken(name: str) -> str:
    """Return a campaign's name within a sentence: its capital stays only where it begins a name.

    Chiến dịch số hóa … and Quang Trung keep it; Xóa nhà tạm → xóa nhà tạm.
    """
    words = name.split()
    if name.startswith(_NAMES) or (len(words) > 1 and words[1][:1].isupper()) or name[1:2].isupper():
        return name
    return name[:1].lower() + name[1:]


def _field(words: str) -> str:
    return words.lower() if words in (", ", " VÀ ", " - ") else words.capitalize()


def due_on(notice: Notice, paper: Paper, signed_on: date | None) -> date:
    """Return the day an answer is asked by: so many days after the figures or the letter, never on a weekend."""
    day = max(notice.as_of, signed_on or notice.as_of) + timedelta(days=paper.due_days)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


class Words:
    """Writes one letter."""

    def __init__(
        self, notice: Notice, paper: Paper, annexes: Sequence[Annex], signed_on: date | None, replaces: str
    ) -> None:
        self.notice, self.paper, self.annexes, self.replaces = notice, paper, annexes, replaces
        self.lang, self.counts = notice.lang, notice.counts
        self.due = due_on(notice, paper, signed_on)
        self.latest = max(notice.as_of, signed_on or notice.as_of)
        self.agency = agency_spoken(paper) or DOTS
        self.units = Units(notice)
        bare = re.sub(r"\s*\([^)]*\)", "", notice.campaign)
        self.campaign = campaign_spoken(bare) if self.lang == "vi" else bare
        self.own = notice.row is not None and notice.row.parent_code is not None
        if self.lang == "vi" and self.campaign[-1:].isdigit() and not self.own:
            self.campaign += ","  # năm 2024, tháng 10/2024

    def _text(self, key: str, **params: object) -> str:
        return text(f"letter.{key}", self.lang, **params)

    def subject(self) -> str:
        """Return what the letter is about: one line under its kind, or after V/v."""
        where = self._where()
        title = self._text(
            "subject", campaign=self.campaign, where=where, period=periods.spoken(self.notice.period, self.lang)
        )
        return title if self.paper.form == "thong-bao" else self._text("subject.plain", subject=mid_capital(title))

    def _where(self) -> str:
        return " " + self._text("where", unit=self.units.itself) if self.own else ""

    def addressed_to(self) -> list[str]:
        """Return whom a công văn is addressed to."""
        return self._own_addressee(self.paper.addressed_to) or [capital(self.units.addressee())]

    def recipients(self) -> list[str]:
        """Return whom a notice is sent to, or, of a công văn, whom besides those it is addressed to."""
        if self.paper.form == "thong-bao":
            return self._own_addressee(self.paper.recipients) or [capital(self.units.addressee())]
        above = {_plain(one) for one in (*self.paper.addressed_to, *self.addressed_to())}  # - Như trên
        several = [one for one in self.paper.recipients if self.own and re.match(_SEVERAL, one)]
        return [one for one in self.paper.recipients if _plain(one) not in above and one not in several]

    def _own_addressee(self, configured: Sequence[str]) -> list[str]:
        """Return the configured ones; in a unit's own letter it stands in place of "UBND các huyện …"."""
        if not self.own:
            return list(configured)
        own, several = capital(self.units.addressee()), [one for one in configured if re.match(_SEVERAL, one)]
        if not configured or not several:
            return [own, *configured] if configured else []
        return [own if one == several[0] else one for one in configured if one not in several[1:]]

    # The body

    def body(self) -> list[Passage]:
        """Return the paragraphs, the last of them ended by ./."""
        said: list[tuple[str, list[str]]] = [("general", self._general())]
        alone = self.notice.row is not None and self.notice.row.is_leaf
        if not self._unknown():
            said.append(("finished", [] if alone else Finished(self.notice, self.units, self._annex).paragraphs()))
            said.append(("lagging", [] if alone and not self.notice.lagging else self._lagging()))
        said.append(("differences", self._differences()))
        sections = [(key, paragraphs) for key, paragraphs in said if paragraphs]
        places = {key: place for place, (key, _) in enumerate(sections, 1)}
        asks = Asks(self.notice, self.paper, self.units, self.due, places, self.agency, self.latest)
        sections.append(("asks", asks.paragraphs()))
        found = [Passage(self._opening())]
        if self.replaces:
            found.append(Passage(self.replaces))
        for place, (key, paragraphs) in enumerate(sections, 1):
            found.append(Passage(f"{place}. " + self._text(f"head.{key}"), heading=True))
            found += [Passage(one) for one in paragraphs]
        key = "closing" if self.paper.form == "thong-bao" or commands(self.agency) else "closing.plain"
        return [*found, Passage(self._text(key, agency=self.agency, to=self.units.addressee()))]

    def _unknown(self) -> bool:
        return self.notice.total.whole.target is None

    def _opening(self) -> str:
        notice = self.notice
        older = notice.last_as_of is not None and notice.last_as_of < notice.as_of
        days = self._text("figures.older" if older else "figures", on=notice.as_of, last=notice.last_as_of)
        where = self._where()
        period = periods.spoken(notice.period, self.lang)
        params = {"agency": self.agency, "campaign": self.campaign, "where": where, "period": period, "figures": days}
        if notice.decision and not already_cited(self.paper.grounds, notice.decision):
            return self._text("opening.decision", decision=mid_capital(notice.decision, keep=True), **params)
        return self._text("opening", **params)

    def _general(self) -> list[str]:
        """Return the results as a whole: in all, by group, in the period, against the plan."""
        total = self.notice.total
        if self._unknown():
            return [self._text("no_target", unit=capital(self.units.itself)), *self._tables()]
        if total.whole.target == 0:
            return [self._text("nothing_to_do", unit=capital(self.units.itself)), *self._tables()]
        found = [self._result(total)]
        if total.whole.done:
            found += self._groups(total)
        excess = (total.whole.done or 0) + (total.whole.remaining or 0) - (total.whole.target or 0)
        tail = [self._in_period(total), self._against_plan(), self._days_left()]
        if excess and total.whole.remaining:
            tail.insert(0, self._text("excess", n=excess, counts=self.counts))
        found.append(" ".join(one for one in tail if one))
        return [one for one in (*found, *self._tables()) if one]

    def _tables(self) -> list[str]:
        """Return where the ranked tables are."""
        refs = [self._referred(one) for one in self.annexes if one.about is About.RANKING]
        many = any(len(ranking.lines) > 1 for ranking in self.notice.rankings)
        return [self._text("see.rankings" if many else "see.ranking", annexes=joined(refs, self.lang))] if refs else []

    def _result(self, total: Line) -> str:
        whole = total.whole
        key = "done.all" if whole.remaining == 0 else "done" if whole.done else "done.none"
        return self._text(
            key,
            on=self.notice.as_of,
            unit=self.units.itself,
            done=whole.done,
            target=whole.target,
            remaining=whole.remaining,
            counts=self.counts,
            share=numbers.percent(whole.share.value, self.lang, whole.share.finished),
        )

    def _groups(self, total: Line) -> list[str]:
        parts = [
            (title, part)
            for title, part in zip(self.notice.part_titles[:-1], total.parts[:-1], strict=True)
            if part.target
        ]
        if len(parts) < 2:  # noqa: PLR2004 - one group says what the whole says
            return []
        said = [
            self._text(
                "group.all" if part.remaining == 0 else "group" if part.done else "group.none",
                name=title,
                done=part.done,
                target=part.target,
                remaining=part.remaining,
                counts=self.counts,
                share=numbers.percent(part.share.value, self.lang, part.share.finished),
            )
            for title, part in parts
        ]
        return [self._text("groups"), *lettered(said)]

    def _in_period(self, total: Line) -> str:
        n = total.in_period or 0
        if n == (total.whole.done or 0):  # all of it was done in the period, as was just said
            return ""
        if not n and total.whole.remaining == 0:  # nothing was left to be done
            return ""
        key = "in_period" if n > 0 else "in_period.less" if n < 0 else "in_period.none"
        within = periods.within(self.notice.period, self.lang)
        return self._text(key, within=within, n=abs(n), counts=self.counts)

    def _against_plan(self) -> str:
        row, notice = self.notice.row, self.notice
        if row is None or row.expected is None or row.variance is None or not row.expected or not row.remaining:
            return ""
        if row.planned_share == 1:
            return ""
        gap = numbers.half_up(row.variance)
        key = "plan.above" if gap > 0 else "plan.below" if gap < 0 else "plan.exact"
        share, expected = numbers.percent(row.planned_share, self.lang), numbers.whole(row.expected, self.lang)
        return self._text(key, on=notice.as_of, expected=expected, share=share, n=abs(gap), counts=self.counts)

    def _days_left(self) -> str:
        notice = self.notice
        if not notice.total.whole.remaining:
            return ""
        if notice.as_of < notice.start:
            return self._text("days.before", start=notice.start, end=notice.end)
        left = (notice.end - notice.as_of).days
        key = "days.left" if left > 0 else "days.last" if left == 0 else "days.over"
        return self._text(key, end=notice.end, n=abs(left))

    # Who lags

    def _lagging(self) -> list[str]:
        notice = self.notice
        if notice.total.whole.remaining == 0 or notice.as_of < notice.start:
            return []
        if not notice.lagging:
            return [self._text("lagging.none")]
        if all(section.status is Status.NO_TARGET for section in notice.lagging):  # which is not late
            return [
                self._text("lagging.none"),
                self._text("lagging.single", what=self._lagging_of(notice.lagging[0])) + ".",
            ]
        said = [self._lagging_of(section) for section in notice.lagging]
        several = len(said) > 1
        n = sum(len(section.lines) for section in notice.lagging)
        see = self._annex(About.LAGGING)
        intro = self._text("lagging.intro.annex" if see else "lagging.intro", n=n, annex=see)
        if several:
            return [intro, *lettered(said)]
        return [self._text("lagging.single.annex" if see else "lagging.single", what=said[0], annex=see) + "."]

    def _lagging_of(self, section: Section) -> str:
        lines, key = section.lines, f"lag.{section.status}"
        if self.notice.as_of >= self.notice.end and section.status in (Status.BEHIND, Status.AT_RISK):
            key += ".end"
        what = self._text(key)
        many = len(lines) > FEW
        names = joined([self._late_name(one, section.status) for one in (lines[:_WORST] if many else lines)], self.lang)
        key = "many" if many else "one" if len(lines) == 1 else "few"
        if many and _place(lines[_WORST - 1]) == _place(lines[_WORST]):  # who is last cannot be said
            key = "some"
        return self._text(f"lagging.{key}", what=what, n=len(lines), names=names)

    def _late_name(self, line: Line, status: Status) -> str:
        name, row = self.units.name(line), line.row
        if row is None or status is Status.NO_TARGET:
            return name
        key = "why.never" if status is Status.SILENT and row.last_as_of is None else f"why.{status}"
        if status in (Status.BEHIND, Status.AT_RISK) and not row.done:
            key = "why.not_begun"
        short = numbers.half_up(-(row.variance or 0))
        share = numbers.percent(row.completion, self.lang, row.remaining == 0)
        pace = numbers.percent(row.pace, self.lang)
        params = {"last": row.last_as_of, "days": row.stalled_days, "pace": pace, "short": short, "share": share}
        return self._text(
            "named", name=name, why=self._text(key, remaining=row.remaining, counts=self.counts, **params)
        )

    # What does not agree

    def _differences(self) -> list[str]:
        found = self.notice.differences
        if not found:
            return []
        see = self._annex(About.DIFFERENCES)
        if see:
            explained = sum(bool(one.explained) for one in found)
            key = (
                "differ.many.explained"
                if explained == len(found)
                else "differ.many"
                if explained
                else "differ.many.none"
            )
            return [self._text(key, n=len(found), explained=explained, annex=see)]
        return [self._difference(one) for one in found]

    def _difference(self, one: Difference) -> str:
        gap = one.stated - one.summed
        key, everything = "differ.more" if gap > 0 else "differ.less", text("notice.column.all", self.lang)
        said = self._text(
            key,
            unit=mid(one.unit, self.lang),
            what=mid_capital(one.what) + ("" if one.category == everything else f", {mid_capital(one.category)}"),
            on=one.day,
            stated=one.stated,
            summed=one.summed,
            gap=abs(gap),
        )
        if not one.explained:
            return f"{said} " + self._text("differ.unexplained")
        why = one.explained.strip().rstrip(".")
        return f"{said} " + self._text("differ.explained", why=why, by=one.explained_by)

    def _annex(self, about: About) -> str:
        return next((self._referred(one) for one in self.annexes if one.about is about), "")

    def _referred(self, annex: Annex) -> str:
        """Return how the text points to an annex; the only one has no number."""
        return annex.label if len(self.annexes) > 1 else self._text("annex.only")


def _place(line: Line) -> int | None:
    """Return by what the units that lag are put in order."""
    return line.row.rank if line.row else None


def _plain(name: str) -> str:
    return name.strip(" -;.").casefold()


def mid_capital(value: str, *, keep: bool = False) -> str:
    """Return words as they stand within a sentence; `keep`: they are a name and keep their capital."""
    if keep or (len(value) > 1 and value[1].isupper()):
        return value
    return value[:1].lower() + value[1:]
