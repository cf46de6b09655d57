"""The office: LibreOffice, where it is installed, turns letters and workbooks into PDF; PDF pages become pictures.

Every run has a profile of its own that is thrown away afterwards, so several may run at once and none meets the
windows of whoever sits at the machine. Whatever a run starts has ended when it returns.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pypdfium2 import PdfDocument, PdfiumError

from campaign.errors import ContractError, SourceError

SECONDS = 90.0  # for the start of the program and its profile
SECONDS_EACH = 20.0
_MOST_SAID = 1 << 16  # bytes of what it says that are looked at
_NAMES = ("soffice", "libreoffice", "soffice.com")
_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
_PDFIUM = threading.Lock()  # the library that reads PDF is not made for several threads at once


def office() -> Path | None:
    """Return the program, from the PATH or one of the places it is usually installed in; None when there is none."""
    found = next(filter(None, map(shutil.which, (*_NAMES, *_PLACES))), None)
    return Path(found) if found else None


def to_pdf(sources: Sequence[Path], into: Path) -> list[Path]:
    """Turn documents and workbooks into PDF in a folder, all in one run; return the PDFs in the order of the sources.

    A PDF is called as its source; two sources of one name keep their endings (a.docx.pdf, a.xlsx.pdf). Nothing is
    written unless all were made. Raises SourceError when LibreOffice is not there, fails, or takes too long.
    """
    program = office()
    if program is None:
        expected = (
            "install LibreOffice (apt-get install libreoffice-writer-nogui libreoffice-calc-nogui), or leave pdf out"
        )
        raise SourceError("pdf", "LibreOffice is not installed", expected)
    if not sources:
        return []
    with tempfile.TemporaryDirectory(prefix="can-dich-office-", ignore_cleanup_errors=True) as scratch:
        copies = []
        for number, source in enumerate(sources):
            copies.append(Path(scratch, f"{number}{source.suffix}"))  # names of people's own never reach the program
            shutil.copyfile(source, copies[-1])
        made = [copy.with_suffix(".pdf") for copy in copies]
        said = _run(program, copies, Path(scratch))
        for source, one in zip(sources, made, strict=True):
            if not one.exists() or one.stat().st_size == 0:
                raise SourceError(
                    source.name, f"LibreOffice made no PDF of it ({said or 'and gave no reason'})", "try again"
                )
        into.mkdir(parents=True, exist_ok=True)
        return [_kept(one, into / name) for one, name in zip(made, _names(sources), strict=True)]


def _names(sources: Sequence[Path]) -> list[str]:
    stems = Counter(source.stem.casefold() for source in sources)
    return [f"{one.stem if stems[one.stem.casefold()] == 1 else one.name}.pdf" for one in sources]


def _kept(made: Path, path: Path) -> Path:
    """Move a PDF to where it belongs; it appears there only when it is whole."""
    beside = path.with_name(f".{path.name}.part")
    shutil.copyfile(made, beside)
    return beside.replace(path)


def _run(program: Path, sources: Sequence[Path], scratch: Path) -> str:
    """Run the program once and return what it said; whatever happens, nothing it started goes on."""
    profile = (scratch / "profile").as_uri()
    quiet = (
        "--headless",
        "--invisible",
        "--norestore",
        "--nodefault",
        "--nolockcheck",
        "--nologo",
        "--nofirststartwizard",
    )
    command = [str(program), f"-env:UserInstallation={profile}", *quiet]
    command += ["--convert-to", "pdf", "--outdir", str(scratch), *map(str, sources)]
    limit = SECONDS + SECONDS_EACH * len(sources)
    with subprocess.Popen(  # noqa: S603 - a program found by us, on copies named by us
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"SAL_USE_VCLPLUGIN": "svp"},
        start_new_session=True,  # a group of its own, to be ended as one
    ) as process:
        try:
            said, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            found = f"LibreOffice had not finished after {limit:.0f} s"
            raise SourceError("pdf", found, "try again when the machine has less to do") from None
        finally:
            _end(process)
    lines = [_in_plain_letters(line) for line in said[-_MOST_SAID:].decode(errors="ignore").splitlines()]
    return next((line for line in reversed(lines) if line and not line.startswith(("convert ", "Warning"))), "")


def _in_plain_letters(line: str) -> str:
    """Return what a person can be shown of a line."""
    return "".join(one for one in line if one.isprintable()).strip()[:200]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()


def pictures(pdf: bytes, width: int) -> list[bytes]:
    """Return each page of a PDF as a PNG, `width` pixels wide; ContractError for what is no PDF."""
    with _PDFIUM:
        try:
            document = PdfDocument(pdf)
        except PdfiumError as problem:
            raise ContractError("pdf", f"cannot be read ({problem})", "a PDF was expected") from None
        try:
            found = []
            for page in document:
                picture = page.render(scale=width / page.get_width()).to_pil()
                out = io.BytesIO()
                picture.convert("RGB").save(out, "PNG", optimize=False)
                found.append(out.getvalue())
                page.close()
            return found
        finally:
            document.close()


def words(pdf: bytes) -> list[str]:
    """Return the words of a PDF in their order."""
    with _PDFIUM:
        document = PdfDocument(pdf)
        try:
            found = []
            for page in document:
                said = page.get_textpage()
                found += said.get_text_range().split()
                said.close()
                page.close()
            return found
        finally:
            document.close()
