"""Uploads: nothing is lost by breaks, nothing is whole before it is, and nobody sees those of others."""

from __future__ import annotations

import hashlib
import json
import os
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.clock import now, running_on
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import Conflict, MediumProblem, NotFound, NotIntact, PreserveError, Refused
from preserve.ingest.handing_in.manifest import Offered
from preserve.ingest.handing_in.rooms import DAYS
from preserve.services import uploads
from preserve.services.upload_ends import end_old
from preserve.services.uploads import append, append_pack, close, give_up, offset, open_upload, reopen, show_upload
from tests.support.people import entries, session, staffed

MTIME = 1_767_225_600_123


@dataclass
class Sender:
    """A browser that sends a folder: the list, packs of small files, pieces of large ones."""

    archive: Archive
    folder: Path
    user: str = "zhou"

    @property
    def files(self) -> tuple[Offered, ...]:
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return tuple(
            Offered(f"案卷/{path.relative_to(self.folder)}", path.stat().st_size, path.stat().st_mtime_ns // 1_000_000)
            for path in paths
        )

    def content(self, file: Offered) -> bytes:
        return (self.folder / file.path.removeprefix("案卷/")).read_bytes()

    def open(self) -> uploads.OpenUpload:
        return open_upload(session(self.archive, self.user), "案卷", self.files)

    def pack(self, lines: dict[int, int]) -> bytes:
        parts = []
        for line in lines:
            data = self.content(self.files[line - 1])
            head = {"line": line, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            parts.append(json.dumps(head).encode() + b"\n" + data)
        return b"".join(parts)

    def piece(self, deposit: str, line: int, at: int, length: int) -> int:
        data = self.content(self.files[line - 1])[at : at + length]
        sum_of_it = hashlib.sha256(data).hexdigest()
        return append(session(self.archive, self.user), deposit, line, at, data, sum_of_it).offset


def fill(folder: Path, small: int, large: int) -> None:
    (folder / "录像").mkdir(parents=True)
    for number in range(small):
        path = folder / f"第{number % 7}卷" / f"文书{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(f"文书{number}\n".encode() * (number % 50))
        os.utime(path, ns=((MTIME + number) * 1_000_000,) * 2)
    if large:
        path = folder / "录像" / "执法记录.mp4"
        path.write_bytes(random.Random(7).randbytes(large))
        os.utime(path, ns=(MTIME * 1_000_000,) * 2)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(tmp_path / "home", zhou=Role.DEPOSITOR, ye=Role.DEPOSITOR, wang=Role.EXAMINER)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """For what is refused and leaves nothing."""
    opened = staffed(tmp_path_factory.mktemp("empty") / "home", zhou=Role.DEPOSITOR)
    yield opened
    opened.close()


@pytest.fixture
def sender(archive: Archive, tmp_path: Path) -> Sender:
    fill(tmp_path / "from", 40, 300_000)
    return Sender(archive, tmp_path / "from")


def same(sender: Sender, deposit: str) -> bool:
    root = sender.archive.home.waiting / deposit / "files"
    there = {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}
    assert set(there) == {file.path for file in sender.files}
    return all(
        there[file.path].read_bytes() == sender.content(file)
        and there[file.path].stat().st_mtime_ns == file.mtime * 1_000_000
        for file in sender.files
    )


def test_a_folder_comes_in_with_breaks_and_a_restart_and_is_the_same(sender: Sender, tmp_path: Path) -> None:
    opened = sender.open()
    large = next(line for line, file in enumerate(sender.files, 1) if file.size == 300_000)
    small = {line: 0 for line in opened.missing if line != large}
    half = dict(list(small.items())[:20])
    append_pack(session(sender.archive, "zhou"), opened.id, sender.pack(half))
    assert sender.piece(opened.id, large, 0, 70_000) == 70_000
    sender.archive.close()  # the service ended; what it knew of sums is forgotten
    uploads.parts._hashing.clear()
    sender.archive = open_archive(tmp_path / "home")
    again = sender.open()
    assert (again.id, again.resumed) == (opened.id, True)
    assert again.missing == {**{line: 0 for line in small if line not in half}, large: 70_000}
    append_pack(
        session(sender.archive, "zhou"), again.id, sender.pack(dict.fromkeys(again.missing.keys() - {large}, 0))
    )
    at = 70_000
    while at < 300_000:
        at = sender.piece(again.id, large, at, 64_000)
    assert show_upload(session(sender.archive, "zhou"), again.id).missing == {}
    done = close(session(sender.archive, "zhou"), again.id)
    assert (done.files, done.bytes) == (len(sender.files), sum(file.size for file in sender.files))
    assert close(session(sender.archive, "zhou"), again.id) == done
    assert same(sender, again.id)
    actions = [entry["action"] for entry in entries(sender.archive, "deposit.opened", "deposit.closed")]
    assert actions == ["deposit.opened", "deposit.closed"]
    sender.archive.close()


def test_it_is_closed_only_when_every_line_is_there(sender: Sender) -> None:
    opened = sender.open()
    with pytest.raises(Refused) as refused:
        close(session(sender.archive, "zhou"), opened.id)
    assert refused.value.code == "deposit.lines-missing"
    assert refused.value.values["count"] == len(opened.missing)


def test_a_file_that_was_altered_on_the_disk_is_sent_again(sender: Sender) -> None:
    opened = sender.open()
    append_pack(session(sender.archive, "zhou"), opened.id, sender.pack(dict(opened.missing)))
    line, file = next((line, file) for line, file in enumerate(sender.files, 1) if 0 < file.size < 1000)
    victim = sender.archive.home.waiting / opened.id / "files" / file.path
    victim.write_bytes(b"x" * file.size)
    with pytest.raises(NotIntact) as told:
        close(session(sender.archive, "zhou"), opened.id)
    assert [finding.where for finding in told.value.findings] == [file.path]
    assert show_upload(session(sender.archive, "zhou"), opened.id).missing == {line: 0}
    append_pack(session(sender.archive, "zhou"), opened.id, sender.pack({line: 0}))
    close(session(sender.archive, "zhou"), opened.id)
    assert same(sender, opened.id)


def test_a_piece_counts_only_with_its_sum_and_at_its_place(sender: Sender) -> None:
    opened = sender.open()
    me = session(sender.archive, "zhou")
    large = next(line for line, file in enumerate(sender.files, 1) if file.size == 300_000)
    with pytest.raises(NotIntact):
        append(me, opened.id, large, 0, b"abc", hashlib.sha256(b"abd").hexdigest())
    with pytest.raises(Conflict):
        append(me, opened.id, large, 5, b"abc")
    with pytest.raises(Refused):
        append(me, opened.id, large, 0, b"x" * 300_001)
    with pytest.raises(NotFound):
        append(me, opened.id, 10_000, 0, b"x")
    assert offset(me, opened.id, large).offset == 0
    for wrong in (
        b"no json\n",
        b'{"line":1,"size":-1,"sha256":""}\n',
        b'{"line":9999,"size":1,"sha256":""}\nx',
        b"[]\n",
    ):
        with pytest.raises(Refused):
            append_pack(me, opened.id, wrong)


def test_two_tabs_that_send_the_same_file_write_it_once(sender: Sender) -> None:
    opened = sender.open()
    large = next(line for line, file in enumerate(sender.files, 1) if file.size == 300_000)
    ended: list[str] = []

    def tab() -> None:
        at = 0
        while at < 300_000:
            try:
                at = sender.piece(opened.id, large, at, 50_000)
            except Conflict as error:
                at = int(error.values["offset"])
        ended.append("done")

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()
    assert ended == ["done", "done"]
    append_pack(
        session(sender.archive, "zhou"), opened.id, sender.pack({line: 0 for line in opened.missing if line != large})
    )
    close(session(sender.archive, "zhou"), opened.id)
    assert same(sender, opened.id)


def test_what_others_send_does_not_exist(sender: Sender) -> None:
    opened = sender.open()
    for user in ("ye", ""):
        with pytest.raises(NotFound):
            show_upload(session(sender.archive, user), opened.id)
        with pytest.raises(NotFound):
            append(session(sender.archive, user), opened.id, 1, 0, b"x")
        with pytest.raises(NotFound):
            close(session(sender.archive, user), opened.id)
        with pytest.raises(NotFound):
            give_up(session(sender.archive, user), opened.id)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../a", "sip.traversal"),
        ("/etc/passwd", "sip.traversal"),
        ("C:\\a", "sip.traversal"),
        ("a/../../b", "sip.traversal"),
        ("a//b", "sip.bad-path"),
        ("a/./b", "sip.bad-path"),
        ("a\0b", "sip.bad-path"),
        ("\ud800", "sip.bad-path"),
        ("字" * 90, "deposit.name-long"),
        ("/".join("a" * 40), "sip.too-deep"),
        ("一.txt/b", "sip.names-collide"),
        ("一.txt", "sip.names-collide"),
    ],
)
def test_a_hostile_list_is_refused_with_its_reasons(empty: Archive, path: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        open_upload(session(empty, "zhou"), "x", [Offered("一.txt", 1, 0), Offered(path, 1, 0)])
    assert code in {finding.code for finding in refused.value.findings}
    assert not empty.home.waiting.exists()


@pytest.mark.parametrize("file", [Offered("a", -1, 0), Offered("a", 1 << 60, 0), Offered("a", 1, 1 << 60)])
def test_impossible_sizes_and_times_are_refused(empty: Archive, file: Offered) -> None:
    with pytest.raises(Refused):
        open_upload(session(empty, "zhou"), "x", [file])


def test_space_is_reckoned_before_the_first_byte(empty: Archive) -> None:
    limit = empty.home.settings.web.upload_bytes
    for size, kinds in ((1 << 50, (Refused, MediumProblem)), (limit + 1, (Refused,))):
        with pytest.raises(kinds):
            open_upload(session(empty, "zhou"), "x", [Offered("a.mp4", size, 0)])
    with pytest.raises(Refused):
        open_upload(session(empty, "zhou"), "x", [])


def test_an_upload_that_nobody_goes_on_with_ends(sender: Sender) -> None:
    from datetime import timedelta

    opened = sender.open()
    assert end_old(session(sender.archive, "zhou")) == 0
    later = now() + timedelta(days=DAYS, hours=1)
    with running_on(lambda: later):
        uploads_of = sender.archive.home.waiting
        me = session(sender.archive, "zhou")
        from dataclasses import replace

        from preserve.administration.people import Person

        acting = replace(me, acting=Person("zhou", "某zhou", frozenset({Role.DEPOSITOR})))
        assert end_old(acting) == 1
    assert not (uploads_of / opened.id).exists()
    with pytest.raises(PreserveError):
        show_upload(session(sender.archive, "zhou"), opened.id)


def test_what_went_back_is_mended_without_sending_all_again(sender: Sender) -> None:
    me = session(sender.archive, "zhou")
    opened = sender.open()
    append_pack(me, opened.id, sender.pack(dict(opened.missing)))
    close(me, opened.id)
    with pytest.raises(NotFound):
        reopen(session(sender.archive, "ye"), opened.id, sender.files)
    with pytest.raises(Refused):
        reopen(me, opened.id, [Offered("../a", 1, 0)])
    (sender.folder / "第0卷" / "文书7.txt").unlink()
    (sender.folder / "第1卷" / "文书8.txt").write_text("改过", encoding="utf-8")
    (sender.folder / "补充").mkdir()
    (sender.folder / "补充" / "送达回证.txt").write_text("送达回证", encoding="utf-8")
    again = reopen(me, opened.id, sender.files)
    names = {sender.files[line - 1].path for line in again.missing}
    assert again.id == opened.id and names == {"案卷/第1卷/文书8.txt", "案卷/补充/送达回证.txt"}
    append_pack(me, opened.id, sender.pack(dict(again.missing)))
    close(me, opened.id)
    assert same(sender, opened.id)
