"""A letter printed for real and measured: where its words and its rules stand on the paper, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfPage

from etl.office import to_pdf

MM = 25.4 / 72


@dataclass(frozen=True)
class Box:
    """Where something stands, from the left and from the top edge of its page; the size of its letters in points."""

    left: float
    right: float
    top: float
    bottom: float
    size: float = 0

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


class Printed:
    """One letter as PDF."""

    def __init__(self, content: bytes, folder: Path) -> None:
        source = folder / "letter.docx"
        source.write_bytes(content)
        self.document = PdfDocument(to_pdf([source], folder / "out")[0].read_bytes())

    def close(self) -> None:
        self.document.close()

    def __len__(self) -> int:
        return len(self.document)

    def page(self, number: int) -> PdfPage:
        return self.document[number]

    def words(self, number: int) -> str:
        return str(self.page(number).get_textpage().get_text_range())

    def find(self, number: int, words: str) -> Box:
        """Return where some words on one line stand; ValueError when they are not on the page."""
        page = self.page(number)
        text = page.get_textpage()
        found = text.search(words, match_case=True).get_next()
        if found is None:
            raise ValueError(f"{words!r} is not on page {number + 1}: {self.words(number)[:200]!r}")
        start, count = found
        boxes = [text.get_charbox(place, loose=True) for place in range(start, start + count)]
        height = page.get_height()
        return Box(
            min(box[0] for box in boxes) * MM,
            max(box[2] for box in boxes) * MM,
            (height - max(box[3] for box in boxes)) * MM,
            (height - min(box[1] for box in boxes)) * MM,
            pdfium.FPDFText_GetFontSize(text.raw, start),
        )

    def rules(self, number: int) -> list[Box]:
        """Return the horizontal rules of a page, from the top."""
        page = self.page(number)
        height = page.get_height()
        found = []
        for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
            left, bottom, right, top = one.get_bounds()
            if right - left > 5 and top - bottom < 3:
                found.append(Box(left * MM, right * MM, (height - top) * MM, (height - bottom) * MM))
        return sorted(found, key=lambda box: box.top)

    def edges(self, number: int) -> Box:
        """Return the smallest box that holds every letter of a page but its number in the top margin."""
        page = self.page(number)
        text, height = page.get_textpage(), page.get_height()
        boxes = [text.get_charbox(place, loose=True) for place in range(text.count_chars())]
        boxes = [box for box in boxes if box[2] - box[0] > 0.01 and (height - box[1]) * MM > 20.5]
        return Box(
            min(box[0] for box in boxes) * MM,
            max(box[2] for box in boxes) * MM,
            (height - max(box[3] for box in boxes)) * MM,
            (height - min(box[1] for box in boxes)) * MM,
        )
