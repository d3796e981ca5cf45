"""Burning a planned disc: read back before it counts, made anew from its recipe, and another planned for one lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.archival_storage.discs.burn import burn_disc, image_of
from preserve.archival_storage.discs.compose import Composed, compose
from preserve.data_management import holdings, leases
from preserve.data_management.holdings import MediumRow
from preserve.errors import NotIntact, UsageError
from storage_adapters.errors import NotBlank
from tests.support.kept import Kept, kept
from tests.support.waiting_disc import DISCS, KIND


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kept, Composed]]:
    """An archive of its own: its disc is burned here."""
    with kept(tmp_path_factory.mktemp("burn")) as whole:
        (disc,) = compose(whole.archive, DISCS, "BD-R", KIND, everything=True, actor="li")
        yield whole, disc


def discs(whole: Kept) -> list[MediumRow]:
    with whole.archive.catalogue.read() as connection:
        return holdings.all_media(connection, "optical")


def burn(whole: Kept, row: MediumRow, device: Path, second: Path | None = None) -> int:
    return burn_disc(whole.archive, row, device, second=second, speed="", actor="li").size


def test_a_disc_that_is_not_blank_costs_nothing(planned: tuple[Kept, Composed], tmp_path: Path) -> None:
    whole, disc = planned
    (tmp_path / "disc").write_bytes(disc.built.image.read_bytes())
    with pytest.raises(NotBlank):
        burn(whole, discs(whole)[0], tmp_path / "disc")
    assert [row.state for row in discs(whole)] == ["planned"]


def test_an_image_that_was_altered_is_never_burned_and_made_anew(
    planned: tuple[Kept, Composed], tmp_path: Path
) -> None:
    whole, disc = planned
    (row,) = discs(whole)
    with disc.built.image.open("r+b") as image:
        image.seek(40_000)
        image.write(b"?")
    with pytest.raises(NotIntact, match=r"storage\.image-differs"):
        burn(whole, row, tmp_path / "disc")
    assert not disc.built.image.exists() and not (tmp_path / "disc").exists()
    made = image_of(whole.archive.home, whole.archive.catalogue, row, lambda moved: None)
    assert made == disc.built.image and made.stat().st_size == disc.built.size


def test_one_that_is_not_read_back_is_lost_and_another_planned(planned: tuple[Kept, Composed], tmp_path: Path) -> None:
    whole, disc = planned
    (row,) = discs(whole)
    (tmp_path / "other").write_bytes(bytes(disc.built.size))  # the second drive reads something else
    with pytest.raises(NotIntact, match=r"storage\.disc-not-read-back"):
        burn(whole, row, tmp_path / "disc", tmp_path / "other")
    assert {(known.details["letter"], known.state) for known in discs(whole)} == {("A", "lost"), ("B", "planned")}
    assert whole.copy(row.id).state == "retired" and disc.built.image.exists()


def test_what_an_earlier_attempt_burned_is_recorded_by_the_next(tmp_path: Path) -> None:
    with kept(tmp_path) as whole:
        (disc,) = compose(whole.archive, DISCS, "BD-R", KIND, everything=True, actor="li")
        (row,) = discs(whole)
        image, device = disc.built.image.read_bytes(), tmp_path / "disc"
        device.write_bytes(b"?" + image[1:])
        with leases.taken_by("job", 2), pytest.raises(NotBlank):  # another disc, or one that it burned in half
            burn(whole, row, device)
        device.write_bytes(image)
        with pytest.raises(NotBlank):
            burn(whole, row, device)
        with leases.taken_by("job", 2):
            assert burn(whole, row, device) == len(image)
        (row,) = discs(whole)
        assert row.state == "in use" and whole.copy(row.id).state == "verified"
        with leases.taken_by("job", 3):
            assert burn(whole, row, tmp_path / "none") == len(image)


def test_burned_and_read_back_it_is_in_use_and_its_image_goes(planned: tuple[Kept, Composed], tmp_path: Path) -> None:
    whole, disc = planned
    row = next(known for known in discs(whole) if known.state == "planned")
    assert burn(whole, row, tmp_path / "disc", tmp_path / "disc") == disc.built.size
    assert (tmp_path / "disc").read_bytes()[: disc.built.size]
    after = next(known for known in discs(whole) if known.id == row.id)
    assert after.state == "in use" and after.details["read_in"] == [str(tmp_path / "disc")] * 2
    assert whole.copy(row.id).state == "verified" and not disc.built.image.exists()
    with pytest.raises(UsageError, match=r"storage\.disc-not-planned"):
        burn(whole, after, tmp_path / "again")
