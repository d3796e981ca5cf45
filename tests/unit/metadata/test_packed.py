"""A bag or package in an archive is verified where it lies; what is hostile in the archive is named and not followed."""

from __future__ import annotations

import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from metadata.packed import gather, list_packed, top_of
from metadata.verify import verify_package, verify_packed
from preserve.errors import Refused
from preserve.ingest.opening import open_source
from tests.support.bags import CONTENT, bag
from tests.support.packages import make_package


def tarred(path: Path, *extra: tarfile.TarInfo) -> Path:
    """The folder in a tar with more members."""
    made = path.parent / "made.tar"
    with tarfile.open(made, "w") as archive:
        archive.add(path, path.name)
        for member in extra:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return made


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0) -> tarfile.TarInfo:
    """A member of a tar."""
    made = tarfile.TarInfo(name)
    made.type, made.size = kind, size
    made.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    return made


@pytest.mark.parametrize("form", ["zip", "tar", "gztar", "bztar", "xztar"])
def test_a_package_in_an_archive_is_verified_to_the_last_rule(form: str, tmp_path: Path) -> None:
    package = make_package(tmp_path)
    packed = Path(shutil.make_archive(str(tmp_path / package.name), form, tmp_path, package.name))
    read: list[int] = []
    report = verify_packed(open_source(packed), packed.name, progress=read.append)
    plain = verify_package(package)
    assert report.findings == () and (report.kind, report.verdict) == ("aip", "valid")
    assert (report.files, report.size, report.digests) == (plain.files, plain.size, plain.digests)
    assert sum(read) >= report.size
    structure = verify_packed(open_source(packed), packed.name, structure_only=True)
    assert structure.findings == () and structure.digests == 0


def test_damage_and_a_missing_document_are_found(tmp_path: Path) -> None:
    package = make_package(tmp_path)
    documents = sorted(package.rglob("premis.xml"))
    documents[0].write_bytes(documents[0].read_bytes()[:-10])
    next(package.rglob("询问笔录.txt")).write_bytes(b"altered")
    report = verify_packed(open_source(tarred(package)), "made.tar")
    folder = verify_package(package)
    assert {(f.code, f.where) for f in report.findings} == {(f.code, f.where) for f in folder.findings}
    assert report.damaged and not report.intact


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        (member("../outside.txt", size=3), "bag.archive-name"),
        (member("bag/../../outside.txt", size=3), "bag.archive-name"),
        (member("bag/data/link", tarfile.SYMTYPE), "bag.link"),
        (member("bag/data/hard", tarfile.LNKTYPE), "bag.link"),
        (member("bag/data/pipe", tarfile.FIFOTYPE), "bag.device"),
        (member("bag/data/bare", size=3), "bag.archive-twice"),
        (member("bag/data/stranger", size=3), "bag.file-not-listed"),
    ],
    ids=["up", "up and out", "link", "hard link", "pipe", "twice", "stranger"],
)
def test_what_is_hostile_is_named(extra: tarfile.TarInfo, code: str, tmp_path: Path) -> None:
    packed = tarred(bag(tmp_path / "bag"), extra)
    report = verify_packed(open_source(packed), packed.name)
    assert code in {finding.code for finding in report.findings}, report.findings
    assert not (tmp_path.parent / "outside.txt").exists()


def test_a_locked_member_cannot_be_read_and_that_is_said(tmp_path: Path) -> None:
    made = tmp_path / "bag.zip"
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted(bag(tmp_path / "bag").rglob("*")):
            if path.is_file():
                archive.write(path, f"bag/{path.relative_to(tmp_path / 'bag')}")
    data = bytearray(made.read_bytes())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            if b"data/bare" in data[at : at + 70]:
                data[at + place] |= 1
    made.write_bytes(data)
    report = verify_packed(open_source(made), made.name)
    assert [(f.code, f.where) for f in report.findings if f.severity == "error"] == [
        ("bag.file-unreadable", "data/bare")
    ]


def test_an_archive_that_breaks_off_is_no_clean_result(tmp_path: Path) -> None:
    content = {**CONTENT, "data/large": bytes(range(256)) * 4000}
    packed = Path(shutil.make_archive(str(tmp_path / "bag"), "gztar", tmp_path, bag(tmp_path / "bag", content).name))
    packed.write_bytes(packed.read_bytes()[:-200])
    with pytest.raises(Refused):
        verify_packed(open_source(packed), packed.name)


def test_only_a_bags_own_files_are_put_aside(tmp_path: Path) -> None:
    source = open_source(tarred(bag(tmp_path / "bag")))
    listed = list_packed(source.entries())
    aside = tmp_path / "aside"
    aside.mkdir()
    digests = gather(source, listed, aside, payload=True, progress=lambda moved: None)
    assert {path.name for path in aside.iterdir()} == {
        *("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt")
    }
    assert set(digests) == set(listed.inventory.files)


def test_where_the_bag_lies() -> None:
    assert top_of(["bag/bagit.txt", "__MACOSX/bag/._bagit.txt"]) == "bag/"
    assert top_of(["bagit.txt", "data/inner/bagit.txt"]) == ""
    assert top_of(["bag/data/a"]) == "bag/" and top_of(["a/x", "b/x"]) == ""
