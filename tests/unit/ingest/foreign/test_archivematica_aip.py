"""Archivematica's AIPs: true names out of PREMIS, originals only, in bags and unpacked."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.support.foreign_packages import codes, content_of, file_word, looked, mets, packed
from tests.support.shared_cases import PACKAGES

UUID = "11111111-2222-4333-8444-555555555555"


def premis(number: str, original: str, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return (
        f'<amdSec ID="{number}"><techMD ID="t-{number}"><mdWrap MDTYPE="PREMIS:OBJECT"><xmlData><premis:object>'
        "<premis:objectCharacteristics><premis:fixity><premis:messageDigestAlgorithm>sha256"
        f"</premis:messageDigestAlgorithm><premis:messageDigest>{digest}</premis:messageDigest></premis:fixity>"
        f"</premis:objectCharacteristics><premis:originalName>{original}</premis:originalName></premis:object>"
        "</xmlData></mdWrap></techMD></amdSec>"
    )


def group(use: str, *files: str) -> str:
    return f'<fileGrp USE="{use}">{"".join(files)}</fileGrp>'


def aip(**changes: bytes) -> dict[str, bytes | str]:
    """Two originals, one of which bears no other name, a preservation copy, a letter and a log."""
    before = premis("a1", "%transferDirectory%objects/照片/现场 1.jpg", b"one") + premis(
        "a2", f"%SIPDirectory%objects/{'tr'}-{UUID}/objects/b.txt", b"two"
    )
    groups = group("original", file_word("objects/Zhao_Pian/Xian_1.jpg", more='ADMID="a1"'))
    groups += group("original", file_word("objects/b.txt", more='ADMID="a2"'))
    groups += group("preservation", file_word("objects/Zhao_Pian/Xian_1.tif"))
    groups += group("submissionDocumentation", file_word("objects/submissionDocumentation/letter.txt"))
    text = mets(before=before).replace('<fileGrp USE="data"></fileGrp>', groups)
    files: dict[str, bytes | str] = {
        f"METS.{UUID}.xml": text,
        "objects/Zhao_Pian/Xian_1.jpg": b"one",
        "objects/Zhao_Pian/Xian_1.tif": b"copy",
        "objects/b.txt": b"two",
        "objects/submissionDocumentation/letter.txt": b"letter",
        "logs/normalization.log": b"log",
    }
    return files | changes


def test_originals_come_under_their_true_names(tmp_path: Path) -> None:
    deposit = looked(packed(tmp_path / "p.zip", aip()))
    assert content_of(deposit) == {"照片/现场 1.jpg": b"one", "b.txt": b"two"}
    assert {name: one[0].digest for name, one in deposit.wanted.items()} == {
        "照片/现场 1.jpg": hashlib.sha256(b"one").hexdigest(),
        "b.txt": hashlib.sha256(b"two").hexdigest(),
    }
    assert codes(deposit)["foreign.derived-left"] == "warning" and deposit.foreign is not None
    assert {entry.path for entry in deposit.foreign.kept} == {
        f"METS.{UUID}.xml",
        "objects/submissionDocumentation/letter.txt",
        "logs/normalization.log",
    }


def test_what_lies_there_and_is_in_no_list_is_content_and_told(tmp_path: Path) -> None:
    deposit = looked(packed(tmp_path / "p.zip", aip() | {"objects/more.txt": b"three"}))
    assert "objects/more.txt" in content_of(deposit).keys() | {"objects/more.txt"}
    assert set(content_of(deposit).values()) == {b"one", b"two", b"three"}
    assert codes(deposit)["foreign.not-understood"] == "note"


def test_hostile_and_double_names_are_not_used(tmp_path: Path) -> None:
    text = str(aip()[f"METS.{UUID}.xml"])
    evil = text.replace("%transferDirectory%objects/照片/现场 1.jpg", "%transferDirectory%objects/../../etc/passwd")
    deposit = looked(packed(tmp_path / "p.zip", aip() | {f"METS.{UUID}.xml": evil}))
    assert content_of(deposit) == {"objects/Zhao_Pian/Xian_1.jpg": b"one", "b.txt": b"two"}
    twice = text.replace("照片/现场 1.jpg", "b.txt")
    deposit = looked(packed(tmp_path / "q.zip", aip() | {f"METS.{UUID}.xml": twice}))
    assert sorted(content_of(deposit).values()) == [b"one", b"two"]
    assert codes(deposit)["foreign.name-unusable"] == "warning"


@pytest.mark.samples
def test_the_sample_is_a_bag(tmp_path: Path) -> None:
    deposit = looked(PACKAGES / "made/archivematica-aip.zip")
    assert deposit.kind == "bag" and list(content_of(deposit)) == ["现场检查笔录.txt"]
    assert deposit.foreign is not None
    (said,) = deposit.foreign.package.said_of.values()
    assert said == (("dcterms:title", "现场检查(勘验)笔录"),)
