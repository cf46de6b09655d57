"""What leaves a table as a file: the same rows, and no name that a spreadsheet would take for a formula."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest

from tests.pages.house import FORMULA, ID, SCRIPT

pytestmark = pytest.mark.browser


def fetched(page, label: str) -> tuple[str, Path]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label).first.click()
    return waiting.value.suggested_filename, Path(waiting.value.path())


def test_csv_holds_the_rows_and_neutralises_formulas(visit):
    name, path = fetched(visit("/xep-hang?as_of=2025-03-03"), "Tải CSV")
    assert name == f"{ID}_ranking-commune_2025-03-03.csv"
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 6
    cells = [cell for row in rows for cell in row]
    assert f"'{FORMULA}" in cells
    assert SCRIPT in cells
    assert not [cell for cell in cells if re.match(r"[=@]", cell)]


def test_xlsx_holds_numbers_as_numbers_and_names_as_text(visit):
    name, path = fetched(visit("/chi-tieu-ngay?as_of=2025-03-03"), "Tải Excel")
    assert name.endswith(".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).worksheets[0]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    assert cells[FORMULA].data_type == "s"
    done = [row[5].value for row in sheet.iter_rows(min_row=2)]
    assert sorted(done) == [20, 60, 120, 150, 200]
