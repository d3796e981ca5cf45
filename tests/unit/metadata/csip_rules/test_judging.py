"""Packages of others: what is lost or altered is an error, what departs from the specification is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from metadata.verify import Report, verify_package
from tests.support.others_packages import make_others_package


def _said(report: Report, severity: str) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in report.findings if finding.severity == severity]


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"])
def test_a_whole_package_passes_bare_and_in_a_bag(algorithm: str, tmp_path: Path) -> None:
    root = make_others_package(tmp_path, algorithm)
    report = verify_package(root)
    assert (report.intact, report.kind, report.digests, report.files) == (True, "ip", 5, 6)
    assert _said(report, "warning") == []
    bagit.make_bag(str(tmp_path), checksums=["sha256"])
    report = verify_package(tmp_path)
    assert (report.intact, report.kind) == (True, "ip")


def _alter(root: Path) -> None:
    (root / "representations/r1/data/a.png").write_bytes(b"content of representations/r1/data/a.gif\n")


def _lose(root: Path) -> None:
    (root / "metadata/descriptive/ead.xml").unlink()


def _shorten(root: Path) -> None:
    (root / "documentation/read me.txt").write_bytes(b"")


def _cut(root: Path) -> None:
    mets = root / "METS.xml"
    mets.write_bytes(mets.read_bytes()[:-40])


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (_alter, "csip.checksum-differs"),
        (_lose, "ip.target-missing"),
        (_shorten, "ip.size-differs"),
        (_cut, "metadata.xml"),
    ],
    ids=["altered", "lost", "shortened", "cut"],
)
@pytest.mark.parametrize("bagged", [False, True], ids=["bare", "bagged"])
def test_what_was_damaged_before_it_came_is_an_error(
    damage: Callable[[Path], None], code: str, bagged: bool, tmp_path: Path
) -> None:
    root = make_others_package(tmp_path)
    damage(root)
    if bagged:
        bagit.make_bag(str(tmp_path), checksums=["sha512"])
    report = verify_package(tmp_path if bagged else root)
    assert not report.intact
    assert [found for found, _ in _said(report, "error") if found.startswith(code) or code == "metadata.xml"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('xlink:href="schemas/a.xsd"', 'xlink:href="schemas\\a.xsd"', "csip.backslash"),
        ('xlink:href="schemas/a.xsd"', 'xlink:href="./schemas/a.xsd"', ""),
        ('xlink:href="documentation/read%20me.txt"', 'xlink:href="documentation/read me.txt"', ""),
        ('OBJID="ip-1"', 'OBJID="ip-2"', "csip.folder-name"),
        ('CHECKSUMTYPE="MD5"', 'CHECKSUMTYPE="HAVAL"', "csip.checksum-not-compared"),
        ('STATUS="CURRENT"><mdRef', 'STATUS="CURRENT" ADMID="nowhere"><mdRef', "ip.identifier-dangling"),
    ],
)
def test_what_others_write_otherwise_is_at_most_a_warning(old: str, new: str, code: str, tmp_path: Path) -> None:
    root = make_others_package(tmp_path)
    mets = root / "METS.xml"
    text = mets.read_text(encoding="utf-8")
    assert old in text
    mets.write_text(text.replace(old, new), encoding="utf-8")
    report = verify_package(root)
    assert report.intact
    assert {found for found, _ in _said(report, "warning")} == ({code} if code else set())


def test_a_file_that_mets_does_not_mention_is_noted(tmp_path: Path) -> None:
    root = make_others_package(tmp_path)
    (root / "extra.txt").write_text("x")
    report = verify_package(root)
    assert report.intact
    assert ("csip.unreferenced", "extra.txt") in _said(report, "note")


def test_a_reference_never_leads_out_of_the_package(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    root = make_others_package(tmp_path)
    mets = root / "METS.xml"
    text = mets.read_text(encoding="utf-8")
    mets.write_text(text.replace('xlink:href="schemas/a.xsd"', 'xlink:href="../secret"'), encoding="utf-8")
    assert ("ip.target-missing", "METS.xml") in _said(verify_package(root), "error")


def test_a_link_in_the_package_is_refused(tmp_path: Path) -> None:
    root = make_others_package(tmp_path)
    (root / "documentation/read me.txt").unlink()
    (root / "documentation/read me.txt").symlink_to("/etc/hostname")
    assert not verify_package(root).intact


@pytest.mark.parametrize("name", ["METS.xml", "bagit.txt"])
def test_no_link_decides_what_a_folder_is(name: str, tmp_path: Path) -> None:
    root = make_others_package(tmp_path / "package")
    outside = tmp_path / "outside.xml"
    if name == "METS.xml":
        (root / name).rename(outside)
    (root / name).symlink_to(outside)
    report = verify_package(root)
    assert not report.intact
    assert report.kind == "bag"
    assert ("bag.link", name) in _said(report, "error")


@pytest.mark.parametrize("href", ["https://example.org/a.xsd", "urn:uuid:1"])
def test_what_lies_elsewhere_by_intent_is_named_and_not_lost(href: str, tmp_path: Path) -> None:
    root = make_others_package(tmp_path)
    mets = root / "METS.xml"
    text = mets.read_text(encoding="utf-8")
    mets.write_text(text.replace('xlink:href="schemas/a.xsd"', f'xlink:href="{href}"'), encoding="utf-8")
    report = verify_package(root)
    assert report.intact
    assert ("csip.elsewhere", "METS.xml") in _said(report, "warning")
