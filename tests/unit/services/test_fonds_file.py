"""The file about a fonds: seven groups, an index that holds every paper to its digest, and nothing of another fonds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import NotFound, NotPermitted
from preserve.services import fonds
from preserve.services.fonds_file import print_fonds
from preserve.services.fonds_gathering import GROUPS
from tests.support.numbered import numbering_archive, take_in
from tests.support.pdfa import against_pdfa
from tests.support.sessions import appoint, founder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = numbering_archive(tmp_path)
    take_in(opened, tmp_path, "一号")
    take_in(opened, tmp_path, "旧案", start="2025-01-02", closed="2025-02-03")
    yield opened
    opened.close()


def words_of(path: Path) -> str:
    """Every word of a PDF, without ends of lines."""
    with pypdfium2.PdfDocument(path) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "")


def test_seven_groups_and_an_index_with_digests(archive: Archive, tmp_path: Path) -> None:
    session, out = founder(archive), tmp_path / "out"
    fonds.rename(session, "culture", "文旅广电局", reason="机构改革")
    fonds.close(session, "culture", until=date(2026, 4, 30), reason="撤并")
    written = print_fonds(session, "culture", out)
    assert tuple(written.groups) == GROUPS
    folders = [path.name for path in sorted(out.iterdir()) if path.is_dir()]
    assert folders == ["1-收集", "2-整理", "3-鉴定", "4-保管", "5-统计", "6-利用", "7-新技术"]
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {one.name for one in written.files} == there
    for one in written.files:
        assert hashlib.sha256((out / one.name).read_bytes()).hexdigest() == one.sha256
        assert not one.name.endswith(".pdf") or against_pdfa(out / one.name) == []
    sheet = openpyxl.load_workbook(out / "全宗卷目录.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert {row[4]: row[5] for row in rows} == {one.name: one.sha256 for one in written.files[2:]}
    index = words_of(out / "全宗卷目录.pdf")
    assert all(one.sha256 in index for one in written.files[2:])
    assert {"2-整理/2025/案卷目录.pdf", "2-整理/2026/案卷目录.pdf"} <= there
    told = words_of(out / "2-整理/全宗单.pdf")
    assert "机构改革" in told and "撤并" in told and "2 卷" in told


def test_only_the_archivist_gathers_it(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(NotPermitted):
        print_fonds(appoint(archive, "auditor", Role.AUDITOR), "culture", tmp_path / "out")
    with pytest.raises(NotFound):
        print_fonds(founder(archive), "nobody", tmp_path / "out")
    assert not (tmp_path / "out").exists()
