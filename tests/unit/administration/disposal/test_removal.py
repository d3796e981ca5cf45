"""One copy after the other: what is gone is told with its worth, what cannot go now is a task, what is left is found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from preserve.administration.disposal.removal import (
    Going,
    Removal,
    clear_views,
    copies_destroyed,
    drop_images,
    leftovers,
    note_gone,
    remove_copy,
)
from preserve.administration.disposal.tombstones import COPY_GONE
from preserve.archival_storage.opening import open_media
from preserve.archival_storage.policy import read_policy
from preserve.clock import now
from preserve.data_management import holdings, ledger
from preserve.data_management.holdings import CopyRow
from tests.support.due_case import Bureau


def going_of(bureau: Bureau, number: str = "D2026-0001") -> Going:
    objid = bureau.objids[0]
    today = (now() + timedelta(days=31)).date()
    return Going(number, objid, "", today, 15, (f"{objid}_v0001",), "临文综罚〔2013〕1号")


def removal_of(bureau: Bureau, going: Going) -> Removal:
    with bureau.archive.catalogue.read() as connection:
        media = {row.id: row for row in holdings.all_media(connection)}
    home = bureau.archive.home
    return Removal(bureau.as_("chen"), read_policy(home.profiles), going, media, open_media(home, list(media.values())))


def add_copy(bureau: Bureau, kind: str, state: str = "verified", medium_state: str = "in use") -> CopyRow:
    objid = bureau.objids[0]
    written = None if state == "planned" else "2026-01-01T00:00:00Z"
    row = CopyRow(f"{objid}_v0001", f"{kind}-1", objid, 1, state, written, None)
    with bureau.archive.catalogue.begin() as connection:
        holdings.add_medium(
            connection,
            row.medium,
            kind=kind,
            actor="chen",
            moment=now(),
            label="LJ-0001",
            location="",
            place="库房/3",
            state=medium_state,
            uuid="0000-AAAA",
        )
        holdings.set_copy(connection, row, actor="chen", moment=now())
    return row


def gone(bureau: Bureau) -> list[tuple[str, str]]:
    with bureau.archive.catalogue.read() as connection:
        entries = ledger.about(connection, bureau.objids[0], COPY_GONE)
        return [(entry.details["medium"], entry.details["worth"]) for entry in entries]


@pytest.mark.parametrize(
    ("kind", "state", "medium_state", "why"),
    [
        ("optical", "verified", "in use", "destroy"),
        ("drive", "verified", "in use", "insert"),
        ("drive", "verified", "replaced", "destroy"),
        ("optical", "suspect", "retired", "destroy"),
        ("stone-tablet", "verified", "in use", "failed"),
    ],
)
def test_what_is_not_at_hand_is_a_task_and_told_nowhere(
    bureau: Bureau, kind: str, state: str, medium_state: str, why: str
) -> None:
    row = add_copy(bureau, kind, state, medium_state)
    task = remove_copy(removal_of(bureau, going_of(bureau)), row)
    assert task is not None
    assert (task.why, task.medium, task.place) == (why, "LJ-0001", "库房/3")
    assert gone(bureau) == []


@pytest.mark.parametrize(
    ("state", "medium_state", "worth"),
    [("lost", "in use", "lost"), ("verified", "lost", "lost"), ("planned", "in use", "never-written")],
)
def test_what_never_was_or_is_lost_is_told_as_that(bureau: Bureau, state: str, medium_state: str, worth: str) -> None:
    row = add_copy(bureau, "optical", state, medium_state)
    assert remove_copy(removal_of(bureau, going_of(bureau)), row) is None
    assert gone(bureau) == [("optical-1", worth)]


def test_without_a_decision_the_copy_at_hand_stays(bureau: Bureau) -> None:
    going = going_of(bureau)
    with bureau.archive.catalogue.read() as connection:
        (row,) = holdings.copies_of(connection, going.objid)
    task = remove_copy(removal_of(bureau, going), row)
    assert task is not None
    assert (task.why, task.detail) == ("blocked", "disposal.not-decided")
    assert (bureau.archive.home.store / "packages" / row.name).is_dir()
    assert gone(bureau) == []


def test_that_a_copy_is_gone_is_told_once_and_retires_it(bureau: Bureau) -> None:
    row, going = add_copy(bureau, "optical"), going_of(bureau)
    for _ in range(2):
        note_gone(bureau.archive.catalogue, going, row, "destroyed", "wang, zhao", actor="zhao", moment=now())
    assert gone(bureau) == [("optical-1", "destroyed")]
    with bureau.archive.catalogue.read() as connection:
        copy = holdings.read_copy(connection, row.name, row.medium)
        assert copy is not None
        assert copy.state == "retired"
        assert copies_destroyed(connection, going.objid) == {(row.name, "optical-1")}
        assert copies_destroyed(connection, bureau.objids[1]) == set()


def test_what_is_left_anywhere_is_found(bureau: Bureau) -> None:
    going, home = going_of(bureau), bureau.archive.home
    removal = removal_of(bureau, going)
    (home.work / f"{going.objid}-half").mkdir()
    (home.path / "viewing" / ".pictures").mkdir(parents=True)
    (home.path / "viewing" / ".pictures" / "a.png").write_bytes(b"picture")
    left = leftovers(home, bureau.archive.catalogue, going, removal.opened)
    details = [task.detail for task in left]
    assert any(going.names[0] in detail for detail in details), "the package itself"
    assert {"viewing/.pictures", f"work/{going.objid}-half"} <= set(details)
    assert "verified" in details or "written" in details, "the row of its copy"
    assert {task.why for task in left} == {"left"}


def test_views_and_pictures_go_and_another_case_s_stay(bureau: Bureau) -> None:
    going, root = going_of(bureau), bureau.archive.home.path / "viewing"
    for case in (going.case_number, "临文综罚〔2013〕2号"):
        (root / "wang" / case).mkdir(parents=True)
        (root / "wang" / case / "a.txt").write_text("现场检查笔录")
    (root / ".pictures").mkdir()
    (root / ".pictures" / "a.png").write_bytes(b"picture")
    drop_images(bureau.archive.home, going)
    clear_views(bureau.archive.home, going)
    assert [path.name for path in root.rglob("*") if path.is_file()] == ["a.txt"]
    assert (root / "wang" / "临文综罚〔2013〕2号" / "a.txt").read_text() == "现场检查笔录"
