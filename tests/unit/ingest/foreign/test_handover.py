"""Hand-over folders in the dialects of the archives administration and of universities, as they are and as they come."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.assess import preview, refusal
from preserve.ingest.foreign.several import one_of
from preserve.ingest.handed import Handed
from preserve.progress import Silent
from preserve.settings import Settings
from tests.support.handover_folders import NUMBER, catalogue, dat93, put, read
from tests.support.shared_cases import PACKAGES
from tests.support.tiny_case import answers_for


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "kind"), [("handover-2012", "handover-2012"), ("handover-dat93-item", "handover-dat93")]
)
def test_the_samples_are_read_in_either_encoding(name: str, kind: str) -> None:
    package = read(PACKAGES / "made" / f"{name}.zip")
    assert (package.kind, len(package.content), package.missing, package.unknown) == (kind, 1, (), ())
    described = package.described
    assert described["archival_number"] == NUMBER
    assert described["objects"][0]["title"] == "现场检查(勘验)笔录"
    assert described["objects"][0]["date"] == described["start"] == described["closed"] == "2026-03-01"
    assert described["producer"] == {"name": "某某市文化市场综合行政执法支队"}
    assert "title" not in described, "a paper's title is not its case's"


def test_the_names_of_a_zip_from_windows_are_read(tmp_path: Path) -> None:
    dat93(tmp_path / "package")
    target = tmp_path / "gbk.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted((tmp_path / "package").rglob("*")):
            if path.is_file():
                name = str(path.relative_to(tmp_path / "package")).encode("gb18030").decode("cp437")
                info = zipfile.ZipInfo(name)
                info.create_system = 0
                archive.writestr(info, path.read_bytes())
    data = target.read_bytes()
    target.write_bytes(data)
    with zipfile.ZipFile(target) as archive:
        flagged = [one for one in archive.infolist() if one.flag_bits & 0x800]
    if flagged:  # zipfile flags what is no ASCII: take the flags and the re-encoding away, as WinRAR and Explorer write
        _unflag(tmp_path / "package", target)
    package = read(target)
    assert len(package.content) == 2 and not package.missing


def _unflag(folder: Path, target: Path) -> None:
    """The same zip with raw GBK names: written with ASCII ones of the same length, which are then replaced."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    raw = {
        f"{number:04d}".ljust(len(str(path.relative_to(folder)).encode("gb18030")), "x"): path
        for number, path in enumerate(files)
    }
    with zipfile.ZipFile(target, "w") as archive:
        for name, path in raw.items():
            info = zipfile.ZipInfo(name)
            info.create_system = 0
            archive.writestr(info, path.read_bytes())
    data = target.read_bytes()
    for name, path in raw.items():
        data = data.replace(name.encode(), str(path.relative_to(folder)).encode("gb18030"))
    target.write_bytes(data)


def test_counts_and_spans_are_held_against_the_catalogue(tmp_path: Path) -> None:
    place = dat93(
        tmp_path / "p",
        档案数量="7件",
        起止档号="J001-ZY·ZF·2026·D30-001-001～J001-ZY·ZF·2026·D30-009-001",
        软硬件环境="",
    )
    codes = [finding.code for finding in read(place).findings]
    assert codes == ["foreign.statement-lacks", "foreign.count-differs", "foreign.span-differs"]


def test_records_without_files_and_files_without_records_are_told(tmp_path: Path) -> None:
    place = dat93(tmp_path / "p")
    shutil.rmtree(place / f"J001/ZY/2026/{NUMBER}-002")
    put(place / f"J001/ZY/2026/{NUMBER}-009/多出.txt", b"more")
    package = read(place)
    assert package.missing == ((f"{NUMBER}-002", "目录文件.XML"),)
    assert [finding.code for finding in package.findings] == ["foreign.unlisted"]
    assert any(path.endswith("多出.txt") for path in package.content), "nothing that came is lost"


def test_a_number_with_two_folders_is_told(tmp_path: Path) -> None:
    place = dat93(tmp_path / "p")
    put(place / f"J001/另处/{NUMBER}-001/又一份.txt", b"again")
    package = read(place)
    assert [finding.code for finding in package.findings] == ["foreign.folder-twice"]
    assert len(package.content) == 3


def test_two_lines_of_one_file_are_told_and_the_file_comes_once(tmp_path: Path) -> None:
    place = dat93(tmp_path / "p", papers=1)
    row = {"档号": f"{NUMBER}-001", "题名": "甲"}
    put(place / "目录文件.XML", catalogue([row, {**row, "题名": "乙"}]))
    package = read(place)
    assert [row["title"] for row in package.described["objects"]] == ["甲"]
    assert "foreign.file-of-two" in {finding.code for finding in package.findings}
    assert not package.missing


_VALUES = st.one_of(
    st.sampled_from([NUMBER, f"{NUMBER}-001", "../..", "文书1.txt", "30年", "20260301", "", "机密", "D30"]),
    st.text(max_size=8),
)


