"""The ledger as it lies on a medium: added to and never written anew, read once, and held to ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from preserve.archival_storage.discs.sources import open_source
from preserve.archival_storage.medium_ledger import compare_ledger, entry_texts, is_own, write_ledger
from preserve.data_management import checkpoints, ledger, sealing
from preserve.data_management.archive import Archive
from preserve.errors import NotIntact
from tests.support.ledgers import add_entries, export_segments, joined_by_hand
from tests.support.sessions import founded


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def put_ledger(archive: Archive, root: Path) -> int:
    """Write the ledger onto a medium as a drive's session does; the entries it proves."""
    with archive.catalogue.begin() as connection:
        checkpoints.checkpoint(connection, archive.home.keys, archive.home.settings.archive_id, archive.now())
    with archive.catalogue.begin() as connection:
        export_segments(connection, archive.home.store / "ledger")
        size = ledger.size(connection)
    with archive.catalogue.read() as connection:
        write_ledger(archive.home, connection, root / "ledger", size, [])
    return size


def codes(archive: Archive, root: Path) -> set[str]:
    with archive.catalogue.read() as connection:
        return {finding.code for finding in compare_ledger(archive.home, connection, open_source(root), "M")}


def test_what_is_written_agrees_and_what_is_altered_is_named(archive: Archive, tmp_path: Path) -> None:
    root = tmp_path / "medium"
    root.mkdir()
    assert codes(archive, root) == set()  # no ledger yet
    assert put_ledger(archive, root) > 0 and codes(archive, root) == set()
    assert all(is_own(path.relative_to(root / "ledger").as_posix()) for path in (root / "ledger").rglob("*.*"))
    (root / "ledger" / "stranger.exe").touch()
    assert codes(archive, root) == {"ledger.stranger"}
    (root / "ledger" / "stranger.exe").unlink()
    segment = next((root / "ledger").glob("segment-*.jsonl"))
    whole = segment.read_bytes()
    segment.write_bytes(whole.replace(b"archive", b"archivE", 1))
    assert "ledger.medium-differs" in codes(archive, root)
    segment.unlink()
    assert "ledger.medium-lacks" in codes(archive, root)


def texts(archive: Archive) -> list[str]:
    with archive.catalogue.read() as connection:
        return [entry.text for entry in ledger.entries(connection)]


def segments(root: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in (root / "ledger").glob("*.jsonl")}


def test_a_medium_is_added_to_and_keeps_what_it_has(archive: Archive, tmp_path: Path) -> None:
    put_ledger(archive, tmp_path / "drive")
    before = segments(tmp_path / "drive")
    for count in (3, 1, 2):
        add_entries(archive.catalogue, count)
        put_ledger(archive, tmp_path / "drive")
        assert codes(archive, tmp_path / "drive") == set()
        now = segments(tmp_path / "drive")
        assert {name: now[name] for name in before} == before and len(now) == len(before) + 1
        before = now
    put_ledger(archive, tmp_path / "drive")
    assert segments(tmp_path / "drive") == before  # nothing was added
    assert list(entry_texts(open_source(tmp_path / "drive"))) == texts(archive)
    put_ledger(archive, tmp_path / "disc")
    (whole,) = segments(tmp_path / "disc")
    assert whole == f"segment-0000000001-{len(texts(archive)):010d}.jsonl"


def test_a_drive_that_was_at_hand_often_has_a_few_segments(archive: Archive, tmp_path: Path) -> None:
    root = tmp_path / "drive"
    for count in (*(1 for _ in range(20)), 2500, 1):
        add_entries(archive.catalogue, count)
        put_ledger(archive, root)
        assert codes(archive, root) == set()
    assert len(segments(root)) == 2
    assert list(entry_texts(open_source(root))) == texts(archive)


