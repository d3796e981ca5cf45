"""Text and pages are known by their content, whatever the name says; what is neither stays unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.characterise import characterise
from preserve.ingest.extraction import way_of
from preserve.ingest.identifiers.text import is_page
from preserve.ingest.identify import identify, identify_many

CHINESE = "询问笔录：问：演出有没有批准？答：没有。\r\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("笔录.12号", CHINESE.encode("gbk")),
        ("日志.log", CHINESE.encode("gbk")),
        ("nmea.dat", CHINESE.encode("gbk")),
        ("记录.txt.bak", CHINESE.encode("gb18030")),
        ("无扩展名", CHINESE.encode("utf-16-le")),
        ("導出.out", "詢問筆錄：當事人擅自變更營業性演出內容。".encode("big5")),
        ("字幕.ass.tmp", CHINESE.encode("utf-16")),
    ],
)
def test_text_is_text_by_any_name(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    known = identify(path, name, len(data))
    assert (known.puid, known.basis) == ("x-fmt/111", "text")
    assert known.findings == ()
    assert identify_many([(path, name, len(data))], workers=1) == [known]
    assert way_of(known, characterise(path, known, name), name) == "plain"


@pytest.mark.parametrize(
    ("name", "data"),
    [("随机.dat", bytes(range(1, 256)) * 20), ("空洞.bak", bytes(4000)), ("表.bin", b"\x01\x02\x03\x04" * 500)],
)
def test_what_is_no_text_stays_unknown(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    known = identify(path, name, len(data))
    assert known.mime != "text/plain"


@pytest.mark.parametrize(
    "page",
    [
        "<html xmlns:x='http://isds.czechpoint.cz/v20/message'><body><p>{}</p></body></html>",
        "\ufeff<!-- 导出 -->\n<HTML>\n<body>{}</body></HTML>",
        '<?xml version="1.0"?><!DOCTYPE html><html><body>{}</body></html>',
    ],
    ids=["foreign name space", "mark and comment", "xml"],
)
def test_a_page_is_a_page_whatever_it_names(tmp_path: Path, page: str) -> None:
    data = page.format(CHINESE).encode()
    path = tmp_path / "网页.html"
    path.write_bytes(data)
    known = identify(path, "网页.html", len(data))
    assert way_of(known, characterise(path, known, "网页.html"), "网页.html") == "html"
    assert not known.disagreement


def test_other_documents_that_speak_of_pages_are_none() -> None:
    assert not is_page(b"<?xml version='1.0'?><report><html/></report>")
    assert not is_page(b"%PDF-1.4 <html>")
    assert is_page("<html><body>".encode("utf-16"))
