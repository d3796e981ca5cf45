"""Encapsulations of others as deposits: their files under their own names, what they say, and who signed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.support.eep_files import coding, encapsulation
from tests.support.handover_folders import put, read

SIGNED = "<电子签名块><电子签名><签名人>张三</签名人><签名结果>AAAA</签名结果></电子签名></电子签名块>"


@pytest.mark.parametrize("suffix", [".eep", ".xml"])
def test_a_record_of_others_is_a_case(suffix: str, tmp_path: Path) -> None:
    put(tmp_path / f"0001{suffix}", encapsulation(coding("笔录.txt", b"one"), coding("录像.mp4", b"two"), more=SIGNED))
    put(tmp_path / "别的.xml", b"<x/>")
    package = read(tmp_path)
    assert (package.kind, package.version) == ("eep", "2009")
    assert sorted(package.names.values()) == ["录像.mp4", "笔录.txt"]
    assert package.described["title"] == "某案"
    assert package.described["producer"] == {"name": "甲局"}
    assert [(one.code, one.values["signer"]) for one in package.findings] == [("foreign.signed", "张三")]
    assert package.source is not None
    names = {entry.path: stream.read() for entry, stream in package.source.stream(lambda entry: True)}
    assert [names[path] for path in package.content] == [b"one", b"two"]
    assert package.source.read(package.content[1], 10) == b"two"


def test_data_that_lie_outside_are_held_to_their_digest(tmp_path: Path) -> None:
    put(
        tmp_path / "a.eep",
        encapsulation(coding("现场.mp4", b"video", outside=True), coding("无.mp4", b"-", outside=True)),
    )
    put(tmp_path / "现场.mp4", b"video")
    package = read(tmp_path)
    assert package.content == ("现场.mp4",)
    assert package.wanted["现场.mp4"][0].digest == hashlib.sha256(b"video").hexdigest()
    assert package.missing == (("无.mp4", "a.eep"),)


def test_hostile_names_lead_nowhere(tmp_path: Path) -> None:
    names = ("../../etc/passwd.txt", "/abs.txt", "C:\\x.txt", "同名.txt", "同名.txt", "同名.txt/内.txt")
    put(tmp_path / "a.eep", encapsulation(*(coding(name, name.encode()) for name in names)))
    package = read(tmp_path)
    assert len(set(package.content)) == 6
    assert all(".." not in path and not path.startswith("/") for path in package.content)
    assert [finding.code for finding in package.findings] == ["foreign.name-unusable"] * 3


def test_records_of_several_volumes_are_several_cases(tmp_path: Path) -> None:
    for number in ("J1-ZY·2026-001-001", "J1-ZY·2026-001-002", "J1-ZY·2026-002-001"):
        put(tmp_path / f"{number}.eep", encapsulation(coding("a.txt", number.encode()), number=number))
    package = read(tmp_path)
    assert [len(case.content) for case in package.cases] == [2, 1]
    assert [case.described["archival_number"] for case in package.cases] == ["J1-ZY·2026-001", "J1-ZY·2026-002"]
    assert package.cases[0].beside == ("J1-ZY·2026-001-001.eep", "J1-ZY·2026-001-002.eep")


def test_a_size_that_is_wrong_is_kept_for_comparing(tmp_path: Path) -> None:
    put(tmp_path / "a.eep", encapsulation(coding("a.txt", b"one", size=99)))
    package = read(tmp_path)
    assert list(package.sizes.values()) == [99]
