"""What PREMIS refers to exists: sources, events, objects and agents (PREMIS 3.0 §1.13, §2.6, §2.7)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.compact import TextSet
from metadata.findings import Finding
from metadata.information_package import InformationPackage


def check(package: InformationPackage) -> Iterator[Finding]:
    """A derivation leads to an object in the original's PREMIS. Only when every PREMIS file could be read.

    What a delivery was derived from may have stayed in the archive: there, only what it names is compared.
    """
    if not all(document.whole for document in package.premis):
        return
    original = next((premi.objects for premi in package.premis if premi.base == "representations/original/"), TextSet())
    for document in package.premis:
        where = package.where(document.path)
        for identifier, relation in document.relations:
            if relation.sub_kind == "supersedes":
                pass  # what was replaced lies in an earlier version of the package
            elif relation.kind == "derivation":
                if relation.related not in original and package.kind != "DIP":
                    values = {"identifier": identifier, "source": relation.related}
                    yield Finding("ip.source-missing", where, values=values)
            elif not any(relation.related in other.objects for other in package.premis):
                values = {"identifier": identifier, "related": relation.related}
                yield Finding("ip.related-missing", where, values=values)
            if relation.event is not None and relation.event not in document.events:
                values = {"identifier": identifier, "event": relation.event}
                yield Finding("ip.event-missing", where, values=values)
        for identifier, kind, target in sorted(document.links):
            known = any(target in (other.agents if kind == "agent" else other.objects) for other in package.premis)
            if kind == "agent" and not known:
                values = {"identifier": identifier, "agent": target}
                yield Finding("ip.agent-missing", where, values=values)
            elif kind == "object" and not known and package.kind != "DIP":
                values = {"identifier": identifier, "object": target}
                yield Finding("ip.object-missing", where, values=values)
