"""Files of zeros and packed files without their end are told; what is whole is not called damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zipfile
from pathlib import Path

import pytest

from preserve.ingest.readers import wholeness
from preserve.ingest.readers.report import Report
from preserve.ingest.readers.wholeness import tell_hollow, tell_unpacked


def _zip(*, compressed: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as archive:
        for name in ("[Content_Types].xml", "word/document.xml", "word/media/image1.png"):
            archive.writestr(name, os.urandom(3000))
    return out.getvalue()


PACKED = {
    "a.docx": _zip(),
    "b.ofd": _zip(compressed=False),
    "c.gz": gzip.compress(os.urandom(9000)),
    "d.bz2": bz2.compress(os.urandom(9000)),
    "e.xz": lzma.compress(os.urandom(9000)),
}


def _codes(path: Path, data: bytes) -> list[tuple[str, str]]:
    path.write_bytes(data)
    report = Report(path.name)
    if not tell_hollow(path, "document", report):
        tell_unpacked(path, report)
    return [(finding.code, finding.severity) for finding in report.findings]


@pytest.mark.parametrize("name", PACKED)
def test_what_is_packed_is_unpacked_to_its_end(name: str, tmp_path: Path) -> None:
    data, error = PACKED[name], [("format.truncated", "error")]
    assert _codes(tmp_path / name, data) == []
    for share in (0.3, 0.7, 0.95):
        assert _codes(tmp_path / name, data[: int(len(data) * share)]) == error
    half = len(data) // 2
    assert _codes(tmp_path / name, data[:half] + bytes(len(data) - half)) == error
    bent = bytearray(data)
    bent[half] ^= 0x55
    assert _codes(tmp_path / name, bytes(bent)) == error


def test_files_of_zeros_have_nothing_in_them(tmp_path: Path) -> None:
    for size in (1, 5000, 3 << 20):
        assert _codes(tmp_path / "a.docx", bytes(size)) == [("format.unreadable", "error")]
    assert _codes(tmp_path / "a.bin", bytes(5000) + b"x") == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("现场检查笔录\n".encode() * 50, ""),
        ("现场检查笔录\n".encode("utf-16") * 50, ""),
        ("a\n".encode("utf-32") * 200, ""),
        ("现场检查笔录\n".encode() * 50 + bytes(300), "format.zeros"),
        (b"a" + bytes(3000), "format.unreadable"),
    ],
)
def test_texts_with_zeros_in_them(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    report = Report("a.txt")
    tell_hollow(path, "text", report)
    assert [finding.code for finding in report.findings] == ([code] if code else [])


def test_what_swells_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wholeness, "SECONDS", 0.0)
    assert _codes(tmp_path / "a.gz", gzip.compress(bytes(50 << 20))) == [("format.not-unpacked", "note")]


def test_members_that_are_encrypted_say_nothing(tmp_path: Path) -> None:
    import pyzipper

    path = tmp_path / "a.zip"
    with pyzipper.AESZipFile(path, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"secret")
        archive.writestr("a", b"text")
    assert _codes(path, path.read_bytes()) == []