def _forge(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"actor":"', b'"actor":"x', 1))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"{}\n")


@pytest.mark.parametrize("harm", [_forge, _cut, _lengthen, lambda path: path.write_bytes(b"\xff\n"), Path.unlink])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_was_damaged_on_a_medium_is_written_again(
    archive: Archive, tmp_path: Path, harm: Callable[[Path], object], place: int
) -> None:
    root = tmp_path / "drive"
    for _ in range(3):
        add_entries(archive.catalogue, 2)
        put_ledger(archive, root)
    harm(sorted((root / "ledger").glob("*.jsonl"))[place])
    assert codes(archive, root) & {"ledger.medium-differs", "ledger.medium-lacks"}
    add_entries(archive.catalogue, 2)
    put_ledger(archive, root)
    assert codes(archive, root) == set()
    assert list(entry_texts(open_source(root))) == texts(archive)


def test_a_checkpoint_that_is_gone_from_a_medium_is_written_again(archive: Archive, tmp_path: Path) -> None:
    put_ledger(archive, tmp_path / "drive")
    (signed,) = (tmp_path / "drive" / "ledger").glob("segment-*.checkpoint")
    whole = signed.read_bytes()
    signed.unlink()
    assert codes(archive, tmp_path / "drive") == {"ledger.medium-lacks"}
    put_ledger(archive, tmp_path / "drive")
    assert signed.read_bytes() == whole


def test_joined_segments_on_a_medium_beside_their_parts(archive: Archive, tmp_path: Path) -> None:
    root = tmp_path / "drive"
    for _ in range(3):
        add_entries(archive.catalogue, 2)
        put_ledger(archive, root)
    joined = joined_by_hand(root / "ledger", 1, 2)
    assert codes(archive, root) == set()
    assert list(entry_texts(open_source(root))) == texts(archive)
    parts = [path for path in sorted((root / "ledger").glob("*.jsonl")) if path != joined]
    parts[0].unlink()  # as a kill leaves it
    assert codes(archive, root) == set()
    add_entries(archive.catalogue)
    put_ledger(archive, root)
    assert codes(archive, root) == set() and not parts[1].exists()
    _forge(joined)
    assert codes(archive, root) == {"ledger.medium-differs"}


def test_a_text_with_a_line_separator_is_one_entry(archive: Archive, tmp_path: Path) -> None:
    with archive.catalogue.begin() as connection:
        details = {"why": "first\u2028second\x85third"}
        ledger.append(connection, action="a", subject="s", actor="z", details=details, moment=archive.now())
    put_ledger(archive, tmp_path / "drive")
    assert codes(archive, tmp_path / "drive") == set()
    assert list(entry_texts(open_source(tmp_path / "drive"))) == texts(archive)


def test_entries_that_are_not_what_was_signed_go_onto_no_medium(archive: Archive, tmp_path: Path) -> None:
    sealing.close_segment(archive.home, archive.catalogue)
    root = tmp_path / "drive"
    with archive.catalogue.read() as connection:
        size = ledger.size(connection)
    with archive.catalogue.begin() as connection:
        changed = "UPDATE ledger SET entry = replace(entry, 'actor\":\"', 'actor\":\"x') WHERE number = 1"
        connection.execute(text(changed))
    with archive.catalogue.read() as connection, pytest.raises(NotIntact, match=r"ledger\.contradicts-checkpoint"):
        write_ledger(archive.home, connection, root / "ledger", size, [])
    assert list((root / "ledger").glob("*.jsonl")) == []


def test_a_checkpoint_that_the_catalogue_forgot_is_the_one_that_was_noted(archive: Archive, tmp_path: Path) -> None:
    size = put_ledger(archive, tmp_path / "first")
    noted = (tmp_path / "first" / "ledger" / "checkpoint.txt").read_text()
    add_entries(archive.catalogue)
    sealing.close_segment(archive.home, archive.catalogue)
    with archive.catalogue.begin() as connection:
        connection.execute(text("DELETE FROM checkpoints WHERE size = :size"), {"size": size})
    with archive.catalogue.read() as connection:
        write_ledger(archive.home, connection, tmp_path / "again" / "ledger", size, [], noted)
    first, again = (
        {path.name: path.read_bytes() for path in (tmp_path / name / "ledger").iterdir()} for name in ("first", "again")
    )
    assert first == again
