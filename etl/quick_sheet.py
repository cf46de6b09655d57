"""Quick sheets: small workbooks of one plain sheet, read in one pass, to the very cells that the parser would give.

Thousands of workbooks of a campaign are copies of one form: all but their sheet is alike to the byte. The first of a
form is looked at and parsed with all care; what the parser made of its styles is asked of the parser itself. Of the
next, only the sheet and its texts are unpacked, and read here, when every byte of them is of a shape known to be plain.
Anything else, the least doubt, is None: then the workbook goes the careful way, and every refusal comes from there.

The process that helps to copy brings this in: what it imports is paid for at every start.
"""

from __future__ import annotations

import operator
import re
import struct
import zlib
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from campaign.errors import ContractError
from etl.quick_cells import MOST_REMEMBERED, SHEET, NotPlain, QuickCells, kind_of, text_of
from etl.skeleton import Cells, Mould, Plan, parted, planned, table_of

if TYPE_CHECKING:
    from etl.sheet_grid import Area, Grid

QUICK = (".xlsx", ".xlsm")  # kinds of workbooks that may be quick
MOST = 1 << 20  # bytes of a part, unpacked, up to which a sheet is quick
_MOST_PACKED = 1 << 18
_MOST_CELLS = 200_000
_MOST_FORMS = 400
_MOST_PLANNED = 40  # skeletons of one form in a row that no other sheet had
_END, _END_SIZE = b"PK\x05\x06", 22
_ENTRY, _LOCAL = struct.Struct("<4s4xHH4xLLLHHH8xL"), struct.Struct("<HH")
_LAST_ENTRY = struct.Struct("<4sHHHHLLH")
_METHODS = (0, 8)
_STRINGS, _LINKS = b"xl/sharedStrings.xml", b"xl/_rels/workbook.xml.rels"
_OF_THE_FORM = (b"xl/workbook.xml", _LINKS, b"xl/styles.xml", b"_rels/.rels", b"[Content_Types].xml")
_NOT_READ = (b"docProps/app.xml", b"docProps/core.xml", b"docProps/custom.xml", b"xl/theme/theme1.xml")
_KNOWN = frozenset((SHEET, _STRINGS, *_OF_THE_FORM, *_NOT_READ))
_FALSE_FLAGS = ~0x0806  # of an entry: how hard it was packed, and that its name is UTF-8; nothing else is plain

