"""METS and PREMIS of a package as rules see them: what is read, what is repeated, what is refused and goes on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from metadata import csip
from metadata.bag_rules import LINE_RULES
from metadata.information_package import InformationPackage, PackageReading, PremisDocument, package_names, read_package
from metadata.opened import open_bag
from tests.support.packages import OBJID, TINY, identifier, make_package


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_package(tmp_path)


def read(root: Path) -> InformationPackage:
    return read_package(open_bag(root, LINE_RULES), OBJID)


def said(document: PremisDocument) -> tuple[object, ...]:
    """All that was read of a PREMIS file."""
    given = (sorted(document.objects), sorted(document.events), sorted(document.agents), document.repeated)
    return (document.path, *given, document.relations, document.links, document.wrong, document.whole)


def test_every_document_is_read_the_root_and_the_original_first(root: Path) -> None:
    package = read(root)
    assert (package.kind, package.findings) == ("AIP", [])
    bases = ["", "representations/original/", "representations/preservation/"]
    assert [document.base for document in package.mets] == bases
    assert [document.base for document in package.premis] == bases
    assert all(document.whole for document in (*package.mets, *package.premis))
    assert [document.objid for document in package.mets] == [OBJID, "original", "preservation"]
    original, preservation = package.premis[1:]
    assert all(f"{original.base}data/{name}" in original.described for name, _ in TINY)
    assert not (original.wrong or preservation.wrong)
    sources = {relation.related for _, relation in preservation.relations if relation.sub_kind == "has source"}
    assert sources == {identifier("original", name) for name, _ in TINY}
    assert all(objects[0] in original.events for objects in original.links)


def test_a_document_that_is_refused_is_named_and_the_others_are_read(root: Path) -> None:
    mets = root / "data" / OBJID / csip.METS
    mets.write_bytes(mets.read_bytes().replace(b"</mets:mets>", b"").replace(b"</mets>", b""))
    package = read(root)
    assert [finding.where for finding in package.findings] == [f"data/{OBJID}/{csip.METS}"]
    assert [document.whole for document in package.mets] == [False, True, True]


def test_entities_of_a_document_are_never_expanded(root: Path) -> None:
    premis = root / "data" / OBJID / csip.PREMIS
    text = premis.read_text().replace("?>", '?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', 1)
    premis.write_text(text)
    package = read(root)
    assert [finding.where for finding in package.findings] == [f"data/{OBJID}/{csip.PREMIS}"]
    assert not package.premis[0].whole


def test_what_a_document_says_twice_is_kept(root: Path) -> None:
    premis = root / "data" / OBJID / "representations" / "original" / csip.PREMIS
    names = [identifier("original", name) for name, _ in TINY]
    premis.write_text(premis.read_text().replace(names[0], names[1]).replace(TINY[0][0], TINY[1][0]))
    assert set(read(root).premis[1].repeated) == {names[1], f"data/{TINY[1][0]}"}


def test_the_package_that_the_bag_is_named_after_comes_first(root: Path) -> None:
    for name in ("aaa", "zzz", "zzz/deep"):
        (root / "data" / name).mkdir()
        (root / "data" / name / csip.METS).write_text("<mets/>")
    assert package_names(open_bag(root, LINE_RULES)) == [OBJID, "aaa", "zzz"]


def test_what_cannot_be_opened_is_a_finding(root: Path) -> None:
    bag = open_bag(root, LINE_RULES)
    (root / "data" / OBJID / csip.METS).unlink()
    package = read_package(bag, OBJID)
    assert [(finding.code, finding.where) for finding in package.findings] == [
        ("bag.file-unreadable", f"data/{OBJID}/{csip.METS}")
    ]


def test_a_document_that_is_read_beside_says_the_same(root: Path) -> None:
    here = read(root)
    for document in here.premis:
        with (root / "data" / OBJID / document.path).open("ab") as stream:
            stream.write(b" " * (4 << 20))  # large enough, and nothing to XML
    there = read(root)
    assert there.findings == here.findings
    assert [said(document) for document in there.premis] == [said(document) for document in here.premis]


def test_only_a_process_of_its_own_reads_xml_beside(root: Path) -> None:
    """libxml2 with a schema in two threads of one process died, or refused sound documents."""
    before = threading.active_count()
    assert PackageReading(open_bag(root, LINE_RULES), OBJID).finish().findings == []
    small = read(root).premis[1]
    premis = root / "data" / OBJID / "representations" / "original" / csip.PREMIS
    whole, end, _ = premis.read_text().rpartition("</")
    premis.write_text(f"{whole}<!-- {'x' * (5 << 20)} -->{end}premis>")
    assert threading.active_count() == before
    reading = PackageReading(open_bag(root, LINE_RULES), OBJID)
    assert [child for child in threading.enumerate() if child.name == "premis"]
    package = reading.finish()
    assert said(package.premis[1]) == said(small)
