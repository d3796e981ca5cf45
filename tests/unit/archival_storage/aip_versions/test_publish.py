"""A new version is in the ledger before the rename: what comes after a kill enters that very package and no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.archival_storage.aip_versions.previous import PreviousVersion, previous_version
from preserve.archival_storage.aip_versions.publish import SEALED, is_published, publish, seal
from preserve.archival_storage.packing.listing import Described
from preserve.errors import NotIntact
from storage_adapters.reading import digest_file
from tests.support.kept import Kept, kept
from tests.support.sessions import entries


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Kept]:
    with kept(tmp_path) as archive:
        yield archive


def old_version(whole: Kept) -> PreviousVersion:
    with whole.archive.catalogue.read() as connection:
        return previous_version(whole.archive.home, connection, whole.name)


def there(whole: Kept, name: str) -> bool:
    with whole.archive.catalogue.read() as connection:
        return is_published(connection, whole.store, whole.objid, name)


def staged(whole: Kept, name: str) -> Path:
    """A second version with the same payload, sealed where packages are built."""
    root = whole.store.staging(name)
    shutil.copytree(whole.root / "data", root / "data")
    payload = [
        Described(path.relative_to(root).as_posix(), *digest_file(path, ("sha256",)))
        for path in sorted((root / "data").rglob("*"))
        if path.is_file()
    ]
    counts = seal(root, old_version(whole), 2, ("sha256",), payload, "2026-11-28T08:00:00Z")
    assert counts == (len(payload), sum(file.size for file in payload))
    return root


def test_the_bag_says_which_version_it_is_and_else_what_it_said(whole: Kept) -> None:
    root = staged(whole, f"{whole.objid}_v0002")
    before, after = (
        dict(line.split(": ", 1) for line in (place / "bag-info.txt").read_text().splitlines())
        for place in (whole.root, root)
    )
    assert (after["AIP-Version"], after["Bagging-Date"]) == ("2", "2026-11-28")
    changed = {label for label in before if before[label] != after[label]}
    assert set(before) == set(after) and changed <= {"AIP-Version", "Bagging-Date", "Payload-Oxum", "Bag-Size"}


def test_after_the_rename_only_what_was_sealed_counts(whole: Kept) -> None:
    name = f"{whole.objid}_v0002"
    assert not there(whole, name)
    root = staged(whole, name)
    publish(whole.archive.catalogue, whole.store, root, old_version(whole), (1, 1), "li")
    assert there(whole, name) and not root.exists()
    sealed = [entry for entry in entries(whole.archive) if entry["action"] == SEALED]
    assert [entry["details"]["name"] for entry in sealed] == [name]
    manifest = whole.store.root / "packages" / name / "manifest-sha256.txt"
    manifest.chmod(0o644)
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    with pytest.raises(NotIntact, match=r"storage\.published-unknown"):
        there(whole, name)


def test_what_somebody_put_there_is_never_entered(whole: Kept) -> None:
    name = f"{whole.objid}_v0002"
    shutil.copytree(whole.root, whole.store.root / "packages" / name)
    with pytest.raises(NotIntact, match=r"storage\.published-unknown"):
        there(whole, name)
