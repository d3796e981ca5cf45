"""What a policy would touch, counted by kinds: files, bytes, estimates, and the cases in pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from metadata.entities import Format
from preserve.data_management import migrations_journal
from preserve.data_management.formats_index import Kind
from preserve.data_management.package_index import index_package
from preserve.home import Home
from preserve.preservation_planning.policy import Policy, Wish, read_policy
from preserve.preservation_planning.preview import affected, changing, estimated, named, preview
from preserve.settings import Settings
from tests.support.catalogues import new_catalogue
from tests.support.little_packages import MP4, OBJID, TEXT, object_of, write_package

OTHER = "aip-01hzzzzzzzzzzzzzzzzzzzzzzy"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A case with a text, a recording and a sound, another with two recordings; none has a copy of anything."""
    catalogue = new_catalogue(tmp_path / "catalogue.sqlite")
    first = (
        object_of("f1", "data/a.txt", 3, format_=TEXT),
        object_of("f2", "data/b.mp4", 500, format_=MP4),
        object_of("f3", "data/c.mp3", 900, format_=Format("MPEG 1/2 Audio Layer 3", "", "fmt/134")),
    )
    recordings = [object_of(f"r{number}", f"data/{number}.mp4", 40, format_=MP4) for number in (1, 2)]
    with catalogue.begin() as opened:
        index_package(opened, write_package(tmp_path, originals=first))
        index_package(opened, write_package(tmp_path, objid=OTHER, case_number="2号", originals=recordings))
        yield opened
    catalogue.close()


def policy(folder: Path, keep: bool = False) -> Policy:
    home = Home(folder, Settings(archive_id="a", institution="b"))
    if keep:
        home.profiles.mkdir()
        own = '[[rule]]\nname = "all"\nlossless = "keep"\ncompact = "keep"\naccess = "none"\n[estimate]\nmp4 = 0.0\n'
        (home.profiles / "formats.toml").write_text(own)
    return read_policy(home)


def test_a_policy_that_wants_nothing_touches_nothing(connection: Connection, tmp_path: Path) -> None:
    nothing = policy(tmp_path, keep=True)
    assert changing(connection, nothing) == {}
    assert preview(connection, nothing).cases == 0
    assert affected(connection, nothing, 10) == []


def test_what_is_touched_is_counted_by_kind(connection: Connection, tmp_path: Path) -> None:
    lossless = policy(tmp_path)
    wishes = changing(connection, lossless)
    seen = preview(connection, lossless)
    assert {kind.puid for kind, _ in wishes.values()} == {touched.kind.puid for touched in seen.touched}
    recordings = next(touched for touched in seen.touched if touched.kind.puid == "fmt/199")
    assert (recordings.files, recordings.size) == (3, 580)
    assert "mp4" in recordings.wish.make
    assert [touched.size for touched in seen.touched[:2]] == [900, 580], "the most bytes first"
    assert seen.files == sum(touched.files for touched in seen.touched)
    assert seen.packages == seen.estimate + 1403 + 80
    assert affected(connection, lossless, 10) == [OTHER, OBJID]
    assert affected(connection, lossless, 1) == [OTHER]
    assert affected(connection, lossless, 1, after=OTHER) == [OBJID]


def test_what_was_tried_is_left_alone_unless_asked_again(connection: Connection, tmp_path: Path) -> None:
    lossless = policy(tmp_path)
    row = migrations_journal.Row("1", OTHER, 1, lossless.key, "settled", "", "2026-11-23T08:00:00Z", None, "b")
    migrations_journal.create(connection, row)
    seen = preview(connection, lossless)
    assert (seen.cases, seen.settled) == (1, 1)
    assert affected(connection, lossless, 10) == [OBJID]
    assert preview(connection, lossless, again=True).cases == 2
    assert affected(connection, lossless, 10, again=True) == [OTHER, OBJID]


KINDS = st.lists(st.sampled_from(["ffv1", "rewrap", "flac", "mp4", "m4a", "jpeg", "pdfa", "utf8"]), unique=True)


@given(KINDS, st.integers(0, 10**12), st.integers(0, 10**12))
def test_an_estimate_is_the_sum_of_its_kinds(make: list[str], size: int, pixels: int) -> None:
    formats = read_policy(Home(Path("/nonexistent"), Settings(archive_id="a", institution="b"))).formats
    whole = estimated(Wish("r", tuple(make)), size, pixels, formats)
    parts = sum(estimated(Wish("r", (kind,)), size, pixels, formats) for kind in make)
    assert abs(whole - parts) <= max(len(make), whole * 1e-9)
    assert whole >= 0
    if "ffv1" in make and pixels:
        assert whole >= int(pixels * formats.estimate["ffv1_pixel"])


def test_a_kind_has_words_for_people() -> None:
    assert list(named(Kind("original", "fmt/199", "MPEG-4", "2", "AVC|AAC|gb18030|"))) == [
        "MPEG-4 2",
        "AVC, AAC, gb18030",
    ]
    assert list(named(Kind("original", "", "", "", ""))) == ["?", ""]
