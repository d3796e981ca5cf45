"""Discs and damages as they are listed: what waits, what there is, what is damaged and put aside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.clock import now
from preserve.data_management import holdings
from preserve.data_management.archive import Archive
from preserve.data_management.holdings import CopyRow
from preserve.errors import UsageError
from preserve.services import disc_views, repair_views
from tests.support.sessions import founded, founder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def add_disc(archive: Archive, label: str, state: str = "planned", **details: object) -> None:
    with archive.catalogue.begin() as connection:
        holdings.add_medium(
            connection,
            f"disc-{label}".lower(),
            kind="optical",
            label=label,
            location="",
            actor="li",
            moment=now(),
            state=state,
            set=label[:9],
            volume=1,
            volumes=2,
            **details,
        )


def test_discs_are_listed_newest_set_first_with_what_lies_on_them(archive: Archive) -> None:
    add_disc(archive, "DA25_0001_01A", state="in use", burned="2025-05-01", image_size=700)
    add_disc(archive, "DA26_0001_01B")
    add_disc(archive, "DA26_0001_01A")
    with archive.catalogue.begin() as connection:
        row = CopyRow("aip-1_v0001", "disc-da26_0001_01a", "aip-1", 1, "planned", None, None)
        holdings.set_copy(connection, row, actor="li", moment=now())
    shown = disc_views.list_discs(founder(archive))
    assert [(disc.label, disc.state, disc.packages) for disc in shown.discs] == [
        ("DA26_0001_01A", "planned", 1),
        ("DA26_0001_01B", "planned", 0),
        ("DA25_0001_01A", "in use", 0),
    ]
    assert (shown.discs[2].burned, shown.discs[2].bytes, shown.discs[2].volumes) == ("2025-05-01", 700, 2)
    assert (shown.waiting, shown.waiting_bytes) == (0, 0)
    assert [kind.name for kind in shown.kinds if kind.usual] == ["BD-R"]


def test_damaged_copies_are_listed_by_package(archive: Archive) -> None:
    add_disc(archive, "DA26_0001_01A", state="in use")
    with archive.catalogue.begin() as connection:
        row = CopyRow("aip-1_v0001", "disc-da26_0001_01a", "aip-1", 1, "suspect", None, None)
        holdings.set_copy(connection, row, actor="li", moment=now())
    shown = repair_views.list_damages(founder(archive))
    assert [(copy.name, copy.label, copy.state) for copy in shown.copies] == [
        ("aip-1_v0001", "DA26_0001_01A", "suspect")
    ]
    assert (shown.total, shown.quarantine) == (1, ())
    aside = archive.home.store / "quarantine" / "aip-1_v0001.01"
    aside.mkdir(parents=True)
    (aside / "old").write_bytes(b"12345")
    (put,) = repair_views.list_damages(founder(archive)).quarantine
    assert (put.package, put.folder, put.bytes) == ("aip-1_v0001", "aip-1_v0001.01", 5)


def test_a_burner_is_named_by_its_number_and_nothing_else(archive: Archive) -> None:
    there = disc_views.BurnerList(
        (disc_views.BurnerListed(Path("/dev/sr0"), "A"), disc_views.BurnerListed(Path("/dev/sr1"), "B"))
    )
    assert there.numbered("2") == Path("/dev/sr1")
    for wrong in ("", "0", "3", "-1", "1.0", "/dev/sr0", "²"):
        with pytest.raises(UsageError):
            there.numbered(wrong)
    assert disc_views.list_burners(founder(archive)).burners == disc_views.list_discs(founder(archive)).burners
