"""What `check` announces `ingest` does: a table of faulty deposits goes through both, and both say the same."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pikepdf
import pytest

from tests.support.bags import seal
from tests.support.program import Archive, found
from tests.support.tiny_case import write_case

NUMBERS = count(1000)
Make = Callable[[Path], Path]
TABLE: dict[str, tuple[Make, str]] = {}


def deposit(code: str) -> Callable[[Make], Make]:
    """Enter a deposit with a code that must be among what is said of it."""

    def enter(make: Make) -> Make:
        TABLE[make.__name__] = (make, code)
        return make

    return enter


def more(place: Path, name: str, data: bytes, **changes: object) -> Path:
    """The tiny case with one file more, under a number of its own."""
    changes = {"case_number": f"临文综罚〔2026〕{next(NUMBERS)}号", **changes}
    names = ("笔录.txt", "决定书.txt", name)
    objects = [{"file": name, "kind": "现场检查笔录", "stage": "调查"} for name in names]
    case = write_case(place, **{"objects": objects, **changes})
    (case / name).parent.mkdir(exist_ok=True)
    (case / name).write_bytes(data)
    return case


def locked_pdf() -> bytes:
    """A PDF that wants a password."""
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made, encryption=pikepdf.Encryption(owner="x", user="y"))
    return made.getvalue()


def bagged(place: Path, case: Path) -> Path:
    """A bag around a case."""
    place.mkdir()
    case.rename(place / "data")
    (place / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  data/{path.name}\n" for path in (place / "data").iterdir()
    ]
    (place / "manifest-sha256.txt").write_text("".join(lines), encoding="utf-8")
    return seal(place)


@deposit("ingest.digest-differs")
def bag_with_an_altered_file(at: Path) -> Path:
    bag = bagged(at / "bag", more(at / "case", "加密.pdf", locked_pdf()))
    (bag / "data/笔录.txt").write_text("改过的笔录")
    return bag


@deposit("ingest.digest-differs")
def packed_bag_with_an_altered_file(at: Path) -> Path:
    bag = bag_with_an_altered_file(at)
    with tarfile.open(at / "bag.tar.gz", "w:gz") as archive:
        archive.add(bag, "bag")
    return at / "bag.tar.gz"


@deposit("sip.bag-file-unlisted")
def bag_with_a_stranger(at: Path) -> Path:
    bag = bagged(at / "bag", more(at / "case", "空.txt", b""))
    (bag / "data/多.txt").write_text("x")
    return bag


@deposit("bag.declaration-form")
def bag_with_blanks_before_its_colons(at: Path) -> Path:
    bag = bagged(at / "bag", write_case(at / "case"))
    (bag / "bagit.txt").write_text("BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n")
    return seal(bag)


@deposit("bag.path-dots")
def bag_with_dots_in_its_manifest(at: Path) -> Path:
    bag = bagged(at / "bag", write_case(at / "case"))
    manifest = bag / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("  data", "  ./data"), encoding="utf-8")
    return seal(bag)


@deposit("ingest.digest-differs")
def side_car_that_differs(at: Path) -> Path:
    return more(at / "case", "笔录.txt.md5", b"0" * 32 + b" *E:\\DCIM\\x.txt\n")


@deposit("ingest.digest-differs")
def list_that_differs_in_a_zip(at: Path) -> Path:
    case = more(at / "case", "checksums.txt", ("0" * 64 + "  决定书.txt\n").encode("gbk"))
    return Path(shutil.make_archive(str(at / "packed"), "zip", case))


@deposit("sip.list-file-missing")
def list_of_more_than_there_is(at: Path) -> Path:
    return more(at / "case", "a.md5", b"0" * 32 + b"  none.mp4\n")


@deposit("format.encrypted")
def locked_document_and_no_cause(at: Path) -> Path:
    return more(at / "case", "加密.pdf", locked_pdf(), cause="")


@deposit("format.encrypted")
def locked_document_and_an_unlisted_file(at: Path) -> Path:
    case = more(at / "case", "加密.pdf", locked_pdf())
    (case / "未列.txt").write_text("x")
    return case


@deposit("format.encrypted")
def locked_document_in_a_tar(at: Path) -> Path:
    return Path(shutil.make_archive(str(at / "packed"), "tar", more(at / "case", "加密.pdf", locked_pdf())))


@deposit("format.empty")
def empty_file_and_a_wrong_date(at: Path) -> Path:
    return more(at / "case", "空.txt", b"", closed="不是日子")


@deposit("sip.member-damaged")
def damaged_member_of_a_zip(at: Path) -> Path:
    case = more(at / "case", "加密.pdf", locked_pdf())
    packed = at / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(case.iterdir()):
            archive.write(path, path.name)
        place = archive.getinfo("笔录.txt").header_offset + 30 + len("笔录.txt".encode())
    data = bytearray(packed.read_bytes())
    data[place] ^= 1
    packed.write_bytes(data)
    return packed


@deposit("sip.nested-damaged")
def damaged_archive_inside(at: Path) -> Path:
    return more(at / "case", "附件.zip", b"PK\3\4" + bytes(100))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """One archive for all of them."""
    return found(tmp_path_factory.mktemp("archive") / "archive")


@pytest.mark.parametrize("what", TABLE)
def test_check_says_all_that_ingest_says(what: str, archive: Archive, tmp_path: Path) -> None:
    make, code = TABLE[what]
    path = make(tmp_path)
    checked, ingested = archive.json("check", str(path)), archive.json("ingest", str(path))
    before, after = (sorted(map(_said, _findings(document))) for document in (checked, ingested))
    assert code in {said[0] for said in before}, before
    assert before == [said for said in after if not said[0].startswith(("ingest.text-", "normalise."))]
    assert checked["status"] == ingested["status"]
    assert archive.leftovers() == []


def _findings(document: dict[str, object]) -> list[dict[str, str]]:
    for name in ("checks", "ingests"):
        if name in document:
            return document[name][0]["findings"]  # type: ignore[index, no-any-return]
    return document["findings"]  # type: ignore[return-value]


def _said(finding: dict[str, str]) -> tuple[str, str, str]:
    return finding["code"], finding["where"], finding["severity"]


def test_a_list_that_agrees_is_an_event_of_the_originals(archive: Archive, tmp_path: Path) -> None:
    case = more(tmp_path / "case", "元数据/checksum.sm3", b"")
    digest = hashlib.new("sm3", (case / "笔录.txt").read_bytes()).hexdigest()
    (case / "元数据/checksum.sm3").write_text(f"{digest} *../笔录.txt\n", encoding="utf-8")
    document = archive.json("ingest", str(case))
    place = Path(document["ingests"][0]["location"])
    premis = next(place.glob("data/*/representations/original/metadata/preservation/premis.xml"))
    text = premis.read_text(encoding="utf-8")
    assert "fixity check" in text and "元数据/checksum.sm3 (1)" in text
    assert archive.run("verify", str(place)).returncode == 0
    packed = Path(shutil.make_archive(str(tmp_path / place.name), "gztar", place.parent, place.name))
    verified = archive.json("verify", str(packed))
    assert (verified["status"], verified["verdict"], verified["kind"]) == (0, "valid", "aip")
