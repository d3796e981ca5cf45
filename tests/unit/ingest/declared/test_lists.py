"""The depositor's word is found and read in whatever a deposit holds, and what cannot be told is said."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.ingest.declared import Wanted, files_by_list, looking
from preserve.ingest.declared.lists import Word, read_lists
from preserve.ingest.declared.looking import Texts, digests_are_in
from preserve.ingest.sources.folder import FolderSource
from preserve.work import threads

DATA = {"证据/a.mp4": b"film", "b.txt": "笔录".encode()}


def digest(name: str, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, DATA[name]).hexdigest()


def word(folder: Path, more: dict[str, bytes]) -> Word:
    for name, data in {**DATA, **more}.items():
        path = folder / "案" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    source = FolderSource(folder)
    return read_lists(source, [entry for entry in source.entries() if entry.kind == "file"], "案/", folder.parent)


LINE = f"{digest('证据/a.mp4')}  证据/a.mp4\n"
PREMIS = (
    '<premis xmlns="{space}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><object xsi:type="file">'
    "<objectCharacteristics><fixity><messageDigestAlgorithm>SHA-256</messageDigestAlgorithm><messageDigest>{digest}"
    "</messageDigest></fixity><size>4</size></objectCharacteristics><originalName>证据/a.mp4</originalName>"
    "</object></premis>"
)
METS = (
    '<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"><fileSec><fileGrp>'
    '<file ID="x" SIZE="{size}" {more}><FLocat LOCTYPE="URL" xlink:href="{href}"/></file></fileGrp></fileSec></mets>'
)
SHA = f'CHECKSUM="{digest("证据/a.mp4").upper()}" CHECKSUMTYPE="SHA-256"'


def mets(href: str = "file:%E8%AF%81%E6%8D%AE/a.mp4", size: int = 4, more: str = SHA) -> bytes:
    return METS.format(href=href, size=size, more=more).encode()


LISTS: dict[str, tuple[str, bytes]] = {
    "GNU": ("SHA256SUMS", LINE.encode()),
    "named as nothing": ("说明.txt", LINE.encode()),
    "without an ending": ("manifest", LINE.encode()),
    "with a byte order mark": ("校验.sha256", b"\xef\xbb\xbf" + LINE.encode()),
    "in UTF-16": ("hash.txt", LINE.encode("utf-16")),
    "in UTF-16 without a mark": ("hash.txt", LINE.encode("utf-16-le")),
    "in GBK": ("checksums.txt", LINE.encode("gbk")),
    "of Archivematica": ("metadata/checksum.sha256", LINE.encode()),
    "with CRLF and back slashes": ("a.sha256", LINE.replace("/", "\\").replace("\n", "\r\n").encode()),
    "a side-car with a digest alone": ("证据/a.mp4.sha256", digest("证据/a.mp4").upper().encode()),
    "a side-car with another path": ("证据/a.mp4.sha256", f"{digest('证据/a.mp4')} *E:\\DCIM\\a.mp4".encode()),
    "METS": ("METS.xml", mets()),
    "METS below": ("representations/rep1/METS.xml", mets("../../证据/a.mp4")),
    "PREMIS 3": (
        "metadata/premis.xml",
        PREMIS.format(space="http://www.loc.gov/premis/v3", digest=digest("证据/a.mp4")).encode(),
    ),
    "PREMIS 2": ("premis.xml", PREMIS.format(space="info:lc/xmlns/premis-v2", digest=digest("证据/a.mp4")).encode()),
}


@pytest.mark.parametrize("form", LISTS)
def test_lists_are_found_and_read(form: str, tmp_path: Path) -> None:
    name, data = LISTS[form]
    said = word(tmp_path / "deposit", {name: data})
    assert said.wanted == {"案/证据/a.mp4": (Wanted("sha256", digest("证据/a.mp4"), name),)}
    assert said.findings == [] and files_by_list(said.wanted) == {name: 1}


def test_other_algorithms(tmp_path: Path) -> None:
    crc = f"证据/a.mp4 {zlib.crc32(DATA['证据/a.mp4']):08X}\n".encode()
    lists = {"x.sfv": crc, "证据/a.mp4.md5": digest("证据/a.mp4", "md5").encode(), "a.sm3": b"0" * 64 + b"  b.txt"}
    wanted = word(tmp_path / "deposit", lists).wanted
    assert {item.algorithm for item in wanted["案/证据/a.mp4"]} == {"crc32", "md5"}
    assert [item.algorithm for item in wanted["案/b.txt"]] == ["sm3"]


def codes(said: Word) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.severity) for finding in said.findings]


SAID: dict[str, tuple[str, bytes, tuple[str, str, str]]] = {
    "not readable": ("a.md5", b"what is this?\n", ("sip.list-unreadable", "案/a.md5", "warning")),
    "no text": ("a.md5", bytes(range(256)), ("sip.list-unreadable", "案/a.md5", "warning")),
    "a file missing": ("a.md5", b"0" * 32 + b"  none.mp4\n", ("sip.list-file-missing", "案/a.md5", "warning")),
    "an unknown algorithm": (
        "a.md5",
        b"0" * 64 + b" ?BLAKE2sp*b.txt\n",
        ("sip.list-not-compared", "案/a.md5", "warning"),
    ),
    "METS that breaks off": ("METS.xml", mets()[:-20], ("sip.list-unreadable", "案/METS.xml", "warning")),
    "METS with a document type": (
        "METS.xml",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + mets(),
        ("sip.list-unreadable", "案/METS.xml", "warning"),
    ),
    "a size alone": ("METS.xml", mets(size=5, more=""), ("sip.list-size-differs", "案/证据/a.mp4", "refuse")),
    "a wrong size beside a digest": ("METS.xml", mets(size=5), ("sip.list-size-wrong", "案/证据/a.mp4", "warning")),
}


@pytest.mark.parametrize("what", SAID)
def test_what_cannot_be_told_is_said(what: str, tmp_path: Path) -> None:
    name, data, finding = SAID[what]
    assert codes(word(tmp_path / "deposit", {name: data})) == [finding]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("笔录.txt", f"问：摘要是多少？\n答：{'0' * 64} b.txt\n问：还有吗？\n答：没有了。\n当事人签名。\n"),
        ("备注.txt", f"{'0' * 64}  不存在.mp4\n"),
        ("日期.txt", "20260101 b.txt\n20260102 b.txt\n这是一份按日期列出的清单，很长很长。\n"),
        ("hash.txt", "这里没有摘要。" * 5),
    ],
)
def test_texts_that_merely_look_so_are_left_alone(name: str, text: str, tmp_path: Path) -> None:
    said = word(tmp_path / "deposit", {name: text.encode()})
    assert said.wanted == {} and said.findings == []


@given(
    st.lists(
        st.sampled_from([b"0", b"aF", b"9" * 15, b"\0", b" ", b" \0", b".", b"\n", b"g", b"." * 13]), max_size=60
    ).map(b"".join)
)
def test_the_quick_look_for_digests_says_what_the_pattern_says(data: bytes) -> None:
    assert looking.like_a_digest(data) == bool(looking._LIKE_A_DIGEST.search(data))


def _moved(folder: Path) -> None:
    for path in (folder / "案").rglob("*.mp4"):
        path.rename(path.with_suffix(".MP4"))


@pytest.mark.parametrize("change", [_moved], ids=["case"])
def test_a_name_in_another_case_still_means_its_file(change: Callable[[Path], None], tmp_path: Path) -> None:
    word(tmp_path / "deposit", {"SHA256SUMS": LINE.encode()})
    change(tmp_path / "deposit")
    source = FolderSource(tmp_path / "deposit")
    said = read_lists(source, [entry for entry in source.entries() if entry.kind == "file"], "案/", None)
    assert list(said.wanted) == ["案/证据/a.MP4"]


def test_processes_that_look_first_change_nothing(tmp_path: Path) -> None:
    texts = {
        "笔录.txt": "没有摘要".encode() * 20,
        "无关.log": b"0" * 40,
        "说明.txt": LINE.encode(),
        "SHA256SUMS": LINE.encode(),
    }
    said = word(tmp_path, texts)
    source = FolderSource(tmp_path)
    entries = [entry for entry in source.entries() if entry.kind == "file"]
    with threads(2) as pool:
        assert read_lists(source, entries, "案/", tmp_path, pool=pool) == said
    assert [one.source for one in said.wanted["案/证据/a.mp4"]] == ["SHA256SUMS", "说明.txt"]


def test_what_cannot_be_looked_into_is_left_to_whoever_reads_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 40)
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    asked = Texts(str(tmp_path), ("a.txt", "b.txt", "gone.txt"), (40, 40, 40))
    assert digests_are_in(asked) == [False, True, True]
