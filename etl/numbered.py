"""Numbered: a notice issued under a number, once and from the current version; and the same notice made again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from campaign.configuration import Campaign, Configuration
from campaign.errors import CheckFailed, UsageError
from campaign.notices import (
    MOST,
    Block,
    KeptFile,
    Order,
    Reason,
    Record,
    Said,
    corrections,
    holder,
    lacking,
    next_number,
    record_id,
    reference,
)
from campaign.paperwork import Paper
from campaign.period import read_period
from campaign.scope import Scope
from etl import register
from etl.drawn import Drawn, contents_of, draw_up, mark_of, words_of, write_files, zipped
from etl.envelope import Sender
from etl.publishing import failure_of
from reporting.explained import explanations, unexplained
from reporting.faults import Issue
from reporting.figures import Figures, store_of
from reporting.letter_content import Stamp
from reporting.notice_content import Notice
from reporting.texts import text
from warehouse.versions import Current, sha256_of

TEMPLATES_AT = "mau"
TEMPLATES = ("letter", "workbook")  # the agency's own, kept beside the files they made
WORDS = {
    Block.UNEXPLAINED: ("{n} stated totals differ from the sums and nobody has explained why", "explain them first"),
    Block.FAILED_CHECK: ("the last run failed its check and published nothing", "mend the data first"),
    Block.AGENCY: ("the configuration names no agency", "set agency under [campaign.notice]"),
    Block.PLACE: ("the configuration names no place", "set place under [campaign.notice]"),
    Block.POST: ("the configuration names no post of the signer", "set signer.post under [campaign.notice]"),
    Block.SIGNER: ("the configuration names no signer", "set signer.name under [campaign.notice]"),
}


def reasons(config: Configuration, campaign: Campaign, waiting: Sequence[Issue]) -> list[Reason]:
    """Return why nothing may be issued; [] when nothing is in the way.

    `waiting`: the differences nobody has explained, of the units the notice is about.
    """
    found = []
    if waiting:
        found.append(Reason(Block.UNEXPLAINED, len(waiting), waiting[0].unit_name or waiting[0].unit_code or ""))
    failure = failure_of(config, campaign.id)
    if failure:
        found.append(Reason(Block.FAILED_CHECK, 1, str(failure.get("found", ""))))
    return found + [Reason(block) for block in lacking(campaign.paper)]


def covered(figures: Figures, made: Sequence[Notice]) -> frozenset[str]:
    """Return every unit that notices are about, their heads and all below them."""
    tree = figures.tree(made[0].as_of)
    heads = heads_of(figures, made)
    return frozenset(code for head in heads for code in tree.subtree(head))


def heads_of(figures: Figures, made: Sequence[Notice]) -> tuple[str, ...]:
    """Return the units that notices are about; of one about a list without a unit above it, all of that list."""
    tree = figures.tree(made[0].as_of)
    named = [one.unit_code for one in made if one.unit_code]
    flat = [unit.code for unit in tree.units if unit.parent_code is None and not tree.children(unit.code)]
    return tuple(named + (flat if any(one.unit_code is None for one in made) else []))


@dataclass(frozen=True, slots=True)
class Desk:
    """One order for a notice on its way to a record. `envelope`: the id it was handed in by; `now` is UTC.

    The sender's scope is what he may issue for; `seen` what he was shown, which the notice is made from.
    """

    config: Configuration
    campaign: Campaign
    order: Order
    sender: Sender
    envelope: str
    now: datetime
    seen: Scope

    def issue(self) -> Record:
        """Issue the notice from the current version and return its record."""
        with register.opened(self.config) as known:
            done = next((one for one in known if self.envelope and one.envelope == self.envelope), None)
            if done is not None:
                return done
            today = self.now.astimezone(self.config.zone).date()
            with register.pinned(self.config, self.campaign, self.seen, today) as (figures, current):
                return self._issue(known, figures, current)

    def _issue(self, known: Sequence[Record], figures: Figures, current: Current) -> Record:
        order, paper = self.order, self.campaign.paper
        made = contents_of(figures, order.period, order.unit, order.language, self.now, paper)
        self._in_order(known, figures, made)
        number = _number(known, paper, order)
        replaced = _replaced(known, self.campaign, order)
        stamp = Stamp(number, order.signed_on, _in_place_of(replaced, order.language))
        drawn = draw_up(figures, made, paper, stamp, order.formats, self.now)
        record = self._record(figures, current, made, number, drawn)
        register.keep(self.config, record, _kept(paper, drawn))
        return record

    def _in_order(self, known: Sequence[Record], figures: Figures, made: Sequence[Notice]) -> None:
        """Refuse what may not be issued."""
        order, as_of = self.order, made[0].as_of
        today = self.now.astimezone(self.config.zone).date()
        roots = [unit.code for unit in figures.reader.registry.on(as_of).units if unit.parent_code is None]
        own = self._issued_for(figures, today)
        if not _inside(own, [order.unit] if order.unit else roots, as_of):
            raise UsageError("notice", "speaks of units that are not the sender's", "name a unit of his own")
        replaced = _replaced(known, self.campaign, order)
        if replaced is not None and not _inside(own, replaced.units, replaced.as_of):
            raise UsageError("notice", "corrects one about units that are not the sender's", "name one of his own")
        if not as_of <= order.signed_on <= today:
            found = f"found the date {order.signed_on}"
            raise UsageError("notice", found, f"a date from {as_of} (the figures) to {today} (today) was expected")
        if order.seen and order.seen != mark_of(made):
            raise CheckFailed("notice", "the figures have changed since the preview", "look at them again, then issue")
        waiting = unexplained(figures, as_of, covered(figures, made))
        standing = reasons(self.config, self.campaign, waiting)
        if standing:
            raise blocked(standing)

    def _issued_for(self, figures: Figures, today: date) -> Figures:
        """Return the figures of what the sender may issue for."""
        if self.sender.scope == self.seen or self.sender.scope.units is None:
            return figures
        return Figures(figures.reader, figures.version, figures.published_at).within(self.sender.scope, today)

    def _record(
        self, figures: Figures, current: Current, made: Sequence[Notice], number: int, drawn: Sequence[Drawn]
    ) -> Record:
        order, paper, as_of = self.order, self.campaign.paper, made[0].as_of
        kept = {key: Path(TEMPLATES_AT, path.name) for key in TEMPLATES if (path := getattr(paper, key)) is not None}
        files = [KeptFile(one.name, one.unit, one.format, sha256(one.content).hexdigest(), len(one.content))
                 for one in drawn]  # fmt: skip
        return Record(
            id=record_id(self.campaign.id, order.signed_on, number, paper.symbol),
            campaign=self.campaign.id,
            number=number,
            symbol=paper.symbol,
            signed_on=order.signed_on,
            period=order.period.code,
            as_of=as_of,
            unit=order.unit,
            units=heads_of(figures, made),
            language=order.language,
            version=current.version,
            version_sha256=current.sha256,
            files=tuple(files),
            paper=paper.model_copy(update=kept),
            issued_by=self.sender.id,
            issued_by_name=self.sender.name,
            issued_at=self.now,
            replaces=order.replaces,
            explanations=_said(figures, as_of, covered(figures, made)),
            envelope=self.envelope,
        )


def issue(
    config: Configuration, campaign: Campaign, order: Order, sender: Sender, envelope: str = "",
    now: datetime | None = None, *, seen: Scope | None = None,
) -> Record:  # fmt: skip
    """Issue a notice from the current version and return its record; the same envelope gives the same record.

    `seen`: what the sender may see, where that is not what he may issue for.

    Raises CheckFailed while something blocks it, UsageError for a number that is taken or a date that cannot be,
    SourceError when the register or the campaign is held by another.
    """
    return Desk(config, campaign, order, sender, envelope, now or datetime.now(UTC), seen or sender.scope).issue()


def _said(figures: Figures, as_of: date, codes: Collection[str]) -> tuple[Said, ...]:
    """Return the explanations in force of some units' differences."""
    return tuple(
        Said(key.unit_code, key.category, key.stage, key.measure, key.as_of.isoformat(), one.why, one.by)
        for key, one in explanations(figures, as_of).items()
        if key.unit_code in codes
    )


