"""Makes a folder a bag: manifests over everything and the bag's own files; nothing may lie in it that none lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from metadata.bag import write_declaration, write_info, write_manifest, write_tag_manifests
from preserve.archival_storage.packing.documents import Described
from storage_adapters.durable import drop_file
from storage_adapters.medium_errors import on_medium
from storage_adapters.reading import walk_files

Info = Callable[[int, int], Iterable[tuple[str, str]]]
"""The lines of bag-info.txt, given the number of payload files and their bytes."""


def seal(
    package: Path, algorithms: Sequence[str], payload: Callable[[], Iterator[Described]], info: Info
) -> tuple[int, int]:
    """Write the bag's own files; return the number of payload files and their bytes.

    What an interrupted run left under another name is removed.
    """
    known: set[str] = set()
    count = size = 0
    with on_medium(package):
        for name in walk_files(package):
            if not name.startswith("data/"):
                drop_file(package / name, package)
        write_declaration(package)
        for number, algorithm in enumerate(algorithms):

            def lines(algorithm: str = algorithm, first: bool = number == 0) -> Iterator[tuple[str, str]]:
                nonlocal count, size
                for one in payload():
                    if first:
                        known.add(one.path)
                        count += 1
                        size += one.size
                    yield one.path, one.digests[algorithm]

            write_manifest(package / f"manifest-{algorithm}.txt", lines())
        for name in walk_files(package / "data"):
            if "data/" + name not in known:
                drop_file(package / "data" / name, package)
        write_info(package, info(count, size))
        write_tag_manifests(package, algorithms)
    return count, size
