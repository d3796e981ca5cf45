"""The description as a form: nothing typed is lost, what is wrong stands with its field, and two people do not mix."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import Conflict, NotFound
from preserve.services.deposit_descriptions import (
    file_form,
    file_with_given,
    form,
    match_files,
    save,
    save_file,
    with_given,
)
from preserve.services.deposit_drafts import read_file
from preserve.services.waiting import waiting
from tests.support.people import session
from tests.support.waiting import archive_with_inbox


@pytest.fixture
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = archive_with_inbox(tmp_path_factory.mktemp("forms"))
    yield opened
    opened.close()


def number(archive: Archive, name: str) -> str:
    return next(one.id for one in waiting(session(archive)).deposits if one.name == name)


def test_a_form_is_kept_with_its_mistakes(archive: Archive) -> None:
    me, deposit = session(archive), number(archive, "缺文书")
    before = form(me, deposit)
    assert (before.origin, before.may_change, len(before.files)) == ("own", True, 2)
    given = {
        "case_number": ["临文综罚〔2026〕78号"],
        "title": [""],
        "closed": ["2026年4月31日"],
        "classification": ["privacy"],
        "access": ["甲\r\n乙"],
        "parties.0.name": ["张某"],
        "parties.0.classification": ["privacy"],
        "parties.1.classification": ["privacy"],
        "parties.2.name": ["李某"],
        "parties.2.remove": ["1"],
        "measures.0.measure": ["现场检查"],
        "measures.0.start": ["2026-03-01 09:30"],
        "incidents.0.note": ["<b>"],
        "nonsense": ["x"],
    }
    kept = save(me, deposit, given, before.version)
    after = form(me, deposit)
    assert after.version == kept.version != before.version and after.origin == "draft"
    assert after.content["access"] == ["甲", "乙"]
    assert after.content["closed"] == "2026-04-31"  # no day at all, and kept to be mended
    people = next(sheet for sheet in after.sheets if sheet.name == "parties")
    assert people.rows == ({"name": "张某", "classification": "privacy"},)
    measures = next(sheet for sheet in after.sheets if sheet.name == "measures")
    assert measures.rows[0]["start"].startswith("2026-03-01T09:30")
    wrong = {one.where for one in after.findings}
    assert {"title", "closed", "cause", "incidents.0.incident"} <= wrong
    assert len(after.files) == 2 and "nonsense" not in after.content


def test_of_two_who_change_it_the_second_is_told_and_loses_nothing(archive: Archive) -> None:
    me, deposit = session(archive), number(archive, "整案")
    seen = form(me, deposit)
    save(me, deposit, {"title": ["第一个人"]}, seen.version)
    with pytest.raises(Conflict) as told:
        save(me, deposit, {"title": ["第二个人"]}, seen.version)
    assert told.value.code == "deposit.draft-changed"
    again = with_given(form(me, deposit), {"title": ["第二个人"], "parties.0.name": ["张某"]})
    assert again.content["title"] == "第二个人" and again.sheets[0].rows == ({"name": "张某"},)
    assert form(me, deposit).content["title"] == "第一个人"


def test_one_file_has_its_own_form(archive: Archive) -> None:
    me, deposit = session(archive), number(archive, "整案")
    one = file_form(me, deposit, 1)
    assert (one.shown, one.text, one.count) == ("text", "现场检查笔录", 4)
    assert {"kind", "stage"} <= {field.name for field in one.fields} and "preamble" not in {f.name for f in one.fields}
    given = {"kind": ["询问笔录"], "stage": ["investigation"], "pages": ["3页"], "evidence": ["yes"], "date": ["昨天"]}
    save_file(me, deposit, 1, given, one.version)
    after = file_form(me, deposit, 1)
    assert after.content["file"] == "笔录.txt" and after.content["evidence"] is True
    assert [found.where for found in after.findings] == ["objects.0.date"]
    with pytest.raises(Conflict):
        save_file(me, deposit, 1, given, one.version)
    assert file_with_given(after, {"kind": ["别的"]}).content["kind"] == "别的"
    for wrong in (0, 5):
        with pytest.raises(NotFound):
            file_form(me, deposit, wrong)


def test_the_list_follows_the_files(archive: Archive) -> None:
    me, deposit = session(archive), number(archive, "整案")
    folder = archive.home.path.parent / "share" / "整案"
    (folder / "新增.txt").write_text("新增", encoding="utf-8")
    (folder / "笔录.txt").unlink()
    seen = form(me, deposit)
    assert (seen.unlisted, seen.gone) == (("新增.txt",), ("笔录.txt",))
    match_files(me, deposit, seen.version)
    after = form(me, deposit)
    assert (after.unlisted, after.gone) == ((), ())
    assert {row["file"] for row in after.files} >= {"新增.txt", "决定书.txt"}
    assert "笔录.txt" in json.loads((folder / "case.json").read_text(encoding="utf-8"))["objects"][0]["file"]


def test_the_mark_of_an_old_case_stays_when_the_form_is_saved(archive: Archive) -> None:
    me, deposit = session(archive), number(archive, "缺文书")
    before = form(me, deposit)
    mark = {"source": "案卷目录.xlsx 目录!5", "not_known": ["cause"]}
    content = {**before.content, "cause": "", "legacy": mark}
    read = read_file(me, deposit, "case.json", json.dumps(content, ensure_ascii=False).encode(), before.version)
    save(me, deposit, {"case_number": ["旧〔2012〕1号"]}, read.version)
    assert mark.items() <= form(me, deposit).content["legacy"].items()
