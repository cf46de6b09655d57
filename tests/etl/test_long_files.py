"""Long files: read and judged by columns, they end exactly as they do row by row."""

import csv
import io
from pathlib import Path
from random import Random

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import long_text
from etl.replay import rebuild
from tests.warehouse.small import CONFIG, NAMED, NAMED_TARGETS, UNITS, Small
from warehouse import bulk

SOURCES = r"""
[[source]]
name = "restates"
campaign = "nho"
on_fall = "accept"
[[source]]
name = "mapped"
campaign = "nho"
as_of = { filename = '(\d{4}-\d{2}-\d{2})' }
[source.columns]
unit_code = "Mã"
category = "Loại"
count = "Số"
reason = "Lý do"
[source.constants]
stage = "approved"
"""
MORE = [f"1{number:04d}" for number in range(12)]
MANY_UNITS = UNITS + "".join(f"{code},Xã số {code},commune,D2\n" for code in MORE)
MANY_TARGETS = NAMED_TARGETS + "".join(f"{code},birth,approved,{code[-2:]}5\n" for code in MORE)
TABLES = {
    "submission": "seq",
    "stated": "seq",
    "target": "seq",
    "refused": "batch, file, row_number",
    "batch": "batch",
    "standing": "unit_code, category, stage, as_of",
}
GOOD_UNITS = ["00101", "00102", "00201", " 00101 ", "00102"]
ODD_UNITS = ["D1", "27", "00999", "", "101", "00101", "Xã An"]
GOOD_DAYS = ["2025-02-03", "2025-02-04", "05/02/2025", "6.2.2025", "2025-02-07", "3-2-2025"]
ODD_DAYS = ["2025-02-30", "2026-01-01", "", "02/13/2025", "1899-01-01", "hôm qua", "2025-01-01"]
ODD_COUNTS = ["-3", "1.5", "1.234", "", "  ", "mười", "9" * 30, "1,234", "1,234.5", " 12 ", "0", "007", "²", "250", "٣"]
REASONS = ["", "", "", "  ", "đếm lại", "a\nb", 'nói "thế"', "x,y;z"]
HEADER = ["unit_code", "category", "stage", "as_of", "count", "reason", "reported_by", "measure", "target"]


def orderly(dice: Random) -> list[dict[str, str]]:
    """Return rows of which each key stands once and counts rise, day by day, as files mostly are."""
    days, step = dice.sample(range(3, 8), dice.randint(1, 4)), dice.randint(0, 3)
    return [
        {"unit_code": code, "category": category, "stage": "approved", "as_of": f"2025-02-0{day}",
         "count": str((int(code) * 7 + day * (10 + step)) % 40 + day * 40), "reason": "", "reported_by": "",
         "measure": "", "target": ""}
        for day in days for code in MORE for category in ("birth", "death") if dice.random() < 0.8
    ]  # fmt: skip


def cells(dice: Random, nasty: float) -> dict[str, str]:
    """Return one row of the plain form: mostly good, and bad in every way now and then."""

    def mostly(good: list[str], odd: list[str]) -> str:
        return dice.choice(odd if dice.random() < nasty else good)

    return {
        "unit_code": mostly(GOOD_UNITS, ODD_UNITS),
        "category": mostly(["birth", "death", "birth "], ["all", "civil", "", "wedding"]),
        "stage": mostly(["approved", "entered"], ["", "finished"]),
        "as_of": mostly(GOOD_DAYS, ODD_DAYS),
        "count": mostly([str(dice.randint(0, 12) * 10) for _ in range(3)], ODD_COUNTS),
        "reason": mostly([""], REASONS),
        "reported_by": mostly(["", "Lan"], ["An, Bình"]),
        "measure": mostly(["", "count"], ["target", "wishes", "units_finished"]),
        "target": mostly([""], ["100", "90", "x"]),
    }


def nasty_file(seed: int, names: list[str]) -> bytes:
    """Return a CSV by chance: marks, delimiters, line ends, quotes, blank and ragged lines, doubles, any order."""
    dice = Random(seed)  # noqa: S311 - chance, not secrecy
    nasty = dice.choice([0.0, 0.02, 0.2])
    found = [cells(dice, nasty) for _ in range(dice.choice([1, 10, 40]))]
    if dice.random() < 0.7:
        found = [one | (cells(dice, 1) if dice.random() < nasty / 4 else {}) for one in orderly(dice)]
    rows = [[one[name] for name in names] for one in found]
    rows += [list(dice.choice(rows)) for _ in range(dice.choice([0, 0, 3]))]
    if dice.random() < 0.5:
        rows.sort(key=lambda row: row[names.index("as_of")] if "as_of" in names else "")
    ends = dice.choice(["\n", "\r\n"])
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if dice.random() < 0.1 else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=dice.choice(",;\t"), lineterminator=ends, quoting=quoting)
    writer.writerow(names)
    for row in rows:
        if dice.random() < nasty:
            row = dice.choice([row[:-2], [*row, "", ""], [*row, "7"], [], [""] * len(row)])  # noqa: PLW2901 - spoiled
        writer.writerow(row)
    text = out.getvalue() + (ends * dice.choice([0, 0, 2]))
    if dice.random() < 0.2:
        text = text.rstrip("\r\n")
    if dice.random() < 0.1:
        text = ends + text
    return text.encode("utf-8-sig" if dice.random() < 0.3 else "utf-8")


