"""Manifests over everything, the bag's own files, and a look at the whole before it may be stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metadata import csip
from metadata.bag import write_declaration, write_info, write_manifest, write_tag_manifests
from preserve import __version__
from preserve.ingest.context import Ingest
from preserve.ingest.describe import Described, Files, storage_class
from storage_adapters.durable import drop_file, on_medium
from storage_adapters.reading import walk_files


def payload(ingest: Ingest, files: Files, described: Iterable[Described]) -> Iterator[Described]:
    """Every file below `data/` with what is known of it, originals first."""
    base = f"data/{ingest.objid}/representations"
    for file in files():
        yield Described(f"{base}/original/data/{file.stored}", file.copied.size, file.copied.digests)
        for made in file.normalised.derivatives if file.normalised else ():
            yield Described(f"{base}/{made.role}/data/{made.stored}", made.size, made.digests)
    yield from described


def seal(ingest: Ingest, files: Files, described: list[Described], created: str) -> tuple[int, int]:
    """Write the bag's own files; return the number of payload files and their bytes.

    What an interrupted run left under another name is removed: nothing may lie in a bag that no manifest lists.
    """
    algorithms = ingest.home.settings.digests
    known: set[str] = set()
    count = size = 0
    with on_medium(ingest.package):
        for name in walk_files(ingest.package):
            if not name.startswith("data/"):
                drop_file(ingest.package / name, ingest.package)
        write_declaration(ingest.package)
        for number, algorithm in enumerate(algorithms):

            def lines(algorithm: str = algorithm, first: bool = number == 0) -> Iterator[tuple[str, str]]:
                nonlocal count, size
                for one in payload(ingest, files, described):
                    if first:
                        known.add(one.path)
                        count += 1
                        size += one.size
                    yield one.path, one.digests[algorithm]

            write_manifest(ingest.package / f"manifest-{algorithm}.txt", lines())
        for name in walk_files(ingest.package / "data"):
            if "data/" + name not in known:
                drop_file(ingest.package / "data" / name, ingest.package)
        write_info(ingest.package, _info(ingest, count, size, created))
        write_tag_manifests(ingest.package, algorithms)
    return count, size


def _info(ingest: Ingest, count: int, size: int, created: str) -> Iterator[tuple[str, str]]:
    case = ingest.description
    yield "Source-Organization", case.producer.name
    yield "External-Identifier", ingest.objid
    yield "External-Description", case.title
    yield "Bagging-Date", created[:10]
    yield "Payload-Oxum", f"{size}.{count}"
    yield "Bag-Size", f"{size} bytes"
    yield "Bag-Software-Agent", f"preserve {__version__}"
    yield "BagIt-Profile-Identifier", csip.BAG_PROFILE
    yield "Internal-Sender-Identifier", case.case_number
    yield "E-ARK-Package-Type", "AIP"
    yield "E-ARK-Specification-Version", "2.2.0"
    yield "AIP-Version", "1"
    yield "Storage-Class", storage_class(ingest)
