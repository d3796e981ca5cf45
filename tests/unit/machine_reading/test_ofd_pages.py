"""The scan of an OFD page is found by whatever form of path its parts are named, and a bomb is not unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from lxml import etree

from preserve.machine_reading.ofd_pages import bytes_of, scanned_pages
from tests.support.scans import scanned_ofd


def test_pictures_are_found_by_their_resources(tmp_path: Path) -> None:
    path = scanned_ofd(tmp_path / "a.ofd", [b"one", b"two"], "0 0 210 148")
    with zipfile.ZipFile(path) as archive:
        found = [page.picture() for page in scanned_pages(archive)]
        assert [one and bytes_of(archive, one.part) for one in found] == [b"one", b"two"]
        assert found[0] and found[0].on_page == (0.0, 0.0, 1.0, 1.0) and found[0].millimetres == 210


@pytest.mark.parametrize(
    "place", ["/Doc_0/Res/page_0.jpg", "Res\\page_0.jpg", "res/PAGE_0.JPG", "../Doc_0/Res/page_0.jpg"]
)
def test_places_are_written_in_many_ways(tmp_path: Path, place: str) -> None:
    path = scanned_ofd(tmp_path / "a.ofd", [b"one"])
    changed = tmp_path / "b.ofd"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b"page_0.jpg", place.encode()).replace(b' BaseLoc="Res"', b""))
    with zipfile.ZipFile(changed) as archive:
        (page,) = scanned_pages(archive)
        found = page.picture()
        assert found is not None and bytes_of(archive, found.part) == b"one"


def test_a_bomb_entities_and_no_pages(tmp_path: Path) -> None:
    path = scanned_ofd(tmp_path / "a.ofd", [bytes(1 << 20)])
    with zipfile.ZipFile(path) as archive, pytest.raises(ValueError, match="more than"):
        bytes_of(archive, "Doc_0/Res/page_0.jpg", 1 << 16)
    with zipfile.ZipFile(tmp_path / "b.ofd", "w") as archive:
        archive.writestr(
            "OFD.xml", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><DocRoot>&x;</DocRoot></a>'
        )
    with zipfile.ZipFile(tmp_path / "b.ofd") as archive, pytest.raises((ValueError, etree.XMLSyntaxError)):
        list(scanned_pages(archive))
