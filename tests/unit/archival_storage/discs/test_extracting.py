"""A package out of discs: whole, or joined from its parts in any order; proven, or nothing is left of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from metadata import bag
from preserve.archival_storage.discs.extracting import extract, parts_of, whole_or_parts
from preserve.archival_storage.discs.sources import open_source
from preserve.errors import Conflict, MediumProblem, NotIntact
from tests.support.packages import NAME, OBJID, make_package
from tests.support.waiting_disc import Waiting

LARGE = "大.bin"


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """A package, and two media that hold a part each: one file divided, the others on the first."""
    folder = tmp_path_factory.mktemp("parted")
    data = bytes(range(256)) * 40
    root = make_package(folder / "whole", [("a.txt", b"a"), (LARGE, data)], preservation=False)
    path = f"data/{OBJID}/representations/original/data/{LARGE}"
    media = []
    for number, (offset, length) in enumerate(((0, 4096), (4096, len(data) - 4096)), 1):
        base = folder / f"disc-{number}" / "parts" / NAME
        (base / "whole").mkdir(parents=True)
        for file in root.iterdir():
            if file.is_file():
                shutil.copyfile(file, base / "whole" / file.name)
        if number == 1:
            for file in root.rglob("*"):
                if file.is_file() and file.parent != root and file.name != LARGE:
                    target = base / "data" / "files" / file.relative_to(root)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, target)
        stored = f"data/ranges/000001-{offset:015d}"
        (base / stored).parent.mkdir(parents=True, exist_ok=True)
        (base / stored).write_bytes(data[offset : offset + length])
        rows = [{"stored": stored, "path": path, "offset": offset, "length": length}]
        (base / "ranges.json").write_text(json.dumps(rows))
        bag.write_info(base, [("Bag-Count", f"{number} of 2")])
        media.append(folder / f"disc-{number}")
    return root, media


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_whole_package_from_an_image(waiting: Waiting, tmp_path: Path) -> None:
    source = open_source(waiting.disc.built.image)
    moved: list[int] = []
    size = extract(waiting.kept.name, [source], tmp_path / "out", moved.append)
    assert contents(tmp_path / "out") == contents(waiting.kept.root)
    assert size == sum(map(len, contents(waiting.kept.root).values())) and sum(moved) >= size
    assert whole_or_parts([source]) == [waiting.kept.name]
    with pytest.raises(Conflict, match=r"output\.exists"):
        extract(waiting.kept.name, [source], tmp_path / "out")
    assert contents(tmp_path / "out") == contents(waiting.kept.root)


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 0)])
def test_parts_in_any_order(order: tuple[int, ...], parted: tuple[Path, list[Path]], tmp_path: Path) -> None:
    root, media = parted
    sources = [open_source(media[number]) for number in order]
    assert [(part.number, part.count) for part in parts_of(NAME, sources)] == [(1, 2), (2, 2)]
    extract(NAME, sources, tmp_path / "out")
    assert contents(tmp_path / "out") == contents(root)


def test_a_part_that_is_missing_is_named_and_nothing_is_left(parted: tuple[Path, list[Path]], tmp_path: Path) -> None:
    _, media = parted
    with pytest.raises(MediumProblem) as refusal:
        extract(NAME, [open_source(media[1])], tmp_path / "out")
    assert refusal.value.values["missing"] == "1" and not (tmp_path / "out").exists()
    with pytest.raises(MediumProblem):
        extract("aip-none_v0001", [open_source(media[0])], tmp_path / "out")


@pytest.mark.parametrize("wound", ["bytes", "path", "stored", "nested"])
def test_what_anybody_may_have_made_leads_nowhere(wound: str, parted: tuple[Path, list[Path]], tmp_path: Path) -> None:
    _, media = parted
    first, second = (Path(shutil.copytree(disc, tmp_path / disc.name)) for disc in media)
    place = second / "parts" / NAME / "ranges.json"
    (row,) = json.loads(place.read_text())
    if wound == "bytes":
        (second / "parts" / NAME / row["stored"]).write_bytes(b"other")
    elif wound == "nested":
        place.write_text("[" * 100_000)
    else:
        place.write_text(json.dumps([{**row, wound: "../../../secret"}]))
    (tmp_path / "secret").write_bytes(b"untouched")
    with pytest.raises(NotIntact):
        extract(NAME, [open_source(first), open_source(second)], tmp_path / "out")
    assert not (tmp_path / "out").exists() and (tmp_path / "secret").read_bytes() == b"untouched"
