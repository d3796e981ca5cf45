"""Segments that lie over each other tell each entry once; what is missing, and what says otherwise, is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.data_management import checkpoints, ledger, segment_cover, store_witnesses
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.proof import verify_ledger
from preserve.data_management.rebuild import rebuild
from preserve.errors import NotIntact
from preserve.home import Home
from tests.support.ledgers import add_entries, export_segments, founded_home, joined_by_hand


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return founded_home(tmp_path)


@pytest.fixture
def catalogue(home: Home) -> Iterator[Catalogue]:
    """A ledger of several segments."""
    opened = open_catalogue(home)
    with opened.begin() as connection:
        export_segments(connection, home.store / "ledger")
    for count in (2, 1, 3):
        add_entries(opened, count)
        with opened.begin() as connection:
            export_segments(connection, home.store / "ledger")
    yield opened
    opened.close()


def codes(home: Home, catalogue: Catalogue) -> list[str]:
    return [
        finding.code
        for finding in verify_ledger.verify_ledger(catalogue, home.store / "ledger", home.keys / "ledger.pub").findings
    ]


@pytest.mark.parametrize(
    ("kept", "wanted"),
    [
        ([], []),
        ([(1, 3), (4, 9)], [(1, 3, 1), (4, 9, 4)]),
        ([(1, 9), (1, 3), (4, 9)], [(1, 9, 1)]),  # joined; the parts are still there
        ([(1, 9), (4, 9)], [(1, 9, 1)]),  # of the parts some are gone
        ([(1, 5), (3, 9)], [(1, 5, 1), (3, 9, 6)]),  # of two media
        ([(1, 3), (5, 9)], [(1, 3, 1), (5, 9, 5)]),  # a gap
        ([(4, 9)], [(4, 9, 4)]),
        ([(5, 3), (1, 2)], [(1, 2, 1)]),  # no segment has such a name
    ],
)
def test_what_lies_over_another_is_told_once(kept: list[tuple[int, int]], wanted: list[tuple[int, int, int]]) -> None:
    pieces = segment_cover.cover((first, last, f"{first}-{last}") for first, last in kept)
    assert [(piece.first, piece.last, piece.start) for piece in pieces] == wanted


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 10)), max_size=20))
def test_a_cover_tells_what_any_of_them_tells_and_nothing_twice(kept: list[tuple[int, int]]) -> None:
    segments = [(first, first + more, str(first)) for first, more in kept]
    pieces = segment_cover.cover(segments)
    told = [number for piece in pieces for number in range(piece.start, piece.last + 1)]
    assert told == sorted({number for first, last, _ in segments for number in range(first, last + 1)})
    assert segment_cover.is_covered(pieces, 1, 8) == (set(range(1, 9)) <= set(told))


def test_joined_beside_its_parts_is_intact_and_read_once(home: Home, catalogue: Catalogue) -> None:
    folder = home.store / "ledger"
    before = list(segment_cover.read_lines(folder, pytest.fail))
    joined_by_hand(folder, 1, 3)
    assert list(segment_cover.read_lines(folder, pytest.fail)) == before
    assert codes(home, catalogue) == []
    with catalogue.begin() as connection:
        segment_cover.mark_closed(connection, folder)
    assert codes(home, catalogue) == []
    parts = [path for _, _, path in segment_cover.within(segment_cover.cover_of(folder), checkpoints.segments(folder))]
    assert len(parts) == 3
    for part in parts:
        part.unlink()  # as a kill leaves it: their checkpoints are still there
        assert codes(home, catalogue) == []


def test_a_part_that_says_otherwise_is_seen(home: Home, catalogue: Catalogue) -> None:
    folder = home.store / "ledger"
    joined_by_hand(folder, 1, 3)
    part = sorted(folder.glob("segment-*.jsonl"))[2]
    part.write_bytes(part.read_bytes().replace(b'"actor":"', b'"actor":"x', 1))
    assert codes(home, catalogue) == ["ledger.entry-contradicts-segment"]


def test_a_segment_that_is_gone_is_seen_though_the_joined_one_was_marked(home: Home, catalogue: Catalogue) -> None:
    folder = home.store / "ledger"
    joined = joined_by_hand(folder, 1, 3)
    with catalogue.begin() as connection:
        segment_cover.mark_closed(connection, folder)
    for path in folder.glob("segment-*.jsonl"):
        if path != joined and path != sorted(folder.glob("segment-*.jsonl"))[-1]:
            path.unlink()
    joined.unlink()
    assert {"ledger.segment-missing", "ledger.segment-broken"} <= set(codes(home, catalogue))


def test_the_segment_that_goes_furthest_is_held_to_the_ledger(home: Home, catalogue: Catalogue) -> None:
    folder = home.store / "ledger"
    joined = joined_by_hand(folder, 2, 4)
    assert (found := segment_cover.last_segment(folder)) is not None and found[2] == joined
    joined.write_bytes(joined.read_bytes()[:-3] + b"x}\n")
    with catalogue.read() as connection, pytest.raises(NotIntact, match=r"ledger\.forked"):
        store_witnesses.against_segment(connection, folder, ledger.size(connection))
    assert segment_cover.last_segment(home.path / "nothing") is None


@pytest.mark.sqlite
def test_a_catalogue_is_made_again_from_joined_segments_and_their_parts(home: Home, catalogue: Catalogue) -> None:
    folder = home.store / "ledger"
    with catalogue.read() as connection:
        texts = [entry.text for entry in ledger.entries(connection)]
    catalogue.close()
    joined_by_hand(folder, 1, 3)
    home.catalogue.unlink()
    assert not rebuild(home, []).from_old
    again = open_catalogue(home)
    with again.read() as connection:
        assert [entry.text for entry in ledger.entries(connection)][: len(texts)] == texts
    assert codes(home, again) == []
    again.close()


@pytest.mark.sqlite
def test_from_segments_with_a_hole_nothing_is_made(home: Home, catalogue: Catalogue) -> None:
    catalogue.close()
    sorted((home.store / "ledger").glob("segment-*.jsonl"))[1].unlink()
    home.catalogue.unlink()
    with pytest.raises(NotIntact, match=r"ledger\.segment-broken"):
        rebuild(home, [])


def test_a_segment_that_is_joined_while_it_is_read(home: Home, catalogue: Catalogue) -> None:
    folder = home.store / "ledger"
    whole = list(segment_cover.read_lines(folder, pytest.fail))
    lines = segment_cover.read_lines(folder, pytest.fail)
    begun = [next(lines)]
    parts = [path for _, _, path in checkpoints.segments(folder)]
    joined_by_hand(folder, 1, 4)
    for part in parts:
        part.unlink()
    assert [*begun, *lines] == whole


@pytest.mark.sqlite
def test_which_checkpoints_closed_a_segment_is_known_without_reading_the_others(catalogue: Catalogue) -> None:
    with catalogue.read() as connection:
        for asked in ("max(size)", "size, first_entry"):
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT {asked} FROM checkpoints WHERE first_entry IS NOT NULL"
            ).all()
            assert all("checkpoints_by_segment" in row.detail for row in plan)
