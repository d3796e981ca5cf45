"""What lies beside the list of a package: PREMIS of its files, and the description in a package of ours."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from preserve.ingest.declared import Wanted
from preserve.ingest.declared.forms import SIZES
from preserve.ingest.foreign.documents import elements
from preserve.ingest.foreign.hrefs import Paths
from preserve.ingest.foreign.mets_words import PREMIS, premis_in
from preserve.ingest.sources import Source


@dataclass(slots=True)
class Told:
    """What the documents beside METS say: descriptions in their words; by path names at their origin and digests; the
    kinds of events of PREMIS; and which of them could not be read."""

    said: list[tuple[str, str]] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, tuple[Wanted, ...]] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def read_provenance(source: Source, path: str, there: Paths, told: Told, inside: str, base: str = "") -> None:
    """One PREMIS document: names at their origin and digests of the files that it places, and kinds of events.

    `inside` is what it is called where its digests are spoken of. Places are told as a document at the path `base`
    tells them; without it from the folder that holds the metadata of the package, or of the representation. Raises
    XMLRefused, Refused.
    """
    tags = tuple(f"{{{space}}}{name}" for space in PREMIS for name in ("object", "event"))
    beside = base or (path.rpartition("/metadata/")[0] + "/METS.xml" if "/metadata/" in path else "METS.xml")
    for element in elements(source, path, tags):
        original, digests = premis_in(element, told.events)
        place = next((one.text for one in element.iter() if str(one.tag).endswith("}contentLocationValue")), None)
        file = there.meant(place, beside) if place else None
        if file is None:
            continue
        if original:
            told.origins[file] = original
        known = (Wanted(name, digest, inside) for name, digest in digests if SIZES.get(name) == len(digest))
        told.wanted[file] = (*told.wanted.get(file, ()), *known)


def own_description(source: Source, path: str) -> dict[str, Any]:
    """The description of ours in a package; nothing where it is none. Raises Refused where it is too large."""
    try:
        content = json.loads(source.read(path, 64 << 20))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
