"""A large bag is kept packed: the same is found in it as in a small one, and a file more takes little."""

from __future__ import annotations

import gc
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from metadata import compact, fixity, packed_bag
from metadata.bag_rules import LINE_RULES, names
from metadata.findings import Finding
from metadata.information_package import read_package
from metadata.opened import open_bag
from metadata.packed_bag import Below, ManifestDigests, Marks, PackedPaths, PackedSizes
from metadata.verify import verify_package
from tests.support.packages import OBJID, make_package, many
from tests.support.wounds import WOUNDS, Wound

SIZES = {"bagit.txt": 3, "data/a/甲.txt": 5, "data/a/乙.txt": 0, "data/b/甲.txt": 7, "data/a/丙.txt": 9}


@pytest.fixture
def at_once() -> Iterator[pytest.MonkeyPatch]:
    """Everything is packed as if it were many."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (compact, fixity, packed_bag, names):
            patch.setattr(module, "FEW", 1)
        yield patch


def test_paths_come_back_in_their_order() -> None:
    paths = PackedPaths()
    for path in SIZES:
        paths.append(path)
    assert list(paths) == list(SIZES) == [paths[place] for place in range(len(paths))] == paths[:]
    with pytest.raises(IndexError):
        paths[len(SIZES)]


def test_sizes_are_a_mapping() -> None:
    sizes = PackedSizes(SIZES)
    sizes["data/b/甲.txt"] = 8
    assert dict(sizes) == dict(sizes.items()) == {**SIZES, "data/b/甲.txt": 8}
    assert list(sizes.values()) == [3, 5, 0, 8, 9]
    assert "data/a" not in sizes and 7 not in sizes and sizes.get("data/b") is None
    with pytest.raises(KeyError):
        sizes["data"]
    with pytest.raises(TypeError):
        del sizes["bagit.txt"]
    below = Below(sizes, "data/a/")
    assert dict(below) == {"甲.txt": 5, "乙.txt": 0, "丙.txt": 9} and len(below) == 3 and "bagit.txt" not in below


def test_digests_are_a_mapping_whatever_is_said() -> None:
    digests = ManifestDigests(PackedSizes(SIZES), 2)
    said = {"data/a/甲.txt": "00ff", "nowhere": "0a0b", "data/a/乙.txt": "zz", "data/b/甲.txt": "00"}
    for name, digest in said.items():
        digests[name] = digest
    assert dict(digests) == said and len(digests) == 4 and "bagit.txt" not in digests
    digests["data/a/甲.txt"], digests["data/a/乙.txt"] = "no digest", "1234"
    assert dict(digests) == {**said, "data/a/甲.txt": "no digest", "data/a/乙.txt": "1234"}
    with pytest.raises(TypeError):
        del digests["nowhere"]


@pytest.mark.parametrize("files", [SIZES, PackedSizes(SIZES)], ids=["few", "many"])
def test_marks_are_a_set(files: dict[str, int]) -> None:
    marks = Marks(files)
    assert [marks.add(name) for name in ("bagit.txt", "nowhere", "bagit.txt", "nowhere")] == [True, True, False, False]
    assert "bagit.txt" in marks and "nowhere" in marks and "data/a/甲.txt" not in marks
    inner = Marks(Below(PackedSizes(SIZES), "data/a/"))
    assert inner.add("甲.txt") and "甲.txt" in inner and "乙.txt" not in inner


@pytest.mark.parametrize("wound", [wound for wound, _ in WOUNDS], ids=[wound.__name__ for wound, _ in WOUNDS])
def test_the_same_is_found_in_a_large_bag(wound: Wound, tmp_path: Path, at_once: pytest.MonkeyPatch) -> None:
    bag = make_package(tmp_path / "made")
    moved = wound(bag)
    wounded = moved if isinstance(moved, Path) else bag
    packed = verify_package(wounded)
    at_once.undo()
    plain = verify_package(wounded)
    assert Counter(map(_key, packed.findings)) == Counter(map(_key, plain.findings))
    assert (packed.files, packed.size, packed.digests) == (plain.files, plain.size, plain.digests)


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.where, finding.severity, tuple(sorted(finding.values.items()))


def test_what_is_known_of_a_file_takes_some_hundred_bytes(tmp_path: Path, at_once: pytest.MonkeyPatch) -> None:
    def kept(count: int) -> int:
        root = make_package(tmp_path / str(count), many(count), preservation=False)
        gc.collect()
        tracemalloc.start()
        try:
            bag = open_bag(root, LINE_RULES)
            package = read_package(bag, OBJID)
            gc.collect()
            assert package.findings == [] and len(package.files) > count
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    kept(10)  # what is imported and compiled
    assert (kept(2_000) - kept(1_000)) / 1_000 < 350
