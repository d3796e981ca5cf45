"""A METS document is read without its files, and refused where it is no METS or would fill the memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.csip_rules import outline
from metadata.csip_rules.outline import read_outline
from metadata.errors import DoctypeRefused, XMLRefused
from tests.support.others_packages import make_others_package


def test_files_are_counted_and_referred_to_but_not_kept(tmp_path: Path) -> None:
    root = make_others_package(tmp_path)
    read = read_outline(root / "METS.xml", "METS.xml")
    assert read.files == {"g1": 1, "g2": 1, "g3": 1}
    assert [reference.element for reference in read.references].count("file") == 3
    assert not list(read.tree.iter("{*}FLocat"))
    assert read.tree.get("OBJID") == "ip-1"


@pytest.mark.parametrize("size", ["-1", "١٢", "1e3", ""])
def test_a_size_that_is_no_number_is_none(size: str, tmp_path: Path) -> None:
    root = make_others_package(tmp_path)
    mets = root / "METS.xml"
    text = mets.read_text(encoding="utf-8")
    start = text.index('SIZE="', text.index('ID="f3"')) + 6
    mets.write_text(text[:start] + size + text[text.index('"', start) :], encoding="utf-8")
    assert read_outline(mets, "METS.xml").references[-1].size is None


def test_entities_are_refused(tmp_path: Path) -> None:
    mets = tmp_path / "METS.xml"
    mets.write_text('<!DOCTYPE mets [<!ENTITY a "b">]><mets>&a;</mets>')
    with pytest.raises(DoctypeRefused):
        read_outline(mets, "METS.xml")


def test_more_elements_than_are_kept_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "LARGEST_TREE", 100)
    mets = tmp_path / "METS.xml"
    mets.write_text("<mets>" + "<div/>" * 101 + "</mets>")
    with pytest.raises(XMLRefused, match="100"):
        read_outline(mets, "METS.xml")


def test_a_document_that_breaks_off_is_refused(tmp_path: Path) -> None:
    root = make_others_package(tmp_path)
    data = (root / "METS.xml").read_bytes()
    (root / "METS.xml").write_bytes(data[: len(data) // 2])
    with pytest.raises(XMLRefused):
        read_outline(root / "METS.xml", "METS.xml")
