"""What a METS document refers to and says of itself; what is no METS is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.errors import XMLRefused
from metadata.mets import (
    Header,
    Identifiers,
    MetsFile,
    RepresentationReference,
    read_identity,
    read_references,
    write_root_mets,
)

_HEADER = Header("aip-1", "案〔2026〕1号 <检查>", "2026-01-01T00:00:00Z", "preserve", "1")


def _file(name: str) -> MetsFile:
    return MetsFile(name, f"{name}.xml", 7, "a" * 64, "application/xml", _HEADER.created)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "METS.xml"
    write_root_mets(
        path,
        _HEADER,
        descriptive=[_file("dc")],
        premis=_file("premis"),
        documentation=[_file("说明")],
        schemas=[_file("xsd")],
        representations=[RepresentationReference("original", _file("original"))],
    )
    return path


def test_every_reference_with_what_is_said_of_it(root: Path) -> None:
    references = list(read_references(root))
    kinds = [reference.element for reference in references]
    assert (kinds.count("mdRef"), kinds.count("file"), kinds.count("mptr")) == (2, 4, 2)
    (document,) = [reference for reference in references if reference.identifier == "ID-说明"]
    assert (document.href, document.size, document.checksum) == ("%E8%AF%B4%E6%98%8E.xml", 7, "a" * 64)


def test_its_identity(root: Path) -> None:
    identity = read_identity(root)
    assert (identity.objid, identity.label, identity.package) == ("aip-1", _HEADER.label, "AIP")


def test_identifiers_are_gathered_on_the_way(root: Path) -> None:
    identifiers = Identifiers()
    list(read_references(root, identifiers=identifiers))
    assert not identifiers.repeated and not identifiers.dangling()
    text = root.read_text(encoding="utf-8").replace('FILEID="ID-documentation"', 'FILEID="ID-nobody"')
    root.write_text(text, encoding="utf-8")
    identifiers = Identifiers()
    list(read_references(root, identifiers=identifiers))
    assert identifiers.dangling() == [("fptr", "FILEID", "ID-nobody")]


@pytest.mark.parametrize("content", ["", "<mets", '<!DOCTYPE a [<!ENTITY b "c">]><a/>'])
def test_what_is_no_xml_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "METS.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(XMLRefused):
        list(read_references(path))
    with pytest.raises(XMLRefused):
        read_identity(path)