def blocked(standing: Sequence[Reason]) -> CheckFailed:
    """Return the error that says in one line why nothing is issued."""
    said = [WORDS[one.block][0].format(n=one.n) for one in standing]
    return CheckFailed("notice", ", ".join(said), ", ".join(dict.fromkeys(WORDS[one.block][1] for one in standing)))


def _inside(figures: Figures, units: Sequence[str], as_of: date) -> bool:
    return figures.in_scope(units, as_of) == set(units)


def _number(known: Sequence[Record], paper: Paper, order: Order) -> int:
    year = order.signed_on.year
    free = next_number(known, paper.symbol, year)
    number = free if order.number is None else order.number
    if not 1 <= number <= MOST:
        raise UsageError("notice", f"found the number {number}", f"a number from 1 to {MOST} was expected")
    taken = holder(known, paper.symbol, year, number)
    if taken is not None:
        found = f"the number {reference(number, paper.symbol)} of {year} is taken"
        raise UsageError("notice", found, f"the next free one is {free}")
    return number


def _replaced(known: Sequence[Record], campaign: Campaign, order: Order) -> Record | None:
    """Return the notice this one corrects; UsageError when there is none such, or it is corrected already."""
    if not order.replaces:
        return None
    old = next((one for one in known if one.id == order.replaces and one.campaign == campaign.id), None)
    if old is None:
        raise UsageError("notice", f"{order.replaces!r} is no notice on record", "name one that the register lists")
    newer = corrections(known).get(old.id)
    if newer is not None:
        found = f"{old.reference} is corrected already by {newer.reference}"
        raise UsageError("notice", found, f"name {newer.id} instead")
    return old


