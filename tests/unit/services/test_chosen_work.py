"""Work on chosen cases: a line a case, and a list that holds no formula."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from preserve.errors import NotPermitted, Refused
from preserve.services.chosen_work import export_chosen, replicate_chosen, verify_chosen
from tests.support.bureau import Bureau


def test_each_case_has_its_line(bureau: Bureau) -> None:
    session = bureau.session(bureau.askers["archivist"])
    verified = verify_chosen(session, [bureau.objid, bureau.objid])
    assert (verified.status, [line.outcome for line in verified.cases]) == (0, ["done"])
    copied = replicate_chosen(session, [bureau.objid])
    assert [(line.case_number, line.outcome) for line in copied.cases] == [(bureau.case, "left")], "no drive is there"


def test_a_list_is_a_workbook_of_texts(bureau: Bureau, tmp_path: Path) -> None:
    before = bureau.size()
    written = export_chosen(bureau.session(bureau.askers["head"]), [bureau.objid], tmp_path / "out")
    sheet = openpyxl.load_workbook(written.path).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 2 and rows[1][0] == bureau.case and rows[1][5] == bureau.objid
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    (entry,) = bureau.entries(before)
    assert (entry["action"], entry["details"]) == ("catalogue.exported", {"cases": [bureau.objid]})


def test_what_is_not_there_and_who_may_not(bureau: Bureau, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        verify_chosen(bureau.session(bureau.askers["archivist"]), ["nothing"])
    for asker in ("auditor", "head"):
        with pytest.raises(NotPermitted):
            replicate_chosen(bureau.session(bureau.askers[asker]), [bureau.objid])
    with pytest.raises(NotPermitted):
        export_chosen(bureau.session(bureau.askers["auditor"]), [bureau.objid], tmp_path / "out")
    assert not (tmp_path / "out").exists()
