"""The viewing room by its operations: every look is on record before anything is seen, by identifiers only."""

from __future__ import annotations

import json

import pytest

from preserve.errors import NotPermitted, Refused
from preserve.services.viewing import contents, view
from tests.support.bureau import Bureau


def test_the_files_of_a_case_in_the_order_of_its_description(bureau: Bureau) -> None:
    before = bureau.size()
    listed = contents(bureau.session(bureau.askers["archivist"]), bureau.case)
    originals = contents(bureau.session(bureau.askers["archivist"]), bureau.case, original=True)
    assert listed.objid == bureau.objid and bureau.file in {file.name for file in listed.files}
    assert [file.name for file in listed.files] == [file.name for file in originals.files]
    assert {file.representation for file in originals.files} == {"original"}
    assert {"access"} < {file.representation for file in listed.files}
    assert all(bool(file.stage) == bool(file.stage_name) for file in listed.files)
    assert [(entry["action"], entry["details"]["what"]) for entry in bureau.entries(before)] == [
        ("case.viewed", "contents")
    ] * 2


def test_a_file_put_into_the_room_is_the_one_of_the_archive(bureau: Bureau) -> None:
    before = bureau.size()
    shown = view(bureau.session(bureau.askers["archivist"]), bureau.case, [bureau.file], original=True)
    (placed,) = shown.viewed
    assert shown.objid == bureau.objid and shown.hours > 0 and placed.name == bureau.file
    (path,) = placed.paths
    assert path.is_relative_to(bureau.archive.home.path / "viewing" / "archivist") and path.stat().st_size > 0
    (entry,) = bureau.entries(before)
    assert (entry["action"], entry["details"]["what"], len(entry["details"]["objects"])) == (
        "object.viewed",
        "original",
        1,
    )
    assert bureau.file not in json.dumps(entry, ensure_ascii=False)


def test_what_nobody_may_see_or_nobody_has_is_not_put_there(bureau: Bureau) -> None:
    with pytest.raises(NotPermitted):
        view(bureau.session(bureau.askers["auditor"]), bureau.case, [bureau.file])
    before = bureau.size()
    with pytest.raises(Refused):
        view(bureau.session(bureau.askers["archivist"]), bureau.case, ["no such file.pdf"])
    assert "object.viewed" not in [entry["action"] for entry in bureau.entries(before)]
    assert not (bureau.archive.home.path / "viewing" / "auditor").exists()
