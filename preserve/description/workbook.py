"""The case description as an xlsx workbook: a template with Chinese headings and drop-down lists, and its reader."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.description.hostile import hostile
from preserve.description.labels import (
    CASE,
    CASE_SHEET,
    CHOICES_SHEET,
    HELP_SHEET,
    SHEETS,
    VALUES,
    chinese_of,
    without_volume,
)
from preserve.description.schema import CaseDescription, Classification, Procedure, Retention, Stage, Volume
from preserve.description.vocabulary import FIELDS, Vocabulary, read_vocabulary
from preserve.errors import Stopped
from preserve.progress import check_stop

_ENUM_COLUMNS: dict[str, type[StrEnum]] = {
    "procedure": Procedure,
    "stage": Stage,
    "classification": Classification,
    "retention": Retention,
    "volume": Volume,
}
_YES_NO = ("evidence", "with_case", "preamble", "device_checked")
_MOST_ROWS = 200_000

_REQUIRED = {"case_number", "case_type", "title", "cause", "producer.name", "start", "closed"}
_REQUIRED_COLUMNS = {
    *("name", "stage", "start", "measure", "incident"),
    *("file", "kind", "device", "finding", "person", "reason"),
}

_HELP = (
    ("怎样填写", ""),
    ("1", "在“案件”表的 B 列填写案件情况；标 * 的必须填写。"),
    ("2", "在“文件”表逐行列出案件文件夹中的每一个文件；文件名连同子文件夹一起写，用 / 分隔。"),
    ("3", "日期写成 2026-03-12 或 2026年3月12日；时间写成 2026-03-12 09:30:15（北京时间）。"),
    ("4", "带下拉箭头的单元格请从列表中选择。"),
    ("5", "“措施”表填写采取的措施及起止时间；“异议与阻碍”表填写当事人的异议、拒绝、阻碍等情形。"),
    ("6", "“文件”表的“记录内容”按录像实际填写，几项之间用；分隔，可以写：{shows}。"),
    ("7", "保存为“案卷.xlsx”，放在案件文件夹的最上层，然后运行 preserve check 检查。"),
)


def read_workbook(data: bytes) -> tuple[dict[str, Any], dict[str, str], list[Finding]]:
    """Plain data of the schema's shape, the cell of each field, and what makes the workbook unreadable."""
    if findings := list(hostile(data)):
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
    except Stopped:
        raise
    except Exception as error:  # noqa: BLE001
        return {}, {}, [Finding("case.workbook-damaged", "", "refuse", {}, detail=repr(error))]
    return content, places, findings


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
        if field in places:
            yield Finding("case.row-twice", f"{CASE_SHEET}!A{number}", "refuse", {"label": label})
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
        elif heading and heading in headings[:place]:
            yield Finding("case.column-twice", f"{title}!{_letter(place)}1", "refuse", {"label": heading})
    empty = 0
    for number, row in enumerate(rows, 2):
        if not number % 1000:
            check_stop()
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


def write_workbook(
    path: Path,
    case: dict[str, Any] | CaseDescription | None = None,
    vocabulary: Vocabulary | None = None,
    *,
    volumes: bool = False,
) -> None:
    """Write the template, filled in with a description or a draft (plain data of the schema's shape).

    `vocabulary`: the words of the archive's own profiles for the lists to choose from; else those of the shipped ones.
    `volumes`: the archive divides its files into 正卷 and 副卷; else the column is there only where something is in it.
    """
    import xlsxwriter

    words = vocabulary or read_vocabulary()
    content = case.model_dump(mode="python") if isinstance(case, CaseDescription) else dict(case or {})
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        writer = _Writer(book, words)
        writer.case(content)
        for field, (title, columns) in SHEETS.items():
            writer.rows(title, without_volume(columns, rows := content.get(field) or [], volumes), rows)
        writer.help()
        writer.choices()


