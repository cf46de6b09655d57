"""Errors told in Vietnamese: every sentence of the code that reads files and sources has its words."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from reporting.told import _HOLE, told

ROOT = Path(__file__).parents[2]
READERS = sorted(
    [*ROOT.glob("etl/sources/*.py"), *ROOT.glob("etl/reading*.py"), *ROOT.glob("etl/sheet_*.py")]
    + [ROOT / "etl" / f"{name}.py" for name in ("opening", "pull", "room", "template")]
)
ENGLISH = re.compile(r"\b(the|is|was|were|its|it|one|send|mend)\b")
ERRORS = {"ContractError", "SourceError", "ConfigError", "Passing", "_Missing"}


@pytest.mark.parametrize(
    ("words", "vietnamese"),
    [
        (
            (
                "source inbox: b.xlsx, sheet 'Biểu 01', row 7: the column 'Đã số hóa' is missing; the header has STT; "
                "a.zip/b.csv: line 3 is not UTF-8; mend it (not tried again until it changes); "
                "taken in: files=2 read=10 accepted=4 unchanged=3 held=2 rejected=1 version=v000007"
            ),
            (
                "nguồn inbox: b.xlsx, trang tính 'Biểu 01', dòng 7: thiếu cột 'Đã số hóa'; tiêu đề hiện có: STT; "
                "a.zip/b.csv: dòng 3 không phải mã UTF-8; sửa lại (sẽ đọc lại khi tệp được sửa); "
                "đã nhận 2 tệp khác: 10 dòng, 4 nhận mới, 3 không đổi, 2 chờ xác nhận, 1 trả lại (phiên bản v000007)"
            ),
        ),
        (
            "source web: https://a.vn/x, page 3: answered 503 Service Unavailable (4 times); try again later",
            "nguồn web: https://a.vn/x, trang 3: trả lời 503 Service Unavailable (đã thử 4 lần); thử lại sau",
        ),
        (
            "source web: headers.X: the environment variable X_TOKEN is not set; set it where start runs",
            "nguồn web: headers.X: chưa đặt biến môi trường X_TOKEN; đặt ở nơi chạy lệnh start",
        ),
        ("RuntimeError: a bolt from the blue", "RuntimeError: a bolt from the blue"),
        ("", ""),
    ],
)
def test_an_error_is_told_in_vietnamese_part_by_part(words: str, vietnamese: str) -> None:
    assert told(words, "vi") == vietnamese
    assert told(words, "en") == words


def test_a_long_message_of_others_is_told_at_once() -> None:
    assert told("the header has " + "a (b, c); " * 2000, "vi").startswith("tiêu đề hiện có: ")


def said(node: ast.expr, names: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Yield what an argument may say, every value in it as 7."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.BinOp):
        yield from said(node.left, names)
    elif isinstance(node, ast.IfExp):
        yield from said(node.body, names)
        yield from said(node.orelse, names)
    elif isinstance(node, ast.Name):
        for value in names.get(node.id, []):
            yield from said(value, {})


def sentences(path: Path) -> Iterator[str]:
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        names: dict[str, list[ast.expr]] = {}
        for one in ast.walk(function):
            if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
                names.setdefault(one.targets[0].id, []).append(one.value)
        for one in ast.walk(function):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in ERRORS:
                for argument in one.args[1:3]:
                    yield from (words for words in said(argument, names) if re.search("[a-z]{2}", words))


@pytest.mark.parametrize("path", READERS, ids=lambda path: path.stem)
def test_every_sentence_of_the_readers_has_vietnamese_words(path: Path) -> None:
    without = [
        words
        for words in sentences(path)
        if re.search(r"\b(the|is|was|were|its|it|one|send|mend)\b", told(words, "vi"))
    ]
    assert without == []


def test_both_sides_have_the_same_placeholders() -> None:
    known = tomllib.loads((ROOT / "reporting" / "texts" / "told.vi.toml").read_text("utf-8"))
    assert [words for words, put in known.items() if set(_HOLE.findall(words)) != set(_HOLE.findall(put))] == []
