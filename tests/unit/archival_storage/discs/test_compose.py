"""What waits for discs, and how it is divided: each byte once, nothing larger than a disc, discs that are full."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.archival_storage.discs import compose
from preserve.archival_storage.discs.compose import FILE_COST, Volume, plan, room_on
from preserve.archival_storage.packages import PackageFile
from preserve.archival_storage.policy import DiscKind, Requirement, StorageProfile
from preserve.data_management import holdings
from preserve.errors import Stopped
from storage_adapters.optical.packing import on_disc
from tests.support.kept import kept
from tests.support.waiting_disc import DISCS, KIND, Waiting

ROOM = 200_000


def item(number: int, size: int) -> compose.Waiting:
    return compose.Waiting(f"aip-{number}_v0001", f"aip-{number}", 1, size)


def files_of(sizes: list[int]) -> list[PackageFile]:
    tags = [PackageFile("bagit.txt", 55, "c" * 64), PackageFile("manifest-sha256.txt", 900, "d" * 64)]
    return [*tags, *(PackageFile(f"data/{number}", size, "e" * 64) for number, size in enumerate(sizes))]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1000, ROOM), max_size=12), st.lists(st.integers(0, 500_000), min_size=4, max_size=8))
def test_each_package_once_and_each_byte_of_a_divided_one(sizes: list[int], large: list[int]) -> None:
    items = [item(number, size) for number, size in enumerate(sizes)]
    files = files_of(large)
    total = sum(on_disc(file.size) + FILE_COST + 2048 for file in files)
    if total > ROOM:
        items.append(item(99, total))
    volumes = plan(items, ROOM, lambda waiting: files, everything=True)
    assert all(volume.size <= ROOM for volume in volumes)
    names = [
        waiting.name
        for volume in volumes
        for waiting, _, parts, _ in volume.waiting
        if parts == 1 and waiting.objid != "aip-99"
    ]
    assert sorted(names) == sorted(one.name for one in items if one.objid != "aip-99")
    pieces = [piece for volume in volumes for _, _, _, pieces in volume.waiting for piece in pieces]
    if total > ROOM:
        for file in files[2:]:
            mine = sorted((piece.offset, piece.length) for piece in pieces if piece.path == file.path)
            assert sum(length for _, length in mine) == file.size
            assert [offset for offset, _ in mine] == [sum(n for _, n in mine[:place]) for place in range(len(mine))]
        numbers = [(number, parts) for volume in volumes for _, number, parts, _ in volume.waiting if parts > 1]
        assert numbers == [(place, len(numbers)) for place in range(1, len(numbers) + 1)]


def test_a_disc_that_is_not_full_waits_for_more() -> None:
    def volumes(*sizes: int, everything: bool = False) -> list[Volume]:
        return plan([item(n, size) for n, size in enumerate(sizes)], ROOM, lambda waiting: [], everything=everything)

    assert volumes(100_000) == [] and len(volumes(100_000, everything=True)) == 1
    assert [volume.size for volume in volumes(100_000, 90_000, 50_000)] == [190_000]


def test_the_ledger_and_error_correction_take_their_room() -> None:
    plain, corrected = (room_on(DiscKind(capacity=10**9, words=(), recovery=n), 1000) for n in (0, 25))
    assert plain < 10**9 - 2000 and corrected < plain * 0.81
    assert room_on(DiscKind(capacity=1 << 20, words=()), 0) < 0


def test_what_is_planned_does_not_wait_any_more(waiting: Waiting) -> None:
    archive = waiting.kept.archive
    nothing = StorageProfile(ordinary=(Requirement(kind="directory"),), long_term=(Requirement(kind="directory"),))
    with archive.catalogue.read() as connection:
        assert compose.waiting(connection, DISCS) == [] == compose.waiting(connection, nothing)
        rows = holdings.all_media(connection, "optical")
    assert compose.compose(archive, DISCS, "BD-R", KIND, everything=True, actor="li") == []
    assert [(row.id, row.state, row.details["image_sha256"]) for row in rows][:1] == [
        (waiting.disc.media[0], "planned", waiting.disc.built.sha256)
    ]
    assert waiting.kept.copy(waiting.disc.media[0]).state == "planned"


def test_a_set_that_is_cut_off_between_two_discs_is_made_again_whole(tmp_path: Path) -> None:
    """A package in parts on two discs: with the first disc entered alone the second would never be asked for."""
    with kept(tmp_path) as whole:
        archive = whole.archive
        with archive.catalogue.read() as connection:
            (one,) = compose.waiting(connection, DISCS)
        kind = DiscKind(capacity=one.size * 6 // 10 + (2 << 20), words=("BD-R",), recovery=0)

        def cut_off(moved: int) -> None:
            if list(archive.home.path.rglob("*_02/recipe.json")):
                raise Stopped("work.stopped")

        with pytest.raises(Stopped):
            compose.compose(archive, DISCS, "BD-R", kind, everything=True, actor="li", progress=cut_off)
        discs = compose.compose(archive, DISCS, "BD-R", kind, everything=True, actor="li")
        assert len(discs) > 1
        parts = [(holding.part, holding.parts) for disc in discs for holding in disc.recipe.holdings]
        assert parts == [(number, len(discs)) for number in range(1, len(discs) + 1)]
        with archive.catalogue.read() as connection:
            assert {row.id for row in holdings.all_media(connection, "optical")} == {d.media[0] for d in discs}
            assert compose.waiting(connection, DISCS) == []


def test_discs_are_whole_when_they_hold_every_part(waiting: Waiting) -> None:
    """What was made of a large set before it was cut off stays made, but for discs whose package goes on."""
    recipe = waiting.disc.recipe
    (holding,) = recipe.holdings
    first, second = (
        recipe.model_copy(update={"holdings": (holding.model_copy(update={"part": part, "parts": 2}),)})
        for part in (1, 2)
    )
    assert compose._all_whole([recipe])
    assert not compose._all_whole([recipe.model_copy(update={"holdings": (*recipe.holdings, *first.holdings)})])
    assert not compose._all_whole([first])
    assert compose._all_whole([first, second])
