"""Archivematica's AIPs: a bag with one METS for everything. Names on its disk are transliterated; the true ones stand
in PREMIS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from preserve.ingest.foreign.hrefs import Paths
from preserve.ingest.foreign.listed import Listed, listed
from preserve.ingest.foreign.mets_words import MetsWords, read_mets
from preserve.ingest.foreign.records import ForeignPackage
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import paths_of

_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_METS = re.compile(rf"METS\.{_UUID}\.xml")
_OBJECTS = re.compile(r"objects/(?!metadata/|submissionDocumentation/).+")
_PLACE = re.compile(rf"^%[A-Za-z]+%/?(?:objects/)?(?:[^/]*-{_UUID}/(?:objects/)?)?")
_DERIVED = ("preservation", "access", "service", "thumbnail", "derivative")


class ArchivematicaAip:
    """Content is what METS calls original; what Archivematica made from it is left with the package."""

    kind = "archivematica-aip"

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """`METS.<uuid>.xml` beside `objects/`, in a bag's payload or unpacked."""
        names = {path.removeprefix(top) for path in paths_of(entries) if path.startswith(top)}
        return any(map(_METS.fullmatch, names)) and any(name.startswith("objects/") for name in names)

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package. Raises Refused where METS cannot be read."""
        paths = [path for path in paths_of(entries) if path.startswith(top)]
        mets = read_mets(source, next(path for path in paths if _METS.fullmatch(path.removeprefix(top))))
        found = listed([mets], Paths(paths, top), top)
        used = {path: word.use.lower() for path, (_, word) in found.files.items()}
        objects = [path for path in paths if _OBJECTS.fullmatch(path.removeprefix(top))]
        left = [path for path in paths if used.get(path) in _DERIVED]
        aside = {path for path in objects if used.get(path, "original") not in ("original", "content")} | set(left)
        content = [path for path in objects if path not in aside]
        taken = set(content)
        return ForeignPackage(
            self.kind,
            mets.profile[:200],
            content,
            dict(_names(content, found)),
            found.wanted,
            unknown=(*found.outside, *sorted(found.algorithms), *(p for p in content if p not in used)),
            said=mets.said_of_none(found.files[path][1] for path in content if path in used),
            said_of={path: found.files[path][0].words(found.files[path][1]) for path in content if path in used},
            lists=tuple(path for path in paths if path not in taken),
            sizes=found.sizes,
            missing=tuple(found.missing),
            left=tuple(left),
            history=_history(mets),
        )


def _names(content: Sequence[str], found: Listed) -> Iterator[tuple[str, str]]:
    """The name of each file before Archivematica changed it, below the folder that was transferred."""
    for path in content:
        mets, word = found.files.get(path, (None, None))
        if mets is None or word is None:
            continue
        original = _PLACE.sub("", mets.original_of(word))
        if original:
            yield path, original


def _history(mets: MetsWords) -> tuple[str, ...]:
    events: Mapping[str, int] = mets.events
    agents = (f"agent: {agent}" for agent in dict.fromkeys(mets.agents))
    return (*agents, *(f"event: {kind} ({count})" for kind, count in events.items()))
