"""Reports as a province's offices make them: workbooks with titles, merged headers, sections, totals and signatures."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

CONFIG = """[[campaign]]
id = "nho"
name = "Chiến dịch nhỏ"
start = 2025-02-03
end = 2025-02-07
units = "units.csv"
targets = "targets.csv"
[[campaign.category]]
id = "birth"
name = "Khai sinh"
[[campaign.category]]
id = "death"
name = "Khai tử"
[[campaign.stage]]
id = "entered"
name = "Đã nhập"
[[campaign.stage]]
id = "approved"
name = "Đã duyệt"
headline = true
"""
UNITS = """code,name,level,parent_code
15,Tỉnh Yên Bái,province,
136,Huyện Văn Yên,district,15
138,Huyện Trấn Yên,district,15
04375,Thị trấn Mậu A,commune,136
04378,Xã Lang Thíp,commune,136
04381,Xã Tân Thịnh,commune,136
04531,Thị trấn Cổ Phúc,commune,138
04534,Xã Tân Thịnh,commune,138
"""
TARGETS = """unit_code,category,stage,target
04375,birth,approved,100
04375,death,approved,50
04378,birth,approved,200
04378,death,approved,60
04381,birth,approved,300
04381,death,approved,70
04531,birth,approved,400
04531,death,approved,80
04534,birth,approved,500
04534,death,approved,90
"""
WIDE = """
[[source]]
name = "bieu"
campaign = "nho"
columns = { unit_name = "Tên đơn vị" }
[source.sheet]
header_rows = 2
total_for = "15"
counts = [
  { column = "Khai sinh / Đã số hóa", category = "birth", stage = "approved", target = "Khai sinh / Tổng số" },
  { column = "Khai tử / Đã số hóa", category = "death", stage = "approved", target = "Khai tử / Tổng số" },
]
"""


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def made(fill: Callable[[Worksheet], None], title: str = "Biểu 01") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    fill(sheet)
    return saved(book)


def heads(sheet: Worksheet) -> None:
    """Rows 1–5: who, what, until when; rows 6 and 7: the header, merged both ways."""
    sheet["A1"] = "UBND TỈNH YÊN BÁI"
    sheet["F1"] = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    sheet["A2"] = "SỞ TƯ PHÁP"
    sheet["A3"] = "BIỂU TỔNG HỢP KẾT QUẢ SỐ HÓA SỔ HỘ TỊCH"
    sheet["A4"] = "(Số liệu tính đến ngày 05/02/2025)"
    sheet["A5"] = "(Kèm theo Báo cáo số 12/BC-STP ngày 06/02/2025)"
    sheet["A6"], sheet["B6"], sheet["C6"], sheet["F6"], sheet["I6"] = (
        "STT", "Tên đơn vị", "Khai sinh", "Khai tử", "Ghi chú",
    )  # fmt: skip
    for place, text in enumerate(("Tổng số", "Đã số hóa", "Tỷ lệ (%)") * 2, 3):
        sheet.cell(7, place, text)
    for area in ("A1:C1", "A3:I3", "A4:I4", "A6:A7", "B6:B7", "C6:E6", "F6:H6", "I6:I7"):
        sheet.merge_cells(area)


ROWS: list[list[object]] = [
    ["(1)", "(2)", "(3)", "(4)", "(5)=(4)/(3)", "(6)", "(7)", "(8)=(7)/(6)", "(9)"],
    ["I", "Huyện Văn Yên", 600, 90, 0.15, 180, 16, 0.089, None],
    [1, "TT. Mậu A", 100, 40, 0.4, 50, 0, 0, None],
    [2, "Lang Thíp", 200, "50", 0.25, 60, 16, 0.267, "chậm"],
    [3, "X. Tân Thịnh", 300, None, None, 70, "-", None, "chưa báo cáo"],
    ["II", "Huyện Trấn Yên", 900, "1.234", None, 170, 3, None, None],
    [1, "TT. Cổ Phúc", 400, "1.200", None, 80, 3, None, None],
    [2, "X. Tân Thịnh", 500, 34, None, 90, None, None, None],
    ["Tổng cộng", None, 1500, 1324, None, 350, 19, None, None],
]


def province(sheet: Worksheet) -> None:
    """Fill the province's sheet: two sections, four communes that report, a total, signatures."""
    heads(sheet)
    for line, row in enumerate(ROWS, 8):
        for place, value in enumerate(row, 1):
            sheet.cell(line, place, value)
    sheet.merge_cells("A16:B16")
    sheet["G18"] = "Yên Bái, ngày 06 tháng 02 năm 2025"
    sheet["B19"], sheet["G19"] = "NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"
    sheet["B22"], sheet["G22"] = "Nguyễn Thị A", "Trần Văn B"


def written(folder: Path, content: bytes, name: str = "bieu.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
