"""What is packed is the same document: its words, tags and metadata, still PDF/A-2b, in fewer bytes."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.typesetting.judging import judge
from preserve.typesetting.packing import pack

MOMENT = datetime(2026, 12, 11, 2, 0, tzinfo=UTC)


def _table(rows: int) -> bytes:
    parts = [
        Section("检查", heads=("文件", "发现"), rows=[(f"询问笔录-{n}.pdf", "缺少当事人签名") for n in range(rows)])
    ]
    return as_pdf("合规检查报告", "临江市文化和旅游局", "某局", MOMENT, parts)


def _unpacked(document: bytes) -> bytes:
    """As a program that knows no object streams writes it."""
    plain = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        pdf.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    return plain.getvalue()


def _words(document: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=document, capture_output=True, check=True
    ).stdout.decode()


@pytest.mark.parametrize("rows", [1, 60])
def test_the_same_document_in_fewer_bytes(rows: int, tmp_path: Path) -> None:
    plain = _unpacked(_table(rows))
    packed = pack(plain)
    assert len(packed) < (0.95 if rows == 1 else 0.6) * len(plain)
    assert _words(packed) == _words(plain) and "缺少当事人签名" in _words(packed)
    with pikepdf.open(io.BytesIO(packed)) as pdf, pikepdf.open(io.BytesIO(plain)) as before:
        assert len(pdf.pages) == len(before.pages)
        assert pdf.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert "/StructTreeRoot" in pdf.Root and pdf.Root.MarkInfo.Marked
    assert b"pdfaid:part" in packed  # found without a reader of PDF
    for name, document in (("plain.pdf", plain), ("packed.pdf", packed)):
        (tmp_path / name).write_bytes(document)
    verdict = judge(tmp_path / "packed.pdf")
    assert verdict == judge(tmp_path / "plain.pdf") and not verdict.rules, verdict.words()
    subprocess.run(["qpdf", "--check", str(tmp_path / "packed.pdf")], check=True, capture_output=True)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert _table(3) == _table(3)
    assert len(pack(_table(60))) <= len(_table(60)) + 100  # a second time nothing is left to gain


def test_pictures_look_as_they_did() -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
    document = as_pdf("图", "某局", "某局", MOMENT, [Section("图", picture=picture)])
    assert _drawn(document) == _drawn(_unpacked(document))


def _drawn(document: bytes) -> bytes:
    drawn = subprocess.run(["pdftoppm", "-r", "40", "-"], input=document, capture_output=True, check=True).stdout
    assert drawn.startswith(b"P6")
    return drawn
