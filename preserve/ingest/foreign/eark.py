"""E-ARK information packages (CSIP, SIP, AIP, DIP 1 and 2), those of commons-ip and RODA-in, and our own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from metadata import csip
from metadata.errors import MetadataError
from preserve.data_management.object_index import DESCRIPTIONS
from preserve.errors import Refused
from preserve.ingest.foreign.documents import whole
from preserve.ingest.foreign.hrefs import Paths
from preserve.ingest.foreign.listed import Listed, listed
from preserve.ingest.foreign.mets_words import MetsWords, read_mets
from preserve.ingest.foreign.provenance_words import Told, own_description, read_provenance
from preserve.ingest.foreign.records import ForeignPackage
from preserve.ingest.foreign.said import said_in
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import paths_of

_METS = re.compile(r"(?i)mets\.xml")
_DATA = re.compile(r"representations/([^/]+)/data/.+")
_DESCRIPTIVE = re.compile(r"(?i)(?:representations/[^/]+/)?metadata/descriptive/.+\.xml")
_PREMIS_FILE = re.compile(r"(?i)(?:representations/[^/]+/)?metadata/preservation/.+\.xml")
_EMPTY = (".gitkeep", ".keep", ".gitignore")  # what is put into folders so that they are kept
_DERIVED = ("preservation", "access")
_MOST_DOCUMENTS = 2000


class EArk:
    """Content is what lies in `representations/*/data/`; of our own packages the originals alone."""

    kind = "e-ark"

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """`METS.xml` beside folders of the specification, or, of a package without its files, alone."""
        names = {path.removeprefix(top) for path in paths_of(entries) if path.startswith(top)}
        if not any(_METS.fullmatch(name) for name in names):
            return False
        tops = {name.partition("/")[0] for name in names if "/" in name}
        return "representations" in tops or (
            "METS.xml" in names and not (tops - {"metadata", "schemas", "documentation"})
        )

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package. Raises Refused where METS cannot be read or the files are not in the package."""
        paths = [path for path in paths_of(entries) if path.startswith(top)]
        there = Paths(paths, top)
        root = next(path for path in paths if _METS.fullmatch(path.removeprefix(top)))
        documents = list(_documents(source, root, there))
        found = listed(documents, there, top)
        content = [path for path in paths if _DATA.fullmatch(path.removeprefix(top)) and not _is_empty(path)]
        if not content and (found.missing or found.outside):
            raise Refused("foreign.shallow", top or root, kind=self.kind, count=len(found.missing) + len(found.outside))
        own = own_description(source, top + csip.CASE) if top + csip.CASE in paths else {}
        left = [path for path in content if own and _representation(path, top) in _DERIVED]
        # A description of ours that lay in the deposit is about the content: what was read says the same.
        gone = {*left, *(f"{top}representations/original/{name}" for name in DESCRIPTIONS if own)}
        content = [path for path in content if path not in gone]
        rest = {*content, *gone}
        told = _metadata(source, paths, there, top)
        names = dict(_names(content, top, {**told.origins, **dict(_origins(found))}))
        wanted = {
            path: (*found.wanted.get(path, ()), *told.wanted.get(path, ())) for path in found.wanted | told.wanted
        }
        return ForeignPackage(
            self.kind,
            documents[0].profile[:200],
            content,
            names,
            wanted,
            own,
            unknown=(*found.outside, *sorted(found.algorithms), *told.unread),
            said=_of_mets(documents[0]) + tuple(told.said),
            lists=tuple(path for path in paths if path not in rest),
            sizes=found.sizes,
            missing=tuple(found.missing),
            left=tuple(left),
            history=_history(documents, told.events),
        )


def _is_empty(path: str) -> bool:
    return path.rpartition("/")[2] in _EMPTY


def _representation(path: str, top: str) -> str:
    return path.removeprefix(top).split("/")[1]


def _documents(source: Source, root: str, paths: Paths) -> Iterator[MetsWords]:
    """The METS of the package and those that it points to, each once."""
    waiting, seen = [root], {root}
    while waiting:
        mets = read_mets(source, waiting.pop(0))
        yield mets
        for href in mets.others:
            path = paths.meant(href, mets.path)
            if path is not None and path not in seen and len(seen) < _MOST_DOCUMENTS:
                seen.add(path)
                waiting.append(path)


def _origins(found: Listed) -> Iterator[tuple[str, str]]:
    """Names at their origin that METS itself gives."""
    for path, (mets, word) in found.files.items():
        if original := mets.original_of(word):
            yield path, original


def _metadata(source: Source, paths: Sequence[str], there: Paths, top: str) -> Told:
    """Read the descriptions and PREMIS of the package; what cannot be read is kept as it came, and told."""
    told = Told()
    for path in paths:
        inside = path.removeprefix(top)
        try:
            if _DESCRIPTIVE.fullmatch(inside):
                told.said += said_in(whole(source, path))
            elif _PREMIS_FILE.fullmatch(inside):
                read_provenance(source, path, there, told, inside)
        except (MetadataError, Refused):
            told.unread.append(inside)
    return told


def _names(content: Sequence[str], top: str, origins: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The true name of each file: that of its origin, else its path below `data/`; with the representation's name
    before it where there are several."""
    several = len({_representation(path, top) for path in content}) > 1
    for path in content:
        _, representation, _, inside = path.removeprefix(top).split("/", 3)
        name = origins.get(path, inside)
        yield path, f"{representation}/{name}" if several else name


def _of_mets(mets: MetsWords) -> tuple[tuple[str, str], ...]:
    """What METS itself says of the whole."""
    described = tuple(pair for said in mets.said.values() for pair in said)
    return ((("mets:OBJID", mets.objid),) if mets.objid else ()) + described


def _history(documents: Sequence[MetsWords], events: Mapping[str, int]) -> tuple[str, ...]:
    """Who made the package, and the events that it tells of."""
    agents = dict.fromkeys(agent for mets in documents for agent in mets.agents)
    counted: Counter[str] = Counter(events)
    for mets in documents:
        counted.update(mets.events)
    return (*(f"agent: {agent}" for agent in agents), *(f"event: {kind} ({n})" for kind, n in counted.items()))
