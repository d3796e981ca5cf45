"""Files of a deposit that waits: by opaque numbers, as what they are, each look recorded once, and no link followed."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import Busy, NotFound, PreserveError, Refused
from preserve.ingest.handing_in.access import known
from preserve.services import deposit_files
from preserve.services.deposit_files import file, files_of, page, what_is
from preserve.services.waiting import waiting
from tests.support.people import entries, session
from tests.support.waiting import archive_with_inbox


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = archive_with_inbox(tmp_path_factory.mktemp("files"))
    yield opened
    opened.close()


def numbers(archive: Archive, name: str) -> tuple[str, dict[str, str]]:
    from preserve.administration.people import recognise
    from preserve.clock import now
    from preserve.home import acting_person

    deposit = next(one.id for one in waiting(session(archive)).deposits if one.name == name)
    with archive.catalogue.read() as connection:
        me = recognise(connection, acting_person(), None, now())
    return deposit, {one.name: one.id for one in files_of(archive.home, known(archive.home, me, deposit))}


def test_a_file_is_looked_at_once_however_often_it_is_fetched(archive: Archive) -> None:
    deposit, there = numbers(archive, "整案")
    assert "case.json" not in there
    before = len(entries(archive, "deposit.file-viewed"))
    for _ in range(3):
        seen = file(session(archive), deposit, there["笔录.txt"])
        with os.fdopen(seen.handle, "rb") as stream:
            stream.seek(0)
            assert stream.read().decode() == "现场检查笔录"
        assert (seen.shown, seen.kind) == ("text", "application/octet-stream")
    looks = entries(archive, "deposit.file-viewed")[before:]
    assert [look["details"] for look in looks] == [{"file": there["笔录.txt"]}]


def test_no_link_is_followed_and_no_path_taken(archive: Archive) -> None:
    deposit, there = numbers(archive, "缺文书")
    folder = archive.home.path.parent / "share" / "缺文书"
    victim = folder / "笔录.txt"
    victim.unlink()
    victim.symlink_to("/etc/passwd")
    for wanted in (there["笔录.txt"], "../../../etc/passwd", "笔录.txt", "", "0" * 20):
        with pytest.raises((NotFound, Refused)):
            file(session(archive), deposit, wanted)
    with pytest.raises(NotFound):
        file(session(archive, "zhou"), deposit, there["决定书.txt"])


def test_a_page_is_a_picture_with_a_mark(archive: Archive) -> None:
    import pypdfium2

    deposit, _ = numbers(archive, "没有著录")
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(300, 400)
    pdf.save(archive.home.path.parent / "share" / "没有著录" / "表.pdf")
    _, there = numbers(archive, "没有著录")
    assert page(session(archive), deposit, there["表.pdf"], 1).picture.startswith(b"\xff\xd8\xff")
    for wrong in (0, 2):
        with pytest.raises(NotFound):
            page(session(archive), deposit, there["表.pdf"], wrong)
    with pytest.raises(PreserveError):
        page(session(archive), deposit, there["现场检查笔录.txt"], 1)


@pytest.mark.parametrize(
    ("head", "shown", "kind"),
    [
        (b"\0\0\0\x20ftypisom", "video", "video/mp4"),
        (b"\0\0\0\x20ftypM4A ", "sound", "audio/mp4"),
        (b"RIFF\0\0\0\0WAVEfmt ", "sound", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", "none", "application/octet-stream"),
        (b"ID3\x04", "sound", "audio/mpeg"),
        (b"\xff\xfb\x90", "sound", "audio/mpeg"),
        (b"\xff\xd8\xff\xe0", "picture", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "picture", "image/png"),
        (b"%PDF-1.7", "pages", "application/octet-stream"),
        (b"<html><script>", "text", "application/octet-stream"),
        (b"<svg onload=x>", "text", "application/octet-stream"),
        (b"MZ\0\0", "none", "application/octet-stream"),
        (b"", "none", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, shown: str, kind: str) -> None:
    assert what_is(head) == (shown, kind)


def test_a_fifth_page_is_told_to_wait_and_is_drawn_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deposit_files, "_PATIENCE", 0.01)
    at_work = [deposit_files._drawing("up-1") for _ in range(4)]
    for one in at_work:
        one.__enter__()
    with pytest.raises(Busy, match=r"deposit\.drawing-busy"), deposit_files._drawing("up-2"):
        pass
    for one in at_work:
        one.__exit__(None, None, None)
    with deposit_files._drawing("up-2"):
        pass
