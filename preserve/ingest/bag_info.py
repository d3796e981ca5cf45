"""What the bag of a case's first version says of itself in bag-info.txt."""

from __future__ import annotations

from collections.abc import Iterator

from metadata import csip
from preserve import __version__
from preserve.ingest.context import Ingest
from preserve.ingest.describe_case import storage_class


def info(ingest: Ingest, count: int, size: int, created: str) -> Iterator[tuple[str, str]]:
    """Label and value of each line."""
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
