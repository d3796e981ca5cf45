"""The sheet 机读建议 of a workbook: what a machine read, each with the picture of its line and a cell to say yes in."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from preserve.description.drafted import SEEN, SEEN_WORDS, Answer, Answers, Proposal, field_label, sheet_label

SHEET = "机读建议"
YELLOW = {"bg_color": "#FFF2CC"}
NOTE = "机读，未核对。请在“机读建议”表中核对图片后选择是否采用。"
_PERSON = "核对人"
_TITLE = (
    "机读，未核对：以下内容由机器从扫描件中读出，不作为证据。请逐行核对图片：正确的，在“采用”栏选“是”；不正确的，在原表中改正。"
    "未选“是”的内容不进入著录。最后填写核对人姓名。"
)
_TAKEN, _VALUE, _PICTURE, _WHICH, _FIELD, _ROW, _BEFORE = "采用", "机读内容", "图片", "表", "项目", "行", "原有内容"
_COLUMNS = (
    (_TAKEN, 8),
    (_VALUE, 34),
    (_PICTURE, 62),
    (_WHICH, 10),
    (_FIELD, 14),
    (_ROW, 34),
    (_BEFORE, 20),
    ("来源文件", 34),
    ("页", 5),
    ("把握", 14),
)
_HEADS = 2  # the row of headings, from 0
_LINE = 36.0  # points of a row with a picture
_WIDE = 430  # pixels of the widest picture
_MOST_ROWS = 5000
_YES = "是"


def write_sheet(
    book: Any,
    proposals: Sequence[Proposal],
    pictures: Mapping[int, bytes],
    written: Callable[[str, str], str],
    formats: Mapping[str, Any],
) -> None:
    """Write it. `pictures` are PNG by the proposal's place; `written` says a field's value as its cell does."""
    sheet = book.add_worksheet(SHEET)
    for place, (_, wide) in enumerate(_COLUMNS):
        sheet.set_column(place, place, wide)
    sheet.merge_range(0, 0, 0, len(_COLUMNS) - 1, _TITLE, formats["wrapped"])
    sheet.set_row(0, 34)
    sheet.write_string(1, 0, _PERSON, formats["heading"])
    sheet.write_blank(1, 1, None, formats["yellow"])
    sheet.freeze_panes(_HEADS + 1, 0)
    for place, (label, _) in enumerate(_COLUMNS):
        sheet.write_string(_HEADS, place, label, formats["heading"])
    for number, one in enumerate(proposals, _HEADS + 1):
        value, before = (SEEN_WORDS.get(one.value, one.value), "") if one.sheet == SEEN else _both(one, written)
        sure = "校验位相符" if one.sure else f"{one.score:.0%}" if one.score else ""
        cells = (value, "", sheet_label(one.sheet), field_label(one), one.row, before, one.file, str(one.page), sure)
        for place, text in enumerate(cells, 1):
            sheet.write_string(number, place, text, formats["plain"])
        if one.sheet != SEEN:
            sheet.write_blank(number, 0, None, formats["yellow"])
            sheet.data_validation(number, 0, number, 0, {"validate": "list", "source": [_YES, "否"]})
        if picture := pictures.get(number - _HEADS - 1):
            sheet.set_row(number, _LINE)
            _insert(sheet, number, picture)
    sheet.autofilter(_HEADS, 0, max(len(proposals) + _HEADS, _HEADS + 1), len(_COLUMNS) - 1)


def _both(one: Proposal, written: Callable[[str, str], str]) -> tuple[str, str]:
    name = one.field.rpartition(".")[2]
    return written(name, one.value), written(name, one.before)


def _insert(sheet: Any, number: int, picture: bytes) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as opened:  # what a process of ours drew
        width, height = opened.size
    scale = min(_WIDE / width, (_LINE * 4 / 3 - 6) / height)
    place = {"image_data": io.BytesIO(picture), "x_scale": scale, "y_scale": scale, "x_offset": 3, "y_offset": 3}
    sheet.insert_image(number, 2, "line.png", {**place, "object_position": 1})


def read_sheet(sheet: Any) -> Answers:
    """What came back. A sheet in which headings are gone answers nothing."""
    answers = Answers()
    heads: dict[str, int] = {}
    for number, row in enumerate(sheet.iter_rows(min_row=1, max_row=_MOST_ROWS, max_col=20), 1):
        texts = [str(cell.value).strip() if cell.value is not None else "" for cell in row]
        if not heads:
            if texts and texts[0] == _PERSON:
                answers.person = texts[1] if len(texts) > 1 else ""
            if _TAKEN in texts and _VALUE in texts:
                heads = {text: place for place, text in reversed(list(enumerate(texts))) if text}
            continue
        told = {name: texts[heads[name]] if heads.get(name, 99) < len(texts) else "" for name, _ in _COLUMNS}
        if told[_VALUE] and told[_WHICH] and told[_FIELD]:
            where = (told[_WHICH], told[_ROW], told[_FIELD])
            answers.rows.append(Answer(number, *where, told[_VALUE], told[_BEFORE], told[_TAKEN] == _YES))
    return answers
