"""E-ARK packages as others make them, flawed ones too, and our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Refused
from tests.support.foreign_packages import codes, content_of, eark, file_word, laid, looked, mets, packed

CONTENT = {"笔录.txt": b"one", "photos/a b.jpg": b"two"}


@pytest.mark.parametrize("inside", ["", "case-1/", "outer/case-1/"])
@pytest.mark.parametrize("make", [packed, laid], ids=["zip", "folder"])
def test_content_comes_under_the_names_below_data(tmp_path: Path, inside: str, make: object) -> None:
    files = {inside + name: data for name, data in eark(CONTENT).items()}
    deposit = looked(make(tmp_path / "p", files))  # type: ignore[operator]
    assert deposit.foreign is not None and deposit.foreign.kind == "e-ark"
    assert content_of(deposit) == CONTENT
    assert {name: digests[0].algorithm for name, digests in deposit.wanted.items()} == dict.fromkeys(CONTENT, "sha256")
    assert [entry.path for entry in deposit.foreign.kept] == [inside + "METS.xml"]
    assert codes(deposit) == {"foreign.recognised": "note"}


def test_of_two_representations_the_names_say_which(tmp_path: Path) -> None:
    files = eark({"a.txt": b"1"}) | {"representations/r2/data/a.txt": b"2"}
    assert content_of(looked(packed(tmp_path / "p.zip", files))) == {"r1/a.txt": b"1", "r2/a.txt": b"2"}


def test_representations_have_a_mets_of_their_own(tmp_path: Path) -> None:
    root = mets(after='<structMap><div><mptr xlink:href="representations%2Fr1%2FMETS.xml"/></div></structMap>')
    inner = mets(file_word("data/a+b.txt", b"1").replace("CHECKSUM=", "checksum=").replace("checksum=", "CHECKSUM="))
    files = {"METS.xml": root, "representations/r1/METS.xml": inner, "representations/r1/data/a b.txt": b"1"}
    deposit = looked(packed(tmp_path / "p.zip", files))
    assert list(deposit.wanted) == ["a b.txt"] and "foreign.file-missing" not in codes(deposit)


def test_pointers_in_a_circle_end(tmp_path: Path) -> None:
    pointer = '<structMap><div><mptr xlink:href="METS.xml"/><mptr xlink:href="representations/r1/METS.xml"/></div></structMap>'
    back = '<structMap><div><mptr xlink:href="../../METS.xml"/><mptr xlink:href="METS.xml"/></div></structMap>'
    files = {
        "METS.xml": mets(after=pointer),
        "representations/r1/METS.xml": mets(after=back),
        "representations/r1/data/a.txt": b"1",
    }
    assert content_of(looked(packed(tmp_path / "p.zip", files))) == {"a.txt": b"1"}


def test_a_wrong_size_beside_a_digest_is_told_and_one_alone_is_an_error(tmp_path: Path) -> None:
    files = eark({"a.txt": b"one", "b.txt": b"two"})
    wrong = str(files["METS.xml"]).replace('SIZE="3"', 'SIZE="7"', 1)
    assert codes(looked(packed(tmp_path / "p.zip", files | {"METS.xml": wrong})))["foreign.size-wrong"] == "warning"
    alone = mets('<file SIZE="7"><FLocat xlink:href="representations/r1/data/a.txt"/></file>')
    deposit = looked(packed(tmp_path / "q.zip", {"METS.xml": alone, "representations/r1/data/a.txt": b"one"}))
    assert codes(deposit)["foreign.size-differs"] == "error"


def test_a_changed_file_beside_the_content_is_an_error(tmp_path: Path) -> None:
    data = b"<xs/>"
    words = [file_word("representations/r1/data/a.txt", b"1"), file_word("schemas/a.xsd", data, algorithm="MD5")]
    files = {"METS.xml": mets(*words), "representations/r1/data/a.txt": b"1", "schemas/a.xsd": b"<xx/>"}
    (told,) = [f for f in looked(packed(tmp_path / "p.zip", files)).findings if f.code == "foreign.digest-differs"]
    assert (told.severity, told.where, told.values["algorithm"]) == ("error", "schemas/a.xsd", "md5")


def test_upper_case_digests_are_the_same(tmp_path: Path) -> None:
    files = eark({"a.txt": b"one"})
    text = str(files["METS.xml"])
    digest = text.partition('CHECKSUM="')[2].partition('"')[0]
    deposit = looked(packed(tmp_path / "p.zip", files | {"METS.xml": text.replace(digest, digest.upper())}))
    assert deposit.wanted["a.txt"][0].digest == digest


def test_what_is_listed_and_not_there_is_an_error(tmp_path: Path) -> None:
    words = [file_word(f"representations/r1/data/{name}", b"1") for name in ("a.txt", "lost.txt")]
    files = {"METS.xml": mets(*words), "representations/r1/data/a.txt": b"1"}
    (told,) = [f for f in looked(packed(tmp_path / "p.zip", files)).findings if f.code == "foreign.file-missing"]
    assert (told.severity, told.where) == ("error", "representations/r1/data/lost.txt")


def test_a_package_whose_files_lie_elsewhere_is_refused(tmp_path: Path) -> None:
    for number, href in enumerate(("representations/r1/data/a.txt", "file:///srv/data/a.txt")):
        files = {"METS.xml": mets(file_word(href, b"1")), "metadata/descriptive/dc.xml": "<dc/>"}
        with pytest.raises(Refused) as refused:
            looked(packed(tmp_path / f"{number}.zip", files))
        assert refused.value.code == "foreign.shallow"


def test_a_reference_out_of_the_package_is_told_and_not_followed(tmp_path: Path) -> None:
    words = [file_word("representations/r1/data/a.txt", b"1"), file_word("../../etc/passwd", b"1")]
    deposit = looked(packed(tmp_path / "p.zip", {"METS.xml": mets(*words), "representations/r1/data/a.txt": b"1"}))
    (told,) = [f for f in deposit.findings if f.code == "foreign.not-understood"]
    assert told.values["names"] == "../../etc/passwd" and content_of(deposit) == {"a.txt": b"1"}


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE mets [<!ENTITY x SYSTEM "file:///etc/passwd">]><mets xmlns="http://www.loc.gov/METS/">&x;</mets>',
        '<mets xmlns="http://www.loc.gov/METS/"><fileSec>',
        "no xml at all",
        "",
    ],
    ids=["entity", "broken", "text", "empty"],
)
def test_metadata_that_is_hostile_or_broken_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused) as refused:
        looked(packed(tmp_path / "p.zip", {"METS.xml": text, "representations/r1/data/a.txt": b"1"}))
    assert refused.value.code == "foreign.unreadable"


def test_names_at_the_origin_come_from_premis(tmp_path: Path) -> None:
    premis = (
        '<premis xmlns="http://www.loc.gov/premis/v3"><object><originalName>原名 1.txt</originalName><storage>'
        "<contentLocation><contentLocationValue>data/a.txt</contentLocationValue></contentLocation></storage></object>"
        "<event><eventType>migration</eventType></event></premis>"
    )
    files = eark({"a.txt": b"1"}) | {"representations/r1/metadata/preservation/premis.xml": premis}
    deposit = looked(packed(tmp_path / "p.zip", files))
    assert content_of(deposit) == {"原名 1.txt": b"1"} and deposit.foreign is not None
    assert deposit.foreign.package.history == ("event: migration (1)",)


def test_placeholders_for_empty_folders_are_no_content(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        looked(packed(tmp_path / "p.zip", {"METS.xml": mets(), "representations/r1/data/.gitkeep": b""}))
    assert refused.value.code == "foreign.no-content"


def test_a_deposit_with_a_description_of_ours_is_no_package_of_others(tmp_path: Path) -> None:
    deposit = looked(packed(tmp_path / "p.zip", eark({"a.txt": b"1"}) | {"case.json": "{}"}))
    assert deposit.foreign is None and len(deposit.files) == 3
