"""A redaction plan as an xlsx workbook: a row for each redaction, with lists to choose from; written and read."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.access.redaction.plan import Redaction, plan_of
from preserve.description.hostile import hostile
from preserve.errors import Refused

SHEET = "遮盖"
COLUMNS = {
    "object": "文件",
    "what": "方式",
    "pages": "页码",
    "lines": "行号",
    "left": "距左",
    "top": "距上",
    "width": "宽",
    "height": "高",
    "unit": "单位",
    "from": "起",
    "to": "止",
    "reason": "理由",
    "article": "条款",
    "name": "交付时的名称",
    "found": "机读所见",
    "confirmed": "已核对",
}
WAYS = {
    "box": "涂黑",
    "pages": "抽去页",
    "lines": "删去行",
    "blur": "画面模糊",
    "mute": "静音",
    "blur-mute": "模糊并静音",
}
FOUND_WORDS: dict[str, str] = {
    "identity-number": "身份证号",
    "telephone": "电话",
    "bank-card": "银行卡号",
    "address": "住址",
    "name": "姓名",
    "plate": "车牌",
    "face": "人脸",
    "voice": "说话声",
}
_ANSWERS = {"no": "否", "yes": "是", "changed": "改"}
_WIDE = {"object": 52, "what": 12, "reason": 28, "name": 28}
_WORDS = {"what": WAYS, "found": FOUND_WORDS, "confirmed": _ANSWERS}
_ALWAYS = ("object", "what", "reason", "article")
_MOST_ROWS = 20_000
_HELP = (
    "每行填写一处遮盖；同一文件可以有多行。已列出的文件含有须遮盖的内容；不需要遮盖的行，“方式”留空即可。",
    "涂黑：在 PDF、图片、录像上涂黑一块。位置从左上角量起，PDF 可用毫米（mm），图片和录像用百分数（%）。",
    "页码留空即每一页。",
    "抽去页：写页码，例如 3-5, 8。　删去行：用于文本文件，写行号，例如 12-15。",
    "画面模糊、静音、模糊并静音：用于录像和录音，写起止时间，例如 0:01:10.5 至 0:02:00；模糊的位置留空即整个画面。",
    "需要确保无法辨认的人脸、文字，请用“涂黑”，写上起止时间；模糊只适合保留大致场景。",
    "理由写类别，例如“个人隐私”，不要写出被遮盖的内容本身：理由会写入交给申请人的遮盖说明。",
    "被遮盖的文件默认以“文件 001”一类的名称交付：原来的文件名和题名也可能写有须遮盖的内容。",
    "要另取名称，请填“交付时的名称”；照填原文件名，即保留原来的文件名和题名。",
    "“机读所见”有内容的行由机器起草，未经核对：对着原件看过以后，“已核对”填“是”；位置改过的填“改”；不该遮盖的，整行删去。",
    "还有填“否”的行，审核时不予接受。机读只找出一部分，其余仍须逐页查看。",
    "填好后运行 preserve request examine 申请号 --redactions 本文件。",
)


def write_workbook(path: Path, rows: Sequence[Mapping[str, str]], notes: Sequence[str] = ()) -> None:
    """Write a plan to fill in, a row for each of `rows` with what is known of it; `notes` stand before the help."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        heading = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
        # Text throughout: a spreadsheet would take 1:20 for twenty past one.
        plain = book.add_format({"border": 1, "num_format": "@", "valign": "top"})
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, 1)
        for place, (name, label) in enumerate(COLUMNS.items()):
            sheet.set_column(place, place, _WIDE.get(name, 9), plain)
            sheet.write_string(0, place, label + (" *" if name in _ALWAYS else ""), heading)
        for number, row in enumerate(rows, 1):
            for name, value in row.items():
                said = _WORDS.get(name, {}).get(value, value)
                sheet.write_string(number, list(COLUMNS).index(name), said, plain)
        for name, words in (
            ("what", list(WAYS.values())),
            ("unit", ["mm", "%"]),
            ("confirmed", list(_ANSWERS.values())),
        ):
            place = list(COLUMNS).index(name)
            sheet.data_validation(1, place, 2000, place, {"validate": "list", "source": words})
        help_ = book.add_worksheet("说明")
        help_.set_column(0, 0, 110)
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for number, line in enumerate([*notes, *_HELP]):
            help_.write_string(number, 0, line, wrapped)


def read_workbook(path: Path, data: bytes) -> tuple[Redaction, ...]:
    """A plan out of a workbook. Raises Refused with every mistake at once, each with its cell."""
    import openpyxl

    if findings := list(hostile(data)):
        raise Refused("redaction.plan-unreadable", str(path), findings=findings, reason="xlsx")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book[SHEET]
        table = list(sheet.iter_rows(min_row=1, max_row=_MOST_ROWS, max_col=40, values_only=True))
    except Exception as error:  # the library raises many kinds on damaged files
        raise Refused("redaction.plan-unreadable", str(path), reason=str(error)) from error
    names = {label: name for name, label in COLUMNS.items()}
    headings = [names.get(str(value or "").strip().rstrip("*＊ "), "") for value in (table[0] if table else ())]
    twice = [
        Finding(
            "redaction.column-twice",
            f"{path.name} {SHEET}!{chr(ord('A') + place)}1",
            "refuse",
            {"label": COLUMNS[name]},
        )
        for place, name in enumerate(headings[:26])
        if name and name in headings[:place]
    ]
    letters = {name: chr(ord("A") + place) for place, name in enumerate(headings) if name and place < 26}
    rows, numbers = [], []
    for number, cells in enumerate(table[1:], 2):
        row = {name: _written(value) for name, value in zip(headings, cells, strict=False) if name and _given(value)}
        if set(row) - {"object", "reason", "article"}:
            row["what"] = row.get("what", "")
            for key, words in _WORDS.items():
                if key in row:
                    row[key] = {word: name for name, word in words.items()}.get(row[key], row[key])
            rows.append(row)
            numbers.append(number)

    def place(index: int, key: str) -> str:
        return f"{path.name} {SHEET}!{letters.get(key, 'A')}{numbers[index]}"

    return plan_of(rows, place, path, twice)


def _given(value: Any) -> bool:
    return value is not None and str(value).strip() != ""


def _written(value: Any) -> str:
    """A cell as a person wrote it; a time or date that a spreadsheet made of it stays what it is, and is refused."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return str(value).strip()
    return repr(value)
