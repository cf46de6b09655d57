"""An agency's own .docx or .xlsx, looked at before a library opens it: whole, small, and asking for nothing outside.

The sizes an archive states bound what is unpacked of it: a part that is longer than it says is cut off, and found out.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import NoReturn
from xml.parsers import expat

from campaign.errors import ContractError

MOST_BYTES = 20 << 20
MOST_PARTS = 5000
MOST_UNPACKED = 100 << 20
_XML = (".xml", ".rels")
_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"
_ELSEWHERE = re.compile(r"(https?|ftp|smb):|\\\\", re.IGNORECASE)


def checked(content: bytes, name: str, kind: str) -> bytes:
    """Return the bytes of a .docx or .xlsx (`kind`) that is safe to open.

    Raises ContractError, naming the file, for what is none, is too large unpacked, has a damaged part, or draws on
    something elsewhere that is no link to be clicked.
    """
    expected = f"a file {kind} of at most {MOST_BYTES >> 20} MB was expected"
    if len(content) > MOST_BYTES:
        raise ContractError(name, f"has {len(content) >> 20} MB", expected)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
                raise ContractError(name, "is far larger unpacked than any document", expected)
            for part in parts:
                _look(archive.read(part), part.filename, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError):
        called = "workbook" if kind == ".xlsx" else "document"
        raise ContractError(name, f"no {called} that can be read, or a damaged or locked one", expected) from None
    return content


def _look(content: bytes, part: str, name: str) -> None:
    """Refuse a part that is no XML where it says so, describes words of its own, or fetches from elsewhere."""
    if not part.lower().endswith(_XML):
        return

    def doctype(*_of: object) -> NoReturn:
        _refuse(name, part, "has a document type of its own")

    def element(kind: str, said: dict[str, str]) -> None:
        outside = kind == _RELATION and said.get("TargetMode") == "External"
        if outside and not said.get("Type", "").endswith("/hyperlink") and _ELSEWHERE.match(said.get("Target", "")):
            _refuse(name, part, f"draws on {said['Target'][:80]}")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = doctype, element
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat takes no names
    except expat.ExpatError as problem:
        _refuse(name, part, f"is damaged ({problem})")


def _refuse(name: str, part: str, found: str) -> NoReturn:
    raise ContractError(name, f"its part {part} {found}", "open it, save it anew under another name, and name that one")
