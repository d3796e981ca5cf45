"""The case description as an xlsx workbook: a template with Chinese headings and drop-down lists, and its reader."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, Any
from xml.parsers.expat import ExpatError, ParserCreate

from metadata.findings import Finding
from preserve.description.labels import CASE, CASE_SHEET, HELP_SHEET, SHEETS, VALUES, label_of
from preserve.description.schema import (
    CaseDescription,
    CaseType,
    Classification,
    Incident,
    Measure,
    Procedure,
    Retention,
    Stage,
)

_ENUM_COLUMNS: dict[str, type[StrEnum]] = {
    "case_type": CaseType, "procedure": Procedure, "stage": Stage, "measure": Measure, "classification": Classification,
    "retention": Retention, "incident": Incident,
}  # fmt: skip
_LARGEST_UNPACKED = 256 << 20
_MOST_ROWS = 200_000
_ZIP_ERRORS = (OSError, RuntimeError, NotImplementedError, ValueError, EOFError)

_REQUIRED = {"case_number", "case_type", "title", "cause", "producer.name", "start", "closed"}
_REQUIRED_COLUMNS = {
    "name",
    "stage",
    "start",
    "measure",
    "incident",
    "file",
    "kind",
    "device",
    "finding",
    "person",
    "reason",
}

_HELP = (
    ("怎样填写", ""),
    ("1", "在“案件”表的 B 列填写案件情况；标 * 的必须填写。"),
    ("2", "在“文件”表逐行列出案件文件夹中的每一个文件；文件名连同子文件夹一起写，用 / 分隔。"),
    ("3", "日期写成 2026-03-12 或 2026年3月12日；时间写成 2026-03-12 09:30:15（北京时间）。"),
    ("4", "带下拉箭头的单元格请从列表中选择。"),
    ("5", "“措施”表填写采取的措施及起止时间；“异议与阻碍”表填写当事人的异议、拒绝、阻碍等情形。"),
    ("6", "保存为“案卷.xlsx”，放在案件文件夹的最上层，然后运行 preserve check 检查。"),
)


def read_workbook(data: bytes) -> tuple[dict[str, Any], dict[str, str], list[Finding]]:
    """Plain data of the schema's shape, the cell of each field, and what makes the workbook unreadable."""
    if findings := list(_hostile(data)):
        return {}, {}, findings
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001  the library raises many kinds on damaged files
        return {}, {}, [Finding("case.workbook-damaged", "", "refuse", {}, detail=repr(error))]
    if CASE_SHEET not in book.sheetnames:
        return {}, {}, [Finding("case.sheet-missing", "", "refuse", {"sheet": CASE_SHEET})]
    content: dict[str, Any] = {}
    places: dict[str, str] = {}
    findings = []
    try:
        findings += _read_case(book[CASE_SHEET], content, places)
        for field, (sheet, columns) in SHEETS.items():
            content[field] = []
            if sheet in book.sheetnames:
                findings += _read_rows(book[sheet], sheet, field, columns, content, places)
    except Exception as error:  # noqa: BLE001
        return {}, {}, [Finding("case.workbook-damaged", "", "refuse", {}, detail=repr(error))]
    return content, places, findings


