"""Drawn up: the files of a period's notices as bytes; the same for a draft, for an issue and for one made again."""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from campaign.errors import CanDichError, SourceError, UsageError
from campaign.notices import reference
from campaign.paperwork import Paper
from campaign.period import Period
from etl import office
from reporting.figures import Figures
from reporting.letter_content import Stamp
from reporting.notice import drawn_by, file_name, notices
from reporting.notice_content import Notice
from reporting.texts import text

_STILL = (1980, 1, 1, 0, 0, 0)  # the date of every part of a file: the same words are the same bytes


@dataclass(frozen=True, slots=True)
class Drawn:
    """One file of a notice: its name, the unit it is about (empty: all of a list without one above), its bytes."""

    name: str
    unit: str
    format: str
    content: bytes


def contents_of(figures: Figures, period: Period, unit: str, lang: str, now: datetime, paper: Paper) -> list[Notice]:
    """Return what the notices of a period say: all of them, or that of one unit.

    Raises UsageError when the period has no figures, or the unit gets no notice.
    """
    made = notices(figures, period, lang, now, paper)
    if not unit:
        return made
    one = [notice for notice in made if notice.unit_code == unit]
    if not one:
        known = ", ".join(notice.unit_code for notice in made if notice.unit_code) or "none"
        raise UsageError("notice", f"no notice is made for the unit {unit}", f"one of {known}")
    return one


def mark_of(made: Iterable[Notice]) -> str:
    """Return a mark of what notices say, whatever version says it: two that differ in a word have two marks."""
    bare = [repr(replace(one, foot="", version="")) for one in made]
    return sha256("\n".join(bare).encode()).hexdigest()


def draw_up(
    figures: Figures, made: Sequence[Notice], paper: Paper, stamp: Stamp, formats: Iterable[str], now: datetime
) -> list[Drawn]:
    """Return the files of notices, each notice's together, in the order of `formats`.

    Raises CanDichError when a PDF is asked for and cannot be made.
    """
    wanted, taken, found = tuple(formats), set[str](), list[Drawn]()
    top = figures.map(made[0].as_of).top.name
    for said in made:
        one = _stamped(said, paper, stamp)
        stem = file_name(one, figures.campaign, top, taken).removesuffix(".xlsx")
        kinds = dict.fromkeys("xlsx" if form == "xlsx" else "docx" for form in wanted)
        contents = {kind: still(_made(one, kind, paper, stamp, now)) for kind in kinds}  # of a letter its PDF is made
        found += [
            Drawn(f"{stem}.{form}", one.unit_code or "", form, contents["xlsx" if form == "xlsx" else "docx"])
            for form in wanted
        ]
    return _with_pdf(found)


def _made(notice: Notice, form: str, paper: Paper, stamp: Stamp, now: datetime) -> bytes:
    """Return a notice as a workbook, else as the letter of which a PDF is made too."""
    if form == "xlsx":
        return drawn_by(paper, now)(notice)
    from reporting.letter import letter  # noqa: PLC0415 - what makes letters is loaded when one is made

    return letter(notice, paper, stamp)


def _stamped(notice: Notice, paper: Paper, stamp: Stamp) -> Notice:
    """Return a notice that says which letter it goes with, and what it stands in place of."""
    if stamp.number is None or stamp.signed_on is None:
        return notice
    goes_with = text(
        "notice.goes_with", notice.lang, reference=reference(stamp.number, paper.symbol), on=stamp.signed_on
    )
    says = (*notice.says, stamp.replaces) if stamp.replaces else notice.says
    return replace(notice, foot=f"{goes_with} · {notice.foot}", says=says)


def _with_pdf(found: Sequence[Drawn]) -> list[Drawn]:
    """Return the files with those that are to be PDF turned into it, in one run."""
    waiting = [one for one in found if one.format == "pdf"]
    if not waiting:
        return list(found)
    with tempfile.TemporaryDirectory() as scratch:
        sources = []
        for number, one in enumerate(waiting):
            sources.append(Path(scratch, f"{number}.docx"))
            sources[-1].write_bytes(one.content)
        into = Path(scratch, "pdf")
        into.mkdir()
        try:
            made = office.to_pdf(sources, into)
        except SourceError as problem:  # not tried again by itself: whoever asked is told
            raise CanDichError(problem.where, problem.found, problem.expected) from problem
        contents = [path.read_bytes() for path in made]
    pdfs = iter(contents)
    return [replace(one, content=next(pdfs)) if one.format == "pdf" else one for one in found]


def still(content: bytes) -> bytes:
    """Return a workbook or a letter with the dates of its parts stilled: made again, it is the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for part in given.infolist():
            entry = zipfile.ZipInfo(part.filename, _STILL)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = part.external_attr
            made.writestr(entry, given.read(part))
    return out.getvalue()


def made_ready(out: Path) -> None:
    """Make a folder where there is none; UsageError when there can be none."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageError(f"--out {out}", f"{problem.strerror}", "a folder was expected") from None


def write_files(out: Path, drawn: Iterable[Drawn]) -> list[Path]:
    """Write files into a folder, each under its name only when all are complete; return their paths."""
    files = {out / one.name: one.content for one in drawn}
    drafts = {path: path.with_name(f".{path.name}.part") for path in files}
    try:
        made_ready(out)
        for path, content in files.items():
            drafts[path].write_bytes(content)
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as problem:
        found = f"not writable ({problem.strerror})"
        raise SourceError(str(out), found, "make room or choose another folder") from None
    finally:
        for draft in drafts.values():
            with contextlib.suppress(OSError):  # where nothing could be written, nothing is to be removed
                draft.unlink(missing_ok=True)
    return list(files)


def words_of(content: bytes, form: str) -> list[str]:
    """Return the words of a letter or of a PDF, in their order: what must not differ when it is made again."""
    if form == "pdf":
        return office.words(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return re.findall(r"<w:t[^>]*>([^<]*)</w:t>", archive.read("word/document.xml").decode())


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return files as one archive, the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _STILL)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
