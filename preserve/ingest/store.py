"""Reads a sealed package back from the medium and, when every byte is as it should be, publishes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from metadata.bag import read_lines
from preserve.ingest.context import Ingest
from storage_adapters.contract import ExpectedFile, FileCheck, Package, Receipt, Scope
from storage_adapters.directory import DirectoryAdapter, check_tree
from storage_adapters.durable import sync_file_system


def expected(ingest: Ingest) -> Iterator[ExpectedFile]:
    """Every file of the bag with its SHA-256, from the manifests; the tag manifests themselves come without one."""
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        for line in read_lines(ingest.package / manifest):
            yield ExpectedFile(line.path, None, {"sha256": line.digest})
    for algorithm in ingest.home.settings.digests:
        yield ExpectedFile(f"tagmanifest-{algorithm}.txt", None, {})


def read_back(ingest: Ingest, adapter: DirectoryAdapter, progress: Callable[[int], None]) -> list[FileCheck]:
    """Sync the file system, read every byte from the medium, and return what is not as it should be.

    Before publishing, so that nothing lies among the packages that was never read back.
    """
    sync_file_system(adapter.root)
    return [
        check for check in check_tree(ingest.package, Scope(expected(ingest)), progress) if check.verdict != "intact"
    ]


def publish(ingest: Ingest, adapter: DirectoryAdapter, size: int) -> Receipt:
    """Rename the package to its final name; it is an AIP from here on."""
    return adapter.write(Package(ingest.name, ingest.package, size), lambda moved: None)