def _in_place_of(old: Record | None, lang: str) -> str:
    """Return the sentence by which a correction names the notice it stands in place of."""
    return text("notice.replaces", lang, reference=old.reference, on=old.signed_on) if old is not None else ""


def _kept(paper: Paper, drawn: Sequence[Drawn]) -> dict[str, bytes]:
    """Return everything a record keeps: its files, and the agency's own templates they were made with."""
    own = [path for key in TEMPLATES if (path := getattr(paper, key)) is not None]
    return {one.name: one.content for one in drawn} | {f"{TEMPLATES_AT}/{path.name}": path.read_bytes() for path in own}


@dataclass(frozen=True, slots=True)
class Again:
    """One file made again: `same` its very bytes, or (docx, pdf) its very words."""

    name: str
    verdict: str  # same | same_words | differs


def again(config: Configuration, record: Record, out: Path) -> list[Again]:
    """Make a notice again from the version it names, into a folder, and compare each file with the one on record.

    Raises UsageError when its version is not kept, CheckFailed when that is not the version it was.
    """
    path = store_of(config, record.campaign).path(record.version)
    if path.exists() and sha256_of(path) != record.version_sha256:
        raise CheckFailed(str(path), f"is not the version {record.id} was made from", "bring it back from a backup")
    place = register.folder(config) / record.id
    own = {key: place / path for key in TEMPLATES if (path := getattr(record.paper, key)) is not None}
    paper = record.paper.model_copy(update=own)
    old = next((one for one in register.records(config) if one.id == record.replaces), None)
    figures = Figures.open(config, record.campaign, record.version)
    try:
        period, lang = read_period(record.period), record.language
        made = contents_of(figures, period, record.unit, lang, record.issued_at, paper)
        stamp = Stamp(record.number, record.signed_on, _in_place_of(old, lang))
        drawn = draw_up(figures, made, paper, stamp, record.formats, record.issued_at)
    finally:
        figures.close()
    write_files(out, drawn)
    return [_compared(config, record, one) for one in drawn]


def _compared(config: Configuration, record: Record, one: Drawn) -> Again:
    """Return how a file made again compares with the one on record."""
    kept = next((file for file in record.files if file.name == one.name), None)
    if kept is not None and kept.sha256 == sha256(one.content).hexdigest():
        return Again(one.name, "same")
    if kept is None or one.format == "xlsx":
        return Again(one.name, "differs")
    before = register.content_of(config, record, one.name)
    return Again(
        one.name, "same_words" if words_of(before, one.format) == words_of(one.content, one.format) else "differs"
    )


def copied(config: Configuration, record: Record, out: Path, zipped_as: str = "") -> list[Path]:
    """Write the files of a notice, as they were issued, into a folder, or into one archive there; return the paths."""
    files = [
        Drawn(one.name, one.unit, one.format, register.content_of(config, record, one.name)) for one in record.files
    ]
    if zipped_as:
        files = [Drawn(zipped_as, "", "zip", zipped((one.name, one.content) for one in files))]
    return write_files(out, files)
