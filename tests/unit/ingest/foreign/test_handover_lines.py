"""The lines of a statement, a catalogue and of metadata: by our fields, with what no field takes."""

from __future__ import annotations

from pathlib import Path

from preserve.ingest.foreign.handover_lines import (
    Said,
    digests_of,
    is_metadata,
    line_of,
    read_catalogue,
    read_statement,
)
from preserve.ingest.foreign.handover_profile import read_handover
from preserve.ingest.sources.folder import FolderSource

PROFILE = read_handover(None)


def test_a_statement_has_its_lines_with_either_colon(tmp_path: Path) -> None:
    (tmp_path / "说明文件.TXT").write_bytes("移交单位：甲\r\n档案数量: 3\r\n空：\r\n无冒号\r\n".encode("gb18030"))
    assert read_statement(FolderSource(tmp_path), "说明文件.TXT") == {"移交单位": "甲", "档案数量": "3"}


def test_columns_that_no_field_takes_are_named(tmp_path: Path) -> None:
    (tmp_path / "c.xml").write_bytes(
        "<目录><文件><顺序号>1</顺序号><题名>甲</题名><互见号>J9</互见号></文件></目录>".encode()
    )
    said = Said()
    read_catalogue(FolderSource(tmp_path), "c.xml", PROFILE, said)
    assert said.unknown == {"互见号"}
    assert said.lines[0].values == {"title": "甲"}


def test_lines_of_any_name_are_read(tmp_path: Path) -> None:
    (tmp_path / "c.xml").write_bytes("<a><列表><行><题名>甲</题名></行><行><题名>乙</题名></行></列表></a>".encode())
    said = Said()
    read_catalogue(FolderSource(tmp_path), "c.xml", PROFILE, said)
    assert [line.values["title"] for line in said.lines] == ["甲", "乙"]


def test_digests_are_told_by_column_algorithm_or_length() -> None:
    for raw, algorithm in (
        ({"MD5": "0" * 32}, "md5"),
        ({"数字摘要": "A" * 64}, "sha256"),
        ({"数字摘要": "A" * 64, "摘要算法": "SM3"}, "sm3"),
        ({"SM3": "b" * 64}, "sm3"),
    ):
        (found,) = digests_of(line_of(raw, PROFILE, "c.xml"), PROFILE)
        assert (found.algorithm, found.digest) == (algorithm, found.digest.lower())
    assert digests_of(line_of({"MD5": "无", "数字摘要": "12"}, PROFILE, "c.xml"), PROFILE) == ()


def test_metadata_go_by_their_name() -> None:
    assert is_metadata("电子档案1元数据.XML", PROFILE)
    assert not is_metadata("元数据说明.txt", PROFILE)
