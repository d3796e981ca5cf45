"""Drafts from the files, workbooks in and out, and what is no workbook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.data_management.archive import Archive
from preserve.description.writing import write_json
from preserve.errors import Conflict, NotFound, Refused
from preserve.progress import Silent
from preserve.services.deposit_descriptions import form, save
from preserve.services.deposit_drafts import draft, read_file, workbook
from preserve.services.waiting import waiting
from preserve.services.waiting_deeds import take_in
from tests.support.foreign_packages import eark, laid
from tests.support.people import session
from tests.support.tiny_case import answers_for
from tests.support.waiting import archive_with_inbox


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = archive_with_inbox(tmp_path_factory.mktemp("drafts"))
    yield opened
    opened.close()


def number(archive: Archive, name: str) -> str:
    return next(one.id for one in waiting(session(archive)).deposits if one.name == name)


def test_a_draft_keeps_what_somebody_filled_in(archive: Archive) -> None:
    me, deposit = session(archive), number(archive, "没有著录")
    assert draft(me, deposit).files == 1
    first = form(me, deposit)
    assert first.origin == "draft" and first.content["title"] == "没有著录"
    given = {"title": ["自己写的题名"], "cause": ["无证经营"], "case_number": ["临文综罚〔2026〕90号"]}
    save(me, deposit, given, first.version)
    draft(me, deposit)
    after = form(me, deposit)
    assert (after.content["title"], after.content["cause"]) == ("自己写的题名", "无证经营")
    assert [row["file"] for row in after.files] == ["现场检查笔录.txt"]


def test_a_workbook_goes_out_and_comes_back_the_same(archive: Archive) -> None:
    me, deposit = session(archive), number(archive, "整案")
    before = form(me, deposit)
    data = workbook(me, deposit).path.read_bytes()
    read_file(me, deposit, "案卷.xlsx", data, before.version)
    after = form(me, deposit)
    assert after.origin == "draft" and not after.findings
    for name in ("case_number", "title", "cause", "closed", "case_type"):
        assert after.content[name] == before.content[name]
    assert [row["file"] for row in after.files] == [row["file"] for row in before.files]
    with pytest.raises(Conflict):
        read_file(me, deposit, "案卷.xlsx", data, before.version)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("案卷.xlsx", b""),
        ("案卷.xlsx", b"PK\x03\x04 no workbook"),
        ("case.json", b"[]"),
        ("case.json", b"\xff"),
        ("case.toml", b"= wrong"),
        ("program.exe", b"MZ"),
        ("", b""),
    ],
)
def test_what_holds_no_description_is_refused(archive: Archive, name: str, data: bytes) -> None:
    me, deposit = session(archive), number(archive, "缺文书")
    before = form(me, deposit)
    with pytest.raises(Refused):
        read_file(me, deposit, name, data, before.version)
    assert form(me, deposit) == before


def test_others_neither_draft_nor_read_it(archive: Archive) -> None:
    deposit = number(archive, "整案")
    for deed in (draft, workbook):
        with pytest.raises(NotFound):
            deed(session(archive, "zhou"), deposit)


class _Meanwhile(Silent):
    """Somebody who fills in the form while pages are read."""

    def __init__(self, archive: Archive, deposit: str) -> None:
        self._archive, self._deposit = archive, deposit

    def begin(self, code: str, *_: object, **__: object) -> None:
        """Once the reading begins, a title is kept."""
        if code == "reading.heads":
            me = session(self._archive)
            save(me, self._deposit, {"title": ["边读边写的题名"]}, form(me, self._deposit).version)


def test_what_is_filled_in_while_pages_are_read_stays(archive: Archive) -> None:
    deposit = number(archive, "缺文书")
    drafted = draft(session(archive, progress=_Meanwhile(archive, deposit)), deposit, read=True)
    after = form(session(archive), deposit)
    assert after.content["title"] == "边读边写的题名" and len(after.files) == drafted.files


def test_a_package_of_another_system_is_drafted_and_taken_in_where_it_waits(archive: Archive) -> None:
    """The form lists its content by true names; a package that is no deposit of ours needs no other page."""
    folder = archive.home.path.parent / "share" / "信息包"
    laid(folder, eark({"笔录.txt": b"one", "photos/a b.jpg": b"two"}) | {"schemas/a.xsd": b"<xs/>"})
    me, deposit = session(archive), number(archive, "信息包")
    told = draft(me, deposit)
    assert (told.files, told.findings[0].code) == (2, "foreign.recognised")
    seen = form(me, deposit)
    assert ([row["file"] for row in seen.files], seen.unlisted, seen.gone) == (["photos/a b.jpg", "笔录.txt"], (), ())
    content = {**seen.content, "case_number": "临文综罚〔2026〕91号", "cause": "测试"}
    content |= {"start": "2026-03-01", "closed": "2026-04-01"}
    content["acceptances"] = answers_for(content)
    read_file(me, deposit, "case.json", write_json(content).encode(), seen.version)
    done = take_in(me, deposit)
    assert done.originals == 2 and sorted(path.name for path in folder.iterdir()) == [
        "METS.xml",
        "representations",
        "schemas",
    ]
