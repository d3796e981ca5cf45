"""A home is whole or absent: killed at any rename, nothing at its place looks like an archive, and the next run ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.make_case import make_case
from tests.support.edges import edges_of, killed_at
from tests.support.loop import loop
from tests.support.program import Archive, found

pytestmark = pytest.mark.xdist_group("whole")
POLICY = '[[ordinary]]\nkind = "directory"\n[[long_term]]\nkind = "directory"\n[[long_term]]\nkind = "drive"\n'


def absent_or_whole(archive: Archive, entries: int) -> bool:
    """Whether it is there; then its ledger has that many entries at least."""
    if not archive.home.exists() or not any(archive.home.iterdir()):
        return False
    done = archive.json("ledger", "verify")
    assert done["ok"] and done["entries"] >= entries, done
    return True


@pytest.mark.parametrize("outside", [False, True], ids=["inside", "store-outside"])
def test_a_founding_that_is_killed_leaves_nothing_or_an_archive(outside: bool, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "place" / "home")
    store = tmp_path / "store"
    arguments = ["init", "--institution", "局", "--test-authority", *(["--store", str(store)] if outside else [])]
    trial = [word.replace(str(store), str(tmp_path / "trial" / "store")) for word in arguments]
    edges = edges_of(Archive(tmp_path / "trial" / "home"), tmp_path / "log", *trial)
    assert len(edges) > 5
    for edge in edges:
        assert killed_at(archive, edge, *arguments)
        assert not absent_or_whole(archive, 2)
    done = archive.run(*arguments)
    assert done.returncode == 0, done.stderr
    assert absent_or_whole(archive, 2)
    assert [path.name for path in archive.home.parent.iterdir()] == ["home"], "keys of an archive that never was"
    told = archive.run("media", "list", "--json").stdout
    assert ".home." not in told


def test_two_foundings_at_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    runs = [archive.start("init", "--institution", f"局{number}") for number in range(3)]
    statuses = []
    for one in runs:
        _, error = one.communicate(timeout=120)
        assert "Traceback" not in error
        statuses.append(one.returncode)
    assert statuses.count(0) == 1
    assert set(statuses) <= {0, 3, 9}
    assert absent_or_whole(archive, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@dataclass(frozen=True)
class Medium:
    """A drive with a whole archive on it."""

    archive: Archive
    top: Path
    entries: int


@pytest.fixture(scope="module")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Medium]:
    folder = tmp_path_factory.mktemp("whole")
    archive = found(folder / "archive")
    (archive.home / "profiles" / "storage.toml").write_text(POLICY)
    assert archive.run("ingest", str(make_case(folder / "案件", small=True))).returncode == 0
    with ExitStack() as media:
        drive = media.enter_context(loop(folder, "drive", "128M"))
        assert archive.run("media", "add", "drive", str(drive.top), "--label", "DRV").returncode == 0
        done = archive.run("replicate")
        assert done.returncode == 0, done.stderr
        yield Medium(archive, drive.top, archive.json("ledger", "verify")["entries"])


def test_an_archive_that_is_restored_is_absent_until_it_is_whole(medium: Medium, tmp_path: Path) -> None:
    new = Archive(tmp_path / "new")
    arguments = ["restore", "--archive", "--from", str(medium.top)]
    edges = edges_of(Archive(tmp_path / "trial"), tmp_path / "log", *arguments)
    for edge in edges[:-6:8]:  # over and over: each run goes on with what the last one left
        if not killed_at(new, edge, *arguments):
            break
        assert not absent_or_whole(new, 2)
    done = new.run(*arguments)
    assert done.returncode in (0, 3), done.stderr
    late = Archive(tmp_path / "late")
    assert edges[-1].call == "renameat2"
    assert killed_at(late, edges[-1], *arguments)
    assert not absent_or_whole(late, 2)
    done = late.run(*arguments)
    assert done.returncode == 0, done.stderr
    for one in (new, late):
        assert absent_or_whole(one, 2)
        assert [path.name for path in one.packages()] == [path.name for path in medium.archive.packages()]
        acts = [line for line in one.run("ledger", "export").stdout.splitlines() if "archive.restored" in line]
        assert len(acts) == 1
        assert one.run("audit", "run", "--all").returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["late", "log", "new", "trial"]
