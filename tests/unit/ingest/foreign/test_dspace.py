"""DSpace's packages: items of its Simple Archive Format, METS SIPs, and an AIP made as its documentation says."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Refused
from tests.support.foreign_packages import codes, content_of, file_word, looked, mets, packed
from tests.support.shared_cases import PACKAGES

ABOUT = '<dublin_core><dcvalue element="title" qualifier="none">案卷</dcvalue></dublin_core>'


@pytest.mark.samples
def test_an_item_of_its_simple_archive() -> None:
    deposit = looked(PACKAGES / "dspace-saf/saf-bitstreams.zip")
    assert list(content_of(deposit)) == ["file1.txt"] and deposit.foreign is not None
    assert ("dc:title", "A Tale of Two Cities") in deposit.foreign.package.said
    assert codes(deposit) == {"foreign.recognised": "note", "foreign.no-digests": "warning"}


def test_bundles_tell_content_from_licences_and_from_what_was_made(tmp_path: Path) -> None:
    lines = "a.txt\tbundle:ORIGINAL\tdescription:x\r\nlicense.txt\tbundle:LICENSE\na.txt.txt\tbundle:TEXT\nlost.pdf\n"
    item = {"contents": lines, "dublin_core.xml": ABOUT, "a.txt": b"1", "license.txt": b"2", "a.txt.txt": b"3"}
    files = {f"item_{number}/{name}": data for number in range(2) for name, data in item.items()}
    deposit = looked(packed(tmp_path / "p.zip", files))
    assert content_of(deposit) == {"item_0/a.txt": b"1", "item_1/a.txt": b"1"}
    assert codes(deposit)["foreign.file-missing"] == "error" and codes(deposit)["foreign.derived-left"] == "warning"


def test_a_file_that_lies_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    files = {"i/contents": "-r -s 1 -f ../../etc/passwd\na.txt", "i/dublin_core.xml": ABOUT, "i/a.txt": b"1"}
    deposit = looked(packed(tmp_path / "p.zip", files))
    assert content_of(deposit) == {"a.txt": b"1"} and codes(deposit)["foreign.file-missing"] == "error"


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        looked(packed(tmp_path / "p.zip", {"contents": b"\xff\xfe\xff", "dublin_core.xml": ABOUT, "a": b"1"}))
    assert refused.value.code == "foreign.unreadable"


@pytest.mark.samples
def test_a_mets_sip() -> None:
    deposit = looked(PACKAGES / "dspace-mets-sip/example.zip")
    assert list(content_of(deposit)) == ["pdf1.pdf", "pdf2.pdf", "pdf3.pdf"] and deposit.foreign is not None
    said = dict(deposit.foreign.package.said)
    assert said["dc:title"].startswith("Attempts to detect retrotransposition")


def test_an_aip_calls_its_files_after_numbers_and_knows_their_names(tmp_path: Path) -> None:
    fields = '<dim:dim><dim:field mdschema="dc" element="title">现场检查笔录.txt</dim:field></dim:dim>'
    before = (
        '<dmdSec ID="d1"><mdWrap MDTYPE="MODS"><xmlData><mods:mods><mods:titleInfo><mods:title>一案</mods:title>'
        "</mods:titleInfo></mods:mods></xmlData></mdWrap></dmdSec>"
        f'<amdSec ID="a1"><techMD ID="t1"><mdWrap MDTYPE="OTHER"><xmlData>{fields}</xmlData></mdWrap></techMD></amdSec>'
    )
    word = file_word("bitstream_17.txt", b"one", more='ADMID="a1"', algorithm="MD5")
    licence = file_word("bitstream_18.txt", b"two").join(('<fileGrp USE="LICENSE">', "</fileGrp>"))
    text = mets(word, use="ORIGINAL", before=before).replace("</fileSec>", licence + "</fileSec>")
    files = {"mets.xml": text, "bitstream_17.txt": b"one", "bitstream_18.txt": b"two"}
    deposit = looked(packed(tmp_path / "ITEM@123-45.zip", files))
    assert content_of(deposit) == {"现场检查笔录.txt": b"one"} and deposit.foreign is not None
    assert deposit.wanted["现场检查笔录.txt"][0].algorithm == "md5"
    assert deposit.foreign.package.said == (("mods:titleInfo.title", "一案"),)
    assert "foreign.no-digests" not in codes(deposit)
