"""Claims: a row as a file carried it, read strictly into a count for a series, or refused with its reason."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

from campaign import mojibake
from campaign.configuration import ALL, DONE, Campaign
from campaign.lineage import successors
from campaign.names import SUGGESTIONS, NameBook
from campaign.rows import Claim, Measure, Reason, Row, Series
from campaign.units import Registry, Tree, Unit
from campaign.values import Unreadable, read_count, read_day, read_text

_MEASURES = frozenset(measure.value for measure in Measure)


class Refused(Exception):
    """A row that cannot be read as a claim: why, which field, what was found there, and what comes near."""

    def __init__(self, reason: Reason, field: str, found: object, near: tuple[str, ...] = ()) -> None:
        """Keep what the verdict says."""
        super().__init__(reason.value)
        self.reason, self.field, self.near = reason, field, near
        self.found = " + ".join(read_text(part) for part in found) if isinstance(found, list) else read_text(found)


class ClaimReader:
    """Reads the rows of one campaign, by its words and its units."""

    def __init__(self, campaign: Campaign, registry: Registry, aliases: dict[str, str]) -> None:
        """Keep the campaign's words, its units, and other names of units (alias: code)."""
        self._campaign, self._registry, self._aliases = campaign, registry, aliases
        self._views = {*campaign.category_ids, ALL, *(group.id for group in campaign.groups)}
        self._books: dict[int, NameBook] = {}
        self._near: dict[tuple[int, str, str], tuple[str, tuple[str, ...]]] = {}

    def read(self, row: Row, received_on: date) -> Claim:
        """Return the row as a claim; raises Refused. `received_on`: the local day of receipt."""
        cells = row.cells
        self._nothing_missing(cells)
        as_of = self._day(cells["as_of"], received_on)
        code = self._unit(cells, as_of)
        category = self._word(cells, "category", ALL, self._views, Reason.UNKNOWN_CATEGORY)
        stage = self._word(cells, "stage", DONE, self._campaign.stage_ids, Reason.UNKNOWN_STAGE)
        count = self._amount(cells, "count")
        target = self._amount(cells, "target") if _filled(cells.get("target")) else None
        tree = self._registry.on(as_of)
        stated = category not in self._campaign.category_ids or (code in tree and not tree.is_leaf(code))
        return Claim(
            number=row.number,
            series=Series(code, category, stage, self._measure(cells, stated=stated)),
            as_of=as_of,
            count=count,
            stated=stated,
            target=target,
            reason=read_text(cells.get("reason")),
            reported_by=read_text(cells.get("reported_by")),
        )

    @property
    def campaign(self) -> Campaign:
        """Return the campaign whose words rows are read by."""
        return self._campaign

    @property
    def registry(self) -> Registry:
        """Return the units that rows are read by."""
        return self._registry

    def learn(self, alias: str, code: str | None) -> str | None:
        """Let a name (in one spelling) mean a unit from now on, or nothing; return what it meant before."""
        before = self._aliases.get(alias)
        self._aliases = {name: one for name, one in self._aliases.items() if name != alias}
        if code is not None:
            self._aliases[alias] = code
        self._books.clear()
        self._near.clear()
        return before

    def _nothing_missing(self, cells: dict[str, object]) -> None:
        if not (_filled(cells.get("unit_code")) or _filled(cells.get("unit_name"))):
            raise Refused(Reason.MISSING_FIELD, "unit_code", "")
        needed = {"category": self._campaign.names_categories, "stage": self._campaign.names_stages}
        for field in ("category", "stage", "as_of", "count"):
            if needed.get(field, True) and not _filled(cells.get(field)):
                raise Refused(Reason.MISSING_FIELD, field, "")

    @staticmethod
    def _day(value: object, received_on: date) -> date:
        try:
            day = read_day(value)
        except Unreadable as problem:
            raise Refused(problem.reason, "as_of", value) from None
        if day > received_on:
            raise Refused(Reason.FUTURE_DATE, "as_of", value)
        return day

    @staticmethod
    def _word(
        cells: dict[str, object], field: str, implied: str, known: set[str] | tuple[str, ...], reason: Reason
    ) -> str:
        word = read_text(cells.get(field)) or implied
        if word not in known:
            raise Refused(reason, field, mojibake.described(word), tuple(sorted(known)))
        return word

    @staticmethod
    def _amount(cells: dict[str, object], field: str) -> int:
        """Return a whole number; several columns mapped to one field are added."""
        value = cells[field]
        try:
            return sum(read_count(part) for part in value) if isinstance(value, list) else read_count(value)
        except Unreadable as problem:
            raise Refused(problem.reason, field, value) from None

    @staticmethod
    def _measure(cells: dict[str, object], *, stated: bool) -> Measure:
        word = read_text(cells.get("measure")) or Measure.COUNT.value
        if word not in _MEASURES or (word != Measure.COUNT and not stated):
            known = tuple(sorted(_MEASURES)) if stated else (Measure.COUNT.value,)
            raise Refused(Reason.BAD_COUNT, "measure", word, known)
        return Measure(word)

    def _unit(self, cells: dict[str, object], day: date) -> str:
        """Return the code of the unit a row means: codes first, then names, never guessed."""
        code, name = read_text(cells.get("unit_code")), read_text(cells.get("unit_name"))
        if code:
            if code in self._registry.codes:
                return code
            raise Refused(Reason.UNKNOWN_UNIT, "unit_code", code, self._nearest_codes(code, name, day))
        book, parent = self._book(day), read_text(cells.get("parent_name"))
        fits = book.find(name, parent)
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise Refused(Reason.AMBIGUOUS_UNIT, "unit_name", name, book.called(fits))
        key = (id(book), name, parent)
        if key not in self._near:
            said, like = book.unknown(name, parent)
            near = tuple(dict.fromkeys((*book.called(self._followers(name, parent, day)), *like)))
            self._near[key] = said, near[:SUGGESTIONS]
        found, near = self._near[key]
        raise Refused(Reason.UNKNOWN_UNIT, "unit_name", found, near)

    def _book(self, day: date) -> NameBook:
        tree = self._registry.on(day)
        if id(tree) not in self._books:
            self._books[id(tree)] = NameBook(tree, self._aliases)
        return self._books[id(tree)]

    def _followers(self, name: str, parent: str, day: date) -> list[str]:
        """Return the units of a day that follow the one a name meant on an earlier day; none: it never meant one."""
        tree = self._registry.on(day)
        for turn in reversed([one for one in self._registry.turns if one <= day]):
            before = turn - timedelta(days=1)
            fits = self._book(before).find(name, parent)
            if len(fits) == 1:
                return self._heirs(self._registry.on(before).unit(fits[0]), tree)
        return []

    def _heirs(self, row: Unit, tree: Tree) -> list[str]:
        """Return the units of a tree that follow a row, at once or after others that have gone since."""
        found: list[str] = []
        for code in successors(row, "units"):
            ended = row.valid_to or date.max
            later = [one for one in self._registry.rows if one.code == code and (one.valid_to or date.max) > ended]
            found += [code] if code in tree else [heir for one in later for heir in self._heirs(one, tree)]
        return list(dict.fromkeys(found))

    @cached_property
    def _bare_codes(self) -> dict[str, dict[str, str]]:
        """Return (code: name) of the units whose codes are one but for zeros in front, by what is left of them."""
        found: dict[str, dict[str, str]] = {}
        for row in self._registry.rows:
            found.setdefault(row.code.lstrip("0"), {})[row.code] = row.name
        return found

    def _nearest_codes(self, code: str, name: str, day: date) -> tuple[str, ...]:
        near = self._bare_codes.get(code.lstrip("0"))
        if near:
            return tuple(f"{name} ({one})" for one, name in list(near.items())[:3])
        return self._book(day).nearest(name) if name else ()


def _filled(value: object) -> bool:
    return all(read_text(part) != "" for part in value) if isinstance(value, list) else read_text(value) != ""