_HEAD = re.compile(
    rb"(?:<\?xml [^<>]*\?>\s*)?"
    rb'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"(?: [^<>]*)?>'
    rb"(?:</?(?:sheetPr|outlinePr|pageSetUpPr|tabColor|sheetViews|sheetView|pane|selection|sheetFormatPr|cols|col)"
    rb'(?: [^<>]*)?/?>|<dimension ref="[A-Z]{1,2}[0-9]{1,4}(?::[A-Z]{1,2}[0-9]{1,4})?"\s?/>|\s)*+<sheetData>'
)
_JOINED = rb'<mergeCell ref="[A-Z]{1,2}[0-9]{1,4}:[A-Z]{1,2}[0-9]{1,4}"\s?/>'
_TAIL = re.compile(
    rb'\s*(?:<mergeCells(?: count="[0-9]+")?>(?P<merged>(?:\s*' + _JOINED + rb")+)\s*</mergeCells>|"
    rb"</?(?:printOptions|pageMargins|pageSetup|headerFooter|phoneticPr|sheetProtection)(?: [^<>]*)?/?>|"
    rb"<odd(?:Header|Footer)>[^<>]*</odd(?:Header|Footer)>|\s)*+</worksheet>\s*"
)
_MERGED = re.compile(rb'"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_OPEN = rb'<row r="[1-9][0-9]{0,3}"(?: [^<>]*(?<!/))?>'
_EMPTY = rb'\s*(?:<row r="[1-9][0-9]{0,3}"(?: [^<>]*)?/>\s*)*+'
_FIRST, _NEXT, _LAST = (re.compile(one) for one in (_EMPTY + _OPEN, b"</row>" + _EMPTY + _OPEN, b"</row>" + _EMPTY))
_PLACE = re.compile(rb"([A-Z]{1,2})([1-9][0-9]{0,3})")
_STRINGS_HEAD = re.compile(
    rb'(?:<\?xml [^<>]*\?>\s*)?<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"(?: [^<>]*)?>\s*'
)
_STRING = re.compile(rb'<t(?: xml:space="preserve")?>([^<>]+)</t></si>')


class QuickGrid(NamedTuple):
    """The one sheet of a plain workbook: its cells row after row, so many in each; None: no value."""

    sheet: str
    cells: Cells
    width: int
    merged: Sequence[Area]
    from_1904: bool

    @property
    def rows(self) -> list[list[object]]:
        """Return the rows, all of one width."""
        return [list(self.cells[place : place + self.width]) for place in range(0, len(self.cells), self.width or 1)]

    def grid(self, name: str) -> Grid:
        """Return the sheet as Book(content, name) gives the first one a reader sees."""
        from etl.sheet_grid import Grid  # noqa: PLC0415 - it is brought in where a workbook is read with care

        return Grid(f"{name}, sheet {self.sheet!r}", self.sheet, 1, self.rows, list(self.merged), self.from_1904)


class _Places(NamedTuple):
    """Where the cells of a sheet stand, by their names in order: in rows that all are as wide as the widest."""

    at: tuple[int, ...]
    lines: int
    width: int

    @classmethod
    def of(cls, spots: tuple[bytes, ...]) -> _Places:
        """Return the places of cells; each stands behind the one before."""
        found = []
        for spot in spots:
            match = _PLACE.fullmatch(spot)
            if match is None:
                raise NotPlain
            found.append((int(match[2]) - 1, _column(match[1])))
        lines, width = found[-1][0] + 1, max(column for _, column in found) + 1
        if lines * width > _MOST_CELLS or not all(map(operator.lt, found, found[1:])):
            raise NotPlain
        return cls(tuple(line * width + column for line, column in found), lines, width)


class _Form:
    """What the workbooks of one form have in common; `left`: how many more skeletons are worth a plan."""

    def __init__(self, sheet: str, parts: dict[bytes, bytes], *, from_1904: bool) -> None:
        """Start with no skeleton seen."""
        self.sheet, self.from_1904, self.cells = sheet, from_1904, QuickCells(parts)
        self.plans: dict[bytes, Plan] = {}
        self.left = _MOST_PLANNED
        self.last: tuple[Mould, Plan, list[Area]] | None = None  # of the last sheet that followed a plan


Entry = tuple[int, int, int, int, int]  # method, crc, packed and unpacked size, where it begins
Packed = tuple[int, int, int, bytes]  # method, crc, unpacked size, and the part itself: all that decides what it is
Parts = tuple[Packed | None, ...]  # those of the form
Key = tuple[bool, Parts]  # what is alike in all workbooks of one form: whether cells share texts, and its parts
Told = tuple[str, bool] | None  # of a form: the name of its sheet, and its calendar; None: it is not plain


class QuickSheets:
    """Reads workbooks of forms seen before; one for each load, or for each process that reads for it."""

    def __init__(self) -> None:
        """Start with no form seen."""
        self._forms: dict[Key, _Form | None] = {}
        self._learned: list[tuple[Key, Told]] = []
        self._places: dict[tuple[bytes, ...], _Places] = {}
        self._texts: dict[bytes, str] = {}
        self._frames: dict[tuple[bytes, bytes], list[Area]] = {}

    def read(self, content: bytes) -> QuickGrid | None:
        """Return the sheet, with the very cells that Book gives for the first one a reader sees; None: ask Book."""
        if len(content) > _MOST_PACKED or not content.startswith(b"PK\x03\x04"):
            return None
        try:
            entries = _entries(content)
            form = self._form(content, entries)
            if form is None:
                return None
            part = _part(content, entries[SHEET])
            strings = self._strings(_part(content, entries[_STRINGS])) if _STRINGS in entries else []
            return self._moulded(part, form, strings) or self._parted(part, form, strings)
        except (NotPlain, struct.error, zlib.error, IndexError, KeyError, UnicodeDecodeError):
            return None

    def learned(self) -> list[tuple[Key, Told]]:
        """Return the forms learned since this was asked, or teach() called."""
        found, self._learned = self._learned, []
        return found

    def teach(self, forms: list[tuple[Key, Told]]) -> None:
        """Take over forms that another process has learned."""
        for key, told in forms:
            if key not in self._forms:
                self._forms[key] = _form(key, told)

    @staticmethod
    def _moulded(part: bytes, form: _Form, strings: list[str]) -> QuickGrid | None:
        """Return the sheet of a part that is as the last one was, but for its values."""
        if form.last is None or (texts := table_of(strings)) is None:
            return None
        mould, plan, merged = form.last
        values = mould.values_of(part)
        if values is None:
            return None
        return QuickGrid(form.sheet, plan.cells(values, form.cells.by_kind, texts), plan.width, merged, form.from_1904)

    def _parted(self, part: bytes, form: _Form, strings: list[str]) -> QuickGrid | None:
        """Return the sheet of a part."""
        head, opened, rest = part.partition(b"<sheetData>")
        body, closed, tail = rest.partition(b"</sheetData>")
        if not closed:
            return None
        merged = self._framed(head + opened, tail)
        skeleton, values = parted(body)
        plan, texts = form.plans.get(skeleton), table_of(strings)
        if plan is None or texts is None or plan.values != len(values):
            cells, width = self._planned(body, form, strings, skeleton, len(values))
            return QuickGrid(form.sheet, cells, width, merged, form.from_1904)
        form.left = _MOST_PLANNED
        mould = Mould(part)
        form.last = (mould, plan, merged) if mould.values == plan.values else None  # none stands beside the data
        return QuickGrid(form.sheet, plan.cells(values, form.cells.by_kind, texts), plan.width, merged, form.from_1904)

    def _framed(self, head: bytes, tail: bytes) -> list[Area]:
        """Return the merged cells, where all around the data is plain; most sheets of a form have the same."""
        found = self._frames.get((head, tail))
        if found is None:
            end = _TAIL.fullmatch(tail)
            if end is None or b't="e"' in tail or _HEAD.fullmatch(head) is None:
                raise NotPlain
            if len(self._frames) > _MOST_FORMS:
                self._frames.clear()
            found = self._frames[head, tail] = [_area(one) for one in _MERGED.findall(end["merged"] or b"")]
        return found

    def _form(self, content: bytes, entries: dict[bytes, Entry]) -> _Form | None:
        """Return a workbook's form; None for one that is not plain, or cannot be read."""
        parts = tuple(_packed(content, entries[one]) if one in entries else None for one in _OF_THE_FORM)
        key = (_STRINGS in entries, parts)
        if key not in self._forms:
            if len(self._forms) > _MOST_FORMS:
                return None
            told = _learned(content, parts)
            self._forms[key] = _form(key, told)
            self._learned.append((key, told))
        return self._forms[key]

    def _planned(self, body: bytes, form: _Form, strings: list[str], skeleton: bytes, values: int) -> tuple[Cells, int]:
        """Return the cells of a sheet's data, and how many make a row; the next of its skeleton follows its plan."""
        places, kinds, cells, width = self._rows(body, form, self._places, strings)
        if form.left and skeleton not in form.plans:
            form.left -= 1
            lines = len(cells) // width if width else 0
            plan = planned(places.at, places.width, [kind_of(one) for one in kinds], lines, width)
            if plan is not None and plan.values == values:
                form.plans[skeleton] = plan
        return cells, width

    @staticmethod
    def _rows(
        body: bytes, form: _Form, known: dict[tuple[bytes, ...], _Places], strings: list[str]
    ) -> tuple[_Places, tuple[bytes, ...], Cells, int]:
        """Return where a sheet's cells stand, what each is, and the cells of its rows, as wide as its widest."""
        begin, end = _FIRST.match(body), body.rfind(b"</row>")
        if begin is None or _LAST.fullmatch(body, end) is None:
            raise NotPlain
        first, *cells = _NEXT.sub(b"", body[begin.end() : end]).split(b'<c r="')
        if first or not cells:
            raise NotPlain
        spots, _, kinds = zip(*[cell.partition(b'"') for cell in cells], strict=True)
        places = known.get(spots)
        if places is None:
            if len(known) > _MOST_FORMS:
                known.clear()
            places = known[spots] = _Places.of(spots)
        values = list(map(form.cells.__getitem__, kinds))
        if strings:
            values = [strings[value] if value.__class__ is int else value for value in values]
        elif int in set(map(type, values)):
            raise NotPlain
        if len(values) != places.lines * places.width:
            flat: list[object] = [None] * (places.lines * places.width)
            deque(map(flat.__setitem__, places.at, values), 0)
            values = flat
        return places, kinds, *_trimmed(values, places.width)

    def _strings(self, part: bytes) -> list[str]:
        """Return the texts that cells share."""
        head, *items = part.split(b"<si>")
        if _STRINGS_HEAD.fullmatch(head) is None or b"sheetData" in part:
            raise NotPlain
        if not items:
            return []
        items[-1] = items[-1].rstrip().removesuffix(b"</sst>")
        if not part.rstrip().endswith(b"</sst>"):
            raise NotPlain
        return [self._texts.get(one) or self._shared(one) for one in items]

    def _shared(self, item: bytes) -> str:
        match = _STRING.fullmatch(item.rstrip())
        if match is None:
            raise NotPlain
        if len(self._texts) > MOST_REMEMBERED:
            self._texts.clear()
        self._texts[item] = text = text_of(match[1])
        return text


def _entries(content: bytes) -> dict[bytes, Entry]:
    """Return an archive's directory by name; only parts of a plain workbook, packed plainly, each once."""
    end = len(content) - _END_SIZE
    mark, here, also, own, count, size, place, comment = _LAST_ENTRY.unpack_from(content, end)
    if mark != _END or here or also or own != count or place + size != end or comment:
        raise NotPlain
    found: dict[bytes, Entry] = {}
    for _ in range(count):
        mark, flags, method, crc, packed, unpacked, named, extra, noted, start = _ENTRY.unpack_from(content, place)
        name = content[place + 46 : place + 46 + named]
        if mark != b"PK\x01\x02" or flags & _FALSE_FLAGS or method not in _METHODS or name not in _KNOWN:
            raise NotPlain
        if unpacked > MOST or content[start : start + 4] != b"PK\x03\x04":
            raise NotPlain
        found[name] = (method, crc, packed, unpacked, start)
        place += 46 + named + extra + noted
    if place != end or len(found) != count or SHEET not in found:
        raise NotPlain
    return found


def _packed(content: bytes, entry: Entry) -> Packed:
    """Return a part as it is packed, with all that decides what comes out of it."""
    method, crc, packed, unpacked, start = entry
    begin = start + 30 + sum(_LOCAL.unpack_from(content, start + 26))
    return method, crc, unpacked, content[begin : begin + packed]


def _part(content: bytes, entry: Entry) -> bytes:
    """Return a part unpacked."""
    return _unpacked(_packed(content, entry))


def _unpacked(part: Packed) -> bytes:
    """Return a part unpacked; it must be as long as it says, and whole."""
    method, crc, size, packed = part
    if method:
        opener = zlib.decompressobj(-15)
        found = opener.decompress(packed, size + 1)
        if not opener.eof or opener.unused_data:
            raise NotPlain
    else:
        found = packed
    if len(found) != size or zlib.crc32(found) != crc:
        raise NotPlain
    return found


def _form(key: Key, told: Told) -> _Form | None:
    """Return a form that was learned."""
    if told is None:
        return None
    parts = {name: _unpacked(part) for name, part in zip(_OF_THE_FORM, key[1], strict=True) if part is not None}
    return _Form(told[0], parts, from_1904=told[1])


def _learned(content: bytes, parts: Parts) -> Told:
    """Read the first workbook of a form with all care: the name of its sheet, its calendar; None: not plain."""
    from etl.sheet_grid import Book  # noqa: PLC0415 - not where another process has learned the form

    try:
        book = Book(content, "")
        if len(book.sheets) != 1 or len(book.visible) != 1:
            return None
        grid = book.grid(book.sheets[0])
    except ContractError:
        return None
    links = parts[_OF_THE_FORM.index(_LINKS)]
    plain = links is not None and b"worksheets/sheet1.xml" in _unpacked(links)
    return (grid.sheet, bool(grid.from_1904)) if plain else None


def _trimmed(cells: list[object], step: int) -> tuple[Cells, int]:
    """Return cells to the last row that has a value, of rows as wide as the widest, and that width; `step`: theirs."""
    width = step
    while width and cells[width - 1 :: step].count(None) == len(cells) // step:
        width -= 1
    if width < step:
        cells = [cell for place in range(0, len(cells), step) for cell in cells[place : place + width]]
    end = len(cells)
    while end and cells[end - width : end].count(None) == width:
        end -= width
    return tuple(cells[:end]), width


def _column(letters: bytes) -> int:
    place = 0
    for one in letters:
        place = 26 * place + one - 64
    return place - 1


def _area(merged: tuple[bytes, bytes, bytes, bytes]) -> Area:
    left, top, right, bottom = merged
    return int(top) - 1, _column(left), int(bottom) - 1, _column(right)
