"""Writes the case description as an xlsx workbook: Chinese headings, lists to choose from, every cell kept as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from preserve.description.drafted import CASE_ITSELF, Proposal, put
from preserve.description.drafted_sheet import NOTE, YELLOW, write_sheet
from preserve.description.labels import (
    CASE,
    CASE_SHEET,
    CHOICES_SHEET,
    HELP_SHEET,
    LEGACY,
    OF_RECORDINGS,
    PRINTED_COLUMNS,
    RECORDINGS_SHEET,
    SHEETS,
    VALUES,
    chinese_of,
    without_volume,
)
from preserve.description.problems import PROBLEMS, chinese_problem
from preserve.description.schema import CaseDescription
from preserve.description.sheets import letter
from preserve.description.vocabulary import FIELDS, Vocabulary, read_vocabulary
from preserve.description.written import ENUMS, SEVERAL, YES_NO

_REQUIRED = {"case_number", "case_type", "title", "cause", "producer.name", "start", "closed"}
_REQUIRED_COLUMNS = {"name", "stage", "start", "measure", "incident", "file", "kind", "finding", "person", "reason"}
_NAMED = ("parties", "officers")
_REQUIRED_IN = {"clocks": {"device", "source"}}
_EMPTY_ROWS = 300
"""So many rows below the last are text already: a number of eighteen digits that is typed there stays whole."""
_VALIDATED_ROWS = 5000
_RECORDINGS = re.compile(
    r"\.(mp4|mov|avi|wmv|mkv|flv|mts|m2ts|ts|m4v|mpg|mpeg|3gp|webm|asf|vob|dav|wav|mp3|m4a|aac|amr|ogg|oga|opus|wma|flac|aiff)$"
)

_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$")

_HELP = (
    ("怎样填写", ""),
    ("1", "在“案件”表的 B 列填写案件情况；标 * 的必须填写。"),
    (
        "2",
        "在“文件”表逐行列出案件文件夹中的每一个文件；文件名连同子文件夹一起写，用 / 分隔。"
        "题名留空时，以文书种类为题名。",
    ),
    (
        "3",
        "日期写成 2026-03-12、2026.3.12 或 2026年3月12日；时间写成 2026-03-12 09:30:15（北京时间）。"
        "与开始同一天的结束时间可以只写 10:15。",
    ),
    ("4", "带下拉箭头的单元格请从列表中选择。"),
    ("5", "“措施”表填写措施及起止时间，一行一项，没有录制的写明理由；“异议与阻碍”表填写异议、拒绝、阻碍等情形。"),
    (
        "6",
        "“录音录像”表逐行填写录音、录像各项；“文件”栏须与“文件”表一致。“记录内容”按录像实际填写，几项之间用顿号分隔，可以写：{shows}。",
    ),
    ("7", "证件号码、执法证号、案号等长号码按文本填写；单元格显示为 4.20E+17 的，末几位已经丢失，须重新填写。"),
    (
        "8",
        "检查时报出的错误确实无法改正的，由负责人在“问题说明”表说明：“问题名称”从列表中选择，写明涉及的文件或文书、说明人、理由；"
        "有书面说明的，把文件放入案卷并填写“说明文件”。",
    ),
    ("9", "保存为“案卷.xlsx”，放在案件文件夹的最上层，然后运行 preserve check 检查。"),
)


def write_workbook(
    path: Path,
    case: dict[str, Any] | CaseDescription | None = None,
    vocabulary: Vocabulary | None = None,
    *,
    volumes: bool = False,
    proposals: Sequence[Proposal] = (),
    pictures: Mapping[int, bytes] | None = None,
) -> None:
    """Write the template, filled in with a description or a draft (plain data of the schema's shape).

    `proposals`, what a machine read, stand in yellow cells, and each with the picture of its line (PNG, by its place)
    on a sheet of their own, where a person says yes to it or not.

    `vocabulary`: the words of the archive's own profiles for the lists to choose from; else those of the shipped ones.
    `volumes`: the archive divides its files into 正卷 and 副卷; else the column is there only where something is in it.
    """
    import xlsxwriter

    words = vocabulary or read_vocabulary()
    content = case.model_dump(mode="python") if isinstance(case, CaseDescription) else dict(case or {})
    content = put(content, proposals) if proposals else content
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        writer = _Writer(book, words, proposals)
        writer.case(content)
        for field, (title, columns) in SHEETS.items():
            rows = content.get(field) or []
            required = _REQUIRED_IN.get(field, _REQUIRED_COLUMNS)
            shown = without_volume(columns, rows, volumes)
            if field == "objects":
                own = {name: label for name, label in shown.items() if name not in OF_RECORDINGS}
                theirs = {name: columns[name] for name in ("file", *OF_RECORDINGS)}
                writer.rows((field, title), own, rows, required)
                writer.rows((field, RECORDINGS_SHEET), theirs, [row for row in rows if is_recording(row)], required)
            else:
                writer.rows((field, title), shown, rows, required)
        if proposals:
            writer.drafted(proposals, pictures or {})
        writer.help()
        writer.choices()


def is_recording(row: Any) -> bool:
    """Whether a file has a row in the sheet of recordings: by its name, or because something of that is known."""
    return _RECORDINGS.search(str(_of(row, "file")).lower()) is not None or any(
        _of(row, name) not in (None, "", (), []) for name in OF_RECORDINGS
    )


def _of(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, dict) else getattr(row, name)


class _Writer:
    """Writes the sheets of one workbook; and the lists to choose from that they use."""

    def __init__(self, book: Any, words: Vocabulary, proposals: Sequence[Proposal] = ()) -> None:
        self.book, self.words = book, words
        self.marked = {(one.sheet, one.row, one.field) for one in proposals}
        self.heading = book.add_format(
            {
                "bold": True,
                "bg_color": "#DCE6F1",
                "border": 1,
                "font_name": "Noto Sans CJK SC",
                "text_wrap": True,
                "valign": "top",
            }
        )
        self.plain = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
        self.blank = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self.yellow = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@", **YELLOW})
        first = ("case_type", "measure")  # their lists keep their columns, whichever sheet comes first
        self.lists = {name: [term.label.zh for term in words.terms[name]] for name in first}

    def case(self, content: dict[str, Any]) -> None:
        """The sheet of fields that a case has once."""
        sheet = self.book.add_worksheet(CASE_SHEET)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 70, self.blank)
        sheet.write_string(0, 0, "项目", self.heading)
        sheet.write_string(0, 1, "内容", self.heading)
        sheet.freeze_panes(1, 0)
        _for_paper(sheet)
        shown = {**CASE, **LEGACY} if content.get("legacy") else CASE
        for number, (field, label) in enumerate(shown.items(), 1):
            sheet.write_string(number, 0, label + (" *" if field in _REQUIRED else ""), self.heading)
            holder, _, name = field.rpartition(".")
            value = (content.get(holder) or {}).get(name) if holder else content.get(name)
            self._write(sheet, (number, 1), self._written(name, value), (CASE_ITSELF, "", field))
            if rule := self._rule(name):
                sheet.data_validation(number, 1, number, 1, rule)

    def _write(self, sheet: Any, cell: tuple[int, int], text: str, place: tuple[str, str, str]) -> None:
        """A cell; in yellow where a machine read what stands in it."""
        read = place in self.marked
        sheet.write_string(*cell, text, self.yellow if read else self.plain)
        if read:
            sheet.write_comment(*cell, NOTE)

    def drafted(self, proposals: Sequence[Proposal], pictures: Mapping[int, bytes]) -> None:
        """The sheet of what a machine read."""
        wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        formats = {"heading": self.heading, "plain": self.plain, "yellow": self.yellow, "wrapped": wrapped}
        write_sheet(self.book, proposals, pictures, self._written, formats)

    def rows(self, named: tuple[str, str], columns: Mapping[str, str], rows: Sequence[Any], required: set[str]) -> None:
        """A sheet of rows; `named`: the field that they are of, and the sheet's title."""
        of, title = named
        sheet = self.book.add_worksheet(title)
        sheet.freeze_panes(1, 1)
        _for_paper(sheet)
        for place, (name, label) in enumerate(columns.items()):
            wide = 48 if name == "file" else 28 if name in ("title", "proves", "note", "explains", "shows") else 16
            sheet.set_column(place, place, wide, self.blank)
            sheet.write_string(0, place, label + (" *" if name in required else ""), self.heading)
            if rule := self._rule(name):
                sheet.data_validation(1, place, _VALIDATED_ROWS, place, rule)
            for number, row in enumerate(rows, 1):
                key = str(_of(row, "file") if of == "objects" else _of(row, "name") if of in _NAMED else "")
                self._write(sheet, (number, place), self._written(name, _of(row, name)), (of, key, name))
            for number in range(len(rows) + 1, len(rows) + 1 + _EMPTY_ROWS):
                sheet.write_blank(number, place, None, self.blank)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        sheet.print_area(
            0, 0, max(len(rows), 1), (PRINTED_COLUMNS if title == SHEETS["objects"][0] else len(columns)) - 1
        )

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
        if name in ENUMS and name not in SEVERAL:
            source: list[str] | str = list(VALUES[ENUMS[name]].values())
        elif name in YES_NO:
            source = ["是", "否"]
        elif name in FIELDS and name != "shows":
            source = self._list(name, [term.label.zh for term in self.words.terms[name]])
        elif name == "finding":
            source = self._list(name, [chinese for chinese, _ in PROBLEMS.values()])
        else:
            return None
        return {
            "validate": "list",
            "source": source,
            "error_title": "请从列表中选择",
            "error_message": "请从列表中选择",
        }

    def _list(self, name: str, words: list[str]) -> str:
        words = self.lists.setdefault(name, words)
        column = letter(list(self.lists).index(name))
        return f"={CHOICES_SHEET}!${column}$2:${column}${len(words) + 1}"

    def _written(self, name: str, value: Any) -> str:
        """A value as people read it in a cell."""
        if value is None:
            return ""
        if isinstance(value, (list, tuple)):
            return "、".join(self._written(name, one) for one in value)
        if name in FIELDS:
            return self.words.chinese(name, str(value))
        if name in ENUMS:
            return VALUES[ENUMS[name]].get(str(value), str(value))
        if name == "finding":
            return chinese_problem(str(value))
        if isinstance(value, StrEnum):
            return chinese_of(value)
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, str) and _MOMENT.match(value):
            return value.replace("T", " ")
        return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _for_paper(sheet: Any) -> None:
    """Printed on A4 across, as wide as the paper, with the headings on each page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C&P / &N")
