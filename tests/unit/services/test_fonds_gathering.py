"""What is gathered about a fonds: papers of proceedings that are about its cases, each held to the ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from preserve.access.transfer.procedure import TRANSFERS
from preserve.administration.duties import Role
from preserve.errors import NotIntact
from preserve.messages import speaking
from preserve.services import fonds, transfers
from preserve.services.fonds_file import print_fonds
from preserve.services.fonds_gathering import changes_of
from tests.support.numbered import numbering_archive, take_in
from tests.support.sessions import appoint, founder


def test_papers_of_a_transfer_lie_with_the_fonds_of_its_cases(tmp_path: Path) -> None:
    archive = numbering_archive(tmp_path)
    take_in(archive, tmp_path, "一号")
    session = founder(archive)
    fonds.enter(session, "sport", name="体育局")
    number = transfers.prepare(session, ["一号"], receiver="临江市档案馆", basis="到期移交").number
    head = appoint(archive, "head", Role.HEAD)
    transfers.approve(head, number, reason="同意")
    transfers.hand_over(session, number, tmp_path / "handed")
    written = print_fonds(session, "culture", tmp_path / "out")
    collected = [one.name for one in written.files if one.form == "collecting"]
    assert f"1-收集/{number} 移交清单.pdf" in collected and f"1-收集/{number} 移交与接收登记表.pdf" in collected
    assert print_fonds(session, "sport", tmp_path / "sport").groups["collecting"] == 0
    folder = TRANSFERS.folder_of(archive.home, number)
    (paper,) = folder.glob("papers/*.xlsx")
    paper.chmod(0o600)
    paper.write_bytes(b"another")
    with pytest.raises(NotIntact):
        print_fonds(session, "culture", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    archive.close()


def test_what_became_of_a_fonds_is_told_with_day_and_reason(tmp_path: Path) -> None:
    archive = numbering_archive(tmp_path)
    fonds.rename(founder(archive), "culture", "文旅广电局", reason="机构改革")
    fonds.close(founder(archive), "culture", until=date(2026, 4, 30), reason="撤并")
    with archive.catalogue.read() as connection, speaking("zh"):
        renamed, closed = changes_of(connection, "culture").split("\n")
    assert "文旅广电局" in renamed and "机构改革" in renamed
    assert closed.startswith("2026-04-30") and "撤并" in closed
    archive.close()
