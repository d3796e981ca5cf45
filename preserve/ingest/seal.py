"""What the bag of a case's first version lists, and what it says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metadata import csip
from preserve import __version__
from preserve.archival_storage.packing import sealing
from preserve.archival_storage.packing.documents import Described
from preserve.ingest.context import Ingest
from preserve.ingest.describe import Files, storage_class


def payload(ingest: Ingest, files: Files, described: Iterable[Described]) -> Iterator[Described]:
    """Every file below `data/` with what is known of it, originals first."""
    base = f"data/{ingest.objid}/representations"
    for file in files():
        yield Described(f"{base}/original/data/{file.stored}", file.copied.size, file.copied.digests)
        for made in file.normalised.derivatives if file.normalised else ():
            yield Described(f"{base}/{made.role}/data/{made.stored}", made.size, made.digests)
    yield from described


def seal(ingest: Ingest, files: Files, described: list[Described], created: str) -> tuple[int, int]:
    """Write the bag's own files; return the number of payload files and their bytes."""
    return sealing.seal(
        ingest.package,
        ingest.home.settings.digests,
        lambda: payload(ingest, files, described),
        lambda count, size: _info(ingest, count, size, created),
    )


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
    yield "AIP-Version", str(ingest.version)
    yield "Storage-Class", storage_class(ingest)
