"""The boards of the quick view: how many units they show, what a small screen folds, and what shares stand there."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from etl.commands import main
from etl.configured import load
from pages.quick.page import folded
from pages.quick.serving import QuickView
from reporting.quick import Board, Line
from tests.pages.house import write
from tests.pages.test_quick import BOARD_ROW, Client, page


def many(folder: Path, leaves: int, name: str, target: int = 1000) -> Path:
    """Make a campaign of one province and so many communes; commune n has done n of the target."""
    folder.mkdir(exist_ok=True)
    config = folder / "config.toml"
    config.write_text(
        f'data = "data"\n[[campaign]]\nid = "nhieu-{leaves}"\nname = {{ vi = "Nhiều đơn vị" }}\nstart = 2025-03-01\n'
        'end = 2025-03-05\nunits = "units.csv"\ntargets = "targets.csv"\n',
        "utf-8",
    )
    codes = [f"u{number:05}" for number in range(1, leaves + 1)]
    units = [(code, f"{name} {number}", "commune", "T") for number, code in enumerate(codes, 1)]
    write(folder / "units.csv", [("code", "name", "level", "parent_code"), ("T", "Tỉnh", "province", ""), *units])
    write(folder / "targets.csv", [("unit_code", "target"), *((code, target) for code in codes)])
    counts = [(code, "2025-03-02", number) for number, code in enumerate(codes, 1)]
    file = write(folder / "day.csv", [("unit_code", "as_of", "count"), *counts])
    moment = "2025-03-02T16:00:00+07:00"
    assert (
        main(["--config", str(config), "ingest", "--campaign", f"nhieu-{leaves}", "--received-at", moment, str(file)])
        == 0
    )
    return config


@pytest.mark.parametrize(("leaves", "name"), [(130, "Xã"), (700, "Phường"), (400, "Một cái tên rất dài " * 12)])
def test_a_page_is_small_however_many_units_there_are(tmp_path, leaves, name):
    config = many(tmp_path, leaves, name)
    view = QuickView(load(config))
    html = page(Client(view), f"/xem/nhieu-{leaves}?as_of=2025-03-02")
    assert len(html.encode()) <= 60_000
    rows = list(BOARD_ROW.finditer(html))
    left_out = re.search(r"([\d.]+) đơn vị ở giữa không hiện ở đây", html)
    assert len(rows) + (int(left_out[1].replace(".", "")) if left_out else 0) == leaves
    assert [one["rank"] for one in rows][:1] == ["1"]
    assert [one["rank"] for one in rows][-1:] == [str(leaves)]
    assert leaves > 150 or left_out is None
    paper = page(Client(view), f"/xem/nhieu-{leaves}?as_of=2025-03-02&in=1")
    assert paper.count("<li><i>") <= 140


def rows_of(leaves: int, here: int = -1, skipped: int = 0) -> Board:
    blank = {one.name: "" for one in fields(Line)}
    lines = tuple(Line(**blank | {"code": str(at), "is_here": at == here}) for at in range(leaves))
    return Board("", lines, leaves // 3, skipped)


@pytest.mark.parametrize("leaves", [0, 1, 2, 15, 20])
def test_a_short_board_is_never_folded(leaves):
    assert [(len(part.lines), part.folds) for part in folded(rows_of(leaves))] == ([(leaves, False)] if leaves else [])


def test_a_long_board_folds_all_but_its_ends_and_the_unit_itself():
    assert [(len(part.lines), part.folds) for part in folded(rows_of(21))] == [(10, False), (6, True), (5, False)]
    with_here = folded(rows_of(121, here=60))
    assert [(len(part.lines), part.folds) for part in with_here] == [
        (10, False), (50, True), (1, False), (55, True), (5, False),
    ]  # fmt: skip
    whole, cut = folded(rows_of(150))[1], folded(rows_of(150, skipped=550))[1]
    assert (whole.between, whole.gap) == (135, -1)
    assert (cut.between, cut.gap) == (135 + 550, 50 - 10)


def test_a_unit_above_its_target_shows_its_own_share_and_a_full_bar(tmp_path):
    config = many(tmp_path, 3, "Xã", target=2)  # commune n has done n of 2
    rows = BOARD_ROW.finditer(page(Client(QuickView(load(config))), "/xem/nhieu-3?as_of=2025-03-02"))
    shares = [("100,0%", "100.0"), ("150,0%", "100.0"), ("50,0%", "50.0")]
    assert [(one["share"], one["width"]) for one in rows] == shares