class _Writer:
    """Writes the sheets of one workbook; and the lists to choose from that they use."""

    def __init__(self, book: Any, words: Vocabulary) -> None:
        self.book, self.words = book, words
        self.heading = book.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "border": 1, "font_name": "Noto Sans CJK SC"}
        )
        self.plain = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
        names = ("case_type", "measure", "incident", "outcome")
        self.lists = {name: [term.label.zh for term in words.terms[name]] for name in names}

    def case(self, content: dict[str, Any]) -> None:
        """The sheet of fields that a case has once."""
        sheet = self.book.add_worksheet(CASE_SHEET)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 70)
        sheet.write_string(0, 0, "项目", self.heading)
        sheet.write_string(0, 1, "内容", self.heading)
        sheet.freeze_panes(1, 0)
        _for_paper(sheet)
        for number, (field, label) in enumerate(CASE.items(), 1):
            sheet.write_string(number, 0, label + (" *" if field in _REQUIRED else ""), self.heading)
            holder, _, name = field.rpartition(".")
            value = (content.get(holder) or {}).get(name) if holder else content.get(name)
            sheet.write_string(number, 1, self._written(name, value), self.plain)
            if rule := self._rule(name):
                sheet.data_validation(number, 1, number, 1, rule)

    def rows(self, title: str, columns: Mapping[str, str], rows: Sequence[Any]) -> None:
        """A sheet of rows."""
        sheet = self.book.add_worksheet(title)
        sheet.freeze_panes(1, 1)
        _for_paper(sheet)
        for place, (name, label) in enumerate(columns.items()):
            wide = 48 if name == "file" else 28 if name in ("title", "proves", "note", "explains", "shows") else 18
            sheet.set_column(place, place, wide)
            sheet.write_string(0, place, label + (" *" if name in _REQUIRED_COLUMNS else ""), self.heading)
            if rule := self._rule(name):
                sheet.data_validation(1, place, 5000, place, rule)
            for number, row in enumerate(rows, 1):
                value = row.get(name) if isinstance(row, dict) else getattr(row, name)
                sheet.write_string(number, place, self._written(name, value), self.plain)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)

    def help(self) -> None:
        """How to fill it in."""
        sheet = self.book.add_worksheet(HELP_SHEET)
        sheet.set_column(0, 0, 10)
        sheet.set_column(1, 1, 90)
        shows = "、".join(term.label.zh for term in self.words.terms["shows"])
        wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        _for_paper(sheet)
        for number, (first, second) in enumerate(_HELP):
            told = second.replace("{shows}", shows)
            sheet.set_row(number, 16.0 * (1 + len(told) // 44))  # a line holds some 44 Chinese characters
            sheet.write_string(number, 0, first, self.heading if number == 0 else wrapped)
            sheet.write_string(number, 1, told, wrapped)

    def choices(self) -> None:
        """The lists that cells let a person choose from, out of sight."""
        sheet = self.book.add_worksheet(CHOICES_SHEET)
        sheet.hide()
        for place, (name, words) in enumerate(self.lists.items()):
            sheet.write_string(0, place, name)
            for number, word in enumerate(words, 1):
                sheet.write_string(number, place, word)

    def _rule(self, name: str) -> dict[str, Any] | None:
        """The list for a field: words that the schema fixes beside the cell; those of the profiles, of which there may
        be more than the 255 characters that a cell's rule holds, on a sheet of their own."""
        if name in _ENUM_COLUMNS:
            source: list[str] | str = list(VALUES[_ENUM_COLUMNS[name]].values())
        elif name in _YES_NO:
            source = ["是", "否"]
        elif name in FIELDS and name != "shows":
            column = _letter(list(self.lists).index(name))
            source = f"={CHOICES_SHEET}!${column}$2:${column}${len(self.lists[name]) + 1}"
        else:
            return None
        return {
            "validate": "list",
            "source": source,
            "error_title": "请从列表中选择",
            "error_message": "请从列表中选择",
        }

    def _written(self, name: str, value: Any) -> str:
        """A value as people read it in a cell."""
        if value is None:
            return ""
        if isinstance(value, (list, tuple)):
            return "；".join(self._written(name, one) for one in value)
        if name in FIELDS:
            return self.words.chinese(name, str(value))
        if name in _ENUM_COLUMNS:
            return VALUES[_ENUM_COLUMNS[name]].get(str(value), str(value))
        if isinstance(value, StrEnum):
            return chinese_of(value)
        if isinstance(value, bool):
            return "是" if value else "否"
        return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _for_paper(sheet: Any) -> None:
    """Printed on A4, as wide as the paper."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
