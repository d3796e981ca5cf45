"""Signatures of OFD are listed as they are found; parts that a signature covers are held against its digests."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from preserve.ingest.readers import ofd
from preserve.ingest.readers.report import Report
from tests.support.shared_cases import OFD

pytestmark = pytest.mark.samples

SIGNED = OFD / "SESV4SignDoc.ofd"
_LIST = "Doc_0/Signs/Signatures.xml"
_ONE = "Doc_0/Signs/Sign_0/Signature.xml"


def _read(path: Path) -> Report:
    report = Report(path.name)
    ofd.read(path, report)
    return report


def _changed(target: Path, changes: dict[str, bytes | None]) -> Path:
    """The signed file with parts replaced, or left out where the content is None."""
    with zipfile.ZipFile(SIGNED) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            content = changes.get(name, source.read(name))
            if content is not None:
                out.writestr(name, content)
    return target


def _part(name: str) -> bytes:
    with zipfile.ZipFile(SIGNED) as archive:
        return archive.read(name)


def _codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_a_seal_is_listed_with_what_it_says_of_itself() -> None:
    report = _read(SIGNED)
    known = dict(report.properties)
    assert known["Signatures"] == "1"
    for words in (
        "Seal; name OFD R&W 测试用印章;",
        "signer Test Certificate;",
        "signed 2026-08-04 10:08:09;",
        "seal valid 2020-04-22T02:09:00Z to 2022-04-22T02:09:00Z;",
        "method SM2 with SM3;",
        "form SES 4;",
        "covers 5 parts, 5 with the digest it names;",
        "as found, not verified",
    ):
        assert words in known["Signature 1"]
    assert _codes(report) == ["format.ofd-signatures"]
    assert report.findings[0].severity == "note" and report.findings[0].values["shown"] == "OFD R&W 测试用印章"


def test_a_file_without_signatures_says_nothing_of_them() -> None:
    report = _read(OFD / "helloworld.ofd")
    assert "Signatures" not in dict(report.properties) and not report.findings


def test_a_page_that_was_altered_after_it_was_sealed_is_told(tmp_path: Path) -> None:
    page = "Doc_0/Pages/Page_0/Content.xml"
    report = _read(_changed(tmp_path / "a.ofd", {page: _part(page).replace("你好".encode(), "再见".encode())}))
    assert _codes(report) == ["format.ofd-signatures", "format.ofd-signature-differs"]
    told = report.findings[1]
    assert (told.severity, told.values["count"]) == ("warning", 1) and page in str(told.values["parts"])
    assert f"differ /{page}" in dict(report.properties)["Signature 1"]


def test_a_covered_part_that_is_gone_is_told(tmp_path: Path) -> None:
    report = _read(_changed(tmp_path / "a.ofd", {"Doc_0/PublicRes.xml": None}))
    assert "format.ofd-signature-differs" in _codes(report)


@pytest.mark.parametrize(
    "changes",
    [
        {_ONE: None},
        {_ONE: b"<broken"},
        {_LIST: b"<broken"},
        {_LIST: None, _ONE: None},
        {"Doc_0/Signs/Sign_0/SignedValue.dat": b"\x30\x03\x02\x01\x01", "Doc_0/Signs/Sign_0/Seal.esl": b"\x30\x00"},
        {"Doc_0/Signs/Sign_0/SignedValue.dat": None, "Doc_0/Signs/Sign_0/Seal.esl": None},
        {"Doc_0/Signs/Sign_0/SignedValue.dat": b"\x30\x80" * 4000, "Doc_0/Signs/Sign_0/Seal.esl": b"\xff" * 9},
    ],
)
def test_a_signature_that_cannot_be_read_is_told_and_is_no_crash(
    tmp_path: Path, changes: dict[str, bytes | None]
) -> None:
    report = _read(_changed(tmp_path / "a.ofd", changes))
    assert "format.ofd-signature-unread" in _codes(report)
    assert dict(report.properties)["Pages"] == "1"


def test_the_seal_beside_it_names_itself_where_the_signed_value_does_not(tmp_path: Path) -> None:
    report = _read(_changed(tmp_path / "a.ofd", {"Doc_0/Signs/Sign_0/SignedValue.dat": b"\x30\x00"}))
    known = dict(report.properties)["Signature 1"]
    assert "name OFD R&W 测试用印章" in known and "signer" not in known


def test_a_list_that_no_root_names_is_found(tmp_path: Path) -> None:
    root = _part("OFD.xml")
    start, end = root.index(b"<ofd:Signatures>"), root.index(b"</ofd:Signatures>") + len(b"</ofd:Signatures>")
    report = _read(_changed(tmp_path / "a.ofd", {"OFD.xml": root[:start] + root[end:]}))
    assert dict(report.properties)["Signatures"] == "1"
    assert "format.ofd-signature-differs" in _codes(report)  # the root is covered too


def test_one_signature_named_without_end_is_read_once(tmp_path: Path) -> None:
    named = b'<ofd:Signature ID="1" BaseLoc="/Doc_0/Signs/Sign_0/Signature.xml"/>' * 5000
    listed = b'<ofd:Signatures xmlns:ofd="http://www.ofdspec.org/2016">' + named + b"</ofd:Signatures>"
    report = _read(_changed(tmp_path / "a.ofd", {_LIST: listed}))
    known = dict(report.properties)
    assert (known["Signatures"], len(known)) == ("5000", 202)
    assert "covers 5 parts" in known["Signature 1"] and "listed twice" in known["Signature 2"]
    assert "format.ofd-signature-unread" in _codes(report)


def test_a_part_that_is_covered_without_end_is_read_within_bounds(tmp_path: Path) -> None:
    one = _part(_ONE)
    start, end = one.index(b"<ofd:Reference "), one.index(b"</ofd:Reference>") + len(b"</ofd:Reference>")
    report = _read(_changed(tmp_path / "a.ofd", {_ONE: one.replace(one[start:end], one[start:end] * 20_000)}))
    said = dict(report.properties)["Signature 1"]
    assert "covers 20004 parts, 5000 with the digest it names" in said
