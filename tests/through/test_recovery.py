"""A disc's own error correction: bad sectors are repaired within its promise; beyond it, the lost files are named."""

from __future__ import annotations

import json
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.make_case import make_case
from storage_adapters.optical.reading import list_files
from tests.support.program import Archive, found, state_of
from tests.through.test_media import another, digests

pytestmark = pytest.mark.xdist_group("recovery")
SECTOR = 2048


@dataclass(frozen=True)
class Burned:
    """A disc that is nearly full, so that its error correction is what a real disc carries (about a sixth)."""

    archive: Archive
    disc: Path
    large: str
    redundancy: float


@pytest.fixture(scope="module")
def burned(tmp_path_factory: pytest.TempPathFactory) -> Burned:
    folder = tmp_path_factory.mktemp("recovery")
    archive = found(folder / "archive")
    case = another(make_case(folder / "案件", small=True), "临文综罚〔2026〕601号", 600_000_000)
    done = archive.run("ingest", str(case))
    assert done.returncode == 0, done.stderr
    shutil.rmtree(case)
    (one,) = archive.json("disc", "compose", "--kind", "CD-R", "--now")["discs"]
    disc = folder / "disc"
    done = archive.run("disc", "burn", one["volume_id"] + "A", "--device", str(disc))
    assert done.returncode == 0, done.stderr
    (large,) = [file.path for file in list_files(disc) if "附件" in file.path]
    return Burned(archive, disc, large, one["redundancy"])


def spoil(burned: Burned, target: Path, sectors: list[int]) -> None:
    """A copy of the disc with these sectors overwritten, as a scratch leaves them."""
    shutil.copyfile(burned.disc, target)
    with target.open("r+b") as stream:
        for sector in sectors:
            stream.seek(sector * SECTOR)
            stream.write(os.urandom(SECTOR))


def extent(burned: Burned) -> tuple[int, int]:
    """First sector and number of sectors of the large file."""
    (file,) = [file for file in list_files(burned.disc) if file.path == burned.large]
    offset, length = file.extents[0]
    return offset // SECTOR, length // SECTOR


@pytest.mark.timeout(900)  # dvdisaster reckons for minutes where the machine is slow
def test_bad_sectors_are_repaired(burned: Burned, tmp_path: Path) -> None:
    assert burned.redundancy >= 15
    first, count = extent(burned)
    chance = random.Random(601)
    scattered = [first + chance.randrange(count) for _ in range(60)]
    run = list(range(first + 1000, first + 3000))
    bad = tmp_path / "bad"
    spoil(burned, bad, scattered + run)
    done = burned.archive.run("disc", "verify", str(bad))
    assert done.returncode == 4 and "--repair" in done.stderr
    assert burned.archive.run("disc", "read", str(bad), "--to", str(tmp_path / "plain")).returncode == 4
    assert list((tmp_path / "plain").iterdir()) == [], "a package that is not intact was left"
    done = burned.archive.run("disc", "read", "--repair", str(bad), "--to", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    (package,) = burned.archive.packages()
    assert digests(tmp_path / "out" / package.name) == digests(package)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [package.name], "the repaired image was left"


@pytest.mark.timeout(900)
def test_beyond_repair_the_lost_files_are_named(burned: Burned, tmp_path: Path) -> None:
    first, count = extent(burned)
    bad = tmp_path / "bad"
    # A quarter of the disc in one piece: more than a sixth can make good.
    spoil(burned, bad, list(range(first + 1000, first + 1000 + count // 4)))
    before = state_of(tmp_path)
    done = burned.archive.run("--json", "disc", "read", "--repair", str(bad), "--to", str(tmp_path / "out"))
    assert done.returncode == 4, done.stderr
    document = json.loads(done.stdout)
    assert [finding["where"] for finding in document["failed"][0]["findings"]] == [burned.large]
    assert document["packages"] == []
    assert list((tmp_path / "out").iterdir()) == []
    assert state_of(tmp_path) == before, "the disc itself was written to"
