"""The template workbook: units and codes filled in, counts to fill in, everything else locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from campaign.configuration import ALL, Campaign
from campaign.template import CODES_AT, DAY, FIRST_ROW, MARK_ROW, field_of, mark_of
from campaign.units import Unit
from reporting.cells import cell_at, new_sheet, put_text, saved
from reporting.looks import base_font
from reporting.palette import LIGHT, PAPER, rrggbb
from reporting.texts import text

FACE = "Arial"
BODY = Font(name=FACE, size=11)
LINE = 15  # points
NAME_LETTERS, WIDE_LETTERS = 40, 80  # letters in a line of the column of names, and of the instructions
HEAD = PatternFill("solid", fgColor=rrggbb(LIGHT["accent"]))
OPEN = PatternFill("solid", fgColor=rrggbb(PAPER["to-fill"]))
THIN = Border(*(Side("thin", color=rrggbb(LIGHT["line-2"])),) * 4)
MOST_ROWS_WIDE = 6  # columns of counts that fit a page held upright
LAST_OF_REASON = 200


@dataclass(frozen=True)
class Template:
    """What a template is for: a campaign, the part of it, the day, the units that report, and the stages asked for."""

    campaign: Campaign
    within: str
    day: date
    units: Sequence[Unit]
    stages: Sequence[str]


def template_workbook(wanted: Template, lang: str) -> bytes:
    """Return the workbook that a unit fills in and sends back; etl.template reads it by its mark."""
    book = Workbook()
    base_font(book, Font(name=FACE, size=11))
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.title = text("template.sheet", lang)
    columns = [(category, stage) for category in wanted.campaign.category_ids for stage in wanted.stages]
    _titles(sheet, wanted, lang, len(columns))
    _marks(sheet, wanted.campaign.id, columns)
    _headers(sheet, wanted, columns, lang)
    _units(sheet, wanted, len(columns))
    _guards(sheet, wanted, len(columns), lang)
    _print(sheet, len(columns), FIRST_ROW + len(wanted.units) - 1)
    _instructions(book, wanted, lang)
    return saved(book)


def _reason_at(columns: int) -> int:
    return CODES_AT + 2 + columns


def _titles(sheet: Worksheet, wanted: Template, lang: str, columns: int) -> None:
    put_text(cell_at(sheet, 1, CODES_AT), text("template.title", lang, campaign=wanted.campaign.title(lang)))
    sheet.cell(1, CODES_AT).font = Font(name=FACE, size=14, bold=True)
    put_text(cell_at(sheet, 2, CODES_AT), text("template.within", lang, name=wanted.within, n=len(wanted.units)))
    sheet.cell(2, CODES_AT).font = BODY
    put_text(cell_at(sheet, DAY[0], CODES_AT), text("template.day", lang))
    sheet.cell(DAY[0], CODES_AT).font = Font(name=FACE, bold=True)
    day = cell_at(sheet, *DAY)
    day.value = wanted.day
    day.number_format = "dd/mm/yyyy" if lang == "vi" else "yyyy-mm-dd"
    day.alignment = Alignment(horizontal="left")
    day.font = BODY
    day.fill, day.border, day.protection = OPEN, THIN, Protection(locked=False)
    put_text(cell_at(sheet, 4, CODES_AT), text("template.hint", lang))
    sheet.cell(4, CODES_AT).font = Font(name=FACE, size=9, italic=True, color=rrggbb(LIGHT["ink-3"]))
    for row in (1, 2, 4):
        sheet.merge_cells(start_row=row, end_row=row, start_column=CODES_AT, end_column=_reason_at(columns))
        sheet.cell(row, CODES_AT).alignment = Alignment(wrap_text=True, vertical="center")
    sheet.row_dimensions[1].height, sheet.row_dimensions[4].height = 36, 26


def _marks(sheet: Worksheet, campaign: str, columns: Sequence[tuple[str, str]]) -> None:
    fields = ["unit_code", "unit_name", *(field_of(*one) for one in columns), "reason"]
    for place, word in enumerate([mark_of(campaign), *fields], 1):
        put_text(cell_at(sheet, MARK_ROW, place), word)
    sheet.row_dimensions[MARK_ROW].hidden = True
    sheet.column_dimensions["A"].hidden = True


def _headers(sheet: Worksheet, wanted: Template, columns: Sequence[tuple[str, str]], lang: str) -> None:
    campaign = wanted.campaign
    named = {one.id: one.title(lang) for one in (*campaign.categories, *campaign.stages)}
    named |= {ALL: text("template.count", lang), "done": named.get("done", text("stage.done", lang))}
    above, below = FIRST_ROW - 2, FIRST_ROW - 1
    last = _reason_at(len(columns))
    for place, key in ((CODES_AT, "template.code"), (CODES_AT + 1, "template.unit"), (last, "template.reason")):
        put_text(cell_at(sheet, above, place), text(key, lang))
        sheet.merge_cells(start_row=above, end_row=below, start_column=place, end_column=place)
    stages = len(wanted.stages)
    for number, (category, stage) in enumerate(columns):
        place = CODES_AT + 2 + number
        if number % stages == 0:
            put_text(cell_at(sheet, above, place), named.get(category, category))
        put_text(cell_at(sheet, below, place), named.get(stage, stage))
    for number in range(0, len(columns), stages):
        first = CODES_AT + 2 + number
        if stages > 1:
            sheet.merge_cells(start_row=above, end_row=above, start_column=first, end_column=first + stages - 1)
    for row in (above, below):
        sheet.row_dimensions[row].height = 44 if row == above else 32
        for place in range(CODES_AT, last + 1):
            cell = sheet.cell(row, place)
            cell.font, cell.fill, cell.border = Font(name=FACE, size=10, bold=True, color="FFFFFF"), HEAD, THIN
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _units(sheet: Worksheet, wanted: Template, columns: int) -> None:
    last = _reason_at(columns)
    for row, unit in enumerate(wanted.units, FIRST_ROW):
        put_text(cell_at(sheet, row, CODES_AT), unit.code)
        put_text(cell_at(sheet, row, CODES_AT + 1), unit.name)
        sheet.row_dimensions[row].height = LINE * -(-max(len(unit.name), 1) // NAME_LETTERS) + 2
        for place in range(CODES_AT, last + 1):
            cell = cell_at(sheet, row, place)
            cell.border, cell.font = THIN, BODY
            cell.alignment = Alignment(vertical="center", wrap_text=place in (CODES_AT + 1, last))
            if place >= CODES_AT + 2:
                cell.protection, cell.fill = Protection(locked=False), OPEN
                cell.number_format = "#,##0" if place < last else "@"
    widest = max((len(unit.name) for unit in wanted.units), default=10)
    widths = {CODES_AT: 15, CODES_AT + 1: min(max(widest + 2, 16), NAME_LETTERS + 2), last: 34}
    for place in range(CODES_AT, last + 1):
        sheet.column_dimensions[get_column_letter(place)].width = widths.get(place, 13)


def _guards(sheet: Worksheet, wanted: Template, columns: int, lang: str) -> None:
    """Let only whole numbers from 0 and real days be typed, and nothing else be changed by accident."""
    first, final = FIRST_ROW, max(FIRST_ROW + len(wanted.units) - 1, FIRST_ROW)
    left, right = get_column_letter(CODES_AT + 2), get_column_letter(CODES_AT + 1 + columns)
    counts = f"{left}{first}:{right}{final}"
    whole = DataValidation(
        "whole", formula1="0", operator="greaterThanOrEqual", allow_blank=True, showErrorMessage=True
    )
    whole.errorTitle, whole.error = text("template.wrong", lang), text("template.wrong.count", lang)
    whole.add(counts)
    day = DataValidation(
        "date", formula1="36526", operator="greaterThanOrEqual", allow_blank=False, showErrorMessage=True
    )
    day.errorTitle, day.error = text("template.wrong", lang), text("template.wrong.day", lang)
    day.add(f"{get_column_letter(DAY[1])}{DAY[0]}")
    length = DataValidation(
        "textLength", formula1=str(LAST_OF_REASON), operator="lessThanOrEqual", allow_blank=True, showErrorMessage=True
    )
    length.add(f"{get_column_letter(_reason_at(columns))}{first}:{get_column_letter(_reason_at(columns))}{final}")
    for one in (whole, day, length):
        sheet.add_data_validation(one)
    at = f"{left}{first}"
    wrong = f'AND({at}<>"",OR(NOT(ISNUMBER({at})),{at}<0))'
    red = DifferentialStyle(fill=PatternFill("solid", bgColor=rrggbb(PAPER["refused"])))
    bad = Rule(type="expression", dxf=red, formula=[wrong])
    sheet.conditional_formatting.add(counts, bad)
    sheet.freeze_panes = f"{left}{first}"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def _print(sheet: Worksheet, columns: int, final: int) -> None:
    sheet.page_setup.orientation = "landscape" if columns > MOST_ROWS_WIDE - 2 else "portrait"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_title_rows = f"{FIRST_ROW - 2}:{FIRST_ROW - 1}"
    sheet.print_area = f"B1:{get_column_letter(_reason_at(columns))}{final}"
    sheet.sheet_view.zoomScale = 100


def _instructions(book: Workbook, wanted: Template, lang: str) -> None:
    sheet = new_sheet(book, text("template.instructions", lang))
    put_text(cell_at(sheet, 1, 1), text("template.instructions.title", lang)).font = Font(name=FACE, size=14, bold=True)
    lines = [text(f"template.instructions.{number}", lang, on=wanted.day) for number in range(1, 9)]
    for row, line in enumerate(lines, 3):
        cell = put_text(cell_at(sheet, row, 1), f"{row - 2}. {line}")
        cell.alignment, cell.font = Alignment(wrap_text=True, vertical="top"), BODY
        sheet.row_dimensions[row].height = LINE * -(-len(line) // WIDE_LETTERS) + 6
    sheet.column_dimensions["A"].width = WIDE_LETTERS + 4
    sheet.protection.sheet = True
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
