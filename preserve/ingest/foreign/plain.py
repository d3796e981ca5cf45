"""Our own plain export (folders by year and case, tables, digests), as a whole or one case of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from metadata.errors import MetadataError
from preserve.data_management.object_index import DESCRIPTIONS
from preserve.errors import Refused
from preserve.ingest.foreign.hrefs import Paths
from preserve.ingest.foreign.provenance_words import Told, own_description, read_provenance
from preserve.ingest.foreign.records import ForeignPackage
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import paths_of
from preserve.messages import LANGUAGES, say, speaking

_WHOLE = ("SHA256SUMS", "export.json", "cases.csv")
_CASE, _PREMIS = "case.json", "premis-original.xml"


def _words(name: str) -> tuple[str, ...]:
    """The names that a folder of the export has, in whatever language the archive that wrote it speaks."""
    found = []
    for language in LANGUAGES:
        with speaking(language):
            found.append(say(f"exporting.folder-{name}"))
    return tuple(found)


class PlainExport:
    """Content is the originals; copies for looking are left, the tables and what describes the case are kept."""

    kind = "preserve-plain"

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """The tables of an export at the top, or the description and the originals of one case."""
        names = {path.removeprefix(top) for path in paths_of(entries) if path.startswith(top)}
        return names.issuperset(_WHOLE) or any(
            f"{about}/{_CASE}" in names and any(name.startswith(f"{original}/") for name in names)
            for about, original in zip(_words("about"), _words("original"), strict=True)
        )

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package. Raises Refused where a description cannot be read."""
        paths = [path for path in paths_of(entries) if path.startswith(top)]
        cases: dict[str, list[str]] = {folder: [] for folder in _cases(paths)}
        for path in paths:
            if (folder := next((above for above in _above(path) if above in cases), None)) is not None:
                cases[folder].append(path)
        packages = [self._package(source, cases, folder) for folder in cases]
        if len(packages) == 1:
            return packages[0]
        content = [path for package in packages for path in package.content]
        return ForeignPackage(self.kind, "1", content, cases=tuple(packages))

    def _package(self, source: Source, cases: Mapping[str, Sequence[str]], folder: str) -> ForeignPackage:
        paths = cases[folder]
        there = Paths(paths, folder)
        about = next(f"{folder}{word}/" for word in _words("about") if f"{folder}{word}/{_CASE}" in paths)
        originals = next(
            (f"{folder}{word}/" for word in _words("original") if any(p.startswith(f"{folder}{word}/") for p in paths)),
            f"{folder}data/",
        )
        own = {originals + name.removeprefix("data/") for name in DESCRIPTIONS}
        told = Told()
        if about + _PREMIS in paths:
            moved = _Moved(there, originals)
            try:
                read_provenance(source, about + _PREMIS, moved, told, _PREMIS, folder + _PREMIS)
            except MetadataError as error:
                raise Refused("foreign.unreadable", about + _PREMIS, reason=str(error)[:200]) from error
        content = [path for path in paths if path.startswith(originals) and path not in own]
        copies = tuple(f"{folder}{word}/" for word in _words("access"))
        return ForeignPackage(
            self.kind,
            "1",
            content,
            {path: told.origins.get(path, path.removeprefix(originals)) for path in content},
            told.wanted,
            own_description(source, about + _CASE),
            lists=tuple(path for path in paths if path.startswith(about)),
            left=tuple(path for path in paths if path.startswith(copies)),
            elsewhere=_Others(cases, folder),
            history=tuple(f"event: {kind} ({count})" for kind, count in told.events.items()),
        )


class _Others(Sequence[str]):
    """The files of all cases but one, gathered when they are asked for: a large export has very many."""

    def __init__(self, cases: Mapping[str, Sequence[str]], own: str) -> None:
        self._cases, self._own = cases, own

    def __iter__(self) -> Iterator[str]:
        return (path for folder, paths in self._cases.items() if folder != self._own for path in paths)

    def __len__(self) -> int:
        return sum(len(paths) for folder, paths in self._cases.items() if folder != self._own)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        return tuple(self)[place]


class _Moved(Paths):
    """The originals lie in a folder of their own, and PREMIS speaks of `data/`."""

    def __init__(self, there: Paths, originals: str) -> None:
        self._there, self._originals = there, originals

    def meant(self, href: str, beside: str) -> str | None:
        """The original that a place in the package means."""
        return self._there.meant(href.removeprefix("data/"), self._originals + _PREMIS)


def _above(path: str) -> Iterator[str]:
    """The folders, with `/`, that a path lies in, the nearest first; the top is the last."""
    while path:
        path = path.rstrip("/").rpartition("/")[0]
        yield f"{path}/" if path else ""


def _cases(paths: Sequence[str]) -> Iterator[str]:
    """The folders, with `/`, of the cases: what holds a description of ours in the folder for it."""
    for path in paths:
        for about in _words("about"):
            if path == f"{about}/{_CASE}" or path.endswith(f"/{about}/{_CASE}"):
                yield path.removesuffix(f"{about}/{_CASE}")
