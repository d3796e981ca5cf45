"""`preserve verify` on packages that another program made, and a second opinion on ours."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

import bagit
import pytest

from tests.support.others_packages import commons_ip_sip, make_others_package
from tests.support.packages import make_package
from tests.support.program import Archive


@pytest.fixture(scope="module")
def sip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SIP of commons-ip, with MD5, which no manifest of a bag repeats."""
    return commons_ip_sip(tmp_path_factory.mktemp("sip"), "case-1", "MD5")


def test_a_sip_of_commons_ip_is_whole_and_its_departures_are_named(sip: Path, tmp_path: Path) -> None:
    done = Archive(tmp_path).run("verify", str(sip))
    assert done.returncode == 0, done.stderr
    assert "CSIP10 (MUST)" in done.stderr
    assert "all 8 digests agree" in done.stderr


def test_with_strict_a_departure_is_enough(sip: Path, tmp_path: Path) -> None:
    done = Archive(tmp_path).run("verify", "--strict", str(sip), lang="zh")
    assert done.returncode == 4
    assert "不涉及内容缺失或改变" in done.stderr


def test_a_byte_changed_before_the_bag_was_made_is_seen_by_the_sip_s_own_checksum(sip: Path, tmp_path: Path) -> None:
    copied = make_others_package(tmp_path / "bag")
    content = copied / "representations/r1/data/a.png"
    content.write_bytes(content.read_bytes().swapcase())
    bagit.make_bag(str(tmp_path / "bag"), checksums=["sha256"])
    done = Archive(tmp_path).run("verify", str(tmp_path / "bag"))
    assert done.returncode == 4
    assert "is not the one that METS describes" in done.stderr


def test_a_second_opinion_is_asked_and_named(tmp_path: Path) -> None:
    bag = make_package(tmp_path)
    done = Archive(tmp_path).run("verify", "--independent", str(bag))
    assert done.returncode == 0, done.stderr
    assert "bagit 1." in done.stderr
    document = Archive(tmp_path).json("verify", "--independent", str(bag))
    assert document["second_opinion"]["valid"] is True


def _zipped(root: Path, target: Path, *more: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(path for path in root.rglob("*") if path.is_file()):
            archive.write(file, f"{root.name}/{file.relative_to(root)}")
        for name, data in more:
            with warnings.catch_warnings(action="ignore"):  # of a name that is there already
                archive.writestr(f"{root.name}/{name}", data)
    return target


def test_a_package_in_a_zip_is_judged_where_it_lies(tmp_path: Path) -> None:
    root = make_others_package(tmp_path)
    done = Archive(tmp_path).run("verify", str(_zipped(root, tmp_path / "whole.zip")))
    assert done.returncode == 0, done.stderr
    assert "all 5 digests agree" in done.stderr
    content = root / "representations/r1/data/a.png"
    content.write_bytes(content.read_bytes().swapcase())
    done = Archive(tmp_path).run("verify", str(_zipped(root, tmp_path / "altered.zip")))
    assert done.returncode == 4
    assert "is not the one that METS describes" in done.stderr


@pytest.mark.parametrize(
    ("name", "code"),
    [("METS.xml", "bag.archive-twice"), ("schemas/a.xsd", "bag.archive-twice"), ("../../out.txt", "bag.archive-name")],
)
def test_a_zip_that_holds_a_name_twice_or_leads_out_is_named(name: str, code: str, tmp_path: Path) -> None:
    root = make_others_package(tmp_path)
    document = Archive(tmp_path).json("verify", str(_zipped(root, tmp_path / "odd.zip", (name, b"other"))))
    assert document["status"] == 4
    assert code in [finding["code"] for finding in document["findings"]]
