"""The sheets of a workbook as Excel 97 to 2003 left it (xls): many lists of old cases were never saved again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from preserve.errors import Refused, Stopped
from preserve.ingest.legacy.sheets import MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, Area, Row, Sheet, TextCell
from preserve.progress import check_stop

LARGEST = 32 << 20
"""Bytes; 65,536 rows of a list, which is all that a sheet of that time holds, take less."""
_DATE, _BOOLEAN, _ERROR = 3, 4, 5


def read_old_sheets(path: Path, data: bytes) -> Iterator[Sheet]:
    """Its sheets, one after the other. Raises Refused where it is damaged, encrypted or too large."""
    import xlrd

    if len(data) > LARGEST:
        raise Refused("legacy.list-large", path.name, limit=LARGEST)
    try:
        # It tells what it doubts on a file of its own, which here is nobody's terminal.
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        )
        for number in range(min(book.nsheets, MOST_SHEETS)):
            sheet = book.sheet_by_index(number)
            merged = tuple(Area(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells)
            yield Sheet(str(sheet.name), iter(_rows(book, sheet)), merged)
            book.unload_sheet(number)
    except (Stopped, Refused):
        raise
    except Exception as error:  # the library raises many kinds on damaged files
        raise Refused("legacy.list-damaged", path.name, reason=repr(error)[:300]) from error


def _rows(book: Any, sheet: Any) -> list[Row]:
    rows = []
    for number in range(min(sheet.nrows, MOST_ROWS)):
        if not number % 1000:
            check_stop()
        width = min(sheet.row_len(number), MOST_COLUMNS)
        rows.append(Row(number + 1, [_cell(book, sheet.cell(number, column)) for column in range(width)]))
    return rows


def _cell(book: Any, cell: Any) -> TextCell:
    """A cell as the library for newer workbooks has it."""
    import xlrd

    form = book.format_map.get(book.xf_list[cell.xf_index].format_key) if cell.xf_index is not None else None
    shown = str(form.format_str) if form is not None else ""
    if cell.ctype == _DATE:
        try:
            return TextCell(xlrd.xldate.xldate_as_datetime(cell.value, book.datemode), shown, "d")
        except (ValueError, OverflowError):
            return TextCell(str(cell.value), shown)
    if cell.ctype == _ERROR:
        return TextCell(str(xlrd.error_text_from_code.get(cell.value, "#")), shown, "e")
    if cell.ctype == _BOOLEAN:
        return TextCell(bool(cell.value), shown, "b")
    return TextCell(None if cell.value == "" else cell.value, shown, "n" if cell.ctype == 2 else "s")
