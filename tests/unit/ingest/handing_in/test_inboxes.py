"""Folders of the inboxes by their numbers, and by where they lie: what was never listed is none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management.archive import Archive, open_archive
from preserve.ingest.handing_in import inboxes
from tests.support.sessions import founded


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    founded(tmp_path).close()
    for name in ("a/案卷", "a/.hidden", "a/案卷/下层", "b"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a" / "file").write_bytes(b"x")
    (tmp_path / "a" / "link").symlink_to(tmp_path / "b")
    (tmp_path / "door").symlink_to(tmp_path / "a")
    with (tmp_path / "home" / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[web]\ninbox = ["{tmp_path / "away"}", "{tmp_path / "door"}"]\n')
    opened = open_archive(tmp_path / "home")
    yield opened
    opened.close()


def test_a_place_is_the_folder_that_is_listed_there(archive: Archive, tmp_path: Path) -> None:
    (listed,) = inboxes.listed(archive.home)
    assert inboxes.find(archive.home, listed.id) == listed
    for written in ("a/案卷", "door/案卷", "door/../a/案卷"):
        assert inboxes.at(archive.home, tmp_path / written) == listed


@pytest.mark.parametrize("place", ["a", "a/.hidden", "a/file", "a/link", "a/案卷/下层", "a/none", "b", "away/x"])
def test_any_other_place_is_none(archive: Archive, tmp_path: Path, place: str) -> None:
    assert inboxes.at(archive.home, tmp_path / place) is None


def test_to_look_at_one_place_lists_no_inbox(archive: Archive, tmp_path: Path) -> None:
    listed: list[str] = []
    watching = True

    def look(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in ("os.scandir", "os.listdir"):
            listed.append(str(arguments[0]))

    sys.addaudithook(look)  # for good: it is told to look away in the end
    assert inboxes.at(archive.home, tmp_path / "a" / "案卷") is not None and listed == []
    assert list(inboxes.listed(archive.home)) and listed != []
    watching = False
