"""The process that reads documents: what is hostile ends in time, and a process that hangs or dies is replaced."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from demo import papers
from preserve.ingest.extraction import MOST_OF_A_FILE, Extracted, Way, helper
from preserve.ingest.extraction.helper import HELPER, Helper
from preserve.ingest.extraction.parts import extract
from tests.support.material import corpus

pytestmark = pytest.mark.xdist_group("extraction")
WORDS = "当事人擅自变更营业性演出内容"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _docx(path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(WORDS)
    document.save(str(path))


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        part.write(f'<w:document xmlns:w="{_W}"><w:p>'.encode())
        for _ in range(40):
            part.write(b"<w:t>a</w:t>" * 100_000)
        part.write(b"</w:p></w:document>")


def _laughs(path: Path) -> None:
    entities = "".join(f'<!ENTITY {chr(97 + n)} "{("&" + chr(96 + n) + ";") * 10 if n else "ha"}">' for n in range(9))
    xml = f'<!DOCTYPE x [{entities}]><w:document xmlns:w="{_W}"><w:p><w:t>&i;</w:t></w:p></w:document>'
    corpus.make_zip(path, {"word/document.xml": xml.encode()})


def _outside(path: Path) -> None:
    xml = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:d xmlns:w="{_W}"><w:p><w:t>&e;</w:t></w:p></w:d>'
    corpus.make_zip(path, {"word/document.xml": xml.encode()})


def _half(path: Path) -> None:
    papers.pdf(path, "现场检查笔录", "临文检〔2026〕1号", papers.paragraphs(*[WORDS * 9] * 3), "王晓梅")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _broken_off(path: Path) -> None:
    xml = f'<w:document xmlns:w="{_W}"><w:p><w:t>{WORDS}</w:t></w:p><w:p><w:t>abgebrochen'
    corpus.make_zip(path, {"word/document.xml": xml.encode()})


@pytest.mark.parametrize(
    ("make", "way", "outcomes"),
    [
        (_bomb, "docx", {"cut"}),
        (_laughs, "docx", {"failed", "none"}),
        (_outside, "docx", {"failed", "none"}),
        (_half, "pdf", {"failed", "none"}),
        (_broken_off, "docx", {"partial"}),
        (lambda path: path.write_bytes(os.urandom(5000)), "xlsx", {"failed"}),
        (lambda path: path.write_bytes(b""), "pdf", {"failed"}),
        (lambda path: path.write_bytes(b"<p>" * 200_000), "html", {"failed", "none", "cut"}),
    ],
)
def test_what_is_hostile_ends_in_time_and_the_next_file_is_read(
    tmp_path: Path, make: Callable[[Path], object], way: Way, outcomes: set[str]
) -> None:
    path = tmp_path / "hostile"
    make(path)
    began = time.monotonic()
    read = extract(path, way)
    assert time.monotonic() - began < helper._KILLED_AFTER + 5
    assert read.outcome in outcomes
    assert "root:" not in read.text
    assert len(read.text) <= MOST_OF_A_FILE
    good = tmp_path / "good.docx"
    _docx(good)
    assert WORDS in extract(good, "docx").text


def test_a_reader_that_hangs_or_dies_is_replaced(tmp_path: Path) -> None:
    good = tmp_path / "good.docx"
    _docx(good)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # opening it waits for ever
    one = Helper(patience=3)
    assert one.extract(pipe, "html").outcome == "failed"
    assert WORDS in Helper(patience=60).extract(good, "docx").text
    process = HELPER._started()
    process.kill()
    process.wait()
    assert WORDS in HELPER.extract(good, "docx").text
    one.close()


def test_what_a_document_says_is_cut_at_the_limit_and_an_empty_one_has_none(tmp_path: Path) -> None:
    good, empty = tmp_path / "good.docx", tmp_path / "empty.docx"
    _docx(good)
    docx.Document().save(str(empty))
    length = len(WORDS)
    assert HELPER.extract(good, "docx", limit=length) == Extracted("text", WORDS)
    assert HELPER.extract(good, "docx", limit=length - 1) == Extracted(
        "cut", WORDS[:-1], f"more than {length - 1} characters"
    )
    assert HELPER.extract(empty, "docx") == Extracted("none")
    assert HELPER.extract(tmp_path / "absent.docx", "docx").outcome == "failed"


def test_the_process_is_kept_from_file_to_file_and_ends_when_closed(tmp_path: Path) -> None:
    good = tmp_path / "good.docx"
    _docx(good)
    own = Helper()
    own.extract(good, "docx")
    process = own._started()
    own.extract(tmp_path / "absent.docx", "docx")
    assert own._started() is process, "a file that cannot be read costs no new process"
    own.close()
    assert process.poll() is not None