@settings(max_examples=60)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["档号", "题名", "日期", "密级", "电子档案名称", "案号", "MD5"]), _VALUES),
        max_size=6,
    )
)
def test_no_catalogue_loses_a_file_or_breaks_it(rows: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = dat93(Path(folder))
        texts = [{name: escape(re.sub(r"[^\x20-\ud7ff]", "", text)) for name, text in row.items()} for row in rows]
        put(place / "目录文件.XML", catalogue(texts))
        package = read(place)
        found = [path for case in package.cases or (package,) for path in case.content]
        assert sorted(found) == [f"J001/ZY/2026/{NUMBER}-00{n}/文书{n}.txt" for n in (1, 2)]


def test_separators_may_be_written_otherwise_on_disk(tmp_path: Path) -> None:
    place = dat93(tmp_path / "p", papers=1)
    folder = place / f"J001/ZY/2026/{NUMBER}-001"
    folder.rename(folder.with_name(folder.name.replace("·", "•").replace("-", "－")))
    assert len(read(place).content) == 1


def test_several_cases_are_each_a_package(tmp_path: Path) -> None:
    package = read(dat93(tmp_path / "p", cases=3))
    assert [case.described["archival_number"] for case in package.cases] == [f"{NUMBER[:-3]}{n:03}" for n in (1, 2, 3)]
    for case in package.cases:
        assert (len(case.content), len(case.beside)) == (2, 2)
        asked = {"archival_number": case.described["archival_number"].replace("-", "－")}
        meant = one_of(package, Handed(tmp_path, json.dumps(asked).encode()))
        assert meant.content == case.content
        assert len(meant.elsewhere) == 8, "two papers of two other cases, each with its metadata"
        assert not {*case.content, *case.beside} & set(meant.elsewhere)


def test_files_by_name_are_found_or_ambiguous(tmp_path: Path) -> None:
    place = tmp_path / "p"
    rows = [
        {"档号": f"{NUMBER}-001", "题名": "甲", "电子档案名称": "甲.txt;乙.txt"},
        {"档号": f"{NUMBER}-002", "题名": "丙", "电子档案名称": "电子档案/2026/丙.txt"},
        {"档号": f"{NUMBER}-003", "题名": "丁", "电子档案名称": "丁.txt"},
        {"档号": f"{NUMBER}-004", "题名": "戊"},
    ]
    put(place / "文件目录.XML", catalogue(rows, encoding="gb2312"))
    put(place / "说明文件.TXT", "制作单位：某某支队".encode("gb18030"))
    for name in ("甲.txt", "乙.txt", "丙.txt", "a/丁.txt", "b/丁.txt", f"{NUMBER}-004.pdf"):
        put(place / "电子档案/2026" / name, name.encode())
    package = read(place)
    assert [name for name, _ in package.missing] == ["丁.txt"]
    assert len(package.content) == 6
    assert package.described["producer"] == {"name": "某某支队"}


def test_a_university_package_gives_digests(tmp_path: Path) -> None:
    place, data = tmp_path / "p", "论文".encode()
    put(
        place / "档案包/目录文件.xml",
        "<目录文件><文件目录><档案><顺序号>1</顺序号><元数据路径>001/元数据.xml</元数据路径></档案></文件目录></目录文件>".encode(),
    )
    put(
        place / "档案包/001/元数据.xml",
        f"""<文件元数据信息><题名>某论文</题名><档号>XZ11-001</档号><类型相关元数据>
        <电子文件><包内路径>001/f1.pdf</包内路径><文件名称>论文.pdf</文件名称><文件大小>{len(data)}</文件大小><MD5>{hashlib.md5(data).hexdigest().upper()}</MD5></电子文件>
        <电子文件><包内路径>001/f2.pdf</包内路径><文件名称>附件.pdf</文件名称><文件大小>9</文件大小><MD5>{"0" * 32}</MD5></电子文件>
        </类型相关元数据></文件元数据信息>""".encode(),
    )
    put(place / "档案包/001/f1.pdf", data)
    put(place / "档案包/001/f2.pdf", data)
    put(place / "其他/电子档案归档信息表.xml", b"<R><FILECOUNT>1</FILECOUNT></R>")
    package = read(place)
    assert package.kind == "handover-package"
    assert dict(package.names) == {"档案包/001/f1.pdf": "论文.pdf", "档案包/001/f2.pdf": "附件.pdf"}
    assert package.wanted["档案包/001/f1.pdf"][0].digest == hashlib.md5(data).hexdigest()
    assert package.sizes == {"档案包/001/f1.pdf": len(data), "档案包/001/f2.pdf": 9}
    assert package.described["archival_number"] == "XZ11-001"


def test_hostile_catalogues_are_refused(tmp_path: Path) -> None:
    place = dat93(tmp_path / "p")
    for number, text in enumerate(
        (
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><文件目录><文件><题名>&x;</题名></文件></文件目录>',
            "<文件目录><文件>",
            "",
        )
    ):
        put(place / "目录文件.XML", text.encode())
        with pytest.raises(Refused, match=r"foreign\.unreadable"):
            read(place)
        assert number < 3
    put(place / "目录文件.XML", catalogue([{"档号": "x", "电子档案名称": "../../etc/passwd", "题名": "甲"}]))
    assert all(".." not in path for path in read(place).content)


def test_a_person_may_answer_for_a_count_that_differs(tmp_path: Path) -> None:
    place = dat93(tmp_path / "p", 档案数量="7")
    home = Home(tmp_path / "home", Settings(archive_id="01", institution="某局"))
    content: dict[str, Any] = {
        "case_number": "文罚字〔2026〕2号",
        "case_type": "penalty",
        "title": "甲案",
        "cause": "测试",
        "producer": {"name": "某支队"},
        "start": "2026-03-01",
        "closed": "2026-03-02",
        "objects": [
            {"file": f"{NUMBER}-00{number}/文书{number}.txt", "kind": "其他", "stage": "investigation"}
            for number in (1, 2)
        ],
    }
    content["acceptances"] = answers_for(content)
    answer = {"finding": "count-differs", "where": "说明文件.TXT", "person": "李", "reason": "移交方笔误，实为两件"}
    for answers, refused in (([], True), ([answer], False)):
        case = {**content, "acceptances": [*content["acceptances"], *answers]}
        beside = Handed(place, json.dumps(case, ensure_ascii=False).encode())
        assessed, judged = preview(home, beside, Silent())
        assert (refusal(assessed.deposit, judged.findings) is not None) == refused
