"""Exports as plain trees, whatever their form; what is broken or hostile is refused."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from preserve.errors import Refused
from preserve.ingest.case_systems.trees import tree_of


def workbook(*rows: list[Any]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "tree"),
    [
        ("a.json", '{"ajmc": "甲", "n": 1}'.encode(), {"ajmc": "甲", "n": 1}),
        (
            "a.XML",
            '<?xml version="1.0" encoding="GBK"?><a x="1"><b>甲</b><b>乙</b></a>'.encode("gbk"),
            {"a": {"x": "1", "b": ["甲", "乙"]}},
        ),
        (
            "a.csv",
            "导出表\n案件名称;案号\n甲;1\n;\n乙;2".encode("gb18030"),
            {"rows": [{"案件名称": "甲", "案号": "1"}, {"案件名称": "乙", "案号": "2"}]},
        ),
        (
            "a.xlsx",
            workbook(["案件名称", "案号", ""], ["甲", 20260001.0, "x"]),
            {"rows": [{"案件名称": "甲", "案号": "20260001"}]},
        ),
    ],
    ids=("json", "xml", "csv", "xlsx"),
)
def test_each_form_becomes_a_tree(name: str, data: bytes, tree: Any) -> None:
    assert tree_of(name, data) == tree


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"{"),
        ("a.json", b'{"a": 1, "a": 2}'),
        ("a.json", b"[" * 100_000),
        ("a.xml", b"<!DOCTYPE a><a/>"),
        ("a.xlsx", b"PK nothing"),
        ("a.csv", b"\xff\xff\x80"),
        ("a.exe", b""),
    ],
    ids=map(str, range(7)),
)
def test_what_cannot_be_read_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(Refused):
        tree_of(name, data)
