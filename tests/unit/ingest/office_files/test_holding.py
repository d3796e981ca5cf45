"""What kind of document it is decides how it is held; what is damaged or unknown is copied as it is."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from preserve.ingest.office_files.holding import hold, look
from tests.support.office_samples import docx, relations


@pytest.mark.parametrize(
    "data", [b"PK\3\4" + bytes(400), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)], ids=["zip", "ole"]
)
def test_what_is_damaged_is_copied_and_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.docx").write_bytes(data)
    remarks = hold(tmp_path / "a.docx", tmp_path / "b.docx")
    assert list(remarks.counts) == ["not-looked-through"]
    assert (tmp_path / "b.docx").read_bytes() == data


def test_what_is_of_another_structure_is_copied_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "a.wps").write_bytes("纯文本".encode("gbk"))
    assert hold(tmp_path / "a.wps", tmp_path / "b.wps").counts == {}
    assert (tmp_path / "b.wps").read_bytes() == (tmp_path / "a.wps").read_bytes()


def test_an_entity_is_not_expanded(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", "<w:p/>")
    with zipfile.ZipFile(tmp_path / "c.docx", "w") as out, zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            entity = b'<!DOCTYPE d [<!ENTITY e "x">]>' if name == "word/document.xml" else b""
            out.writestr(name, entity + data)
    assert hold(tmp_path / "c.docx", tmp_path / "b.docx").places == {"not-looked-through": ["it has a document type"]}


def test_the_original_is_not_changed_and_other_parts_stay_the_same(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", '<w:p><w:fldSimple w:instr="DATE"><w:r><w:t>三月</w:t></w:r></w:fldSimple></w:p>')
    before = path.read_bytes()
    hold(path, tmp_path / "b.docx")
    assert path.read_bytes() == before
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.docx") as new:
        changed = [name for name in old.namelist() if old.read(name) != new.read(name)]
    assert changed == ["word/document.xml"]


def test_links_out_of_a_text_are_named(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", "<w:p/>", settings="<w/>")
    with zipfile.ZipFile(path, "a") as out:
        out.writestr("word/_rels/settings.xml.rels", relations(("r1", "attachedTemplate", "file:///C:/模板.dotx")))
        out.writestr("word/embeddings/表.xlsx", b"x")
    assert hold(path, tmp_path / "b.docx").places == {"link": ["file:///C:/模板.dotx"], "embedded": ["表.xlsx"]}


def test_a_look_gives_the_cells_that_are_seen(tmp_path: Path) -> None:
    space = 'xmlns:{0}="urn:oasis:names:tc:opendocument:xmlns:{0}:1.0"'
    cell = '<table:table-cell office:value-type="string"><text:p>甲</text:p></table:table-cell>'
    table = f'<table:table table:name="表"><table:table-row>{cell}</table:table-row></table:table>'
    spaces = " ".join(space.format(name) for name in ("office", "table", "text"))
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as out:
        out.writestr("content.xml", f"<office:document-content {spaces}>{table}</office:document-content>")
    remarks, cells = look(tmp_path / "a.ods")
    assert (remarks.counts, cells) == ({}, [("表!A1", "甲", True)])
