"""Archivematica's transfers: tables with every sloppiness that its own samples have."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import bagit
import pytest

from preserve.errors import Refused
from preserve.ingest.foreign.describing import described
from tests.support.foreign_packages import codes, content_of, laid, looked, packed
from tests.support.shared_cases import PACKAGES

FILES = {"objects/现场.txt": b"one", "objects/photos/Montréal.jpg": b"two"}
TABLE = (
    "filename,dc.title,dc.date,dc.creator\r"
    " objects/现场.txt ,现场检查笔录 ,2026-03-01,执法支队\r"
    "objects/photos/,照片,,\r"
    "objects,案卷 , 2026-01-02/2026-03-04 ,某局\r"
    "objects/nowhere.txt,没有,,\r"
)


def test_rows_are_about_files_folders_and_the_whole(tmp_path: Path) -> None:
    deposit = looked(packed(tmp_path / "p.zip", {**FILES, "metadata/metadata.csv": TABLE}))
    assert content_of(deposit) == {"现场.txt": b"one", "photos/Montréal.jpg": b"two"} and deposit.foreign is not None
    content = described(deposit.foreign.package, deposit.foreign.names, None)
    assert content == {
        "title": "案卷",
        "producer": {"name": "某局"},
        "start": "2026-01-02",
        "closed": "2026-03-04",
        "objects": [
            {"file": "现场.txt", "title": "现场检查笔录", "responsible": "执法支队", "date": "2026-03-01"},
            {"file": "photos/Montréal.jpg"},
        ],
    }
    assert deposit.foreign.package.unknown == ("objects/nowhere.txt",)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_in_either_form_are_the_file_s(tmp_path: Path, form: str) -> None:
    table = f"filename,dc.title\n{unicodedata.normalize(form, 'objects/photos/Montréal.jpg')},x\n"  # type: ignore[arg-type]
    files = {**FILES, "metadata/metadata.csv": table}
    deposit = looked(packed(tmp_path / "p.zip", files))
    assert deposit.foreign is not None and len(deposit.foreign.package.said_of) == 1


def test_without_a_folder_of_objects_all_but_the_metadata_is_content(tmp_path: Path) -> None:
    files = {"a.txt": b"1", "metadata/metadata.csv": "filename,dc.title\nobjects/a.txt,A\n", "metadata/rights.csv": "x"}
    deposit = looked(laid(tmp_path / "p", files))
    assert content_of(deposit) == {"a.txt": b"1"} and deposit.foreign is not None
    assert deposit.foreign.package.said_of == {"a.txt": (("dc:title", "A"),)}


@pytest.mark.samples
def test_the_sample_s_checksums_are_wanted_of_the_objects() -> None:
    deposit = looked(PACKAGES / "made/archivematica-transfer.zip")
    assert set(deposit.wanted) == {"现场检查笔录.txt", "photos/IMG 0001.txt", "photos/Montréal.txt"}
    assert codes(deposit) == {"foreign.recognised": "note"}


@pytest.mark.samples
@pytest.mark.parametrize("table", sorted((PACKAGES / "archivematica-docs-csv").glob("*metadata.csv")), ids=str)
def test_the_tables_of_its_manual_are_read(tmp_path: Path, table: Path) -> None:
    names = ("beihai.tif", "audio/bird.mp3", "CoastNews-1964-01-02/p1.jpg")
    files = {f"objects/{name}": name.encode() for name in names} | {"metadata/metadata.csv": table.read_bytes()}
    deposit = looked(packed(tmp_path / "p.zip", files))
    assert deposit.foreign is not None and len(deposit.files) == 3
    assert not any(text != text.strip() for said in deposit.foreign.package.said_of.values() for _, text in said)


def test_a_table_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        looked(packed(tmp_path / "p.zip", {**FILES, "metadata/metadata.csv": b"\xff\xfe\x00\xff\xff"}))
    assert refused.value.code == "foreign.unreadable"


@pytest.mark.parametrize("zipped", [False, True], ids=["bag", "zipped bag"])
def test_bags_of_transfers(tmp_path: Path, zipped: bool) -> None:
    table = "filename,dc.title\ndata/objects/现场.txt,A\ndata/objects/photos,B\n"
    bag = laid(
        tmp_path / "bag", {**FILES, "metadata/metadata.csv": table, "metadata/submissionDocumentation/a.txt": "x"}
    )
    bagit.make_bag(str(bag), checksums=["sha512"])
    packed_bag = Path(shutil.make_archive(str(tmp_path / "p"), "zip", tmp_path, "bag")) if zipped else bag
    deposit = looked(packed_bag)
    assert (deposit.kind, deposit.foreign and deposit.foreign.kind) == ("bag", "archivematica-transfer")
    assert set(deposit.wanted) == {"现场.txt", "photos/Montréal.jpg"} == set(content_of(deposit))
    assert {one.algorithm for digests in deposit.wanted.values() for one in digests} == {"sha512"}
    assert deposit.foreign is not None and list(deposit.foreign.package.said_of.values()) == [(("dc:title", "A"),)]
    (bag / "data/metadata/submissionDocumentation/a.txt").write_text("y")
    if not zipped:
        assert codes(looked(bag))["foreign.digest-differs"] == "error"
