"""Quick cells: what stands in the cells of a plain sheet, to the very value that the parser would give.

What a style makes of a number is asked of the parser itself, once for each style, or for each day.
"""

from __future__ import annotations

import io
import re

from etl.skeleton import INLINE, SHARED

MOST_REMEMBERED = 50_000
SHEET = b"xl/worksheets/sheet1.xml"
_MOST_ASKED = 400  # dates of one form asked of the parser
_DIGITS = rb"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?"
_WRITTEN = re.compile(_DIGITS)
_NUMBER = re.compile(rb'(?: s="([0-9]{1,4})")?(?: t="n")?><v>(' + _DIGITS + rb")</v></c>")
_CELL = re.compile(
    rb'(?: s="[0-9]{1,4}")?(?:(?: t="(?:n|s|inlineStr)")?(?: ?/>|></c>)|'
    rb' t="s"><v>(?P<shared>0|[1-9][0-9]{0,5})</v></c>|'
    rb' t="inlineStr"><is><t(?: xml:space="preserve")?>(?P<text>[^<>]+)</t></is></c>)'
)
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,6})|#x([0-9A-Fa-f]{1,5}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ODD = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x|^\s|\s$")
_SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_PROBE = 45693  # a number that is a day of 2025 where a style makes it one


class NotPlain(Exception):
    """Something is not of the plain shape: the careful way is taken."""


class QuickCells(dict[bytes, object]):
    """What cells hold, by all of them but their names; None: nothing; an int: the place of a shared text."""

    def __init__(self, parts: dict[bytes, bytes]) -> None:
        """Keep the parts that say what a style makes of a number."""
        super().__init__()
        self._parts, self._numeric, self._asked = parts, dict[bytes, bool](), 0
        self.by_kind = _Kinds(self)

    def __missing__(self, what: bytes) -> object:
        if len(self) > MOST_REMEMBERED:
            self.clear()
        number = _NUMBER.fullmatch(what)
        self[what] = found = self.number(number[1] or b"0", number[2]) if number else _value(what)
        return found

    def number(self, style: bytes, raw: bytes) -> object:
        """Return what a number in a style is."""
        if style not in self._numeric:
            self._numeric[style] = self._told(style, b"%d" % _PROBE) == float(_PROBE)
        return float(raw) if self._numeric[style] else self._told(style, raw)

    def _told(self, style: bytes, raw: bytes) -> object:
        """Return what the parser makes of a number in a style of the form."""
        import zipfile  # noqa: PLC0415 - both are asked for once in a while, and brought in then

        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

        self._asked += 1
        if self._asked > _MOST_ASKED:
            raise NotPlain
        made = io.BytesIO()
        cell = b'<row r="1"><c r="A1" s="%s"><v>%s</v></c></row>' % (style, raw)
        with zipfile.ZipFile(made, "w") as archive:
            for name, part in self._parts.items():
                archive.writestr(name.decode(), part)
            archive.writestr(SHEET.decode(), b"<worksheet %s><sheetData>%s</sheetData></worksheet>" % (_SPACE, cell))
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(made.getvalue()))
            found: object = book.get_sheet_by_index(0).to_python()[0][0]
        except (CalamineError, IndexError, OverflowError, ValueError):
            raise NotPlain from None
        return found


class _Kinds(dict[bytes, "_Values"]):
    """What values are, by their kind."""

    def __init__(self, cells: QuickCells) -> None:
        """Take who knows what a style makes of a number."""
        super().__init__()
        self._cells = cells

    def __missing__(self, kind: bytes) -> _Values:
        self[kind] = found = _Values(self._cells, kind)
        return found


class _Values(dict[bytes, object]):
    """What the values of one kind are, as they are written."""

    def __init__(self, cells: QuickCells, kind: bytes) -> None:
        """As of _Kinds."""
        super().__init__()
        self._cells, self._kind = cells, kind

    def __missing__(self, raw: bytes) -> object:
        if self._kind != INLINE and _WRITTEN.fullmatch(raw) is None:
            raise NotPlain
        if len(self) > MOST_REMEMBERED:
            self.clear()
        self[raw] = found = text_of(raw) if self._kind == INLINE else self._cells.number(self._kind, raw)
        return found


def _referred(match: re.Match[str]) -> str:
    if match[1]:
        return _NAMED[match[1]]
    code = int(match[2]) if match[2] else int(match[3], 16)
    return chr(code) if code > ord(" ") else "\0"


def _value(what: bytes) -> object:
    """Return what a cell that has no number holds."""
    match = _CELL.fullmatch(what)
    if match is None:
        raise NotPlain
    if match["text"] is not None:
        return text_of(match["text"])
    return None if match["shared"] is None else int(match["shared"])


def kind_of(what: bytes) -> bytes | None:
    """Return the kind of a plain cell's value; None: it has none."""
    number, other = _NUMBER.fullmatch(what), _CELL.fullmatch(what)
    if number is not None:
        return bytes(number[1] or b"0")
    return None if other is None or other.lastgroup is None else SHARED if other["shared"] else INLINE


def text_of(raw: bytes) -> str:
    """Return a text without its references; one that any program might read in another way is not plain."""
    text = raw.decode("utf-8")
    if "&" in text:
        if "&" in _REFERENCE.sub("", text):
            raise NotPlain
        text = _REFERENCE.sub(_referred, text)
    if not text or _ODD.search(text):
        raise NotPlain
    return text
