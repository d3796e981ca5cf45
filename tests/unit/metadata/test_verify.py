"""A package is verified whole: by workers or here, with links, strange names and more than one package in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from metadata import bag as bags
from metadata.verify import verify_package
from tests.support.packages import NAME, OBJID, make_package, plain_bag, reseal


@pytest.mark.parametrize("from_medium", [True, False])
def test_damage_among_many_files_is_found_by_workers(from_medium: bool, tmp_path: Path) -> None:
    content = [(f"{n:04d}", bytes([n % 256]) * (n + 1)) for n in range(1500)] + [("long", b"x" * (9 << 20))]
    bag = plain_bag(tmp_path, content, ("sha256", "sm3"))
    assert verify_package(bag, from_medium=from_medium).findings == ()
    for name in ("0003", "1499", "long"):
        path = bag / "data" / name
        data = bytearray(path.read_bytes())
        data[-1] ^= 0x80
        path.write_bytes(data)
    report = verify_package(bag, from_medium=from_medium, workers=3)
    assert [(finding.code, finding.where, finding.values["algorithms"]) for finding in report.findings] == [
        ("bag.digest-differs", f"data/{name}", "sha256, sm3") for name in ("0003", "1499", "long")
    ]


def test_a_bag_of_an_older_version_may_spread_files_over_manifests(tmp_path: Path) -> None:
    bag = plain_bag(tmp_path, [("a", b"a"), ("b", b"b")], ("sha256", "md5"))
    for name, gone in (("manifest-sha256.txt", "data/a"), ("manifest-md5.txt", "data/b")):
        lines = (bag / name).read_text().splitlines(True)
        (bag / name).write_text("".join(line for line in lines if gone not in line))
    for path in bag.glob("tagmanifest-*"):
        path.unlink()
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    assert {finding.code for finding in verify_package(bag).findings} == {"bag.tag-manifest-missing"}
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    assert {finding.code for finding in verify_package(bag).findings} == {
        "bag.tag-manifest-missing",
        "bag.file-not-listed",
    }


def test_what_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    for path in (tmp_path / "nothing", tmp_path / "link"):
        assert [finding.code for finding in verify_package(path).findings] == ["bag.not-a-folder"]


def test_links_out_of_the_package_are_not_followed(tmp_path: Path) -> None:
    bag = make_package(tmp_path)
    data = bag / "data"
    data.rename(tmp_path / "elsewhere")
    data.symlink_to(tmp_path / "elsewhere")
    report = verify_package(bag)
    assert report.files == 0
    codes = {finding.code for finding in report.findings}
    assert {"bag.link", "bag.payload-folder-missing", "bag.file-missing"} <= codes


def test_a_bag_that_claims_a_package_and_has_none_is_not_intact(tmp_path: Path) -> None:
    bag = plain_bag(tmp_path, [("a", b"a")])
    assert verify_package(bag).kind == "bag"
    bags.write_info(bag, [("E-ARK-Package-Type", "AIP"), ("Payload-Oxum", "1.1")])
    bags.write_tag_manifests(bag, ("sha256",))
    report = verify_package(bag)
    assert report.kind == "aip" and not report.intact
    assert "ip.root-mets-missing" in {finding.code for finding in report.findings}


def test_a_second_package_in_a_bag_is_named(tmp_path: Path) -> None:
    bag = make_package(tmp_path)
    (bag / "data" / "beside").mkdir()
    (bag / "data" / "beside" / "METS.xml").write_text("<mets/>")
    reseal(bag)
    named = [finding for finding in verify_package(bag).findings if finding.code == "ip.more-than-one"]
    assert [finding.values["names"] for finding in named] == [f"{OBJID}, beside"] and bag.name == NAME


def test_a_name_that_is_no_utf_8_can_be_shown(tmp_path: Path) -> None:
    bag = plain_bag(tmp_path, [("a", b"a")])
    Path(os.fsdecode(os.fsencode(bag / "data") + b"/\xb0\xb8.txt")).write_bytes(b"x")
    places = [finding.where for finding in verify_package(bag).findings]
    assert "data/案.txt" in places
    assert all(place.encode() for place in places)


def test_progress_may_stop_it(tmp_path: Path) -> None:
    class Stop(Exception):
        """As a person's wish to stop is raised."""

    def stop(moved: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        verify_package(plain_bag(tmp_path, [("a", b"a")]), progress=stop)
