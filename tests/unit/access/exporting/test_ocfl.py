"""OCFL: another program reads what lies there, and a root grows by what is new alone."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest

from preserve.access.exporting.ocfl import path_of
from preserve.errors import Conflict
from preserve.preservation_planning.migrate_formats import represerve
from preserve.preservation_planning.policy import read_policy
from preserve.progress import Silent
from tests.support import ocfl
from tests.support.asking import Counter, opened_counter
from tests.support.exported import KEEP, digests_below, package_of, written

pytestmark = pytest.mark.xdist_group("exporting-steps")


def test_an_ocfl_root_grows_by_what_is_new(counter: Counter, tmp_path: Path) -> None:
    first = written(counter, "ocfl", tmp_path)
    assert first.written is not None
    assert (first.written.cases, first.written.present) == (1, 0)
    valid, said = ocfl.validate(tmp_path / "ocfl")
    assert valid, said
    place = tmp_path / "ocfl" / path_of(counter.objid)
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    second = written(counter, "ocfl", tmp_path)
    assert second.written is not None
    assert (second.written.present, second.written.files) == (1, 0)
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before
    ocfl.extract(place, "v1", tmp_path / "out")
    assert bagit.Bag(str(tmp_path / "out")).validate()
    for path in package_of(counter).rglob("*"):
        if path.is_file():
            assert (tmp_path / "out" / path.relative_to(package_of(counter))).read_bytes() == path.read_bytes()


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, Path, Path]]:
    """An archive whose case was exported, then preserved again, then exported to the same place: the place, the root."""
    folder = tmp_path_factory.mktemp("grown")
    formats = folder / "formats.toml"
    formats.write_text(KEEP, encoding="utf-8")
    with opened_counter(folder / "archive") as counter:
        archive = counter.archive
        written(counter, "ocfl", folder / "out")
        policy = read_policy(archive.home, formats=formats)
        represerve(archive.home, archive.catalogue, counter.objid, policy, actor="zhou", jobs=1, watcher=Silent())
        written(counter, "ocfl", folder / "out")
        root = folder / "out" / "ocfl"
        yield counter, root / path_of(counter.objid), root


def test_a_new_version_adds_only_what_is_new(grown: tuple[Counter, Path, Path], tmp_path: Path) -> None:
    counter, place, root = grown
    valid, said = ocfl.validate(root)
    assert valid, said
    packages = sorted((counter.archive.home.store / "packages").iterdir())
    assert len(packages) == 2
    for number, package in enumerate(packages, 1):
        ocfl.extract(place, f"v{number}", tmp_path / f"v{number}")
        assert digests_below(tmp_path / f"v{number}") == digests_below(package)
    first, second = (digests_below(place / f"v{number}" / "content") for number in (1, 2))
    assert second
    assert not set(first.values()) & set(second.values()), "no file is kept twice"
    assert not any("/representations/original/data/" in path for path in second)


def test_a_version_without_its_inventory_is_mended(grown: tuple[Counter, Path, Path]) -> None:
    """Killed between the two: the version has its name, and the object's inventory is still the one before."""
    counter, place, root = grown
    for name in ("inventory.json", "inventory.json.sha512"):
        shutil.copy(place / "v1" / name, place / name)
    done = written(counter, "ocfl", root.parent)
    assert done.written is not None
    assert done.written.present == 1
    assert ocfl.validate(root)[0]


def test_an_object_of_others_is_not_written_to(grown: tuple[Counter, Path, Path], tmp_path: Path) -> None:
    counter, place, root = grown
    shutil.copytree(root, tmp_path / "ocfl")
    theirs = tmp_path / "ocfl" / place.relative_to(root)
    for name in ("inventory.json", "v2/inventory.json"):
        text = (theirs / name).read_text(encoding="utf-8").replace("_v0001", "_v0007")
        (theirs / name).write_text(text, encoding="utf-8")
        digest = hashlib.sha512(text.encode()).hexdigest()
        (theirs / f"{name}.sha512").write_text(f"{digest} inventory.json\n", encoding="ascii")
    with pytest.raises(Conflict):
        written(counter, "ocfl", tmp_path)
    (tmp_path / "other" / "ocfl").mkdir(parents=True)
    with pytest.raises(Conflict):
        written(counter, "ocfl", tmp_path / "other")