def tables(house: Small) -> dict[str, list[tuple[object, ...]]]:
    """Return every table of the published version."""
    if not house.version:
        return {}
    with duckdb.connect(str(house.store.path(house.version)), read_only=True) as connection:
        return {
            name: connection.execute(f"select * from {name} order by {order}").fetchall()  # noqa: S608 - our own names
            for name, order in TABLES.items()
        }


def deliveries(seed: int) -> list[tuple[list[bytes], list[str], str | None]]:
    """Return some loads: files, their names, and the source they come from."""
    dice = Random(seed)  # noqa: S311 - chance, not secrecy
    found: list[tuple[list[bytes], list[str], str | None]] = []
    for number in range(dice.randint(1, 4)):
        source = dice.choice([None, None, "restates", "mapped"])
        if found and dice.random() < 0.2:
            found.append(found[-1])
            continue
        if source == "mapped":
            names = ["unit_code", "category", "count", "reason"]
            day = dice.choice(["2025-02-03", "2025-02-05", "2025-02-06"])
            content = nasty_file(seed + number, names)
            for ours, theirs in (("unit_code", "Mã"), ("category", "Loại"), ("count", "Số"), ("reason", "Lý do")):
                content = content.replace(ours.encode(), theirs.encode(), 1)
            found.append(([content], [f"tinh_{day}.csv"], source))
            continue
        names = [one for one in HEADER if one in HEADER[:5] or dice.random() < 0.5]
        dice.shuffle(names)
        files = [nasty_file(seed + 10 * number + part, names) for part in range(dice.choice([1, 1, 2, 3]))]
        found.append((files, [f"{part}.csv" for part in range(len(files))], source))
    return found


def play(
    folder: Path, loads: list[tuple[list[bytes], list[str], str | None]], longest: list[int]
) -> tuple[object, ...]:
    """Return what a campaign says of its loads; a file of more bytes than `longest` has is read by columns.

    What is read by columns is put on record by two cores.
    """
    house = Small(folder, CONFIG + NAMED + SOURCES, units=MANY_UNITS, targets=MANY_TARGETS)
    told = []
    for (files, names, source), long in zip(loads, longest * len(loads), strict=False):
        long_text.LONG, bulk.LARGE = long, max(long, 1)
        outcome = house.send(*files, names=tuple(names), source=source)
        told.append(outcome.tally)
    house.close()
    return told, tables(house)


@pytest.fixture
def columns_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let short and irregular files be read by columns too, and few counts be many."""
    monkeypatch.setattr(long_text, "LONG", long_text.LONG)
    monkeypatch.setattr(bulk, "LARGE", bulk.LARGE)
    monkeypatch.setattr(long_text, "_MOST_IRREGULAR", 1.0)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_a_load_ends_the_same_by_columns_as_row_by_row(
    columns_for_all: None, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    del columns_for_all
    folder, loads = tmp_path_factory.mktemp("long"), deliveries(seed)
    by_rows = play(folder / "rows", loads, [1 << 40])
    assert play(folder / "columns", loads, [0]) == by_rows
    assert play(folder / "both", loads, [0, 1 << 40]) == by_rows


def test_a_rebuild_reads_long_files_by_columns_too(columns_for_all: None, tmp_path: Path) -> None:
    del columns_for_all
    loads = deliveries(5)
    assert sum(len(files) for files, _, _ in loads) > 1
    long_text.LONG = 1 << 40
    house = Small(tmp_path, CONFIG + NAMED + SOURCES, units=MANY_UNITS, targets=MANY_TARGETS)
    for files, names, source in loads:
        house.send(*files, names=tuple(names), source=source)
    before = tables(house)
    long_text.LONG, bulk.LARGE = 0, 1
    rebuild(house.config, house.campaign)
    assert tables(house) == before
    house.close()


def test_many_counts_are_put_on_record_in_their_order(columns_for_all: None, tmp_path: Path) -> None:
    del columns_for_all
    long_text.LONG, bulk.LARGE = 0, 1
    house = Small(tmp_path, CONFIG + NAMED + SOURCES, units=MANY_UNITS, targets=MANY_TARGETS)
    lines = [f"{code},birth,approved,2025-02-0{day},{day}" for day in (3, 4, 5) for code in MORE]
    outcome = house.send("\n".join(["unit_code,category,stage,as_of,count", *lines]).encode())
    assert outcome.tally.accepted == 36
    with duckdb.connect(str(house.store.path(house.version)), read_only=True) as connection:
        found = connection.execute('select seq, unit_code, "count" from submission order by rowid').fetchall()
        (standing,) = connection.execute("select count(*) from standing").fetchone() or (0,)
    assert found == [
        (place + 1, code, day) for place, (day, code) in enumerate((d, c) for d in (3, 4, 5) for c in MORE)
    ]
    assert standing == 36
    house.close()
