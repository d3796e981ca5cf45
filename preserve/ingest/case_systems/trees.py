"""Exports as plain trees, whatever their form: tables by names, lists, and texts; hostile ones are refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from lxml import etree

from preserve.description.hostile import hostile
from preserve.errors import Refused
from preserve.ingest.case_systems.profile import Form
from preserve.ingest.foreign.chinese_xml import name_of, parsed, text_of
from preserve.strict_json import read_json

_MOST_ROWS = 200_000
_MOST_COLUMNS = 500
ROWS = "rows"
"""Under this name a table's lines stand, of all its sheets one after the other."""


def form_of(name: str) -> Form | None:
    """The form of an export by its file's name."""
    suffix = name.rpartition(".")[2].lower()
    return suffix if suffix in ("json", "xml", "csv", "xlsx") else None  # type: ignore[return-value]


def tree_of(name: str, data: bytes) -> Any:
    """What an export says. Raises Refused where it cannot be read, or is more than an export."""
    form = form_of(name)
    if form == "json":
        try:
            return read_json(text_of(data, name)[0])
        except (ValueError, RecursionError) as error:
            raise Refused("foreign.unreadable", name, reason=str(error)[:200] or "JSON") from error
    if form == "xml":
        root = parsed(data, name)
        return {name_of(root): _of_xml(root)}
    if form == "csv":
        return {ROWS: list(_lines(_of_csv(data, name)))}
    if form == "xlsx":
        return {ROWS: _of_workbook(data, name)}
    raise Refused("foreign.export-kind", name)


def _of_xml(element: etree._Element) -> Any:
    """An element as its text, or as a table of what it holds; several of one name are a list."""
    found: dict[str, Any] = {etree.QName(str(name)).localname: str(value) for name, value in element.attrib.items()}
    for inner in element.iterchildren(etree.Element):
        name, value = name_of(inner), _of_xml(inner)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    text = (element.text or "").strip()
    if not found:
        return text
    if text:
        found.setdefault("text", text)
    return found


def _of_csv(data: bytes, name: str) -> Iterator[list[str]]:
    text = text_of(data, name)[0]
    head = text[:10_000]
    delimiter = max(",\t;|", key=head.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter)):
            if number > _MOST_ROWS:
                raise Refused("foreign.export-long", name, limit=_MOST_ROWS)
            yield row
    except csv.Error as error:
        raise Refused("foreign.unreadable", name, reason=str(error)[:200]) from error


def _lines(rows: Iterator[list[str]]) -> Iterator[dict[str, str]]:
    """Each line by the names in the first line that has two and more; an empty one is passed over."""
    heads: list[str] = []
    for row in rows:
        cells = [cell.strip() for cell in row[:_MOST_COLUMNS]]
        if not heads:
            heads = cells if sum(map(bool, cells)) > 1 else []
        elif any(cells):
            yield {head: cell for head, cell in zip(heads, cells, strict=False) if head and cell}


def _of_workbook(data: bytes, name: str) -> list[dict[str, str]]:
    if findings := list(hostile(data)):
        raise Refused("sip.refused", name, findings=findings)
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return [line for sheet in book.worksheets for line in _lines(_cells(sheet))]
    except Refused:
        raise
    except Exception as error:
        raise Refused("foreign.unreadable", name, reason=type(error).__name__, detail=repr(error)) from error


def _cells(sheet: Any) -> Iterator[list[str]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS)):
        if number > _MOST_ROWS:
            raise Refused("foreign.export-long", sheet.title, limit=_MOST_ROWS)
        yield [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat()).replace("T00:00:00", "")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
