"""A disc read in one pass: every file, every byte, and the digest of all of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from storage_adapters.optical.reading import list_files, read_disc
from tests.support.disc_images import NAMES


def test_by_ourselves_in_one_pass(image: Path, tmp_path: Path) -> None:
    moved: list[int] = []
    seen = read_disc(image, list_files(image), image.stat().st_size, moved.append, onto=tmp_path / "copy")
    assert seen.sha256 == hashlib.sha256(image.read_bytes()).hexdigest()
    assert (tmp_path / "copy").read_bytes() == image.read_bytes()
    assert sum(moved) == seen.size == image.stat().st_size
    assert {name: seen.files[f"packages/aip-1/{name}"] for name in NAMES} == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in NAMES.items()
    }