def _hostile(data: bytes) -> Iterator[Finding]:
    """A workbook is a zip of XML: no bombs, no document types."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST_UNPACKED:
                yield Finding("case.workbook-bomb", "", "refuse", {"limit": _LARGEST_UNPACKED})
                return
            for member in archive.infolist():
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as stream:
                        declares = _declares_type(stream)
                    if declares:
                        yield Finding("case.workbook-entities", member.filename, "refuse")
    except (zipfile.BadZipFile, zlib.error, ExpatError, *_ZIP_ERRORS) as error:
        yield Finding("case.workbook-damaged", "", "refuse", {}, detail=repr(error))


class _Seen(Exception):
    """Enough of the XML was read to answer."""

    def __init__(self, declares: bool) -> None:
        super().__init__()
        self.declares = declares


def _declares_type(stream: IO[bytes]) -> bool:
    """Whether the XML declares a document type; read only as far as its first element, however much stands before.

    Raises ExpatError where it is not XML, or in an encoding that another parser might understand otherwise.
    """

    def seen(declares: bool) -> None:
        raise _Seen(declares)

    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: seen(True)
    parser.StartElementHandler = lambda *_: seen(False)
    try:
        while chunk := stream.read(1 << 14):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except _Seen as answer:
        return answer.declares
    return False


def _cell(value: Any) -> Any:
    """A cell's value in the schema's terms; an empty one is None."""
    if isinstance(value, datetime):
        # A spreadsheet's time is a fraction of a day: 09:30:15 comes back some microseconds off.
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool) or value is None:
        return value
    return str(value)


def _read_case(sheet: Any, content: dict[str, Any], places: dict[str, str]) -> Iterator[Finding]:
    fields = {label: field for field, label in CASE.items()}
    for number, row in enumerate(sheet.iter_rows(min_row=1, max_row=200, max_col=2, values_only=True), 1):
        label = str(row[0] or "").strip().rstrip("*＊ ")
        if label in ("", "项目"):
            continue
        if label not in fields:
            yield Finding("case.row-unknown", f"{CASE_SHEET}!A{number}", "refuse", {"label": label})
            continue
        field = fields[label]
        value = _cell(row[1] if len(row) > 1 else None)
        holder, _, name = field.rpartition(".")
        target = content.setdefault(holder, {}) if holder else content
        places[field] = f"{CASE_SHEET}!B{number}"
        if holder:
            places.setdefault(holder, places[field])
        if value is None:
            continue
        target[name] = _several(value) if name == "access" else value


def _several(value: Any) -> list[str]:
    """A cell that holds several values: set apart by semicolons or `、`."""
    return [part.strip() for part in str(value).replace("；", ";").replace("、", ";").split(";") if part.strip()]


def _read_rows(
    sheet: Any, title: str, field: str, columns: dict[str, str] | Any, content: dict[str, Any], places: dict[str, str]
) -> Iterator[Finding]:
    names = {label: name for name, label in columns.items()}
    rows = sheet.iter_rows(min_row=1, max_row=_MOST_ROWS, max_col=40, values_only=True)
    headings = [str(value or "").strip().rstrip("*＊ ") for value in next(rows, ())]
    for place, heading in enumerate(headings):
        if heading and heading not in names:
            yield Finding("case.column-unknown", f"{title}!{_letter(place)}1", "refuse", {"label": heading})
    empty = 0
    for number, row in enumerate(rows, 2):
        values = {
            names[heading]: _several(value) if names[heading] == "shows" else value
            for heading, raw in zip(headings, row, strict=False)
            if heading in names and (value := _cell(raw)) is not None
        }
        if not values:
            empty += 1
            if empty > 1000:
                break
            continue
        index = len(content[field])
        content[field].append(values)
        places[f"{field}.{index}"] = f"{title}!A{number}"
        for place, heading in enumerate(headings):
            if heading in names:
                places[f"{field}.{index}.{names[heading]}"] = f"{title}!{_letter(place)}{number}"


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else chr(ord("A") + place // 26 - 1) + chr(ord("A") + place % 26)


def write_workbook(path: Path, case: dict[str, Any] | CaseDescription | None = None) -> None:
    """Write the template, filled in with a description or a draft (plain data of the schema's shape)."""
    import xlsxwriter

    content = case.model_dump(mode="python") if isinstance(case, CaseDescription) else dict(case or {})
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        heading = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "font_name": "Noto Sans CJK SC"})
        plain = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
        _write_case(book, heading, plain, content)
        for field, (title, columns) in SHEETS.items():
            _write_rows(book, heading, plain, title, columns, content.get(field) or [])
        sheet = book.add_worksheet(HELP_SHEET)
        sheet.set_column(0, 0, 10)
        sheet.set_column(1, 1, 90)
        for number, (first, second) in enumerate(_HELP):
            sheet.write_string(number, 0, first, heading if number == 0 else None)
            sheet.write_string(number, 1, second)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        return label_of(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (list, tuple)):
        return ";".join(map(_written, value))
    return str(value)


def _write_case(book: Any, heading: Any, plain: Any, content: dict[str, Any]) -> None:
    sheet = book.add_worksheet(CASE_SHEET)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 70)
    sheet.write_string(0, 0, "项目", heading)
    sheet.write_string(0, 1, "内容", heading)
    sheet.freeze_panes(1, 0)
    for number, (field, label) in enumerate(CASE.items(), 1):
        sheet.write_string(number, 0, label + (" *" if field in _REQUIRED else ""), heading)
        holder, _, name = field.rpartition(".")
        value = (content.get(holder) or {}).get(name) if holder else content.get(name)
        kind = _ENUM_COLUMNS.get(name)
        sheet.write_string(number, 1, _in_chinese(kind, value), plain)
        if kind is not None:
            sheet.data_validation(number, 1, number, 1, _list(kind))


def _write_rows(book: Any, heading: Any, plain: Any, title: str, columns: Any, rows: Any) -> None:
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 1)
    for place, (name, label) in enumerate(columns.items()):
        wide = 48 if name == "file" else 28 if name in ("title", "proves", "note", "explains") else 18
        sheet.set_column(place, place, wide)
        sheet.write_string(0, place, label + (" *" if name in _REQUIRED_COLUMNS else ""), heading)
        kind = _ENUM_COLUMNS.get(name)
        if kind is not None:
            sheet.data_validation(1, place, 5000, place, _list(kind))
        elif name in ("evidence", "preamble", "device_checked"):
            sheet.data_validation(1, place, 5000, place, {"validate": "list", "source": ["是", "否"]})
        for number, row in enumerate(rows, 1):
            value = row.get(name) if isinstance(row, dict) else getattr(row, name)
            sheet.write_string(number, place, _in_chinese(kind, value), plain)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)


def _in_chinese(kind: type[StrEnum] | None, value: Any) -> str:
    if kind is not None and value:
        return VALUES[kind].get(str(value), str(value))
    return _written(value)


def _list(kind: type[StrEnum]) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(VALUES[kind].values()),
        "error_title": "请从列表中选择",
        "error_message": "、".join(VALUES[kind].values()),
    }
