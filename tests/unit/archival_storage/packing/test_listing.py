"""What was listed while files were described is what the manifests are written from."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.bag import read_lines
from preserve.archival_storage.packing import sealing
from preserve.archival_storage.packing.listing import Described, Listing

_DIGESTS = {"sha256": "a" * 64, "sm3": "b" * 64, "sha512": "c" * 128}


def test_it_gives_back_what_was_added_as_often_as_it_is_asked(tmp_path: Path) -> None:
    files = [Described(f"data/案卷 {number}\u2028%.txt", number, dict(_DIGESTS)) for number in range(3)]
    with Listing(tmp_path, ("sha256", "sm3")) as listing:
        for file in files:
            listing.add(file)
        kept = {"sha256": "a" * 64, "sm3": "b" * 64}
        assert list(listing) == list(listing) == [Described(file.path, file.size, kept) for file in files]
        assert not list(tmp_path.iterdir())


def test_a_file_without_a_digest_that_is_kept_is_a_mistake(tmp_path: Path) -> None:
    with Listing(tmp_path, ("sha256", "sm3")) as listing, pytest.raises(KeyError):
        listing.add(Described("data/a", 1, {"sha256": "a" * 64}))


def test_sealing_lists_every_file_in_every_manifest_and_drops_what_none_lists(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "data").mkdir(parents=True)
    for name in ("甲.txt", "b%.txt", "left over.part"):
        (package / "data" / name).write_bytes(b"x")
    (package / "manifest-md5.txt").write_text("from an interrupted run")
    with Listing(package, ("sha256", "sm3")) as listing:
        for name in ("甲.txt", "b%.txt"):
            listing.add(Described(f"data/{name}", 1, dict(_DIGESTS)))
        counts = sealing.seal(package, ("sha256", "sm3"), listing, lambda count, size: [("Count", f"{count} {size}")])
    assert counts == (2, 2)
    for algorithm in ("sha256", "sm3"):
        lines = [(line.path, line.digest) for line in read_lines(package / f"manifest-{algorithm}.txt")]
        assert lines == [(f"data/{name}", _DIGESTS[algorithm]) for name in ("甲.txt", "b%.txt")]
    assert {path.name for path in (package / "data").iterdir()} == {"甲.txt", "b%.txt"}
    assert not (package / "manifest-md5.txt").exists()
    assert (package / "bag-info.txt").read_text() == "Count: 2 2\n"
