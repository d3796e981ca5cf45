"""METS written as files come is that which is written in one go."""

from __future__ import annotations

from pathlib import Path

from metadata.mets import Division, Header, MetsFile, RepresentationMets, read_references, write_representation_mets

_HEADER = Header("original", "案件 <1>", "2026-01-01T00:00:00Z", "preserve", "1")


def _files(count: int) -> list[MetsFile]:
    return [MetsFile(f"f{n}", f"data/证据 {n}", n, f"{n:064}", "text/plain", _HEADER.created) for n in range(count)]


def test_the_list_waits_until_the_premis_document_is_finished(tmp_path: Path) -> None:
    premis, divisions = (
        MetsFile("p", "premis.xml", 9, "0" * 64, "application/xml", _HEADER.created),
        [Division("filing", "立案", ["f1"])],
    )
    write_representation_mets(tmp_path / "whole.xml", _HEADER, premis, _files(3), "g", divisions)
    writer = RepresentationMets(tmp_path / "grown.xml")
    for file in _files(3):
        writer.file(file)
    assert {path.name for path in tmp_path.iterdir()} == {"whole.xml"}
    writer.close(_HEADER, premis, "g", divisions)
    writer.abandon()
    assert (tmp_path / "grown.xml").read_bytes() == (tmp_path / "whole.xml").read_bytes()
    assert [reference.href for reference in read_references(tmp_path / "grown.xml")][1:] == [
        f"data/%E8%AF%81%E6%8D%AE%20{n}" for n in range(3)
    ]
