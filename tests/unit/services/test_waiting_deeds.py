"""What is done with a deposit that waits: each step by who may take it, and once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from preserve.administration.people import recognise
from preserve.clock import now
from preserve.data_management import journal, leases
from preserve.data_management.archive import Archive
from preserve.errors import Conflict, NotFound, NotPermitted, Refused
from preserve.home import acting_person
from preserve.ingest.handing_in.manifest import Offered
from preserve.ingest.handing_in.rooms import room_of
from preserve.services.deposit_descriptions import form, save
from preserve.services.upload_ends import clear_kept
from preserve.services.uploads import append_pack, close, open_upload
from preserve.services.waiting import show, waiting
from preserve.services.waiting_deeds import examine, hand_in, paper, send_back, take_in
from tests.support.people import entries, session
from tests.support.tiny_case import write_whole_case
from tests.support.waiting import archive_with_inbox


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = archive_with_inbox(tmp_path_factory.mktemp("deeds"))
    yield opened
    opened.close()


def number(archive: Archive, name: str) -> str:
    return next(one.id for one in waiting(session(archive)).deposits if one.name == name)


def sent(archive: Archive, folder: Path) -> str:
    """A folder that zhou uploaded whole."""
    me = session(archive, "zhou")
    paths = sorted(path for path in folder.iterdir())
    files = [Offered(f"案/{path.name}", path.stat().st_size, 1_767_225_600_000) for path in paths]
    deposit = open_upload(me, "案", files).id
    for line, path in enumerate(paths, 1):
        data = path.read_bytes()
        head = {"line": line, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        append_pack(me, deposit, json.dumps(head).encode() + b"\n" + data)
    close(me, deposit)
    return deposit


def test_a_deposit_goes_back_with_a_letter_and_comes_again(archive: Archive, tmp_path: Path) -> None:
    deposit = sent(archive, write_whole_case(tmp_path / "a", case_number="临文综罚〔2026〕81号"))
    with pytest.raises(Conflict):
        send_back(session(archive), deposit, "没有提交")
    hand_in(session(archive, "zhou"), deposit)
    assert hand_in(session(archive, "zhou"), deposit).state == "handed-in"
    version = form(session(archive, "zhou"), deposit).version
    with pytest.raises(Conflict):
        save(session(archive, "zhou"), deposit, {"title": ["改"]}, version)
    with pytest.raises(NotPermitted):
        send_back(session(archive, "zhou"), deposit, "自己退回")
    for words in ("", " \n", "字" * 4001):
        with pytest.raises(Refused):
            send_back(session(archive), deposit, words)
    examine(session(archive), deposit)
    send_back(session(archive), deposit, "请补送达回证", ["rule.filed-late"])
    shown = show(session(archive, "zhou"), deposit)
    assert (shown.deposit.state, shown.letters[0].reasons) == ("returned", "请补送达回证")
    assert paper(session(archive, "zhou"), deposit, "letter-1").path.read_bytes().startswith(b"%PDF-")
    for name in ("receipt", "letter-2", "../record", "record.json"):
        with pytest.raises(NotFound):
            paper(session(archive, "zhou"), deposit, name)
    with pytest.raises(NotFound):
        paper(session(archive, "ye"), deposit, "letter-1")
    assert hand_in(session(archive, "zhou"), deposit).state == "handed-in"
    (entry,) = entries(archive, "deposit.returned")
    assert set(entry["details"]) == {"letter", "sha256"}


def test_what_was_filled_in_here_counts_and_the_folder_is_untouched(archive: Archive) -> None:
    folder = archive.home.path.parent / "share" / "整案"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    deposit = number(archive, "整案")
    asked = form(session(archive), deposit)
    given = {field.name: [str(asked.content.get(field.name) or "")] for field in asked.fields}
    given |= {"producer.name": ["临江市文化和旅游局"], "title": ["在网页上填写的题名"], "case_type": ["处罚"]}
    kept = save(session(archive), deposit, given, asked.version)
    assert not [one for one in kept.findings if one.severity == "refuse"]
    with pytest.raises(NotPermitted):
        take_in(session(archive, "zhou"), deposit, jobs=1)
    done = take_in(session(archive), deposit, jobs=1)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with archive.catalogue.read() as connection:
        row = journal.of_case(connection, done.objid)
    assert row is not None and json.loads(row.description)["title"] == "在网页上填写的题名"
    shown = show(session(archive), deposit)
    assert (shown.deposit.state, shown.deposit.objid, shown.receipt) == ("taken-in", done.objid, True)
    assert paper(session(archive), deposit, "receipt").path.read_bytes().startswith(b"%PDF-")
    with pytest.raises(Conflict):
        take_in(session(archive), deposit, jobs=1)
    with pytest.raises(Conflict):
        form(session(archive), deposit)


def test_a_case_that_lacks_papers_is_refused_and_stays_waiting(archive: Archive) -> None:
    deposit = number(archive, "缺文书")
    with pytest.raises(Refused) as refused:
        take_in(session(archive), deposit, jobs=1)
    assert {one.code for one in refused.value.findings} >= {"rule.document-missing"}
    shown = show(session(archive), deposit)
    assert (shown.deposit.state, shown.deposit.verdict, shown.stale) == ("draft", "error", False)
    assert {one.code for one in shown.findings} >= {"rule.document-missing"}


def test_an_upload_that_was_altered_after_it_came_in_is_not_taken_in(archive: Archive, tmp_path: Path) -> None:
    deposit = sent(archive, write_whole_case(tmp_path / "b", case_number="临文综罚〔2026〕82号"))
    hand_in(session(archive, "zhou"), deposit)
    victim = archive.home.waiting / deposit / "files" / "案" / "笔录.txt"
    victim.write_bytes(b"x" * victim.stat().st_size)
    with pytest.raises(Refused) as refused:
        take_in(session(archive), deposit, jobs=1)
    assert [one.where for one in refused.value.findings if one.severity == "refuse"]


def test_an_upload_goes_once_its_case_has_every_copy(archive: Archive, tmp_path: Path) -> None:
    deposit = sent(archive, write_whole_case(tmp_path / "c", case_number="临文综罚〔2026〕83号"))
    hand_in(session(archive, "zhou"), deposit)
    place = archive.home.waiting / deposit
    with archive.catalogue.read() as connection:
        acting = replace(session(archive), acting=recognise(connection, acting_person(), None, now()))
    assert clear_kept(acting) == 0
    done = take_in(session(archive), deposit, jobs=1)
    assert done.sealed and (place / "files").exists()
    assert clear_kept(acting) == 1 and not (place / "files").exists()
    assert show(session(archive, "zhou"), deposit).receipt


@pytest.mark.parametrize("state", ["handed-in", "taken-in"])
def test_one_that_was_cut_off_after_its_ingest_is_found_taken_in(archive: Archive, tmp_path: Path, state: str) -> None:
    """Before its state was written, and after; what the next attempt says is what the first would have said."""
    number = f"临文综罚〔2026〕8{4 if state == 'handed-in' else 5}号"
    deposit = sent(archive, write_whole_case(tmp_path / "d", case_number=number))
    hand_in(session(archive, "zhou"), deposit)
    done = take_in(session(archive), deposit, jobs=1)
    room = room_of(archive.home, deposit)
    room.write(room.read().model_copy(update={"state": state}))
    with leases.taken_by("job", 2):
        again = take_in(session(archive), deposit, jobs=1)
    assert replace(again, resumed=False) == done
    assert room.read().state == "taken-in" and show(session(archive, "zhou"), deposit).receipt
    assert len([entry for entry in entries(archive, "deposit.taken-in") if entry["subject"] == deposit]) == 1
    with pytest.raises(Conflict):
        take_in(session(archive), deposit, jobs=1)
